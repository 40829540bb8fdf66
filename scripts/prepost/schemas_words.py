"""The tables of the interviews and of quoting: private ones, and the words that pass the wall.

Importing this module registers them in `prepost.schemas.SCHEMAS`. A table of words has no number of anybody, so it
leaves as it is, less the columns that are for the building alone.
"""

from __future__ import annotations

import pandera.pandas as pa

from prepost.schemas import COUNT, EXCLUSIONS, FLAG, NUMBER, REFUSED, SCHEMAS, TEXT, TIME

__all__ = ["PRIVATE_COLUMNS", "TIME"]

STANCES = ["supports", "against"]
SAID = [*STANCES, "both", "silent"]
APPROVALS = ["approved", "refused", "stale", "undecided"]
KINDS = ["email", "url", "nhs_number", "date_of_birth", "postcode", "phone", "name"]
#: Columns of a table of words that stay behind the wall.
PRIVATE_COLUMNS = {"quotes": ("fingerprint", "approval")}


def _text(*, null: bool = False, isin: list[str] | None = None, unique: bool = False) -> pa.Column:
    return pa.Column(TEXT, pa.Check.isin(isin) if isin else None, nullable=null, unique=unique, coerce=True)


def _count(*, null: bool = False) -> pa.Column:
    return pa.Column(COUNT, pa.Check.ge(0), nullable=null, coerce=True)


def _number() -> pa.Column:
    return pa.Column(NUMBER, nullable=True, coerce=True)


def _schema(columns: dict[str, pa.Column], unique: list[str] | None = None) -> pa.DataFrameSchema:
    return pa.DataFrameSchema(columns, strict=True, ordered=True, unique=unique)


def _place() -> dict[str, pa.Column]:
    return {"source": _text(), "line": pa.Column("int64", pa.Check.ge(1), coerce=True), "wave": _text()}


def _turn() -> dict[str, pa.Column]:
    speaker = _text(isin=["interviewer", "participant", "other"])
    return {**_place(), "turn": _count(), "participant": _text(), "speaker": speaker}


SCHEMAS |= {
    # Floor 2: words as they were said.
    "interview_turns": _schema(
        {**_turn(), "name": _text(null=True), "start": _text(null=True), "text": _text()}, ["source", "line"]
    ),
    "interview_exclusions": EXCLUSIONS,
    # Floor 3: identifiers end. `offset` is where the turn's words begin in the interview's whole text.
    "coded_turns": _schema({**_turn(), "offset": _count(), "text": _text()}, ["source", "line"]),
    "redactions": _schema({**_place(), "kind": _text(isin=KINDS), "start": _count(), "end": _count()}),
    # Floor 5: `start` and `end` count code points of the interview's whole text.
    "segments": _schema(
        {
            **_place(),
            "participant": _text(),
            "theme": _text(),
            "coder": _text(),
            "stance": _text(null=True, isin=STANCES),
            "negative": pa.Column(FLAG, nullable=False, coerce=True),
            "start": _count(),
            "end": _count(),
            "text": _text(),
            "memo": _text(null=True),
            "origin": _text(),
        }
    ),
    "segments_refused": REFUSED,
    "interview_disagreements": _schema(
        {
            **_place(),
            "theme": _text(),
            "given_by": _text(),
            "not_by": _text(),
            "decision": _text(null=True, isin=["keep", "drop"]),
            "reason": _text(null=True),
        },
        ["source", "line", "theme"],
    ),
    "interview_matrix": _schema(
        {
            "participant": _text(),
            "source": _text(),
            "theme": _text(),
            "lines": _text(),
            "stance": _text(),
            "negative": pa.Column(FLAG, nullable=False, coerce=True),
            "words": _text(),
        },
        ["source", "theme"],
    ),
    "quote_candidates": _schema(
        {
            "quote": _text(unique=True),
            "theme": _text(),
            "kind": _text(isin=["typical", "dissenting"]),
            "origin": _text(isin=["comment", "interview"]),
            "stratum": _text(),
            "said_by": _text(null=True),
            "text": _text(),
            **_place(),
            "item": _text(null=True),
            "eligible": _count(),
            "coded_by": _text(),
            "reason": _text(),
            "fingerprint": _text(),
        }
    ),
    "quotes_to_approve": _schema(
        {
            "quote": _text(unique=True),
            "fingerprint": _text(),
            "decision": _text(null=True),
            "by": _text(null=True),
            "on": _text(null=True),
            "note": _text(null=True),
            "theme": _text(),
            "kind": _text(),
            "said_by": _text(null=True),
            "text": _text(),
        }
    ),
    # Floor 6, private: a coefficient or a curve over eight interviews tells of single ones.
    "interviews_agreement": _schema(
        {
            "row_id": _text(unique=True),
            "coders": _text(),
            "theme": _text(),
            "n_units": _count(),
            "n_both": _count(),
            "n_either": _count(),
            "kappa": _number(),
            "alpha": _number(),
            "positive_agreement": _number(),
        }
    ),
    "interviews_accumulation": _schema(
        {
            "row_id": _text(unique=True),
            "interviews": _count(),
            "themes_mean": _number(),
            "themes_fewest": _count(),
            "themes_most": _count(),
            "themes_new": _number(),
        }
    ),
    # Floor 6, words that pass.
    "interviews_themes": _schema(
        {
            "row_id": _text(unique=True),
            "theme": _text(),
            "label": _text(),
            "definition": _text(),
            "extent": _text(isin=["none", "one", "some", "several"]),
            "stance": _text(isin=[*STANCES, "both", "neither"]),
            "summary": _text(null=True),
            "negative_case": _text(null=True),
            "approved_on": _text(),
        }
    ),
    "interviews_method": _schema({"row_id": _text(unique=True), "aspect": _text(), "statement": _text()}),
    "triangulation": _schema(
        {
            "row_id": _text(unique=True),
            "finding": _text(),
            "statement": _text(),
            "survey": _text(isin=SAID),
            "comments": _text(isin=SAID),
            "interviews": _text(isin=SAID),
            "verdict": _text(isin=["agree", "dissent", "one source alone", "silent"]),
            "note": _text(null=True),
        }
    ),
    "quotes": _schema(
        {
            "row_id": _text(unique=True),
            "theme": _text(),
            "kind": _text(isin=["typical", "dissenting"]),
            "origin": _text(isin=["comment", "interview"]),
            "said_by": _text(null=True),
            "text": _text(),
            "approval": _text(isin=APPROVALS),
            "approved_on": _text(null=True),
            "fingerprint": _text(),
        }
    ),
}
WORDS = ("interviews_themes", "interviews_method", "triangulation", "quotes")
for _name in WORDS:
    _kept = {
        column: rule for column, rule in SCHEMAS[_name].columns.items() if column not in PRIVATE_COLUMNS.get(_name, ())
    }
    SCHEMAS[f"released_{_name}"] = _schema(_kept)
