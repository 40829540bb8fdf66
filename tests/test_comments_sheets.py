"""The coding frame, the sample, the sheets that go out and those that come back."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from prepost.comments.cells import counted
from prepost.comments.frame import patterns, read_frame
from prepost.comments.gather import KEY, gather
from prepost.comments.next_round import next_round
from prepost.comments.returned import COLUMNS, read_returned
from prepost.comments.sampling import allocate, draw_sample, permanent_numbers, unsure
from prepost.comments.settle import settle
from prepost.comments.write_sheets import adjudicators, as_csv, sheet, workbook
from prepost.errors import StudyError
from prepost.simulation.coding import filled_in
from prepost.simulation.plan import read_plan
from prepost.study_comments import CodingSample, Comments

ROOT = Path(__file__).resolve().parents[1]
CONFIG = ROOT / "config"
HEAD = "theme,parent,definition,include,exclude,example,keywords\n"
TEXTS = ["=1+1 is a formula", "two\r\nlines, and a comma", "it\u2019s caf\u00e9 \U0001f600", "plain", "  blanks  "]


def comments(many: int = 300) -> pd.DataFrame:
    rows = [
        (
            "s",
            line,
            "post",
            "q1" if line % 3 else "q2",
            "M",
            f"P{line // 2}",
            TEXTS[line % 5] + ("" if line < 6 else f" {line}"),
        )
        for line in range(1, many + 1)
    ]
    frame = pd.DataFrame(rows, columns=["source", "line", "wave", "item", "module", "person", "text"])
    return frame.astype({"text": "string", "item": "string", "source": "string", "wave": "string"})


# The frame -----------------------------------------------------------------------------------------------------------
def test_the_bundled_frame_is_sound_and_whole():
    rows = read_frame(CONFIG / "themes.csv")
    wanted = {"communication", "shared_decision_making", "agenda_setting", "practical_steps", "listening", "empathy"}
    wanted |= {"patient_engagement", "time_and_workload", "organisational_support", "leadership", "sustained_use"}
    assert wanted | {"suggestions"} <= {row.theme for row in rows}
    assert all(row.include and row.exclude and row.example and row.words for row in rows)


def test_every_fault_of_a_frame_is_told_at_once(tmp_path):
    lines = "none,,kept for us,,,,a\nx,x,own parent,,,,b|c\ny,z,no parent,,,,B\nw,v,two levels,,,,*\nv,x,child,,,,d\n"
    (tmp_path / "themes.csv").write_text(HEAD + lines, encoding="utf-8")
    with pytest.raises(StudyError) as caught:
        read_frame(tmp_path / "themes.csv")
    told = str(caught.value)
    for part in (
        "keeps for itself",
        "its own parent",
        "'z' is no theme",
        "has a parent itself",
        "also a keyword of 'x'",
    ):
        assert part in told, part


def test_keywords_are_whole_words_or_beginnings(tmp_path):
    (tmp_path / "themes.csv").write_text(
        HEAD + "a,,d,,,,time|double  booked|colleague*|don't\nb,,d,,,,x\n", encoding="utf-8"
    )
    found = patterns(read_frame(tmp_path / "themes.csv"))["a"]
    for text in ("No TIME.", "double\nbooked", "Colleagues!", "I don\u2019t"):
        assert found.search(text), text
    for text in ("sometimes", "timely", "uncolleague"):
        assert not found.search(text), text


# The sample ----------------------------------------------------------------------------------------------------------
def test_comments_are_all_that_is_not_blank():
    responses = pd.DataFrame(
        {"source": "s", "line": [1, 2], "wave": "post", "module": "M", "q1": ["one", "  "], "q2": [None, "two "]}
    )
    links = pd.DataFrame({"source": "s", "line": [1, 2], "wave": "post", "person": ["P1", None]})
    found = gather(responses, links, ["q1", "q2", "q9"])
    assert found[["line", "item", "text"]].values.tolist() == [[1, "q1", "one"], [2, "q2", "two "]]


def test_a_sample_is_shared_out_and_its_chances_are_those_of_its_strata():
    plan = CodingSample(size=300, both=300, fewest_a_stratum=40)
    # c takes its 30; of the 270 left a gets 5000/5900, 228.8, and b 41.2
    assert allocate(pd.Series({"a": 5000, "b": 900, "c": 30}), plan).to_dict() == {"a": 229, "b": 41, "c": 30}
    drawn = draw_sample(comments(900), CodingSample(size=300, both=300), 1)
    assert len(drawn) == 300 and set(drawn["coders"]) == {"both"}
    assert drawn.groupby("stratum")["probability"].first().to_dict() == pytest.approx(
        {"q1": 200 / 600, "q2": 100 / 300}
    )
    again = draw_sample(comments(900).sample(frac=1, random_state=1), CodingSample(size=300, both=300), 1)
    pd.testing.assert_frame_equal(drawn, again)


def test_every_comment_has_its_chance():
    rows = comments(120)
    plan = CodingSample(size=40, both=40, fewest_a_stratum=1)
    times = sum(
        rows.merge(draw_sample(rows, plan, seed)[KEY], on=KEY, how="left", indicator=True)["_merge"]
        .eq("both")
        .to_numpy()
        for seed in range(400)
    )
    # 400 draws with chance 1/3: mean 133, standard deviation 9.4; the largest of 120 is within 4 of it
    assert abs(times.mean() - 400 / 3) < 1e-9 and np.abs(times - 400 / 3).max() < 4 * 9.43


def test_comments_added_later_hardly_change_the_sample():
    before = draw_sample(comments(900), CodingSample(size=300, both=300), 1)
    after = draw_sample(comments(930), CodingSample(size=300, both=300), 1)
    assert len(before.merge(after, on=KEY)) >= 285
    assert permanent_numbers(comments(5), 1) == pytest.approx(permanent_numbers(comments(9), 1)[:5])


def test_two_coders_share_what_not_both_code():
    drawn = draw_sample(comments(900), CodingSample(size=400, both=300), 1)
    assert drawn["coders"].value_counts().to_dict() == {"both": 300, "first": 50, "second": 50}
    with pytest.raises(ValueError, match="agreement needs at least 300"):
        CodingSample(size=400, both=100)


@pytest.mark.parametrize("floor", [0.0, 0.02])
def test_a_round_of_doubt_has_no_chance_or_a_known_one(floor):
    rows = comments(600)
    scores = rows[KEY].assign(x=np.linspace(0, 1, 600))
    plan = CodingSample(size=300, both=300, next_round=60, floor=floor)
    known = rows[KEY].head(100)
    found = unsure(scores, ["x"], pd.Series({"x": 0.5}), known, plan, 3)
    assert found.merge(known, on=KEY).empty and found["reason"].eq("near the threshold of x").all()
    if floor:
        assert found["probability"].between(floor, 1).all() and 35 < len(found) < 85
    else:
        assert found["probability"].isna().all() and len(found) == 60
        assert found.merge(scores, on=KEY)["x"].sub(0.5).abs().max() < 0.06


def test_a_round_of_doubt_trains_and_is_never_counted():
    rows = comments(600)
    drawn = draw_sample(rows, CodingSample(size=300, both=300), 1)
    others = rows.merge(drawn[KEY], on=KEY, how="left", indicator=True)
    others = others[others["_merge"] == "left_only"][KEY].head(50)
    codes = pd.concat([drawn[KEY], others]).assign(theme="x", by="human", coder="a")
    responses = rows[["source", "line", "wave", "module"]].drop_duplicates()
    links = responses[["source", "line", "wave"]].assign(person="P1")
    found = counted(rows, drawn, settle(codes), responses, links, ["wave"])
    assert len(found.themes) == 300 and len(found.sample.at) == 300
    assert (1 / found.sample.weight).sum() == pytest.approx((drawn["probability"]).sum())


def test_what_has_not_come_back_is_made_good_in_its_stratum():
    rows = comments(900)
    drawn = draw_sample(rows, CodingSample(size=300, both=300), 1)
    half = drawn[(drawn["stratum"] == "q1") | (np.arange(300) % 2 == 0)]
    responses = rows[["source", "line", "wave", "module"]].drop_duplicates()
    links = responses[["source", "line", "wave"]].assign(person="P1")
    codes = half[KEY].assign(theme="x", by="human", coder="a")
    found = counted(rows, drawn, settle(codes), responses, links, [])
    assert found.sample.weight.sum() == pytest.approx(900) and found.drawn.sum() == 300


def test_nothing_has_come_back():
    rows = comments(300)
    drawn = draw_sample(rows, CodingSample(size=300, both=300), 1)
    nothing = read_returned([], rows, ["x"])
    responses = rows[["source", "line", "wave", "module"]].drop_duplicates()
    links = responses[["source", "line", "wave"]].assign(person="P1")
    found = counted(rows, drawn, settle(nothing), responses, links, ["wave"])
    assert found.themes == [] and len(found.sample.at) == 0 and found.drawn.sum() == 300


# Sheets --------------------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def sent():
    rows = comments()
    drawn = draw_sample(rows, CodingSample(size=300, both=300), 1)
    return rows, sheet(drawn, rows, {"q1": "What was useful?"}, "first")


def test_a_workbook_has_lists_a_frozen_head_and_no_formula_and_is_the_same_twice(sent):
    frame = read_frame(CONFIG / "themes.csv")
    one, two = (workbook(sent[1], frame) for _ in "ab")
    assert one == two
    book = openpyxl.load_workbook(io.BytesIO(one))
    coding = book["coding"]
    assert coding.freeze_panes == "D2" and book.sheetnames == ["coding", "frame"]
    (rule,) = coding.data_validations.dataValidation
    assert rule.type == "list" and str(rule.sqref) == "D2:I301" and rule.formula1 == "frame!$A$2:$A$22"
    assert [book["frame"].cell(row, 1).value for row in (2, 3, 22)] == ["none", "cannot_be_coded", frame[-1].theme]
    texts = [cell for row in coding.iter_rows(min_row=2) for cell in row if str(cell.value).startswith("=")]
    assert texts and all(cell.data_type == "s" for cell in texts)


def test_a_csv_has_no_live_formula(sent):
    lines = as_csv(sent[1]).splitlines()
    assert any("'=1+1" in line for line in lines) and not any(",=1+1" in line for line in lines)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_comes_back_is_what_was_coded(sent, tmp_path, kind):
    rows, lines = sent
    lines = lines.copy()
    lines.loc[0, ["theme_1", "theme_2"]] = ["listening", "Time and workload"]
    lines.loc[1, "theme_3"] = "none"
    lines.loc[2, ["theme_1", "note"]] = ["cannot be coded", "see above"]
    path = tmp_path / f"anna_round_2.{kind}"
    if kind == "csv":
        path.write_text(as_csv(lines), encoding="utf-8")
    else:
        path.write_bytes(workbook(lines, read_frame(CONFIG / "themes.csv")))
    found = read_returned([path], rows, [row.theme for row in read_frame(CONFIG / "themes.csv")])
    named = [":".join(map(str, key)) for key in found[KEY].itertuples(index=False)]
    given = set(zip(named, found["theme"], strict=True))
    a, b, c = lines["comment"][:3]
    assert given == {(a, "listening"), (a, "time_and_workload"), (b, "none"), (c, "cannot_be_coded")}
    assert set(found["coder"]) == {"anna"} and set(found["by"]) == {"human"}


def test_every_fault_of_every_sheet_is_told_at_once_and_no_comment_repeated(sent, tmp_path):
    rows, lines = sent
    bad = lines.head(6).copy()
    bad.loc[0, ["theme_1", "theme_2"]] = ["listning", "listening"]
    bad.loc[1, ["theme_1", "theme_2"]] = ["listening", "listening"]
    bad.loc[2, ["theme_1", "theme_2"]] = ["none", "listening"]
    bad.loc[3, "comment"] = "s:9999:post:q1"
    bad.loc[4, "text"] = "another text, of Mrs Smith"
    bad.loc[5, "comment"] = bad.loc[0, "comment"]
    (tmp_path / "anna.csv").write_text(as_csv(bad), encoding="utf-8")
    (tmp_path / "bob.csv").write_text("comment,text\n", encoding="utf-8")
    twice = lines.head(1).assign(theme_1="listening")
    (tmp_path / "carl.csv").write_text(as_csv(twice), encoding="utf-8")
    (tmp_path / "carl_round_2.csv").write_text(as_csv(twice), encoding="utf-8")
    with pytest.raises(StudyError) as caught:
        read_returned(sorted(tmp_path.glob("*.csv")), rows, ["listening", "time"])
    told = str(caught.value)
    expected = ["anna.csv · row 2 · theme_1", "'listning' is no theme", "given twice", "stands beside another theme"]
    expected += ["there is no comment 's:9999:post:q1'", "words are not those", "stands already on row 2"]
    expected += ["bob.csv", "columns are missing", "'carl' coded the comment"]
    for part in expected:
        assert part in told, part
    assert "Smith" not in told and "formula" not in told


def test_the_adjudicator_gets_what_is_not_settled(sent):
    rows, _ = sent
    keys = rows[KEY].head(3)
    apart = keys.assign(coders="a and b", first="x", second="y|z", settled=[None, "x", None]).astype(
        {"settled": "string"}
    )
    found = adjudicators(apart, rows, {})
    assert len(found) == 2 and list(found.columns) == [*COLUMNS, "one coder gave", "the other gave"]
    assert list(found["the other gave"]) == ["y|z", "y|z"]


def test_invented_coders_err_as_often_as_is_written():
    plan = read_plan(CONFIG / "simulation.yaml").coding
    frame = [row.theme for row in read_frame(CONFIG / "themes.csv")]
    rows = comments(2000).assign(item="text_useful")
    drawn = rows[KEY].assign(round=1, stratum="s", probability=1.0, coders="both", reason="r")
    truth = rows[KEY].assign(theme="listening", denied="")
    found = filled_in(drawn, rows, truth, frame, plan, 1)
    gave = [
        found[coder][[f"theme_{k}" for k in range(1, 7)]].eq("listening").any(axis=1).mean()
        for coder in ("first", "second")
    ]
    assert gave == pytest.approx([1 - plan.coders["first"].miss, 1 - plan.coders["second"].miss], abs=0.025)
    pd.testing.assert_frame_equal(found["first"], filled_in(drawn, rows, truth, frame, plan, 1)["first"])
    assert 0 < len(found["adjudicator"]) < 2000
    assert set(plan.stands_for) and {theme for themes in plan.stands_for.values() for theme in themes} <= set(frame)


def test_no_machine_no_next_round():
    rows = comments(50)
    empty = pd.DataFrame(columns=[*KEY, "theme", "by", "coder"])
    drawn = draw_sample(rows, CodingSample(size=50, both=50), 1)
    plan = Comments(questions=["q1"], sample=CodingSample(next_round=20))
    assert next_round(rows[KEY], empty, drawn, plan, 1).empty
