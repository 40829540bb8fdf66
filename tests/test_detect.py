"""`platform: auto`: which tool wrote a file, why, how surely, and when nobody can say."""

from __future__ import annotations

import csv
import io
import runpy
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple

import pandas as pd
import pytest
from builds import ROOT
from prepost.audit.response_floors import records
from prepost.errors import StudyError
from prepost.fields import map_columns
from prepost.ingest import ingest
from prepost.readers import AUTO, PLATFORMS, ReadOptions, read
from prepost.readers.detect import CERTAIN, FAIR, HIGH, candidates, detect
from prepost.readers.recognise import MARKS
from prepost.sheets import SourceRow, read_sheet
from prepost.tables import check


def put(tmp_path: Path, text: str | bytes, name: str = "export.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(text.encode("utf-8") if isinstance(text, str) else text)
    return path


# One export of each tool, as short as its sure marks allow.
EXPORTS = {
    "qualtrics": "StartDate,EndDate,RecordedDate,ResponseId,Q1\n2024-03-01,2024-03-01,2024-03-01,R_1,5\n",
    "microsoft_forms": "ID,Start time,Completion time,Email,Name,How was it?\n1,x,y,,,good\n",
    "surveymonkey": "Respondent ID,Collector ID,Start Date,End Date,How was it?\n,,,,Response\n1,2,x,y,good\n",
    "smartsurvey": "UserID,UserNo,Started,Ended,Q1. How was it?\n1,1,x,y,good\n",
    "jisc": "Unique Response Number,1. How was it?\n1-2-3,good\n",
    "limesurvey": "id;submitdate;lastpage;G01Q01\n1;2024-03-01 10:00:00;2;5\n",
    "google_forms": "Timestamp,How was it?\n2024/03/01 9:00:00 AM GMT,good\n",
    "webropol": "Vastausaika\tMielipide\t\n-\tHyvä\tHelppo\n01.03.2024 09:00:00\t5\t4\n",
    "redcap": "record_id,redcap_survey_identifier,why___1,why___2\n1,,0,1\n",
    "plain": "who,what\na,b\n",
}


def test_every_platform_has_its_room_its_marks_and_its_example() -> None:
    assert set(PLATFORMS) - {"transcript"} == set(MARKS) | {"plain", "spss"} == set(EXPORTS) | {"spss"}
    assert all(mark.words and mark.expected for mark in MARKS.values())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("platform", sorted(EXPORTS))
def test_each_tool_is_told_by_its_marks_in_any_encoding(tmp_path: Path, platform: str, encoding: str) -> None:
    found = detect(put(tmp_path, EXPORTS[platform].encode(encoding)))
    assert found.platform == platform and found.reason
    assert found.confidence == (FAIR if platform == "plain" else CERTAIN)


@pytest.mark.parametrize("platform", sorted(EXPORTS))
def test_auto_reads_as_the_tool_s_own_reader_does_and_says_why(tmp_path: Path, platform: str) -> None:
    path = put(tmp_path, EXPORTS[platform])
    auto, named = read(path, AUTO), read(path, platform)
    pd.testing.assert_frame_equal(auto.rows, named.rows)
    assert (auto.columns, auto.meta) == (named.columns, named.meta)
    assert {"platform", "confidence", "reason"} <= set(auto.notes) and auto.notes["platform"] == platform
    assert named.notes["platform"] == platform and "reason" not in named.notes


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("1. How was it?,2. And then?\ngood,bad\n", ["jisc"]),  # any numbered table
        ("who,intake_complete\na,2\n", ["redcap"]),
        ("Timestamp,Q\nMonday,yes\n", ["google_forms"]),
        ("pay. Are you paid?,why. Why?,how. How?\nyes,no,x\n", ["limesurvey"]),
        ("Unique Response Number,record_id\n1,2\n", ["jisc", "redcap"]),  # the sure marks of two
    ],
)
def test_a_doubt_is_refused_with_every_candidate_and_its_reason(tmp_path: Path, text: str, named: list[str]) -> None:
    path = put(tmp_path, text)
    with pytest.raises(StudyError) as caught:
        read(path, AUTO)
    told = str(caught.value)
    assert caught.value.kind == "file" and str(tmp_path) not in told
    assert "which tool wrote it cannot be told" in told
    assert all(f"{one.platform}: {one.reason}" in told for one in candidates(path))
    assert [one.platform for one in candidates(path)] == named
    assert f"instead of auto: {', '.join([*named, 'plain'])}" in told
    assert len(read(path, "plain").rows) == 1  # what it advises works


