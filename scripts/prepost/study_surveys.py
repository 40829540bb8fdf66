"""What a study declares of its surveys beside the learners': the public, the professionals, appointments."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, model_validator

from prepost.study_parts import Name, Part
from prepost.study_secondary import Sheet

__all__ = [
    "Appointments",
    "Elements",
    "Fieldwork",
    "Population",
    "Professionals",
    "Surveys",
    "Trim",
]


class Fieldwork(Part):
    """When a survey was in the field, and what makes a response unfit; the learners' rules do not hold here."""

    opens: date | None = None
    closes: date | None = None
    consent: Name | None = None  # an item; its answers in `accept` mean yes
    accept: list[str] = ["yes"]
    duplicates: Literal["first", "last", "most_complete"] = "last"  # of one response id
    seconds: Annotated[float, Field(gt=0)] | None = None  # quicker responses are set aside
    unfitting_share: Annotated[float, Field(gt=0, lt=1)] = 0.2  # more answers off an item's scale: the file is refused


class Elements(Part):
    """Yes-or-no items that are counted together; `name` may stand as an item in survey_shares.csv."""

    name: Name
    items: Annotated[list[Name], Field(min_length=2)]

    @model_validator(mode="after")
    def _once(self):
        if len(set(self.items)) < len(self.items):
            raise ValueError("an item is named twice")
        return self


class Trim(Part):
    """Bounds of the weights, as multiples of the mean weight."""

    low: Annotated[float, Field(gt=0, lt=1)] | None = None
    high: Annotated[float, Field(gt=1)] | None = None


class Population(Part):
    """A survey of the public, weighted to known margins."""

    fieldwork: Fieldwork = Fieldwork()
    margins: Sheet = "targets.csv"
    trim: Trim = Trim()
    replicates: Annotated[int, Field(ge=20)] = 100  # random groups of the jackknife
    elements: Elements | None = None


class Professionals(Part):
    """A survey of professionals: what they do themselves, and what their organisation does, item by item."""

    fieldwork: Fieldwork = Fieldwork()
    own: Elements
    organisation: Elements

    @model_validator(mode="after")
    def _side_by_side(self):
        if len(self.own.items) != len(self.organisation.items):
            raise ValueError("own and organisation need the same number of items: they are set side by side in order")
        return self


class Appointments(Part):
    """A survey of appointments: what people experienced in each, and how they felt after it."""

    fieldwork: Fieldwork = Fieldwork()
    person: Name
    elements: Elements
    enough: Annotated[int, Field(ge=1)]  # so many elements or more: personalised care was experienced
    steps: list[Annotated[int, Field(ge=0)]] = []  # where the bands of the number of elements begin, 0 first
    outcomes: Annotated[list[Name], Field(min_length=1)]
    adjust: list[Name] = []


class Surveys(Part):
    """Each survey that the study has; its strand switches it on."""

    population: Population | None = None
    professionals: Professionals | None = None
    appointments: Appointments | None = None
    bases: Sheet = "survey_bases.csv"
    shares: Sheet = "survey_shares.csv"
