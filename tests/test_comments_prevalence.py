"""Shares of comments: equal to ppi-python, right whatever the machine is, honest about people and small cells."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from prepost.comments.cells import Cell, Counted
from prepost.comments.change_table import _difference
from prepost.comments.prevalence import Sample, corrected_means, corrected_share
from prepost.comments.themes_table import ALONE, SHARE, themes_table
from prepost.proportions import wilson
from prepost.study_comments import Comments

N, SIZE = 300, 60
PLACE = np.arange(N)
CODED = ((PLACE * 7) % 10 < 3) * 1.0
MACHINE = np.clip(0.2 + 0.5 * CODED + ((PLACE * 13) % 17 - 8) / 40, 0, 1)


def simple(at: np.ndarray, many: int, people: np.ndarray | None = None) -> Sample:
    size = max(len(at), 1)
    writers = np.arange(many) if people is None else people
    return Sample(at, np.full(len(at), many / size), np.zeros(len(at), dtype=int), writers)


@pytest.mark.parametrize(
    ("lam", "theirs", "low", "high"),
    [
        # ppi_py 0.2.3, ppi_mean_pointestimate(y[:60], f[:60], f[60:], lam=lam) and ppi_mean_ci(…, alpha=.05)
        (0.5, 0.30302083, 0.21539407312760397, 0.39064759353906264),
        (0.8, 0.30483333, 0.22974627730072747, 0.3799203893659392),
        (1.0, 0.30604167, 0.23626118853348677, 0.37582214479984655),
    ],
)
def test_equal_to_ppi_python_at_its_own_lambda(monkeypatch, lam, theirs, low, high):
    ours = lam * N / (N - SIZE)  # they compare with the comments that were not coded, we with all
    monkeypatch.setattr("prepost.comments.prevalence._tuned", lambda *_: np.array([ours]))
    means = corrected_means(CODED[:SIZE], MACHINE, simple(PLACE[:SIZE], N), np.ones(N, bool))
    assert means.estimate[0] == pytest.approx(theirs, abs=1e-8)
    # their variance divides by n, ours by n - 1, and leaves out that coded comments are among all: within 1.5 %
    half = 1.959964 * means.covariance()[0, 0] ** 0.5
    assert half == pytest.approx((high - low) / 2, rel=0.015 + 0.08 * abs(lam - 1))


def test_without_a_machine_it_is_wilson():
    share = corrected_share(CODED[:SIZE], MACHINE, simple(PLACE[:SIZE], N), np.ones(N, bool), tune=False)
    assert share.estimate == pytest.approx(CODED[:SIZE].mean())
    # effective n is n - 1 here, as the variance divides by it; t in place of z
    low, high = wilson(CODED[:SIZE].mean() * (SIZE - 1), SIZE - 1)
    assert (share.ci_low, share.ci_high) == pytest.approx((low, high), abs=0.004)
    assert 55 < share.n_effective <= 61


def test_a_machine_that_knows_nothing_costs_nothing():
    nothing = corrected_share(CODED[:SIZE], np.zeros(N), simple(PLACE[:SIZE], N), np.ones(N, bool))
    alone = corrected_share(CODED[:SIZE], MACHINE, simple(PLACE[:SIZE], N), np.ones(N, bool), tune=False)
    assert nothing[:4] == pytest.approx(alone[:4]) and nothing.lam == 0
    against = corrected_share(CODED[:SIZE], 1 - CODED, simple(PLACE[:SIZE], N), np.ones(N, bool))
    assert against.lam == 0, "a machine that is wrong about everything is not turned round but left out"


def test_it_is_right_on_average_and_its_interval_holds_where_the_machine_is_far_off():
    rng = np.random.default_rng(11)
    many, true = 4000, 0.12
    coded = (rng.random(many) < true) * 1.0
    machine = np.clip(0.35 * coded + rng.normal(0.02, 0.1, many), 0, 1)  # counts .0 to .06 in place of .12
    inside = np.ones(many, bool)
    found = [
        corrected_share(coded[at], machine, simple(at, many), inside, finite=True)
        for at in (rng.choice(many, 300, replace=False) for _ in range(600))
    ]
    estimates = np.array([share.estimate for share in found])
    assert abs(estimates.mean() - coded.mean()) < 0.002 < abs(machine.mean() - coded.mean())
    holds = np.mean([share.ci_low <= coded.mean() <= share.ci_high for share in found])
    assert 0.925 < holds < 0.98
    widths = np.mean([share.ci_high - share.ci_low for share in found])
    alone = corrected_share(coded[:300], machine, simple(np.arange(300), many), inside, finite=True, tune=False)
    assert widths < 0.9 * (alone.ci_high - alone.ci_low)


def test_unequal_chances_are_made_good():
    coded = np.repeat([1.0, 0.0], [200, 800])
    at = np.r_[0:100, 200:280]  # half of the one stratum, a tenth of the other
    weight, stratum = np.repeat([2.0, 10.0], [100, 80]), np.repeat([0, 1], [100, 80])
    sample = Sample(at, weight, stratum, np.arange(1000))
    share = corrected_share(coded[at], np.zeros(1000), sample, np.ones(1000, bool))
    assert share.estimate == pytest.approx(0.2)  # 100 * 2 of 1,000; unweighted it would be 100 of 180


def test_comments_of_one_person_count_as_what_they_are():
    rng = np.random.default_rng(5)
    people = np.repeat(np.arange(100), 5)
    coded = np.repeat((rng.random(100) < 0.3) * 1.0, 5)  # everybody always says the same
    one, many = (
        corrected_share(coded, np.zeros(500), simple(np.arange(500), 500, who), np.ones(500, bool))
        for who in (people, np.arange(500))
    )
    # five comments that say the same are one: the standard error is the square root of 5 times as large
    assert (many.n_effective / one.n_effective) == pytest.approx(5, rel=0.03)


def spoken(coded: np.ndarray, sampled: int, scores: np.ndarray | None = None, fewest: int = 100) -> pd.DataFrame:
    many = len(coded)
    comments = pd.DataFrame({"item": "q", "group": np.where(PLACE[:many] % 3 == 0, "a", "b")})
    themes = [frozenset({"x"}) if one else frozenset({"none"}) for one in coded[:sampled]]
    drawn = np.arange(many) < sampled
    found = Counted(comments, simple(np.arange(sampled), many), themes, drawn)
    machine = pd.DataFrame({} if scores is None else {"x": scores}, index=comments.index)
    plan = Comments(questions=["q"], by=["group"], fewest_coded=fewest)
    return themes_table(found, machine, ["x", "none"], plan, 0.95)


def test_cells_with_too_little_to_go_by_get_no_estimate():
    table = spoken(CODED, 150, MACHINE)
    x = table[table["outcome"] == "x"].set_index(["group", "estimate_name"])
    assert x.loc[("all", SHARE), "n"] == 150 and np.isfinite(x.loc[("all", SHARE), "estimate"])
    assert np.isfinite(x.loc[("all", ALONE), "estimate"])
    assert x.loc[("b", SHARE), "n"] == 100 and np.isfinite(x.loc[("b", SHARE), "estimate"])
    assert x.loc[("a", SHARE), "n"] == 50 and np.isnan(x.loc[("a", SHARE), "estimate"])
    assert "fewer than 100" in x.loc[("a", SHARE), "note"]
    rare = spoken((PLACE % 20 == 0) * 1.0, 150, MACHINE)  # 8 of 150
    rare = rare[(rare["outcome"] == "x") & (rare["group"] == "all")]
    assert rare["estimate"].isna().all() and "fewer than 10" in rare["note"].iloc[0]


def test_nothing_coded_gives_no_share_and_never_the_machines_count():
    table = spoken(CODED, 0, MACHINE)
    shares = table[table["estimate_name"] == SHARE]
    assert shares["estimate"].isna().all() and shares["note"].str.contains("no estimate").all()
    with_codes = spoken(CODED, 150, MACHINE)
    naive = [MACHINE.mean(), (MACHINE > 0.5).mean()]
    for value in with_codes["estimate"].dropna():
        assert not any(abs(value - one) < 1e-9 for one in naive)


def test_what_follows_from_a_share_is_told_to_the_wall():
    table = spoken(CODED, 150, MACHINE)
    row = table[(table["outcome"] == "x") & (table["group"] == "all")].iloc[0]
    assert row["n_told"] == min(CODED[:150].sum(), 150 - CODED[:150].sum())


def test_themes_beside_change_by_hand():
    # with the theme changes are 1 and 2 in turn, without it 0: the difference of means is 1.5
    given = np.tile([1.0, 0.0], 60)
    change = np.where(given == 1, 1.0 + (np.arange(120) // 2) % 2, 0.0)
    themes = [frozenset({"x"}) if one else frozenset({"none"}) for one in given]
    found = Counted(pd.DataFrame(index=range(120)), simple(np.arange(120), 120), themes, np.ones(120, bool))
    row = _difference(found, Cell("all", "all", np.ones(120, bool)), "x", None, change, 0.95)
    assert row["estimate"] == pytest.approx(1.5)
    # the difference of two independent means: sqrt(.25/60 + 0) with t on 119 degrees of freedom
    assert row["ci_high"] - row["estimate"] == pytest.approx(1.980 * (0.25 / 60) ** 0.5, rel=0.02)
