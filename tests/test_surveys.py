"""Raking, design-based estimates, Rao-Scott, risk ratios and two answers of one person: R's numbers and arithmetic.

Expected numbers: tests/reference/surveys.R made surveys.csv; the shared figures of survey::api are R's too.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prepost.errors import StudyError
from prepost.surveys import design as designs
from prepost.surveys.design import Design, jackknife, jackknife_weights, projection
from prepost.surveys.raking import NotMet, design_effect, rake, rake_within
from prepost.surveys.rao_scott import association
from prepost.surveys.ratios import modified_poisson
from prepost.surveys.two_answers import allowed_by_margins, difference
from r_cases import REFERENCE, frozen, same_again

R = frozen("surveys")
ANSWERS = pd.read_csv(REFERENCE / "surveys_answers.csv")
TARGETS = [np.array([160.0, 120, 80]), np.array([180.0, 180]), np.array([130.0, 110, 70, 50])]
CODES = ANSWERS[["a", "b", "c"]].to_numpy()
ALL = np.ones(len(ANSWERS), dtype=bool)
SHARED = Path(__file__).resolve().parents[2] / "shared" / "data" / "weighted_survey"
CLOSED, ITERATED = 1e-6, 1e-4


def plain(**more) -> Design:
    return Design(rake(CODES, TARGETS).weights, CODES, **more)


CLUSTER = {"cluster": ANSWERS["cluster"].to_numpy()}
IN_GROUP = (ANSWERS["group"] == 2).to_numpy()


def near(found, expected, tolerance=CLOSED):
    np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance * 1e-3)


def test_r_says_the_same_again():
    same_again("surveys", "survey", "sandwich")


# Raking --------------------------------------------------------------------------------------------------------------
def test_raking_is_r_s():
    np.testing.assert_allclose(rake(CODES, TARGETS).weights, R["weights"], atol=1e-8)


def test_raking_by_hand():
    """METHODS' toy of eight: M and F 500 each, y 400 and o 600; the two M and y weigh alike."""
    sex, age = [0, 0, 0, 1, 1, 1, 1, 1], [0, 0, 1, 0, 1, 1, 0, 1]
    found = rake(np.c_[sex, age], [[500, 500], [400, 600]])
    near(found.weights[:5], [132.05505, 132.05505, 235.88989, 67.94495, 121.37004], 1e-7)
    assert np.bincount(sex, found.weights) == pytest.approx([500, 500], rel=1e-11)
    y = np.array([1, 0, 1, 1, 0, 1, 0, 0])
    made = designs.mean(y, np.ones(8, bool), Design(found.weights, np.c_[sex, age]), None)
    near(made.estimate, 0.55726, 1e-5)
    near(found.weights.sum() ** 2 / (found.weights**2).sum(), 6.947, 1e-4)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_margins_are_met_whatever_the_order(seed):
    rng = np.random.default_rng(seed)
    codes = np.c_[rng.integers(0, 3, 200), rng.integers(0, 2, 200), rng.integers(0, 4, 200)]
    goals = [100 * rng.dirichlet(np.full(size, 8.0)) for size in (3, 2, 4)]
    base = rng.uniform(0.5, 2, 200)
    one = rake(codes, goals, base).weights
    for column, goal in zip(codes.T, goals, strict=True):
        near(np.bincount(column, one), goal, 1e-9)
    near(rake(codes[:, ::-1], goals[::-1], base).weights, one, 1e-7)
    near(rake(codes, goals, base * 3).weights, one, 1e-7)


def test_trimming_keeps_the_margins_and_the_bounds():
    free = rake(CODES, TARGETS).weights
    assert free.max() > 1.6 > 0.7 > free.min()
    found = rake_within(CODES, TARGETS, 0.7, 1.6)
    assert found.weights.max() <= 1.6 * (1 + 1e-8)
    assert found.weights.min() >= 0.7 * (1 - 1e-8)
    for column, goal in zip(CODES.T, TARGETS, strict=True):
        near(np.bincount(column, found.weights), goal, 1e-9)
    assert design_effect(rake_within(CODES, TARGETS, None, 1.45).weights) < design_effect(free)
    with pytest.raises(NotMet, match="outside the bounds"):
        rake_within(CODES, TARGETS, 0.99, 1.01)


