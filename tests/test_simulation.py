"""The synthetic exports: published counts met exactly, every wart counted, and no stranger's file touched."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import yaml
from prepost.errors import StudyError
from prepost.readers import ReadOptions, read
from prepost.sheets import FieldRow, ItemRow, SourceRow, read_sheet
from prepost.simulation.build import Truth, build
from prepost.simulation.guard import MARK_TEXT, TRUTH, refusal
from prepost.simulation.lines import Sheets
from prepost.simulation.people import swaps
from prepost.simulation.plan import read_plan

ROOT = Path(__file__).resolve().parents[1]
CONFIG = ROOT / "config"
SURVEYS = ["cohort_jisc", "pre_qualtrics", "post_forms", "followup_surveymonkey"]
FILES = {"cohort.csv", "before.csv"}


def _sheets() -> Sheets:
    sources = {row.source: row for row in read_sheet(CONFIG / "sources.csv", SourceRow) if row.strand == "learners"}
    return Sheets(
        items={row.item: row for row in read_sheet(CONFIG / "items.csv", ItemRow)},
        fields=read_sheet(CONFIG / "fields.csv", FieldRow),
        sources=sources,
        roles=pd.read_csv(CONFIG / "roles.csv", dtype="object"),
        regions=pd.read_csv(CONFIG / "regions.csv", dtype="object"),
    )


def _build(folder: Path, seed: int = 20240611) -> Truth:
    sheets = _sheets()
    paths = {name: folder / row.file for name, row in sheets.sources.items()}
    return build(read_plan(CONFIG / "simulation.yaml"), sheets, seed, paths)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("exports")


@pytest.fixture(scope="module")
def truth(folder) -> Truth:
    return _build(folder)


@pytest.fixture(scope="module")
def tables(truth, folder):
    sheets = _sheets().sources
    return {
        name: read(
            folder / sheets[name].file, sheets[name].platform, options=ReadOptions(encoding=sheets[name].encoding)
        )
        for name in sheets
    }


@pytest.fixture(scope="module")
def plan() -> dict:
    return yaml.safe_load((CONFIG / "simulation.yaml").read_text(encoding="utf-8"))


def _kept(truth: Truth, source: str) -> pd.Series:
    aside = truth.warts[(truth.warts["source"] == source) & (truth.warts["rule"] != "")]
    return set(aside["line"].dropna())


def test_the_published_counts_are_met_exactly(truth, tables):
    # 8,186 surveys and 2,473 pairs: published_figures.csv, L01 and L02. Counted here from the exports themselves:
    # lines less those planted to be set aside, and keys without case and blanks.
    responses, keys = 0, {"pre": set(), "post": set()}
    columns = {
        "pre_qualtrics": ("pre", "QID2_TEXT", "Module"),
        "post_forms": ("post", "Your e-learning account number", "Which module did you complete?"),
    }
    for source in SURVEYS:
        rows = tables[source].rows.drop(index=list(_kept(truth, source) & set(tables[source].rows.index)))
        waves = [rows]
        if source == "cohort_jisc":
            after = rows[[name for name in rows if re.match(r"1[6-9]\.\d|2[0-9]\.", name)]].notna().any(axis=1)
            waves = [rows, rows[after]]
            columns[source] = ("pre", "1. Your e-learning account number", "3. Which module is this about?")
        responses += sum(len(part) for part in waves)
        if source in columns:
            wave, key, module = columns[source]
            for name, part in zip([wave, "post"], waves, strict=False):
                written = part[key].str.lower().str.replace(r"\s", "", regex=True)
                keys[name] |= {pair for pair in zip(written, part[module], strict=True) if isinstance(pair[0], str)}
    assert responses == 8186 == len(truth.responses)
    assert len(keys["pre"] & keys["post"]) == 2473


def test_waves_have_the_planned_sizes(truth, plan):
    assert truth.responses["wave"].value_counts().to_dict() == plan["invented"]["kept"]
    assert sum(plan["invented"]["kept"].values()) == plan["published"]["responses"] == 8186


def test_more_than_ten_thousand_comments(tables, truth):
    wanted = [row for row in _sheets().fields if row.item.startswith("text_")]
    count = 0
    for row in wanted:
        for source in row.sources:
            cells = tables[source].rows.drop(index=list(_kept(truth, source) & set(tables[source].rows.index)))
            count += int(cells[row.column].notna().sum())
    assert count > 10_000
    assert count == len(truth.themes.drop_duplicates(["source", "line", "wave", "item"]))


def test_every_wart_is_counted_as_planned(truth, plan):
    lines = truth.warts.drop_duplicates(["source", "line", "kind"]).groupby(["source", "kind"]).size()
    for source, wanted in plan["warts"].items():
        assert {kind: int(lines[source, kind]) for kind in wanted} == wanted
    invented = plan["invented"]
    of_kind = truth.warts.groupby("kind").size()
    assert of_kind["blank_key"] == sum(invented["blank_keys"].values())
    assert of_kind["second_response"] == sum(invented["second_responses"].values())
    assert of_kind["mistyped_key"] == invented["mistyped_keys"]
    for kind in ("byte_order_mark", "latin_1", "date_format", "wording_changed", "other_specified"):
        assert of_kind[kind] >= 1


def test_the_warts_stand_where_the_truth_says(truth, tables, folder):
    sheets = _sheets()
    column = {(source, wave, item): name for source in SURVEYS for name, wave, item in sheets.of(source)}

    def cells(kind):
        for wart in truth.warts[truth.warts["kind"] == kind].itertuples():
            yield tables[wart.source].rows.at[wart.line, column[(wart.source, wart.wave, wart.item)]]

    assert all(cell.endswith(" ") for cell in cells("trailing_blank"))
    assert all("’" in cell for cell in cells("curly_quote"))
    assert all("<" in cell for cell in cells("script"))
    assert all(cell[0] in "=+-@" for cell in cells("formula"))
    assert all("\n" in cell for cell in cells("line_break"))
    assert all(cell not in {"1", "2", "3", "4", "5", "9"} for cell in cells("out_of_range"))
    assert all(not isinstance(cell, str) for cell in cells("blank_key"))
    assert all(not re.fullmatch(r"LN-\d{6}", cell) for cell in cells("key_written_otherwise"))
    previews = truth.warts[truth.warts["kind"] == "preview"]["line"]
    assert set(tables["pre_qualtrics"].rows.loc[previews, "status"]) == {"Survey Preview"}
    assert (folder / "pre_survey_qualtrics.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_the_readers_take_every_line_but_the_broken_ones(tables):
    refused = {name: len(table.refused) for name, table in tables.items()}
    assert refused == {**dict.fromkeys(tables, 0), "cohort_jisc": 3}


def test_every_response_id_says_that_it_is_synthetic(tables):
    for name in SURVEYS:
        ids = tables[name].rows[tables[name].meta["response_id"]]
        assert ids.str.startswith("SYN-").all()
    assert tables["enrolments"].rows["record"].str.startswith("SYN-").all()


def test_the_same_seed_gives_the_same_bytes_and_another_does_not(truth, folder, tmp_path):
    again, other = tmp_path / "again", tmp_path / "other"
    for place in (again, other):
        place.mkdir()
    repeated = _build(again)
    names = sorted(path.name for path in folder.iterdir())
    assert all((folder / name).read_bytes() == (again / name).read_bytes() for name in names)
    assert all(one.equals(two) for one, two in zip(truth, repeated, strict=True))
    _build(other, seed=1)
    assert (folder / "post_survey_forms.xlsx").read_bytes() != (other / "post_survey_forms.xlsx").read_bytes()


def test_no_account_number_becomes_anothers_by_a_slip(truth):
    ids = set(truth.people["learner_id"])
    assert len(ids) == len(truth.people)
    assert not any(slip in ids for name in ids for slip in swaps(name))


def test_who_stays_depends_on_role_and_first_score(truth):
    before = truth.responses[(truth.responses["wave"] == "pre") & ~truth.responses["second"]]
    before = before.merge(truth.people[["person", "role"]], on="person")
    stays = before["state"].isin(["linked", "blank_after", "mistyped_after", "blank_before"])
    score = before["expected_confidence"]
    assert score[stays].mean() > score[~stays].mean() + 0.02
    by_role = stays.groupby(before["role"]).mean()
    assert by_role["Social prescribing link worker"] > by_role["Junior doctor"] + 0.1


def test_themes_are_planted_in_all_their_ways(truth, plan):
    comments = plan["comments"]
    clauses = {c for by in comments["clauses"].values() for part in by.values() for c in part}
    assert len(clauses | set(comments["none"])) >= 200
    themes = truth.themes
    assert set(themes["theme"]) == {*comments["themes"], "none"} and len(comments["themes"]) == 12
    several = themes.groupby(["source", "line", "wave", "item"]).size()
    assert (several > 1).mean() > 0.2
    assert 0.08 < (themes["theme"] == "none").sum() / len(several) < 0.25
    assert (themes["denied"] == "yes").sum() > 100


def test_no_rule_and_no_step_but_simulate_knows_the_truth():
    readers = [path for path in (ROOT / "workflow" / "rules").glob("*.smk") if not path.stem.startswith("simulate")]
    readers += [path for path in (ROOT / "scripts").glob("*.py") if not path.stem.startswith("simulate")]
    readers += [path for path in (ROOT / "scripts" / "prepost").rglob("*.py") if path.parent.name != "simulation"]
    assert [str(path) for path in readers if "truth/" in path.read_text(encoding="utf-8")] == []


def test_sizes_that_do_not_sum_are_a_fault_of_the_plan(tmp_path):
    text = (CONFIG / "simulation.yaml").read_text(encoding="utf-8")
    path = tmp_path / "simulation.yaml"
    path.write_text(text.replace("kept: {pre: 4602", "kept: {pre: 4603"), encoding="utf-8")
    with pytest.raises(StudyError, match="8,187"):
        read_plan(path)


def test_an_absent_an_empty_and_our_own_folder_may_be_filled(tmp_path):
    assert refusal(tmp_path / "none", FILES) is None
    assert refusal(tmp_path, FILES) is None
    (tmp_path / ".gitkeep").touch()
    assert refusal(tmp_path, FILES) is None
    (tmp_path / "SYNTHETIC").write_text(MARK_TEXT, encoding="utf-8")
    for name in [*FILES, *TRUTH, "returned/decisions.csv"]:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x", encoding="utf-8")
    assert refusal(tmp_path, FILES) is None


@pytest.mark.parametrize(
    ("mark", "name"),
    [
        (None, "before.csv"),
        (None, "notes.txt"),
        ("mine", "before.csv"),
        (MARK_TEXT, "real.csv"),
        (MARK_TEXT, "a/b.csv"),
    ],
)
def test_a_strangers_file_stops_the_run_and_is_untouched(tmp_path, mark, name):
    if mark:
        (tmp_path / "SYNTHETIC").write_text(mark, encoding="utf-8")
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("real answers", encoding="utf-8")
    fault = refusal(tmp_path, FILES)
    assert fault is not None and "did not write" in fault.what
    assert "real answers" not in str(fault)
    assert path.read_text(encoding="utf-8") == "real answers"


def test_a_file_in_the_folders_place_is_refused(tmp_path):
    (tmp_path / "data").write_text("x", encoding="utf-8")
    assert refusal(tmp_path / "data", FILES).what == "data is a file"


def test_the_workflow_refuses_before_any_job_and_leaves_the_strangers_file(tmp_path):
    shutil.copytree(CONFIG, tmp_path / "config")
    stranger = tmp_path / "data" / "pre_survey_qualtrics.csv"
    stranger.parent.mkdir()
    stranger.write_text("real answers", encoding="utf-8")
    ended = subprocess.run(
        [
            sys.executable,
            str(ROOT / "workflow" / "build.py"),
            "--study",
            str(tmp_path),
            "--cores",
            "1",
            "data/SYNTHETIC",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode != 0 and "did not write" in ended.stderr + ended.stdout
    assert stranger.read_text(encoding="utf-8") == "real answers"
    assert sorted(path.name for path in (tmp_path / "data").iterdir()) == ["pre_survey_qualtrics.csv"]


def test_the_guard_does_not_import_pandas():
    code = "import sys; from prepost.simulation.guard import refusal; sys.exit('pandas' in sys.modules)"
    ended = subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": str(ROOT / "scripts")}, check=False)
    assert ended.returncode == 0


def test_cleaning_and_matching_find_what_was_planted(bundled_results):
    warts = pd.read_csv(bundled_results.parent / "data" / "truth" / "warts.csv", keep_default_na=False)
    planted = warts[~warts["rule"].isin(["", "not_taken"])].astype({"line": "int64"})
    found = pd.read_csv(bundled_results / "2_cleaned" / "learners" / "exclusions.csv")
    columns = ["source", "line", "wave", "rule"]
    assert set(planted[columns].itertuples(index=False)) == set(found[columns].itertuples(index=False))
    unfitting = pd.read_csv(bundled_results / "2_cleaned" / "learners" / "unfitting.csv")
    off = warts[warts["kind"] == "out_of_range"].astype({"line": "int64"})
    places = ["source", "line", "wave", "item"]
    assert set(off[places].itertuples(index=False)) == set(unfitting[places].itertuples(index=False))
    pairs = pd.read_parquet(bundled_results / "3_matched" / "learners" / "pairs.parquet")
    assert ((pairs["wave_from"] == "pre") & (pairs["wave_to"] == "post")).sum() == 2473
    triples = pd.read_parquet(bundled_results / "3_matched" / "learners" / "triples.parquet")
    assert len(triples) == 500
