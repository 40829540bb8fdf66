"""Groups set against the rest, joint tests, slopes: equal to R clubSandwich; what cannot be said is told."""

from __future__ import annotations

import numpy as np
import pytest
from prepost.contrasts import (
    any_difference,
    cr2_regression,
    dose_response,
    group_contrasts,
    linear_contrast,
    wald_htz,
)
from prepost.effects import effect_sizes
from prepost.funnel import funnel
from prepost.robust import mean_change
from r_cases import frozen

R = frozen("pooling")
SIZE = (np.arange(60) * 7) % 6 + 1
WHO = np.repeat(np.arange(60), SIZE)
K = np.arange(len(WHO))
CHANGE = ((K * 37) % 17 - 8) / 4 + ((WHO * 13) % 11 - 4) / 5
GROUP = np.array(list("abcd"))[(K * 5 + WHO) % 7 // 2]
CELLS = np.column_stack([name == GROUP for name in "abcd"]).astype(float)


def numbers(found) -> tuple[float, ...]:
    return (found.estimate, found.se, found.ci_low, found.ci_high, found.df, found.p)


def test_each_group_against_the_rest_is_clubsandwich():
    # linear_contrast(lm(d ~ I(1 * (group == g))), vcov = "CR2", test = "Satterthwaite")
    table = group_contrasts(CHANGE, GROUP, WHO)
    assert table["group"].tolist() == list("abcd")
    for row in table.itertuples():
        assert numbers(row) == pytest.approx(R[f"rest {row.group}"], rel=1e-6)
        assert row.estimate == pytest.approx(row.mean - row.mean_rest, rel=1e-10)
        assert (row.n, row.n_people) == ((row.group == GROUP).sum(), len(set(WHO[row.group == GROUP])))


def test_a_contrast_of_several_coefficients_is_clubsandwich():
    found = linear_contrast(cr2_regression(CHANGE, CELLS, WHO), [1, -0.5, -0.5, 0])
    assert numbers(found) == pytest.approx(R["weights"], rel=1e-6)


def test_one_pair_a_person_and_few_people_are_clubsandwich():
    design = np.column_stack([np.ones(len(K)), GROUP == "a"])
    assert numbers(linear_contrast(cr2_regression(CHANGE, design), [0, 1])) == pytest.approx(R["alone"], rel=1e-6)
    few = [1, 2, 3, 1, 2, 2, 0, 1, 1.5, 0.5]
    design = np.column_stack([np.ones(10), [0, 1, 0, 1, 0, 0, 1, 1, 0, 1]])
    found = linear_contrast(cr2_regression(few, design, [1, 1, 1, 1, 2, 2, 3, 4, 5, 5]), [0, 1])
    assert numbers(found) == pytest.approx(R["few"], rel=1e-6)
    assert "4 degrees of freedom" in found.note


def test_an_intercept_alone_is_the_clustered_mean():
    found = linear_contrast(cr2_regression(CHANGE, np.ones((len(K), 1)), WHO), [1.0])
    mean = mean_change(CHANGE, WHO)
    assert found[:7] == pytest.approx(mean[:7], rel=1e-10)


def test_any_difference_is_clubsandwich():
    # Wald_test(lm(d ~ 0 + group), constraints = cbind(-1, diag(3)), vcov = "CR2", test = "HTZ")
    assert any_difference(CHANGE, GROUP, WHO)[:4] == pytest.approx(R["any"], rel=1e-6)
    two = wald_htz(cr2_regression(CHANGE, CELLS, WHO), np.array([[-1, 1, 0, 0], [0, 0, -1, 1.0]]))
    assert two[:4] == pytest.approx(R["two"], rel=1e-6)
    between = np.array(list("xyz"))[WHO % 3]
    assert any_difference(CHANGE, between, WHO)[:4] == pytest.approx(R["between"], rel=1e-6)


def test_joint_test_does_not_depend_on_the_first_group():
    other = np.array(["z" if name == "a" else name for name in GROUP])
    assert any_difference(CHANGE, other, WHO)[:4] == pytest.approx(any_difference(CHANGE, GROUP, WHO)[:4], rel=1e-8)


def test_slope_on_the_number_of_modules_is_clubsandwich():
    assert numbers(dose_response(CHANGE, SIZE[WHO], WHO)) == pytest.approx(R["dose"], rel=1e-6)


def test_too_few_people_are_told_and_not_compared():
    group = np.where(WHO < 4, "small", "large")
    table = group_contrasts(CHANGE, group, WHO).set_index("group")
    assert np.isnan(table.loc["small", "estimate"]) and np.isnan(table.loc["small", "mean"])
    assert table.loc["small", "note"] == "too few to say: fewer than 10 people"
    assert "in the rest" in table.loc["large", "note"] and np.isnan(table.loc["large", "p"])
    joint = any_difference(CHANGE, group, WHO)
    assert np.isnan(joint.p) and "nothing to compare" in joint.note


@pytest.mark.parametrize(
    ("change", "person"),
    [
        ([], []),
        ([1.0], ["a"]),
        ([1.0, 2.0], ["a", "b"]),
        ([1.0, 2.0, 0.0, 1.0, 3.0], ["a"] * 5),
        ([0.0] * 8, list("abcdefgh")),
        ([1.0] * 8, list("aabbccdd")),
        ([np.nan] * 4, list("abcd")),
    ],
    ids=["none", "one", "two", "one person", "all zero", "all equal", "all missing"],
)
def test_nothing_crashes_and_nothing_is_missing_in_silence(change, person):
    half = np.arange(len(change)) % 2
    found = group_contrasts(change, np.where(half, "a", "b"), person, fewest_people=1)
    for row in found.itertuples():
        assert row.note or np.isfinite([row.estimate, row.ci_low, row.p]).all()
    slope, joint = dose_response(change, half, person), any_difference(change, half, person, fewest_people=1)
    assert np.isnan(slope.p) and slope.note
    assert np.isnan(joint.p) and joint.note


def test_everybody_in_one_group_or_with_one_dose_is_told():
    alone = group_contrasts(CHANGE, np.full(len(K), "a"), WHO).iloc[0]
    assert np.isnan(alone["estimate"]) and "too few to say" in alone["note"]
    assert "same number" in dose_response(CHANGE, np.full(len(K), 3), WHO).note


def test_pairs_without_a_group_stay_out():
    group = np.where(GROUP == "d", None, GROUP)
    table = group_contrasts(CHANGE, group, WHO)
    assert table["group"].tolist() == list("abc") and table["n"].sum() == (GROUP != "d").sum()
    kept = GROUP != "d"
    again = group_contrasts(CHANGE[kept], GROUP[kept], WHO[kept])
    assert table["estimate"].tolist() == pytest.approx(again["estimate"].tolist(), rel=1e-12)


def test_under_no_difference_the_joint_test_says_so_19_times_in_20():
    rng = np.random.default_rng(5)
    who, group = np.repeat(np.arange(40), 2), np.tile(["a", "b"], 40)
    group[::4] = "c"
    said = 0
    for _ in range(400):
        change = rng.normal(size=40)[who] + rng.normal(size=80)
        said += any_difference(change, group, who).p < 0.05
    assert 7 <= said <= 36  # binomial(400, .05): mean 20, sd 4.4


def test_columns_of_unequal_length_are_our_fault():
    with pytest.raises(ValueError, match="equally long"):
        group_contrasts(CHANGE, GROUP[1:], WHO)


def test_small_random_groups_crash_nothing_and_hide_nothing():
    rng = np.random.default_rng(8)
    for _ in range(60):
        n = int(rng.choice([0, 1, 2, 3, 5, 12, 30]))
        person = rng.integers(0, int(rng.choice([1, 2, n + 1])), n) if rng.random() < 0.8 else None
        before = rng.integers(1, 6, n).astype(float)
        change = rng.integers(-2, 3, n) / 4 if rng.random() < 0.7 else np.full(n, rng.choice([0.0, 1.0]))
        group = rng.choice(["a", "b", "c"], n)
        sizes = effect_sizes(before, before + change, person, rng=np.random.default_rng(1), resamples=100)
        rows = [*sizes.values(), *group_contrasts(change, group, person, fewest_people=2).itertuples()]
        rows.append(dose_response(change, rng.integers(1, 4, n), person))
        for row in rows:
            assert row.note or np.isfinite([row.estimate, row.ci_low, row.ci_high]).all()
        joint = any_difference(change, group, person, fewest_people=2)
        assert joint.note or np.isfinite(joint.p)
        whole = funnel(change, group, person, fewest_people=2)
        assert whole.note or np.isfinite(whole.places.loc[whole.places["note"] == "", "shrunken"]).all()
