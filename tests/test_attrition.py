"""Loss between waves: models, weights, balance, bounds and tipping points, equal to R; empty with a reason."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from prepost.attrition.balance import balance
from prepost.attrition.bounds import change_bounds, share_bounds
from prepost.attrition.chances import ResponseWeights, response_weights, stabilised
from prepost.attrition.tipping import delta_adjusted, tipping_points
from prepost.attrition.weighting import effective_n, weighted_mean_change
from prepost.ceiling import at_the_ends, change_with_room
from prepost.designs import design
from prepost.everyone import wave_changes
from prepost.logistic import fit_logistic, separating
from prepost.retention import gain_kept, retention_ratio, wave_to_wave
from prepost.robust import mean_change

# Rscript tests/reference/attrition.R > tests/reference/attrition.csv (R 4.2.2, clubSandwich 0.5.8)
REFERENCE = Path(__file__).parent / "reference"
OF_R = pd.read_csv(REFERENCE / "attrition.csv").set_index(["case", "quantity"])["value"]
ROBUST = ["estimate", "se", "ci_low", "ci_high", "statistic", "df", "p"]


def equals_r(case: str, found: dict[str, float], rel: float = 1e-6) -> None:
    assert set(found) == set(OF_R[case].index)
    for name, value in found.items():
        assert value == pytest.approx(OF_R[case, name], rel=rel, abs=1e-9), (case, name)


def of_fields(result) -> dict[str, float]:
    return {name: getattr(result, name) for name in ROBUST}


@pytest.fixture(scope="module")
def study() -> pd.DataFrame:
    """400 first surveys of 300 people by integer arithmetic, as in the R file."""
    i = np.arange(400)
    table = pd.DataFrame({"person": np.where(i < 300, i, i - 300), "module": (i * 7 % 4).astype(str)})
    table["role"], table["x"] = ((i * 11 + i // 9) % 3).astype(str), 1 + i * 37 % 17 / 4
    u, v = (i * 7919 + i // 7 * 104729) % 1009 / 1009, (i * 6007 + i // 5 * 15485) % 997 / 997
    eta = 0.2 + 0.5 * (table["role"] == "1") - 0.4 * (table["x"] - 3)
    table["answered"] = u < 1 / (1 + np.exp(-eta))
    table["linked"] = table["answered"] & (v < np.array([0.95, 0.8, 0.9, 0.85])[i * 7 % 4])
    table["d"] = ((i * 29 % 13 - 4) / 4 - 0.2 * (table["x"] - 3)).where(table["linked"])
    return table


@pytest.fixture(scope="module")
def found(study) -> ResponseWeights:
    later = study[study["answered"]]
    return response_weights(
        study, later, study["linked"], later["linked"], response=["module", "role", "x"], linkage=["module"]
    )


def indicators(table: pd.DataFrame, *names: str) -> np.ndarray:
    columns = [np.ones(len(table))]
    for name in names:
        if name == "x":
            columns.append(table["x"].to_numpy())
        else:
            columns += [(table[name] == level).to_numpy(float) for level in sorted(table[name].unique())[1:]]
    return np.column_stack(columns)


def logistic(fit) -> dict[str, float]:
    named = {f"beta{j}": b for j, b in enumerate(fit.beta)} | {f"se{j}": s for j, s in enumerate(fit.se)}
    return {**named, "deviance": fit.deviance}


# Logistic regression -------------------------------------------------------------------------------------------------
def test_logistic_regression_equals_r_glm(study):
    later = study[study["answered"]]
    equals_r("study", {"answered": len(later), "linked": study["linked"].sum()})
    equals_r("linkage", logistic(fit_logistic(indicators(later, "module"), later["linked"])))
    equals_r("matched_plain", logistic(fit_logistic(indicators(study, "role", "x"), study["linked"])))
    equals_r("intercept_only", logistic(fit_logistic(np.ones((400, 1)), study["linked"])))


def test_an_event_seen_with_a_known_chance_equals_r_glm_with_a_scaled_link(study):
    later = study[study["answered"]]
    link = fit_logistic(indicators(later, "module"), later["linked"])
    seen = 1 / (1 + np.exp(-indicators(study, "module") @ link.beta))
    fit = fit_logistic(indicators(study, "module", "role", "x"), study["linked"], sensitivity=seen)
    equals_r("response", logistic(fit))


def test_a_known_sensitivity_divides_the_share():
    """3 of 10 are seen, each with chance 0.5: 6 of 10 answered; deviance that of a share of 0.3."""
    y = np.array([1] * 3 + [0] * 7)
    fit = fit_logistic(np.ones((10, 1)), y, sensitivity=np.full(10, 0.5))
    assert fit.chance[0] == pytest.approx(0.6)
    assert fit.deviance == pytest.approx(-2 * (3 * np.log(0.3) + 7 * np.log(0.7)))


@pytest.mark.parametrize(
    ("x", "y", "why"),
    [
        ([0, 0, 1, 1], [0, 0, 1, 1], "separation: x tells yes from no"),  # complete
        ([0, 0, 0, 1], [0, 1, 0, 1], "separation: x tells yes from no"),  # quasi: all with x = 1 answered
        ([1, 2, 3, 4], [1, 1, 1, 1], "every outcome is yes"),
        ([1, 2, 3, 4], [0, 0, 0, 0], "every outcome is no"),
        ([1, 1, 1, 1], [0, 1, 0, 1], "depend on the others"),
    ],
)
def test_a_model_without_a_finite_estimate_is_empty_and_says_why(x, y, why):
    fit = fit_logistic(np.column_stack([np.ones(4), x]), y, ["(intercept)", "x"])
    assert why in fit.note and np.isnan(fit.beta).all() and np.isnan(fit.chance).all() and not fit.converged


def test_overlap_is_no_separation():
    x = np.column_stack([np.ones(6), [1, 2, 3, 4, 5, 6]])
    assert separating(x, [0, 0, 1, 0, 1, 1]) is None
    assert separating(x, [0, 0, 0, 1, 1, 1]) is not None


def test_more_events_than_the_sensitivity_allows_is_told():
    """8 of 10 are seen though only half could be: the chance runs to 1."""
    fit = fit_logistic(np.ones((10, 1)), [1] * 8 + [0] * 2, sensitivity=np.full(10, 0.5))
    assert "run to 0 or 1" in fit.note and np.isnan(fit.beta).all()


def test_a_model_stopped_too_soon_has_not_converged():
    fit = fit_logistic(np.column_stack([np.ones(6), range(6)]), [0, 0, 1, 0, 1, 1], steps=1)
    assert "did not converge" in fit.note and np.isnan(fit.beta).all()


@pytest.mark.parametrize("bad", [{"y": [0, 2]}, {"X": [[1.0], [np.nan]]}, {"sensitivity": [0.0, 1.0]}, {"y": [1]}])
def test_faults_of_the_caller_are_told(bad):
    with pytest.raises(ValueError, match=r"logistic|sensitivity|equally long"):
        fit_logistic(**{"X": [[1.0], [1.0]], "y": [0, 1], **bad})


# Columns -------------------------------------------------------------------------------------------------------------
def test_categories_numbers_and_missing_answers_become_columns():
    table = pd.DataFrame({"role": ["b", "a", "b", None, "c"], "age": [1.0, None, 3, 4, 4], "same": ["z"] * 5})
    made = design(table)
    assert made.names == ("(intercept)", "role: a", "role: c", "role: not known", "age", "age: not known")[:5]
    assert made.notes == ("age: not known is left out: it does not vary, or the columns before it tell it",)
    assert made.X[:, 4].tolist() == [1, 3, 3, 4, 4]  # the mean of 1, 3, 4, 4 where it is missing
    rare = design(table[["role"]], fewest=2)
    assert rare.names == ("(intercept)", "role: b")  # a, c and missing are taken together, three of five
    assert design(table[["same"]]).names == ("(intercept)",)


# Weights -------------------------------------------------------------------------------------------------------------
def test_weights_equal_r(study, found):
    w = found.weights[study["linked"]]
    assert found.note == ""
    numbers = {"first": w[0], "last": w[-1], "sum": w.sum(), "n_effective": found.n_effective}
    numbers |= {"largest": found.largest, "trimmed": found.n_trimmed, "expected_responders": found.expected_responders}
    equals_r("weights", numbers)
    assert np.isnan(found.weights[~study["linked"]]).all()
    assert (found.n, found.n_matched, found.n_later) == (400, 215, 242)


def test_the_weighted_mean_change_equals_clubsandwich(study, found):
    equals_r("weighted", of_fields(weighted_mean_change(study["d"], found.weights, study["person"])))


def test_the_standard_error_with_estimated_weights_equals_a_stacked_sandwich_in_r(study):
    later = study[study["answered"]]
    ask = {"response": ["module", "role", "x"], "linkage": ["module"], "trim": (0, 1)}
    made = response_weights(study, later, study["linked"], later["linked"], **ask)
    mean = weighted_mean_change(study["d"], made.weights, study["person"], model=made.model)
    equals_r("estimated", {"estimate": mean.estimate, "se": mean.se})
    assert mean.se != pytest.approx(weighted_mean_change(study["d"], made.weights, study["person"]).se, rel=1e-3)


D = [0.5, 1, -0.25, 0, 0.75, 1.25, -0.5, 1, 1.5, 0.25, 0.25, 0, 2]
PERSON = ["p1", "p2", "p2", "p3", "p3", "p3", "p4", "p5", "p5", "p5", "p5", "p6", "p6"]
SMALL = {
    "small": (D, [1, 2, 1, 0.5, 1, 1.5, 3, 1, 1, 0.7, 1, 2, 0.4], PERSON),
    "small_equal": (D, [3] * 13, PERSON),
    "small_dominated": ([1, 2, 3, 1, 2, 2, 0, 1], [1, 1, 2, 1, 3, 1, 5, 1], [1, 1, 1, 1, 1, 1, 2, 3]),
    "small_single": (D, list(range(1, 14)), None),
}


@pytest.mark.parametrize("case", SMALL)
def test_small_weighted_means_equal_clubsandwich(case):
    equals_r(case, of_fields(weighted_mean_change(*SMALL[case])))


def test_equal_weights_lead_back_to_the_mean_change():
    assert tuple(weighted_mean_change(D, [2] * 13, PERSON))[:7] == pytest.approx(tuple(mean_change(D, PERSON))[:7])


def test_with_the_module_in_both_models_the_expected_responders_are_the_later_responses(study):
    later = study[study["answered"]]
    made = response_weights(
        study, later, study["linked"], later["linked"], response=["module"], linkage=["module"], trim=(0, 1)
    )
    assert made.expected_responders == pytest.approx(len(later), rel=1e-8)
    per_module = pd.Series(made.p_responded).groupby(study["module"]).sum()
    assert per_module.tolist() == pytest.approx(later.groupby("module").size().tolist(), rel=1e-8)


def test_a_module_whose_later_responses_are_all_linked_is_certain(study):
    later = study[study["answered"] & ((study["module"] != "2") | study["linked"])]
    made = response_weights(
        study, later, study["linked"], later["linked"], response=["module"], linkage=["module"], trim=(0, 1)
    )
    here = (study["module"] == "2").to_numpy()
    assert made.note == "" and (made.p_linked[here] == 1).all() and (made.p_linked[~here] < 1).all()
    assert made.p_responded[here][0] == pytest.approx(study.loc[here, "linked"].mean())  # an ordinary share there


def test_where_the_state_is_known_a_missing_partner_is_a_missing_answer(study):
    later = study[study["answered"]]
    ask = {"response": ["role"], "linkage": [], "trim": (0, 1)}
    known = response_weights(study, later, study["linked"], later["linked"], known=np.ones(400, dtype=bool), **ask)
    share = study.groupby("role")["linked"].mean()
    assert known.p_responded == pytest.approx(study["role"].map(share).to_numpy())
    unknown = response_weights(study, later, study["linked"], later["linked"], **ask)
    assert unknown.p_responded == pytest.approx(known.p_responded / (215 / 242))  # 215 of 242 later ones are linked


def test_weights_undo_a_loss_that_depends_on_the_first_score_and_on_the_module():
    """Planted: low scorers gain more and answer less; module B loses its links. Truth: the mean change of everyone."""
    rng = np.random.default_rng(11)
    n = 20_000
    x, b = rng.normal(3, 0.8, n), rng.random(n) < 0.5
    change = 0.5 - 0.4 * (x - 3) + 0.3 * b + rng.normal(0, 0.5, n)
    answered = rng.random(n) < 1 / (1 + np.exp(-(0.3 + 0.9 * (x - 3))))
    linked = answered & (rng.random(n) < np.where(b, 0.5, 0.95))
    first = pd.DataFrame({"x": x, "module": np.where(b, "B", "A")})
    later = first[answered].assign(x=np.nan)
    made = response_weights(first, later, linked, linked[answered], response=["x", "module"], linkage=["module"])
    plain, weighted = mean_change(change[linked]), weighted_mean_change(np.where(linked, change, np.nan), made.weights)
    truth = change.mean()
    assert abs(plain.estimate - truth) > 8 * plain.se
    assert abs(weighted.estimate - truth) < 3 * weighted.se
    assert made.p_responded.mean() == pytest.approx(answered.mean(), abs=0.01)


def test_stabilised_weights_by_hand():
    weights, largest, trimmed = stabilised([0.2, 0.4, 0.8, 0.5], [True, True, True, False], (0, 1))
    assert weights[:3].tolist() == pytest.approx([3.75, 1.875, 0.9375])  # .75 over each
    assert largest == pytest.approx(3.75 / 2.1875) and trimmed == 0 and np.isnan(weights[3])
    weights, _, trimmed = stabilised([0.2, 0.4, 0.8, 0.5], [True, True, True, False], (0.25, 0.75))
    assert weights[:3].tolist() == pytest.approx([2.8125, 1.875, 1.40625])  # half way between neighbours
    assert trimmed == 2


def test_kish_by_hand():
    assert effective_n([1, 1, 1, 1]) == 4
    assert effective_n([1, 2, 3, np.nan]) == pytest.approx(36 / 14)
    assert effective_n([]) == 0


# Balance -------------------------------------------------------------------------------------------------------------
def test_standardised_differences_equal_r(study, found):
    table = balance(study[["x", "role", "module"]], study["linked"], found.weights).set_index(["covariate", "level"])
    numbers = {}
    for name, place in {"x": ("x", ""), "role1": ("role", "1"), "module2": ("module", "2")}.items():
        numbers |= {f"{name}.before": table.loc[place, "smd_before"], f"{name}.after": table.loc[place, "smd_after"]}
    equals_r("balance", numbers)
    assert table.loc[("role", "1"), "n"] == int((study["role"] == "1").sum())
    assert table.loc[("role", "1"), "n_kept"] == int(((study["role"] == "1") & study["linked"]).sum())


def test_balance_of_what_does_not_vary_or_is_missing_says_so():
    table = balance(pd.DataFrame({"same": ["a"] * 3, "x": [1.0, None, 3]}), [True, True, False], [1, 1, np.nan])
    table = table.set_index(["covariate", "level"])
    assert table.loc[("same", "a"), "note"] == "everyone is alike: no difference can be told"
    assert table.loc[("x", ""), ["target", "kept", "n", "n_kept"]].tolist() == [2, 1, 2, 1]
    assert table.loc[("x", "not known"), "target"] == pytest.approx(1 / 3)
    nobody = balance(pd.DataFrame({"x": [1.0, 2.0]}), [False, False], [np.nan] * 2).iloc[0]
    assert nobody["note"] == "nobody was kept" and np.isnan(nobody["smd_before"])


# Bounds --------------------------------------------------------------------------------------------------------------
def test_bounds_of_a_share():
    low, high = share_bounds(0.70, 0.604)  # .70 × .604 = .4228; + .396 = .8188
    assert (low, high) == pytest.approx((0.4228, 0.8188))
    assert share_bounds(0.3, 1) == pytest.approx((0.3, 0.3))
    with pytest.raises(ValueError, match="between 0 and 1"):
        share_bounds(70, 0.6)


def test_bounds_of_a_change_equal_r(study):
    after = (study["x"] + study["d"]).clip(1, 5)
    made = change_bounds(study["x"], after, study["person"], low=1, high=5)
    assert made.lower == pytest.approx(OF_R["worst", "estimate"])
    assert made.ci_low == pytest.approx(OF_R["worst", "ci_low"])
    assert made.upper == pytest.approx(OF_R["best", "estimate"])
    assert made.ci_high == pytest.approx(OF_R["best", "ci_high"])
    assert (made.n, made.n_lost, made.n_people) == (400, 185, 300)


def test_bounds_by_hand_use_the_known_first_score():
    """First 2, 3, 5; one went from 2 to 4. Lost: 3 and 5 end at 1 (-2, -4) or at 5 (+2, 0)."""
    made = change_bounds([2, 3, 5, None], [4, None, None, 5], low=1, high=5)
    assert (made.lower, made.upper) == pytest.approx(((2 - 2 - 4) / 3, (2 + 2 + 0) / 3))
    assert (made.n, made.n_lost) == (3, 2)


def test_bounds_without_anybody_or_with_one_person_say_so():
    assert change_bounds([], [], low=1, high=5).note == "no first scores"
    one = change_bounds([2.0], [None], low=1, high=5)
    assert (one.lower, one.upper) == (-1.0, 3.0) and np.isnan(one.ci_low) and "no standard error" in one.note
    with pytest.raises(ValueError, match="off the scale"):
        change_bounds([6.0], [None], low=1, high=5)
    with pytest.raises(ValueError, match="below its high end"):
        change_bounds([2.0], [3.0], low=5, high=1)


# Tipping points ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("case", ["plain", "by_weight"])
def test_the_mixture_and_its_tipping_points_equal_r(study, found, case):
    weights = found.weights if case == "by_weight" else None
    equals_r(f"delta_{case}", of_fields(delta_adjusted(study["d"], study["person"], delta=-0.3, weights=weights)))
    made = tipping_points(study["d"], study["person"], smallest=0.1, weights=weights)
    names = ["estimate.0", "estimate.smallest", "limit.0", "limit.smallest"]
    equals_r(f"tipping_{case}", dict(zip(names, [point.delta for point in made], strict=True)))
    assert {point.n_lost for point in made} == {185} and {point.note for point in made} == {""}


def test_at_a_tipping_point_the_conclusion_just_holds(study, found):
    for point in tipping_points(study["d"], study["person"], smallest=0.1, weights=found.weights):
        there = delta_adjusted(study["d"], study["person"], delta=point.delta, weights=found.weights)
        value = there.estimate if point.conclusion.startswith("the estimate") else there.ci_low
        assert value == pytest.approx(point.target, abs=1e-9)


def test_a_tipping_point_by_hand():
    """Three kept with mean 1, one lost: the mean of four is 0 if that one changed by -3, so by 4 less."""
    point = tipping_points([0, 1, 2, None])[0]
    assert (point.delta, point.change_of_lost) == pytest.approx((-4, -3))
    assert (point.n, point.n_lost) == (4, 1)


def test_a_tipping_point_off_the_scale_says_so():
    d, before = [0, 1, 2, None], [1, 2, 3, 3.0]
    near = tipping_points(d, before=before, scale=(0, 5))[0]  # from 3 down to 0 is -3: just allowed
    far = tipping_points(d, before=before, scale=(1, 5))[0]
    assert near.note == "" and far.note.startswith("the scale does not allow it")
    assert far.delta == pytest.approx(-4)


def test_a_conclusion_that_does_not_hold_anyway_says_so():
    point = tipping_points([0.1, -0.1, 0.05, None], smallest=0.5)[1]
    assert point.delta > 0 and point.note == "the estimate lies below it already"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ([], "no complete pairs: no tipping point"),
        ([None, None], "no complete pairs: no tipping point"),
        ([1.0, None], "one pair only: no tipping point"),
        ([1.0, 2.0, 0.5], "nobody was lost"),
    ],
)
def test_no_tipping_point_without_pairs_or_without_loss(change, why):
    for point in tipping_points(change, smallest=0.2):
        assert np.isnan(point.delta) and point.note == why


# Bad input -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("change", "person", "why"),
    [
        ([], [], "no complete pairs"),
        ([1.0], ["a"], "one pair only"),
        ([1.0, 2.0], ["a", "a"], "all pairs come from one person"),
        ([0.0, 0.0, 0.0], ["a", "b", "c"], "every value is the same"),
    ],
)
def test_a_weighted_mean_without_an_interval_says_why(change, person, why):
    made = weighted_mean_change(change, [1.0] * len(change), person)
    assert why in made.note and np.isnan(made.ci_low) and np.isnan(made.p)


def test_a_weight_of_nothing_is_a_fault_of_the_caller():
    with pytest.raises(ValueError, match="above 0"):
        weighted_mean_change([1.0, 2.0], [1.0, 0.0])


def lose(study: pd.DataFrame, linked: pd.Series, **ask) -> ResponseWeights:
    later = study[study["answered"]]
    response = {"response": ["role", "x"], "linkage": ["module"], **ask}
    return response_weights(study, later, linked, linked[study["answered"]], **response)


def test_separation_in_the_response_model_leaves_no_weights_and_names_the_question(study):
    made = lose(study, study["linked"] & (study["role"] != "2"))
    assert made.note == "response: separation: role tells yes from no without error; no finite estimate"
    assert np.isnan(made.weights).all() and np.isnan(made.n_effective)


def test_separation_in_the_linkage_model_leaves_no_weights_and_names_the_question(study):
    made = lose(study, study["linked"] & (study["module"] != "1"))
    assert made.note.startswith("linkage: separation: module tells yes from no")
    assert np.isnan(made.weights).all()


def test_weights_that_explode_are_no_weights():
    """One kept among 300 with a low score: its chance is tiny and its weight carries more than a tenth of all."""
    low = np.arange(600) < 300
    kept = ~low & (np.arange(600) % 2 == 0) | (np.arange(600) == 0)
    first = pd.DataFrame({"group": np.where(low, "low", "high")})
    made = response_weights(first, first[kept], kept, kept[kept], response=["group"], trim=(0, 1))
    assert made.largest > 50 and "explode" in made.note and np.isnan(made.weights).all()


@pytest.mark.parametrize(
    ("kept", "why"), [(0, "no later responses"), (2, "effective number below 10"), (40, "nobody was lost")]
)
def test_nobody_two_or_everyone_kept(kept, why):
    first = pd.DataFrame({"group": ["a", "b"] * 20})
    stays = np.arange(40) < kept
    made = response_weights(first, first[stays], stays, stays[stays], response=["group"])
    assert why in made.note and np.isnan(made.weights).all()


@pytest.mark.parametrize("seed", range(40))
def test_whatever_comes_no_number_is_missing_without_a_word(seed):
    """Nothing to 24 rows, one person or many, most of it missing or all of it the same."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(0, 25))
    x, y, z = np.where(
        rng.random((3, n)) < rng.choice([0, 0.3, 0.9]), np.nan, rng.choice([3.0, 1, 5][: 1 + seed % 3], (3, n))
    )
    person, module = rng.integers(0, rng.choice([1, 2, 50]), n), rng.choice(["a", "b"], n)
    kept, change = np.isfinite(y), y - x
    first = pd.DataFrame({"module": module, "x": x})
    later = kept | (rng.random(n) < 0.3)
    made = response_weights(first, first[later], kept, kept[later], response=["module", "x"], linkage=["module"])
    made_of = [(made.weights[kept].sum() if kept.any() else np.nan, made.note)]
    made_of += [(row["smd_after"], row["note"]) for _, row in balance(first, kept, made.weights).iterrows()]
    made_of += [(point.delta, point.note) for point in tipping_points(change, person, smallest=0.2)]
    several = [change_bounds(x, y, person, low=1, high=5), weighted_mean_change(change, np.ones(n), person)]
    several += [gain_kept(y, z, person, margin=0.2), retention_ratio(x, y, z, person, smallest=0.2)]
    several += [change_with_room(x, y, person, below=5, reliability=0.8)]
    made_of += [(one.ci_low, one.note) for one in several]
    for table in (wave_changes([*x, *y], [0] * n + [1] * n, [*person, *person], waves=[0, 1]), wave_to_wave(x, y, z)):
        made_of += [(row["ci_low"], row["note"]) for _, row in table.iterrows()]
    made_of += [(row["ci_low"], row["note"]) for _, row in at_the_ends(x, y, person, low=1, high=5).iterrows()]
    assert [note for number, note in made_of if not np.isfinite(number) and not note] == []


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="R is not on this machine")
def test_r_still_says_the_same():
    done = subprocess.run(["Rscript", str(REFERENCE / "attrition.R")], capture_output=True, text=True, check=False)
    if "there is no package called" in done.stderr:
        pytest.skip("R is here without clubSandwich")
    now = pd.DataFrame(
        [line.split(",") for line in done.stdout.splitlines()[1:]], columns=["case", "quantity", "value"]
    )
    then = pd.read_csv(REFERENCE / "attrition.csv")
    assert now["quantity"].tolist() == then["quantity"].tolist()
    assert now["value"].astype(float).to_numpy() == pytest.approx(then["value"].to_numpy(), rel=1e-6, abs=1e-9)
