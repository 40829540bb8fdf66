"""What figures and their tables must hold to: the finding in words, nothing withheld drawn, text that fits and reads.

Expected numbers are paper-and-pencil; the arithmetic stands beside them.
"""

from __future__ import annotations

import json
import math
import re
import subprocess
import sys
from dataclasses import replace
from xml.etree import ElementTree

import pandas as pd
import pytest
import released_example as example
from prepost import exhibits
from prepost.facts import facts_of
from prepost.figures import FIGURES, cells, likert, modules, participants, style, to_svg, transitions, words
from prepost.sheets import ItemRow
from prepost.study import Outcome
from prepost.table_names import FIGURES_OF, PUBLISHED

PRINTED = {figure for part in PUBLISHED for figure in FIGURES_OF[part]}
REFUSED = (
    r"\bimpact|effect of|led to|improved by|\bdrives?\b|\bproves?\b|\bsignificant|\bsustained|\bsaving|representative"
)


@pytest.fixture(scope="module")
def setting():
    return example.setting()


@pytest.fixture(scope="module")
def tables():
    return example.tables()


@pytest.fixture(scope="module")
def hidden():
    return example.tables(120, threshold=10**6)


@pytest.fixture(scope="module")
def drawings(tables, setting):
    return {name: draw(tables, setting) for name, draw in FIGURES.items()}


def written(drawing) -> list[str]:
    return [text.get_text() for text in drawing.figure.axes[0].texts]


def change(outcome, value, low, high, **more) -> dict:
    row = {
        "row_id": f"{outcome}.{more.get('group', 'all')}.mean_change", "role": "primary", "comparison": "primary",
        "outcome": outcome, "group_by": "all", "group": "all", "wave_from": "pre", "wave_to": "post",
        "estimate_name": "mean_change", "estimate": value, "ci_low": low, "ci_high": high, "n": 2473, "n_unit": "pairs",
    }  # fmt: skip
    return row | more


def square(item: str, counts: list[list[int]], *, threshold: int = 1):
    """A released transitions table of one item, from its inner counts."""
    codes = [str(k + 1) for k in range(len(counts))]
    inner = {(a, b): counts[i][j] for i, a in enumerate(codes) for j, b in enumerate(codes)}
    for a in codes:
        inner[a, "all"] = sum(inner[a, b] for b in codes)
        inner["all", a] = sum(inner[b, a] for b in codes)
    inner["all", "all"] = sum(map(sum, counts))
    common = {"comparison": "primary", "item": item, "n_unit": "pairs"}
    return example.release(
        [{**common, "from": a, "to": b, "n": n} for (a, b), n in inner.items()], "transitions", threshold
    )


# Every figure --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", FIGURES)
def test_svg_is_whole_named_and_the_same_twice(name, drawings, tables, setting):
    svg = to_svg(drawings[name])
    root = ElementTree.fromstring(svg)
    space = "{http://www.w3.org/2000/svg}"
    assert root.find(f"{space}title").text == drawings[name].title
    assert root.find(f"{space}desc").text == drawings[name].alt
    assert root.get("role") == "img"
    assert svg == to_svg(FIGURES[name](tables, setting))
    for leak in ("<metadata", "<!DOCTYPE", "matplotlib", "dc:date"):
        assert leak not in svg


@pytest.mark.parametrize("name", FIGURES)
def test_text_is_large_enough_for_a_phone_and_stays_on_the_sheet(name, drawings):
    drawing = drawings[name]
    for text in drawing.figure.axes[0].texts:
        # 375 px less two margins of 16 is 343 px; 12 px there are 12 * 400 / 343 = 14.0 points of a 400 point sheet
        assert text.get_fontsize() * 343 / style.WIDTH >= 12
        wide = style.text_width(text.get_text(), text.get_fontsize(), text.get_fontweight())
        x = text.get_position()[0] - {"left": 0, "center": wide / 2, "right": wide}[text.get_ha()]
        assert x >= 0 and x + wide <= style.WIDTH, text.get_text()


