"""Positions in a text that came back, as positions in the text that went out."""

from __future__ import annotations

from collections.abc import Callable


def alignment(theirs: str, ours: str) -> Callable[[int], int] | None:
    r"""Return how positions of their text become positions of ours, or None where the texts differ.

    Parameters
    ----------
    theirs, ours : str
        The text as a program gave it back, and as it went out.

    Returns
    -------
    callable or None
        From a position in `theirs` (code points) to the one in `ours`. Programs for qualitative analysis write line
        ends anew (CR LF, CR, LF); where nothing else differs the positions are moved, where anything does none can be
        trusted.

    Examples
    --------
    >>> alignment("a\r\nb", "a\nb")(3)
    2
    """
    if theirs == ours:
        return lambda place: place
    if _plain(theirs) != _plain(ours):
        return None
    starts = _starts(ours)
    counted = _counts(theirs)
    return lambda place: starts[counted[place]]


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _starts(text: str) -> list[int]:
    """Where each character of the text with plain line ends stands in the text itself; the end too."""
    places = [place for place, sign in enumerate(text) if not (sign == "\n" and place and text[place - 1] == "\r")]
    return [*places, len(text)]


def _counts(text: str) -> list[int]:
    """How many characters of the text with plain line ends stand before each place; the end too."""
    found, so_far = [], 0
    for place, sign in enumerate(text):
        inside = sign == "\n" and place and text[place - 1] == "\r"
        found.append(so_far - 1 if inside else so_far)
        so_far += not inside
    return [*found, so_far]
