"""Effect sizes for paired change: equal to R where R has them, to arithmetic on paper where it has not."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pingouin
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prepost.effects import (
    change_counts,
    d_z,
    hedges_g_av,
    net_improvement,
    p_superiority,
    rank_biserial,
    small_sample_correction,
    wilcoxon,
)
from prepost.pairs import snap_ties
from prepost.ranks import rank_biserial_of
from prepost.resample import bca_interval, weighted_sums
from scipy import stats

# Lakens (2013), movie data; Hollander & Wolfe (1973), p. 29. Expected numbers: Rscript tests/reference/effects.R
AFTER = np.array([9, 7, 8, 9, 8, 9, 9, 10, 9, 9.0])
BEFORE = np.array([9, 6, 7, 8, 7, 9, 8, 8, 8, 7.0])
HOLLANDER = np.array([1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30]) - np.array(
    [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29]
)
K = np.arange(200)
LIKERT = ((K * 7) % 5 - 1) * ((K * 11) % 3 != 0) * ((K % 13) != 4)
ZEROS = np.repeat([1, -1, 0], [512, 136, 1825])  # 20.7 % up, 5.5 % down, 73.7 % same of 2,473 pairs


@pytest.fixture
def sleep(shared) -> np.ndarray:
    frame = pd.read_csv(shared / "paired_reference" / "r_sleep_long.csv").pivot(
        index="ID", columns="group", values="extra"
    )
    return (frame[2] - frame[1]).to_numpy()


def nested(n_people: int = 60) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(11)
    who = np.repeat(np.arange(n_people), np.arange(n_people) % 3 + 1)
    person = rng.normal(size=n_people)[who]
    before = 3 + person + rng.normal(0, 0.6, len(who))
    return who, before, before + 0.5 + 0.5 * person + rng.normal(0, 0.5, len(who))


# --- g_av -----------------------------------------------------------------------------------------------------------


def test_g_av_is_lakens_with_nu_n_minus_1():
    # J * mean(d) / ((sd(a) + sd(b)) / 2), J = 1 - 3 / (4 * 9 - 1); delta interval written out in R
    g = hedges_g_av(BEFORE, AFTER)
    assert g.estimate == pytest.approx(1.031950867490325, rel=1e-12)
    assert (g.ci_low, g.ci_high) == pytest.approx((0.418973870717832, 1.644927864262817), rel=1e-12)
    assert g.ci_method.startswith("Bonett 2008")
    assert g.estimate / small_sample_correction(9) == pytest.approx(1.12869626131754, rel=1e-12)


def test_g_av_differs_from_pingouin_as_documented():
    # pingouin: root mean square of the two SDs, and nu = 2n - 2: d 1.12588 (R: d_rms), g 1.0783
    d = pingouin.compute_effsize(AFTER, BEFORE, paired=True, eftype="cohen")
    assert d == pytest.approx(1.12587993756120, rel=1e-12)
    assert pingouin.compute_effsize(AFTER, BEFORE, paired=True, eftype="hedges") == pytest.approx(1.0783, abs=5e-5)


def test_g_av_changes_sign_with_direction():
    assert hedges_g_av(AFTER, BEFORE).estimate == pytest.approx(-hedges_g_av(BEFORE, AFTER).estimate, rel=1e-12)


def test_g_av_keeps_its_digits_far_from_zero():
    assert hedges_g_av(BEFORE + 1e7, AFTER + 1e7).estimate == pytest.approx(1.031950867490325, rel=1e-9)


def test_g_av_of_nested_pairs_resamples_people():
    who, before, after = nested()
    g = hedges_g_av(before, after, who, rng=np.random.default_rng(1))
    pairs_only = hedges_g_av(before, after)
    assert g.estimate == pytest.approx(pairs_only.estimate, rel=1e-12)
    assert (g.ci_method, g.n, g.n_people) == ("BCa bootstrap of people", 120, 60)
    assert g.ci_high - g.ci_low > pairs_only.ci_high - pairs_only.ci_low  # changes agree within a person here
    assert g == hedges_g_av(before, after, who, rng=np.random.default_rng(1))


# --- d_z ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (AFTER - BEFORE, (1.5, 0.560514150237974, 2.403436186991610)),  # cohens_d(a - b), bounds by uniroot on pt()
        (LIKERT, (0.510852474880668, 0.362894540065252, 0.657668826114373)),
    ],
)
def test_d_z_is_r_effectsize(change, expected):
    result = d_z(change)
    assert result[:3] == pytest.approx(expected, rel=1e-9)


def test_d_z_of_sleep(sleep):
    # cohens_d(with(sleep, extra[group == 2] - extra[group == 1]))
    assert d_z(sleep)[:3] == pytest.approx((1.284557562591055, 0.414627756380144, 2.118016513977067), rel=1e-9)


@pytest.mark.parametrize(("mean", "n"), [(0.0, 20), (0.3, 5), (-0.8, 48), (1.2, 2473), (3.0, 12), (0.001, 2)])
def test_noncentral_bounds_put_the_estimate_at_the_tails(mean, n):
    spread = np.linspace(-1, 1, n)
    result = d_z(mean + spread)
    t = result.estimate * np.sqrt(n)
    assert stats.nct.cdf(t, n - 1, result.ci_low * np.sqrt(n)) == pytest.approx(0.975, abs=1e-9)
    assert stats.nct.cdf(t, n - 1, result.ci_high * np.sqrt(n)) == pytest.approx(0.025, abs=1e-9)


# --- ranks ----------------------------------------------------------------------------------------------------------


def test_hollander_wolfe_is_r():
    # wilcox.test(x, y, paired = TRUE): V = 40, p = 0.0390625; one-sided .01953125; rank_biserial .78 [.30, .94]
    test = wilcoxon(HOLLANDER)
    assert (test.statistic, test.p, test.method) == (40.0, 0.0390625, "exact")
    r = rank_biserial(HOLLANDER)
    assert r[:3] == pytest.approx((0.777777777777778, 0.295363129336242, 0.944155901920081), rel=1e-12)


def test_hollander_wolfe_expected_file(shared):
    folder = shared / "paired_reference"
    frame = pd.read_csv(folder / "hollander_wolfe_depression.csv")
    expected = pd.read_csv(folder / "EXPECTED_R.csv").query("dataset == 'hollander_wolfe_depression'")
    value = expected.set_index("statistic")["value"].astype(float)
    test = wilcoxon(frame["first"] - frame["second"])
    assert (test.statistic, test.p) == pytest.approx((value["V"], value["p two-sided exact"]), rel=1e-9)


def test_sleep_drops_its_tied_pair(sleep):
    # wilcox.test(d): V = 45, p = .009090698; one of ten pairs is a zero, the other nine went up
    test = wilcoxon(sleep)
    assert (test.statistic, test.n, test.n_zero) == (45.0, 10, 1)
    assert test.p == pytest.approx(0.00909069801592506, rel=1e-10)
    r = rank_biserial(sleep)
    assert r.estimate == 1.0
    assert np.isnan(r.ci_low)
    assert "did not move" in r.note
    assert "same way" in r.note


def test_ties_and_zeros_are_r():
    # wilcox.test(likert, exact = FALSE); rank_biserial(likert)
    test = wilcoxon(LIKERT)
    assert (test.statistic, test.n, test.n_zero) == (4251.0, 200, 102)
    assert test.p == pytest.approx(4.25026309854673e-11, rel=1e-9)
    assert rank_biserial(LIKERT).estimate == pytest.approx(0.752628324056895, rel=1e-12)


def test_wilcoxon_agrees_with_pingouin():
    theirs = pingouin.wilcoxon(LIKERT.astype(float), zero_method="wilcox", correction=True)
    assert wilcoxon(LIKERT).p == pytest.approx(float(theirs["p_val"].iloc[0]), rel=1e-9)
    assert rank_biserial(LIKERT).estimate == pytest.approx(float(theirs["RBC"].iloc[0]), rel=1e-9)


def test_zeros_hide_in_rank_biserial_and_show_in_net_improvement():
    # (512 - 136)/648 = .580 of those who moved; 376/2473 = 15.2 points of all; (512 + 1825/2)/2473 = .576
    assert rank_biserial(ZEROS).estimate == pytest.approx(376 / 648, rel=1e-12)
    net = net_improvement(ZEROS)
    assert net.estimate == pytest.approx(376 / 2473, rel=1e-12)
    # Bonett & Price (2012) from the counts in R
    assert (net.ci_low, net.ci_high) == pytest.approx((0.132637031310638, 0.171201352527746), rel=1e-12)
    assert p_superiority(ZEROS).estimate == pytest.approx((512 + 1825 / 2) / 2473, rel=1e-12)
    # wilcox.test(d, exact = FALSE): V = 166144, p = 2.27e-49
    test = wilcoxon(ZEROS)
    assert test.statistic == 166144.0
    assert test.p == pytest.approx(2.2684090947747e-49, rel=1e-6)


def test_ties_in_the_last_binary_digit_tie():
    # 3.4 - 3.2 is 0.19999999999999973 and 4.6 - 4.4 is 0.1999999999999993: one step each
    change = [3.4 - 3.2, 4.6 - 4.4, 0.2, -(0.3 - 0.1), 0.4]
    # |d|: four ties share rank 2.5, 0.4 has rank 5: V = 3 * 2.5 + 5
    assert wilcoxon(change).statistic == 12.5
    assert rank_biserial(change).estimate == pytest.approx((12.5 - 2.5) / 15)
    assert len(np.unique(snap_ties(np.abs(change)))) == 2


def test_clustered_signed_rank_on_paper():
    # |d| = 1 2 3 4 5 are their own ranks. Ann +1 +2 = 3, Bob -3 +4 = 1, Cy +5: z = 9/sqrt(9 + 1 + 25); V = 12
    test = wilcoxon([1, 2, -3, 4, 5], ["ann", "ann", "bob", "bob", "cy"])
    assert test.statistic == 12.0
    assert test.p == pytest.approx(2 * stats.norm.sf(9 / np.sqrt(35)), rel=1e-12)
    assert test.method == "Rosner-Glynn-Lee, normal"


def test_clustered_signed_rank_with_one_pair_each_is_coin():
    # wilcoxsign_test(likert ~ rep(0, 200), zero.method = "Wilcoxon"): p = 4.19879676575086e-11. One person more, who
    # did not move, gives two pairs and so calls the clustered test without changing a rank.
    who = np.append(K, [200, 200])
    test = wilcoxon(np.append(LIKERT, [0, 0]), who)
    assert test.p == pytest.approx(4.19879676575086e-11, rel=1e-9)


def test_rank_biserial_of_resamples_is_that_of_the_resampled_pairs():
    who, before, after = nested(12)
    change = np.sign(after - before) * np.ceil(np.abs(after - before) * 4) / 4
    drawn = np.random.default_rng(2).integers(0, 12, 12)
    fast = rank_biserial_of(who, change, 12)(np.bincount(drawn, minlength=12)[None, :].astype(float))[0]
    assert fast == pytest.approx(rank_biserial(np.concatenate([change[who == g] for g in drawn])).estimate, rel=1e-12)


# --- shares ---------------------------------------------------------------------------------------------------------


def test_nested_net_improvement_is_the_clustered_mean_of_signs():
    # signs 1 1 | 0 | -1 1 | 1: mean 3/6; residual sums 1, -.5, -1, .5; sizes 2 1 2 1 of 6:
    # V = (1/(2/3) + .25/(5/6) + 1/(2/3) + .25/(5/6)) / 36 = 3.6/36
    net = net_improvement([2, 1, 0, -1, 3, 1], ["a", "a", "b", "c", "c", "d"])
    assert net.estimate == 0.5
    # df = 36/(10 + ((6+1.2+6+1.2)**2 - (36+1.44+36+1.44))/36) = 36/(10 + (207.36 - 74.88)/36)
    df = 36 / (10 + 132.48 / 36)
    assert net.ci_low == pytest.approx(0.5 - stats.t.ppf(0.975, df) * np.sqrt(0.1), rel=1e-9)
    assert net.ci_high == 1.0  # cut at the end of the scale
    ps = p_superiority([2, 1, 0, -1, 3, 1], ["a", "a", "b", "c", "c", "d"])
    assert (ps.estimate, ps.ci_high) == (0.75, 1.0)


def test_counts_any_step_and_beyond_the_smallest_effect_of_interest():
    change = [0.25, 0.5, -0.25, -0.75, 0.0, 3.4 - 3.2 - 0.2, np.nan]
    assert change_counts(change)[:4] == (2, 2, 2, 6)
    assert change_counts(change, smallest=0.25)[:4] == (1, 4, 1, 6)
    assert change_counts([3.4 - 3.2, -0.2], smallest=0.2).same == 2
    assert change_counts([1, 1, 2], ["a", "a", "b"]).n_people == 2
    with pytest.raises(ValueError, match="smallest effect"):
        change_counts([1.0], smallest=-1)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(-3, 3)), min_size=1, max_size=25))
def test_estimates_and_intervals_stay_in_their_range(pairs):
    who, change = np.array(pairs).T
    counts = change_counts(change, who)
    assert counts.improved + counts.same + counts.worse == counts.n == len(change)
    for effect, low, high in ((net_improvement(change, who), -1, 1), (p_superiority(change, who), 0, 1)):
        assert low <= effect.estimate <= high
        assert (
            effect.note
            if np.isnan(effect.ci_low)
            else low <= effect.ci_low <= effect.estimate <= effect.ci_high <= high
        )
    assert net_improvement(change, who).estimate == pytest.approx((counts.improved - counts.worse) / counts.n)
    r, mirrored = rank_biserial(change, rng=None), rank_biserial(-change, rng=None)
    if not np.isnan(r.estimate):
        assert r.estimate == pytest.approx(-mirrored.estimate)


# --- what cannot be computed ----------------------------------------------------------------------------------------

EDGES = {
    "no pairs": ([], None),
    "one pair": ([1.0], ["a"]),
    "two pairs": ([1.0, 2.0], ["a", "b"]),
    "one person": ([1.0, 2.0, 0.0], ["a", "a", "a"]),
    "all zero": ([0.0] * 5, list("abcde")),
    "all equal": ([1.0] * 5, list("abcde")),
    "all equal, few people": ([1.0] * 5, list("aabbc")),
    "all missing": ([np.nan] * 3, list("abc")),
    "few people": ([1.0, 0.0, 2.0, -1.0, 1.0], list("aabbc")),
    "all up, many people": ([1.0, 2.0] * 12, [*range(12), *range(12)]),
}


@pytest.mark.parametrize("name", EDGES)
def test_nothing_crashes_and_nothing_is_missing_in_silence(name):
    change, person = EDGES[name]
    before = np.where(np.isnan(change), np.nan, 2.0 + np.arange(len(change)) % 2)
    rng = np.random.default_rng(0)
    effects = [
        hedges_g_av(before, before + np.array(change), person, rng=rng, resamples=200),
        d_z(change, person, rng=rng, resamples=200),
        rank_biserial(change, person, rng=rng, resamples=200),
        net_improvement(change, person),
        p_superiority(change, person),
    ]
    for effect in effects:
        missing = np.isnan([effect.estimate, effect.ci_low, effect.ci_high]).any()
        assert effect.note or not missing
        assert bool(effect.ci_method) != bool(np.isnan(effect.ci_low))
    test = wilcoxon(change, person)
    assert test.note if np.isnan(test.p) else 0 <= test.p <= 1


def test_notes_are_plain():
    assert hedges_g_av([1.0, 2.0], [2.0, 2.0]).note == "2 pairs only: no standardised effect"
    assert "do not vary" in hedges_g_av([1, 1, 1], [2, 2, 2]).note
    assert "no finite value" in d_z([1.0, 1.0, 1.0]).note
    assert "no pair moved" in wilcoxon([0.0, 0.0]).note
    assert "fewer than 10 people" in d_z([1, 2, 3, 5], ["a", "a", "b", "b"], rng=np.random.default_rng(0)).note


# --- the bootstrap --------------------------------------------------------------------------------------------------


def test_bca_of_people_is_scipy_bca_where_each_gives_one_pair():
    change = np.r_[AFTER - BEFORE, HOLLANDER, LIKERT[:40]]
    table = np.column_stack([np.ones(len(change)), change])

    def mean(weights):
        n, total = weighted_sums(weights, table).T
        return total / n

    ours = bca_interval(mean, len(change), rng=np.random.default_rng(4), resamples=20_000)
    theirs = stats.bootstrap((change,), np.mean, n_resamples=20_000, method="BCa", rng=np.random.default_rng(5))
    interval = theirs.confidence_interval
    se = theirs.standard_error  # Monte Carlo error of a tail quantile of 20,000: about 0.02 standard errors
    assert (ours.ci_low, ours.ci_high) == pytest.approx((interval.low, interval.high), abs=0.08 * se)


def test_weights_sum_to_the_number_of_people():
    seen = []

    def remember(weights):
        seen.append(weights.sum(axis=1))
        return weights[:, 0]

    bca_interval(remember, 20, rng=np.random.default_rng(0), resamples=300)
    assert set(np.concatenate(seen)) == {20.0, 19.0}  # samples, and the jackknife


def test_a_bootstrap_without_a_generator_is_our_fault():
    who, before, after = nested()
    with pytest.raises(ValueError, match="rng"):
        hedges_g_av(before, after, who)


def test_ten_thousand_resamples_of_2473_pairs_are_quick():
    rng = np.random.default_rng(0)
    who, change = rng.integers(0, 1600, 2473), rng.integers(-8, 17, 2473) / 4
    for effect in (d_z, rank_biserial):
        start = time.process_time()
        effect(change, who, rng=np.random.default_rng(1))
        assert time.process_time() - start < 2.5  # about 0.3 s on a quiet machine
