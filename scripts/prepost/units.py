"""Units as people write them ("GBP per visit", "million people", "%"), checked by pint: what cancels and what does not.

Every noun that can be counted (people, visits, admissions) is a dimension of its own, so that visits are never taken
for admissions.
"""

from __future__ import annotations

import re
from functools import lru_cache

import pint

SCALES = {"thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
IRREGULAR = {
    "people": "person",
    "children": "child",
    "adults": "person",
    "learners": "person",
    "patients": "person",
    "professionals": "person",
    "months": "month",
    "years": "year",
}
PERIOD = re.compile(r"^\s*(\d+(?:\.\d+)?)\s+(days?|weeks?|months?|years?)\s*$")
MONTHS = {"day": 12 / 365.25, "week": 84 / 365.25, "month": 1.0, "year": 12.0}
_WORD = re.compile(r"[A-Za-z&]+")


class UnitError(ValueError):
    """A unit that cannot be read, or units that do not go together; the message says which."""


@lru_cache(maxsize=1)
def registry() -> pint.UnitRegistry:
    """Return a registry without physics: money, and every counted noun as it comes."""
    found = pint.UnitRegistry(None, autoconvert_offset_to_baseunit=False)
    found.define("GBP = [money]")
    return found


def _noun(word: str) -> str:
    word = word.replace("&", "and")
    if word == "GBP":
        return word
    low = word.lower()
    return IRREGULAR.get(low) or (low[:-1] if low.endswith("s") and not low.endswith("ss") else low)


@lru_cache(maxsize=1024)
def read_unit(text: str) -> tuple[int, pint.Unit]:
    """Read a unit.

    Parameters
    ----------
    text : str
        A noun, ``GBP``, ``%`` or a chain of them with ``per``; ``thousand``, ``million`` or ``billion`` may stand
        first.
        ``/`` and ``*`` are taken for "per" and "times".

    Returns
    -------
    (int, pint.Unit)
        The scale word as a number (for ``%`` it is 1, the unit being one hundredth), and the unit.

    Raises
    ------
    UnitError
        If it is no unit.

    Examples
    --------
    >>> read_unit("million GBP per visit")[0]
    1000000
    """
    words = text.strip()
    if words in ("%", "percent", "share", ""):
        return 1, registry().Unit("")
    scale = 1
    first, _, rest = words.partition(" ")
    if first in SCALES and rest:
        scale, words = SCALES[first], rest
    unit = registry().Unit("")
    for place, part in enumerate(re.split(r"\s+per\s+|\s*/\s*", words)):
        for noun in re.split(r"\s*\*\s*", part.strip()):
            if not _WORD.fullmatch(noun):
                raise UnitError(f"'{text}' is no unit: words joined by 'per', such as 'GBP per visit'")
            name = _noun(noun)
            if name not in registry():
                registry().define(f"{name} = [{name}]")
            unit = unit * registry().Unit(name) if place == 0 else unit / registry().Unit(name)
    return scale, unit


def said(unit: pint.Unit) -> str:
    """Write a unit in words: "GBP x person per visit"; one without a dimension is "a plain number"."""
    parts = dict(unit._units)
    top = [name for name, power in sorted(parts.items()) for _ in range(int(power)) if power > 0]
    bottom = [name for name, power in sorted(parts.items()) for _ in range(int(-power)) if power < 0]
    if not top and not bottom:
        return "a plain number"
    return " ".join([" × ".join(top) or "1", *[f"per {name}" for name in bottom]])


def same(one: pint.Unit, other: pint.Unit) -> bool:
    """Say whether two units measure the same."""
    return one.dimensionality == other.dimensionality


def only_renamed(one: pint.Unit, other: pint.Unit) -> bool:
    """Say whether two units have the same form with other nouns, as "admission" and "visit" have.

    A product that leaves units uncancelled ("GBP x person per visit" for "GBP") has another form.
    """
    forms = [sorted(float(power) for power in unit.dimensionality.values()) for unit in (one, other)]
    money = [unit.dimensionality.get("[money]", 0) for unit in (one, other)]
    return not same(one, other) and forms[0] == forms[1] and money[0] == money[1]


def months(period: str) -> float | None:
    """Return how many months a period is ("24 months", "2 years"), or None where it is no length of time."""
    found = PERIOD.match(period or "")
    return float(found[1]) * MONTHS[found[2].rstrip("s")] if found else None
