"""When two texts say the same: answers and labels, questions and their wording in an export."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from prepost.errors import Fault
from prepost.readers import Column
from prepost.sheets import ItemRow

if TYPE_CHECKING:
    from prepost.fields import Mapped

_QUOTES = str.maketrans(dict.fromkeys("‘’‚‛`´ʼ′", "'") | dict.fromkeys("“”„‟«»″", '"'))
_DASH = re.compile(r"\s*[-‐‑‒–—―−]+\s*")
_UNSEEN = re.compile("[\u200b\u200c\u200d\u2060\ufeff\u00ad]")
_TAG = re.compile(r"<[^<>]*>")
# "1.", "Q3)", "2.a.", "12.1.a -", as survey tools put before a question.
_NUMBERING = re.compile(r"(?:q(?:uestion)?\s*)?\d+(?:[._-]?[a-z\d]{1,2})*\s*[.):](?!\d)\s*", re.I)
_AT_END = " .:*"


def fold(text: str) -> str:
    """Return a text without what makes no difference between two answers: case, blanks, kinds of quote and dash.

    Parameters
    ----------
    text : str
        An answer or a label.

    Returns
    -------
    str
        Only ever for comparison; the text itself is kept as it came.

    Notes
    -----
    Unicode compatibility form (NFKC), so that a no-break space is a blank and a ligature its letters.

    Examples
    --------
    >>> fold("  Don’t know – YET ")
    "don't know-yet"
    """
    plain = text.translate(_QUOTES)
    if not plain.isascii():
        plain = _UNSEEN.sub("", unicodedata.normalize("NFKC", plain).translate(_QUOTES))
    return " ".join(_DASH.sub("-", plain).casefold().split())


def fold_wording(text: str) -> str:
    """Return a question without markup, numbering, and what `fold` takes away.

    Parameters
    ----------
    text : str
        A question as an export or a sheet words it.

    Returns
    -------
    str
        Only for comparison.

    Examples
    --------
    >>> fold_wording("<p>2.a. I can&nbsp;explain it.</p>") == fold_wording("I can explain it")
    True
    """
    bare = fold(html.unescape(_TAG.sub(" ", text)))
    return _NUMBERING.sub("", bare, count=1).strip(_AT_END) if _NUMBERING.match(bare) else bare.strip(_AT_END)


def drift(
    mapping: Iterable[Mapped], columns: Sequence[Column], items: Sequence[ItemRow], source: str, file: str
) -> list[Fault]:
    """Return a fault for each scored item that an export words otherwise than the study does.

    Parameters
    ----------
    mapping : iterable of Mapped
        Which column holds which item.
    columns : sequence of Column
        The export's columns, with the wording where the platform gives it.
    items : sequence of ItemRow
        The code book.
    source, file : str
        How the fault names the export.

    Returns
    -------
    list of Fault
        One an item and wave; each shows both wordings. Empty where all agree.

    Notes
    -----
    Only ordinal and number items are held to it: they are the ones that are averaged over sources. A line of
    ``fields.csv`` signs a difference off by its ``wording``, or by being a pattern, which states what may vary.
    """
    scored = {item.item: item for item in items if item.scale in ("ordinal", "number")}
    questions = {column.name: column.question for column in columns}
    faults = []
    for line in mapping:
        question = questions.get(line.column)
        item = scored.get(line.item)
        if item is None or not question or line.pattern:
            continue
        accepted = {fold_wording(item.wording)} | ({fold_wording(line.wording)} if line.wording else set())
        if fold_wording(question) not in accepted:
            faults.append(_drift_fault(line, item, question, source, file))
    return faults


def _drift_fault(line: Mapped, item: ItemRow, question: str, source: str, file: str) -> Fault:
    place = f"config/fields.csv · line {line.line}" if line.line else f"{file} · column '{line.column}'"
    return Fault(
        f"{place} · item '{item.item}' of source '{source}'",
        f'the export asks "{_short(question)}"',
        f'items.csv has "{_short(item.wording)}"'
        + (f' and fields.csv accepts "{_short(line.wording)}"' if line.wording else ""),
        "if it is the same question, copy the export's words into the column wording of its line in config/fields.csv, "
        "with a note that says who judged so; if it is not, map it to another item",
    )


def _short(text: str, most: int = 300) -> str:
    flat = " ".join(html.unescape(_TAG.sub(" ", text)).split())
    return flat if len(flat) <= most else flat[: most - 1] + "…"
