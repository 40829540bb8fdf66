"""The bundled study, built: what was planted is found again."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from scipy import stats

OUTCOMES = ["understanding", "confidence", "motivation", "readiness"]
COMPARISONS = [("primary", "pre", "post"), ("kept", "post", "followup"), ("since_start", "pre", "followup")]


@pytest.fixture(scope="module")
def comparisons(bundled_results: Path) -> pd.DataFrame:
    return pd.read_csv(bundled_results / "6_statistics" / "comparisons.csv").set_index("row_id")


@pytest.fixture(scope="module")
def planted(bundled_results: Path) -> pd.DataFrame:
    """The expected score of every response, from the generator's truth: no rule reads it."""
    return pd.read_csv(bundled_results.parent / "data" / "truth" / "responses.csv").set_index(
        ["source", "line", "wave"]
    )


@pytest.mark.parametrize("outcome", OUTCOMES)
@pytest.mark.parametrize(("comparison", "wave_from", "wave_to"), COMPARISONS)
def test_the_planted_change_is_recovered(
    bundled_results, comparisons, planted, comparison, wave_from, wave_to, outcome
) -> None:
    pairs = pd.read_parquet(bundled_results / "3_matched" / "learners" / "pairs.parquet")
    pairs = pairs[(pairs["wave_from"] == wave_from) & (pairs["wave_to"] == wave_to)]
    sides = [
        planted[f"expected_{outcome}"].reindex(
            pd.MultiIndex.from_arrays([pairs[f"source_{side}"], pairs[f"line_{side}"], pairs[f"wave_{side}"]])
        )
        for side in ("from", "to")
    ]
    expected = (sides[1].to_numpy() - sides[0].to_numpy()).mean()
    row = comparisons.loc[f"{comparison}.{outcome}.all.all.mean_change"]
    standard_error = (row["ci_high"] - row["ci_low"]) / 2 / stats.t.ppf(0.975, row["df"])
    assert abs(row["estimate"] - expected) < 4 * standard_error


def test_large_and_modest_changes_are_told_apart(comparisons) -> None:
    """Planted: 1.12 and 1.05 latent standard deviations for two outcomes, .34 and .30 for the other two."""
    size = {name: comparisons.loc[f"primary.{name}.all.all.hedges_g_av", "estimate"] for name in OUTCOMES}
    assert min(size["understanding"], size["confidence"]) > 0.7
    assert max(size["motivation"], size["readiness"]) < 0.5


def test_the_number_of_different_people_stands_beside_the_pairs(comparisons, bundled_results) -> None:
    pairs = pd.read_parquet(bundled_results / "3_matched" / "learners" / "pairs.parquet")
    pairs = pairs[(pairs["wave_from"] == "pre") & (pairs["wave_to"] == "post")]
    assert len(pairs) == 2473
    rows = comparisons[comparisons["comparison"] == "primary"]
    assert (rows["n"] + rows["n_missing"] == 2473).all()
    assert (rows["n_people"] < rows["n"]).all()
    assert (rows["n_people"] <= pairs["person"].nunique()).all()


def test_one_primary_analysis_holm_over_its_outcomes(comparisons) -> None:
    primary = comparisons[comparisons["role"] == "primary"]
    assert sorted(primary.index) == sorted(f"primary.{name}.all.all.mean_change" for name in OUTCOMES)
    smallest_first = primary["p"].sort_values()
    by_hand = pd.Series(
        [min(1, p * (len(smallest_first) - place)) for place, p in enumerate(smallest_first)], smallest_first.index
    ).cummax()
    pd.testing.assert_series_equal(
        primary["p_adjusted"].sort_index(), by_hand.sort_index(), check_names=False, rtol=1e-9
    )


def test_modules_sum_to_the_whole(bundled_results) -> None:
    moves = pd.read_csv(bundled_results / "6_statistics" / "movement.csv")
    for outcome in OUTCOMES:
        mine = moves[(moves["outcome"] == outcome) & (moves["direction"] == "all")]
        whole = mine[mine["comparison"] == "primary"]["n"].item()
        assert mine[mine["comparison"] == "by_module"]["n"].sum() == whole


def test_nothing_person_level_in_what_may_leave(bundled_results) -> None:
    """No key of a learner, as written or normalised, in any file of floors 4 and up; one planted is found."""
    truth = pd.read_csv(bundled_results.parent / "data" / "truth" / "people.csv", dtype=str)
    keys = set(truth["learner_id"].str.lower())
    assert _holds(keys, f"a line with {next(iter(keys)).upper()} in it")
    for folder in ("6_statistics", "7_release", "8_exhibits", "9_report", "audit", "logs"):
        for path in sorted((bundled_results / folder).rglob("*")):
            if path.is_file():
                assert not _holds(keys, path.read_text(encoding="utf-8")), path.name
    for path in sorted((bundled_results / "4_scored").rglob("*.parquet")):
        table = pd.read_parquet(path)
        for column in table.select_dtypes("string"):
            assert not keys & set(table[column].dropna().str.lower()), f"{path.name}, {column}"


def _holds(keys: set[str], text: str) -> bool:
    import re

    return bool(keys & {found.lower() for found in re.findall(r"LN-\d{6}", text, flags=re.I)})
