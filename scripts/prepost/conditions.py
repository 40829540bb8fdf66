"""Declarative conditions of a study: who is included in a comparison. Nothing is evaluated as code."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, model_serializer, model_validator

Value = str | float | int
Item = TypeVar("Item")
Some = Annotated[list[Item], Field(min_length=1)]  # of nothing, "all" would hold for everybody and "any" for nobody
KINDS = ("answered", "equals", "in", "between", "all", "any", "not")


class Condition(BaseModel):
    """One condition: exactly one of `KINDS`.

    An item is named ``<place>.<item>``, the place being a wave, or ``about`` for anything known about the
    person whatever the wave (demographics, an exit survey); an outcome or an index is named in the same way.

    Examples
    --------
    >>> Condition.model_validate({"all": [{"answered": "post.confidence"}, {"equals": {"about.cohort": "First"}}]}).kind
    'all'
    """

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    answered: str | None = None
    equals: Annotated[dict[str, Value], Field(min_length=1, max_length=1)] | None = None
    within: Annotated[dict[str, Some[Value]], Field(min_length=1, max_length=1)] | None = Field(None, alias="in")
    between: Annotated[dict[str, tuple[float, float]], Field(min_length=1, max_length=1)] | None = None
    all_of: Some[Condition] | None = Field(None, alias="all")
    any_of: Some[Condition] | None = Field(None, alias="any")
    negated: Condition | None = Field(None, alias="not")

    @model_validator(mode="after")
    def _one_kind(self) -> Condition:
        if len(self._given()) != 1:
            raise ValueError(f"a condition holds exactly one of {', '.join(KINDS)}")
        for name, (low, high) in (self.between or {}).items():
            if low > high:
                raise ValueError(f"between {low:g} and {high:g} lies nothing, so '{name}' never fits")
        return self

    @model_serializer(mode="wrap")
    def _only_what_is_given(self, handler) -> dict[str, Any]:
        return {name: value for name, value in handler(self).items() if value is not None}

    def _given(self) -> dict[str, Any]:
        fields = ("answered", "equals", "within", "between", "all_of", "any_of", "negated")
        return {name: getattr(self, name) for name in fields if getattr(self, name) is not None}

    @property
    def kind(self) -> str:
        """Which of `KINDS` this is."""
        name = next(iter(self._given()))
        return {"within": "in", "all_of": "all", "any_of": "any", "negated": "not"}.get(name, name)

    def names(self) -> Iterator[str]:
        """Every ``<place>.<item>`` that the condition speaks of."""
        given = next(iter(self._given().values()))
        if isinstance(given, str):
            yield given
        elif isinstance(given, dict):
            yield from given
        elif isinstance(given, Condition):
            yield from given.names()
        else:
            for part in given:
                yield from part.names()

    def parts(self) -> Iterator[Condition]:
        """Every condition inside this one that has no others inside, itself if it has none."""
        inside = self.all_of or self.any_of or ([self.negated] if self.negated else [])
        for part in inside:
            yield from part.parts()
        if not inside:
            yield self
