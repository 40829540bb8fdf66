"""Resampling very many people: a jackknife over groups, people who are alike together, the same intervals as alone."""

from __future__ import annotations

import numpy as np
import pytest
from prepost import alike, effects, resample
from prepost.alike import profiles
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
    weights = resample._leave_one_out(0, 3, np.arange(7), 3)  # seven people in three groups: 3 + 2 + 2
    assert (1 - weights).sum(axis=0).tolist() == [1.0] * 7
    assert sorted((1 - weights).sum(axis=1).tolist()) == [2.0, 2.0, 3.0]
    assert resample._leave_one_out(1, 2, np.arange(4), 4).tolist() == [[1.0, 0.0, 1.0, 1.0], [1.0, 1.0, 0.0, 1.0]]


def test_of_alike_people_each_is_left_out_of_its_profile() -> None:
    """Four people, the first and the last alike: profiles of 2, 1 and 1; without each person in turn."""
    weights = resample._leave_one_out(0, 4, np.array([0, 1, 2, 0]), 4)
    assert weights.tolist() == [[1.0, 1.0, 1.0], [2.0, 0.0, 1.0], [2.0, 1.0, 0.0], [1.0, 1.0, 1.0]]


def test_people_with_the_same_pairs_in_any_order_are_alike(monkeypatch) -> None:
    """A gave 3→4 and 2→2, B 2→2 and 3→4, C 3→4 alone, D as C but for the last digit, E 4→3."""
    monkeypatch.setattr(alike, "_FEW_PEOPLE", 0)
    monkeypatch.setattr(alike, "_WORTH_JOINING", 1)
    codes = np.array([0, 1, 2, 1, 0, 3, 4])
    before = np.array([3, 2, 3, 3, 2, 3 + 1e-15, 4.0])
    after = np.array([4, 2, 4, 4, 2, 4.0, 3])
    found = profiles(codes, before, after)
    assert found.of_person.tolist() == [0, 0, 1, 1, 2]
    assert (found.count, found.rows.tolist(), found.codes.tolist()) == (3, [0, 2, 4, 6], [0, 1, 0, 2])


def test_few_people_or_people_all_unlike_stand_alone(monkeypatch) -> None:
    codes, same, unlike = np.arange(40) // 2, np.zeros(40), np.arange(40.0)
    assert profiles(codes, same).of_person.tolist() == list(range(20))
    monkeypatch.setattr(alike, "_FEW_PEOPLE", 0)
    assert profiles(codes, same).count == 1
    assert profiles(codes, unlike).of_person.tolist() == list(range(20))


def many(people: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pairs on five points; every fifth person gave two, and who began higher rose less; some fell."""
    rng = np.random.default_rng(8)
    codes = rng.permutation(np.append(np.arange(people), np.arange(0, people, 5)))
    before = rng.integers(1, 6, len(codes)).astype(float)
    return codes, before, np.clip(before + rng.integers(-1, 3, len(codes)), 1, 5)


def test_drawing_profiles_is_drawing_people(monkeypatch) -> None:
    """6,000 people: the estimates to the last digits, and the limits within what two seeds differ by.

    In standard errors of the statistic, of which an interval is 3.92 wide: the 0.025 quantile of 2,000 resamples errs
    by √(0.025 · 0.975 / 2000) / φ(1.96) = 0.060, the bias correction, which moves a limit twice, by
    2 · √(0.25 / 2000) / φ(0) = 0.056; together 0.082, between two runs 0.116, or 0.030 of the width. Four of these.
    """
    codes, before, after = many(6_000)
    taken = profiles(codes, before, after)
    assert taken.count < 500
    together = effects.effect_sizes(before, after, codes, rng=np.random.default_rng(1), resamples=2_000)
    monkeypatch.setattr(alike, "_FEW_PEOPLE", 6_000)
    alone = effects.effect_sizes(before, after, codes, rng=np.random.default_rng(2), resamples=2_000)
    for name, effect in together.items():
        width = alone[name].ci_high - alone[name].ci_low
        assert effect.estimate == pytest.approx(alone[name].estimate, rel=1e-12), name
        assert effect.ci_low == pytest.approx(alone[name].ci_low, abs=0.12 * width), name
        assert effect.ci_high == pytest.approx(alone[name].ci_high, abs=0.12 * width), name
        assert effect.ci_method == alone[name].ci_method


def test_how_often_a_profile_is_drawn() -> None:
    """Binomial: 60 of 100 people draw a mean of 60 and a variance of 24; over 20,000 draws the mean errs by 0.035 and
    the variance by 24 · √(2 / 20000) = 0.24; five of each are allowed."""
    drawn = resample._weights(np.random.default_rng(4), np.array([60, 39, 1]), 20_000)
    assert set(drawn.sum(axis=1)) == {100.0}
    assert drawn[:, 0].mean() == pytest.approx(60, abs=0.17)
    assert drawn[:, 0].var() == pytest.approx(24, abs=1.2)
