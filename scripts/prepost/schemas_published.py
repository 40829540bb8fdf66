"""The tables of published numbers: columns of their own, in place of those of estimates over respondents.

Importing this module registers them in `prepost.schemas.SCHEMAS`.
"""

from __future__ import annotations

from prepost.schemas import SCHEMAS, TOLD, UNITS, _count, _number, _schema, _text

# What the inputs of `config/economics.yaml` give; in the unit that each row names. The counts are of those
# asked where the input comes from, and of those who carry it.
_CARRIED = {"n": _count(null=True), "n_unit": _text(isin=UNITS, null=True), TOLD: _count(null=True)}
ECONOMICS_CHAIN = _schema(
    {
        "row_id": _text(unique=True),
        "strand": _text(),
        "model": _text(),
        "kind": _text(isin=["input", "product"]),
        "name": _text(),
        "label": _text(),
        "formula": _text(null=True),
        "estimate": _number(),
        "ci_low": _number(),
        "ci_high": _number(),
        "unit": _text(),
        "base": _text(null=True),
        "period": _text(null=True),
        "price_year": _text(null=True),
        "distribution": _text(null=True),
        "source": _text(null=True),
        "note": _text(null=True),
        **_CARRIED,
    }
)
# estimate: from the inputs as they stand; psa_mean, ci_low, ci_high: over the draws; attribution: per cent that count
ECONOMICS_VALUES = _schema(
    {
        "row_id": _text(unique=True),
        "strand": _text(),
        "model": _text(),
        "label": _text(),
        "measure": _text(isin=["per_window", "per_year"]),
        "attribution": _text(),
        "estimate": _number(),
        "psa_mean": _number(),
        "ci_low": _number(),
        "ci_high": _number(),
        "ci_level": _number(),
        "unit": _text(),
        "period": _text(),
        **_CARRIED,
    }
)
# the value with one input at either end of its own range (input_low, input_high), all others as they stand
ECONOMICS_TORNADO = _schema(
    {
        "row_id": _text(unique=True),
        "strand": _text(),
        "model": _text(),
        "name": _text(),
        "label": _text(),
        "input_low": _number(),
        "input_high": _number(),
        "input_unit": _text(),
        "estimate": _number(),
        "ci_low": _number(),
        "ci_high": _number(),
        "unit": _text(),
        **_CARRIED,
    }
)
# claims: what is printed, in its own unit; estimate: what is computed from other statements
CLAIMS_VERDICTS = _schema(
    {
        "row_id": _text(unique=True),
        "strand": _text(),
        "claim": _text(),
        "statement": _text(),
        "place": _text(),
        "stated": _number(),
        "printed": _text(),
        "unit": _text(),
        "base": _text(null=True),
        "n": _count(null=True),
        "period": _text(null=True),
        "formula": _text(null=True),
        "estimate": _number(),
        "ci_low": _number(),
        "ci_high": _number(),
        "verdict": _text(),
        "why": _text(),
        "also": _text(null=True),
        "note": _text(null=True),
        TOLD: _count(null=True),
    }
)
CLAIMS_SUMMARY = _schema(
    {
        "row_id": _text(unique=True),
        "strand": _text(),
        "verdict": _text(),
        "estimate": _number(),
        "n": _count(null=True),
    }
)

SCHEMAS |= {
    "economics_chain": ECONOMICS_CHAIN,
    "economics_values": ECONOMICS_VALUES,
    "economics_tornado": ECONOMICS_TORNADO,
    "claims_verdicts": CLAIMS_VERDICTS,
    "claims_summary": CLAIMS_SUMMARY,
}
