"""Rows of effect sizes, of change beyond error and of the ends of the scales: by hand, and for groups that are bad."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from by_hand import about_table, floor_of, response_table, scale
from prepost.ceiling_table import ceiling_tables, limits
from prepost.comparing import compare
from prepost.effects_table import NAMES, ZERO_RULES, effects_table
from prepost.facts import Facts
from prepost.lines import PrivateFloors, lines_behind
from prepost.matching import match
from prepost.movement import movement
from prepost.paired import Sides
from prepost.relations import count_system
from prepost.report.change_words import comparison_outcomes, looking_back_words
from prepost.report.change_words import movement as movement_words
from prepost.report.effect_tables import thinking_back
from prepost.report.messages import Words, how_sure, key_messages
from prepost.schemas import TOLD
from prepost.sheets import ItemRow
from prepost.study import Comparison, Nouns, Statistics, Wave
from prepost.study_loading import load_resolved
from prepost.tables import check
from prepost.thresholds import threshold
from scipy import stats

FEW = Statistics(ci_level=0.95, resamples=200)
LABELS = "1=No|2=Rather no|3=So so|4=Rather yes|5=Yes"
ITEMS = [ItemRow(item=name, wording=name, scale="ordinal", low=1, high=5, labels=LABELS) for name in "ab"]
SCALE = scale("s", ["a", "b"], smallest_effect=0.25, min_answered=2)
PLAN = Comparison(
    name="primary", label="p", role="primary", wave_from="pre", wave_to="post", outcomes=["s"], adjust="none"
)


def floor(before: list[tuple], after: list[tuple], people: str = "", outcome=SCALE):
    """Pairs of two answers before and after; the place is the person, or the letter that `people` gives."""
    keys = people or [f"p{place:02}" for place in range(len(before))]
    rows = [
        {"wave": wave, "key": key, "module": f"M{place}" if people else "M", "a": a, "b": b}
        for wave, side in (("pre", before), ("post", after))
        for place, (key, (a, b)) in enumerate(zip(keys, side, strict=True))
    ]
    return floor_of(response_table(rows), about_table([]), [outcome])


def effects_of(found, outcome=SCALE, plan=PLAN) -> pd.DataFrame:
    """Rows of effects by name, held to their schema."""
    table = effects_table(found, [outcome], ITEMS, [plan], FEW, 1)
    return check(table, "effects", "effects").set_index("estimate_name")


# Scale scores before 1 2 3 4 5, after 2 2 4 5 4: changes 1 0 1 1 -1.
BEFORE = [(1, 1), (2, 2), (3, 3), (4, 4), (5, 5)]
AFTER = [(2, 2), (2, 2), (4, 4), (5, 5), (4, 4)]


def test_effect_sizes_by_hand() -> None:
    found = effects_of(floor(BEFORE, AFTER))
    mean, sd_change = 0.4, math.sqrt(0.8)  # deviations .6 -.4 .6 .6 -1.4: squares sum to 3.2, over 4
    sd_before, sd_after = math.sqrt(2.5), math.sqrt(1.8)  # after: mean 3.4, squares 57.8 over five: 65 - 57.8 = 7.2
    average = (sd_before + sd_after) / 2
    r = (2.5 + 1.8 - 0.8) / 2 / (sd_before * sd_after)
    wanted = {
        "d_av": mean / average,
        "hedges_g_av": mean / average * (1 - 3 / 15),
        "d_rms": mean / math.sqrt((2.5 + 1.8) / 2),
        "d_z": mean / sd_change,
        "d_rm": mean / sd_change * math.sqrt(2 * (1 - r)),
        "net_improvement": 2 / 5,
        "p_superiority": 3.5 / 5,
        "rank_biserial": (7.5 - 2.5) / 10,  # four moved by one each: rank 2.5
        "sign_test": 3 / 4,
    }
    for name, value in wanted.items():
        assert found.loc[name, "estimate"] == pytest.approx(value), name
    ranks = {"wilcox": 7.5, "pratt": 3 * 3.5, "zsplit": 3 * 3.5 + 0.5}  # with the zero the four share rank 3.5
    for rule, statistic in ranks.items():
        assert found.loc[f"wilcoxon_{rule}", "statistic"] == pytest.approx(statistic)
    assert found.loc["sign_test", "p"] == pytest.approx(10 / 16)  # 2 (1 + 4) / 2^4
    assert set(found["role"]) == {"secondary"}


def test_rows_that_tell_a_count_carry_the_smallest_one() -> None:
    found = effects_of(floor(BEFORE, AFTER))
    telling = {"p_superiority", "net_improvement", "sign_test", *(f"wilcoxon_{rule}" for rule in ZERO_RULES)}
    assert set(found.index[found[TOLD].notna()]) == telling
    assert set(found.loc[sorted(telling), TOLD]) == {1}  # 3 up, 1 down, 1 unmoved
    v = found["statistic"]
    assert v["wilcoxon_pratt"] - v["wilcoxon_wilcox"] == 3 * 1  # ups times unmoved: why they tell
    compared = compare(floor(BEFORE, AFTER), [SCALE], [PLAN], FEW, 1).set_index("estimate_name")
    assert compared.loc["wilcoxon", TOLD] == 1  # of 4 moved and 1 unmoved
    # beside the rank-biserial r = .5 the rank sum V = 7.5 gives m (m + 1) / 2 = 2 V / (1 + r) = 10: four moved
    assert 2 * compared.loc["wilcoxon", "statistic"] / (1 + compared.loc["rank_biserial", "estimate"]) == 10


def test_the_same_pairs_have_the_same_resamples_in_both_tables() -> None:
    rng = np.random.default_rng(5)
    before, after = ([tuple(pair) for pair in rng.integers(1, 6, (24, 2))] for _ in range(2))
    found = floor(before, after, people="aabbccddeeffgghhiijjkkll")
    mine = effects_of(found)
    theirs = compare(found, [SCALE], [PLAN], FEW, 1).set_index("estimate_name")
    for name in ("hedges_g_av", "d_z", "rank_biserial"):
        for column in ("estimate", "ci_low", "ci_high", "n", "n_people"):
            assert mine.loc[name, column] == theirs.loc[name, column], (name, column)
    assert np.isfinite(mine.loc["d_z", "ci_low"])


@pytest.mark.parametrize(
    ("before", "after", "people"),
    [
        ([], [], ""),
        ([(1, 2)], [(2, 3)], ""),
        ([(1, 2), (3, 4)], [(2, 3), (3, 4)], ""),
        ([(1, 2), (2, 3), (3, 5)], [(2, 2), (4, 4), (3, 4)], "aaa"),  # one person
        ([(1, 2), (2, 3), (3, 5), (4, 4)], [(1, 2), (2, 3), (3, 5), (4, 4)], ""),  # nobody moved
        ([(3, 3)] * 4, [(3, 3)] * 4, ""),  # all equal
        ([(5, 5)] * 4, [(5, 5)] * 4, ""),  # all at the ceiling
        ([(3, 3)] * 12, [(4, 4)] * 12, "aabbccddeeff"),  # each change the same
    ],
)
def test_no_number_is_missing_without_a_word(before, after, people) -> None:
    found = floor(before, after, people)
    table = effects_of(found)
    assert {*NAMES, "sign_test", "reliable_change", "null_same"} <= set(table.index)
    number = np.where(table.index.str.startswith("wilcoxon"), table["p"].isna(), table["estimate"].isna())
    assert not (number & table["note"].isna()).any(), table[number & table["note"].isna()].index
    counts, room = ceiling_tables(found, [SCALE], ITEMS, PLAN, FEW)
    check(counts, "ceiling", "ceiling")
    room = check(room, "room", "room")
    assert not (room["estimate"].isna() & room["note"].isna()).any()
    no_interval = room["ci_low"].isna() & (room["estimate_name"] == "change_with_room")
    assert not (no_interval & room["note"].isna()).any()
    whole = counts[counts["place"] == "all"]
    assert whole["n"].tolist() == [len(before)] * 2


def test_a_grouped_comparison_has_no_effect_sizes_and_a_sensitivity_keeps_its_role() -> None:
    grouped = PLAN.model_copy(update={"role": "secondary", "group_by": "module"})
    found = floor(BEFORE, AFTER)
    assert effects_table(found, [SCALE], ITEMS, [grouped], FEW, 1).empty
    sensitive = PLAN.model_copy(update={"role": "sensitivity"})
    assert set(effects_of(found, plan=sensitive)["role"]) == {"sensitivity"}


# Change beyond error --------------------------------------------------------------------------------------------------
# Answers before (1,2) (2,1) (3,4) (4,3) (5,5): item variances 2.5 and 2.5, covariance 2 (deviations -2 -1 0 1 2 and
# -1 -2 1 0 2: 2 + 2 + 0 + 0 + 4 = 8, over 4). Total variance 9, alpha 2 (1 - 5/9) = 8/9; mean of both: variance 9/4.
UNEVEN = [(1, 2), (2, 1), (3, 4), (4, 3), (5, 5)]
SEM = 1.5 * math.sqrt(1 / 9)  # 0.5
RELIABLE = 1.959963984540054 * math.sqrt(2) * SEM  # 1.386


def test_the_reliable_change_and_what_error_alone_would_move_by_hand() -> None:
    found = effects_of(floor(UNEVEN, AFTER))
    assert found.loc["reliable_change", "estimate"] == pytest.approx(RELIABLE)
    # a mean of two answers moves in halves; more than .25 begins at .5, half a step below it is .25
    moved = stats.norm.cdf(-0.25 / (math.sqrt(2) * SEM))
    assert found.loc["null_improved", "estimate"] == found.loc["null_worse", "estimate"] == pytest.approx(moved)
    assert found.loc["null_same", "estimate"] == pytest.approx(1 - 2 * moved)
    row = found.loc["null_same"]
    assert (row["group_by"], row["group"], row["n"], row["n_unit"]) == ("wave", "pre", 5, "people")


def test_movement_counts_beyond_the_threshold_that_is_declared() -> None:
    after = [(2, 3), (4, 3), (3, 4), (4, 4), (3, 3)]  # changes 1, 2, 0, .5, -2
    declared = scale("s", ["a", "b"], smallest_effect=0.25, min_answered=2, moves="reliable_change")
    for outcome, wanted in ((SCALE, [3, 1, 1, 5]), (declared, [1, 3, 1, 5])):
        moves, _ = movement(floor(UNEVEN, after, outcome=outcome), [outcome], ITEMS, [PLAN])
        assert moves.loc[moves["outcome"] == "s", "n"].tolist() == wanted
    one_item = scale("s", ["a"], moves="reliable_change", smallest_effect=0.25)
    at_wave = Sides(floor(UNEVEN, after, outcome=one_item)).at_wave("pre")
    found = threshold(at_wave, one_item)
    assert found.edge == 0.25 and math.isnan(found.reliable) and "one item" in found.note


# Room to rise ---------------------------------------------------------------------------------------------------------
def test_who_stands_at_the_ends_and_the_change_of_those_with_room_by_hand() -> None:
    outcome = scale("s", ["a", "b"], smallest_effect=0.25, min_answered=2, retest=0.75)
    counts, room = ceiling_tables(floor(BEFORE, AFTER, outcome=outcome), [outcome], ITEMS, PLAN, FEW)
    by_wave = {wave: rows["n"].tolist() for wave, rows in counts.groupby("wave")}
    assert by_wave == {"pre": [1, 3, 1, 5], "post": [0, 4, 1, 5]}  # floor, between, ceiling, all
    room = room.set_index("estimate_name")
    assert set(room["n"]) == {4}  # all but the one who began at 5
    assert room.loc["observed_change", "estimate"] == pytest.approx(3 / 4)
    assert room.loc["expected_change", "estimate"] == pytest.approx(0.25 * (3 - 2.5))
    assert room.loc["change_with_room", "estimate"] == pytest.approx(3 / 4 - 0.125)
    note = room.loc["change_with_room", "note"]
    assert "regression to the mean" in note and "alpha" not in note
    assert set(room["role"]) == {"sensitivity"}


def test_without_a_retest_alpha_stands_in_and_is_told() -> None:
    _, room = ceiling_tables(floor(UNEVEN, AFTER), [SCALE], ITEMS, PLAN, FEW)
    room = room.set_index("estimate_name")
    # four began below 5, with scores 1.5 1.5 3.5 3.5, of a mean of 3: (1 - 8/9) (3 - 2.5)
    assert room.loc["expected_change", "estimate"] == pytest.approx((1 - 8 / 9) * (3 - 2.5))
    assert "alpha stands in" in room.loc["change_with_room", "note"]


def test_the_ends_of_a_sum_and_of_items_that_differ() -> None:
    items = {item.item: item for item in ITEMS}
    assert limits(scale("s", ["a", "b"], method="sum"), items) == (2, 10)
    other = ItemRow(item="b", wording="b", scale="ordinal", low=1, high=3, labels="1=No|2=So so|3=Yes")
    assert limits(SCALE, items | {"b": other}) is None


def test_the_wall_knows_that_room_and_ceiling_make_all() -> None:
    outcome = scale("s", ["a"], smallest_effect=0.25)
    found = floor(BEFORE, AFTER, outcome=outcome)
    counts, room = ceiling_tables(found, [outcome], ITEMS, PLAN, FEW)
    moves, cells = movement(found, [outcome], ITEMS, [PLAN])
    system = count_system({"ceiling": counts, "room": room, "movement": moves, "transitions": cells})
    at = system.cells
    ids = [at["room", room["row_id"].iloc[0], "n"], at["ceiling", "primary.s.pre.ceiling", "n"]]
    whole = at["ceiling", "primary.s.pre.all", "n"]
    assert {ids[0]: 1, ids[1]: 1, whole: -1} in [dict(relation) for relation in system.relations]
    # an outcome of one item stands at the ceiling where its item has its highest answer
    assert at["ceiling", "primary.s.pre.ceiling", "n"] == at["transitions", "primary.a.5.all", "n"]


# Thinking back --------------------------------------------------------------------------------------------------------
def test_one_line_may_give_an_answer_thinking_back_and_it_is_never_pooled() -> None:
    """The after-file asks 'before the training I was …' as well: one raw line is a response of two waves."""
    rows = [
        {"wave": "pre", "key": "x", "module": "M", "a": 4, "b": 4},
        {"wave": "then", "key": "x", "module": "M", "a": 2, "b": 2},
        {"wave": "post", "key": "x", "module": "M", "a": 5, "b": 5},
        {"wave": "then", "key": "y", "module": "M", "a": 3, "b": 3},
        {"wave": "post", "key": "y", "module": "M", "a": 4, "b": 4},
    ]
    responses = response_table(rows)
    responses.loc[responses["wave"] == "then", "source"] = "post_file"
    lines = {"x": 7, "y": 8}
    later = responses["wave"] != "pre"
    responses.loc[later, "line"] = responses.loc[later, "key"].map(lines).astype("int64")
    found = floor_of(responses, about_table([]), [SCALE], waves=("pre", "then", "post"))
    back = PLAN.model_copy(update={"name": "back", "role": "secondary", "wave_from": "then"})
    table = compare(found, [SCALE], [PLAN, back], FEW, 1)
    change = table[table["estimate_name"] == "mean_change"].set_index("comparison")
    assert change["n"].to_dict() == {"primary": 1, "back": 2}  # y answered no first survey, and gets no first score
    assert change["estimate"].to_dict() == {"primary": 1.0, "back": 2.0}
    assert set(table["n"]) == {1, 2}  # no row holds the three answers together


def test_thinking_back_is_no_survey_of_its_own() -> None:
    waves = ("pre", "then", "post")
    rows = [{"wave": wave, "key": "x", "module": "M", "a": 3, "b": 3} for wave in waves]
    options = {"key": ["key"], "rules": ["trim"], "waves": waves, "several": "last"}
    responses, about = response_table(rows), about_table([])
    assert len(match(responses, about, **options).triples) == 1
    found = match(responses, about, **options, thinking_back=["then"])
    assert found.triples.empty and len(found.pairs) == 3


def test_the_report_sets_a_change_from_thinking_back_apart() -> None:
    waves = [Wave(name=name, label=name, when=name) for name in ("pre", "then", "post")]
    waves[1] = Wave(name="then", label="then", when="then", thinking_back_to="pre")
    back = PLAN.model_copy(update={"name": "back", "role": "secondary", "wave_from": "then", "label": "From then"})
    settings = SimpleNamespace(waves=waves, comparisons=[PLAN, back], outcome=lambda name: SCALE, statistics=FEW)
    fact = {"value": 0.5, "text": "0.50", "mark": "", "source": {}}
    key = "comparisons/back.s.all.all.mean_change/estimate"
    words = Words(settings, ITEMS, Facts({key: fact}), {}, str)
    shown = thinking_back(words)
    assert shown.iloc[0].tolist()[:2] == ["s", "From then (thinking back)"] and "0.50" in shown.iloc[0].tolist()
    assert "never pooled" in looking_back_words(words)
    settings.comparisons = [PLAN]
    assert looking_back_words(words) == ""


# The toy study --------------------------------------------------------------------------------------------------------
def test_the_toy_study_has_the_rows_and_they_lead_back_to_their_lines(toy_results) -> None:
    floors = PrivateFloors(load_resolved(toy_results / "run_config.yaml"), toy_results)
    read = {
        name: pd.read_csv(toy_results / "6_statistics" / f"{name}.csv").set_index("row_id", drop=False)
        for name in ("effects", "ceiling", "room", "comparisons")
    }
    whole = read["ceiling"].loc["primary.confidence.pre.all"]
    change = read["comparisons"].loc["primary.confidence.all.all.mean_change"]
    assert whole["n"] == change["n"] == 20
    room = read["room"].loc["primary.confidence.room.with-room.observed_change"]
    at_top = read["ceiling"].loc["primary.confidence.pre.ceiling", "n"]
    assert room["n"] + at_top == 20
    for table, row in (("ceiling", whole), ("room", room)):
        assert len(lines_behind(table, row, floors)) == 2 * row["n"]
    null = read["effects"].loc["primary.confidence.wave.pre.null_improved"]
    assert len(lines_behind("effects", null, floors)) == null["n"]


# Words ----------------------------------------------------------------------------------------------------------------
def words_of(outcomes: list, facts: dict[str, tuple]) -> Words:
    """Words of a study of these outcomes; each fact is its value, its text and its mark."""
    made = {
        key: {"value": value, "text": text, "mark": mark, "source": {}} for key, (value, text, mark) in facts.items()
    }
    waves = [Wave(name="pre", label="Before", when="before it"), Wave(name="post", label="After", when="after it")]
    settings = SimpleNamespace(
        waves=waves,
        levels=[],
        comparisons=[PLAN.model_copy(update={"outcomes": [outcome.name for outcome in outcomes]})],
        outcome={outcome.name: outcome for outcome in outcomes}.__getitem__,
        statistics=FEW,
        nouns=Nouns(),
    )
    read = Facts(made)
    return Words(settings, ITEMS, read, {}, lambda key, text=None: text or read[key].text)


def moved(share: float | None, mark: str = "") -> tuple:
    return share, "fewer than 10" if mark == "c" else f"{share or 0:.0%}", mark


def test_beside_who_moved_stands_what_error_alone_would_move() -> None:
    facts = {
        f"movement/primary.s.all.all.{way}/share": moved(part) for way, part in {"better": 0.6, "same": 0.3}.items()
    } | {"movement/primary.s.all.all.worse/share": moved(None, "c")}
    null = {f"effects/primary.s.wave.pre.null_{name}/estimate": (0.22, "0.22", "") for name in ("improved", "worse")}
    said = movement_words(words_of([SCALE], facts | null))
    assert "60% moved up by more than 0.25 points, 30% stayed within that, fewer than 10 moved down" in said
    assert "errors of measurement alone would move about 22% up and 22% down" in said
    assert "errors of measurement" not in movement_words(words_of([SCALE], facts))
    declared = SCALE.model_copy(update={"moves": "reliable_change"})
    edge = {"effects/primary.s.wave.pre.reliable_change/estimate": (1.386, "1.39", "")}
    assert "by more than 1.39 points" in movement_words(words_of([declared], facts | edge))
    none = {"effects/primary.s.wave.pre.reliable_change/estimate": (None, "not available", "x")}
    assert "by more than 0.25 points" in movement_words(words_of([declared], facts | none))  # as the counts were made
    assert "cannot" not in said and movement_words(words_of([SCALE], {})).startswith("No completions were matched")


def test_an_outcome_for_comparison_is_no_key_message_and_has_its_sentence() -> None:
    control = scale("t", ["a"], control=True, phrase="handwriting", label="Handwriting")
    facts = {}
    for name, value in (("s", 0.5), ("t", 0.9)):
        cells = {"estimate": value, "ci_low": value - 0.1, "ci_high": value + 0.1, "n": 50, "n_people": 50}
        for column, number in cells.items():
            facts[f"comparisons/primary.{name}.all.all.mean_change/{column}"] = (number, f"{number:g}", "")
    words = words_of([SCALE, control], facts)
    said = comparison_outcomes(words)
    assert "Handwriting was asked as an outcome that the training should not change" in said
    assert "handwriting was 0.9 points higher" in said
    messages = [message for message in key_messages(words) if "#sec-change" in message]
    assert len(messages) == 1 and "self-rated s was 0.5 points higher" in messages[0]
    assert comparison_outcomes(words_of([SCALE], facts)) == ""


def test_further_key_messages_say_waves_and_scale_no_second_time() -> None:
    other = scale("t", ["a"], phrase="handwriting", label="Handwriting")
    facts = {}
    for name, value, half in (("s", 0.5, 0.1), ("t", 0.05, 0.2)):
        cells = {"estimate": value, "ci_low": value - half, "ci_high": value + half, "n": 50, "n_people": 50}
        for column, number in cells.items():
            facts[f"comparisons/primary.{name}.all.all.mean_change/{column}"] = (number, f"{number:.2f}", "")
    words = words_of([SCALE, other], facts)
    first, second = [message for message in key_messages(words) if "#sec-change" in message]
    assert "point scale" in first and "Among 50.00 matched" in first
    expected = (
        "Self-rated handwriting was about the same (change 0.05 points, 95% CI -0.15 to 0.25; 50.00 completions)."
    )
    assert second.startswith(expected)


def test_a_main_comparison_of_outcomes_for_comparison_alone_is_no_key_message() -> None:
    words = words_of([scale("t", ["a"], control=True, phrase="handwriting", label="Handwriting")], {})
    assert [message for message in key_messages(words) if "#sec-change" in message] == []


def test_a_study_without_a_main_comparison_speaks_of_no_change() -> None:
    words = words_of([SCALE], {})
    words.primary = None
    assert "not compared" in how_sure(words)
    assert "no change to report" in next(key_messages(words))