def test_design_effect_is_kish_s():
    weights = rake(CODES, TARGETS).weights
    near([design_effect(weights), len(weights) / design_effect(weights)], R["kish"])


@pytest.mark.parametrize("bad", [[1.0, 0.0], [1.0, np.inf], [1.0, -1.0], [1.0, np.nan], []])
def test_weights_of_zero_or_infinity_are_refused(bad):
    with pytest.raises(ValueError, match="positive and finite"):
        design_effect(bad)
    if bad:
        with pytest.raises(ValueError, match="positive and finite"):
            rake([[0], [1]], [[1, 1]], bad)


@pytest.mark.parametrize(
    ("goals", "said"),
    [
        ([[160, 120, 80], [180, 181], [130, 110, 70, 50]], "one sum"),
        ([[160, 120, 80, 0], [180, 180], [130, 110, 70, 50]], "positive and finite"),
        ([[160, 120, 70, 10], [180, 180], [130, 110, 70, 50]], "no respondent"),
    ],
)
def test_targets_that_cannot_be_met_are_refused(goals, said):
    with pytest.raises(ValueError, match=said):
        rake(CODES, goals)


def test_margins_that_contradict_each_other_come_to_an_end():
    """Whoever is 0 in one is 0 in the other, so the two margins cannot differ."""
    codes = np.c_[[0, 0, 1, 1], [0, 0, 1, 1]]
    with pytest.raises(NotMet):
        rake(codes, [[2, 2], [1, 3]])


# Estimates -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("case", "more", "inside"),
    [("mean_raked", {}, ALL), ("mean_raked_clustered", CLUSTER, ALL), ("mean_in_group", {}, IN_GROUP)],
)
def test_linearised_means_are_r_s(case, more, inside):
    design = plain(**more)
    found = designs.mean(ANSWERS["v"], inside, design, projection(design))
    near([found.estimate, found.se], R[case])


def test_strata_are_r_s():
    design = Design(np.ones(len(ANSWERS)), strata=ANSWERS["stratum"].to_numpy(), **CLUSTER)
    found = designs.mean(ANSWERS["v"], ALL, design, None)
    near([found.estimate, found.se], R["mean_stratified"])
    assert found.df == 57


@pytest.mark.parametrize(
    ("case", "more", "inside"),
    [("share_logit", {}, ALL), ("share_logit_in_group", {}, IN_GROUP), ("share_logit_clustered", CLUSTER, ALL)],
)
def test_intervals_of_shares_are_r_s(case, more, inside):
    design = plain(**more)
    found = designs.share(ANSWERS["y"], inside, design, projection(design))
    near([found.estimate, found.ci_low, found.ci_high], R[case])


def test_without_the_residual_the_standard_error_is_larger():
    """Age explains the outcome, and the margins fix age: ignoring that overstates the error (pitfall 24)."""
    age = np.repeat([0, 1], 100)
    y = np.r_[np.tile([0, 1, 0, 0], 25), np.tile([1, 1, 1, 0], 25)]
    design = Design(rake(age[:, None], [[100, 100]]).weights, age[:, None])
    with_it = designs.mean(y, np.ones(200, bool), design, projection(design)).se
    assert with_it < designs.mean(y, np.ones(200, bool), design, None).se


def test_shares_of_nobody_and_of_all():
    design = plain()
    assert np.isnan(designs.share(ANSWERS["y"], ~ALL, design, None).estimate)
    everyone = designs.share(np.ones(len(ANSWERS)), ALL, design, projection(design))
    assert everyone.estimate == pytest.approx(1)
    assert everyone.ci_high == pytest.approx(1)
    assert everyone.ci_low == pytest.approx(R["kish"][1] / (R["kish"][1] + 1.959964**2), rel=1e-6)  # Wilson at p = 1


