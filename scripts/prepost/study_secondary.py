"""What a study declares beside its primary analysis: who is lost, how sure it is, and what other choices would give."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from prepost.study_parts import Name, Part, Text

Sheet = Annotated[str, Field(pattern=r"^[a-z0-9_]+\.csv$")]


class Items(Part):
    """Single questions as ordinal answers. `top` is how many of the highest answers count as agreement."""

    by: list[Name] = []  # categories whose change may differ: module, role_group
    top: Annotated[int, Field(ge=1)] = 1


class Lasting(Part):
    """Does it last. `later` is the wave after the primary comparison; `margin` how much may be lost, in scale points.

    Without a margin each outcome's smallest effect of interest is its margin.
    """

    later: Name | None = None
    margin: Annotated[float, Field(gt=0)] | None = None


class Attrition(Part):
    """Who is lost between the waves of the primary comparison, and what that may do.

    `covariates` are known at the first wave: categories, `module`, outcomes. Weights are trimmed at the quantile
    `trim` and one minus it.
    """

    covariates: list[Name] = []
    trim: Annotated[float, Field(ge=0, le=0.1)] = 0.01


class Linkage(Part):
    """How sure the links are, and what their error does to the result.

    Beside the headline stand the pairs that are at least as probable as each of `thresholds`. A false link finds its
    stranger within the categories `within`, where these are known before.
    """

    thresholds: Annotated[list[Annotated[float, Field(gt=0, lt=1)]], Field(min_length=1, max_length=5)] = [
        *(0.99, 0.9, 0.5),
    ]
    within: list[Name] = ["module"]


class Measurement(Part):
    """Whether the scales measure alike: over the waves, and in the groups of `by`."""

    by: Name | None = None


class Subgroups(Part):
    """For whom: the change of each group against all others; below `fewest` people it is too few to say."""

    by: list[Name] = []
    fewest: Annotated[int, Field(ge=2)] = 30


class Places(Part):
    """Regions and boards. `workforce`, `tiles` and `successors` are sheets of config/, each optional."""

    by: Name
    workforce: Sheet | None = None
    tiles: Sheet | None = None
    successors: Sheet | None = None


class Choice(Part):
    """A choice that could have been made otherwise; the first option is the primary analysis's."""

    choice: Literal["flagged", "completions", "waves", "metric", "weights", "pairs"]
    options: Annotated[list[Name], Field(min_length=2)]
    reason: Text

    @model_validator(mode="after")
    def _known(self):
        known = OPTIONS[self.choice]
        for option in self.options:
            if option not in known:
                raise ValueError(f"'{option}' is no option of {self.choice}; known are {', '.join(known)}")
        return self


#: What each choice may be. The first of each is what the primary analysis does.
OPTIONS: dict[str, tuple[str, ...]] = {
    "flagged": ("kept", "without_speeders", "without_straight_liners", "without_both"),
    "completions": ("all", "first", "last"),  # of one person
    "waves": ("two", "three"),  # answered two waves, or all three
    "metric": ("scale", "items", "latent"),
    "weights": ("none", "attrition"),
    "pairs": ("exact", "tolerant"),
}


class Secondary(Part):
    """Every analysis beside the primary one; all concern the primary comparison."""

    items: Items = Items()
    lasting: Lasting = Lasting()
    attrition: Attrition = Attrition()
    linkage: Linkage = Linkage()
    measurement: Measurement = Measurement()
    subgroups: Subgroups = Subgroups()
    places: Places | None = None
    specifications: list[Choice] = []
