"""What a study is: the types of its YAML file and of its sheets together."""

from __future__ import annotations

import json
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from prepost.conditions import Condition
from prepost.sheets import FieldRow, ItemRow, RecodeRow, SourceRow
from prepost.study_comments import Comments
from prepost.study_interviews import Deidentify, Interviews, Quotes
from prepost.study_linkage import Matching, Person
from prepost.study_parts import Name, Part, Text
from prepost.study_secondary import Secondary, Sheet
from prepost.study_surveys import Surveys
from prepost.table_names import PARTS

WHERE = "config/study.yaml"
RELIABLE = "reliable_change"
Role = Literal["primary", "secondary", "sensitivity"]
Strand = Literal["learners", "interviews", "population", "professionals", "appointments", "economics", "claims"]


class Wave(Part):
    """A time at which learners were asked. `when` ends the sentence "asked …"; responses outside the window go."""

    name: Name
    label: Text
    when: Text
    opens: date | None = None
    closes: date | None = None
    thinking_back_to: Name | None = None  # asked later about that wave; never pooled with it, never primary


class Nouns(Part):
    """What the report calls things: a learner, a matched completion, the training."""

    learner: Text = "learner"
    learners: Text = "learners"
    module: Text = "module"
    modules: Text = "modules"
    training: Text = "the training"


class Vocabulary(Part):
    """A category item, the sheet that maps its answers, and the columns that the sheet gives."""

    item: Name
    sheet: Annotated[str, Field(pattern=r"^[a-z0-9_]+\.csv$")]
    columns: Annotated[list[Name], Field(min_length=1)]


class Scale(Part):
    """A score made of items. `smallest_effect` is in scale points; `kirkpatrick` is the level of evidence, 1 to 4."""

    name: Name
    label: Text
    items: Annotated[list[Name], Field(min_length=1)]
    method: Literal["mean", "sum"] = "mean"
    min_answered: Annotated[int, Field(ge=1)] = 1

    @model_validator(mode="after")
    def _enough_items(self):
        if self.min_answered > len(self.items):
            raise ValueError(f"min_answered is {self.min_answered}, but there are {len(self.items)} items")
        if len(set(self.items)) < len(self.items):
            raise ValueError("an item is named twice")
        return self


class Outcome(Scale):
    """What the training is meant to change. `phrase` completes "self-rated …" in a sentence."""

    phrase: Text
    smallest_effect: Annotated[float, Field(gt=0)]
    moves: Literal["smallest_effect", "reliable_change"] = "smallest_effect"  # beyond which a change is one
    control: bool = False  # the training should not change it: a comparison for the others
    # Correlation that two scores of unchanged people would have, from a retest elsewhere; without it alpha stands in.
    retest: Annotated[float, Field(gt=0, le=1)] | None = None
    kirkpatrick: Annotated[int, Field(ge=1, le=4)] = 2
    waves: list[Name] | None = None  # None: every wave

    @property
    def heading(self) -> str:
        """The label, and beside it that the outcome is there for comparison, where it is."""
        return f"{self.label} (for comparison)" if self.control else self.label


class Index(Scale):
    """A score over items of any source, for conditions. `place` is a wave, or `about`."""

    place: Name


class Consent(Part):
    """The item that gives consent and the answers (codes or labels) that mean yes."""

    item: Name
    accept: Annotated[list[str], Field(min_length=1)]


class Speeders(Part):
    """Responses quicker than `seconds` are flagged, and dropped where `drop` says so."""

    seconds: Annotated[float, Field(gt=0)]
    drop: bool = False


class StraightLiners(Part):
    """Responses with one answer to at least `items` ordinal items are flagged, and dropped where `drop` says so."""

    items: Annotated[int, Field(ge=3)]
    drop: bool = False


class TestAnswers(Part):
    """A response whose `item` holds one of these answers is a test of the survey, not a learner."""

    __test__ = False
    item: Name
    answers: Annotated[list[str], Field(min_length=1)]


