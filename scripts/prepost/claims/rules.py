"""The rules by which a statement is judged: each looks at the printed fields alone and says what it finds.

A number without a hedge is held to every digit that it prints; "around 400" is held to its first digit. What a number
may have been before rounding goes through the arithmetic as an interval: a statement follows where the interval of
what is computed and that of what is stated meet (interval analysis after Moore 1966). Where a name stands twice in a
formula the interval is wider than need be, which can hide a fault but never makes one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from prepost import formatting
from prepost.claims.intervals import ENDLESS, Interval, Printed
from prepost.claims.sheet import Claim, Reference, unit_of
from prepost.formulas import Formula, FormulaError
from prepost.units import months, said, same
from prepost.wording import fold

REPRODUCES, TRUNCATED, NOT_FOLLOWING = "reproduces", "reproduces only by truncation", "does not follow"
CHANGED = "base, unit, period or item missing or changed"
UNCONFIRMED, UNTESTABLE = "external input unconfirmed", "not testable"
#: From the gravest on: a statement bears the first that was found.
VERDICTS = (NOT_FOLLOWING, TRUNCATED, CHANGED, UNCONFIRMED, REPRODUCES, UNTESTABLE)


@dataclass(frozen=True)
class Finding:
    """What one rule found: the verdict that it speaks for, and why."""

    verdict: str
    why: str


@dataclass(frozen=True)
class Computed:
    """What a formula gives: the point, what rounding allows, and how it was computed."""

    point: Fraction
    allowed: Interval
    words: str


class Book:
    """All statements together, and what each may have been before rounding."""

    def __init__(self, claims: Mapping[str, Claim], references: Mapping[str, Reference]) -> None:
        self.claims, self.references = claims, references
        self._best: dict[str, Interval] = {}

    def best(self, name: str) -> Interval:
        """Return the tightest interval for a statement: as printed and, where the two agree, as recomputed."""
        if name not in self._best:
            claim = self.claims[name]
            own = claim.printed.allowed
            found = self.compute(claim) if claim.formula and not self.open_bases(claim) else None
            self._best[name] = own.within(found.allowed) if found else own
        return self._best[name]

    def open_bases(self, claim: Claim) -> list[str]:
        """Return the statements whose base a formula needs and which print none."""
        return [name for name in (claim.formula.bases if claim.formula else ()) if not self.claims[name].row.base_n]

    def compute(self, claim: Claim, bases: Mapping[str, Computed] | None = None) -> Computed | None:
        """Compute a statement's formula as printed, and over what rounding allows; None where that may divide by zero.

        `bases` stand for those that are not printed.
        """
        try:
            return self.computed(claim.formula, bases or {})
        except FormulaError:
            return None

    def computed(self, formula: Formula, bases: Mapping[str, Computed]) -> Computed:
        """Compute any formula over the statements."""

        def exactly(name: str) -> Interval:
            n = Fraction(self.claims[name].row.base_n or 0)
            return bases[name].allowed if name in bases else Interval(n, n)

        point = formula.evaluate(
            lambda name: self.claims[name].printed.value,
            lambda name: bases[name].point if name in bases else Fraction(self.claims[name].row.base_n or 0),
            Fraction,
        )
        allowed = formula.evaluate(self.best, exactly, lambda text: Interval(Fraction(text), Fraction(text)))
        values = {name: self.shown(self.claims[name]) for name in formula.names}
        counts = {name: formatting.count(float(exactly(name).low)) for name in formula.bases if name not in bases}
        counts |= {name: bases[name].words for name in formula.bases if name in bases}
        return Computed(point, allowed, formula.written(values, counts))

    def shown(self, claim: Claim) -> str:
        """Write a statement's number with its unit, as printed."""
        row = claim.row
        word = row.unit.split()[0] if claim.scale > 1 else ""
        sign = "%" if row.unit == "%" and " in " not in row.number else ""
        return f"{_pound(claim)}{row.number}{sign} {word}".strip()


def _pound(claim: Claim) -> str:
    return "£" if "[money]" in claim.unit.dimensionality else ""


def in_unit(value: Fraction, claim: Claim) -> float | None:
    """Return a plain value in the scale in which a statement is printed; None where it has no end."""
    if abs(value) >= ENDLESS / 10**12:
        return None
    factor = Fraction(100) if claim.row.unit == "%" else 1 / Fraction(claim.scale)
    return float(value * factor)


def written(value: Fraction, claim: Claim) -> str:
    """Write a value in the unit of a statement, with one digit more than it prints."""
    number = in_unit(value, claim)
    if number is None:
        return "any larger number"
    printed = len(claim.row.number.partition(".")[2])
    counted = claim.scale == 1 and " per " not in claim.row.unit and claim.row.unit != "%"
    decimals = 0 if counted or abs(number) >= 1000 else printed + (2 if printed < 2 else 1)
    sign = "%" if claim.row.unit == "%" else ""
    word = f" {claim.row.unit.split()[0]}" if claim.scale > 1 else ""
    return f"{_pound(claim)}{formatting.number(number, decimals)}{sign}{word}"


