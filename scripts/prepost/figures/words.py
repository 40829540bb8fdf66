"""Numbers and lists as the words of a figure; the formats are `prepost.formatting`'s, which the report uses too."""

from __future__ import annotations

import math
from collections.abc import Sequence

from prepost import formatting

WITHHELD = formatting.WITHHELD


def decimal(value: float, places: int = 2) -> str:
    """Return a number, or "withheld" where there is none: -0.5 is "−0.50"."""
    return WITHHELD if math.isnan(value) else formatting.number(value, places)


def count(value: float) -> str:
    """Return a count with thousands separated, or "withheld"."""
    return WITHHELD if math.isnan(value) else formatting.count(value)


def of_100(share: float) -> str:
    """Return a share as whole numbers of 100: 0.583 is "58", a share above 0 and under half of one is "<1"."""
    if math.isnan(share):
        return WITHHELD
    return "<1" if 0 < share < 0.005 else formatting.number(share * 100, 0)


def percent(share: float) -> str:
    """Return a share as a whole percentage; the table under a figure has the decimal."""
    return WITHHELD if math.isnan(share) else f"{of_100(share)}%"


def interval(value: float, low: float, high: float) -> str:
    """Return "0.80 (0.77 to 0.83)", the number alone where there is no interval, or "withheld"."""
    if any(map(math.isnan, (value, low, high))):
        return decimal(value)
    return f"{decimal(value)} ({formatting.interval(low, high)})"


def listing(names: Sequence[str]) -> str:
    """Return "a, b and c"."""
    names = list(names)
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else ""


def shorten(text: str, most: int = 70) -> str:
    """Return a question short enough to quote, cut at a blank."""
    return text if len(text) <= most else text[:most].rsplit(" ", 1)[0].rstrip(" ,.;:") + "…"


def cells_withheld(cells: int) -> str:
    """Return the foot note that says how much is not drawn."""
    noun = "number is" if cells == 1 else "numbers are"
    return f"{cells:,} {noun} withheld, to protect the people behind small counts."
