"""Who is missing, everyone's answers and what lasts, as rows: by hand, on bad groups, and in the toy study's tables."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from prepost.attrition.rows import attrition_table, balance_table
from prepost.attrition.target import FEWEST, few_at_the_mean, target_population, weigh, weights_table
from prepost.conditions import Condition
from prepost.everyone_table import EVERYONE, LINKED, every_answer, everyone_table
from prepost.lasting_table import lasting_table
from prepost.matching import match
from prepost.paired import Floor
from prepost.released import read_released
from prepost.scoring import score_all
from prepost.sheets import ItemRow
from prepost.study import Comparison, Outcome, Statistics

WAVES = ["pre", "post", "later"]
OUTCOME = Outcome(name="o", label="O", phrase="o", items=["q"], smallest_effect=0.25)
STATISTICS = Statistics(ci_level=0.95, resamples=200)
ITEMS = {"q": ItemRow(item="q", wording="Q", scale="ordinal", low=1, high=5, labels="1=1|2=2|3=3|4=4|5=5")}


def comparison(include: dict | None = None) -> Comparison:
    told = {"include": Condition.model_validate(include)} if include else {}
    return Comparison(
        name="main", label="main", role="primary", wave_from="pre", wave_to="post", outcomes=["o"], **told
    )


def floor_of(rows: list[tuple[str, str | None, float | None]], **more: list) -> Floor:
    """Floors 2 to 4 from (wave, key, answer), one response a line, all of one module."""
    responses = pd.DataFrame(rows, columns=["wave", "key", "q"])
    responses["source"], responses["line"] = "s", np.arange(1, len(rows) + 1)
    responses["module"], responses["received"] = pd.array(["m"] * len(rows), dtype="string"), pd.NaT
    for column, values in more.items():
        responses[column] = pd.array(values, dtype="string")
    responses["key"], responses["q"] = responses["key"].astype("string"), responses["q"].astype("float64")
    responses["q_missing"] = pd.array(["skipped" if pd.isna(v) else None for v in responses["q"]], dtype="string")
    about = responses.iloc[:0][["source", "line", "wave", "key"]]
    found = match(responses, about, key=["key"], rules=["trim"], waves=WAVES, several="last")
    scores = score_all(responses, found.people, found.links, [OUTCOME], [])
    return Floor(responses, found.people, found.links, found.pairs, scores)


# Two of four who answered before were matched; a key is blank after, and one before.
FOUR = [
    *[("pre", "a", 2.0), ("pre", "b", 3.0), ("pre", "c", 4.0), ("pre", "d", 1.0), ("pre", None, 5.0)],
    *[("post", "a", 4.0), ("post", "b", 4.0), ("post", None, 5.0)],
    *[("later", "a", 3.0), ("later", "d", 1.0)],
]


def value(table: pd.DataFrame, name: str, column: str = "estimate", **where: str):
    rows = table[table["estimate_name"] == name]
    for key, wanted in where.items():
        rows = rows[rows[key] == wanted]
    assert len(rows) == 1, name
    return rows[column].iloc[0]


# The target population -----------------------------------------------------------------------------------------------
def test_the_target_is_every_first_survey_that_is_used():
    target = target_population(floor_of(FOUR), comparison(), ["module", "o"])
    assert target.first["line"].tolist() == [1, 2, 3, 4], "a blank key names nobody"
    assert target.matched.tolist() == [True, True, False, False]
    assert target.later["line"].tolist() == [6, 7, 8], "somebody gave the answer with the blank key"
    assert target.linked.tolist() == [True, True, False]


def test_whom_the_condition_leaves_out_is_not_lost():
    town = [*["x", "x", "x", "y", "x"], *["x", "y", "x"], *["x", "y"]]
    floor = floor_of(FOUR, town=town)
    only_x = target_population(floor, comparison({"equals": {"pre.town": "x"}}), [])
    assert only_x.first["line"].tolist() == [1, 2, 3]
    # b said y after: its pair is left out, and with it both its surveys; what c would have said is not known
    said_after = target_population(floor, comparison({"equals": {"post.town": "x"}}), [])
    assert said_after.first["line"].tolist() == [1, 3, 4]
    assert said_after.matched.tolist() == [True, False, False]
    without_y = target_population(floor, comparison({"not": {"equals": {"post.town": "y"}}}), [])
    assert without_y.first["line"].tolist() == [1, 3, 4]


def test_a_number_that_few_lack_is_taken_at_its_mean():
    few = pd.Series([1.0, 3.0] * 15 + [np.nan])
    assert few_at_the_mean(few).iloc[-1] == 2.0
    many = pd.Series([1.0] * 10 + [np.nan] * FEWEST)
    assert few_at_the_mean(many).isna().sum() == FEWEST


def test_without_covariates_there_is_no_weight_and_a_word():
    target = target_population(floor_of(FOUR), comparison(), [])
    table = weights_table(target, weigh(target, 0.01))
    assert table["weight"].isna().all()
    assert (table["note"] == "no covariates are declared: no weights").all()


def test_weights_by_hand():
    """80 of 120 nurses and 20 of 40 doctors are matched and all answers linked: 100/160 over 2/3, and over 1/2."""
    rows, role = [], []
    for group, n, kept in (("nurse", 120, 80), ("doctor", 40, 20)):
        for k in range(n):
            rows += [("pre", f"{group}{k}", 3.0)] + ([("post", f"{group}{k}", 4.0)] if k < kept else [])
            role += [group] * (1 + (k < kept))
    target = target_population(floor_of(rows, role=role), comparison(), ["role"])
    table = weights_table(target, weigh(target, 0.0))
    by_role = table.assign(role=target.first["role"]).groupby("role")["weight"].agg(["min", "max", "count"])
    assert by_role.loc["nurse"].tolist() == pytest.approx([0.9375, 0.9375, 80])
    assert by_role.loc["doctor"].tolist() == pytest.approx([1.25, 1.25, 20])
    balanced = balance_table(target, table, comparison())
    # doctors: 20/100 among those kept, 40/160 in the target; (.2 - .25)/√(.25 × .75), and none after weighting
    assert value(balanced, "smd_before", group="doctor") == pytest.approx(-0.05 / np.sqrt(0.25 * 0.75))
    assert value(balanced, "smd_after", group="doctor") == pytest.approx(0.0, abs=1e-12)
    assert value(balanced, "smd_before", "n_told", group="doctor") == 20


# What those lost may have done -----------------------------------------------------------------------------------
def test_bounds_and_tipping_points_by_hand():
    """a rose by 2 and b by 1; c (4) and d (1) are lost, so their changes lie in [-3, 1] and [0, 4]."""
    target = target_population(floor_of(FOUR), comparison(), [])
    weights = weights_table(target, None)
    table = attrition_table(target, weights, comparison(), [OUTCOME], ITEMS, 0.95)
    assert value(table, "lowest_change") == pytest.approx((2 + 1 - 3 + 0) / 4)
    assert value(table, "highest_change") == pytest.approx((2 + 1 + 1 + 4) / 4)
    assert value(table, "tipping_change.estimate_zero") == pytest.approx(-1.5)  # half are lost: -(2 + 1) / 2
    assert value(table, "tipping_delta.estimate_zero") == pytest.approx(-3.0)
    assert value(table, "tipping_change.estimate_smallest") == pytest.approx(-1.0)  # (4 × 0.25 - 3) / 2
    assert value(table, "lowest_change", "n") == 4
    assert value(table, "lowest_change", "n_told") == 2
    assert value(table, "weighted_change", "note") == "no covariates are declared: no weights"


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [("pre", "a", 2.0)],
        [("pre", "a", 2.0), ("post", "b", 3.0)],
        [("pre", "a", 2.0), ("post", "a", 3.0)],
        [("pre", "a", None), ("post", "a", None)],
        [*[("pre", k, 2.0) for k in "abc"], *[("post", k, 2.0) for k in "ab"]],
        [("post", "a", 3.0), ("later", "a", 3.0)],
    ],
    ids=["nothing", "no pair", "none linked", "one pair", "no answer", "all zero", "no first wave"],
)
def test_bad_groups_yield_a_note_and_no_crash(rows):
    floor = floor_of(rows)
    target = target_population(floor, comparison(), ["o"])
    weights = weights_table(target, weigh(target, 0.01))
    made = [
        attrition_table(target, weights, comparison(), [OUTCOME], ITEMS, 0.95),
        balance_table(target, weights, comparison()),
        everyone_table(floor, [OUTCOME], comparison(), "later", STATISTICS),
        lasting_table(floor, [OUTCOME], comparison(), "later", None, STATISTICS),
    ]
    for table in made:
        silent = table[table["estimate"].isna() & table["note"].isna()]
        assert silent["estimate_name"].tolist() == []
        assert table["row_id"].is_unique


# Everyone's answers --------------------------------------------------------------------------------------------------
def test_everyone_counts_answers_with_a_blank_key_and_the_other_row_does_not():
    answers = every_answer(floor_of(FOUR), comparison(), [OUTCOME], WAVES)
    assert sorted(answers["line"]) == list(range(1, 11))
    unlinked = answers.loc[~answers["linked"], "line"].tolist()
    assert unlinked == [8], "d's later answer is linked to its first, the one without a key is not"
    table = everyone_table(floor_of(FOUR), [OUTCOME], comparison(), None, STATISTICS)
    assert value(table, "mean_change.pre.post", "n", group=EVERYONE) == 8
    assert value(table, "mean_change.pre.post", "n", group=LINKED) == 7


def test_with_everyone_linked_the_mixed_model_is_the_paired_change():
    """Complete pairs: the change of a balanced random intercept model is the mean of the differences, here 1.25."""
    rng = np.random.default_rng(4)
    start = rng.integers(1, 4, 40)
    rise = np.tile([0, 1, 2, 2], 10)
    rows = [("pre", f"k{i}", float(s)) for i, s in enumerate(start)]
    rows += [("post", f"k{i}", float(s + r)) for i, (s, r) in enumerate(zip(start, rise, strict=True))]
    table = everyone_table(floor_of(rows), [OUTCOME], comparison(), None, STATISTICS)
    assert value(table, "mean_change.pre.post", group=EVERYONE) == pytest.approx(1.25)


# Does it last --------------------------------------------------------------------------------------------------------
def three(later: list[float]) -> Floor:
    rows = []
    for k, last in enumerate(later):
        rows += [("pre", f"k{k}", 2.0), ("post", f"k{k}", 3.0 + k % 2), ("later", f"k{k}", last)]
    return floor_of([*rows, ("pre", "z", 1.0), ("post", "z", 1.0)])


def test_kept_and_ratio_by_hand():
    """Ten rose by 1 and 2 in turn, 1.5 on average; later each but the last stands where it was, one a point lower."""
    later = [3.0 + k % 2 for k in range(9)] + [3.0]
    table = lasting_table(three(later), [OUTCOME], comparison(), "later", 0.5, STATISTICS)
    assert value(table, "mean_change.pre.post", group="all three") == pytest.approx(1.5)
    assert value(table, "mean_change.pre.post", group="these two") == pytest.approx(15 / 11)  # z stayed
    assert value(table, "gain_kept") == pytest.approx(-0.1)
    # sd of nine 0 and one -1 is .316; the lower limit -.1 - 2.262 × .1 lies above -.5
    assert value(table, "gain_kept", "note") == "kept"
    assert value(table, "retention_ratio") == pytest.approx(1.4 / 1.5)


def test_no_ratio_where_the_gain_is_not_sure():
    rows = [(wave, f"k{k}", 3.0 + (wave != "pre") * (1 if k % 2 else -1)) for k in range(12) for wave in WAVES]
    table = lasting_table(floor_of(rows), [OUTCOME], comparison(), "later", None, STATISTICS)
    assert np.isnan(value(table, "retention_ratio"))
    assert value(table, "retention_ratio", "note").startswith("not estimable: the immediate gain")


def test_without_a_later_wave_the_table_is_empty():
    assert lasting_table(three([3.0] * 4), [OUTCOME], comparison(), None, None, STATISTICS).empty
    assert everyone_table(three([3.0] * 4), [OUTCOME], None, None, STATISTICS).empty


# The toy study -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["everyone", "attrition", "balance", "lasting"])
def test_no_count_leaves_with_these_tables(toy_results, name):
    private = pd.read_csv(toy_results / "6_statistics" / f"{name}.csv")
    shown = read_released(toy_results / "7_release" / f"{name}.csv")
    assert len(shown) == len(private) > 0
    assert shown[["n", "n_people", "n_missing"]].isna().all(axis=None)
    told = shown["estimate"].dropna()
    assert np.allclose(told * 100, np.rint(told * 100)), "two decimals"


def test_the_report_of_the_toy_study_says_who_is_missing(toy_results):
    page = (toy_results / "9_report" / "report.html").read_text(encoding="utf-8")
    section = page[page.index('id="sec-attrition"') :]
    assert "everyone with a valid survey" in section[:3000]
    assert "vanishes only if those lost changed by" in section
    assert "not estimable" in page