def judge_number(printed: Printed, allowed: Interval, *, loosely: bool = False) -> str:
    """Say whether a printed number agrees with what was computed.

    Parameters
    ----------
    printed : Printed
        What is stated.
    allowed : Interval
        What rounding of the inputs allows.
    loosely : bool
        Whether it may be rounded to fewer digits than it prints, as a headline may repeat a number of the text.
    """
    held = printed.allowed if loosely else printed.held
    if held.meets(allowed):
        return REPRODUCES
    cut = printed.cut_short if loosely else printed.cut
    return TRUNCATED if not printed.hedge and cut.meets(allowed) else NOT_FOLLOWING


# The rules -----------------------------------------------------------------------------------------------------------
def by_formula(claim: Claim, book: Book) -> Iterator[Finding]:
    """Hold a number to its formula, and its unit and period to those of what it is made of."""
    if claim.formula is None:
        return
    if unknown := book.open_bases(claim):
        yield from _by_candidates(claim, book, unknown)
    elif (found := book.compute(claim)) is None:
        yield Finding(UNTESTABLE, "rounding leaves open whether the formula divides by zero")
    else:
        verdict = judge_number(claim.printed, found.allowed)
        yield Finding(verdict, _arithmetic(claim, found) + _would_need(claim, book, verdict, found))
    unit = unit_of(claim, dict(book.claims))
    if not same(unit, claim.unit):
        yield Finding(CHANGED, f"unit changed: computed from {said(unit)}, called {said(claim.unit)}")
    periods = {
        fold(book.claims[name].row.period): book.claims[name].row.period
        for name in claim.formula.names
        if book.claims[name].row.period
    }
    if len(periods) == 1:
        yield from _field("period", claim.row.period, next(iter(periods.values())), "what it is computed from")


def _arithmetic(claim: Claim, found: Computed) -> str:
    low, high = written(found.allowed.low, claim), written(found.allowed.high, claim)
    return f"{found.words} = {written(found.point, claim)}; rounding allows {low} to {high}"


def _would_need(claim: Claim, book: Book, verdict: str, found: Computed) -> str:
    """What one input, alone, would have to be for the stated number to follow."""
    if verdict != NOT_FOLLOWING or not found.point:
        return ""
    needs = []
    for name in claim.formula.names:
        value = _solved(claim, book, name)
        if value is not None:
            needs.append(f"{written(value, book.claims[name])} ({book.claims[name].called})")
    return f". For the stated number it would take {', or '.join(needs)}" if needs else ""


def _solved(claim: Claim, book: Book, name: str) -> Fraction | None:
    """Solve the formula for one name that stands in it as a factor or as a divisor."""

    def at(value: Fraction) -> Fraction:
        return claim.formula.evaluate(
            lambda other: value if other == name else book.claims[other].printed.value,
            lambda other: Fraction(book.claims[other].row.base_n or 1),
            Fraction,
        )

    start, goal = book.claims[name].printed.value, claim.printed.value
    one, two = at(start), at(2 * start)
    ratio = goal / one
    if not one or two == one or not ratio:
        return None
    return start * ratio if two == 2 * one else start / ratio if two * 2 == one else None


def _by_candidates(claim: Claim, book: Book, names: list[str]) -> Iterator[Finding]:
    """A base that the formula needs is not printed: try those that it may be."""
    other, fits, tried = book.claims[names[0]], [], []
    for candidate in other.candidates if len(names) == 1 else ():
        base = book.computed(candidate, {})
        found = book.compute(claim, {names[0]: base})
        if found is None:
            continue
        meets = judge_number(claim.printed, found.allowed) == REPRODUCES
        fits += [base] if meets else []
        low, high = written(found.allowed.low, claim), written(found.allowed.high, claim)
        called = {name: book.claims[name].called for name in candidate.names}
        who = f"{formatting.count(float(base.point))} ({candidate.written(called)})"
        tried.append(f"with {who} {'it fits' if meets else 'it does not fit'} ({low} to {high})")
    what = f"the base of “{other.row.statement}” is not printed"
    if not tried:
        yield Finding(CHANGED, f"base missing: {what}, so the number cannot be computed")
    elif fits:
        yield Finding(CHANGED, f"base missing: {what}; {'; '.join(tried)}")
    else:
        yield Finding(NOT_FOLLOWING, f"{what}; {'; '.join(tried)}")


