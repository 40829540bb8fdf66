"""The error of linking carried to the end: published arithmetic, and false links put into real pairs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from prepost.linkage import carried
from prepost.linkage.carried import (
    MOVES,
    OUTSIDE,
    carry,
    corrected_correlation,
    corrected_shares,
    d_z,
    false_share,
    moves_of,
    observed_correlation,
    strangers_table,
)


@pytest.mark.parametrize(("q", "told"), [(0, 0.559), (0.05, 0.539), (0.10, 0.521), (0.20, 0.490), (0.30, 0.464)])
def test_d_z_shrinks_with_the_share_of_false_links(q: float, told: float):
    # mean change .5, both standard deviations 1, r = .6: .5 / sqrt(2 - 2 * .6 * (1 - q))
    observed = observed_correlation(0.6, 0.0, q)
    assert d_z(0.5, 1, 1, observed) == pytest.approx(told, abs=5e-4)
    assert d_z(0.5, 1, 1, corrected_correlation(observed, 0.0, q)) == pytest.approx(0.5 / np.sqrt(0.8), abs=1e-12)


def test_the_strata_alone_make_a_correlation():
    # r = .5, strata alone .2, q = .1: .9 * .5 + .1 * .2 = .47
    assert observed_correlation(0.5, 0.2, 0.1) == pytest.approx(0.47)
    assert corrected_correlation(0.47, 0.2, 0.1) == pytest.approx(0.5)


def test_a_correlation_beyond_one_is_no_result():
    assert np.isnan(corrected_correlation(0.95, 0.0, 0.2))
    scores = np.arange(40.0)
    share = false_share(0.3, 0.3, 0.3, size=200, rng=np.random.default_rng(1))
    stratum, person = np.zeros(40, int), np.arange(40)
    found = carry(scores, scores, person, stratum, 1, [share], level=0.95, rng=np.random.default_rng(1))[0][
        "correlation"
    ]
    assert found.observed == pytest.approx(1) and np.isnan(found.corrected) and np.isnan(found.ci_low)
    assert found.note == OUTSIDE


def test_the_table_of_strangers_is_row_times_column_within_strata():
    before, after = np.array([1, 1, 2, 3.0]), np.array([1, 2, 2, 3.0])
    values, table = strangers_table(before, after, np.array([0, 0, 0, 1]))
    # stratum 0: before 1, 1, 2 and after 1, 2, 2: (2/3, 1/3) times (1/3, 2/3), weighing 3/4; stratum 1: 3 to 3
    assert values.tolist() == [1, 2, 3]
    assert table == pytest.approx(
        np.array([[2 / 9, 4 / 9, 0], [1 / 9, 2 / 9, 0], [0, 0, 1]]) * [[0.75], [0.75], [0.25]]
    )
    observed = 0.9 * np.array([0.6, 0.3, 0.1]) + 0.1 * np.array([0.3, 0.3, 0.4])
    assert corrected_shares(observed, [0.3, 0.3, 0.4], 0.1) == pytest.approx([0.6, 0.3, 0.1])
    assert np.isnan(corrected_shares([0.99, 0.0, 0.01], [0.3, 0.3, 0.4], 0.1)).all()


def test_moves_count_beyond_the_smallest_change():
    assert moves_of(np.array([0.3, 0.25, 0, -0.25, -0.3]), 0.25).tolist() == [
        [1, 0, 0],
        [0, 1, 0],
        [0, 1, 0],
        [0, 1, 0],
        [0, 0, 1],
    ]


def test_draws_of_the_false_share_have_its_mean_and_width():
    draws = false_share(0.1, 0.06, 0.14, size=20_000, rng=np.random.default_rng(1)).draws
    assert draws.mean() == pytest.approx(0.1, abs=0.001) and draws.std() == pytest.approx(0.08 / 3.92, abs=0.001)
    assert set(false_share(0.1, np.nan, np.nan, size=5, rng=np.random.default_rng(1)).draws) == {0.1}
    unknown = false_share(np.nan, np.nan, np.nan, size=5, rng=np.random.default_rng(1))
    scores = np.random.default_rng(2).normal(size=(2, 50))
    found = carry(*scores, np.arange(50), np.zeros(50, int), 1, [unknown], level=0.95, rng=np.random.default_rng(1))[0]
    assert np.isfinite(found["correlation"].observed) and np.isnan(found["correlation"].corrected)
    assert found["better"].note == carried.NO_SHARE


def test_the_correlation_of_pairs_and_of_strata_are_the_plain_ones():
    rng = np.random.default_rng(3)
    stratum = rng.integers(0, 4, 500)
    before, after = rng.normal(stratum, 1), rng.normal(stratum, 1)
    none = false_share(0.0, 0, 0, size=200, rng=rng)
    found = carry(before, after, np.arange(500), stratum, 0.5, [none], level=0.95, rng=rng)[0]
    assert found["correlation"].observed == pytest.approx(np.corrcoef(before, after)[0, 1], abs=1e-12)
    change = after - before
    assert found["d_z"].observed == pytest.approx(change.mean() / change.std(ddof=1), abs=1e-12)
    means = pd.DataFrame({"b": before, "a": after}).groupby(stratum).transform("mean")
    between = np.cov(means["b"], means["a"], ddof=0)[0, 1] / (before.std() * after.std())
    shared = false_share(0.2, 0.2, 0.2, size=200, rng=rng)
    found = carry(before, after, np.arange(500), stratum, 0.5, [shared], level=0.95, rng=rng)[0]["correlation"]
    assert found.corrected == pytest.approx(corrected_correlation(found.observed, between, 0.2), abs=1e-12)


# False links put into real pairs ------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def real(bundled_results: Path) -> pd.DataFrame:
    """Before and after of the bundled study's pairs, with person and stratum: module and role."""
    floor = {name: bundled_results / f"{place}/learners/{name}.parquet" for name, place in _PLACES.items()}
    tables = {name: pd.read_parquet(path) for name, path in floor.items()}
    pairs = tables["pairs"].query("wave_from == 'pre' and wave_to == 'post'")
    role = tables["responses"][["source", "line", "wave", "role_group"]]
    found = pairs[["person", "module"]].reset_index(drop=True)
    for side, wave in (("from", "pre"), ("to", "post")):
        keys = pairs[[f"source_{side}", f"line_{side}"]].set_axis(["source", "line"], axis=1).assign(wave=wave)
        scores = keys.merge(tables["scores"], on=["source", "line", "wave"], how="left")
        found[side] = scores["confidence"].to_numpy()
        if side == "from":
            found["role"] = keys.merge(role, on=["source", "line", "wave"], how="left")["role_group"].to_numpy()
    found = found.dropna(subset=["from", "to"]).reset_index(drop=True)
    found["stratum"] = found.groupby(["module", "role"], dropna=False).ngroup()
    found["code"] = pd.factorize(found["person"])[0]
    return found


