"""The cumulative link mixed model: equal to R ordinal, exact slopes, and a word where there is no estimate."""

from __future__ import annotations

import time as clock

import numpy as np
import pandas as pd
import pytest
from ordinal_reference import REFERENCE, again, design, first_completion, frozen, invented, same, two_waves
from prepost.ordinal.answers import answers, compressed
from prepost.ordinal.fit import ClmmFit, _Problem, fit_clmm
from prepost.ordinal.laplace import TwoIntercepts
from prepost.ordinal.quadrature import Independent, OneIntercept

# Rscript tests/reference/clmm.R: each case is one line `report(case, clmm(formula, data, nAGQ))` of that file.
R = frozen("clmm")
ESTIMATE, STANDARD_ERROR = 1e-4, 1e-3


@pytest.fixture(scope="module")
def wine() -> pd.DataFrame:
    return pd.read_csv(REFERENCE / "wine.csv")


def numbers(fit: ClmmFit, sigma_order: tuple[int, ...] = (0, 1)) -> dict[str, float]:
    sigma = fit.sigma[list(sigma_order)[: len(fit.sigma)]]
    parts = {"theta": fit.theta.ravel(), "beta": fit.beta, "se": fit.se, "sigma": sigma}
    return {f"{name}{i + 1}": v for name, part in parts.items() for i, v in enumerate(part)} | {"loglik": fit.loglik}


def holds(case: str, fit: ClmmFit, sigma_order: tuple[int, ...] = (0, 1)) -> None:
    assert fit.converged and fit.note == ""
    found = numbers(fit, sigma_order)
    assert set(found) == set(R[case])
    for quantity, value in R[case].items():
        tolerance = STANDARD_ERROR if quantity.startswith("se") else ESTIMATE
        assert found[quantity] == pytest.approx(value, abs=tolerance), quantity


# --- equal to R ------------------------------------------------------------------------------------------------------


def test_wine_is_as_published_with_ordinal(wine):
    # Christensen, vignette of R ordinal: clm and clmm of wine, rating ~ temp + contact (+ (1 | judge))
    x = wine[["temp", "contact"]]
    flat, ten, laplace = (fit_clmm(wine["y"], x, g, nodes=k) for g, k in ((None, 1), (wine.judge, 10), (wine.judge, 1)))
    assert flat.beta == pytest.approx([2.503102, 1.527798], abs=1e-6)
    assert flat.theta[0] == pytest.approx([-1.344383, 1.250809, 3.466887, 5.006404], abs=1e-6)
    assert flat.loglik == pytest.approx(-86.49192, abs=1e-5)
    assert [*ten.beta, *ten.sigma, ten.loglik] == pytest.approx([3.061891, 1.833433, 1.134783, -81.53246], abs=1e-4)
    expected = [3.062997, 1.834885, 1.131133, -81.56541]
    assert [*laplace.beta, *laplace.sigma, laplace.loglik] == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize(("case", "judge", "nodes"), [("wine", 0, 1), ("wine_agq10", 1, 10), ("wine_laplace", 1, 1)])
def test_wine_is_r(wine, case, judge, nodes):
    holds(case, fit_clmm(wine["y"], wine[["temp", "contact"]], wine["judge"] if judge else None, nodes=nodes))


@pytest.mark.parametrize(
    ("case", "by", "nodes"),
    [
        ("time_agq10", None, 10),
        ("time_agq3", None, 3),
        ("time_laplace", None, 1),
        ("module_agq10", "module", 10),
        ("role_agq10", "role", 10),
    ],
)
def test_one_completion_a_person_is_r(case, by, nodes):
    first = first_completion()
    fit = fit_clmm(first["y"], design(first, by), first["person"], nodes=nodes)
    holds(case, fit)
    assert (fit.n, fit.n_groups) == (len(first), (first["person"].nunique(),))


def test_without_an_intercept_is_r_clm():
    first = first_completion()
    holds("time_flat", fit_clmm(first["y"], design(first)))


def test_several_completions_of_a_person_under_one_intercept_are_r():
    every = invented()
    holds("all_agq10", fit_clmm(every["y"], design(every, "module"), every["person"]))


def test_three_categories_are_r():
    first = first_completion()
    holds("three_agq10", fit_clmm(first["y"].clip(2, 4), design(first), first["person"]))


@pytest.mark.parametrize(("case", "by"), [("nested", None), ("nested_module", "module"), ("nested_role", "role")])
def test_people_and_their_modules_are_r(case, by):
    # R prints the finer grouping first
    every = invented()
    fit = fit_clmm(every["y"], design(every, by), every[["person", "pm"]])
    holds(case, fit, sigma_order=(1, 0))
    assert fit.method == "Laplace" and fit.n_groups == (every["person"].nunique(), every["pm"].nunique())


