"""The sheet of published statements (`claims.csv`), the sheet of figures to hold them against, and their faults."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Annotated

import pint
from pydantic import Field

from prepost.claims.intervals import HEDGES, Printed, read_printed
from prepost.errors import Fault, StudyError, did_you_mean
from prepost.formulas import GRAMMAR, Formula, FormulaError, find_circle, read_formula
from prepost.sheets import SPLIT, Blank, Name, OptionalName, OptionalText, Row, YesNo, read_sheet
from prepost.units import UnitError, only_renamed, read_unit, said, same

CLAIMS, REFERENCES = "config/claims.csv", "config/references.csv"
Words = Annotated[str, Field(min_length=1)]
OptionalCount = Annotated[int | None, Blank]


class ClaimRow(Row):
    """One published statement, with only what the publication prints (`claims.csv`); a blank was not printed."""

    claim: Name
    statement: Words
    label: OptionalText = None  # what the number is, in a few words, for the arithmetic of other statements
    place: Words  # where it stands: headline, summary, text, press
    number: Words
    unit: Words
    hedge: OptionalText = None
    base: OptionalText = None  # of whom
    base_n: OptionalCount = None
    weighted: Annotated[YesNo | None, Blank] = None  # blank: not stated
    count: OptionalCount = None  # how many of the base, where printed
    period: OptionalText = None
    item: OptionalText = None  # of what exactly: which question, which event
    formula: OptionalText = None  # how it follows from other statements
    restates: OptionalName = None  # the statement that it repeats
    bases: OptionalText = None  # where the base is not printed: those that it may be, divided by |
    external: YesNo = False  # taken from elsewhere
    price_year: OptionalText = None
    compare: OptionalText = None  # rows of references.csv, divided by |
    note: OptionalText = None

    @property
    def candidates(self) -> list[str]:
        """The bases that may be meant."""
        return [text.strip() for text in (self.bases or "").split(SPLIT) if text.strip()]

    @property
    def compared(self) -> list[str]:
        """The references that it is held against."""
        return [text.strip() for text in (self.compare or "").split(SPLIT) if text.strip()]


class ReferenceRow(Row):
    """A figure from elsewhere (`references.csv`); `looked_up` says whether somebody has read it at its source."""

    reference: Name
    label: Words
    number: Words
    unit: Words
    base: Words
    source: Words
    looked_up: YesNo = False


@dataclass(frozen=True)
class Claim:
    """A statement that has been read: its row, its number, its unit and its formulas."""

    row: ClaimRow
    printed: Printed
    scale: int
    unit: pint.Unit
    formula: Formula | None
    candidates: tuple[Formula, ...]

    @property
    def name(self) -> str:
        """Its name in the sheet."""
        return self.row.claim

    @property
    def called(self) -> str:
        """What its number is, in a few words."""
        return self.row.label or self.name.replace("_", " ")


@dataclass(frozen=True)
class Reference:
    """A figure from elsewhere that has been read."""

    row: ReferenceRow
    printed: Printed
    unit: pint.Unit


def load_claims(path: Path, references: Path | None = None) -> tuple[dict[str, Claim], dict[str, Reference]]:
    """Read and check both sheets.

    Parameters
    ----------
    path : Path
        ``claims.csv``.
    references : Path or None
        ``references.csv``; without it no statement may name a reference.

    Returns
    -------
    (dict of str to Claim, dict of str to Reference)
        By name, in the sheets' order.

    Raises
    ------
    StudyError
        Every fault: a number or unit that is none, an unknown hedge, formula faults, unknown names, a circle, a base
        or divisor of zero, units that leave something uncancelled.
    """
    rows = read_sheet(path, ClaimRow, key="claim")
    known = read_sheet(references, ReferenceRow, key="reference") if references is not None else []
    return read_claims(rows, known)


def read_claims(
    rows: Sequence[ClaimRow], references: Sequence[ReferenceRow] = ()
) -> tuple[dict[str, Claim], dict[str, Reference]]:
    """Check rows that have been read or made; see `load_claims`."""
    faults: list[Fault] = []
    claims = {row.claim: found for row in rows if (found := _claim(row, faults))}
    found_references = {row.reference: found for row in references if (found := _reference(row, faults))}
    faults += _unknown(rows, {row.claim for row in rows}, {row.reference for row in references})
    if faults:
        raise StudyError(*faults)
    faults += list(_circles(claims)) or [*_zeros(claims), *_units(claims)]
    if faults:
        raise StudyError(*faults)
    return claims, found_references


def where(row: ClaimRow | ReferenceRow, column: str) -> str:
    """Say where a cell stands."""
    name = row.claim if isinstance(row, ClaimRow) else row.reference
    place = f"line {row.line} · {name}" if row.line else name
    return f"{CLAIMS if isinstance(row, ClaimRow) else REFERENCES} · {place} · {column}"


def _claim(row: ClaimRow, faults: list[Fault]) -> Claim | None:
    mend = f"mend it in {CLAIMS}"
    before = len(faults)
    if row.hedge and row.hedge.lower() not in HEDGES:
        faults.append(
            Fault(
                where(row, "hedge"),
                f"'{row.hedge}' is no known hedge",
                did_you_mean(row.hedge, HEDGES) or f"one of {', '.join(sorted(HEDGES))}",
                mend,
            )
        )
    for column in ("base_n", "count"):
        if (number := getattr(row, column)) is not None and number < (column == "base_n"):
            faults.append(
                Fault(
                    where(row, column),
                    f"a base of {number}" if column == "base_n" else f"it is {number}",
                    "a number of people, 1 or more; blank where none is printed",
                    mend,
                )
            )
    if row.count is not None and row.base_n is not None and row.count > row.base_n:
        faults.append(Fault(where(row, "count"), f"{row.count} of {row.base_n}", "no more than the base", mend))
    scale, unit = _read_unit(row, faults)
    formulas = [_read_formula(row, column, text, faults) for column, text in _formulas(row)]
    printed = _read_number(row, scale, faults) if len(faults) == before else None
    if len(faults) > before or printed is None:
        return None
    formula = formulas[0] if row.formula else None
    return Claim(row, printed, scale, unit, formula, tuple(formulas[1:] if row.formula else formulas))


def _reference(row: ReferenceRow, faults: list[Fault]) -> Reference | None:
    before = len(faults)
    scale, unit = _read_unit(row, faults)
    printed = _read_number(row, scale, faults) if len(faults) == before else None
    return Reference(row, printed, unit) if printed is not None else None


def _formulas(row: ClaimRow) -> list[tuple[str, str]]:
    return [*([("formula", row.formula)] if row.formula else []), *(("bases", text) for text in row.candidates)]


def _read_unit(row: ClaimRow | ReferenceRow, faults: list[Fault]) -> tuple[int, pint.Unit | None]:
    try:
        return read_unit(row.unit)
    except UnitError as error:
        faults.append(
            Fault(
                where(row, "unit"),
                str(error),
                "such as 'million people', 'GBP per visit' or '%'",
                "write the unit as it is printed, singular or plural",
            )
        )
        return 1, None


def _read_number(row: ClaimRow | ReferenceRow, scale: int, faults: list[Fault]) -> Printed | None:
    hedge = row.hedge if isinstance(row, ClaimRow) else None
    try:
        return read_printed(row.number, row.unit, scale, hedge)
    except ValueError as error:
        faults.append(
            Fault(
                where(row, "number"),
                str(error),
                "such as 47.21, 8,186 or 9 in 10",
                "write the number as it is printed; 'million' and '%' belong to the unit",
            )
        )
        return None


def _read_formula(row: ClaimRow, column: str, text: str, faults: list[Fault]) -> Formula | None:
    try:
        return read_formula(text)
    except FormulaError as error:
        faults.append(Fault(where(row, column), f"the formula '{text}': {error}", GRAMMAR, f"mend it in {CLAIMS}"))
        return None


def _unknown(rows: Sequence[ClaimRow], known: set[str], references: set[str]) -> Iterator[Fault]:
    for row in rows:
        for column, text in _formulas(row):
            try:
                needs = read_formula(text).needs
            except FormulaError:
                continue
            for name in needs:
                if name not in known:
                    yield Fault(
                        where(row, column),
                        f"the formula names '{name}', which is no statement of the sheet",
                        did_you_mean(name, known),
                        "mend the name, or add the statement that it means",
                    )
        if row.restates and row.restates not in known:
            yield Fault(
                where(row, "restates"),
                f"'{row.restates}' is no statement of the sheet",
                did_you_mean(row.restates, known),
                "mend the name",
            )
        for name in row.compared:
            if name not in references:
                yield Fault(
                    where(row, "compare"),
                    f"'{name}' is not in {REFERENCES}",
                    did_you_mean(name, references),
                    "mend the name, or add the figure there",
                )


def _circles(claims: dict[str, Claim]) -> Iterator[Fault]:
    formulas = {name: claim.formula for name, claim in claims.items() if claim.formula}
    ways = dict(formulas)
    for name, claim in claims.items():  # what a statement repeats must not lead back to it either
        if claim.row.restates:
            more = f"{claim.formula.text} + {claim.row.restates}" if claim.formula else claim.row.restates
            ways[name] = read_formula(more)
    if circle := find_circle(ways):
        yield Fault(
            where(claims[circle[0]].row, "formula" if circle[0] in formulas else "restates"),
            f"the statements lead in a circle: {' → '.join(circle)}",
            "each statement from others that do not need it",
            "take one of these formulas out, the one that the publication does not print",
        )


def _zeros(claims: dict[str, Claim]) -> Iterator[Fault]:
    """A formula whose divisor is zero as printed."""
    for claim in claims.values():
        if claim.formula is None:
            continue
        try:
            claim.formula.evaluate(
                lambda name: claims[name].printed.value,
                lambda name: Fraction(claims[name].row.base_n or 1),
                Fraction,
            )
        except FormulaError as error:
            yield Fault(
                where(claim.row, "formula"),
                f"'{claim.formula.text}': {error}",
                "a divisor that is not zero",
                "mend the formula, or the number that it divides by",
            )


def unit_of(claim: Claim, claims: dict[str, Claim]) -> pint.Unit:
    """Return the unit that a statement's formula gives; pint refuses a sum of what cannot be added."""
    plain = read_unit("")[1]
    found = claim.formula.evaluate(
        lambda name: float(claims[name].printed.value) * claims[name].unit,
        lambda name: (claims[name].row.base_n or 1) * plain,
        lambda text: float(text) * plain,
    )
    return found.units


def _units(claims: dict[str, Claim]) -> Iterator[Fault]:
    for claim in claims.values():
        if claim.formula is None:
            continue
        try:
            found = unit_of(claim, claims)
        except pint.DimensionalityError as error:
            yield Fault(
                where(claim.row, "formula"),
                f"'{claim.formula.text}' adds {error.units1} and {error.units2}",
                "sums of one unit",
                "mend the formula, or the unit of one of the statements",
            )
            continue
        except FormulaError:  # told already
            continue
        if not same(found, claim.unit) and not only_renamed(found, claim.unit):
            yield Fault(
                where(claim.row, "formula"),
                f"'{claim.formula.text}' comes out in {said(found)}, and the statement is in {said(claim.unit)}",
                f"a formula whose units cancel to {said(claim.unit)}",
                "add the statement that turns one unit into the other, or mend the unit of one of them",
            )