_PLACES = {"pairs": "3_matched", "responses": "2_cleaned", "scores": "4_scored"}


def _with_false_links(real: pd.DataFrame, q: float, rng: np.random.Generator) -> np.ndarray:
    """The second scores where a share q of the pairs got a stranger's of the same stratum."""
    after = real["to"].to_numpy().copy()
    for _, rows in real.groupby("stratum").indices.items():
        chosen = rng.permutation(rows)[: round(q * len(rows))]
        if len(chosen) > 1:
            after[chosen] = after[np.roll(chosen, 1)]
    return after


def _carry(real: pd.DataFrame, after: np.ndarray, q: float, rng: np.random.Generator, size: int = 300):
    share = false_share(q, q * 0.8, q * 1.2, size=size, rng=rng)
    codes = (real["code"].to_numpy(), real["stratum"].to_numpy())
    return carry(real["from"].to_numpy(), after, *codes, 0.25, [share], level=0.95, rng=rng)[0]


@pytest.mark.parametrize("q", [0.05, 0.15, 0.3])
def test_false_links_put_into_real_pairs_are_corrected_away(real: pd.DataFrame, q: float):
    before, right = real["from"].to_numpy(), real["to"].to_numpy()
    change = right - before
    truth = {"correlation": np.corrcoef(before, right)[0, 1], "d_z": change.mean() / change.std(ddof=1)}
    truth |= dict(zip(MOVES, moves_of(change, 0.25).mean(axis=0), strict=True))
    inside, misses, errors = 0, dict.fromkeys(truth, 0.0), dict.fromkeys(truth, 0.0)
    for seed in range(12):
        rng = np.random.default_rng([seed, 5])
        linked = _with_false_links(real, q, rng)
        assert (linked - before).mean() == pytest.approx(change.mean(), abs=1e-9), "strangers resemble true partners"
        found = _carry(real, linked, q, rng)
        for name, value in truth.items():
            inside += found[name].ci_low <= value <= found[name].ci_high
            misses[name] += (found[name].observed - value) / 12
            errors[name] += (found[name].corrected - value) / 12
    assert inside >= 0.95 * 12 * len(truth)
    assert abs(misses["correlation"]) > 0.5 * q * truth["correlation"], "uncorrected, the correlation is too small"
    for name in truth:
        assert abs(errors[name]) < max(0.25 * abs(misses[name]), 0.004), name


def test_several_shares_stand_on_the_same_samples_of_people() -> None:
    rng = np.random.default_rng(8)
    before = rng.integers(1, 6, 300).astype(float)
    after = np.clip(before + rng.integers(-1, 2, 300), 1, 5)
    sides = (before, after, np.arange(300), np.zeros(300, int))
    shares = [carried.FalseShare(q, np.full(200, q)) for q in (0.0, 0.1)]
    both = carry(*sides, 0.5, shares, level=0.95, rng=np.random.default_rng(4))
    alone = [carry(*sides, 0.5, [share], level=0.95, rng=np.random.default_rng(4))[0] for share in shares]
    assert both == alone
    assert both[0]["correlation"].corrected < both[1]["correlation"].corrected
