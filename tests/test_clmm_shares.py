"""Predicted shares and the test of proportional odds: equal to R, to arithmetic, and to the answers themselves."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from ordinal_reference import first_completion, frozen, two_waves
from prepost.ordinal.fit import ClmmFit, fit_clmm
from prepost.ordinal.parallel import proportional_odds
from prepost.ordinal.shares import predicted_changes, predicted_shares

# Rscript tests/reference/clmm.R, case `shares`: integrate() over the intercept, delta method by numerical slopes.
R = frozen("clmm")
BEFORE, AFTER = [[0.0]], [[1.0]]


@pytest.fixture(scope="module")
def fit() -> ClmmFit:
    first = first_completion()
    return fit_clmm(first["y"], first[["time"]], first["person"])


@pytest.mark.parametrize("time", [0, 1])
def test_shares_and_their_intervals_are_r(fit, time):
    shares = predicted_shares(fit, {"before": BEFORE, "after": AFTER})
    here = shares[shares["when"] == ("before", "after")[time]].set_index("category")
    for category in range(1, 6):
        for quantity, column in {"share": "estimate", "se": "se", "low": "ci_low", "high": "ci_high"}.items():
            expected = R["shares"][f"{quantity}_t{time}_{category}"]
            assert here.loc[category, column] == pytest.approx(expected, abs=1e-5), (quantity, category)
    assert here["estimate"].sum() == pytest.approx(1, abs=1e-12)
    assert set(here["ci_method"]) == {"delta method on the logit scale"} and not here["note"].any()


def test_changes_are_r(fit):
    changes = predicted_changes(fit, BEFORE, AFTER)
    share = changes[changes["quantity"] == "share"].set_index("category")
    for category in range(1, 6):
        found = share.loc[category, ["estimate", "se"]].to_list()
        assert found == pytest.approx([R["shares"][f"{q}_{category}"] for q in ("change", "se_change")], abs=1e-5)
    for quantity, name in {"mean": "mean_change", "latent": "latent"}.items():
        row = changes[changes["quantity"] == quantity].iloc[0]
        assert [row["estimate"], row["se"]] == pytest.approx([R["shares"][name], R["shares"][f"se_{name}"]], abs=1e-5)
        assert row["ci_high"] - row["estimate"] == pytest.approx(1.959963984540054 * row["se"])


def test_the_standard_error_of_sigma_is_r(fit):
    assert np.sqrt(fit.cov[-1, -1]) == pytest.approx(R["shares"]["se_sigma"], abs=1e-4)


def test_shares_from_an_answer_upwards_add_up(fit):
    changes = predicted_changes(fit, BEFORE, AFTER).set_index(["quantity", "category"])["estimate"]
    for category in range(2, 6):
        above = sum(changes["share", c] for c in range(category, 6))
        assert changes["share_from", category] == pytest.approx(above, abs=1e-12)


def test_without_covariates_and_intercept_the_shares_are_those_counted():
    # 2, 3 and 5 of 10; the delta interval of a logit: logit(p) ± z / √(n p (1 - p))
    fit = fit_clmm([1] * 2 + [2] * 3 + [3] * 5, np.empty((10, 0)))
    shares = predicted_shares(fit, {"all": np.empty((1, 0))})
    assert shares["estimate"].to_list() == pytest.approx([0.2, 0.3, 0.5], abs=1e-8)
    assert shares["se"].to_list() == pytest.approx([np.sqrt(p * (1 - p) / 10) for p in (0.2, 0.3, 0.5)], abs=1e-7)
    half = 1.959963984540054 / np.sqrt(2.5)
    assert shares["ci_low"].to_list()[2] == pytest.approx(1 / (1 + np.exp(half)), abs=1e-7)


def test_a_design_of_many_rows_is_the_mean_of_its_rows(fit):
    both = predicted_shares(fit, {"both": [[0.0], [1.0], [1.0], [1.0]]})["estimate"].to_numpy()
    each = predicted_shares(fit, {"a": BEFORE, "b": AFTER})["estimate"].to_numpy().reshape(2, 5)
    assert both == pytest.approx(each[0] / 4 + each[1] * 3 / 4)


def test_columns_are_found_by_name():
    first = first_completion().assign(late=lambda t: (t["role"] == 3).astype(float))
    fit = fit_clmm(first["y"], first[["time", "late"]], first["person"])
    ordered = predicted_shares(fit, {"x": [[1.0, 0.0]]})["estimate"]
    assert predicted_shares(fit, {"x": pd.DataFrame({"late": [0.0], "time": [1.0]})})["estimate"].equals(ordered)


def test_two_intercepts_count_by_the_sum_of_their_variances(fit):
    # one σ of 5 or two of 3 and 4: the same people
    one = ClmmFit(**{**fit.__dict__, "sigma": np.array([5.0])})
    cov = np.pad(fit.cov, (0, 1))
    two = ClmmFit(**{**fit.__dict__, "sigma": np.array([3.0, 4.0]), "cov": cov})
    assert predicted_shares(two, {"x": AFTER})["estimate"].to_numpy() == pytest.approx(
        predicted_shares(one, {"x": AFTER})["estimate"].to_numpy(), abs=1e-14
    )


def test_predicted_shares_of_a_simulation_are_near_those_counted():
    y, time, person = two_waves(2473)
    shares = predicted_shares(fit_clmm(y, time[:, None], person), {"before": BEFORE, "after": AFTER})
    for when, at in (("before", 0), ("after", 1)):
        counted = np.bincount(y[time == at])[1:] / 2473
        assert np.abs(shares.loc[shares["when"] == when, "estimate"].to_numpy() - counted).max() < 0.03


@pytest.mark.filterwarnings("error")
def test_an_empty_fit_gives_rows_with_the_note():
    fit = fit_clmm([3, 3, 3, 3], [[0], [1], [0], [1]], [0, 0, 1, 1], categories=[1, 2, 3])
    shares = predicted_shares(fit, {"before": BEFORE, "after": AFTER})
    assert len(shares) == 6 and shares["estimate"].isna().all() and (shares["note"] != "").all()
    changes = predicted_changes(fit, BEFORE, AFTER)
    assert list(changes["quantity"]) == ["share"] * 3 + ["share_from"] * 2 + ["mean", "latent"]
    assert changes["estimate"].isna().all() and (changes["note"] != "").all()


def test_an_unused_answer_has_a_row_without_an_interval():
    y, time, person = two_waves(200)
    fit = fit_clmm(np.where(y == 2, 1, y), time[:, None], person, categories=[1, 2, 3, 4, 5])
    row = predicted_shares(fit, {"before": BEFORE}).set_index("category").loc[2]
    assert row["estimate"] == 0 and np.isnan(row["ci_low"]) and row["note"] == "nobody gave this answer"
    changes = predicted_changes(fit, BEFORE, AFTER).set_index(["quantity", "category"])
    assert changes.loc[("share", 2), "note"] == "nobody gave this answer"
    assert changes.loc[("share", 3), "note"] == "" and changes.loc[("share", 3), "se"] > 0


# --- proportional odds ------------------------------------------------------------------------------------------------


def test_the_test_of_proportional_odds_is_r_anova():
    # anova(clm(y ~ time), clm(y ~ 1, nominal = ~ time)); clmm2(..., random = person, nAGQ = 10) for the second
    first = first_completion()
    flat = proportional_odds(first["y"], first["time"])
    assert [flat.statistic, flat.p] == pytest.approx([R["nominal_flat"][q] for q in ("lr", "p")], rel=1e-5)
    assert flat.df == R["nominal_flat"]["df"] == 3 and flat.note == ""
    mixed = proportional_odds(first["y"], first["time"], groups=first["person"])
    assert [mixed.statistic, mixed.p] == pytest.approx([R["nominal_mixed"][q] for q in ("lr", "p")], abs=1e-4)
    assert mixed.common.beta[0] == pytest.approx(R["time_agq10"]["beta1"], abs=1e-4)


def test_shares_of_the_free_fit_are_those_counted():
    # with no intercept the thresholds before and after are saturated: the shares are the counts
    first = first_completion()
    free = proportional_odds(first["y"], first["time"]).free
    none = np.empty((1, 0))
    shares = predicted_shares(free, {"before": none, "after": none}, strata={"before": 0, "after": 1})
    for when, at in (("before", 0), ("after", 1)):
        counted = np.bincount(first.loc[first["time"] == at, "y"])[1:] / (len(first) / 2)
        assert shares.loc[shares["when"] == when, "estimate"].to_numpy() == pytest.approx(counted, abs=1e-6)
    changes = predicted_changes(free, none, none, strata=(0, 1)).set_index("quantity")
    mean = first.groupby("time")["y"].mean()
    assert changes.loc["mean", "estimate"] == pytest.approx(mean[1] - mean[0], abs=1e-6)
    assert np.isnan(changes.loc["latent", "estimate"]) and "differs by threshold" in changes.loc["latent", "note"]


def test_further_covariates_stay_common():
    first = first_completion()
    late = pd.DataFrame({"late": (first["role"] == 3).astype(float)})
    found = proportional_odds(first["y"], first["time"], late, first["person"])
    assert found.common.names == ("late", "time") and found.free.names == ("late",) and found.df == 3
    assert found.free.theta.shape == (2, 4) and found.free.loglik > found.common.loglik


def test_an_answer_of_one_time_is_taken_together_with_its_neighbour():
    y, time, person = two_waves(150)
    gone = np.where((time == 1) & (y == 1), 2, y)
    found = proportional_odds(gone, time, groups=person)
    assert found.note == "1 is used at one time only and is taken together with 2" and found.df == 2
    direct = proportional_odds(np.where(y == 1, 2, y), time, groups=person)
    assert found.statistic == pytest.approx(direct.statistic)


@pytest.mark.parametrize(
    ("y", "note"),
    [([1, 2, 1, 2, 2, 1], "fewer than three"), ([1, 2, 1, 2, 1, 2], "fewer than three"), ([], "no complete answers")],
)
@pytest.mark.filterwarnings("error")
def test_no_test_comes_with_a_note(y, note):
    found = proportional_odds(y, [0, 1, 0, 1, 0, 1][: len(y)])
    assert np.isnan(found.statistic) and np.isnan(found.p) and note in found.note


def test_time_is_0_or_1():
    with pytest.raises(ValueError, match="0 before and 1 after"):
        proportional_odds([1, 2], [1, 2])
