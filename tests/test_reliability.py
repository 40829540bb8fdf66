"""Cronbach's alpha: equal to R psych, with Feldt's interval."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pingouin
import pytest
from prepost.reliability import cronbach_alpha

SLEEPY = pd.DataFrame({"a": [1, 2, 3, 4, 5, 3, np.nan], "b": [2, 2, 4, 4, 5, 1, 3], "c": [1, 3, 3, 5, 4, 2, 2]})
REVERSED = pd.DataFrame({"a": [1, 2, 3, 4, 5], "b": [5, 4, 2, 2, 1], "c": [2, 1, 3, 5, 4]})


@pytest.fixture
def attitude(root) -> pd.DataFrame:
    return pd.read_csv(root / "tests" / "reference" / "attitude.csv")  # R datasets::attitude, 30 x 7


# Rscript tests/reference/reliability.R: psych::alpha(items)$total$raw_alpha, psych::alpha.ci(a, n, k)
def test_attitude_is_psych(attitude):
    result = cronbach_alpha(attitude)
    assert result[:3] == pytest.approx((0.843142769564760, 0.739375685643107, 0.915773072159982), rel=1e-10)
    assert (result.k, result.n, result.ci_method, result.note) == (7, 30, "Feldt 1965", "")


def test_incomplete_responses_are_left_out():
    result = cronbach_alpha(SLEEPY)
    assert result[:3] == pytest.approx((0.900000000000000, 0.576391433181136, 0.984892329897002), rel=1e-10)
    assert result.n == 6
    assert cronbach_alpha(SLEEPY.astype("Float64")) == result


def test_a_reversed_item_is_suspected():
    result = cronbach_alpha(REVERSED)
    assert result[:3] == pytest.approx((-2.777777777777778, -18.087721710039929, 0.579292394167714), rel=1e-10)
    assert "reversed" in result.note


def test_pingouin_agrees_to_the_three_decimals_that_it_keeps(attitude):
    alpha, interval = pingouin.cronbach_alpha(attitude)
    result = cronbach_alpha(attitude)
    assert result.alpha == pytest.approx(alpha, rel=1e-12)
    assert (result.ci_low, result.ci_high) == pytest.approx(tuple(interval), abs=6e-4)


@pytest.mark.parametrize(
    ("items", "note"),
    [
        (SLEEPY[["a"]], "one item"),
        (SLEEPY.head(2), "fewer than three"),
        (SLEEPY.head(0), "fewer than three"),
        (pd.DataFrame({"a": [2, 2, 2, 2], "b": [3, 3, 3, 3]}), "does not vary"),
    ],
)
def test_what_cannot_be_computed_says_why(items, note):
    result = cronbach_alpha(items)
    assert np.isnan(result[:3]).all()
    assert note in result.note


def test_an_item_with_one_answer_only_is_told():
    assert "1 item with one answer" in cronbach_alpha(SLEEPY.assign(d=3)).note