def test_a_sure_mark_beside_a_weak_one_of_another_tool_wins_and_says_so(tmp_path: Path) -> None:
    found = detect(put(tmp_path, "UserID,UserNo,Started,1. How?,2. Why?,3. When?\n1,1,x,a,b,c\n"))
    assert (found.platform, found.confidence) == ("smartsurvey", HIGH)
    assert "3 of 6 headers numbered as Jisc numbers questions" in found.reason


def test_numbered_headers_beside_jisc_s_own_column_are_no_doubt(tmp_path: Path) -> None:
    found = detect(put(tmp_path, "Unique Response Number,1. How?,2. Why?\n1,a,b\n"))
    assert (found.platform, found.confidence) == ("jisc", CERTAIN)


def test_two_header_rows_by_tabs_under_csv_are_webropol_s_layout_and_elsewhere_a_doubt(tmp_path: Path) -> None:
    text = "ID\tLinjat\t\t\n\tA\tB\tC\n7\t1\t\t1\n8\t\t1\t\n"
    assert detect(put(tmp_path, text))[:2] == ("webropol", FAIR)
    assert [one.platform for one in candidates(put(tmp_path, text, "export.tsv"))] == ["webropol"]
    with pytest.raises(StudyError, match="webropol"):
        detect(put(tmp_path, text, "export.tsv"))


def test_the_study_s_word_on_the_delimiter_counts_for_detection_too(tmp_path: Path) -> None:
    path = put(tmp_path, "id;submitdate;lastpage;G01Q01\n1;2024-03-01 10:00:00;2;5\n")
    assert detect(path, ReadOptions(delimiter=",")).platform == "plain"


# --- every survey export of ../shared/data, through ingest, by one sources.csv ---------------------------------------
class Real(NamedTuple):
    """What a real export is: the platform, its responses, and the lines below the data."""

    platform: str
    responses: int
    refused: int = 0


