"""How one person is known again: the key, the elements that weigh where it is wrong, and the settings of matching."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from prepost.study_parts import Name, Part

Rule = Literal["trim", "lower", "accents", "blanks", "punctuation", "plus_tags", "confusables", "leading_zeros"]
Chance = Annotated[float, Field(gt=0, lt=1)]
DEFAULT_THRESHOLDS: dict[str, list[float]] = {"edit_distance": [1], "token": [0.5]}


class Element(Part):
    """A piece of evidence that two responses are one person's: an item, and how two answers to it are compared.

    `thresholds` are, for edit_distance, how many edits still count as near, each a level of its own ([1, 2]); for
    token, which share of the words must be the same ([0.5]). `normalise` stands in place of the person's.
    """

    item: Name
    comparison: Literal["exact", "edit_distance", "date_parts", "token"] = "exact"
    normalise: list[Rule] | None = None
    thresholds: list[Annotated[float, Field(gt=0)]] | None = None

    @model_validator(mode="after")
    def _thresholds_fit(self):
        given = self.thresholds
        if given is None:
            return self
        if self.comparison not in DEFAULT_THRESHOLDS:
            raise ValueError(f"the comparison {self.comparison} has no thresholds")
        if self.comparison == "edit_distance" and (given != sorted(set(given)) or any(n % 1 for n in given)):
            raise ValueError("thresholds of edit_distance are whole numbers of edits that rise, as [1, 2]")
        if self.comparison == "token" and (given != sorted(set(given), reverse=True) or max(given) > 1):
            raise ValueError("thresholds of token are shares of words that fall, as [0.8, 0.5]")
        return self

    @property
    def near(self) -> list[float]:
        """The thresholds, or those that the comparison has of its own."""
        return self.thresholds if self.thresholds is not None else DEFAULT_THRESHOLDS.get(self.comparison, [])


class Person(Part):
    """How one person is known again: the identifier items, and how they are normalised before they are compared.

    `elements` are weighed where the key does not agree; without them only the exact key links.
    """

    key: Annotated[list[Name], Field(min_length=1)]
    normalise: list[Rule]
    elements: list[Element] = []


class Tolerant(Part):
    """Linking where keys are wrong. A pair as probable as `accept` is linked, one as probable as `review` is shown.

    `without_review` is what happens to a shown pair until a reviewed sheet returns. `most_pairs` is how many pairs one
    rule of `blocking` may compare; a rule is a list of elements that must be the same for two responses to be
    compared at all, and without rules all are compared. `memory` bounds the database, which then goes to the disk.
    """

    use: bool
    accept: Chance
    review: Chance
    without_review: Literal["refuse", "accept"]
    most_pairs: Annotated[int, Field(ge=1)]
    blocking: list[Annotated[list[Name], Field(min_length=1)]]
    memory: Annotated[str, Field(pattern=r"^\d+(\.\d+)?(MB|GB)$")]

    @model_validator(mode="after")
    def _review_before_accept(self):
        if self.review > self.accept:
            raise ValueError(f"review is {self.review}, above accept, which is {self.accept}")
        return self


class Matching(Part):
    """Which response of a person is used when there are several in one wave of one module, and which links count.

    `several_in_wave` none: a key given more than once names nobody there. `most_with_one_key`: a key that more
    responses of one wave and module give is nobody's (an office's address, "n/a"). `headline` is the procedure whose
    pairs the report rests on.
    """

    several_in_wave: Literal["first", "last", "most_complete", "none"]
    most_with_one_key: Annotated[int, Field(ge=1)]
    headline: Literal["exact", "tolerant"]
    tolerant: Tolerant