def test_crossed_groupings_are_r_in_either_order():
    every = invented()
    holds("crossed", fit_clmm(every["y"], design(every), every[["person", "module"]]))
    holds("crossed", fit_clmm(every["y"], design(every), every[["module", "person"]]), sigma_order=(1, 0))


def test_thresholds_free_by_time_are_r():
    # clm(y ~ 1, nominal = ~ time) and clmm2 with the same: R gives the thresholds before, and what time adds to each
    first = first_completion()
    none = pd.DataFrame(index=first.index)
    for case, groups in (("nominal_flat", None), ("nominal_mixed", first["person"])):
        fit = fit_clmm(first["y"], none, groups, strata=first["time"])
        expected = [R[case][f"theta{i}"] for i in range(1, 9)]
        assert [*fit.theta[0], *(fit.theta[1] - fit.theta[0])] == pytest.approx(expected, abs=ESTIMATE)
        assert fit.loglik == pytest.approx(R[case]["loglik"], abs=ESTIMATE)
    assert fit.sigma[0] == pytest.approx(R["nominal_mixed"]["sigma1"], abs=ESTIMATE)
    flat = fit_clmm(first["y"], none, strata=first["time"])
    difference = np.hstack([-np.eye(4), np.eye(4)])
    assert np.sqrt(np.diag(flat.cov)[:4]) == pytest.approx([R["nominal_flat"][f"se{i}"] for i in range(1, 5)], abs=1e-6)
    se = np.sqrt(np.diag(difference @ flat.cov @ difference.T))
    assert se == pytest.approx([R["nominal_flat"][f"se{i}"] for i in range(5, 9)], abs=1e-6)


def test_r_says_today_what_it_said():
    same(again("clmm", "ordinal", "quick"), R, 1e-4)


# --- arithmetic ------------------------------------------------------------------------------------------------------


def test_two_answers_in_two_groups_are_the_log_odds():
    # before: 3 of 10 high; after: 6 of 10: logit(.6) - logit(.3), variance 1/3 + 1/7 + 1/6 + 1/4
    y = [1] * 7 + [2] * 3 + [1] * 4 + [2] * 6
    fit = fit_clmm(y, np.repeat([[0], [1]], 10, axis=0))
    assert fit.beta[0] == pytest.approx(np.log(0.6 / 0.4) - np.log(0.3 / 0.7), abs=1e-8)
    assert fit.se[0] == pytest.approx(np.sqrt(1 / 3 + 1 / 7 + 1 / 6 + 1 / 4), abs=1e-7)
    assert fit.theta[0, 0] == pytest.approx(np.log(0.7 / 0.3), abs=1e-8)
    assert fit.loglik == pytest.approx(7 * np.log(0.7) + 3 * np.log(0.3) + 4 * np.log(0.4) + 6 * np.log(0.6))


@pytest.mark.parametrize("strata", [False, True])
@pytest.mark.parametrize(
    ("groups", "nodes"),
    [((), 1), (("person",), 1), (("person",), 2), (("person",), 7), (("pm", "person"), 1), (("person", "module"), 1)],
)
def test_the_slopes_are_those_of_the_likelihood(groups, nodes, strata):
    every = invented()
    given = answers(every["y"], every[["role"]], every[list(groups)], None, every["time"] if strata else None)
    part = Independent(None) if not groups else TwoIntercepts(given.groups) if len(groups) == 2 else None
    problem = _Problem(given, part or OneIntercept(given.groups[0], None, nodes), len(groups))
    at = problem.start() + np.random.default_rng(1).normal(0, 0.3, len(problem.start()))
    away = 1e-5 * np.eye(len(at))
    by_difference = [(problem(at + h)[0] - problem(at - h)[0]) / 2e-5 for h in away]
    assert problem(at)[1] == pytest.approx(by_difference, abs=2e-6)


def test_a_group_for_all_that_answered_alike_changes_nothing():
    every = invented()
    given = answers(every["y"], every[["time"]], every["person"])
    small = compressed(given)
    assert len(small.y) < 0.7 * len(given.y) and small.row_weights.sum() == len(given.y)
    at = np.array([-2.0, 0.3, 0.1, 0.2, 0.7, 0.1])
    whole = _Problem(given, OneIntercept(given.groups[0], None, 10), 1)
    part = _Problem(small, OneIntercept(small.groups[0], small.weights, 10), 1)
    part.x, part.scale = small.x / whole.scale, whole.scale
    assert part(at)[0] == pytest.approx(whole(at)[0], rel=1e-12)
    assert part(at)[1] == pytest.approx(whole(at)[1], abs=1e-9)


