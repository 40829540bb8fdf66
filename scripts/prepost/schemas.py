"""The tables of every floor: which columns each has, of which type, and what may stand in them.

A schema is looked up by name in `SCHEMAS`; `prepost.tables` checks a table against it on write and on read.
Wide tables (responses, scores) may hold further columns, the study's items; every other table holds just the
columns named here, in this order.
"""

from __future__ import annotations

import pandera.pandas as pa

from prepost.table_names import RESULT_TABLES

TEXT, NUMBER, COUNT, FLAG, TIME = "string", "float64", "Int64", "boolean", "datetime64[us]"
ROLES = ["primary", "secondary", "sensitivity"]
UNITS = ["pairs", "people", "responses", "enrolments", "comments", "appointments"]
CODED_BY = ["human", "adjudicated", "machine", "keyword"]
ALL = "all"  # the margin of a dimension
STAGES = ["exact", "tolerant", "reviewed"]  # by what two responses were found to be one person's
DECISIONS = ["accepted", "review", "refused", "not_best", "tie"]
#: The smallest count of people that can be worked out from an estimate, such as the numerator of a share or one of
#: the two counts of a sign test. Private: the wall withholds the estimate where it is small, and never lets it out.
TOLD = "n_told"


def _text(*, null: bool = False, isin: list[str] | None = None, unique: bool = False) -> pa.Column:
    checks = pa.Check.isin(isin) if isin else None
    return pa.Column(TEXT, checks, nullable=null, unique=unique, coerce=True)


def _number() -> pa.Column:
    return pa.Column(NUMBER, nullable=True, coerce=True)


def _count(*, null: bool = False) -> pa.Column:
    return pa.Column(COUNT, pa.Check.ge(0), nullable=null, coerce=True)


def _flag() -> pa.Column:
    return pa.Column(FLAG, nullable=False, coerce=True)


def _schema(
    columns: dict[str, pa.Column], *, wide: bool = False, unique: list[str] | None = None
) -> pa.DataFrameSchema:
    return pa.DataFrameSchema(columns, strict=not wide, ordered=not wide, unique=unique)


def _where_from() -> dict[str, pa.Column]:
    """A response, walked back to its raw line."""
    return {"source": _text(), "line": pa.Column("int64", pa.Check.ge(1), coerce=True), "wave": _text()}


def _response() -> dict[str, pa.Column]:
    return {**_where_from(), "module": _text(null=True), "received": pa.Column(TIME, nullable=True, coerce=True)}


def _counts(*dimensions: str, first: str | None = None) -> dict[str, pa.Column]:
    """A table of counts: `ALL` in a dimension is its margin; `n` counts what `n_unit` says."""
    columns = {"row_id": _text(unique=True), "strand": _text()}
    if first:
        columns[first] = _text()
    columns |= {name: _text() for name in dimensions}
    return columns | {"n": _count(), "n_unit": _text(isin=UNITS)}