@pytest.mark.parametrize("name", FIGURES)
def test_words_claim_no_cause_and_say_synthetic(name, drawings, tables, setting):
    drawing = drawings[name]
    assert not re.search(REFUSED, " ".join([drawing.title, drawing.alt, *written(drawing)]), re.I)
    if name in PRINTED:  # what others have published is never synthetic
        assert style.PUBLISHED in written(drawing) and drawing.alt.endswith(f"{style.PUBLISHED}.")
    else:
        assert style.SYNTHETIC in written(drawing) and drawing.alt.endswith("Synthetic data.")
    real = FIGURES[name](tables, replace(setting, synthetic=False))
    assert style.SYNTHETIC not in written(real) and style.SYNTHETIC not in real.alt
    assert re.search(r"\d", drawing.alt), "an alternative text gives numbers"


@pytest.mark.parametrize("name", FIGURES)
@pytest.mark.parametrize("given", [{}, example.EMPTY], ids=["no tables", "empty tables"])
def test_nothing_to_show_is_said_plainly(name, given, setting):
    drawing = FIGURES[name](given, setting)
    assert "no figures to show" in drawing.title
    assert exhibits.exhibit_table(name, given, setting).empty
    assert exhibits.foot(name, given, setting)


@pytest.mark.parametrize("name", FIGURES)
def test_all_withheld_draws_no_number(name, hidden, setting):
    drawing = FIGURES[name](hidden, setting)
    assert "no figures to show" in drawing.title
    shown = exhibits.exhibit_table(name, hidden, replace(setting, threshold=10**6))
    assert not any(re.fullmatch(r"[−\d.,%]*[1-9][\d.,%]*", text) for text in shown.to_numpy().ravel())


# Outcomes ------------------------------------------------------------------------------------------------------------
def test_outcomes_title_is_the_largest_change(setting):
    rows = [change("understanding", 0.80, 0.77, 0.83), change("motivation", 0.21, 0.18, 0.24)]
    drawing = FIGURES["outcomes"]({"comparisons": example.release(rows, "comparisons")}, setting)
    assert drawing.title == "Self-rated understanding of personalised care rose most: 0.80 points"
    assert "0.80 (0.77 to 0.83)" in written(drawing)
    assert "Motivation: withheld before" in drawing.alt  # no row of means was given


@pytest.mark.parametrize(
    ("rows", "title"),
    [
        ([("understanding", -0.4, -0.5, -0.3)], "Self-rated understanding of personalised care fell by 0.40 points"),
        ([("understanding", 0.02, -0.05, 0.09)], "Self-rated understanding of personalised care: no clear change"),
        ([("understanding", 0.02, -0.05, 0.09), ("confidence", -0.01, -0.04, 0.02)],
         "No outcome has a change clear of zero"),
    ],
)  # fmt: skip
def test_outcomes_title_is_honest(rows, title, setting):
    table = example.release([change(*row) for row in rows], "comparisons")
    assert FIGURES["outcomes"]({"comparisons": table}, setting).title == title


def test_outcomes_on_different_scales_are_drawn_standardised(setting):
    seven = {k: row.model_copy(update={"high": 7.0}) for k, row in setting.items.items() if k.startswith("motivation")}
    mixed = replace(setting, items={**setting.items, **seven})
    rows = [change(name, 0.5, 0.4, 0.6) for name in ("understanding", "motivation")]
    rows += [
        {**change(name, g, g - 0.1, g + 0.1), "row_id": f"{name}.g", "estimate_name": "hedges_g_av"}
        for name, g in (("understanding", 0.9), ("motivation", 0.3))
    ]
    drawing = FIGURES["outcomes"]({"comparisons": example.release(rows, "comparisons")}, mixed)
    assert drawing.title == "Self-rated understanding of personalised care rose most: 0.90 standard deviations"


# Modules -------------------------------------------------------------------------------------------------------------
def test_modules_name_what_is_withheld_and_order_by_size(drawings):
    text = " ".join(written(drawings["modules"]))
    small = "Maternity Personalised Care and Support Planning"
    assert f"Withheld in full, to protect people in small groups: {small}" in text
    assert text.index("Shared Decision Making") < text.index("Core Skills") < text.index("Remote Consultations")