def test_rows_in_another_order_and_other_keys_give_the_same():
    first = first_completion()
    fit = fit_clmm(first["y"], design(first, "role"), first["person"])
    mixed = first.sample(frac=1, random_state=1)
    other = fit_clmm(mixed["y"] * 10, design(mixed, "role"), "P" + mixed["person"].astype(str))
    assert other.beta == pytest.approx(fit.beta, abs=1e-6) and other.loglik == pytest.approx(fit.loglik, abs=1e-8)
    assert other.names == ("time", "role2", "role3", "time:role2", "time:role3")


def test_the_scale_of_a_covariate_is_free():
    first = first_completion()
    one = fit_clmm(first["y"], first[["time"]], first["person"])
    thousand = fit_clmm(first["y"], first[["time"]] * 1000, first["person"])
    assert [thousand.beta[0] * 1000, thousand.se[0] * 1000] == pytest.approx([one.beta[0], one.se[0]], rel=1e-5)


def test_turned_answers_turn_the_effect():
    first = first_completion()
    fit = fit_clmm(first["y"], first[["time"]], first["person"])
    turned = fit_clmm(6 - first["y"], first[["time"]], first["person"])
    assert turned.beta == pytest.approx(-fit.beta, abs=1e-6)
    assert turned.theta[0] == pytest.approx(-fit.theta[0][::-1], abs=1e-6)


def test_a_planted_effect_is_found():
    y, time, person = two_waves(2473)
    fit = fit_clmm(y, time[:, None], person, names=["time"])
    assert abs(fit.beta[0] - 0.8) < 3 * fit.se[0] and abs(fit.sigma[0] - 1.5) < 3 * np.sqrt(fit.cov[-1, -1])


def test_2473_pairs_take_less_than_five_seconds():
    y, time, person = two_waves(2473)
    role = person % 3
    x = np.column_stack([time, role == 1, role == 2, time * (role == 1), time * (role == 2)])
    start = clock.perf_counter()
    assert fit_clmm(y, time[:, None], person).converged
    assert fit_clmm(y, x, person).converged
    assert clock.perf_counter() - start < 5


# --- a note, never NaN without a word ---------------------------------------------------------------------------------

TIME = np.tile([0.0, 1.0], 6)[:, None]
PERSON = np.repeat(np.arange(6), 2)
VARIED = [1, 2, 1, 2, 4, 4, 2, 5, 1, 2, 4, 2]


@pytest.mark.parametrize(
    ("y", "x", "groups", "note"),
    [
        ([], np.empty((0, 1)), [], "no complete answers"),
        ([3] * 12, TIME, PERSON, "every answer is the same"),
        (VARIED, TIME, [0] * 12, "one group"),
        ([1, 2], [[0], [1]], [0, 0], "one group"),
        (np.where(TIME[:, 0] == 1, 5, 1), TIME, PERSON, "separated by 0"),
        (np.where(TIME[:, 0] == 1, 5, 1), TIME, None, "separated by 0"),
        (
            np.repeat(np.arange(200) % 5, 2),
            np.tile([0, 1], 200)[:, None],
            np.repeat(np.arange(200), 2),
            "hardly differ",
        ),
        ([2, 2, 3, 3], [[0], [1], [0], [1]], [0, 0, 1, 1], "hardly differ"),
    ],
)
@pytest.mark.filterwarnings("error")
def test_no_estimate_comes_with_a_note(y, x, groups, note):
    fit = fit_clmm(y, x, groups)
    assert np.isnan(fit.beta).all() and np.isnan(fit.se).all() and np.isnan(fit.loglik) and not fit.converged
    assert note in fit.note


def test_one_group_of_an_interaction_that_is_separated_is_named():
    y, time, person = two_waves(150)
    third = person % 3 == 2
    y = np.where(third & (time == 1), 5, y)
    fit = fit_clmm(y, pd.DataFrame({"time": time, "third": third, "time:third": third * time}).astype(float), person)
    assert np.isnan(fit.beta).all() and fit.note.endswith("separated by time:third")


def test_a_model_that_does_not_converge_says_so(monkeypatch):
    first = first_completion()
    monkeypatch.setattr("prepost.ordinal.fit.NEWTON_STEPS", 0)
    fit = fit_clmm(first["y"], first[["time"]], first["person"])
    assert np.isnan(fit.beta).all() and fit.note == "the model did not converge"


