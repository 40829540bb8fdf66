"""Scales as measures: polychoric correlations, ordinal reliability, factor models, invariance, roles: equal to R."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from prepost.measurement.consistency import one_factor_uls, ordinal_reliability
from prepost.measurement.cumulative import log_likelihood
from prepost.measurement.factor_model import rmsea_interval
from prepost.measurement.invariance import longitudinal_invariance, one_factor
from prepost.measurement.item_functioning import item_functioning
from prepost.measurement.polychoric import normal_rectangles, polychoric, polychoric_matrix
from r_cases import frozen, same_again
from scipy import stats

# Rscript tests/reference/measurement.R, on the invented answers of tests/reference/measurement_answers.R
R = frozen("measurement")
X = pd.read_csv(Path(__file__).parent / "reference" / "measurement_answers.csv")
MEASURES = ["chi2", "df", "p", "cfi", "tli", "rmsea", "rmsea_low", "rmsea_high", "srmr"]


def items(scale: str, wave: int) -> pd.DataFrame:
    return X[[f"{name}{wave}" for name in scale]]


def waves(scale: str, count: int) -> dict[str, pd.DataFrame]:
    return {f"wave {w}": items(scale, w).set_axis(list(scale), axis=1) for w in range(1, count + 1)}


def test_the_frozen_numbers_are_those_of_r():
    same_again("measurement", "lavaan", "polycor", "MASS", "psych")


# --- correlations of ordered answers ---------------------------------------------------------------------------------
def test_polychoric_is_lavaan_and_polycor():
    pairs = [(X["a1"], X["b1"]), (X["g2"], X["h3"]), (X["a1"], X["role"] == "clinical")]
    found = [polychoric(x, y.astype(int)).rho for x, y in pairs]
    assert found == pytest.approx(R["lavCor pairs"], abs=1e-6)
    # polychor() stops its search earlier
    names = ["a1 b1", "g2 h3", "a1 role"]
    assert found == pytest.approx([R[f"polychoric {name}"][0] for name in names], abs=1e-4)


def test_polychoric_matrix_with_an_unused_category_is_lavaan():
    four = items("efgh", 1).assign(g1=lambda frame: frame["g1"].clip(upper=4))
    matrix, n, note = polychoric_matrix(four)
    lower = [matrix[i, j] for j in range(4) for i in range(j + 1, 4)]  # R takes a lower triangle by columns
    assert lower == pytest.approx(R["lavCor"], abs=1e-5)
    assert (n, note) == (400, "")
    shifted = four.assign(g1=four["g1"].replace(4, 5))  # only the order counts
    assert np.array_equal(polychoric_matrix(shifted)[0], matrix)


def test_a_two_by_two_table_halved_at_the_median_is_the_sine():
    # both cut at 0: P(both low) = 1/4 + arcsin(rho) / (2 pi); 30 of 80: arcsin(rho) = pi / 4
    found = polychoric([1] * 40 + [2] * 40, [1] * 30 + [2] * 10 + [1] * 10 + [2] * 30)
    assert found.rho == pytest.approx(np.sin(np.pi / 4), abs=1e-9)


@pytest.mark.parametrize("rho", [-0.98, -0.5, 0.0, 0.3, 0.9, 0.995])
def test_normal_rectangles_are_scipy(rho):
    a, b = np.array([-1.5, 0.0, 0.7]), np.array([-0.4, 1.2])
    theirs = [[stats.multivariate_normal([0, 0], [[1, rho], [rho, 1]]).cdf([x, y]) for y in b] for x in a]
    assert normal_rectangles(a, b, rho) == pytest.approx(np.array(theirs), abs=1e-7)


@pytest.mark.parametrize(
    ("x", "y", "note"),
    [
        ([], [], "no complete answers"),
        ([1.0, np.nan], [np.nan, 2.0], "no complete answers"),
        ([1, 1, 1], [1, 2, 3], "one answer only"),
        ([1, 2, 3, 4] * 9, [1, 2, 3, 4] * 9, "no maximum below 1"),
        ([1, 2, 3, 4] * 9, [4, 3, 2, 1] * 9, "no maximum below 1"),
    ],
)
def test_no_correlation_says_why(x, y, note):
    found = polychoric(x, y)
    assert note in found.note
    assert np.isnan(found.rho) or found.rho == (0.999 if x == y else -0.999)


# --- reliability of ordered answers ----------------------------------------------------------------------------------
@pytest.mark.parametrize("wave", [1, 2, 3])
@pytest.mark.parametrize("scale", ["abcd", "efgh"])
def test_ordinal_alpha_and_omega_are_psych_and_lavaan(scale, wave):
    # psych::alpha(lavCor(...)); cfa(ordered =, estimator = "ULS", std.lv = TRUE)
    found = ordinal_reliability(items(scale, wave))
    assert (found.alpha, found.omega, *found.loadings) == pytest.approx(R[f"ordinal {scale} {wave}"], abs=1e-5)
    assert found.n == 400 and found.note == ""


def test_one_factor_of_a_perfect_pattern_is_found():
    # loadings .8 .7 .6 .5: correlations .56 .48 .40 .42 .35 .30; omega 2.6^2 / (2.6^2 + 4 - 1.74) = 6.76 / 9.02
    loading = np.array([0.8, 0.7, 0.6, 0.5])
    matrix = np.outer(loading, loading) + np.diag(1 - loading**2)
    found, residual = one_factor_uls(matrix)
    assert found == pytest.approx(loading, abs=1e-9) and residual < 1e-9


@pytest.mark.parametrize(
    ("frame", "note"),
    [
        (pd.DataFrame({"a": [1, 2] * 40}), "one item"),
        (pd.DataFrame({"a": [1, 2] * 5, "b": [1, 2] * 5, "c": [2, 1] * 5}), "fewer than 30"),
        (pd.DataFrame({"a": [1, 2] * 40, "b": [1, 1, 2, 2] * 20, "c": [3] * 80}), "one answer only"),
        (pd.DataFrame({"a": [1, 2] * 40, "b": [1, 2, 2, 2] * 20}), "two items"),
    ],
)
def test_no_ordinal_reliability_says_why(frame, note):
    found = ordinal_reliability(frame)
    assert np.isnan(found.omega) and note in found.note


def test_a_reversed_item_is_asked_after():
    # four answers in turn: a and b agree three times in four, c is a turned round
    frame = pd.DataFrame({"a": [1, 2, 3, 4] * 20, "b": [1, 2, 3, 1] * 20, "c": [4, 3, 3, 1] * 20})
    assert "reversed" in ordinal_reliability(frame).note


# --- factor models ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("scale", ["abcd", "efgh"])
def test_one_factor_is_lavaan(scale):
    found = one_factor(items(scale, 1))
    assert [getattr(found.fit, name) for name in MEASURES] == pytest.approx(R[f"one {scale}"], abs=1e-6)
    values = [*found.loadings["loading"], *found.loadings["se"], found.omega]
    assert values == pytest.approx(R[f"one loadings {scale}"], abs=1e-5)


@pytest.mark.parametrize("count", [2, 3])
@pytest.mark.parametrize("scale", ["abcd", "efgh"])
def test_longitudinal_invariance_is_lavaan(scale, count):
    found = longitudinal_invariance(waves(scale, count))
    for row in found.levels.itertuples():
        numbers = [getattr(row, name) for name in MEASURES]
        assert numbers == pytest.approx(R[f"{scale} {count} {row.level}"], abs=1e-5), row.level
    assert found.items["chi2"].tolist() == pytest.approx(R[f"{scale} {count} freed"], abs=1e-4)
    means = found.means[found.means["model"] == "scalar"]
    assert [*means["estimate"], *means["se"]] == pytest.approx(R[f"{scale} {count} means"], abs=1e-4)
    steps = found.levels["chi2"].tolist()
    assert found.levels["delta_chi2"].tolist()[1:] == pytest.approx([steps[1] - steps[0], steps[2] - steps[1]])


def test_where_scalar_holds_means_may_be_compared():
    found = longitudinal_invariance(waves("abcd", 3), "confidence")
    assert found.holds == "scalar" and found.levels["holds"].all() and found.items["freed"].isna().all()
    assert found.consequence == "Confidence measures the same at every wave: its means may be compared over the waves."


def test_where_scalar_fails_the_item_that_was_moved_is_named():
    found = longitudinal_invariance(waves("efgh", 3), "confidence")
    assert found.holds == "metric" and found.levels["holds"].tolist() == [True, True, False]
    assert "Means of confidence may not be compared item for item" in found.consequence
    assert "most clearly for: g." in found.consequence  # the item that the simulation moved
    assert found.items.set_index("item")["freed"].to_dict()["g"] == 1
    partial = found.means[found.means["model"] == "partial scalar"]
    assert [*partial["estimate"], *partial["se"]] == pytest.approx(R["partial means"], abs=1e-4)


def test_loadings_that_change_and_factors_that_split_are_told():
    rng = np.random.default_rng(3)
    factor, other = rng.normal(size=(2, 600, 1))
    first = pd.DataFrame(factor * [1, 1, 1, 1] + rng.normal(0, 0.6, (600, 4)))
    later = pd.DataFrame(factor * [1.6, 1.6, 0.5, 0.3] + rng.normal(0, 0.6, (600, 4)))
    found = longitudinal_invariance({"before": first, "after": later}, "trust")
    assert found.holds == "configural" and "do not weigh the same" in found.consequence
    other = 0.4 * factor + other
    split = [np.hstack([factor, factor, factor, other, other, other]) + rng.normal(0, 0.8, (600, 6)) for _ in range(2)]
    found = longitudinal_invariance({"before": pd.DataFrame(split[0]), "after": pd.DataFrame(split[1])}, "trust")
    assert found.holds == "none" and "do not form one factor" in found.consequence


def test_rmsea_interval_on_paper():
    # chi2 = df: rmsea 0 and, for a wide miss, the noncentral bounds put chi2 at the tails
    assert rmsea_interval(10.0, 10, 200)[:2] == (0.0, 0.0)
    rmsea, low, high = rmsea_interval(60.0, 20, 400)
    assert rmsea == pytest.approx(np.sqrt(40 / 8000), rel=1e-12)
    assert stats.ncx2.cdf(60, 20, low**2 * 8000) == pytest.approx(0.95, abs=1e-6)
    assert stats.ncx2.cdf(60, 20, high**2 * 8000) == pytest.approx(0.05, abs=1e-6)


_NOISE = pd.DataFrame(np.random.default_rng(1).integers(1, 6, (150, 4)), columns=list("abcd"))
FAULTY = {
    "nothing": ({}, "one wave only"),
    "one wave": ({"before": _NOISE}, "one wave only"),
    "nobody": ({"before": _NOISE[:0], "after": _NOISE[:0]}, "fewer than 100 people"),
    "two people": ({"before": _NOISE[:2], "after": _NOISE[:2]}, "fewer than 100 people"),
    "two items": ({"before": _NOISE[["a", "b"]], "after": _NOISE[["b", "a"]]}, "fewer than three items"),
    "no change at all": ({"before": _NOISE, "after": _NOISE}, "follows from the others"),
    "all equal": ({"before": _NOISE * 0 + 3, "after": _NOISE * 0 + 3}, "does not vary"),
    "one item constant": (
        {"before": _NOISE.assign(a=3), "after": _NOISE[::-1].reset_index(drop=True)},
        "does not vary",
    ),
}


@pytest.mark.parametrize("name", FAULTY)
def test_no_invariance_says_why(name):
    frames, note = FAULTY[name]
    found = longitudinal_invariance(frames, "confidence")
    assert note in found.note and found.note in found.consequence and found.holds == ""
    assert found.means["estimate"].isna().all() and (found.means["note"] != "").all()
    assert found.items["p"].isna().all() and (found.items["note"] != "").all()


def test_noise_has_no_factor_and_that_is_told():
    two = pd.DataFrame(np.random.default_rng(2).integers(1, 6, (150, 4)), columns=list("abcd"))
    found = longitudinal_invariance({"before": _NOISE, "after": two}, "confidence")
    assert found.holds in ("", "none") and found.consequence
    for frame in (_NOISE[:3], _NOISE[:0], _NOISE[["a", "b"]], _NOISE * 0 + 2):
        alone = one_factor(frame)
        assert np.isnan(alone.omega) and alone.note and alone.loadings["loading"].isna().all()


# --- items by role ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("item", ["e1", "h1", "h3"])
def test_item_functioning_is_polr(item):
    # likelihood ratios of polr(y ~ s), polr(y ~ s + r), polr(y ~ s * r); change of Nagelkerke's R2
    found = item_functioning(items("efgh", int(item[1])), X["role"], fewest_people=50).set_index("item").loc[item]
    names = ["chi2_uniform", "chi2_nonuniform", "chi2_any", "p_uniform", "p_nonuniform", "delta_r2"]
    assert found[names].tolist() == pytest.approx(R[f"dif {item}"], rel=1e-4, abs=1e-5)
    assert (found["df_uniform"], found["df_any"], found["groups"], found["note"]) == (2, 4, 3, "")


def test_the_item_that_works_differently_stands_out():
    found = item_functioning(items("efgh", 1), X["role"], fewest_people=50).set_index("item")
    assert found["size"].to_dict() == {"e1": "negligible", "f1": "negligible", "g1": "negligible", "h1": "moderate"}
    assert found["p_adjusted"].idxmin() == "h1"
    plain = item_functioning(items("abcd", 1), X["role"], fewest_people=50)
    assert (plain["size"] == "negligible").all()


@pytest.mark.parametrize(
    ("frame", "group", "note"),
    [
        (_NOISE, ["x"] * 150, "too few to say"),
        (_NOISE, ["x"] * 140 + ["y"] * 10, "too few to say"),
        (_NOISE, [None] * 150, "too few to say"),
        (_NOISE[["a"]], ["x"] * 75 + ["y"] * 75, "one item only"),
        (_NOISE.assign(a=2), ["x"] * 75 + ["y"] * 75, "every answer is the same"),
    ],
)
def test_no_item_functioning_says_why(frame, group, note):
    found = item_functioning(frame, group, fewest_people=50).set_index("item")
    assert np.isnan(found.loc["a", "p_any"]) and note in found.loc["a", "note"]


def test_a_score_that_settles_the_answer_has_no_likelihood():
    y = np.repeat([0, 1], 50)
    value, note = log_likelihood(y, np.arange(100.0)[:, None])
    assert np.isnan(value) and "settles" in note
    value, note = log_likelihood(y, np.ones((100, 1)))
    assert np.isnan(value) and "does not vary" in note
