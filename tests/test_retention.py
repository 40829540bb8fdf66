"""Three waves: changes, what is kept, and a ratio only where it can be told; equal to R."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from prepost.retention import fieller, gain_kept, retention_ratio, wave_to_wave
from prepost.robust import mean_change

# Rscript tests/reference/retention.R > tests/reference/retention.csv (R 4.2.2, clubSandwich 0.5.8)
REFERENCE = Path(__file__).parent / "reference"
OF_R = pd.read_csv(REFERENCE / "retention.csv").set_index(["case", "quantity"])["value"]
BASES = {"three": "answered all three", "two": "answered these two"}


@pytest.fixture(scope="module")
def waves() -> pd.DataFrame:
    """120 completions of 90 people by integer arithmetic, as in the R file."""
    i = np.arange(120)
    table = pd.DataFrame({"person": np.where(i < 90, i, i - 90), "before": 2 + i * 37 % 11 / 5})
    table["after"] = table["before"] + 0.6 + (i * 29 % 13 - 6) / 10
    table["later"] = (table["after"] - 0.15 + (i * 17 % 19 - 9) / 15).mask(i % 4 == 3)
    table["after"] = table["after"].mask(i % 10 == 7)
    return table


def columns(table: pd.DataFrame) -> list[pd.Series]:
    return [table[name] for name in ("before", "after", "later", "person")]


@pytest.mark.parametrize("case", [c for c in OF_R.index.unique("case") if c.startswith(("three.", "two."))])
def test_changes_between_waves_equal_clubsandwich(waves, case):
    base, first, last = case.split(".")
    table = wave_to_wave(*columns(waves)).set_index(["base", "wave_from", "wave_to"])
    row = table.loc[(BASES[base], first, last)]
    for name, expected in OF_R[case].items():
        assert row[name] == pytest.approx(expected, rel=1e-6), name


def test_among_those_with_all_three_the_changes_add_up(waves):
    table = wave_to_wave(*columns(waves)).query("base == 'answered all three'").set_index(["wave_from", "wave_to"])
    whole = table.loc[("before", "after"), "estimate"] + table.loc[("after", "later"), "estimate"]
    assert table.loc[("before", "later"), "estimate"] == pytest.approx(whole)
    assert table["n"].nunique() == 1


# Kept ----------------------------------------------------------------------------------------------------------------
def test_kept_compares_the_lower_limit_with_the_margin(waves):
    low, high = OF_R["two.after.later", "ci_low"], OF_R["two.after.later", "ci_high"]  # about -0.22 and -0.07
    ask = (waves["after"], waves["later"], waves["person"])
    assert gain_kept(*ask, margin=-low + 0.001).verdict == "kept"
    assert gain_kept(*ask, margin=-low - 0.001).verdict == "cannot be told"
    assert gain_kept(*ask, margin=-high + 0.001).verdict == "cannot be told"
    assert gain_kept(*ask, margin=-high - 0.001).verdict == "not kept"
    made = gain_kept(*ask, margin=0.25)
    assert (made.ci_low, made.ci_high) == pytest.approx((low, high)) and made.n == OF_R["two.after.later", "n"]


@pytest.mark.parametrize(
    ("after", "later", "person", "why"),
    [
        ([], [], [], "no complete pairs"),
        ([4.0], [4.0], ["a"], "one pair only"),
        ([4.0, 3.0], [4.0, 4.0], ["a", "a"], "all pairs come from one person"),
        ([4.0, 3.0, 2.0], [4.0, 3.0, 2.0], ["a", "b", "c"], "every value is the same"),
    ],
)
def test_without_an_interval_there_is_no_verdict(after, later, person, why):
    made = gain_kept(after, later, person, margin=0.25)
    assert made.verdict == "" and why in made.note and np.isnan(made.ci_low)
    ratio = retention_ratio(after, later, later, person, smallest=0.25)
    assert np.isnan(ratio.estimate) and ratio.note.startswith("not estimable:") and why in ratio.note


def test_a_margin_is_a_distance():
    with pytest.raises(ValueError, match="above 0"):
        gain_kept([1, 2], [1, 2], margin=0)
    with pytest.raises(ValueError, match="0 or more"):
        retention_ratio([1, 2], [1, 2], [1, 2], smallest=-0.1)
    with pytest.raises(ValueError, match="equally long"):
        wave_to_wave([1, 2], [1, 2], [1])


# Ratio ---------------------------------------------------------------------------------------------------------------
def test_fieller_for_single_people_is_the_t_test_inverted(waves):
    """R finds by uniroot the ratios at which t.test(a - ratio * b) just fails to reject."""
    made = retention_ratio(*columns(waves[waves.index < 90]), smallest=0.25)
    expected = OF_R["fieller.single"]
    assert list(made[:3]) == pytest.approx([expected[name] for name in ("estimate", "ci_low", "ci_high")], rel=1e-8)
    assert made.note == "" and made.ci_method == "Fieller with CR2 on the person"


def test_fieller_for_clustered_people_equals_clubsandwich(waves):
    made = retention_ratio(*columns(waves), smallest=0.25)
    expected = OF_R["fieller.clustered"]
    assert list(made[:3]) == pytest.approx([expected[name] for name in ("estimate", "ci_low", "ci_high")], rel=1e-8)
    three = waves.dropna()
    assert (made.n, made.n_people) == (len(three), three["person"].nunique())


def test_at_its_limits_the_difference_from_the_ratio_is_just_not_significant(waves):
    made, three = retention_ratio(*columns(waves), smallest=0.25), waves.dropna()
    for limit, end in ((made.ci_low, "ci_low"), (made.ci_high, "ci_high")):
        rest = (three["later"] - three["before"]) - limit * (three["after"] - three["before"])
        zero = mean_change(rest, three["person"])
        assert min(abs(zero.ci_low), abs(zero.ci_high)) == pytest.approx(0, abs=1e-9), end


def sample(n: int, gain: float, spread: float = 0.8) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Before, after, later with exactly this mean gain and spread; four fifths of it are kept."""
    z = np.random.default_rng(3).normal(size=(2, n))
    z = (z - z.mean(axis=1, keepdims=True)) / z.std(axis=1, ddof=1, keepdims=True)
    return np.zeros(n), gain + spread * z[0], 0.8 * gain + spread * (0.6 * z[0] + 0.8 * z[1])