def test_an_unused_answer_is_told_and_does_no_harm():
    fit = fit_clmm(VARIED, TIME, PERSON, categories=[1, 2, 3, 4, 5])
    squeezed = fit_clmm([{4: 3, 5: 4}.get(v, v) for v in VARIED], TIME, PERSON)
    assert fit.note == "not used: 3" and fit.unused == (3,) and list(fit.categories) == [1, 2, 4, 5]
    assert fit.beta == pytest.approx(squeezed.beta) and fit.theta.shape == (1, 3)


def test_columns_that_say_nothing_new_are_named():
    x = np.column_stack([TIME, np.ones(12), 2 * TIME])
    fit = fit_clmm(VARIED, x, PERSON, names=["time", "one", "twice"])
    alone = fit_clmm(VARIED, TIME, PERSON)
    assert fit.beta[0] == pytest.approx(alone.beta[0]) and np.isnan(fit.beta[1:]).all()
    assert fit.note == "does not vary, or is a sum of the columns before it: one, twice"


def test_groups_that_share_nothing_have_sigma_0():
    y = [1, 3, 3, 1, 2, 3, 3, 2, 1, 2, 2, 1]  # of each person one high, one low
    fit, flat = fit_clmm(y, TIME, PERSON), fit_clmm(y, TIME)
    assert fit.sigma[0] == 0 and "sigma is 0" in fit.note
    assert [*fit.beta, *fit.se, fit.loglik] == pytest.approx([*flat.beta, *flat.se, flat.loglik])


def test_one_answer_a_group_has_no_intercept():
    fit = fit_clmm(VARIED, TIME, np.arange(12))
    assert fit.beta == pytest.approx(fit_clmm(VARIED, TIME).beta) and "each group gives one answer" in fit.note


def test_two_groupings_that_are_one_get_one_intercept():
    first = first_completion()  # nobody has a second module
    fit, one = (fit_clmm(first["y"], first[["time"]], first[by]) for by in (["person", "pm"], "person"))
    assert [*fit.beta, fit.sigma[0], fit.loglik] == pytest.approx([*one.beta, one.sigma[0], one.loglik], abs=1e-6)
    assert fit.sigma[1] == 0 and fit.note == "both groupings make the same groups: one random intercept"


def test_an_answer_given_at_one_time_only_has_no_threshold_of_its_own():
    fit = fit_clmm(VARIED, np.empty((12, 0)), PERSON, strata=TIME[:, 0])
    assert "not used in every stratum" in fit.note and np.isnan(fit.theta).all()


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("seed", range(8))
def test_small_and_strange_answers_never_give_nan_without_a_word(seed):
    rng = np.random.default_rng(seed)
    n, top, spread, effect = rng.integers(1, 20), rng.integers(1, 6), rng.choice([0, 1, 3]), rng.choice([0, 1, 4])
    before = 3 + rng.normal(0, 1, n) * spread + rng.normal(0, 1, n)
    y = np.clip(np.rint([before, before + effect + rng.normal(0, 1, n)]), 1, top).ravel()
    groups = pd.DataFrame({"person": rng.integers(0, max(1, n // 2), n), "module": rng.integers(0, 3, n)})
    groups = pd.concat([groups, groups], ignore_index=True)
    for by in ([], ["person"], ["person", "module"]):
        fit = fit_clmm(y, np.repeat([[0.0], [1.0]], n, axis=0), groups[by], categories=[1, 2, 3, 4, 5])
        parts = np.r_[fit.beta, fit.se, fit.theta.ravel(), fit.sigma, fit.loglik]
        assert np.isfinite(parts).all() or (fit.note and np.isnan(fit.beta).all())
        assert fit.n == 2 * n and len(fit.n_groups) == len(by)


def test_missing_answers_covariates_and_people_are_left_out():
    first = first_completion()
    y, x = first["y"].astype("Float64"), first[["time"]].astype(float)
    person = first["person"].astype("Int64")
    gap = first.index[[3, 10, 20]]
    y[gap[0]], x.loc[gap[1], "time"], person[gap[2]] = pd.NA, np.nan, pd.NA
    fit, without = fit_clmm(y, x, person), first.drop(gap)
    assert fit.n == len(without)
    assert fit.beta == pytest.approx(fit_clmm(without["y"], without[["time"]], without["person"]).beta)


def test_what_does_not_fit_together_is_refused():
    with pytest.raises(ValueError, match="fit together"):
        fit_clmm([1, 2, 3], [[0], [1]])
    with pytest.raises(ValueError, match="none of the declared"):
        fit_clmm([1, 2, 9], [[0], [1], [0]], categories=[1, 2, 3])
    with pytest.raises(ValueError, match="two groupings"):
        fit_clmm([1, 2], [[0], [1]], pd.DataFrame({"a": [1, 2], "b": [1, 2], "c": [1, 2]}))