def test_a_module_with_a_withheld_base_keeps_its_change_and_hides_n(setting):
    rows = [change("understanding", 0.5, 0.4, 0.6)]
    by = {"group_by": "module", "comparison": "by_module", "role": "secondary"}
    rows += [
        change("understanding", value, value - 0.2, value + 0.2, group=m, **by) for m, value in (("A", 0.4), ("B", 0.6))
    ]
    table = example.release(rows, "comparisons")
    table.loc[2, ["n", "n_mark"]] = [None, "w"]
    drawing = modules.draw({"comparisons": table}, setting)
    assert "B (n withheld)" in written(drawing) and "0.60" in written(drawing)
    assert (
        drawing.title
        == "Self-rated understanding of personalised care rose in all 2 modules shown, by 0.40 to 0.60 points"
    )


# Items ---------------------------------------------------------------------------------------------------------------
# Answers 1-5 of 100 pairs; rows before. Before: 20, 20, 20, 20, 20. After (columns): 10, 10, 10, 30, 40.
COUNTS = [[10, 5, 0, 5, 0], [0, 5, 5, 10, 0], [0, 0, 5, 10, 5], [0, 0, 0, 5, 15], [0, 0, 0, 0, 20]]


def test_likert_shares_above_the_middle(setting):
    given = {"comparisons": example.release([change("understanding", 0.8, 0.7, 0.9)], "comparisons")}
    given["transitions"] = square("understanding_1", COUNTS)
    (answers,) = likert.answers_of(given, "primary", setting.outcome("understanding"), setting)
    assert likert.upper(answers.before, answers.codes) == pytest.approx(0.40)  # 20 + 20 of 100
    assert likert.upper(answers.after, answers.codes) == pytest.approx(0.70)  # 30 + 40 of 100
    drawing = FIGURES["likert"](given, setting)
    assert drawing.title.endswith("from 40% to 70%")


def test_moves_up_same_and_down(setting):
    given = {"comparisons": example.release([change("understanding", 0.8, 0.7, 0.9)], "comparisons")}
    given["transitions"] = square("understanding_1", COUNTS)
    found = transitions.first_square(given, "primary", setting.outcome("understanding"), setting)
    # on the diagonal 10 + 5 + 5 + 5 + 20 = 45; above it 5+0+5+0 + 5+10+0 + 10+5 + 15 = 55; below it none
    assert found.sums() == pytest.approx({"up": 0.55, "same": 0.45, "down": 0.0})
    assert FIGURES["transitions"](given, setting).title.startswith(
        "Of 100 pairs, 55 moved up, 45 stayed and 0 moved down"
    )


def test_a_withheld_tile_is_a_dash_and_its_sum_is_not_said(setting):
    given = {"comparisons": example.release([change("understanding", 0.8, 0.7, 0.9)], "comparisons")}
    given["transitions"] = square("understanding_1", COUNTS, threshold=10)
    drawing = FIGURES["transitions"](given, setting)
    tiles = written(drawing)
    assert "5" in tiles  # the code, not a count
    assert tiles.count("–") == 7  # the seven cells that hold five pairs
    assert "moved up," not in drawing.title and "7 numbers are withheld" in " ".join(tiles)


def test_an_item_that_is_mostly_withheld_is_left_out(setting):
    # of 48 pairs the only tile of ten or more holds 12, a quarter; the margins before are 15, 11, 8, 7, 7: 26 of 48
    counts = [[12, 1, 1, 1, 0], [1, 8, 1, 1, 0], [0, 1, 6, 1, 0], [0, 1, 1, 5, 0], [0, 1, 1, 0, 5]]
    given = {"comparisons": example.release([change("understanding", 0.8, 0.7, 0.9)], "comparisons")}
    given["transitions"] = square("understanding_1", counts, threshold=10)
    assert "no figures to show" in FIGURES["transitions"](given, setting).title
    assert exhibits.exhibit_table("transitions", given, setting).empty
    # after: 13, 12, 10, 8, 5, so 35 of 48 may be shown, and both sides have more than half
    assert "no figures to show" not in FIGURES["likert"](given, setting).title
    given["transitions"] = square("understanding_1", counts, threshold=12)
    assert "no figures to show" in FIGURES["likert"](given, setting).title  # before: 15 of 48