def test_a_small_gain_has_no_retention_ratio():
    """A gain of .10, SD .8: t = .10 / (.8 / sqrt(150)) = 1.53 and 2.5 at n = 400, whose interval starts at .0214."""
    made = retention_ratio(*sample(150, 0.1), smallest=0.0)
    assert np.isnan(made.estimate) and np.isnan(made.ci_low)
    assert made.note == "not estimable: the immediate gain is not surely above the smallest effect of interest"
    assert np.isnan(retention_ratio(*sample(400, 0.1), smallest=0.05).estimate)
    bare = retention_ratio(*sample(400, 0.1), smallest=0.0)  # the bare formula: bounded, and of no use to anybody
    assert bare.estimate == pytest.approx(0.8)
    assert bare.ci_high - bare.ci_low > 1.5


def test_the_range_of_a_ratio_to_a_small_gain_is_that_of_the_methods():
    """Known beforehand: -2.3 to 4.4 at n = 150, .01 to 2.1 at n = 400; R by simulation, four fifths kept."""
    assert [OF_R["range.150", "low"], OF_R["range.150", "high"]] == pytest.approx([-2.3, 4.4], abs=0.15)
    assert [OF_R["range.400", "low"], OF_R["range.400", "high"]] == pytest.approx([0.01, 2.1], abs=0.05)


def test_fieller_by_hand():
    """a = 2, b = 4, variances 1 and 1, no covariance, normal at 95 %: t² = 3.841459.

    (16 - t²) r² - 16 r + (4 - t²) = 0 → r = (8 ± sqrt(64 - 12.158541 × .158541)) / 12.158541 = .009985, 1.305963
    R: t2 <- qnorm(.975)^2; polyroot(c(4 - t2, -16, 16 - t2))
    """
    low, high, note = fieller(2, 4, [[1, 0], [0, 1]], np.inf)
    assert (low, high) == pytest.approx((0.009985, 1.305963), abs=1e-6) and note == ""
    low, high, note = fieller(2, 1.9, [[1, 0], [0, 1]], np.inf)  # 1.9² < 3.8415
    assert np.isnan(low) and np.isnan(high) and "holds 0" in note


def test_fieller_covers_the_true_ratio():
    """Gain .5, SD .8, n = 60: 2,000 samples; the binomial error of a coverage of .95 is .005."""
    rng = np.random.default_rng(7)
    inside = 0
    for _ in range(2000):
        z = rng.normal(size=(2, 60))
        a, b = 0.4 + 0.8 * (0.6 * z[0] + 0.8 * z[1]), 0.5 + 0.8 * z[0]
        low, high, _ = fieller(a.mean(), b.mean(), np.cov(a, b) / 60, 59)
        inside += low <= 0.8 <= high
    assert 0.935 < inside / 2000 < 0.965


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="R is not on this machine")
@pytest.mark.parametrize("name", ["retention", "ceiling"])
def test_r_still_says_the_same(name):
    done = subprocess.run(["Rscript", str(REFERENCE / f"{name}.R")], capture_output=True, text=True, check=False)
    if "there is no package called" in done.stderr:
        pytest.skip("R is here without clubSandwich")
    now = pd.DataFrame(
        [line.split(",") for line in done.stdout.splitlines()[1:]], columns=["case", "quantity", "value"]
    )
    then = pd.read_csv(REFERENCE / f"{name}.csv")
    assert now["quantity"].tolist() == then["quantity"].tolist()
    assert now["value"].astype(float).to_numpy() == pytest.approx(then["value"].to_numpy(), rel=1e-6, abs=1e-9)
