"""The specification curve: which combinations, on whom, and estimates that R or paper gives."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from prepost.specifications.curve import combinations, summarise
from prepost.specifications.latent import LOGISTIC_SD, latent_change
from prepost.study_secondary import Choice
from pydantic import ValidationError
from r_cases import frozen, same_again


def choice(name: str, *options: str) -> Choice:
    return Choice(choice=name, options=list(options), reason="a reason")


@pytest.fixture(scope="module")
def curve(toy_results) -> pd.DataFrame:
    return pd.read_csv(toy_results / "6_statistics" / "specifications.csv")


def test_every_combination_once_and_the_primary_one_first():
    found = list(combinations([choice("metric", "scale", "latent"), choice("waves", "two", "three")]))
    assert [(part["metric"], part["waves"]) for part in found] == [
        ("scale", "two"),
        ("scale", "three"),
        ("latent", "two"),
        ("latent", "three"),
    ]
    assert {part["weights"] for part in found} == {"none"}  # not declared: as in the primary analysis


def test_an_option_that_is_none_of_a_choice_is_refused():
    with pytest.raises(ValidationError, match="'latent' is no option of weights; known are none, attrition"):
        choice("weights", "none", "latent")


def test_latent_change_of_the_wine_data_equals_r(root):
    wine = pd.read_csv(root / "tests" / "reference" / "wine.csv")
    expected = frozen("latent")
    who = pd.factorize(wine["judge"])[0]
    found = latent_change(wine["y"].to_numpy(dtype=int), np.zeros(len(wine)), (wine["temp"] == 1).to_numpy(), who)
    assert found.estimate == pytest.approx(expected["estimate"][0], abs=1e-6)
    assert found.se == pytest.approx(expected["se"][0], abs=1e-6)


def test_r_says_the_same_again():
    same_again("latent", "ordinal")


def test_latent_change_of_two_answers_by_hand():
    # two categories, before 3 of 10 high, after 6 of 10: the shift is log(6/4) - log(3/7), one answer a person
    answers = np.array([1] * 3 + [0] * 7 + [1] * 6 + [0] * 4)
    after = np.arange(20) >= 10
    found = latent_change(answers, np.zeros(20), after, np.arange(20))
    assert found.estimate == pytest.approx((np.log(6 / 4) - np.log(3 / 7)) / LOGISTIC_SD, abs=1e-8)


@pytest.mark.parametrize(
    "answers, after, words",
    [
        ([3, 3, 3, 3], [0, 0, 1, 1], "every answer is the same"),
        ([1, 2, 3, 4], [0, 0, 0, 0], "one wave only"),
        ([1, 1, 5, 5], [0, 0, 1, 1], "does not converge"),
    ],
)
def test_what_has_no_latent_change_says_why(answers, after, words):
    found = latent_change(np.array(answers), np.zeros(4), np.array(after, dtype=bool), np.array([0, 1, 0, 1]))
    assert np.isnan(found.estimate) and words in found.note


def test_the_summary_by_hand():
    # .2 and .4 with one option, .6 and .8 with the other: means .3 and .7 about .5, so .16 of .20 lies between
    rows = [
        {"estimate": value, "group": f"metric={metric}; waves={waves}", "comparison": "primary", "outcome": "x"}
        | dict.fromkeys(("strand", "role", "wave_from", "wave_to", "n", "n_unit", "n_people"))
        for value, metric, waves in [
            (0.2, "scale", "two"),
            (0.4, "scale", "three"),
            (0.6, "latent", "two"),
            (0.8, "latent", "three"),
        ]
    ]
    found = {row["estimate_name"]: row["estimate"] for row in summarise(rows, edge=0.35)}
    assert found["median"] == pytest.approx(0.5)
    assert (found["lowest"], found["highest"]) == (0.2, 0.8)
    assert found["beyond_smallest"] == 0.75
    assert found["variance_of_metric"] == pytest.approx(0.16 / 0.20)
    assert found["variance_of_waves"] == pytest.approx(0.04 / 0.20)


def test_the_toy_study_has_the_combinations_that_change_something(curve):
    # two declared choices of two options; nobody of the pairs is fast, so that choice changes nothing: 2 of 4 are left
    mine = curve[(curve["outcome"] == "confidence") & (curve["group_by"] == "specification")]
    assert list(mine["group"]) == ["flagged=kept; completions=all", "flagged=kept; completions=first"]
    # ../toy_study/golden: the primary comparison has 20 pairs of 18 people
    assert list(mine["n"]) == [20, 18]


def test_the_first_combination_is_the_primary_analysis(curve, toy_results):
    main = pd.read_csv(toy_results / "6_statistics" / "comparisons.csv").set_index("row_id")["estimate"]
    for outcome in ("confidence", "knowledge"):
        first = curve[(curve["outcome"] == outcome) & (curve["group_by"] == "specification")].iloc[0]
        stem = f"primary.{outcome}.all.all"
        assert first["estimate"] == pytest.approx(main[f"{stem}.mean_change"] / main[f"{stem}.sd_before"], abs=1e-12)


def test_no_base_of_a_variant_leaves(toy_results):
    shown = pd.read_csv(toy_results / "7_release" / "specifications.csv", dtype=str)
    for column in ("n", "n_people", "statistic", "df", "p"):
        assert not shown[column].str.contains(r"\d").any(), column
    assert shown["estimate"].str.fullmatch(r"-?\d+\.\d{1,2}").all()
