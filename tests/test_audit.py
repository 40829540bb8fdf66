"""The audit pages: sums that hold, nothing of a person on a page, the same bytes twice."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
import yaml
from prepost.audit import any_floor, notebook, response_floors, run, table_floors
from prepost.audit.view import FAILS, HOLDS, Picture, View, as_text, with_sums

ROOT = Path(__file__).resolve().parents[1]
STUDY = {
    "settings": {
        "title": "T",
        "language": "en-GB",
        "vocabularies": [{"columns": ["role"]}],
        "outcomes": [{"name": "confidence"}],
        "indices": [],
    },
    "sources": [{"source": "pre", "file": "pre.csv", "platform": "plain", "encoding": None}],
    "items": [
        {"item": "email", "scale": "identifier", "labels": None},
        {"item": "comment", "scale": "text", "labels": None},
        {"item": "reason", "scale": "text", "labels": None},  # bears the name of a column of ours
        {"item": "sex", "scale": "category", "labels": "1=Female|2=Male"},
        {"item": "confidence_1", "scale": "ordinal", "labels": "1=Low|2=High"},
    ],
}
BOOK = any_floor.Codebook(STUDY)


def floor_1() -> tuple[pd.DataFrame, pd.DataFrame]:
    taken = pd.DataFrame(
        {
            "source": "pre",
            "line": [2, 3, 4],
            "wave": ["pre", "pre", "post"],
            "email": ["secret@one.example", "", None],
            "comment": ["A PRIVATE REMARK", " ", None],
            "reason": ["MY OWN REASON", None, None],
            "sex": ["Female", "ring 0123 please", "2"],
            "confidence_1": ["High", "call me on 0123", "1"],
        }
    ).astype(dict.fromkeys(("source", "wave", "email", "comment", "reason", "sex", "confidence_1"), "string"))
    refused = pd.DataFrame({"source": "pre", "line": [2, 3, 4], "wave": ["post", "post", "pre"], "reason": "blank"})
    return taken, refused


def test_records_are_lines_times_waves():
    taken, refused = floor_1()
    row = response_floors.records(STUDY["sources"], {"pre": taken}, {"pre": refused}).frame.iloc[0]
    # lines 2, 3 and 4, two waves each: 6 records, of which 3 were taken and 3 were not
    assert (row["lines"], row["waves"], row["records"], row["taken"], row["refused"], row["sum"]) == (
        3,
        2,
        6,
        3,
        3,
        HOLDS,
    )
    assert response_floors.records(STUDY["sources"], {"pre": taken}, {"pre": refused[:2]}).frame["sum"][0] == FAILS


def test_what_was_lost_on_floor_2_does_not_sum():
    came = pd.DataFrame({"source": ["a", "a", "a", "b"], "wave": ["pre", "pre", "post", "about_person"]})
    none = came[:0]
    kept = {"responses": came[:1], "about": came[3:], "enrolments": none}
    found = response_floors.cleaned(came, kept, came[1:2]).frame.set_index(["source", "wave"])
    assert found["sum"].to_dict() == {("a", "post"): FAILS, ("a", "pre"): HOLDS, ("b", "about_person"): HOLDS}


def test_both_sides_of_a_pair_sum():
    links = pd.DataFrame(
        {
            "wave": ["pre", "pre", "pre", "post", "post", "post"],
            "module": "m",
            "person": ["P1", "P2", "P3", "P1", None, "P1"],
            "state": ["used", "used", "used", "used", "blank_key", "another_used"],
        }
    )
    pairs = pd.DataFrame({"wave_from": ["pre"], "wave_to": ["post"]})
    unmatched = pd.DataFrame(
        {"wave": ["pre", "pre", "post"], "state": ["cannot_be_told", "cannot_be_told", "answered_not_linked"]}
    ).assign(wave_from="pre", wave_to="post")
    frame = response_floors.pairs_by_waves(links, pairs, unmatched).frame
    # before: 3 used = 1 in a pair + 2 that cannot be told; after: 1 used + 1 without a key = 1 in a pair + 1 not linked
    assert frame[["side", "responses", "in pairs", "sum"]].values.tolist() == [
        ["pre", 3, 1, HOLDS],
        ["post", 2, 1, HOLDS],
    ]
    assert response_floors.several_in_a_wave(links).frame.values.tolist() == [["post", 2, 1]]
    states = response_floors.links_by_state(links[["wave"]], links).frame.set_index("wave")
    assert states.loc["post", ["responses", "used", "blank_key", "another_used"]].tolist() == [3, 1, 1, 1]
    assert set(states["sum"]) == {HOLDS}


def test_missing_kinds_sum_to_the_responses():
    frame = pd.DataFrame({"a": [1.0, None, None], "a_missing": [None, "skipped", "not_shown"]})
    row = response_floors.missing_kinds(frame).frame.iloc[0]
    assert (row["answered"], row["skipped"], row["not_shown"], row["refused"], row["sum"]) == (1, 1, 1, 0, HOLDS)


def test_scores_are_described_by_wave():
    frame = pd.DataFrame({"wave": ["pre", "pre", "pre"], "confidence": [1.0, 3.0, None]})
    row = response_floors.scores(frame, BOOK).frame.iloc[0]
    assert (row["rows"], row["scored"], row["missing"], row["mean"]) == (3, 2, 1, 2.0)
    assert row["sd"] == pytest.approx(2**0.5)  # ((1-2)² + (3-2)²) / (2-1)


def test_flow_boxes_sum_to_their_parent():
    flow = pd.DataFrame({"box": ["all", "in", "out"], "parent": [None, "all", "all"], "label": "x", "n": [5, 3, 2]})
    assert table_floors.flow_sums(flow).frame["sum"].tolist() == [HOLDS]
    assert table_floors.flow_sums(flow.assign(n=[5, 3, 1])).frame["sum"].tolist() == [FAILS]


def test_marks_of_the_wall_are_counted():
    before = {"t": pd.DataFrame({"row_id": ["a", "b"], "n": [12, 3]})}
    after = {"t": pd.DataFrame({"row_id": ["a", "b"], "n": ["[w]", "[c]"]})}
    row = table_floors.released(before, after).frame.iloc[0]
    assert (row["rows"], row["as they are"], row["[c]"], row["[w]"], row["[x]"], row["sum"]) == (2, 2, 1, 1, 0, HOLDS)
    quotes = pd.DataFrame({"row_id": ["a", "b"], "approval": ["approved", "refused"]})
    frame = table_floors.released({"q": quotes, "private": quotes}, {"q": quotes.head(1)}).frame
    assert frame[["held back", "sum"]].values.tolist() == [[1, HOLDS], [2, HOLDS]]
    facts = {"t/a/n": {"mark": ""}, "t/b/n": {"mark": "c"}, "u/a/n": {"mark": "x"}}
    assert table_floors.facts_by_mark(facts).frame["facts"].tolist() == [2, 1]


def test_first_rows_leave_out_whatever_might_be_a_persons():
    shown = any_floor.first_rows(floor_1()[0], BOOK, "pre").frame
    assert list(shown) == ["source", "line", "wave", "sex", "confidence_1"]
    assert shown["sex"].tolist() == ["Female", any_floor.OFF_LABEL, "2"]
    assert shown["confidence_1"].tolist() == ["High", any_floor.OFF_LABEL, "1"]


def test_columns_of_a_person_are_only_counted():
    frame = any_floor.columns_of(floor_1()[0], BOOK, "pre").frame.set_index("column")
    assert frame.loc["email", ["filled", "blank"]].tolist() == [1, 2] and frame.loc["email"].isna()["distinct"]
    assert frame.loc["sex", "distinct"] == 3


def test_cells_are_escaped_and_numbers_formatted():
    page = View("A & B", pd.DataFrame({"a": ["<script>x</script>"], "n": [8186]}))._repr_html_()
    assert "<script>" not in page and "A &amp; B" in page and ">8,186<" in page
    assert "onload" not in Picture("x", b"<svg/>", '" onload="y')._repr_html_().replace("&quot; onload=&quot;y", "")
    assert [as_text(v) for v in (0.84066, float("nan"), None, pd.NA, True)] == ["0.841", "", "", "", "yes"]
    assert with_sums(pd.DataFrame({"w": [3], "p": [2]}), "w", ["p"])["sum"].tolist() == [FAILS]


def test_a_page_is_the_same_twice_and_holds_nothing_of_a_person_or_a_machine(tmp_path):
    folder = tmp_path / "study" / "results" / "1_ingested"
    folder.mkdir(parents=True)
    taken, refused = floor_1()
    taken.to_parquet(folder / "pre.parquet")
    refused.to_csv(folder / "pre.refused.csv", index=False)
    (tmp_path / "study/results/run_config.yaml").write_text(yaml.safe_dump(STUDY))
    names = ["results/1_ingested/pre.parquet", "results/1_ingested/pre.refused.csv"]
    env = {
        "PYTHONPATH": str(ROOT / "scripts"),
        run.STUDY_KEY: str(tmp_path / "study"),
        run.ARTEFACTS_KEY: json.dumps(names),
    }
    source = ROOT / "notebooks/audit_1_ingested.ipynb"
    runs = [notebook.execute(source, workdir=tmp_path / "study", env=env) for _ in range(2)]
    first, second = (notebook.as_ipynb(run) for run in runs)
    page = notebook.to_html(runs[0], title="T <1>", lang="en-GB")
    assert first == second and page == notebook.to_html(runs[1], title="T <1>", lang="en-GB")
    assert HOLDS in page and "<title>T &lt;1&gt;</title>" in page and '<html lang="en-GB">' in page
    for text in (first, page):
        for word in (
            "secret@one",
            "PRIVATE REMARK",
            "OWN REASON",
            "0123",
            str(tmp_path),
            str(ROOT),
            "<script",
            "http:",
            "https:",
        ):
            assert word not in text, word
