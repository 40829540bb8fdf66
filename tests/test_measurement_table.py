"""Rows about the scales as measures, on the answers that R has seen, and on too few of them."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from by_hand import about_table, floor_of, response_table, scale
from prepost.comparing import row_id
from prepost.disclosure import disclose
from prepost.facts import Facts, facts_of
from prepost.matching import completions
from prepost.measurement_table import base_of, invariance_table, measurement_table
from prepost.released import typed
from prepost.report.measurement_tables import TABLES
from prepost.report.measurement_words import measurement as said
from prepost.report.messages import Words
from prepost.sheets import ItemRow
from prepost.study import Comparison, Nouns, Wave
from prepost.study_secondary import Secondary
from prepost.tables import check
from r_cases import frozen

# Rscript tests/reference/measurement.R, on the invented answers of tests/reference/measurement_answers.csv
R = frozen("measurement")
X = pd.read_csv(Path(__file__).parent / "reference" / "measurement_answers.csv")
WAVES = [Wave(name=name, label=name.title(), when=f"at {name}") for name in ("pre", "post", "followup")]
SCALES = [scale("steady", list("abcd"), label="Steady"), scale("moved", list("efgh"), label="Moved")]
PRIMARY = Comparison(
    name="primary", label="p", role="primary", wave_from="pre", wave_to="post", outcomes=["steady", "moved"]
)
ITEMS = [ItemRow(item=name, wording=f"Question {name}", scale="ordinal", low=1, high=5) for name in "abcdefgh"]


def floor(people: int, waves: int = 3):
    """The first so many people, each wave, and their role."""
    rows = [
        {
            "wave": WAVES[w].name,
            "key": f"p{place:03}",
            "module": "M",
            **{i: X[f"{i}{w + 1}"][place] for i in "abcdefgh"},
        }
        for w in range(waves)
        for place in range(people)
    ]
    about = about_table([{"key": f"p{place:03}", "role": X["role"][place]} for place in range(people)])
    return floor_of(response_table(rows), about, SCALES, waves=("pre", "post", "followup"))


def both(found, by: str | None = "role", outcomes=SCALES, waves=WAVES) -> tuple[pd.DataFrame, pd.DataFrame]:
    fits = measurement_table(found.responses, found.links, outcomes, waves)
    same = invariance_table(found.responses, found.people, found.links, outcomes, waves, PRIMARY, by)
    return check(fits, "measurement", "measurement"), check(same, "invariance", "invariance")


@pytest.fixture(scope="module")
def whole():
    return floor(400)


@pytest.fixture(scope="module")
def tables(whole):
    return both(whole)


@pytest.mark.parametrize("wave", [1, 2, 3])
@pytest.mark.parametrize(("name", "letters"), [("steady", "abcd"), ("moved", "efgh")])
def test_reliability_of_each_wave_is_psych_and_lavaan(tables, name, letters, wave):
    rows = tables[0].set_index("row_id")
    ids = [
        row_id("measurement", name, "wave", WAVES[wave - 1].name, f"ordinal_{which}") for which in ("alpha", "omega")
    ]
    assert rows.loc[ids, "estimate"].tolist() == pytest.approx(R[f"ordinal {letters} {wave}"][:2], abs=1e-5)
    assert set(rows.loc[ids, "n"]) == {400} and set(rows.loc[ids, "role"]) == {"sensitivity"}


@pytest.mark.parametrize(("name", "letters"), [("steady", "abcd"), ("moved", "efgh")])
def test_one_factor_before_is_lavaan(tables, name, letters):
    chi2, df, p, cfi, tli, rmsea, low, high, srmr = R[f"one {letters}"]
    rows = tables[0][(tables[0]["outcome"] == name) & (tables[0]["group"] == "pre")].set_index("estimate_name")
    assert rows.loc[["cfi", "tli", "rmsea", "srmr"], "estimate"].tolist() == pytest.approx(
        [cfi, tli, rmsea, srmr], abs=1e-5
    )
    assert rows.loc["cfi", ["statistic", "df", "p"]].tolist() == pytest.approx([chi2, df, p], abs=1e-5)
    assert rows.loc["rmsea", ["ci_low", "ci_high", "ci_level"]].tolist() == pytest.approx([low, high, 0.9], abs=1e-5)


@pytest.mark.parametrize("group", ["pre, post", "pre, post, followup"])
@pytest.mark.parametrize(("name", "letters"), [("steady", "abcd"), ("moved", "efgh")])
def test_invariance_over_two_and_three_waves_is_lavaan(tables, name, letters, group):
    mine = tables[1][(tables[1]["outcome"] == name) & (tables[1]["group"] == group)]
    rows, count = mine.set_index("estimate_name"), group.count(",") + 1
    theirs = {level: R[f"{letters} {count} {level}"] for level in ("configural", "metric", "scalar")}
    for level, numbers in theirs.items():
        found = rows.loc[[f"{level}_cfi", f"{level}_rmsea", f"{level}_srmr"], "estimate"].tolist()
        assert found == pytest.approx([numbers[3], numbers[5], numbers[8]], abs=1e-5), level
    assert rows.loc["scalar_delta_cfi", "estimate"] == pytest.approx(
        theirs["scalar"][3] - theirs["metric"][3], abs=1e-5
    )
    # the last wave's factor mean: means of the later waves come first, then their standard errors
    means = R[f"{letters} {count} means"]
    assert rows.loc["latent_change", "estimate"] == pytest.approx(means[count - 2], abs=1e-4)
    wide = (rows.loc["latent_change", "ci_high"] - rows.loc["latent_change", "ci_low"]) / 2
    assert wide == pytest.approx(1.959964 * means[-1], abs=1e-4)


def test_where_scalar_fails_the_consequence_and_the_questions_are_told(tables):
    rows = tables[1].set_index("row_id")
    assert rows.loc["primary.steady.waves.pre-post.levels_that_hold", "estimate"] == 3
    moved = rows.loc["primary.moved.waves.pre-post-followup.levels_that_hold"]
    assert moved["estimate"] == 2 and "may not be compared item for item" in moved["note"]
    # the answers were made with g moved at later waves (tests/reference/measurement_answers.R)
    assert rows.loc["primary.g.waves.pre-post-followup.place_among_those_that_shifted", "estimate"] == 1
    assert not ((rows["estimate_name"] == "place_among_those_that_shifted") & rows["outcome"].isin(list("abcd"))).any()


def test_items_in_roles_go_by_the_groups_that_are_large_enough(tables):
    # 206 clinical, 101 other and 93 managers: those below a hundred stay out, 307 are left
    rows = tables[1][tables[1]["estimate_name"] == "role_delta_r2"].set_index("outcome")
    assert set(rows["n"]) == {307} and set(rows["n_missing"]) == {93} and len(rows) == 8
    assert rows["note"].isin(["negligible", "moderate", "large"]).all()
    assert rows["p_adjusted"].ge(rows["p"]).all()


def test_rows_lead_back_to_the_lines_that_they_stand_on(whole, tables):
    used = completions(whole.responses, whole.links)
    for row in tables[1].to_dict("records"):
        lines = base_of(pd.Series(row), used, whole.people, SCALES)
        waves = row["group"].count(",") + 1 if row["group_by"] == "waves" else 1
        assert len(lines) == waves * row["n"], row["row_id"]


@pytest.mark.parametrize("people", [0, 1, 2, 40])
def test_too_few_people_get_rows_that_say_why(people):
    found = both(floor(people))
    for table in found:
        empty = table["estimate"].isna()
        assert table.loc[empty, "note"].fillna("").ne("").all()
    held = found[1][found[1]["estimate_name"] == "levels_that_hold"]
    assert held["estimate"].isna().all() and held["note"].str.contains("fewer than 100 people").all()


def test_all_equal_single_items_and_studies_without_a_plan(whole):
    flat = whole._replace(responses=whole.responses.assign(**dict.fromkeys("abcd", 4.0)))
    fits, same = both(flat, outcomes=[SCALES[0]] + [scale("moved", ["e"])])
    assert fits["estimate"].isna().all() and fits["note"].notna().all()
    assert set(same["outcome"]) == set("abcd") | {"steady"}  # one item is no scale
    assert same["estimate"].isna().all() and same["note"].notna().all()
    three = measurement_table(whole.responses, whole.links, [scale("three", list("abc"))], WAVES)
    fit = three[three["estimate_name"] == "cfi"]
    assert fit["estimate"].isna().all() and fit["note"].str.contains("cannot be judged").all()
    assert invariance_table(whole.responses, whole.people, whole.links, SCALES, WAVES, None, "role").empty


def test_a_wave_of_thinking_back_is_never_one_of_the_waves(whole):
    waves = [*WAVES[:2], Wave(name="followup", label="Then", when="later", thinking_back_to="pre")]
    same = both(whole, None, waves=waves)[1]
    assert set(same["group"]) == {"pre, post"}


def words(fits: pd.DataFrame, same: pd.DataFrame, outcomes=SCALES) -> Words:
    released = disclose({"measurement": fits, "invariance": same}, threshold=10)[0]
    shown = {name: typed(frame, name) for name, frame in released.items()}
    secondary = Secondary(measurement={"by": "role"})
    settings = SimpleNamespace(
        outcomes=outcomes, waves=WAVES, comparisons=[PRIMARY], nouns=Nouns(), secondary=secondary
    )
    settings.outcome = {outcome.name: outcome for outcome in outcomes}.__getitem__
    return Words(settings, ITEMS, Facts(facts_of(shown, threshold=10)), shown, str)


def test_the_report_says_it_a_scale_at_a_time(tables):
    told = words(*tables)
    text = said(told)
    assert "**Steady** (pre, post): the questions belong together, weigh the same and stand at the same level" in text
    assert "**Moved** (pre, post, followup)" in text and "Most clearly shifted: “Question g”" in text
    assert "response shift" in text and "numbers with normal errors" in text
    shown = {name: build(told) for name, build in TABLES.items()}
    assert shown["invariance"]["What holds"].tolist()[0] == "the questions also stand at the same level"
    assert len(shown["measurement"]) == 6 and len(shown["role_items"]) == 8
    assert set(shown["measurement"]["People"]) == {"400"}


def test_no_base_of_invariance_leaves(tables):
    released = disclose(dict(zip(("measurement", "invariance"), tables, strict=True)), threshold=10)[0]["invariance"]
    assert (
        not released[["n", "n_people", "n_missing", "statistic", "df", "p"]]
        .apply(lambda c: c.str.isdigit())
        .any()
        .any()
    )
    kept = pd.to_numeric(released["estimate"], errors="coerce").dropna()
    assert np.allclose(kept * 100, (kept * 100).round())


def test_the_report_of_few_people_and_of_single_questions():
    text = said(words(*both(floor(40))))
    assert "cannot be said: fewer than 100 people" in text and "the groups are too small" in text
    one = [scale("steady", ["a"]), scale("moved", ["e"])]
    assert said(words(*both(floor(40), outcomes=one), one)).startswith(
        "Every outcome of this study is a single question"
    )


def test_the_toy_study_is_too_small_and_says_so(toy_results):
    same = pd.read_csv(toy_results / "6_statistics" / "invariance.csv")
    assert same["estimate"].isna().all() and same["note"].notna().all()
    fits = pd.read_csv(toy_results / "6_statistics" / "measurement.csv")
    reliability = pd.read_csv(toy_results / "6_statistics" / "reliability.csv")
    keys = ["outcome", "group"]
    bases = fits.drop_duplicates(keys).set_index(keys)["n"]
    assert bases.to_dict() == reliability.set_index(keys)["n"].to_dict()
