"""Scores by hand: means and sums with missing items, minimum answered, indices of what is known about people."""

from __future__ import annotations

import pandas as pd
import pytest
from by_hand import about_table, floor_of, response_table, scale
from prepost.scoring import score
from prepost.study import Index
from prepost.tables import check

NONE = float("nan")


@pytest.mark.parametrize(
    ("method", "least", "answers", "expected"),
    [
        ("mean", 1, [1, 2, 6], 3.0),  # 9 / 3
        ("mean", 1, [1, None, 6], 3.5),  # 7 / 2
        ("mean", 2, [None, None, 6], NONE),
        ("mean", 3, [1, 2, None], NONE),
        ("mean", 1, [None, None, None], NONE),
        ("sum", 1, [1, 2, 6], 9.0),
        ("sum", 2, [1, None, 6], 10.5),  # 3 items at the mean of 3.5
        ("sum", 3, [1, None, 6], NONE),
        ("mean", 1, [0, 0, 0], 0.0),  # zero is an answer
    ],
)
def test_a_scale_scores_what_was_answered(method, least, answers, expected) -> None:
    frame = pd.DataFrame([answers], columns=["a", "b", "c"], dtype="float64")
    found = score(frame, scale("s", ["a", "b", "c"], method=method, min_answered=least)).iloc[0]
    assert found == expected or (pd.isna(found) and pd.isna(expected))


def test_an_item_that_no_source_asked_counts_as_not_answered() -> None:
    found = score(pd.DataFrame({"a": [2.0]}), scale("s", ["a", "b"], min_answered=2))
    assert found.isna().all()
    assert found.name == "s"


def test_outcomes_stand_at_their_waves_and_indices_at_their_place() -> None:
    responses = response_table(
        [
            {"wave": "pre", "key": "x", "module": "A", "a": 1, "b": 3},
            {"wave": "post", "key": "x", "module": "A", "a": 4, "b": 4},
            {"wave": "post", "key": "y", "module": "A", "a": 2},
            {"wave": "post", "key": None, "module": "A", "a": 5},
        ]
    )
    about = about_table(
        [{"key": "x", "done": 2, "often": 5}, {"key": "y", "done": None, "often": None}], ("done", "often")
    )
    indices = [
        Index(name="engagement", label="E", place="about", items=["done", "often"]),
        Index(name="later", label="L", place="post", items=["a", "b"], min_answered=2),
    ]
    only_after = scale("only_after", ["b"], waves=["post"])
    floor = floor_of(responses, about, [scale("both", ["a", "b"]), only_after], indices)
    scores = check(floor.scores, "scores", "scores").set_index("line")
    assert scores.index.tolist() == [2, 3, 4]  # the response with a blank key is not used
    assert scores["both"].tolist() == [2.0, 4.0, 2.0]
    assert scores["only_after"].fillna(-1).tolist() == [-1, 4.0, -1]
    assert scores["engagement"].fillna(-1).tolist() == [3.5, 3.5, -1]
    assert scores["later"].fillna(-1).tolist() == [-1, 4.0, -1]


def test_no_responses_give_no_scores() -> None:
    floor = floor_of(response_table([]), about_table([]), [scale("s", ["a"])])
    assert check(floor.scores, "scores", "scores").empty
