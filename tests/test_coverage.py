"""The coverage study in small: what it measures, how it judges, and 150 runs of planted truth."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from coverage_all import SCENARIOS
from coverage_cells import CEILING_GAIN, FAILS, GATED, LISTED, Estimator, ceiling
from coverage_study import END, KEPT, faults, markdown, performance, run_block, verdict

RUNS, FEW = 150, 80
#: Monte Carlo standard errors that so few runs are allowed beside the gates.
SLACK = 3.0
#: The slowest, which the long run has; the first runs here with fewer.
FEWER = dict.fromkeys(["400 people, one item", "low scorers lost (MAR)", "those who gained little lost (MNAR)"], FEW)
LEFT_OUT = {"200 people, one item", "lost at random (MCAR)", "low scorers lost, and gain more (MAR)"}
HERE = [number for number, scenario in enumerate(SCENARIOS) if scenario.name not in LEFT_OUT]


def plain(truth: float, claim: str = GATED) -> Estimator:
    return Estimator("e", truth, claim, lambda data, rng: None)


def test_performance_by_hand():
    # estimates 1 2 3 against 2: bias 0, empirical SE 1; model SEs .5 1 1.5, mean 1; the third interval, 2.5 to 3.5,
    # leaves 2 out; widths 2 2 1
    values = np.array([[1, 0.5, 0, 2], [2, 1, 1, 3], [3, 1.5, 2.5, 3.5], [np.nan, np.nan, np.nan, np.nan]])
    found = performance(values, plain(2.0))
    assert (found["runs"], found["missing"], found["bias"], found["se_ratio"]) == (3, 1, 0.0, 1.0)
    assert found["coverage"] == pytest.approx(2 / 3) and found["width"] == pytest.approx(5 / 3)
    assert found["coverage_se"] == pytest.approx(np.sqrt(2 / 27))


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({}, []),
        ({"coverage": 0.934}, ["coverage"]),
        ({"coverage": 0.966}, ["coverage"]),
        ({"bias": -0.11}, ["bias"]),
        ({"se_ratio": 0.94}, ["se_ratio"]),
        ({"se_ratio": 1.06}, ["se_ratio"]),
        ({"missing": 40}, ["missing"]),
    ],
)
def test_the_gates_are_those_of_the_study_plan(change, wrong):
    found = {"runs": 2000, "missing": 0, "coverage": 0.95, "bias": 0.0, "se_ratio": 1.0} | change
    assert faults(found) == wrong
    assert verdict(found, plain(0)) == ("BROKEN: " + ", ".join(wrong) if wrong else "holds")


def test_an_expected_failure_that_does_not_fail_is_told():
    found = {"runs": 2000, "missing": 0, "coverage": 0.95, "bias": 0.0, "se_ratio": 1.0}
    assert verdict(found, plain(0, FAILS)) == "BROKEN: does not fail"
    assert verdict(found | {"coverage": 0.85}, plain(0, FAILS)) == "fails, as expected"
    assert verdict(found | {"bias": 0.4}, plain(0, LISTED)) == "not gated (bias)"


def test_the_gain_near_the_top_is_the_mean_of_a_great_many():
    # four items of variance 1/2 + 1/2; 400 draws of 200 people have a standard error of about .0025
    rng = np.random.default_rng(1)
    many = np.mean([ceiling(rng)["change"].mean() for _ in range(400)])
    assert many == pytest.approx(CEILING_GAIN, abs=0.008)


def test_runs_do_not_depend_on_the_block_that_they_are_in():
    whole = run_block(1, 0, 4)
    assert np.array_equal(np.concatenate([run_block(1, 0, 1), run_block(1, 1, 3)]), whole)
    assert whole.shape == (4, 2, 4)


@pytest.mark.parametrize("number", HERE, ids=[SCENARIOS[number].name for number in HERE])
def test_planted_truth_is_found_again(number):
    scenario = SCENARIOS[number]
    values = run_block(number, 0, FEWER.get(scenario.name, RUNS))
    for place, estimator in enumerate(scenario.estimators):
        found = performance(values[:, place], estimator)
        assert not verdict(found, estimator, SLACK).startswith("BROKEN"), (estimator.name, found)


def test_the_page_has_every_row_of_the_study():
    kept = KEPT.read_text(encoding="utf-8")
    assert END in kept
    for scenario in SCENARIOS:
        for estimator in scenario.estimators:
            assert f"| {scenario.name} | {estimator.name} | {estimator.claim} |" in kept


def test_the_table_says_what_came_out():
    row = {"scenario": "s", "estimator": "e", "claim": GATED, "runs": 2000, "coverage": 0.951, "bias": -0.0001}
    text = markdown(pd.DataFrame([row | {"se_ratio": 1.0, "width": 0.25, "verdict": "holds"}]))
    assert text.splitlines()[-1] == "| s | e | gated | 95.1 % | +0.000 | 1.000 | 0.250 | 2,000 | holds |"