def by_restatement(claim: Claim, book: Book) -> Iterator[Finding]:
    """Hold a statement to the one that it repeats: number, unit, base, period, item."""
    if claim.row.restates is None:
        return
    other = book.claims[claim.row.restates]
    best = book.best(other.name)
    if same(claim.unit, other.unit) or claim.unit.dimensionless == other.unit.dimensionless:
        verdict = judge_number(claim.printed, best, loosely=True)
        words = {REPRODUCES: "agrees with", TRUNCATED: "is cut off, not rounded, from", NOT_FOLLOWING: "stands beside"}
        told = f"{book.shown(claim)} {words[verdict]} {book.shown(other)} ({other.row.place})"
        if other.formula and not book.open_bases(other) and (found := book.compute(other)):
            told += f", recomputed {written(found.point, other)}"
        yield Finding(verdict, told)
    if not same(claim.unit, other.unit):
        yield Finding(CHANGED, f"unit changed: {said(claim.unit)} here, {said(other.unit)} in {other.row.place}")
    for name in ("base", "period", "item"):
        here, there = getattr(claim.row, name), getattr(other.row, name)
        if name == "base" and here and not there:
            yield Finding(CHANGED, f"base changed: “{here}” here, none printed in {other.row.place}")
        if there and not (name == "item" and not here):
            yield from _field(name, here, there, other.row.place)


def _field(name: str, here: str | None, there: str, place: str) -> Iterator[Finding]:
    if not here:
        yield Finding(CHANGED, f"{name} missing: {there} ({place})")
    elif fold(here) != fold(there) and not (months(here) and months(here) == months(there)):
        yield Finding(CHANGED, f"{name} changed: “{here}” here, “{there}” ({place})")


def by_count(claim: Claim, book: Book) -> Iterator[Finding]:
    """Hold a percentage to the count that is printed beside it, or to any count there may be (GRIM).

    Brown & Heathers 2017, doi:10.1177/1948550616673876. It can tell only of unweighted shares of fewer than
    10^(2 + decimals) people.
    """
    row = claim.row
    if row.unit != "%" or row.base_n is None or row.weighted:
        return
    n, held = row.base_n, claim.printed.held
    if row.count is not None:
        share = Fraction(row.count, n)
        verdict = judge_number(claim.printed, Interval(share, share))
        yield Finding(verdict, f"{row.count:,} / {n:,} = {written(share, claim)}")
    elif row.weighted is False and not claim.printed.hedge and Fraction(n) < 1 / claim.printed.step:
        low, high = -(-held.low * n // 1), held.high * n // 1
        near = claim.printed.value * n // 1
        around = " and ".join(f"{k:,} / {n:,} = {written(Fraction(k, n), claim)}" for k in (near, near + 1))
        told = "some whole number of people gives it" if low <= high else "no whole number of people gives it"
        yield Finding(REPRODUCES if low <= high else NOT_FOLLOWING, f"{told}: {around}")


def by_base(claim: Claim, book: Book) -> Iterator[Finding]:
    """A percentage says of whom it is."""
    row = claim.row
    if row.unit == "%" and not row.base and not row.restates and not row.external:
        yield Finding(CHANGED, "base missing: of whom is not printed")


def by_reference(claim: Claim, book: Book) -> Iterator[Finding]:
    """A number from elsewhere is confirmed by a figure of the same base that somebody has read at its source."""
    row = claim.row
    if not row.external:
        return
    money = "[money]" in claim.unit.dimensionality
    lacking = "its price year is not printed" if money and not row.price_year else ""
    told, agreed, against = [], False, False
    for name in row.compared:
        reference = book.references[name]
        if not same(reference.unit, claim.unit):
            continue
        meets = claim.printed.allowed.meets(reference.printed.allowed)
        alike = fold(reference.row.base) == fold(row.base or "")
        agreed |= alike and meets and reference.row.looked_up
        against |= alike and not meets and reference.row.looked_up
        told.append(_beside(claim, reference, meets))
    why = "; ".join([*([lacking] if lacking else []), *told]) or "no figure from its source is at hand"
    yield Finding(NOT_FOLLOWING if against else REPRODUCES if agreed and not lacking else UNCONFIRMED, why)


def _beside(claim: Claim, reference: Reference, meets: bool) -> str:
    row = reference.row
    source = row.source if row.looked_up else f"{row.source}, not looked up"
    told = f"{row.label}: {row.number} {row.unit} ({source})"
    if meets:
        return f"agrees with {told}"
    share = formatting.percent(float(claim.printed.value / reference.printed.value), 1000)
    return f"{share} of {told}"


RULES = (by_formula, by_restatement, by_count, by_base, by_reference)


def untestable(claim: Claim) -> str:
    """Say why nothing can be held against a statement."""
    row = claim.row
    if row.unit != "%":
        return "no formula, count or other statement stands beside it"
    if row.weighted:
        return "a weighted share: counts do not follow from it"
    if row.base_n is None:
        return "how many were asked is not printed"
    if row.weighted is None:
        return "whether it is weighted is not printed, so counts do not follow from it"
    return f"a percentage of {row.base_n:,} people to so few digits: any is possible"