# Private floors -----------------------------------------------------------------------------------------------------
INGESTED = _schema(
    {**_response(), "response_id": _text(null=True), "status": _text(null=True), "duration_seconds": _text(null=True)},
    wide=True,
    unique=["source", "line", "wave"],
)
REFUSED = _schema(
    {"source": _text(), "line": pa.Column("int64", coerce=True), "wave": _text(null=True), "reason": _text()}
)
RESPONSES = _schema(
    {
        **_response(),
        "speeder": _flag(),
        "straight_liner": _flag(),
    },
    wide=True,
    unique=["source", "line", "wave"],
)
ABOUT = _schema(_where_from(), wide=True, unique=["source", "line", "wave"])
# Who gave each row: the one table of floor 2 with identifiers, read by the rule that links and by no other.
IDENTIFIERS = _schema({**_where_from(), "response_id": _text(null=True)}, wide=True, unique=["source", "line", "wave"])
ENROLMENTS = _schema(
    {**_where_from(), "module": _text(null=True), "enrolled": _number(), "completed": _number()}, wide=True
)
EXCLUSIONS = _schema({**_where_from(), "rule": _text(), "why": _text()}, unique=["source", "line", "wave"])
UNMAPPED = _schema({"source": _text(), "item": _text(), "answer": _text(), "n": _count()})
UNFITTING = _schema({**_where_from(), "item": _text(), "why": _text()})
PEOPLE = _schema({"person": _text(unique=True)}, wide=True)
LINKS = _schema(
    {
        **_where_from(),
        "module": _text(null=True),
        "person": _text(null=True),
        "state": _text(isin=["used", "part", "another_used", "blank_key", "no_module"]),
        "why": _text(null=True),
    },
    unique=["source", "line", "wave"],
)
PAIRS = _schema(
    {
        "person": _text(),
        "module": _text(null=True),
        "wave_from": _text(),
        "wave_to": _text(),
        "source_from": _text(),
        "line_from": pa.Column("int64", coerce=True),
        "source_to": _text(),
        "line_to": pa.Column("int64", coerce=True),
        "method": _text(isin=STAGES),
        "certainty": _number(),
    },
    unique=["person", "module", "wave_from", "wave_to"],
)
HASHES = _schema(
    {"person": _text(), "person_hash": pa.Column(TEXT, pa.Check.str_matches(r"^[0-9a-f]{64}$"), coerce=True)},
    unique=["person", "person_hash"],
)
# How often different people write the same in an item of the key; counts, and no value of it.
KEYS = _schema(
    {"wave": _text(), "item": _text(), "n": _count(), "n_values": _count(), "chance_same": _number()},
    unique=["wave", "item"],
)
TRIPLES = _schema(
    {"person": _text(), "module": _text(null=True), "waves": _text(), "lines": _text()}, unique=["person", "module"]
)
UNMATCHED = _schema(
    {
        **_where_from(),
        "module": _text(null=True),
        "person": _text(null=True),
        "wave_from": _text(),
        "wave_to": _text(),
        "state": _text(isin=["did_not_answer", "answered_not_linked", "cannot_be_told"]),
        "why": _text(),
    }
)
# Each pair of responses that was weighed, whatever became of it; `evidence` names elements and levels, never a value.
CANDIDATES = _schema(
    {
        "pair_id": _text(unique=True),
        "source_from": _text(),
        "line_from": pa.Column("int64", coerce=True),
        "wave_from": _text(),
        "source_to": _text(),
        "line_to": pa.Column("int64", coerce=True),
        "wave_to": _text(),
        "module": _text(null=True),
        "stage": _text(isin=STAGES),
        "weight": _number(),  # log2; null where no model could be identified
        "probability": _number(),
        "decision": _text(isin=DECISIONS),
        "why": _text(),
        "evidence": _text(null=True),
    }
)
# The model that weighs them, for each two waves: `level` of an element, or of `the model`: lambda, links, pairs.
LINKAGE_MODEL = _schema(
    {
        "wave_from": _text(),
        "wave_to": _text(),
        "element": _text(),
        "level": _text(),
        "m": _number(),
        "u": _number(),
        "weight": _number(),
        "n": _count(null=True),  # pairs of responses that were found at the level
        "note": _text(null=True),
    }
)
# How good the links of each procedure are, estimated without knowing the truth.
LINKAGE_QUALITY = _schema(
    {
        "wave_from": _text(),
        "wave_to": _text(),
        "procedure": _text(isin=STAGES),
        "threshold": _number(),
        "measure": _text(isin=["links", "false_links", "precision", "recall"]),
        "estimate": _number(),
        "ci_low": _number(),
        "ci_high": _number(),
        "ci_level": _number(),
        "note": _text(null=True),
    }
)
REVIEWED = _schema(
    {
        "pair_id": _text(unique=True),
        "decision": _text(isin=["same person", "different people", "cannot tell"]),
        "reviewer": _text(),
        "reviewed_on": _text(),
        "file": _text(),
        "row": _count(),
        "state": _text(isin=["applied", "stale"]),  # stale: the answers are no longer those that were looked at
    }
)
SCORES = _schema(
    {**_where_from(), "module": _text(null=True), "person": _text(null=True)},
    wide=True,
    unique=["source", "line", "wave"],
)
WEIGHTS = _schema(
    {
        **_where_from(),
        "module": _text(null=True),
        "person": _text(null=True),
        "p_responded": _number(),
        "p_linked": _number(),
        "weight": _number(),  # null where there is no partner, or no model
        "note": _text(null=True),
    },
    unique=["source", "line", "wave"],
)
# A survey's weights, with the category of each margin that they meet (`margin_<item>`).
SURVEY_WEIGHTS = _schema(
    {**_where_from(), "weight": pa.Column(NUMBER, [pa.Check.gt(0), pa.Check.lt(float("inf"))], coerce=True)},
    wide=True,
    unique=["source", "line", "wave"],
)