def test_the_jackknife_is_r_s():
    design = plain(**CLUSTER)
    replicates = jackknife_weights(design, TARGETS)
    v = ANSWERS["v"].to_numpy()
    found = jackknife(replicates, design, lambda w: w @ v / w.sum())
    near([found.estimate, found.se], R["jackknife_raked"])


@pytest.mark.parametrize(
    ("case", "more", "inside"),
    [
        ("rao_scott", {}, ALL),
        ("rao_scott_clustered", CLUSTER, ALL),
        ("rao_scott_in_part", {}, (ANSWERS["c"] < 2).to_numpy()),
    ],
)
def test_rao_scott_is_r_s(case, more, inside):
    design = plain(**more)
    found = association(ANSWERS["y"], ANSWERS["group"], inside, design, projection(design))
    near([found.statistic, found.df, found.df_error, found.p], R[case])


def test_rao_scott_needs_two_groups():
    found = association(ANSWERS["y"], ANSWERS["group"], IN_GROUP & (ANSWERS["y"] == 1), plain(), None)
    assert np.isnan(found.p)
    assert found.note


# The shared files, where they are ------------------------------------------------------------------------------------
def _api(name: str) -> pd.DataFrame:
    if not (SHARED / name).is_file():
        pytest.skip("the shared data are not on this machine")
    return pd.read_csv(SHARED / name, dtype={"stype": "string", "sch.wide": "string"})


def _schools(fraction: float) -> tuple[pd.DataFrame, Design, list]:
    frame = _api("apiclus1.csv")
    codes = np.c_[frame["stype"].map({"E": 0, "H": 1, "M": 2}), frame["sch.wide"].map({"No": 0, "Yes": 1})].astype(int)
    targets = [[4421, 755, 1018], [1072, 5122]]
    base = frame["pw"].to_numpy()
    cluster = np.unique(frame["dnum"], return_inverse=True)[1]
    return frame, Design(rake(codes, targets, base).weights, codes, base, cluster, None, fraction), targets


@pytest.mark.parametrize(("case", "fraction"), [("apiclus1_fpc", 15 / 757), ("apiclus1", 0.0)])
def test_schools_raked(case, fraction):
    frame, design, targets = _schools(fraction)
    scores = frame["api00"].to_numpy()
    found = designs.mean(scores, np.ones(len(frame), bool), design, projection(design))
    again = jackknife(jackknife_weights(design, targets), design, lambda w: w @ scores / w.sum())
    near([found.estimate, found.se, again.se], R[case])
    published = {"apiclus1_fpc": (23.704, 26.873), "apiclus1": (23.942, 27.144)}[case]
    assert (found.se, again.se) == pytest.approx(published, abs=1e-3)
    assert found.estimate == pytest.approx(641.2303, abs=5e-5)


def test_schools_raked_weights_and_total():
    frame, design, _ = _schools(0.0)
    shared = _api("EXPECTED_apiclus1_weights.csv")["w_rake"]
    np.testing.assert_allclose(design.weights, shared, rtol=1e-4)  # R's default stops early
    enroll = frame["enroll"].to_numpy(dtype=float)
    total = design.weights @ enroll
    se = np.sqrt(designs.covariance([enroll], design, projection(design))[0, 0])
    near([total, se], R["apiclus1_enroll"])
    near(design_effect(design.weights), 1.0517, 1e-4)


@pytest.mark.parametrize(
    ("file", "mean", "se"), [("apistrat.csv", 662.2874, 9.4089), ("apisrs.csv", 656.585, 9.249722)]
)
def test_schools_unraked(file, mean, se):
    frame = _api(file)
    strata = np.unique(frame["stype"], return_inverse=True)[1] if "strat" in file else np.zeros(len(frame), int)
    fractions = np.array([(strata == h).sum() / frame["fpc"][strata == h].iloc[0] for h in range(strata.max() + 1)])
    design = Design(frame["pw"].to_numpy(), strata=strata, fraction=fractions)
    found = designs.mean(frame["api00"], np.ones(len(frame), bool), design, None)
    assert (found.estimate, found.se) == pytest.approx((mean, se), abs=1e-4)