# Of the data's README: koodiaapinen (whose authors say in theirs which tool wrote which file), dart, edamame, biomed,
# nhs. Of the others, records less header rows, counted with Python's csv; for .sav the number of cases that SPSS shows.
REAL = {
    "raw_exports/googleforms_uppmax_20250424_start.csv": Real("google_forms", 20),
    "raw_exports/googleforms_uppmax_20250424_end.csv": Real("google_forms", 10),
    "raw_exports/googleforms_uppmax_20251014_start.csv": Real("google_forms", 11),
    "raw_exports/googleforms_uppmax_20251014_end.csv": Real("google_forms", 6),
    "raw_exports/googleforms_uppmax_20251127_start.csv": Real("google_forms", 9),
    "raw_exports/googleforms_uppmax_20251127_end.csv": Real("google_forms", 3),
    "raw_exports/limesurvey_rse2017_uk_public.csv": Real("limesurvey", 253),
    "raw_exports/qualtrics_exceed_python.csv": Real("qualtrics", 78),
    "raw_exports/qualtrics_impressive_climate.csv": Real("qualtrics", 452),
    "raw_exports/surveymonkey_todo2018.csv": Real("surveymonkey", 748),
    "raw_exports/spss_koodiaapinen_graduaineisto.sav": Real("spss", 317),
    "raw_exports/spss_sleep.sav": Real("spss", 271),
    "edamame/EDAMAME_2014_PRE_SURVEY.csv": Real("google_forms", 23),
    "edamame/EDAMAME_2016_PRE_SURVEY.csv": Real("google_forms", 33),
    "edamame/EDAMAME_2016_POST_SURVEY.csv": Real("google_forms", 25),
    "edamame/EDAMAME_2017_PRE_SURVEY.csv": Real("google_forms", 26),
    "edamame/EDAMAME_2017_POST_SURVEY.csv": Real("google_forms", 26),
    "edamame/EDAMAME_2018_PRE_SURVEY.csv": Real("google_forms", 26),
    "edamame/EDAMAME_2018_POST_SURVEY.csv": Real("google_forms", 24),
    "koodiaapinen/S2015__graduaineisto_siistitty04.sav": Real("spss", 317),
    "koodiaapinen/S2015__koodiaapinen-taustakysely-anonymisoitu.csv": Real("google_forms", 1001),
    # The authors' 333, 117 and their 228 of the feedback are line counts; 16, 10 and 22 records are the blank lines and
    # the legend below the data, and the feedback's 159 records less two header rows and these are 135.
    "koodiaapinen/S2015__koodiaapinen-tutkimuskysely-osa1-anonymisoitu.csv": Real("webropol", 317, 16),
    "koodiaapinen/S2015__koodiaapinen-tutkimuskysely-osa2-anonymisoitu.csv": Real("webropol", 107, 10),
    "koodiaapinen/S2015__koodiaapinen-palautekysely-anonymisoitu.csv": Real("webropol", 135, 22),
    "koodiaapinen/K2016__jaksopalautteet__python-1.csv": Real("plain", 288),
    "koodiaapinen/K2016__jaksopalautteet__scratch-1.csv": Real("plain", 334),
    "koodiaapinen/K2016__loppupalaute__python.csv": Real("plain", 27),
    "koodiaapinen/K2016__loppupalaute__racket.csv": Real("plain", 12),
    "koodiaapinen/K2016__loppupalaute__scratch.csv": Real("plain", 32),
    "koodiaapinen/K2016__loppupalaute__scratchjr.csv": Real("plain", 32),
    "biomed_workshops/01-01-self_assessment_persona.tsv": Real("qualtrics", 67),
    "biomed_workshops/01-02-pre_workshop.tsv": Real("qualtrics", 67),
    "biomed_workshops/01-03-post_workshop.tsv": Real("qualtrics", 43),
    "biomed_workshops/01-04-longterm_workshop.tsv": Real("qualtrics", 11),
    "nhs_feedback/v6framework_230831.csv": Real("plain", 7908),
    "nhs_feedback/phase1_text_data.csv": Real("plain", 10334),
    "dart/nih_pre.labels.csv": Real("redcap", 493),
    "dart/nih_pre.codes.csv": Real("redcap", 493),
    "dart/nih_post.labels.csv": Real("redcap", 305),
    "dart/nih_post.codes.csv": Real("redcap", 305),
    "dart/exit_survey.labels.csv": Real("redcap", 296),
    "dart/exit_survey.codes.csv": Real("redcap", 296),
    "dart/demographics.labels.csv": Real("redcap", 496),
    "dart/needs_assessment.labels.csv": Real("redcap", 516),
    "dart/quick_module_feedback.labels.csv": Real("redcap", 2101),
    "dart/oss_code_pre.labels.csv": Real("redcap", 493),
    "dart/oss_code_post.labels.csv": Real("redcap", 303),
    "dart/oss_data_pre.labels.csv": Real("redcap", 493),
    "dart/oss_data_post.labels.csv": Real("redcap", 298),
    "dart/consented.labels.csv": Real("redcap", 520),
    "dart/nalms_summary.labels.csv": Real("redcap", 2036),
}


def one_sources_csv() -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["source", "strand", "wave", "file", "platform"])
    writer.writerows([f"s{number}", "learners", "pre", file, AUTO] for number, file in enumerate(REAL))
    return out.getvalue()


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> dict[str, SourceRow]:
    """One sources.csv that names every export, each with `auto`."""
    sheet = tmp_path_factory.mktemp("real") / "sources.csv"
    sheet.write_text(one_sources_csv(), encoding="utf-8")
    return {row.file: row for row in read_sheet(sheet, SourceRow, key="source")}


