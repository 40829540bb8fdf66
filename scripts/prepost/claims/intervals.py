"""Exact intervals: what a printed number may have been before it was rounded, and arithmetic over such numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

ENDLESS = Fraction(10) ** 40
#: What a hedge says about the number behind it.
HEDGES = {
    **dict.fromkeys(("around", "about", "roughly", "approximately", "some", "circa"), "around"),
    **dict.fromkeys(("over", "more than", "at least", "above"), "over"),
    **dict.fromkeys(("nearly", "almost", "just under", "up to", "under", "fewer than", "less than"), "nearly"),
}
_PLAIN = re.compile(r"^\d{1,3}(,\d{3})+(\.\d+)?$|^\d+(\.\d+)?$")
_OF = re.compile(r"^(\d+) in (\d+)$")


@dataclass(frozen=True)
class Interval:
    """From `low` to `high`, both included, in exact arithmetic."""

    low: Fraction
    high: Fraction

    def __add__(self, other: Interval) -> Interval:
        return Interval(self.low + other.low, self.high + other.high)

    def __sub__(self, other: Interval) -> Interval:
        return Interval(self.low - other.high, self.high - other.low)

    def __mul__(self, other: Interval) -> Interval:
        ends = [one * two for one in (self.low, self.high) for two in (other.low, other.high)]
        return Interval(min(ends), max(ends))

    def __truediv__(self, other: Interval) -> Interval:
        if other.low <= 0 <= other.high:
            raise ZeroDivisionError
        return self * Interval(1 / other.high, 1 / other.low)

    def meets(self, other: Interval) -> bool:
        """Say whether some number lies in both."""
        return self.low <= other.high and other.low <= self.high

    def within(self, other: Interval) -> Interval:
        """Return what lies in both, or this one where nothing does."""
        if not self.meets(other):
            return self
        return Interval(max(self.low, other.low), min(self.high, other.high))


@dataclass(frozen=True)
class Printed:
    """A number as it is printed.

    Parameters
    ----------
    value : Fraction
        In plain units: 47.21 million is 47,210,000 and 3.29 % is 0.0329.
    step : Fraction
        One of the last digit that is printed, noughts included.
    digit : Fraction
        One of the last digit that is no nought: for 200 it is 100. A percentage is seldom rounded to tens in silence,
        so 20 % counts to its last digit unless a hedge stands before it.
    hedge : str
        ``around``, ``over``, ``nearly`` or empty.
    most : Fraction
        What it cannot exceed: 1 for a share.
    """

    value: Fraction
    step: Fraction
    digit: Fraction
    hedge: str
    most: Fraction

    def _about(self, step: Fraction) -> Interval:
        if self.hedge == "over":
            return Interval(self.value, max(self.most, self.value))
        if self.hedge == "nearly":
            return Interval(self.value - self.digit, self.value)
        return Interval(self.value - step / 2, self.value + step / 2)

    @property
    def held(self) -> Interval:
        """What the statement is held to: every digit that it prints, or with a hedge those that are no noughts."""
        return self._about(self.digit if self.hedge else self.step)

    @property
    def allowed(self) -> Interval:
        """What it may stand for where another number is computed from it: noughts at the end may be rounding."""
        return self._about(self.digit)

    @property
    def cut(self) -> Interval:
        """What gives it by cutting digits off instead of rounding."""
        step = self.digit if self.hedge else self.step
        return Interval(self.value, self.value + step - step / 10**6)

    @property
    def cut_short(self) -> Interval:
        """What gives it by cutting off at its last digit that is no nought."""
        return Interval(self.value, self.value + self.digit - self.digit / 10**6)


def read_printed(number: str, unit: str, scale: int, hedge: str | None) -> Printed:
    """Read a number as it is printed.

    Parameters
    ----------
    number : str
        ``47.21``, ``8,186`` or ``9 in 10``.
    unit : str
        ``%`` makes it a share.
    scale : int
        Of a word such as "million" in the unit.
    hedge : str or None
        One of `HEDGES`.

    Raises
    ------
    ValueError
        If it is no number of that kind.

    Examples
    --------
    >>> read_printed("200", "million GBP", 1_000_000, None).digit
    Fraction(100000000, 1)
    """
    share = unit.strip() == "%"
    kind = HEDGES[hedge.strip().lower()] if hedge else ""
    most = Fraction(1) if share else ENDLESS
    if found := _OF.match(number.strip()):
        part, whole = int(found[1]), int(found[2])
        if not whole or part > whole:
            raise ValueError(f"'{number}' is no share")
        return Printed(Fraction(part, whole), Fraction(1, whole), Fraction(1, whole), kind, Fraction(1))
    if not _PLAIN.match(number.strip()):
        raise ValueError(f"'{number}' is no printed number: digits, with a point before decimals, or '9 in 10'")
    digits = number.strip().replace(",", "")
    factor = Fraction(scale) / (100 if share else 1)
    step = Fraction(1, 10 ** len(digits.partition(".")[2])) * factor
    whole = "." in digits or (share and not kind)
    noughts = 0 if whole else len(digits) - len(digits.rstrip("0"))
    digit = step * 10 ** (noughts if digits.strip("0") else 0)
    return Printed(Fraction(digits) * factor, step, digit, kind, most)
