"""Readers on real exports of real tools: counts from the data's own README, never a text or an id."""

from __future__ import annotations

from pathlib import Path

import pytest
from prepost.errors import StudyError
from prepost.readers import read

DART = {
    "nih_pre.labels": 493,
    "nih_pre.codes": 493,
    "nih_post.labels": 305,
    "nih_post.codes": 305,
    "exit_survey.labels": 296,
    "exit_survey.codes": 296,
    "demographics.labels": 496,
    "needs_assessment.labels": 516,
    "quick_module_feedback.labels": 2101,
    "oss_code_pre.labels": 493,
    "oss_code_post.labels": 303,
    "oss_data_pre.labels": 493,
    "oss_data_post.labels": 298,
}


@pytest.mark.parametrize("name", sorted(DART))
def test_dart(shared: Path, name: str):
    table = read(shared / "dart" / f"{name}.csv", "redcap")
    assert len(table.rows) == DART[name] == table.records
    assert table.meta["response_id"] == "record_id"
    assert list(table.rows.columns) == [column.name for column in table.columns]


def test_dart_multiple_answers_agree_with_their_columns(shared: Path):
    rows = read(shared / "dart" / "demographics.labels.csv", "redcap").rows
    ticked = rows[[name for name in rows.columns if name.startswith("os___")]].eq("1").sum(axis=1)
    assert rows["os"].fillna("").str.count(r"\|").add(rows["os"].notna()).tolist() == ticked.tolist()


# Rows: the data's README for biomed and edamame; for the others records less header rows, counted by Python's csv.
QUALTRICS = {
    "raw_exports/qualtrics_exceed_python.csv": (78, "1"),
    "raw_exports/qualtrics_impressive_climate.csv": (452, "3"),
    "biomed_workshops/01-01-self_assessment_persona.tsv": (67, "1"),
    "biomed_workshops/01-02-pre_workshop.tsv": (67, "1"),
    "biomed_workshops/01-03-post_workshop.tsv": (43, "1"),
    "biomed_workshops/01-04-longterm_workshop.tsv": (11, "1"),
}


@pytest.mark.parametrize("name", sorted(QUALTRICS))
def test_qualtrics(shared: Path, name: str):
    table = read(shared / name, "qualtrics")
    assert (len(table.rows), table.notes["header_rows"]) == QUALTRICS[name]
    assert len(table.refused) == 0
    assert {"received", "started", "duration_seconds"} <= set(table.meta)


def test_qualtrics_import_ids(shared: Path):
    table = read(shared / "raw_exports/qualtrics_impressive_climate.csv", "qualtrics")
    assert table.meta["response_id"] == "_recordId"
    assert table.rows["_recordId"].is_unique
    assert {"QID4_TEXT", "QID28_1", "condition"} <= set(table.rows.columns)


def test_surveymonkey(shared: Path):
    table = read(shared / "raw_exports/surveymonkey_todo2018.csv", "surveymonkey")
    assert len(table.rows) == 748 == table.records  # 750 records in the file, two of them headers
    assert table.rows["Respondent ID"].is_unique
    assert table.rows["Start Date"].str.fullmatch(r"\d{5}(\.\d+)?").all()
    question = "What kinds of tools does your company use to manage"
    combined = [name for name in table.rows.columns if name.startswith(question) and not name.endswith("]")]
    parts = [name for name in table.rows.columns if name.startswith(question) and name.endswith("]")]
    ticked = table.rows[[name for name in parts if not name.endswith("[Recode]")]].notna().sum(axis=1)
    assert table.rows[combined[0]].str.count(r" \| ").add(1).fillna(0).tolist() == ticked.tolist()


@pytest.mark.parametrize(
    ("name", "rows", "columns"), [("spss_sleep.sav", 271, 55), ("spss_koodiaapinen_graduaineisto.sav", 317, 176)]
)
def test_spss(shared: Path, name: str, rows: int, columns: int):
    table = read(shared / "raw_exports" / name, "spss")
    assert table.rows.shape == (rows, columns)
    for column, labels in table.value_labels.items():
        assert all(not code.endswith(".0") for code in labels), column
    assert table.notes["encoding"] == "windows-1252"


