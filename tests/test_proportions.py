"""Wilson's interval: equal to R; nested answers: CR2 from clubSandwich inside it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from prepost.proportions import proportion, wilson
from scipy import stats

# Rscript tests/reference/proportions.R: prop.test(count, n, correct = FALSE)$conf.int
R = {
    (8, 10): (0.490162471536642, 0.943317848545625),
    (0, 12): (0.0, 0.242494006655241),
    (12, 12): (0.757505993344759, 1.0),
    (305, 558): (0.505111203901413, 0.587441595796117),
    (512, 558): (0.891787635973738, 0.937627838238746),
}
SUCCESS = [1, 1, 0, 1, 0, 0, 1, 1, 1, 0, 1, 1, 0, 1]
WHO = [1, 1, 2, 2, 3, 3, 4, 4, 4, 5, 6, 6, 7, 8]


@pytest.mark.parametrize("case", R)
def test_wilson_is_r_and_scipy(case):
    assert wilson(*case) == pytest.approx(R[case], rel=1e-10, abs=1e-15)
    interval = stats.binomtest(*case).proportion_ci(method="wilson")
    assert wilson(*case) == pytest.approx((interval.low, interval.high), rel=1e-10, abs=1e-15)


def test_published_prevalence():
    # METHODS: Wilson 95 % for 3.29 % of 2,262 is 2.63 to 4.11 %
    assert wilson(0.0329 * 2262, 2262) == pytest.approx((0.0263, 0.0411), abs=6e-5)


@given(st.integers(0, 60), st.integers(0, 60))
def test_bounds_hold_the_share(count, more):
    n = count + more
    if n:
        low, high = wilson(count, n)
        assert 0 <= low <= count / n <= high <= 1


def test_nothing_to_count():
    assert np.isnan(wilson(0, 0)).all()
    assert proportion([]).note == "no answers"
    with pytest.raises(ValueError, match="between 0"):
        wilson(5, 4)
    with pytest.raises(ValueError, match="1 or 0"):
        proportion([2, 1])


def test_one_answer_a_person_is_wilson():
    assert proportion([1] * 8 + [0] * 2)[1:3] == wilson(8, 10)


def test_nested_answers_are_wilson_on_the_clubsandwich_variance():
    # coef_test(lm(y ~ 1), vcov = "CR2", cluster = who): n_eff 7.8909, df 6.0227, then the formula in R
    share = proportion(SUCCESS, WHO)
    assert share.estimate == pytest.approx(9 / 14)
    assert share[1:3] == pytest.approx((0.260760490780695, 0.901818278416815), rel=1e-9)
    assert (share.count, share.n, share.n_people) == (9, 14, 8)


def test_all_alike_counts_people_not_answers():
    share = proportion([True] * 6, ["a", "a", "b", "b", "c", "c"])
    assert share[1:3] == pytest.approx(wilson(3, 3))
    one = proportion([1, 0], ["a", "a"])
    assert (one.estimate, bool(np.isnan(one.ci_low)), bool(one.note)) == (0.5, True, True)
