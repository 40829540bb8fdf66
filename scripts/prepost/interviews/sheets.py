"""The sheets of the interviews, of quoting and of the reporting checklists: what each row holds."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, model_validator

from prepost.sheets import Blank, Name, OptionalName, OptionalText, Row, YesNo

NOT_DONE = "not done"
Text = Annotated[str, Field(min_length=1)]
Stance = Annotated[Literal["supports", "against"] | None, Blank]


class ThemeRow(Row):
    """A theme of the interviews (`interview_themes.csv`)."""

    theme: Name
    label: Text
    parent: OptionalName = None
    definition: Text
    include: OptionalText = None
    exclude: OptionalText = None


class CodebookRow(Row):
    """A version of the code book: when it changed, what, and why (`codebook_versions.csv`)."""

    version: Text
    date: date
    change: Text
    reason: Text


class ParticipantRow(Row):
    """One interview and what its participant agreed to (`data/returned/interviews/participants.csv`)."""

    source: Name
    participant: Text  # a code, never a name
    interviewer: OptionalText = None  # as the transcript names them
    consent: YesNo = False  # to take part
    consent_quotes: YesNo = False  # to be quoted without a name
    consent_label: YesNo = False  # to one label under all of their words


class SegmentRow(Row):
    """A coded stretch of a turn (`data/returned/interviews/segments*.csv`)."""

    source: Name
    at: Annotated[int, Field(ge=1, alias="line")]  # the turn's line in the transcript
    words: OptionalText = None  # as the turn has them, blank for the whole turn
    theme: Text
    coder: Name
    stance: Stance = None  # towards the theme's statement
    negative: YesNo = False  # a negative case: it goes against what most say
    memo: OptionalText = None


class AdjudicationRow(Row):
    """What was decided where two coders differed (`data/returned/interviews/adjudications*.csv`)."""

    source: Name
    at: Annotated[int, Field(ge=1, alias="line")]
    theme: Text
    decision: Literal["keep", "drop"]
    reason: Text


class SummaryRow(Row):
    """What the interviews say on a theme, in words for the public (`data/returned/interviews/summaries.csv`)."""

    theme: Text
    fingerprint: Text  # of the segments that it sums up
    summary: Text
    negative_case: OptionalText = None
    approved_by: OptionalText = None
    approved_on: Annotated[date | None, Blank] = None

    @model_validator(mode="after")
    def _signed(self):
        if (self.approved_by is None) != (self.approved_on is None):
            raise ValueError("approved_by and approved_on stand together, or both are blank")
        return self


class TriangulationRow(Row):
    """One finding on which survey, comments and interviews are laid beside each other (`triangulation.csv`)."""

    finding: Name
    statement: Text
    outcome: OptionalName = None  # of the primary comparison; higher supports the statement
    comment_theme: OptionalName = None
    comment_means: Stance = None  # what speaking of that theme means for the statement
    interview_theme: OptionalName = None
    note: OptionalText = None


class ApprovalRow(Row):
    """What a person decided on a quotation (`data/returned/quotes/*.csv`)."""

    quote: Text
    fingerprint: Text
    decision: Literal["approve", "refuse"]
    by: Text
    on: date
    note: OptionalText = None


class ChecklistRow(Row):
    """An item of a reporting guideline and where it is answered (`reporting.csv`).

    `answer` is a place of the report (``#sec-attrition``), a file of the study (``config/governance.yaml``), or
    ``not done``; then `note` says why.
    """

    checklist: Literal["COREQ", "SRQR", "GRAMMS"]
    number: Annotated[int, Field(ge=1)]
    item: Text
    answer: Text
    note: OptionalText = None

    @model_validator(mode="after")
    def _answered(self):
        if not (self.answer == NOT_DONE or self.answer.startswith(("#", "config/"))):
            raise ValueError(f"answer is a place of the report (#sec-…), a file of config/, or '{NOT_DONE}'")
        if self.answer == NOT_DONE and not self.note:
            raise ValueError("what was not done needs a note that says why")
        return self


class NameRow(Row):
    """A name that is taken out of free text (`data/returned/deidentify/…`)."""

    name: Text
    note: OptionalText = None
