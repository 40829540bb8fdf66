"""Random-effects means and shrunken estimates: equal to R metafor."""

from __future__ import annotations

import numpy as np
import pytest
from prepost.pooling import pool
from r_cases import frozen, same_again

R = frozen("pooling")
SETS = {
    "modules": ([0.42, 0.31, 0.55, 0.18, 0.47, 0.80], [0.04, 0.06, 0.05, 0.09, 0.12, 0.20]),
    "alike": ([0.30, 0.32, 0.29, 0.31], [0.05, 0.06, 0.07, 0.04]),
    "two": ([0.1, 0.5], [0.05, 0.08]),
    "teachers": (  # Raudenbush 1985, dat.raudenbush1985 of R metafor
        [0.03, 0.12, -0.14, 1.18, 0.26, -0.06, -0.02, -0.32, 0.27, 0.80, 0.54, 0.18, -0.02, 0.23, -0.18, -0.06, 0.30]
        + [0.07, -0.07],
        np.sqrt(
            [0.0156, 0.0216, 0.0279, 0.1391, 0.1362, 0.0106, 0.0106, 0.0484, 0.0269, 0.0630, 0.0912, 0.0497, 0.0835]
            + [0.0841, 0.0253, 0.0279, 0.0193, 0.0088, 0.0303]
        ),
    ),
}


def pooled(name: str, method: str, modified: bool = False):
    y, se = SETS[name]
    return pool(y, se, [f"g{i}" for i in range(len(y))], method=method, modified=modified)


def test_the_frozen_numbers_are_those_of_r():
    same_again("pooling", "clubSandwich", "metafor")


@pytest.mark.parametrize("method", ["REML", "DL"])
@pytest.mark.parametrize("name", SETS)
def test_pooled_mean_and_shrunken_estimates_are_metafor(name, method):
    # rma(y, se^2, method, test = "knha", control = list(threshold = 1e-13)); predict(); blup()
    found = pooled(name, method)
    values = (found.mean, *found[1:6], found.tau2, found.i2, found.q, found.p)
    assert values == pytest.approx(R[f"{name} {method}"], rel=1e-6, abs=1e-9)
    for i, row in enumerate(found.groups.itertuples(), start=1):
        numbers = (row.shrunken, row.shrunken_se, row.ci_low, row.ci_high)
        assert numbers == pytest.approx(R[f"{name} {method} {i}"], rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("name", ["alike", "modules"])
def test_modified_variance_is_metafor_adhoc(name):
    found = pooled(name, "REML", modified=True)
    values = (found.mean, *found[1:6], found.tau2, found.i2, found.q, found.p)
    assert values == pytest.approx(R[f"{name} adhoc"], rel=1e-6, abs=1e-9)
    for i, row in enumerate(found.groups.itertuples(), start=1):
        assert (row.shrunken, row.shrunken_se) == pytest.approx(R[f"{name} adhoc {i}"][:2], rel=1e-6)


def test_teacher_expectancy_as_published():
    # Raudenbush 1985; Viechtbauer 2010, doi:10.18637/jss.v036.i03: REML mean .084, tau2 .019
    found = pooled("teachers", "REML")
    assert (f"{found.mean:.3f}", f"{found.tau2:.3f}") == ("0.084", "0.019")


def test_a_group_without_a_standard_error_stays_out_and_says_so():
    y, se = SETS["modules"]
    found = pool([*y, np.nan, 0.4], [*se, 0.1, 0.0], [*"abcdefgh"])
    assert found.mean == pytest.approx(pooled("modules", "REML").mean, rel=1e-12)
    assert found.groups["note"].tolist() == [""] * 6 + ["no estimate with a standard error: not pooled"] * 2
    assert found.groups["shrunken"].isna().tolist() == [False] * 6 + [True] * 2
    assert found.n_groups == 6


@pytest.mark.parametrize("k", [0, 1])
def test_nothing_to_pool_is_told(k):
    found = pool([0.3] * k, [0.1] * k, ["a"] * k)
    assert np.isnan(found.mean) and "fewer than two groups" in found.note and len(found.groups) == k


def test_shrunken_estimates_lie_between_their_own_and_the_mean():
    found = pooled("modules", "REML")
    for row in found.groups.itertuples():
        assert min(row.estimate, found.mean) <= row.shrunken <= max(row.estimate, found.mean)
        assert row.shrunken_se < row.se


def test_a_group_that_outweighs_the_others_beyond_all_digits_is_told():
    found = pool([0.1, 0.2, 0.9], [1e-9, 1e3, 1e3], list("abc"))
    assert np.isnan(found.mean) and "did not converge" in found.note
