"""The clustered mean: equal to R clubSandwich, and to the paired t where each person gives one pair."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prepost.pairs import complete_pairs
from prepost.robust import MeanChange, mean_change
from scipy import stats

AFTER = np.array([9, 7, 8, 9, 8, 9, 9, 10, 9, 9.0])
BEFORE = np.array([9, 6, 7, 8, 7, 9, 8, 8, 8, 7.0])

# Rscript tests/reference/robust.R: estimate, se, low, high, t, df, p
# t.test(a, b, paired = TRUE)
LAKENS = (
    1.0,
    0.21081851067789195,
    0.52309539601955690,
    1.47690460398044321,
    4.74341649025256906,
    9,
    0.00105387125701655,
)
# t.test(with(sleep, extra[group == 2] - extra[group == 1]))
SLEEP = (
    1.58,
    0.38895872388839520,
    0.70011423672301754,
    2.45988576327698238,
    4.06212768338203656,
    9,
    0.00283289019738427,
)
# coef_test(lm(d ~ 1), vcov = "CR2", cluster = person, test = "Satterthwaite")
UNBALANCED = (
    0.596153846153846,
    0.131425179663187,
    0.226932885901286,
    0.965374806406406,
    4.536070239216373,
    3.884314716285706,
    0.011268968070993,
)
DOMINATED = (
    1.5,
    0.542810148341810,
    -2.447347389496944,
    5.447347389496944,
    2.763397118831027,
    1.324324324324324,
    0.169045728687481,
)
MANY = (
    0.172619047619048,
    0.103406177957448,
    -0.035353729403533,
    0.380591824641628,
    1.669330121553088,
    47.463577277452032,
    0.101635727831848,
)


def numbers(result: MeanChange) -> tuple[float, ...]:
    return (result.estimate, result.se, result.ci_low, result.ci_high, result.statistic, result.df, result.p)


def many() -> tuple[np.ndarray, np.ndarray]:
    who = np.repeat(np.arange(60), (np.arange(60) * 7) % 6 + 1)
    k = np.arange(len(who))
    return ((k * 37) % 17 - 8) / 4 + ((who * 13) % 11 - 4) / 5, who


def test_lakens_movie_is_r_paired_t():
    result = mean_change(AFTER - BEFORE)
    assert numbers(result) == pytest.approx(LAKENS, rel=1e-12)
    assert (result.n, result.n_people, result.note) == (10, 10, "")


def test_sleep_is_r_paired_t(shared):
    sleep = pd.read_csv(shared / "paired_reference" / "r_sleep_long.csv").pivot(
        index="ID", columns="group", values="extra"
    )
    assert numbers(mean_change(sleep[2] - sleep[1])) == pytest.approx(SLEEP, rel=1e-12)
    expected = pd.read_csv(shared / "paired_reference" / "EXPECTED_R.csv").query("dataset == 'r_sleep_long'")
    value = expected.set_index("statistic")["value"].astype(float)
    result = mean_change(sleep[1] - sleep[2])
    assert result.statistic == pytest.approx(value["paired t"], rel=1e-9)
    assert result.p == pytest.approx(value["p"], rel=1e-9)
    assert (result.ci_low, result.ci_high) == pytest.approx((value["ci95 lo"], value["ci95 hi"]), rel=1e-9)


def test_unbalanced_people_are_clubsandwich():
    d = [0.5, 1, -0.25, 0, 0.75, 1.25, -0.5, 1, 1.5, 0.25, 0.25, 0, 2]
    person = ["p1", "p2", "p2", "p3", "p3", "p3", "p4", "p5", "p5", "p5", "p5", "p6", "p6"]
    result = mean_change(d, person)
    assert numbers(result) == pytest.approx(UNBALANCED, rel=1e-10)
    assert (result.n, result.n_people) == (13, 6)
    assert "4 degrees of freedom" in result.note


def test_one_dominating_person_is_clubsandwich():
    assert numbers(mean_change([1, 2, 3, 1, 2, 2, 0, 1], [1, 1, 1, 1, 1, 1, 2, 3])) == pytest.approx(
        DOMINATED, rel=1e-10
    )


def test_many_people_are_clubsandwich_in_any_order():
    change, who = many()
    assert numbers(mean_change(change, who)) == pytest.approx(MANY, rel=1e-10)
    order = np.random.default_rng(3).permutation(len(who))
    assert numbers(mean_change(change[order], who[order])) == pytest.approx(MANY, rel=1e-10)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(-8, 8), min_size=3, max_size=40).filter(lambda d: len(set(d)) > 1))
def test_one_pair_a_person_is_scipy_paired_t(steps):
    change = np.array(steps) / 4
    ours, theirs = mean_change(change), stats.ttest_1samp(change, 0)
    low, high = theirs.confidence_interval()
    assert ours.df == len(change) - 1
    assert (ours.statistic, ours.ci_low, ours.ci_high) == pytest.approx(
        (theirs.statistic, low, high), rel=1e-12, abs=1e-13
    )
    assert ours.p == pytest.approx(theirs.pvalue, rel=1e-10)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(-8, 8)), min_size=4, max_size=30))
def test_closed_form_is_the_matrix_form(pairs):
    who, change = np.array(pairs).T
    result = mean_change(change / 4, who)
    if not np.isfinite(result.p):
        assert result.note
        return
    n, members = len(who), [who == g for g in np.unique(who)]
    centre = np.eye(n) - 1 / n
    vectors = []
    for mine in members:  # Pustejovsky & Tipton 2018, with matrices: A = ((I - H)_gg)^(-1/2)
        value, vector = np.linalg.eigh(centre[np.ix_(mine, mine)])
        vectors.append(centre[:, mine] @ (vector / np.sqrt(value)) @ vector.T @ np.ones(mine.sum()) / n)
    u = np.array(vectors)
    assert result.se**2 == pytest.approx(np.sum((u @ (change / 4)) ** 2), rel=1e-8)
    assert result.df == pytest.approx(np.trace(u @ u.T) ** 2 / np.sum((u @ u.T) ** 2), rel=1e-8)


@pytest.mark.parametrize(
    ("change", "person", "estimate", "note"),
    [
        ([], [], np.nan, "no complete pairs"),
        ([np.nan], ["a"], np.nan, "no complete pairs"),
        ([2.0], ["a"], 2.0, "one pair only"),
        ([1.0, 2.0], ["a", "a"], 1.5, "one person"),
        ([0.0, 0.0, 0.0], ["a", "b", "c"], 0.0, "same"),
        ([3.4 - 3.2, 0.2, 4.4 - 4.2], None, 0.2, "same"),
        ([1.0, -1.0, 1.0, -1.0], ["a", "a", "b", "b"], 0.0, "do not vary"),
    ],
)
def test_what_cannot_be_computed_says_why(change, person, estimate, note):
    result = mean_change(change, person)
    assert result.estimate == pytest.approx(estimate, nan_ok=True)
    assert np.isnan([result.ci_low, result.ci_high, result.statistic, result.p]).all()
    assert note in result.note


def test_two_people_one_pair_each_is_a_t_on_one_degree_of_freedom():
    # d = 1, 2: mean 1.5, s = .7071, se = .5, t(1) = 3, p = 2 * (1/2 - atan(3)/pi)
    result = mean_change([1.0, 2.0], ["a", "b"])
    assert (result.se, result.statistic, result.df) == pytest.approx((0.5, 3.0, 1.0))
    assert result.p == pytest.approx(1 - 2 * np.arctan(3) / np.pi)


def test_missing_values_leave_with_their_person():
    result = mean_change(pd.array([1.0, None, 3.0], dtype="Float64"), ["a", "b", "c"])
    assert (result.estimate, result.n, result.n_people) == (2.0, 2, 2)


def test_level_is_the_callers():
    assert mean_change(AFTER - BEFORE, level=0.90).ci_low == pytest.approx(1 - stats.t.ppf(0.95, 9) * LAKENS[1])


def test_a_pair_without_a_person_is_our_fault():
    with pytest.raises(ValueError, match="no person"):
        mean_change([1.0, 2.0], ["a", None])
    with pytest.raises(ValueError, match="no person"):
        mean_change([1.0, 2.0], pd.factorize(pd.Series(["a", None]))[0])
    with pytest.raises(ValueError, match="equally long"):
        complete_pairs(None, [1.0], [1.0, 2.0])
