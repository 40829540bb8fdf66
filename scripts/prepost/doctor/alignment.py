"""Questions that recur over files: one item where wordings say the same, a question to people where they nearly do."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from functools import cache
from typing import NamedTuple

from prepost.doctor.columns import Guess
from prepost.sheets import NAME
from prepost.wording import fold_wording

ALIKE = 0.85
FEW_WORDS = frozenset(
    ["a", "an", "and", "are", "at", "do", "does", "for", "from", "have", "how", "i", "in", "is", "it", "my", "of", "on"]
    + ["or", "that", "the", "this", "to", "was", "what", "with", "you", "your"]
)


class Asked(NamedTuple):
    """One column of one file."""

    source: str
    column: str
    wording: str
    guess: Guess


class Aligned(NamedTuple):
    """A column, the item it is drafted as, and how like the item's first wording its own is (1: the same)."""

    asked: Asked
    item: str
    similarity: float


def align(asked: Sequence[Asked]) -> list[Aligned]:
    """Give every column its item, the same one where the wording recurs in another file.

    Parameters
    ----------
    asked : sequence of Asked
        All columns of all files, in order.

    Returns
    -------
    list of Aligned
        In the same order. A column joins an item of another file when the wordings are equal but for markup,
        numbering and case, or at least `ALIKE` similar (difflib's ratio) and of the same kind of scale; each file
        gives an item one column at the most.
    """
    found: list[Aligned] = []
    first: dict[str, Asked] = {}
    used: dict[str, set[str]] = {}
    for column in asked:
        item, similarity = _partner(column, first, used)
        if item is None:
            item, similarity = _new_name(column, first), 1.0
            first[item] = column
        used.setdefault(item, set()).add(column.source)
        found.append(Aligned(column, item, similarity))
    return found


def _partner(column: Asked, first: dict[str, Asked], used: dict[str, set[str]]) -> tuple[str | None, float]:
    mine = _folded(column.wording)
    best, most = None, 0.0
    for item, other in first.items():
        if column.source in used[item]:
            continue
        theirs = _folded(other.wording)
        if mine == theirs:
            return item, 1.0
        if column.guess.scale == other.guess.scale:
            similarity = _similarity(mine, theirs, max(most, ALIKE))
            if similarity > most:
                best, most = item, similarity
    return (best, most) if most >= ALIKE else (None, 0.0)


@cache
def _folded(wording: str) -> str:
    return fold_wording(wording)


def _similarity(mine: str, theirs: str, least: float) -> float:
    """Return difflib's ratio, or 0 where its upper bounds, which cost far less, are below what counts."""
    matcher = SequenceMatcher(None, mine, theirs, autojunk=False)
    if matcher.real_quick_ratio() < least or matcher.quick_ratio() < least:
        return 0.0
    return matcher.ratio()


def _new_name(column: Asked, taken: dict[str, Asked]) -> str:
    words = [word for word in re.findall(r"[a-z0-9]+", fold_wording(column.wording)) if word not in FEW_WORDS]
    name = "_".join(words[:4])[:40].strip("_") or "item"
    name = name if re.match(NAME, name) else f"q_{name}"
    number = 2
    unique = name
    while unique in taken:
        unique, number = f"{name}_{number}", number + 1
    return unique