# Results: floor 6 in full precision, floor 7 as released -----------------------------------------------------------
RESULTS = _schema(
    {
        "row_id": _text(unique=True),
        "strand": _text(),
        "role": _text(isin=ROLES),
        "comparison": _text(),
        "outcome": _text(),
        "group_by": _text(),
        "group": _text(),
        "wave_from": _text(null=True),
        "wave_to": _text(null=True),
        "estimate_name": _text(),
        "estimate": _number(),
        "ci_low": _number(),
        "ci_high": _number(),
        "ci_level": _number(),
        "ci_method": _text(null=True),
        "n": _count(),
        "n_unit": _text(isin=UNITS),
        "n_missing": _count(null=True),
        "statistic_name": _text(null=True),
        "statistic": _number(),
        "df": _number(),
        "p": _number(),
        "p_adjusted": _number(),
        "family": _text(null=True),
        "note": _text(null=True),
        "n_people": _count(null=True),
        TOLD: _count(null=True),
    }
)
# flow: `box` is a box of the diagram; `parent` the box it is part of (the boxes of one parent sum to it).
FLOW = _schema(
    {
        "row_id": _text(unique=True),
        "strand": _text(),
        "box": _text(),
        "parent": _text(null=True),
        "wave": _text(null=True),
        "label": _text(),
        "n": _count(),
        "n_unit": _text(isin=UNITS),
    }
)
PARTICIPANTS = _schema(_counts("variable", "category", "matched"))  # matched: yes, no, all
PARTICIPATION = _schema(_counts("measure", "wave", "group_by", "group"))
# transitions: an item before and after over matched pairs; `from`/`to` are codes, with margins.
TRANSITIONS = _schema(_counts("item", "from", "to", first="comparison"))
MISSING = _schema(_counts("item", "wave", "kind"))  # kind: answered, one of MISSING_KINDS, all
MOVEMENT = _schema(_counts("outcome", "group_by", "group", "direction", first="comparison"))  # better, same, worse, all
# linked: counts of links and of what was not linked; measure names what is counted (prepost.linkage.counts).
LINKED = _schema(_counts("measure", "variable", "category", first="comparison"))
CEILING = _schema(_counts("outcome", "wave", "place", first="comparison"))  # floor, between, ceiling, all

# plan: what the study declared beside what was done; words only, and no count of anybody, so it leaves as it is.
PLAN = _schema(
    {
        "row_id": _text(unique=True),
        "strand": _text(),
        "role": _text(isin=ROLES),
        "analysis": _text(),
        "outcome": _text(),
        "planned": _text(isin=["yes", "no"]),
        "done": _text(isin=["yes", "partly", "no"]),
        "table": _text(),
        "note": _text(null=True),
        "plan_sha256": _text(),
    }
)

SCHEMAS: dict[str, pa.DataFrameSchema] = {
    "plan": PLAN,
    "ingested": INGESTED,
    "refused": REFUSED,
    "responses": RESPONSES,
    "about": ABOUT,
    "identifiers": IDENTIFIERS,
    "enrolments": ENROLMENTS,
    "exclusions": EXCLUSIONS,
    "unmapped": UNMAPPED,
    "unfitting": UNFITTING,
    "people": PEOPLE,
    "links": LINKS,
    "pairs": PAIRS,
    "triples": TRIPLES,
    "hashes": HASHES,
    "keys": KEYS,
    "unmatched": UNMATCHED,
    "candidates": CANDIDATES,
    "linkage_model": LINKAGE_MODEL,
    "linkage_quality": LINKAGE_QUALITY,
    "reviewed": REVIEWED,
    "scores": SCORES,
    "weights": WEIGHTS,
    "survey_weights": SURVEY_WEIGHTS,
    **dict.fromkeys(RESULT_TABLES, RESULTS),
    "flow": FLOW,
    "participants": PARTICIPANTS,
    "participation": PARTICIPATION,
    "transitions": TRANSITIONS,
    "missing": MISSING,
    "movement": MOVEMENT,
    "ceiling": CEILING,
    "linked": LINKED,
}
COUNT_COLUMNS = ("n", "n_missing", "n_people")
MISSING_SUFFIX = "_missing"
