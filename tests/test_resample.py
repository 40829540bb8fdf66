"""The jackknife of very many people: over groups, at a cost that stays linear, with the acceleration of the whole."""

from __future__ import annotations

import numpy as np
import pytest
from prepost import resample
from scipy import stats

N = 4_000


def mean_of(values: np.ndarray, seen: list[int]):
    def statistic(weights: np.ndarray) -> np.ndarray:
        seen.append(len(weights))
        return resample.weighted_sums(weights, values[:, None])[:, 0] / weights.sum(axis=1)

    return statistic


def test_beyond_the_limit_groups_are_left_out_and_the_interval_stays(monkeypatch) -> None:
    """An exponential's quantiles, shuffled: the mean of a skewed variable, for which the acceleration tells."""
    values = np.random.default_rng(3).permutation(stats.expon.ppf((np.arange(N) + 0.5) / N))
    seen: list[int] = []
    grouped = resample.bca_interval(mean_of(values, seen), N, rng=np.random.default_rng(1), resamples=500)
    assert sum(seen) == 1 + 500 + 2_500
    monkeypatch.setattr(resample, "_MOST_LEFT_OUT", N)
    whole = resample.bca_interval(mean_of(values, []), N, rng=np.random.default_rng(1), resamples=500)
    width = whole.ci_high - whole.ci_low
    assert grouped.ci_low == pytest.approx(whole.ci_low, abs=0.01 * width)
    assert grouped.ci_high == pytest.approx(whole.ci_high, abs=0.01 * width)


def test_every_person_is_left_out_once_whatever_the_groups() -> None:
    weights = resample._leave_one_out(0, 3, 7, 3)  # seven people in three groups: 3 + 2 + 2
    assert (1 - weights).sum(axis=0).tolist() == [1.0] * 7
    assert sorted((1 - weights).sum(axis=1).tolist()) == [2.0, 2.0, 3.0]
    assert resample._leave_one_out(1, 2, 4, 4).tolist() == [[1.0, 0.0, 1.0, 1.0], [1.0, 1.0, 0.0, 1.0]]
