"""Text that came from people or data, made safe to stand in markdown."""

from __future__ import annotations

import re

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~^$@&!'\"])")
_DOUBLED = re.compile(r"(?<=[-.])(?=[-.])")
_LEADING = re.compile(r"^(?=[-+:=%(])|^(?P<number>\d+|[A-Za-z])(?=[.)](?:\s|$))")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def escape_markdown(value: object) -> str:
    r"""Return a value as markdown that shows exactly its text and nothing live.

    Parameters
    ----------
    value : object
        Taken as ``str(value)``. Line ends and control characters become one space.

    Returns
    -------
    str
        Markdown for one line: no mark-up, no HTML, no list, no citation, no mathematics can begin in it.

    Notes
    -----
    Pandoc's markdown lets a backslash stand before any punctuation (``all_symbols_escapable``).

    Examples
    --------
    >>> escape_markdown("<script>*x*</script>")
    '\\<script\\>\\*x\\*\\</script\\>'
    """
    text = _CONTROL.sub(" ", str(value)).strip()
    text = _DOUBLED.sub(r"\\", _SPECIAL.sub(r"\\\1", text))
    return _LEADING.sub(lambda m: f"{m['number']}\\" if m["number"] else "\\", text)
