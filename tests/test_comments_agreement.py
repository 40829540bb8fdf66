"""Agreement of coders: published examples, an independent package, arithmetic, and what a blank is."""

from __future__ import annotations

from pathlib import Path

import krippendorff
import numpy as np
import pandas as pd
import pytest
from prepost.comments import agreement as ag
from prepost.comments.coding_tables import agreement_table, machine_table
from prepost.comments.settle import settle
from prepost.study import Statistics

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data" / "paired_reference"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the reference examples are not in ../shared/data")


@needs_shared
@pytest.mark.parametrize(
    ("level", "published"), [("nominal", 0.7434), ("ordinal", 0.8154), ("interval", 0.8491), ("ratio", 0.7974)]
)
def test_krippendorffs_four_coders_and_twelve_units(level, published):
    table = pd.read_csv(SHARED / "krippendorff_nmm_4x12.csv").set_index("coder")
    assert ag.alpha(table.to_numpy(), level) == pytest.approx(published, abs=5e-5)


@needs_shared
@pytest.mark.parametrize(("weights", "published"), [(None, 0.1293), ("linear", 0.2374)])
def test_kappa_of_husbands_and_wives(weights, published):
    # vcd::Kappa(vcd::SexualFun): unweighted 0.1293, weighted (equal spacing) 0.2374
    long = pd.read_csv(SHARED / "vcd_SexualFun.csv")
    order = ["Never Fun", "Fairly Often", "Very Often", "Always fun"]
    table = long.pivot(index="Husband", columns="Wife", values="Freq").loc[order, order]
    assert ag.kappa(table.to_numpy(), weights) == pytest.approx(published, abs=5e-5)


@pytest.mark.parametrize("level", ag.LEVELS)
def test_alpha_equals_another_package_with_blanks(level):
    rng = np.random.default_rng(3)
    truth = rng.integers(1, 6, 60)
    values = np.where(rng.random((3, 60)) < 0.7, truth, rng.integers(1, 6, (3, 60))).astype(float)
    values[rng.random((3, 60)) < 0.2] = np.nan
    theirs = krippendorff.alpha(values, level_of_measurement=level)
    assert ag.alpha(values, level) == pytest.approx(theirs, abs=1e-12)


def test_kappa_hides_what_positive_agreement_shows():
    # 2 both, 2 and 2 apart, 194 neither: they agree on 98 %, chance on (4*4 + 196*196)/200^2 = .9608
    table = [[194, 2], [2, 2]]
    assert ag.kappa(table) == pytest.approx((0.98 - 0.9608) / (1 - 0.9608))
    assert ag.positive_agreement(table) == 2 * 2 / (2 * 2 + 4)


def test_distances_of_sets():
    a, ab, bc, d = (frozenset(x) for x in ("a", "ab", "bc", "d"))
    assert ag.masi(ab, ab) == ag.jaccard(ab, ab) == 0
    assert ag.masi(a, ab) == pytest.approx(1 - 1 / 2 * 2 / 3)  # one holds the other
    assert ag.masi(ab, bc) == pytest.approx(1 - 1 / 3 * 1 / 3)  # they overlap
    assert ag.masi(a, d) == ag.jaccard(a, d) == 1
    assert ag.jaccard(ab, bc) == pytest.approx(2 / 3)


def test_alpha_of_sets_by_hand():
    # two coders, three units: {a} {a}; {a} {b}; {a,b} {a,b}. Observed: one of three units apart, 1/3 with Jaccard.
    # Values a a a b ab ab: of 30 ordered pairs apart: a-b 2*3*1, a-ab 2*3*2 at 1/2, b-ab 2*1*2 at 1/2: 6 + 6 + 2 = 14.
    a, b, ab = (frozenset(x) for x in ("a", "b", "ab"))
    units, apart = ag.sets_of([[a, a, ab], [a, b, ab]], ag.jaccard)
    assert ag.alpha_of_counts(units, apart) == pytest.approx(1 - (1 / 3) / (14 / 30))


def codes(rows) -> pd.DataFrame:
    columns = ["source", "line", "wave", "item", "theme", "by", "coder", "score", "start", "end", "note"]
    full = [("s", line, "post", "q", theme, by, coder, None, None, None, None) for line, theme, by, coder in rows]
    return pd.DataFrame(full, columns=columns)


def comments(many: int) -> pd.DataFrame:
    rows = [("s", line, "post", "q", None, f"P{line % 5}", f"text {line}") for line in range(1, many + 1)]
    return pd.DataFrame(rows, columns=["source", "line", "wave", "item", "module", "person", "text"])


def test_a_blank_is_not_none():
    given = [(1, "x", "human", "a"), (1, "x", "human", "b"), (2, "none", "human", "a"), (2, "x", "human", "b")]
    given += [(3, "x", "human", "a")]  # the other coder left it blank
    found = agreement_table(codes(given), comments(3), ["x"], Statistics(ci_level=0.95, resamples=200), 1)
    rows = found[found["outcome"] == "x"].set_index("estimate_name")
    assert set(rows["n"]) == {2}
    assert rows.loc["positive_agreement", "estimate"] == pytest.approx(2 * 1 / (2 * 1 + 1))


def test_one_coder_agrees_with_nobody():
    found = agreement_table(
        codes([(1, "x", "human", "a")]), comments(1), ["x"], Statistics(ci_level=0.95, resamples=200), 1
    )
    assert len(found) == 1 and "fewer than two coders" in found["note"].iloc[0]


def test_what_is_settled_and_how():
    given = [(1, "x", "human", "a"), (1, "y", "human", "b"), (1, "y", "adjudicated", "adjudicator")]
    given += [
        (2, "x", "human", "a"),
        (2, "x", "human", "b"),
        (3, "y", "human", "b"),
        (4, "x", "human", "a"),
        (4, "y", "human", "b"),
    ]
    found = settle(codes(given))
    assert list(found.themes["themes"]) == [frozenset("y"), frozenset("x"), frozenset("y"), frozenset("x")]
    assert [how.split(":")[0] for how in found.themes["how"]] == [
        "adjudicated", "both agreed", "one coder", "not adjudicated yet",
    ]  # fmt: skip
    assert list(found.apart["line"]) == [1, 4] and list(found.apart["settled"].isna()) == [False, True]


def test_how_well_the_machine_does_by_hand():
    # x: people gave it to 1 2 3, the machine to 1 2 4, the keywords to 1
    rows = [("s", line, "post", "q", "x", line in (1, 2, 3), line in (1, 2, 4), line == 1) for line in range(1, 6)]
    held = pd.DataFrame(rows, columns=["source", "line", "wave", "item", "theme", "people", "machine", "keyword"])
    found = machine_table(held, comments(5), Statistics(ci_level=0.95, resamples=300), 1).set_index("estimate_name")
    assert found.loc["precision", "estimate"] == found.loc["recall", "estimate"] == pytest.approx(2 / 3)
    assert found.loc["keyword_f1", "estimate"] == pytest.approx(2 * 1 / (3 + 1))
    assert found.loc["f1_micro", "estimate"] == found.loc["f1_macro", "estimate"] == pytest.approx(2 / 3)
    assert (found["ci_low"] <= found["estimate"]).all() and (found["estimate"] <= found["ci_high"]).all()
