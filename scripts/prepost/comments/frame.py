"""The coding frame: themes with what they mean, what counts and what does not, and the keywords that stand for them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

from pydantic import Field

from prepost.comments.names import CANNOT, NONE, OUTSIDE, theme_label
from prepost.errors import Fault, StudyError, did_you_mean
from prepost.sheets import Name, OptionalName, OptionalText, Row, read_sheet

MARGIN = "all"
__all__ = ["CANNOT", "NONE", "OUTSIDE", "ThemeRow", "patterns", "read_frame", "theme_label"]
SPLIT = "|"


class ThemeRow(Row):
    """One theme of the frame (`themes.csv`). `keywords` are words or phrases split by |; `*` ends a beginning."""

    theme: Name
    parent: OptionalName = None
    definition: Annotated[str, Field(min_length=1)]
    include: OptionalText = None
    exclude: OptionalText = None
    example: OptionalText = None
    keywords: OptionalText = None

    @property
    def words(self) -> list[str]:
        """The keywords, as the sheet writes them."""
        return [word.strip() for word in (self.keywords or "").split(SPLIT) if word.strip()]

    @property
    def label(self) -> str:
        """The theme's name as people read it: "Time and workload"."""
        return theme_label(self.theme)


def read_frame(path: Path) -> list[ThemeRow]:
    """Read the coding frame.

    Parameters
    ----------
    path : Path
        A CSV with the columns of `ThemeRow`.

    Returns
    -------
    list of ThemeRow
        In the sheet's order.

    Raises
    ------
    StudyError
        With every fault: cells, repeated themes, parents that are none, keywords given twice, names kept for
        ourselves.
    """
    rows = read_sheet(path, ThemeRow, key="theme")
    faults = list(_faults(rows, f"config/{path.name}"))
    if faults:
        raise StudyError(*faults)
    return rows


def _faults(rows: Sequence[ThemeRow], where: str) -> Iterator[Fault]:
    names = {row.theme for row in rows}
    if len(rows) < 2:
        yield Fault(where, f"the frame has {len(rows)} theme(s)", "at least two", f"add themes to {where}")
    seen: dict[str, str] = {}
    for row in rows:
        here = f"{where} · line {row.line}"
        if row.theme in (*OUTSIDE, MARGIN):
            what = f"'{row.theme}' is a name that prepost keeps for itself"
            yield Fault(f"{here} · theme", what, "any other name", "rename the theme; coders can always choose it")
        if row.parent == row.theme:
            yield Fault(f"{here} · parent", f"'{row.theme}' is its own parent", "another theme, or blank", "mend it")
        elif row.parent and row.parent not in names:
            yield Fault(f"{here} · parent", f"'{row.parent}' is no theme", did_you_mean(row.parent, names), "mend it")
        elif row.parent and next(r.parent for r in rows if r.theme == row.parent):
            what = f"'{row.parent}' has a parent itself"
            yield Fault(f"{here} · parent", what, "a theme without a parent: the frame has two levels", "mend it")
        for word in row.words:
            if not re.search(r"\w", word):
                yield Fault(f"{here} · keywords", f"'{word}' holds no letter", "words split by |", "mend it")
            if (other := seen.setdefault(word.casefold(), row.theme)) != row.theme:
                what = f"'{word}' is also a keyword of '{other}'"
                yield Fault(f"{here} · keywords", what, "each keyword once", "take one of the two out")


def patterns(rows: Sequence[ThemeRow]) -> dict[str, re.Pattern[str]]:
    """Return for each theme with keywords the pattern that finds them as whole words, whatever their case.

    Examples
    --------
    ``colleague*`` finds "Colleagues" and not "uncolleague".
    """
    found = {}
    for row in rows:
        if row.words:
            # the longest first, so that a phrase is found whole
            parts = [_pattern(word) for word in sorted(row.words, key=lambda word: (-len(word), word))]
            found[row.theme] = re.compile(rf"(?<!\w)(?:{'|'.join(parts)})", re.IGNORECASE)
    return found


def _pattern(word: str) -> str:
    pieces = r"\s+".join(re.escape(piece) for piece in word.rstrip("*").split())
    pieces = pieces.replace("'", "['\u2019]")  # an apostrophe, straight or curly
    return pieces + (r"\w*" if word.endswith("*") else r"(?!\w)")
