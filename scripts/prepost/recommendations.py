"""Recommendations with the numbers that bear on them (`recommendations.csv`), and answers to a reporting checklist."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from prepost.errors import Fault, StudyError
from prepost.facts import Facts
from prepost.sheets import Blank, OptionalText, Row, read_sheet

WHERE, CHECKLIST = "config/recommendations.csv", "config/cheers.csv"
NOT_DONE = "not done"
Words = Annotated[str, Field(min_length=1)]
RELATIONS = {"supports": "Supports it", "qualifies": "Qualifies it", "contradicts": "Contradicts it"}


class RecommendationRow(Row):
    """One number that bears on one recommendation; without a number, that none does, and why."""

    set: Words  # whose recommendations: each set is shown apart
    recommendation: Words
    relation: Annotated[Literal["supports", "qualifies", "contradicts"] | None, Blank] = None
    fact: OptionalText = None  # <table>/<row>/<column>, as the report's appendix gives it
    reading: Words  # what the number says here; [[fact]] stands for it

    @model_validator(mode="after")
    def _linked(self) -> RecommendationRow:
        if (self.relation is None) != (self.fact is None):
            raise ValueError("relation and fact stand together, or are both blank")
        if self.fact is not None and "[[fact" not in self.reading:
            raise ValueError("reading does not say where the number stands: write [[fact]] in it, or [[fact %]]")
        return self


class ChecklistRow(Row):
    """One item of a reporting checklist: where it is answered (`#sec-money`), or "not done" with the reason."""

    item: Annotated[int, Field(ge=1)]
    asks: Words
    answered: Annotated[str, Field(pattern=r"^(#[a-z][a-z0-9-]*|not done)$")]
    note: OptionalText = None

    @model_validator(mode="after")
    def _reason(self) -> ChecklistRow:
        if self.answered == NOT_DONE and not self.note:
            raise ValueError("what is not done needs its reason under note")
        return self


def load_recommendations(path: Path) -> list[RecommendationRow]:
    """Read the sheet of recommendations; every fault at once."""
    return read_sheet(path, RecommendationRow)


def load_checklist(path: Path) -> list[ChecklistRow]:
    """Read the answers to a checklist; every fault at once, a number that is missing or stands twice among them."""
    rows = read_sheet(path, ChecklistRow, key="item")
    lacking = sorted(set(range(1, max((row.item for row in rows), default=0) + 1)) - {row.item for row in rows})
    if lacking:
        what = f"item {', '.join(map(str, lacking))} is not answered"
        raise StudyError(Fault(f"{CHECKLIST} · item", what, "every item from 1 on", "add it, if only as not done"))
    return rows


def hold_to_facts(rows: list[RecommendationRow], facts: Facts) -> None:
    """Raise one StudyError that names every linked number which the released tables do not hold (any more)."""
    faults = []
    for row in rows:
        try:
            if row.fact is not None:
                facts.fact(row.fact, where=f"{WHERE} · line {row.line} · fact")
        except StudyError as error:
            faults.extend(error.faults)
    if faults:
        raise StudyError(*faults)
