"""The grammar of conditions: declared, never evaluated."""

from __future__ import annotations

import pytest
from prepost.conditions import KINDS, Condition
from pydantic import ValidationError

EACH = {
    "answered": "post.confidence",
    "equals": {"about.cohort": "1"},
    "in": {"about.cohort": ["1", "2"]},
    "between": {"pre.age": [18, 65]},
    "all": [{"answered": "pre.a"}, {"answered": "post.a"}],
    "any": [{"answered": "pre.a"}, {"answered": "post.a"}],
    "not": {"answered": "pre.a"},
}


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_read_and_written_as_it_was(kind) -> None:
    condition = Condition.model_validate({kind: EACH[kind]})
    assert condition.kind == kind
    again = Condition.model_validate(condition.model_dump(mode="json", by_alias=True))
    assert again == condition
    assert list(condition.model_dump(mode="json", by_alias=True)) == [kind]


def test_names_are_found_however_deep() -> None:
    tree = {"any": [{"not": {"all": [{"answered": "a.b"}, {"equals": {"c.d": 1}}]}}, {"in": {"e.f": [1]}}]}
    assert list(Condition.model_validate(tree).names()) == ["a.b", "c.d", "e.f"]


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"answered": "a.b", "equals": {"a.b": 1}},
        {"equals": {"a.b": 1, "c.d": 2}},
        {"equals": {}},
        {"equals": {"a.b": None}},
        {"between": {"a.b": [1]}},
        {"between": {"a.b": ["low", "high"]}},
        {"in": {"a.b": 1}},
        {"not": [{"answered": "a.b"}]},
        {"all": {"answered": "a.b"}},
        {"eval": "__import__('os')"},
        "a.b == 1",
    ],
)
def test_anything_else_is_refused(wrong) -> None:
    with pytest.raises(ValidationError):
        Condition.model_validate(wrong)


@pytest.mark.parametrize("wrong", [{"all": []}, {"any": []}, {"in": {"a.b": []}}, {"between": {"a.b": [5, 1]}}])
def test_conditions_that_hold_for_everybody_or_nobody_are_refused(wrong) -> None:
    with pytest.raises(ValidationError):
        Condition.model_validate(wrong)
