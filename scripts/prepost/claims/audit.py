"""The audit: every statement with its verdict, its arithmetic and what else was found."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import pandas as pd

from prepost.claims.intervals import Interval
from prepost.claims.rules import (
    REPRODUCES,
    RULES,
    UNTESTABLE,
    VERDICTS,
    Book,
    Computed,
    Finding,
    in_unit,
    untestable,
)
from prepost.claims.sheet import Claim, Reference
from prepost.schemas_published import SCHEMAS

STRAND = "claims"


def findings(claim: Claim, book: Book) -> list[Finding]:
    """Return what every rule finds of a statement, the gravest first; at least one."""
    found = [finding for rule in RULES for finding in rule(claim, book)]
    return sorted(found or [Finding(UNTESTABLE, untestable(claim))], key=lambda one: VERDICTS.index(one.verdict))


def audit(claims: Mapping[str, Claim], references: Mapping[str, Reference]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Judge every statement.

    Parameters
    ----------
    claims, references : mapping
        As `prepost.claims.sheet.load_claims` gives them.

    Returns
    -------
    verdicts : DataFrame
        Schema ``claims_verdicts``: what is stated, in the unit as printed; ``estimate`` what is computed from other
        statements, with ``ci_low`` and ``ci_high`` what rounding allows; ``verdict``; ``why`` it bears it, and
        ``also`` what else was found.
    summary : DataFrame
        Schema ``claims_summary``: ``estimate`` is the number of statements of each verdict, and of all.
    """
    book = Book(claims, references)
    rows = [_row(claim, book) for claim in claims.values()]
    verdicts = pd.DataFrame(rows).reindex(columns=list(SCHEMAS["claims_verdicts"].columns))
    counts = {verdict: sum(row["verdict"] == verdict for row in rows) for verdict in VERDICTS}
    counts["all"] = len(rows)
    summary = pd.DataFrame(
        [
            {"row_id": f"statements.{_dashed(name)}", "strand": STRAND, "verdict": name, "estimate": float(number)}
            for name, number in counts.items()
        ]
    ).reindex(columns=list(SCHEMAS["claims_summary"].columns))
    return verdicts, summary


def _dashed(name: str) -> str:
    return "-".join(name.replace(",", "").split())


def verdict_key(verdict: str) -> str:
    """Return the address of the number of statements with a verdict, or with any ("all")."""
    return f"claims_summary/statements.{_dashed(verdict)}/estimate"


def _row(claim: Claim, book: Book) -> dict[str, object]:
    found = findings(claim, book)
    first, rest = found[0], found[1:]
    row = claim.row
    computed = _computed(claim, book)
    ends = (computed.point, computed.allowed.low, computed.allowed.high) if computed else (None, None, None)
    point, low, high = (None if end is None else in_unit(end, claim) for end in ends)
    told = [one for one in rest if one.verdict != REPRODUCES or first.verdict == REPRODUCES]
    return {
        "row_id": f"claim.{claim.name}",
        "strand": STRAND,
        "claim": claim.name,
        "statement": row.statement,
        "place": row.place,
        "stated": in_unit(claim.printed.value, claim),
        # per cent in its own unit, 45 and not .45: a blank before the sign tells it from a share
        "printed": " ".join(part for part in (row.hedge, book.shown(claim).replace("%", "\u00a0%")) if part),
        "unit": row.unit,
        "base": row.base,
        "n": row.base_n,
        "period": row.period,
        "formula": row.formula or (f"as {row.restates}" if row.restates else None),
        "estimate": point,
        "ci_low": low,
        "ci_high": high,
        "verdict": first.verdict,
        "why": first.why,
        "also": "; ".join(one.why for one in told) or None,
        "note": row.note,
        "n_told": row.count,
    }


def _computed(claim: Claim, book: Book) -> Computed | None:
    """What a statement is held against: its formula's result, or the statement that it repeats."""
    if claim.formula and not book.open_bases(claim):
        return book.compute(claim)
    other = book.claims.get(claim.row.restates or "")
    if other is not None and other.unit.dimensionless == claim.unit.dimensionless:
        found = book.compute(other) if other.formula and not book.open_bases(other) else None
        return Computed(found.point if found else other.printed.value, book.best(other.name), "")
    if claim.row.count is not None and claim.row.base_n:
        share = Fraction(claim.row.count, claim.row.base_n)
        return Computed(share, Interval(share, share), "")
    return None