@pytest.mark.parametrize("file", sorted(REAL))
def test_every_real_export_goes_through_ingest_by_auto(shared: Path, sources: dict[str, SourceRow], file: str) -> None:
    row, real = sources[file], REAL[file]
    table = read(shared / file, row.platform)
    mapping = map_columns(table.columns, row, [], [])  # no fields.csv: every column by its own name, as text
    found = ingest(table, row, mapping, ["pre"], [])
    assert (table.notes["platform"], len(found.responses), len(found.refused)) == real
    assert len(mapping) == len(table.columns) == len({line.item for line in mapping})
    check(found.responses, "ingested", row.source)
    check(found.refused, "refused", row.source)
    assert found.unreadable_dates == 0
    if "received" in table.meta:
        assert found.responses["received"].notna().all()


def test_every_survey_export_of_the_folders_is_in_the_table(shared: Path) -> None:
    # What is no export of a survey: code books, results of the authors' coding, tables of who belongs where.
    others = ("value_labels", "VignettesCoded", "recodes", "paired_questions", "participant_", "opettajaosuudet")
    folders = sorted({Path(file).parts[0] for file in REAL})
    there = {f"{folder}/{path.name}" for folder in folders for path in (shared / folder).iterdir()}
    there = {file for file in there if file.endswith((".csv", ".tsv", ".sav")) and not any(o in file for o in others)}
    assert there - set(REAL) == {"koodiaapinen/K2016__jaksopalautteet__jaksopalautteet.csv"}  # means of the others


# --- the step, and what it leaves in its log
def step(folder: Path, text: str, *, alone: bool = False) -> subprocess.CompletedProcess | None:
    put(folder, text)
    put(folder, "source,strand,wave,file,platform\na,learners,pre,export.csv,auto\n", "sources.csv")
    put(folder, "item,wording,scale\nwhat,What?,text\n", "items.csv")
    reads = {"raw": "export.csv", "codebook": "items.csv", "fields": [], "sources": "sources.csv"}
    leaves = {"responses": "out.parquet", "refused": "out.refused.csv"}
    script = ROOT / "scripts" / "ingest.py"
    if alone:
        words = reads | leaves | {"fields": "[]", "source": "a", "synthetic": "false", "person-key": "[]"}
        command = [sys.executable, str(script), *(part for name in words for part in (f"--{name}", words[name]))]
        return subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    given = SimpleNamespace(
        input=reads,
        output=leaves,
        params={"source": "a", "synthetic": False, "person_key": []},
        log=["ingest.log"],
        rule="ingest",
        wildcards={"source": "a"},
        scriptdir=str(script.parent),
    )
    runpy.run_path(str(script), init_globals={"snakemake": given})
    return None


def test_the_step_logs_the_platform_with_its_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    step(tmp_path, EXPORTS["google_forms"])
    told = (tmp_path / "ingest.log").read_text(encoding="utf-8")
    assert "platform google_forms (certain): the first column is 'Timestamp' and holds days with times" in told
    responses = pd.read_parquet(tmp_path / "out.parquet")
    assert len(responses) == 1  # and without a fields.csv
    refused = pd.read_csv(tmp_path / "out.refused.csv")
    shown = records([{"source": "a", "file": "export.csv", "platform": AUTO}], {"a": responses}, {"a": refused})
    assert shown.frame["platform"].iloc[0] == (
        "auto: google_forms (certain; the first column is 'Timestamp' and holds days with times)"
    )


def test_the_step_refuses_a_doubt_without_a_traceback(tmp_path: Path) -> None:
    ended = step(tmp_path, "1. How?,2. Why?\na,b\n", alone=True)
    assert ended.returncode != 0 and "Traceback" not in ended.stderr
    assert "which tool wrote it cannot be told: jisc:" in ended.stderr
