"""What a study declares of its interviews, of quoting and of taking identifiers out of free text."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from prepost.study_parts import Name, Part, Text
from prepost.study_secondary import Sheet

#: Where coders work apart and are compared; a reflexive analysis does not count its coders' agreement.
COUNTS_AGREEMENT = ("framework", "codebook")


class Coder(Part):
    """Someone who codes: the name on the coding sheets (never a person's own), and what they are to the study."""

    name: Name
    role: Text


class InformationPower(Part):
    """Why so many interviews suffice, on the five dimensions of Malterud et al. (2016, 10.1177/1049732315617444)."""

    aim: Text
    specificity: Text
    theory: Text
    dialogue: Text
    analysis: Text


class Interviews(Part):
    """Interviews and how they were coded. `themes`, `codebook` and `triangulation` are sheets of config/."""

    approach: Literal["framework", "codebook", "reflexive"]
    themes: Sheet = "interview_themes.csv"
    codebook: Sheet = "codebook_versions.csv"
    triangulation: Sheet | None = None
    coders: Annotated[list[Coder], Field(min_length=1)]
    adjudicator: Coder | None = None
    reflexivity: Text
    information_power: InformationPower

    @model_validator(mode="after")
    def _enough_coders(self):
        names = [coder.name for coder in self.coders]
        if len(set(names)) < len(names):
            raise ValueError("two coders have one name")
        if self.approach in COUNTS_AGREEMENT and (len(names) < 2 or self.adjudicator is None):
            raise ValueError(f"the approach is {self.approach}, so there must be two coders and an adjudicator")
        return self


class Deidentify(Part):
    """How names are found in free text. `names` is a sheet in data/returned/deidentify/; `model` needs make names."""

    names: Sheet | None = None
    model: bool = False


class QuoteConsent(Part):
    """The question that lets what somebody wrote be quoted, and the answers (codes or labels) that mean yes."""

    item: Name
    accept: Annotated[list[str], Field(min_length=1)]


class Quotes(Part):
    """How quotations are chosen: so many `typical` and `dissenting` ones a theme and stratum of `strata`.

    `said_by` are categories from the finest to the coarsest: the first whose cell holds enough people says who spoke.
    """

    consent: QuoteConsent
    strata: Name
    said_by: Annotated[list[Name], Field(min_length=1)]
    typical: Annotated[int, Field(ge=1)] = 1
    dissenting: Annotated[int, Field(ge=0)] = 1
    fewest_words: Annotated[int, Field(ge=1)] = 6
    most_words: Annotated[int, Field(ge=10)] = 60
