"""Comparisons by hand: who is included, what is estimated, and that small or empty groups still give their rows."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from by_hand import about_table, floor_of, response_table, scale
from prepost.comparing import compare, levels, row_id, unique_ids
from prepost.conditions import Condition
from prepost.errors import StudyError
from prepost.movement import movement
from prepost.paired import Sides, first_stated, holds
from prepost.sheets import ItemRow
from prepost.study import Comparison, Level, Statistics
from prepost.tables import check

FEW = Statistics(ci_level=0.95, resamples=200)
ESTIMATES = {
    "mean_change",
    "mean_before",
    "mean_after",
    "sd_before",
    "sd_after",
    "hedges_g_av",
    "d_z",
    "rank_biserial",
    "wilcoxon",
    "paired_t",
}

# Person, module, before, after: changes 2, 0, 3 in A and -1, 1 in B; x did both modules. q answered only before.
PAIRS = [("x", "A", 2, 4), ("y", "A", 3, 3), ("z", "A", 1, 4), ("x", "B", 4, 3), ("w", "B", 2, 3)]
OUTCOME = scale("s", ["a"], smallest_effect=1.0)
ABOUT = [
    {"key": key, "role": role, "age": age}
    for key, role, age in [("x", "GP", 30), ("y", "Nurse", 40), ("z", "GP", None)]
]


def plan(name: str = "main", **options) -> Comparison:
    """A comparison of pre and post."""
    return Comparison(
        **{
            "name": name,
            "label": name,
            "role": "secondary",
            "wave_from": "pre",
            "wave_to": "post",
            "outcomes": ["s"],
            **options,
        }
    )


@pytest.fixture
def floor():
    """Five pairs of four people in two modules."""
    before = [{"wave": "pre", "key": key, "module": module, "a": a} for key, module, a, _ in PAIRS]
    after = [{"wave": "post", "key": key, "module": module, "a": b} for key, module, _, b in PAIRS]
    alone = [{"wave": "pre", "key": "q", "module": "A", "a": 5}]
    return floor_of(response_table([*before, *alone, *after]), about_table(ABOUT, ("age",)), [OUTCOME])


def results(floor, *comparisons: Comparison) -> pd.DataFrame:
    """Comparisons by row_id, held to their schema."""
    return check(compare(floor, [OUTCOME], comparisons, FEW, 1), "comparisons", "comparisons").set_index("row_id")


def test_the_mean_change_knows_who_gave_two_pairs(floor) -> None:
    found = results(floor, plan()).loc["main.s.all.all.mean_change"]
    assert (found["n"], found["n_people"], found["n_missing"]) == (5, 4, 0)
    assert found["estimate"] == 1.0
    # Residual sums x 1-2=-1, y -1, z 2, w 0; V = (1/.6 + 1/.8 + 4/.8)/25; w = 4/.6 and three times 1/.8.
    se = math.sqrt((1 / 0.6 + 1 / 0.8 + 4 / 0.8) / 25)
    w = [4 / 0.6, 1.25, 1.25, 1.25]
    df = 25 / (7 + (sum(w) ** 2 - sum(x * x for x in w)) / 25)
    assert found["statistic"] == pytest.approx(1 / se)
    assert found["df"] == pytest.approx(df) == pytest.approx(8 / 3)
    assert "fewer than 4 degrees of freedom" in found["note"]


def test_the_paired_t_and_the_moments_take_pairs_as_they_are(floor) -> None:
    found = results(floor, plan())
    # Deviations from 1: 1, -1, 2, -2, 0; sum of squares 10; s² = 2.5; se = sqrt(.5).
    naive = found.loc["main.s.all.all.paired_t"]
    assert naive["df"] == 4
    assert naive["statistic"] == pytest.approx(math.sqrt(2))
    assert found.loc["main.s.all.all.mean_before", "estimate"] == pytest.approx(12 / 5)
    assert found.loc["main.s.all.all.mean_after", "estimate"] == pytest.approx(17 / 5)
    # Before 2 3 1 4 2: sum of squares 34 - 144/5 = 5.2. After 4 3 4 3 3: 59 - 289/5 = 1.2.
    assert found.loc["main.s.all.all.sd_before", "estimate"] == pytest.approx(math.sqrt(1.3))
    assert found.loc["main.s.all.all.sd_after", "estimate"] == pytest.approx(math.sqrt(0.3))
    assert found.loc["main.s.all.all.d_z", "estimate"] == pytest.approx(1 / math.sqrt(2.5))
    assert set(found["estimate_name"]) == ESTIMATES


def test_groups_add_up_and_a_group_of_one_pair_has_no_interval(floor) -> None:
    found = results(floor, plan("by_module", group_by="module"), plan("by_role", group_by="role"))
    n = found[found["estimate_name"] == "mean_change"].set_index(["comparison", "group"])["n"]
    assert n.to_dict() == {
        ("by_module", "A"): 3,
        ("by_module", "B"): 2,
        ("by_role", "GP"): 3,
        ("by_role", "Nurse"): 1,
        ("by_role", "not stated"): 1,
    }
    assert found.loc["by_module.s.module.a.mean_change", "estimate"] == pytest.approx(5 / 3)
    assert found.loc["by_module.s.module.b.mean_change", ["estimate", "statistic"]].tolist() == [0.0, 0.0]
    one = found.loc["by_role.s.role.nurse.mean_change"]
    assert one["estimate"] == 0.0
    assert one[["ci_low", "ci_high", "ci_level", "statistic", "df", "p"]].isna().all()
    assert "one pair only" in one["note"]


def test_the_primary_role_stands_on_the_mean_change_alone(floor) -> None:
    found = results(floor, plan("first", role="primary"), plan("check", role="sensitivity"))
    roles = found.groupby(["comparison", "role"])["estimate_name"].agg(set)
    assert roles["first", "primary"] == {"mean_change"}
    assert roles["first", "secondary"] == ESTIMATES - {"mean_change"}
    assert roles["check", "sensitivity"] == ESTIMATES


def test_families_are_adjusted_as_declared(floor) -> None:
    found = results(
        floor,
        plan("m", group_by="module", family="f", adjust="holm"),
        plan("n", family="g", adjust="none"),
        plan("o", adjust="bh"),
    )
    changes = found[found["estimate_name"] == "mean_change"]
    p = changes.loc["m.s.module.a.mean_change", "p"]
    assert changes.loc["m.s.module.b.mean_change", "p"] == pytest.approx(1.0)
    assert changes.loc["m.s.module.a.mean_change", "p_adjusted"] == pytest.approx(2 * p)
    assert changes[changes["comparison"] != "m"]["p_adjusted"].isna().all()
    assert found[found["estimate_name"] != "mean_change"]["p_adjusted"].isna().all()


@pytest.mark.parametrize(
    ("include", "people"),
    [
        ({"equals": {"about.role": "GP"}}, "xxz"),
        ({"not": {"equals": {"about.role": "GP"}}}, "wy"),  # of w no role is known: only "not" holds
        ({"answered": "about.role"}, "xxyz"),
        ({"in": {"about.role": ["GP", "Nurse"]}}, "xxyz"),
        ({"between": {"about.age": [30, 40]}}, "xxy"),
        ({"between": {"about.age": [31, 40]}}, "y"),
        ({"any": [{"equals": {"about.role": "Nurse"}}, {"between": {"post.s": [4, 4]}}]}, "xyz"),
        ({"all": [{"equals": {"pre.a": 2}}, {"equals": {"post.a": 4}}]}, "x"),
        ({"equals": {"pre.a": "2"}}, "wx"),
        ({"equals": {"about.module": "B"}}, "wx"),
        ({"equals": {"about.role": "nobody"}}, ""),
    ],
)
def test_conditions_include_whom_they_name(floor, include, people) -> None:
    found = Sides(floor).paired(plan(include=include))
    key = floor.people["person"].tolist()
    names = dict(zip(key, ["x", "y", "z", "w", "q"], strict=True))
    assert "".join(sorted(found.pairs["person"].map(names))) == people


def test_a_condition_on_a_third_wave_looks_at_the_same_module() -> None:
    rows = [
        {"wave": wave, "key": key, "module": module, "a": 1} for key, module, _, _ in PAIRS for wave in ("pre", "post")
    ]
    later = [{"wave": "followup", "key": "x", "module": "B", "a": 3}]
    floor = floor_of(response_table(rows + later), about_table([]), [OUTCOME], waves=("pre", "post", "followup"))
    found = Sides(floor).paired(plan(include={"answered": "followup.s"}))
    assert found.pairs[["person", "module"]].values.tolist() == [["P00001", "B"]]


def test_a_condition_that_cannot_be_answered_is_the_users_to_mend(floor) -> None:
    with pytest.raises(StudyError, match="no answer to 'shoe_size' was read at 'about'"):
        Sides(floor).paired(plan(include={"answered": "about.shoe_size"}))
    with pytest.raises(StudyError, match="'pre.a' holds numbers, and 'often' is none"):
        Sides(floor).paired(plan(include={"in": {"pre.a": [2, "often"]}}))


@pytest.mark.parametrize("name", ["followup.a", "about.role"])
def test_a_condition_on_a_wave_or_source_without_a_row_holds_for_nobody(name) -> None:
    rows = [{"wave": wave, "key": "x", "module": "A", "a": 1} for wave in ("pre", "post")]
    floor = floor_of(response_table(rows), about_table([]), [OUTCOME], waves=("pre", "post", "followup"))
    for include in ({"answered": name}, {"equals": {name: "3"}}, {"between": {name: [0, 5]}}):
        assert Sides(floor).paired(plan(include=include)).pairs.empty
    assert len(Sides(floor).paired(plan(include={"not": {"answered": name}})).pairs) == 1


def test_not_stated_is_no_answer() -> None:
    column = pd.Series(["GP", "not stated", None], dtype="string")
    found = holds(Condition.model_validate({"answered": "about.role"}), lambda name: column)
    assert found.tolist() == [True, False, False]
    assert first_stated([column, pd.Series(["x", "y", None])], column.index).tolist() == ["GP", "y", "not stated"]


def test_pairs_with_a_missing_score_are_counted_as_missing() -> None:
    rows = [
        {"wave": "pre", "key": "x", "a": 1},
        {"wave": "post", "key": "x", "a": None},
        {"wave": "pre", "key": "y", "a": 2},
        {"wave": "post", "key": "y", "a": 4},
    ]
    found = results(floor_of(response_table(rows), about_table([]), [OUTCOME]), plan()).loc[
        "main.s.all.all.mean_change"
    ]
    assert (found["n"], found["n_missing"], found["estimate"]) == (1, 1, 2.0)


@pytest.mark.parametrize(
    "rows", [[], [{"wave": "pre", "key": "x", "a": 1}]], ids=["no responses", "a wave with no rows"]
)
@pytest.mark.parametrize("group_by", [None, "module", "role"])
def test_no_pairs_at_all_still_give_every_row(rows, group_by) -> None:
    floor = floor_of(response_table(rows), about_table([]), [OUTCOME])
    found = results(floor, plan(group_by=group_by, family="f", adjust="holm"))
    assert set(found["estimate_name"]) == ESTIMATES
    assert (found["n"] == 0).all()
    assert found[["estimate", "ci_low", "p"]].isna().all(axis=None)
    item = ItemRow(item="a", wording="A", scale="ordinal", low=1, high=5)
    moves, cells = movement(floor, [OUTCOME], [item], [plan(group_by=group_by)])
    assert (check(moves, "movement", "movement")["n"] == 0).all()
    assert (check(cells, "transitions", "transitions")["n"] == 0).all()


def test_levels_are_of_every_used_response_of_the_wave(floor) -> None:
    level = Level(name="now", label="Now", role="secondary", wave="pre", outcomes=["s"])
    by_role = level.model_copy(update={"name": "roles", "group_by": "role"})
    found = check(levels(floor, [level, by_role], FEW), "levels", "levels").set_index("row_id")
    row = found.loc["now.s.all.all.mean_level"]
    assert (row["n"], row["n_people"], row["n_unit"]) == (6, 5, "responses")
    assert row["estimate"] == pytest.approx(17 / 6)  # 2 3 1 4 2 and q's 5
    assert found.loc["roles.s.role.gp.mean_level", ["n", "estimate"]].tolist() == [3, pytest.approx(7 / 3)]
    assert found.loc["roles.s.role.not-stated.mean_level", "n"] == 2
    empty = levels(floor, [level.model_copy(update={"wave": "followup"})], FEW)
    assert (check(empty, "levels", "levels")["n"] == 0).all()


def test_movement_counts_steps_of_items_and_the_smallest_effect_of_scales(floor) -> None:
    item = ItemRow(item="a", wording="A", scale="ordinal", low=1, high=5)
    moves, cells = movement(floor, [OUTCOME], [item], [plan(), plan("by", group_by="module")])
    n = (
        check(moves, "movement", "movement")
        .set_index(["comparison", "outcome", "group", "direction"])
        .sort_index()["n"]
    )
    # Changes 2 0 3 -1 1; for the scale a change of exactly 1, its smallest effect, is "same".
    assert n["main", "s", "all"].to_dict() == {"better": 2, "same": 3, "worse": 0, "all": 5}
    assert n["main", "a", "all"].to_dict() == {"better": 3, "same": 1, "worse": 1, "all": 5}
    assert n["by", "s", "A"].to_dict() == {"better": 2, "same": 1, "worse": 0, "all": 3}
    cell = check(cells, "transitions", "transitions").set_index(["from", "to"])["n"]
    assert cell["2", "4"] == cell["3", "3"] == cell["1", "4"] == cell["4", "3"] == cell["2", "3"] == 1
    assert cell["2", "all"] == 2
    assert cell["all", "3"] == 3
    assert cell["all", "all"] == 5
    assert len(cell) == 36
    assert cell.drop("all", level="from").drop("all", level="to").sum() == 5


def test_adding_a_comparison_moves_no_other_interval(floor) -> None:
    alone, beside = results(floor, plan()), results(floor, plan("other", group_by="module"), plan())
    pd.testing.assert_frame_equal(alone, beside.loc[alone.index])


def test_names_that_come_out_alike_keep_their_own_address(floor) -> None:
    assert (
        row_id("by_module", "s", "module", "Core Skills", "mean_change") == "by_module.s.module.core-skills.mean_change"
    )
    assert unique_ids(["a", "a", "b", "a"]) == ["a", "a-2", "b", "a-3"]
    rows = [
        {"wave": wave, "key": key, "module": f"A{sign}B", "a": 1}
        for key, sign in ("x/", "y ")
        for wave in ("pre", "post")
    ]
    results(floor_of(response_table(rows), about_table([]), [OUTCOME]), plan(group_by="module"))