def test_nhanes_by_race():
    frame, expected = _api("nhanes.csv"), _api("EXPECTED_r_survey_4.1-1.csv")
    cluster = np.unique(frame[["SDMVSTRA", "SDMVPSU"]].astype(str).agg("-".join, axis=1), return_inverse=True)[1]
    strata = np.unique(frame["SDMVSTRA"], return_inverse=True)[1]
    design = Design(frame["WTMEC2YR"].to_numpy(), cluster=cluster, strata=strata)
    known = frame["HI_CHOL"].notna().to_numpy()
    for race in range(1, 5):
        found = designs.mean(frame["HI_CHOL"], known & (frame["race"] == race).to_numpy(), design, None)
        row = expected[(expected["design"] == "nhanes") & (expected["stat"] == f"race={race}")].iloc[0]
        near([found.estimate, found.se], [row["estimate"], row["se"]])


# Risk ratios and two answers -----------------------------------------------------------------------------------------
@pytest.mark.parametrize("case", ["poisson", "poisson_adjusted"])
def test_modified_poisson_is_r_s(case):
    columns = [np.ones(len(ANSWERS)), ANSWERS["k"]]
    if case == "poisson_adjusted":
        columns += [ANSWERS["a"] == 1, ANSWERS["a"] == 2, ANSWERS["b"]]
    found = modified_poisson(ANSWERS["r"], np.array(columns, dtype=float).T, ANSWERS["cluster"])
    near([*found.coefficients, *np.sqrt(np.diag(found.covariance))], R[case])
    assert found.clusters == 60


def test_a_model_that_cannot_be_fitted_is_told():
    x = np.c_[np.ones(20), np.tile([0, 1], 10)]
    for y, columns in ((np.ones(20), x), (x[:, 1], np.c_[x, x[:, 1]])):
        with pytest.raises(StudyError, match="do not vary enough"):
            modified_poisson(y, columns, np.arange(20))


def test_exact_mcnemar_is_r_s():
    found = difference(ANSWERS["first"], ANSWERS["second"])
    near([found.p, found.first_only, found.second_only], R["mcnemar_exact"])
    assert found.both + found.first_only + found.second_only + found.neither == len(ANSWERS)


def test_the_interval_of_a_difference_by_hand():
    """b = 3, c = 1, n = 10: (3 - 1)/12 ± 1.959964 √(6 - 4/12)/12 = 0.1667 ± 0.3888; p = 2 (1 + 4)/16 = 0.625."""
    first, second = [1, 1, 1, 0, 1, 1, 0, 0, 0, 1, np.nan], [0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1]
    found = difference(first, second)
    assert found.estimate == pytest.approx(0.2)
    assert (found.ci_low, found.ci_high) == pytest.approx((0.16667 - 0.38880, 0.16667 + 0.38880), abs=1e-4)
    assert found.p == pytest.approx(0.625)


def test_what_published_margins_allow():
    """Jargon, 512 and 305 of 558: METHODS gives the bounds, R the statistics."""
    found = allowed_by_margins(512, 305, 558)
    assert found.both == (259, 305)
    near(found.statistic, R["margins_mcnemar"])
    assert [100 * value for value in (*found.widest, *found.narrowest)] == pytest.approx(
        [31.9, 42.3, 33.1, 41.1], abs=0.05
    )
    with pytest.raises(ValueError, match="between 0"):
        allowed_by_margins(600, 305, 558)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=2, max_size=60))
def test_every_joint_table_lies_within_what_its_margins_allow(pairs):
    one, two = np.array(pairs, dtype=float).T
    found, joint = allowed_by_margins(int(one.sum()), int(two.sum()), len(one)), difference(one, two)
    assert found.both[0] <= joint.both <= found.both[1]
    assert found.estimate == pytest.approx(joint.estimate)
    if joint.first_only + joint.second_only and found.estimate:
        statistic = (joint.first_only - joint.second_only) ** 2 / (joint.first_only + joint.second_only)
        assert found.statistic[0] - 1e-9 <= statistic <= found.statistic[1] + 1e-9
