"""Every form of effect size, three zero rules, the sign test, reliable change: equal to R, or to paper."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pingouin
import pytest
from prepost.effects import STANDARDISED, common_language, d_z, effect_sizes, sign_test, standardised, wilcoxon
from prepost.effects_shares import change_counts, reliable_change, shares_by_error_alone
from r_cases import frozen, same_again
from scipy import stats

R = frozen("effects_forms")
K = np.arange(200)
_CEILING = 2 + (K * 7) % 13 / 4
SIDES = {
    "lakens": ([9, 6, 7, 8, 7, 9, 8, 8, 8, 7], [9, 7, 8, 9, 8, 9, 9, 10, 9, 9]),
    "sleep": (  # datasets::sleep, extra of group 1 and 2
        [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0],
        [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4],
    ),
    "ceiling": (_CEILING, np.minimum(5, _CEILING + ((K * 11) % 9 - 3) / 4)),
}
LIKERT = ((K * 7) % 5 - 1) * ((K * 11) % 3 != 0) * ((K % 13) != 4)
CHANGES = {"likert": LIKERT, "few": np.array([0, 0, 1, 1, -1, 2, 2, 3, 0, -2, 1, 1])}


def test_the_frozen_numbers_are_those_of_r():
    same_again("effects_forms", "coin")


@pytest.mark.parametrize("form", [*STANDARDISED, "common_language"])
@pytest.mark.parametrize("name", SIDES)
def test_each_form_and_its_interval_is_r(name, form):
    found = effect_sizes(*SIDES[name])[form]
    assert found[:3] == pytest.approx(R[f"{name} {form}"], rel=1e-8)
    assert found.ci_method and found.note == ""


def test_the_forms_of_lakens_are_those_of_the_paper():
    found = effect_sizes(*SIDES["lakens"])
    published = {"d_z": 1.50, "d_av": 1.13, "d_rm": 1.11, "common_language": 0.93}  # Lakens 2013, section on designs
    assert {name: float(f"{found[name].estimate:.2f}") for name in published} == published
    assert next(iter(found)) == "hedges_g_av"


def test_root_mean_square_form_is_pingouins_cohen():
    before, after = SIDES["ceiling"]
    theirs = pingouin.compute_effsize(after, before, paired=True, eftype="cohen")
    assert standardised(before, after)["d_rms"].estimate == pytest.approx(theirs, rel=1e-12)


def test_a_correlation_of_one_has_no_d_rm():
    # after = before + 1: s_d = 0, so neither d_z nor d_rm; d_av = 1 / sd(1, 2, 3, 4) = 1 / 1.290994
    found = standardised([1, 2, 3, 4], [2, 3, 4, 5])
    assert np.isnan(found["d_rm"].estimate) and "correlation" in found["d_rm"].note
    assert np.isnan(found["g_z"].estimate) and "same" in found["g_z"].note
    assert found["d_av"].estimate == pytest.approx(1 / np.sqrt(5 / 3), rel=1e-12)


def test_two_pairs_of_one_person_and_one_of_nobody_are_told():
    found = effect_sizes([1, 2], [2, 2], ["a", "a"], rng=np.random.default_rng(0))
    assert all(effect.note for effect in found.values())


def nested(n_people: int, n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(7)
    who = np.r_[np.arange(n_people), rng.integers(0, n_people, n - n_people)]
    person = rng.normal(size=n_people)[who]
    before = np.clip(np.rint((3.5 + 0.5 * person + rng.normal(0, 0.6, n)) * 4) / 4, 1, 5)
    return who, before, np.clip(before + np.rint(rng.normal(0.4, 0.7, n) * 4) / 4, 1, 5)


def test_shared_samples_give_each_statistic_the_interval_it_has_alone():
    who, before, after = nested(60, 90)
    together = effect_sizes(before, after, who, rng=np.random.default_rng(3), resamples=2000)
    alone = standardised(before, after, who, names=["g_rm"], rng=np.random.default_rng(3), resamples=2000)
    assert together["g_rm"] == alone["g_rm"]
    change = d_z(after - before, who, rng=np.random.default_rng(3), resamples=2000)
    assert together["d_z"][:3] == pytest.approx(change[:3], rel=1e-9)
    assert common_language(change)[:3] == pytest.approx(stats.norm.cdf(change[:3]), rel=1e-12)
    assert together["rank_biserial"].ci_method == together["d_av"].ci_method == "BCa bootstrap of people"
    plain = effect_sizes(before, after)
    for name, effect in together.items():
        assert effect.estimate == pytest.approx(plain[name].estimate, rel=1e-9), name


def test_all_effect_sizes_of_the_size_of_the_study_take_seconds():
    who, before, after = nested(2095, 2473)
    start = time.process_time()
    effect_sizes(before, after, who, rng=np.random.default_rng(1))
    assert time.process_time() - start < 8  # about 1.2 s; all outcomes and their modules together: 8 times it


# --- ranks and signs ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("rule", ["wilcox", "pratt", "zsplit"])
@pytest.mark.parametrize("name", CHANGES)
def test_three_zero_rules_are_r(name, rule):
    test = wilcoxon(CHANGES[name], zeros=rule)
    assert (test.statistic, test.p) == pytest.approx(R[f"{name} {rule}"], rel=1e-9)


@pytest.mark.parametrize("rule", ["wilcox", "pratt", "zsplit"])
def test_three_zero_rules_are_scipy(rule):
    theirs = stats.wilcoxon(LIKERT.astype(float), zero_method=rule, correction=True, method="asymptotic")
    assert wilcoxon(LIKERT, zeros=rule).p == pytest.approx(theirs.pvalue, rel=1e-9)


def test_pratt_without_continuity_is_coin():
    # wilcoxsign_test(zero.method = "Pratt") against the same ranks written out, both in R
    for name in CHANGES:
        coin, by_hand = R[f"{name} coin pratt z"]
        assert by_hand == pytest.approx(coin, rel=1e-9)


def test_zero_rules_of_clustered_pairs_on_paper():
    # |d| 0 0 1 2 3 rank 1.5 1.5 3 4 5. Ann +1, 0: 3; Bob +2 -3: -1; Cy 0.
    # pratt z = 2 / sqrt(9 + 1); zsplit adds 1.5^2 for Ann's zero and for Cy's; V = 3 + 4, and 1.5 more of the zeros
    change, who = [1, 0, 2, -3, 0], ["ann", "ann", "bob", "bob", "cy"]
    pratt, split = (wilcoxon(change, who, zeros=rule) for rule in ("pratt", "zsplit"))
    assert (pratt.statistic, split.statistic) == (7.0, 8.5)
    assert pratt.p == pytest.approx(2 * stats.norm.sf(2 / np.sqrt(10)), rel=1e-12)
    assert split.p == pytest.approx(2 * stats.norm.sf(2 / np.sqrt(14.5)), rel=1e-12)


def test_an_unknown_zero_rule_is_our_fault():
    with pytest.raises(ValueError, match="zeros"):
        wilcoxon([1, 2], zeros="drop")


@pytest.mark.parametrize("name", CHANGES)
def test_sign_test_is_r(name):
    test = sign_test(CHANGES[name])
    assert (test.estimate, test.ci_low, test.ci_high, test.p) == pytest.approx(R[f"{name} sign"], rel=1e-9)


def test_clustered_sign_test_on_paper():
    # Ann +1 +1, Bob -1 +1, Cy +1: S = 2, 0, 1: z = 3 / sqrt(5)
    test = sign_test([1, 2, -1, 3, 1], ["a", "a", "b", "b", "c"])
    assert test.p == pytest.approx(2 * stats.norm.sf(3 / np.sqrt(5)), rel=1e-12)
    assert test.estimate == 0.8 and np.isnan(test.ci_low) and test.note


@pytest.mark.parametrize(("change", "note"), [([], "no complete"), ([0, 0], "no pair moved")])
def test_a_sign_test_of_nothing_says_why(change, note):
    assert np.isnan(sign_test(change).p) and note in sign_test(change).note
    one = sign_test([1, 1, 0], ["a", "a", "b"])
    assert np.isnan(one.p) and "fewer than two people" in one.note


# --- reliable change ------------------------------------------------------------------------------------------------
def test_reliable_change_of_jacobson_and_truax():
    # Jacobson & Truax 1991, p. 14: sd 10, reliability .80, S_E = 4.47, S_diff = 6.32; (47.5 - 32.5) / 6.32 = 2.37
    found = reliable_change(10, 0.80)
    assert f"{found.sem:.2f} {found.sem * np.sqrt(2):.2f} {15 / (found.sem * np.sqrt(2)):.2f}" == "4.47 6.32 2.37"
    assert found.threshold == pytest.approx(1.959964 * 6.324555, rel=1e-6)
    assert change_counts([15, 12, -13, 2], smallest=found.threshold)[:3] == (1, 2, 1)


@pytest.mark.parametrize(("sd", "reliability"), [(0.0, 0.8), (np.nan, 0.8), (1.0, np.nan), (1.0, -0.2), (1.0, 1.1)])
def test_no_threshold_without_variation_or_reliability(sd, reliability):
    found = reliable_change(sd, reliability)
    assert np.isnan(found.threshold) and found.note
    assert shares_by_error_alone(found.sem, found.threshold).note


def null_scale(k: int, noise: float) -> tuple[np.ndarray, float]:
    """Exact distribution of the change of a k-item mean (in steps of 1/k) without true change, and its SEM."""
    true = np.linspace(-4, 4, 401)
    weight = stats.norm.pdf(true) / stats.norm.pdf(true).sum()
    total, variance = np.zeros(8 * k + 1), 0.0
    for theta, share in zip(true, weight, strict=True):
        edges = stats.norm.cdf((np.array([-1.5, -0.5, 0.5, 1.5]) - theta * 0.8 - 0.5) / noise)
        item = np.diff(edges, prepend=0, append=1)
        score = np.array([1.0])
        for _ in range(k):
            score = np.convolve(score, item)
        values = np.arange(len(score)) / k
        variance += share * (np.sum(score * values**2) - np.sum(score * values) ** 2)
        total[: 2 * len(score) - 1] += share * np.convolve(score, score[::-1])
    return total, float(np.sqrt(variance))


@pytest.mark.parametrize(("k", "noise"), [(4, 0.8), (4, 0.5), (8, 0.8)])
@pytest.mark.parametrize("threshold", [0.0, 0.25, 0.6])
def test_shares_by_error_alone_are_those_of_a_null_scale(k, noise, threshold):
    total, sem = null_scale(k, noise)
    change = (np.arange(len(total)) - 4 * k) / k
    exact = float(total[change > threshold + 1e-9].sum())
    found = shares_by_error_alone(sem, threshold, 1 / k)
    assert found.improved == pytest.approx(exact, abs=0.015)  # normal approximation, floor and ceiling disregarded
    assert found.improved + found.same + found.worse == pytest.approx(1, abs=1e-12)
    assert found.improved == found.worse


def test_a_null_four_item_scale_looks_like_39_per_cent_improved():
    # A change of 0 is an error within half a step: 2 * Phi(.125 / (sqrt(2) * SEM)) - 1 = .21 where
    # .125 / (sqrt(2) * SEM) = qnorm(.605) = .26631, so SEM = .33190; then 39.5 % go up and 39.5 % down
    shares = shares_by_error_alone(0.33190, 0.0, 0.25)
    assert shares[:3] == pytest.approx((0.395, 0.21, 0.395), abs=1e-4)


def test_the_threshold_lets_five_per_cent_through():
    found = reliable_change(1.0, 0.7)
    shares = shares_by_error_alone(found.sem, found.threshold)
    assert shares.improved + shares.worse == pytest.approx(0.05, abs=1e-12)


def test_sleep_is_as_it_stands_in_r(shared):
    frame = pd.read_csv(shared / "paired_reference" / "r_sleep_long.csv")
    wide = frame.pivot(index="ID", columns="group", values="extra")
    assert wide[1].tolist() == SIDES["sleep"][0] and wide[2].tolist() == SIDES["sleep"][1]
