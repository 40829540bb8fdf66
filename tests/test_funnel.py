"""Funnels: limits by arithmetic, over-dispersion from its paper in R, and what chance alone puts outside."""

from __future__ import annotations

import numpy as np
import pytest
from prepost.funnel import funnel, funnel_limits, overdispersion, rank_intervals
from r_cases import frozen
from scipy import stats


def test_limits_on_paper():
    # .5 +- 1.959964 * 2 / sqrt(64) = .5 +- .489991; +- 3.090232 * .25 = .772558
    row = funnel_limits([64], 0.5, 2.0).iloc[0]
    assert row[["low_95", "high_95", "low_998", "high_998"]].tolist() == pytest.approx(
        [0.010009, 0.989991, -0.272558, 1.272558], abs=1e-6
    )
    # a design effect of 1.44 and tau2 .0225 + .09 * .44: sqrt(.0625 * 1.44 + .0225) = .335410
    wide = funnel_limits([64], 0.5, 2.0, design_effect=1.44, tau2=0.0225).iloc[0]
    assert wide["high_95"] - 0.5 == pytest.approx(1.959964 * 0.335410, abs=1e-6)


def test_overdispersion_is_that_of_the_paper():
    # Spiegelhalter 2005, written out in tests/reference/pooling.R
    z = [-4.1, -1.2, 0.3, 0.8, 1.1, 2.6, 3.9, -2.2, 0.1, 6.5]
    found = overdispersion(z, [0.05, 0.07, 0.04, 0.09, 0.06, 0.05, 0.08, 0.1, 0.12, 0.03])
    assert found == pytest.approx(frozen("pooling")["overdispersion"], rel=1e-9)
    assert overdispersion([0.1, -0.2, 0.3], [1, 1, 1])[1] == 0.0


def _null(rng, n_places: int, people: np.ndarray, pairs: int, spread: float = 0.0):
    place = np.repeat(np.arange(n_places), people)
    who = np.repeat(np.arange(len(place)), pairs)
    change = rng.normal(0, 0.7, len(place))[who] + rng.normal(0, 0.7, len(who))
    change += rng.normal(0, spread, n_places)[place[who]]
    return change, np.array([f"p{i:04d}" for i in place[who]]), who


@pytest.mark.parametrize("pairs", [1, 3])
def test_chance_alone_puts_1_in_20_and_1_in_500_outside(pairs):
    rng = np.random.default_rng(12)
    people = rng.integers(20, 80, 5000)
    change, place, who = _null(rng, 5000, people, pairs)
    found = funnel(change, place, who)
    rows = found.places
    beyond = [
        ((rows["estimate"] < rows[f"low_{k}"]) | (rows["estimate"] > rows[f"high_{k}"])).mean() for k in (95, 998)
    ]
    assert beyond[0] == pytest.approx(0.05, abs=0.0123)  # 4 standard errors of a share of 5,000
    assert beyond[1] == pytest.approx(0.002, abs=0.0025)
    # pairs of one person correlate .5: design effect 1 + (pairs - 1) / 2
    assert found.design_effect == pytest.approx(1 + (pairs - 1) / 2, abs=0.05)


def test_overdispersed_places_widen_the_limits_until_few_lie_outside():
    rng = np.random.default_rng(13)
    change, place, who = _null(rng, 400, rng.integers(30, 200, 400), 1, spread=0.2)
    found = funnel(change, place, who)
    assert found.phi > 1.3
    # winsorised distances lose their tails, so that tau2 is held below .04: between .6 and 1 of it
    assert 0.024 < found.tau2 < 0.04
    rows = found.places
    plain = ((rows["estimate"] < rows["low_95"]) | (rows["estimate"] > rows["high_95"])).mean()
    assert plain > 0.3 and (rows["where"] != "inside").mean() < 0.12
    assert (rows["wide_high_95"] > rows["high_95"]).all()
    middle = ((rows["shrunken"] - found.mean).abs() < (rows["estimate"] - found.mean).abs()).mean()
    assert middle > 0.95


def test_one_place_far_out_stands_out_and_a_small_one_is_not_judged():
    rng = np.random.default_rng(14)
    change, place, who = _null(rng, 12, np.array([60] * 11 + [5]), 1)
    change[place == "p0003"] += 1.5
    rows = funnel(change, place, who).places.set_index("place")
    assert rows.loc["p0003", "where"] == "beyond 99.8 %"
    assert rows.loc["p0011", "where"] == "" and rows.loc["p0011", "note"] == "too few to say: fewer than 10 people"
    assert np.isnan(rows.loc["p0011", "shrunken"]) and rows.loc["p0011", "n"] == 5
    assert rows["n"].sum() == len(change)


def test_limits_for_drawing_cover_the_places():
    rng = np.random.default_rng(15)
    found = funnel(*_null(rng, 10, np.arange(20, 120, 10), 1))
    assert found.limits["n"].min() <= 20 and found.limits["n"].max() >= 110
    assert found.limits["high_95"].is_monotonic_decreasing


@pytest.mark.parametrize(
    ("change", "place"),
    [([], []), ([1.0], ["a"]), ([0.0] * 6, list("aabbcc")), ([1.0] * 6, list("aabbcc")), ([1.0, 2.0], [None, None])],
    ids=["none", "one", "all zero", "all equal", "no place"],
)
def test_nothing_to_draw_is_told(change, place):
    found = funnel(change, place)
    assert found.note and len(found.places) == 0 and "where" in found.places and "wide_low_95" in found.limits


def test_a_single_place_is_told():
    found = funnel(np.arange(30.0), ["a"] * 30)
    assert "nothing to compare" in found.note and found.places["note"].item().startswith("fewer than two groups")


def test_ranks_of_two_places_follow_the_normal():
    # P(a above b) = Phi((.5 - .2) / sqrt(.03 + .06)) = Phi(1) = .841345: expected rank of a 1.158655
    table = rank_intervals([0.5, 0.2, np.nan], np.sqrt([0.03, 0.06, 0.1]), list("abc"), rng=np.random.default_rng(0))
    assert table["expected_rank"].tolist()[:2] == pytest.approx([1 + stats.norm.sf(1), 2 - stats.norm.sf(1)], rel=1e-12)
    assert table["rank_low"].tolist()[:2] == [1, 1] and table["rank_high"].tolist()[:2] == [2, 2]
    assert np.isnan(table["expected_rank"][2]) and table["note"][2]


def test_places_far_apart_have_one_rank_and_places_alike_have_all():
    apart = rank_intervals([3, 1, 2], [0.01] * 3, list("abc"), rng=np.random.default_rng(1))
    assert apart["rank_low"].tolist() == apart["rank_high"].tolist() == [1, 3, 2]
    alike = rank_intervals([1] * 20, [0.1] * 20, range(20), rng=np.random.default_rng(1))
    assert alike["expected_rank"].tolist() == pytest.approx([10.5] * 20)
    assert (alike["rank_low"] == 1).all() and (alike["rank_high"] == 20).all()
    assert "nothing to rank" in rank_intervals([1], [0.1], ["a"], rng=np.random.default_rng(1))["note"][0]
