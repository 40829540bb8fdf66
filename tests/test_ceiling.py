"""Ceiling and floor, and what selecting those with room does by itself; equal to R and to arithmetic."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from prepost.ceiling import LABEL, at_the_ends, change_with_room

# Rscript tests/reference/ceiling.R > tests/reference/ceiling.csv (R 4.2.2, clubSandwich 0.5.8)
OF_R = pd.read_csv(Path(__file__).parent / "reference" / "ceiling.csv").set_index(["case", "quantity"])["value"]


@pytest.fixture(scope="module")
def pairs() -> pd.DataFrame:
    """150 pairs of 120 people by integer arithmetic, as in the R file."""
    i = np.arange(150)
    before = np.minimum(5, 2 + i * 37 % 17 / 4)
    after = np.clip(before + (i * 29 % 9 - 3) / 4, 1, 5)
    return pd.DataFrame({"before": before, "after": after, "person": np.where(i < 120, i, i - 120)})


def test_counts_at_the_ends_and_their_change_equal_r(pairs):
    table = at_the_ends(pairs["before"], pairs["after"], pairs["person"], low=2, high=5).set_index("end")
    for end in ("highest", "lowest"):
        for name in ("count_before", "count_after", "count_both", "n", "change", "ci_low", "ci_high"):
            assert table.loc[end, name] == pytest.approx(OF_R[end, name], rel=1e-6), (end, name)
        assert table.loc[end, "share_before"] == table.loc[end, "count_before"] / 150
        assert table.loc[end, "n_people"] == 120


def test_counts_at_the_ends_by_hand():
    """Scale means differ from the end by their last binary digit only: they are at the end."""
    third = (5 + 5 + 5 + 5 * (0.1 + 0.2) / 0.3) / 4
    table = at_the_ends([third, 4, 5, 1, 2], [5, third, 4.75, 2, None], low=1, high=5).set_index("end")
    assert table.loc["highest", ["count_before", "count_after", "count_both", "n"]].tolist() == [2, 2, 1, 4]
    assert table.loc["lowest", ["count_before", "count_after", "count_both"]].tolist() == [1, 0, 0]
    assert table.loc["lowest", "change"] == pytest.approx(-0.25)


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        ([], [], "no complete pairs"),
        ([5.0], [5.0], "one pair only"),
        ([3.0, 4.0, 2.0], [3.0, 4.0, 3.0], "every value is the same"),
    ],
)
def test_ends_without_an_interval_say_why(before, after, why):
    for _, row in at_the_ends(before, after, low=1, high=5).iterrows():
        assert why in row["note"] and np.isnan(row["ci_low"]) and row["ci_method"] == ""


def test_those_with_room_equal_r(pairs):
    made = change_with_room(pairs["before"], pairs["after"], pairs["person"], below=5, reliability=0.7)
    for name in ("observed", "expected", "expected_normal", "estimate", "se", "ci_low", "ci_high"):
        assert getattr(made, name) == pytest.approx(OF_R["room", name], rel=1e-6), name
    assert (made.n, made.n_all) == (int((pairs["before"] < 5).sum()), 150)


def test_regression_to_the_mean_by_hand():
    """Shares .02 .06 .20 .42 .30 of 1 to 5, nothing changed, retest .546: those below 5 show +0.21.

    mean 3.92; of those below 5 (.02 + .12 + .60 + 1.68) / .70 = 3.4571; (1 - .546) × .4629 = .2101
    """
    before = np.repeat([1, 2, 3, 4, 5.0], [2, 6, 20, 42, 30])
    made = change_with_room(before, before, below=5, reliability=0.546)
    assert made.expected == pytest.approx(0.2101, abs=5e-5)
    assert made.estimate == pytest.approx(-0.2101, abs=5e-5)  # who did not move at all fell short of it
    assert "regression to the mean" in LABEL


def test_without_any_true_change_selecting_makes_a_gain_and_the_difference_takes_it_away():
    """Two noisy measurements of unchanged people on a five-point item, as in the methods: about +0.21 below 5."""
    rng = np.random.default_rng(5)
    n, edges = 40_000, [-2.054, -1.405, -0.583, 0.524]  # normal quantiles of .02 .08 .28 .70
    first = rng.normal(size=n)
    second = 0.61 * first + np.sqrt(1 - 0.61**2) * rng.normal(size=n)
    before, after = 1.0 + np.searchsorted(edges, first), 1.0 + np.searchsorted(edges, second)
    retest = float(np.corrcoef(before, after)[0, 1])
    made = change_with_room(before, after, below=5, reliability=retest)
    assert made.observed == pytest.approx(0.21, abs=0.015)
    assert abs(made.estimate) < 0.015
    assert abs(np.mean(after - before)) < 0.01


def test_a_perfect_reliability_expects_nothing(pairs):
    made = change_with_room(pairs["before"], pairs["after"], pairs["person"], below=5, reliability=1)
    assert made.expected == made.expected_normal == 0
    assert made.estimate == made.observed


@pytest.mark.parametrize(
    ("before", "after", "person", "why"),
    [
        ([], [], [], "nobody started below the cut"),
        ([5.0, 5.0], [4.0, 5.0], ["a", "b"], "nobody started below the cut"),
        ([3.0, 5.0, 5.0], [4.0, 5.0, 4.0], ["a", "b", "c"], "one pair only"),
        ([3.0, 4.0, 5.0], [4.0, 5.0, 4.0], ["a", "a", "c"], "one person's pairs only"),
        ([3.0, 3.0, 3.0], [4.0, 4.0, 4.0], ["a", "b", "c"], "every value is the same"),
    ],
)
def test_those_with_room_without_an_interval_say_why(before, after, person, why):
    made = change_with_room(before, after, person, below=5, reliability=0.8)
    assert why in made.note and np.isnan(made.ci_low) and np.isnan(made.ci_high) and made.ci_method == ""


def test_faults_of_the_caller_are_told():
    with pytest.raises(ValueError, match="reliability"):
        change_with_room([1, 2], [1, 2], below=5, reliability=0)
    with pytest.raises(ValueError, match="below its high end"):
        at_the_ends([1], [2], low=5, high=1)