def test_likert_holds_at_most_eight_items(setting):
    # 35 items of one four-point scale, as in a real study: each item's after-count above the middle is its number
    row = {"scale": "ordinal", "low": 1, "high": 4}
    items = {f"a{k}": ItemRow(item=f"a{k}", wording=f"Skill number {k}", **row) for k in range(35)}
    ability = Outcome(name="ability", label="Ability", phrase="ability", items=list(items), smallest_effect=0.2)
    wide = replace(setting, items=items, outcomes=[ability])
    tables = [square(f"a{k}", [[20 - k // 2, 0, k // 2, 0], [10, 10, 0, 0], [0] * 4, [0, 0, 0, 30]]) for k in range(35)]
    given = {
        "comparisons": example.release([change("ability", 0.8, 0.7, 0.9)], "comparisons"),
        "transitions": pd.concat(tables, ignore_index=True),
    }
    drawn = [text for text in written(FIGURES["likert"](given, wide)) if text.startswith("Skill number")]
    assert len(drawn) == 8
    # pairs of items share a shift: 34 first, then 33 and 32, …; last the one that moved least
    assert drawn[0] == "Skill number 34" and drawn[-1] in ("Skill number 0", "Skill number 1")
    assert len(exhibits.exhibit_table("likert", given, wide)) == 70


def test_nineteen_modules_and_one_outcome(setting):
    rows = [change("understanding", 0.5, 0.4, 0.6)]
    by = {"group_by": "module", "comparison": "by_module", "role": "secondary"}
    rows += [change("understanding", k / 10, k / 10 - 0.3, k / 10 + 0.3, group=f"Pathway {k}", **by) for k in range(19)]
    drawing = modules.draw({"comparisons": example.release(rows, "comparisons")}, setting)
    # an interval of half-width .3 is above zero for k = 4 … 18: fifteen of nineteen
    assert drawing.title.endswith("a rise clear of zero in 15 of 19 modules shown")


# Movement and participants --------------------------------------------------------------------------------------------
def test_movement_is_of_a_hundred(setting):
    counts = {"better": 58, "same": 33, "worse": 9, "all": 100}
    common = {"comparison": "primary", "outcome": "understanding", "group_by": "all", "group": "all", "n_unit": "pairs"}
    rows = [{**common, "direction": way, "n": n} for way, n in counts.items()]
    given = {"comparisons": example.release([change("understanding", 0.8, 0.7, 0.9)], "comparisons")}
    given["movement"] = example.release(rows, "movement", threshold=5)
    drawing = FIGURES["movement"](given, setting)
    assert drawing.title.startswith("Of 100 pairs, 58 moved up on self-rated understanding")
    assert {"58 up", "33 same", "9 down"} <= set(written(drawing))
    given["movement"] = example.release(rows, "movement", threshold=10)
    hidden = FIGURES["movement"](given, setting)
    assert "9 down" not in written(hidden) and "withheld" in written(hidden)


def of_everyone(name: str, value: float) -> dict:
    common = {"comparison": "primary", "outcome": "understanding", "group_by": "wave", "group": "pre", "n": 4286}
    return {**common, "n_unit": "people", "estimate_name": name, "estimate": value}


def test_beside_movement_stands_what_error_alone_would_move(setting):
    counts = {"better": 58, "same": 33, "worse": 9, "all": 100}
    common = {"comparison": "primary", "outcome": "understanding", "group_by": "all", "group": "all", "n_unit": "pairs"}
    rows = [{**common, "direction": way, "n": n} for way, n in counts.items()]
    given = {"comparisons": example.release([change("understanding", 0.8, 0.7, 0.9)], "comparisons")}
    given["movement"] = example.release(rows, "movement", threshold=5)
    null = {"null_improved": 0.22, "null_same": 0.56, "null_worse": 0.22, "reliable_change": 1.386}
    given["effects"] = example.release([of_everyone(*part) for part in null.items()], "effects")
    drawing = FIGURES["movement"](given, setting)
    assert "By measurement error alone: 22 up, 56 same, 22 down" in written(drawing)
    assert "By errors of measurement alone: 22 up, 56 same, 22 down." in drawing.alt
    assert "by more than 0.25 points" in drawing.alt
    declared = [o.model_copy(update={"moves": "reliable_change"}) for o in setting.outcomes]
    reliable = replace(setting, outcomes=declared)
    assert "by more than 1.39 points (the reliable change)" in FIGURES["movement"](given, reliable).alt
    table = exhibits.exhibit_table("movement", given, reliable)
    assert table.iloc[0, 0] == "Understanding, by more than 1.39 points (the reliable change)"


def test_a_comparison_outcome_is_labelled_and_is_never_the_finding(setting):
    rows = [change("understanding", 0.3, 0.2, 0.4), change("confidence", 0.8, 0.7, 0.9)]
    given = {"comparisons": example.release(rows, "comparisons")}
    assert FIGURES["outcomes"](given, setting).title.startswith("Self-rated confidence")
    control = [o.model_copy(update={"control": o.name == "confidence"}) for o in setting.outcomes]
    drawing = FIGURES["outcomes"](given, replace(setting, outcomes=control))
    assert drawing.title.startswith("Self-rated understanding")
    assert "Confidence (for comparison)" in written(drawing) and "Confidence (for comparison)" in drawing.alt
    table = exhibits.exhibit_table("outcomes", given, replace(setting, outcomes=control))
    assert list(table["Outcome"]) == ["Understanding", "Confidence (for comparison)"]


def test_participants_shares_and_the_widest_gap(setting):
    # matched 30 of 40 and 10 of 40; not matched 20 of 80 and 60 of 80
    counts = {("Clinical", "yes"): 30, ("Clinical", "no"): 20, ("Other", "yes"): 10, ("Other", "no"): 60}
    counts |= {("all", "yes"): 40, ("all", "no"): 80}
    rows = [
        {"variable": "role_group", "category": c, "matched": m, "n": n, "n_unit": "responses"}
        for (c, m), n in counts.items()
    ]
    given = {"participants": example.release(rows, "participants")}
    clinical, other = participants.categories(given, setting)["role_group"]
    assert (clinical.label, clinical.yes, clinical.no) == ("Other", 0.25, 0.75)  # the larger category first
    assert (other.label, other.yes, other.no) == ("Clinical", 0.75, 0.25)
    assert "Widest gap" in FIGURES["participants"](given, setting).title


def test_codes_of_a_category_are_shown_by_their_labels(drawings):
    text = written(drawings["participants"])
    assert "Under 30" in text and "under_30" not in text
    assert text.index("Under 30") < text.index("30 to 49") < text.index("50 or over")


def test_a_turned_item_has_its_ends_turned(setting):
    assert cells.ends(setting.items["understanding_1"]) == ("Strongly disagree", "Strongly agree")
    assert cells.ends(setting.items["understanding_3"]) == ("Strongly agree", "Strongly disagree")


# The later wave -------------------------------------------------------------------------------------------------------
def test_later_wave_says_among_whom(drawings, tables, setting):
    assert drawings["three_months"].title.startswith(
        "Among those who answered three months after the module, self-rated"
    )
    without = {
        **tables,
        "comparisons": tables["comparisons"].query("wave_to != 'followup'"),
        "levels": example.EMPTY["levels"],
    }
    assert "no figures to show" in FIGURES["three_months"](without, setting).title
    only_level = FIGURES["three_months"]({"levels": tables["levels"]}, setting)
    assert only_level.title == "Readiness among those who answered three months after the module: 3.42 on average"


# The flow -------------------------------------------------------------------------------------------------------------
def test_flow_names_every_box_and_withholds(drawings):
    assert drawings["flow"].title == "2,473 matched pairs among 8,186 responses kept"
    text = written(drawings["flow"])
    assert {"9,012", "800", "447", "withheld"} <= set(text) and "4" not in text


# Tables ---------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", FIGURES)
def test_every_number_of_a_table_is_a_fact(name, tables, setting):
    facts = facts_of(tables, threshold=10)
    shown = exhibits.exhibit_table(name, tables, replace(setting, threshold=10))
    keys = shown.attrs["keys"]
    assert keys.shape == shown.shape and len(shown)
    for text, key in zip(shown.to_numpy().ravel(), keys.to_numpy().ravel(), strict=True):
        if key:
            fact = facts[key]
            # a share is written in the way of its column, all else as the fact is
            said = re.fullmatch(r"(−?[\d.]+)(%| points)", text)
            assert (
                text == fact["text"]
                or said
                and math.isclose(float(said[1].replace("−", "-")), fact["value"] * 100, abs_tol=0.51)
            )
    assert set(shown.attrs["numbers"]) <= set(shown.columns)


# Pieces ---------------------------------------------------------------------------------------------------------------
def test_colours_can_be_told_apart_and_text_can_be_read():
    for colour in (style.NAVY, style.TEAL, style.PLUM, style.ORANGE):
        assert style.contrast(colour, "#FFFFFF") >= 3 - 0.05  # WCAG 2.2, 1.4.11
    for ink in (style.INK, style.GREY, style.NAVY, style.PLUM, "#B2450F", "#1B7A72"):
        assert style.contrast(ink, "#FFFFFF") >= 4.5  # 1.4.3
    for steps in (4, 5, 7, 10):
        shades = likert.colours(steps)
        assert len(shades) == len(set(shades)) == steps
        assert all(style.contrast(style.ink_on(shade), shade) >= 4.5 for shade in shades)
    assert style.contrast("#000000", "#FFFFFF") == pytest.approx(21)


def test_ticks_are_round_and_cover():
    assert style.ticks(0, 0.94, 5) == pytest.approx([0, 0.2, 0.4, 0.6, 0.8, 1.0])
    assert style.ticks(-0.12, 0.3, 5) == pytest.approx([-0.2, -0.1, 0, 0.1, 0.2, 0.3])
    assert len(style.ticks(0, 0)) > 1


def test_wrapping_and_spreading():
    lines = style.wrap("one two three four five six", 60)
    assert " ".join(lines) == "one two three four five six" and len(lines) > 2
    assert style.wrap("one two three four five six", 60, most=1)[0].endswith("…")
    assert style.spread([10, 12], 10) == pytest.approx([6, 16])


def test_numbers_in_words():
    assert words.decimal(-0.5) == "−0.50" and words.decimal(math.nan) == "withheld"
    assert words.of_100(0.0034) == "<1" and words.of_100(0.0) == "0" and words.of_100(0.586) == "59"
    assert words.listing(["a", "b", "c"]) == "a, b and c" and words.listing([]) == ""


def test_dollar_signs_are_no_formulas(tables, setting):
    priced = [outcome.model_copy(update={"label": "Cost $5 & <b> $x$"}) for outcome in setting.outcomes]
    svg = to_svg(FIGURES["outcomes"](tables, replace(setting, outcomes=priced)))
    assert "Cost $5 &amp; &lt;b&gt; $x$" in svg


# The step -------------------------------------------------------------------------------------------------------------
def test_the_step_writes_every_figure_and_its_words(tmp_path, root):
    paths = []
    for name, frame in example.released_text(120).items():
        paths.append(tmp_path / f"{name}.csv")
        frame.to_csv(paths[-1], index=False)
    items = tmp_path / "codebook.csv"
    items.write_text("item,wording,scale\nunderstanding_1,A question,text\n", encoding="utf-8")
    setting = example.setting()
    dump = {"outcomes": setting.outcomes, "waves": setting.waves}
    arguments = {
        "tables": json.dumps([str(path) for path in paths]),
        "codebook": str(items),
        **dict.fromkeys(("tiles", "shares", "bases"), "[]"),
        "figures": json.dumps([str(tmp_path / f"{name}.svg") for name in FIGURES]),
        "alt": str(tmp_path / "alt_texts.json"),
        **{name: json.dumps([part.model_dump() for part in parts], default=str) for name, parts in dump.items()},
        "nouns": setting.nouns.model_dump_json(),
        "synthetic": "true",
    }
    words = [word for name, value in arguments.items() for word in (f"--{name}", value)]
    done = subprocess.run([sys.executable, str(root / "scripts" / "plot.py"), *words], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert f"{len(FIGURES)} figures" in done.stderr
    said = json.loads((tmp_path / "alt_texts.json").read_text(encoding="utf-8"))
    assert set(said) == set(FIGURES) and all(part["alt"] and part["title"] for part in said.values())
    assert all((tmp_path / f"{name}.svg").stat().st_size > 1000 for name in FIGURES)