class Cleaning(Part):
    """What makes a response unfit, and which of several is kept."""

    consent: Consent | None
    tests: list[TestAnswers]
    duplicates: Literal["first", "last", "most_complete"]  # of one response id within one source and wave
    min_answered: Annotated[int, Field(ge=0)]  # fewer answered outcome items: the response is empty; 0 keeps all
    speeders: Speeders | None
    straight_liners: StraightLiners | None
    unfitting_share: Annotated[float, Field(gt=0, lt=1)]  # more answers off an item's scale: the file is refused


class Comparison(Part):
    """A change between two waves, over matched completions. `group_by` names a category; blank is overall."""

    name: Name
    label: Text
    role: Role
    wave_from: Name
    wave_to: Name
    outcomes: Annotated[list[Name], Field(min_length=1)]
    group_by: Name | None = None
    include: Condition | None = None
    family: Name | None = None
    adjust: Literal["holm", "bh", "none"] = "none"


class Level(Part):
    """An outcome shown as a level at one wave, never as a change."""

    name: Name
    label: Text
    role: Role
    wave: Name
    outcomes: Annotated[list[Name], Field(min_length=1)]
    group_by: Name | None = None


class Statistics(Part):
    """Level of the intervals and number of bootstrap resamples (of people)."""

    ci_level: Annotated[float, Field(gt=0.5, lt=1)]
    resamples: Annotated[int, Field(ge=200)]


class Release(Part):
    """Counts below `threshold` are withheld; `rounding` rounds counts to that base after suppression."""

    threshold: Annotated[int, Field(ge=2)]
    rounding: Annotated[int, Field(ge=2)] | None


class Settings(Part):
    """What study.yaml holds."""

    title: Text
    subtitle: str = ""
    commissioner: Text
    authors: list[str] = []
    data_window: Text
    data_date: date
    language: Text
    synthetic: bool
    seed: int
    strands: Annotated[list[Strand], Field(min_length=1)]
    nouns: Nouns = Nouns()
    waves: Annotated[list[Wave], Field(min_length=1)]
    person: Person
    vocabularies: list[Vocabulary]
    outcomes: Annotated[list[Outcome], Field(min_length=1)]
    indices: list[Index]
    cleaning: Cleaning
    matching: Matching
    comparisons: list[Comparison]
    levels: list[Level]
    participants: list[Name]  # category columns of Table 1, in its order
    statistics: Statistics
    secondary: Secondary = Secondary()
    comments: Comments | None = None
    interviews: Interviews | None = None
    deidentify: Deidentify = Deidentify()
    quotes: Quotes | None = None
    checklists: Sheet | None = None  # reporting guidelines, item by item, and where each is answered
    surveys: Surveys = Surveys()
    release: Release

    @property
    def parts(self) -> list[str]:
        """What is switched on, of `prepost.table_names.PARTS` and in their order."""
        on = {"learners", *self.strands}
        on |= {part for part in ("comments", "quotes") if getattr(self, part)}
        return [part for part in PARTS if part in on]

    @property
    def primary(self) -> Comparison | None:
        """The primary comparison, or None where the study has none."""
        return next((part for part in self.comparisons if part.role == "primary"), None)

    def outcome(self, name: str) -> Outcome:
        """Return the outcome of that name."""
        return next(outcome for outcome in self.outcomes if outcome.name == name)


class Study(Part):
    """A study: its settings, and its sheets row by row."""

    settings: Settings
    sources: list[SourceRow]
    items: list[ItemRow]
    fields: list[FieldRow]
    recodes: list[RecodeRow]

    def part(self, *names: str) -> Any:
        """Return one part of the settings (a dotted path such as ``"cleaning"``) as plain JSON values."""
        found: Any = self.settings.model_dump(mode="json", by_alias=True, exclude_none=False)
        for name in names:
            found = found[name]
        return found

    def sources_of(self, strand: str) -> list[str]:
        """Names of the sources of a strand, in the sheet's order."""
        return [row.source for row in self.sources if row.strand == strand]


def json_schema() -> str:
    """Return the JSON schema of study.yaml for editors; a test holds the file in workflow/schemas to it."""
    return json.dumps(Settings.model_json_schema(by_alias=True), indent=2, ensure_ascii=False) + "\n"