def test_spss_labels_in_windows_1252(shared: Path):
    table = read(shared / "raw_exports/spss_koodiaapinen_graduaineisto.sav", "spss")
    assert table.value_labels["Sukupuoli"] == {"1": "Nainen", "2": "Mies"}
    assert "Ikä" in table.rows.columns


PLAIN = {
    "raw_exports/googleforms_uppmax_20250424_start.csv": 20,
    "raw_exports/googleforms_uppmax_20250424_end.csv": 10,
    "raw_exports/googleforms_uppmax_20251014_start.csv": 11,
    "raw_exports/googleforms_uppmax_20251014_end.csv": 6,
    "raw_exports/googleforms_uppmax_20251127_start.csv": 9,
    "raw_exports/googleforms_uppmax_20251127_end.csv": 3,
    "raw_exports/limesurvey_rse2017_uk_public.csv": 253,
    "dart/participant_waves.csv": 634,
    "dart/participant_pathways.csv": 516,
    "edamame/EDAMAME_2016_PRE_SURVEY.csv": 33,
    "edamame/EDAMAME_2016_POST_SURVEY.csv": 25,
    "edamame/EDAMAME_2017_PRE_SURVEY.csv": 26,
    "edamame/EDAMAME_2017_POST_SURVEY.csv": 26,
    "edamame/EDAMAME_2018_PRE_SURVEY.csv": 26,
    "edamame/EDAMAME_2018_POST_SURVEY.csv": 24,
    "koodiaapinen/S2015__koodiaapinen-taustakysely-anonymisoitu.csv": 1001,
    "koodiaapinen/K2016__loppupalaute__racket.csv": 12,
}


@pytest.mark.parametrize("name", sorted(PLAIN))
def test_plain(shared: Path, name: str):
    table = read(shared / name, "plain")
    assert len(table.rows) == PLAIN[name] and len(table.refused) == 0


def test_an_old_macintosh_file(shared: Path):
    """Lone carriage returns and Mac Roman: bytes D2 and D3 are curly quotes there, and capital O's in Latin-1."""
    table = read(shared / "edamame/EDAMAME_2014_PRE_SURVEY.csv", "plain")
    assert len(table.rows) == 23 and table.notes["encoding"] == "mac_roman"
    headers = "".join(column.header for column in table.columns)
    assert (headers.count("“"), headers.count("”"), headers.count("Ò")) == (4, 4, 0)


@pytest.mark.parametrize(("part", "rows", "refused"), [("osa1", 317, 16), ("osa2", 107, 10)])
def test_a_legend_below_the_data_is_refused(shared: Path, part: str, rows: int, refused: int):
    table = read(shared / f"koodiaapinen/S2015__koodiaapinen-tutkimuskysely-{part}-anonymisoitu.csv", "plain")
    assert (len(table.rows), len(table.refused), table.records) == (rows, refused, rows + refused)
    assert table.rows["ID"].is_unique and table.rows["ID"].notna().all()
    assert min(table.refused["line"]) > max(table.rows.index)


def test_a_real_file_under_the_wrong_platform(shared: Path):
    with pytest.raises(StudyError, match="this looks like a SurveyMonkey export"):
        read(shared / "raw_exports/surveymonkey_todo2018.csv", "qualtrics")
    with pytest.raises(StudyError, match="this looks like a Qualtrics export"):
        read(shared / "raw_exports/qualtrics_exceed_python.csv", "redcap")
    with pytest.raises(StudyError, match="this looks like a Google Forms export"):
        read(shared / "edamame/EDAMAME_2018_PRE_SURVEY.csv", "microsoft_forms")
    with pytest.raises(StudyError, match="this looks like a plain table"):
        read(shared / "nhs_feedback/phase1_text_data.csv", "microsoft_forms")
