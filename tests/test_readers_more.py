"""Exports oddly written, and those of Google Forms, LimeSurvey, Webropol and SmartSurvey: small files made here.

The layouts of Google Forms, LimeSurvey and Webropol are those of the real files that tests/test_detect.py reads.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from prepost.errors import StudyError
from prepost.readers import ReadOptions, read


def put(tmp_path: Path, text: str | bytes, name: str = "export.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(text.encode("utf-8") if isinstance(text, str) else text)
    return path


def fault(path: Path, platform: str, options: ReadOptions | None = None) -> str:
    with pytest.raises(StudyError) as caught:
        read(path, platform, options=options)
    assert caught.value.kind == "file"
    return str(caught.value)


def cells(table) -> list[list[str | None]]:
    return [[None if pd.isna(cell) else cell for cell in row] for row in table.rows.itertuples(index=False)]


# --- Qualtrics: header rows of several widths, one header row, semicolons

IDS = ";".join(f'"{{""ImportId"":""{name}""}}"' for name in ("startDate", "endDate", "recordedDate", "QID1"))
THREE = ["StartDate;EndDate;RecordedDate;Q1", "Start Date;End Date;Recorded Date;How sure?", IDS]
ANSWER = "2024-03-01;2024-03-01;2024-03-02;4"


@pytest.mark.parametrize("row", [1, 2])
@pytest.mark.parametrize("delimiter", [";", ","])
def test_surplus_cells_of_a_qualtrics_header_row_are_refused_where_filled_and_let_go_where_blank(
    tmp_path: Path, row: int, delimiter: str
):
    for surplus, refused in ((";;", False), (";;more", True)):
        rows = [*THREE, ANSWER]
        rows[row] += surplus
        path = put(tmp_path, "\n".join(rows).replace(";", delimiter) + "\n")
        if refused:
            message = fault(path, "qualtrics", ReadOptions(delimiter=delimiter))
            assert "1 cells beyond the 4 of the first header row" in message and str(row + 1) in message
        else:
            table = read(path, "qualtrics", options=ReadOptions(delimiter=delimiter))
            assert list(table.rows.columns) == ["startDate", "endDate", "recordedDate", "QID1"]
            assert cells(table) == [ANSWER.split(";")]


@pytest.mark.parametrize("heads", [1, 2, 3])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_qualtrics_with_one_two_or_three_header_rows_and_any_delimiter(tmp_path: Path, heads: int, delimiter: str):
    text = "\n".join([*THREE[:heads], ANSWER]) + "\n"
    table = read(put(tmp_path, text.replace(";", delimiter)), "qualtrics")
    assert table.notes["header_rows"] == str(heads)
    assert cells(table) == [ANSWER.split(";")]
    names = ["startDate", "endDate", "recordedDate", "QID1"] if heads == 3 else THREE[0].split(";")
    assert list(table.rows.columns) == names and table.meta["received"] == names[2]


# --- Google Forms

GOOGLE = (
    "Timestamp,How sure are you? [Listening],How sure are you? [Asking],Anything else?,Anything else?\n"
    '2025/11/27 9:15:24 am CET,4,5,"two\nlines",again\n'
    "2025/11/27 1:15:24 pm CET,3,,,\n"
)


def test_google_forms_keeps_every_question_and_says_which_column_is_the_date(tmp_path: Path):
    table = read(put(tmp_path, GOOGLE), "google_forms")
    questions = ["How sure are you? [Listening]", "How sure are you? [Asking]", "Anything else?", "Anything else? [2]"]
    assert list(table.rows.columns) == ["Timestamp", *questions]
    assert table.meta == {"received": "Timestamp"}
    assert [column.question for column in table.columns] == [None, *questions[:3], "Anything else?"]
    assert cells(table)[0] == ["2025/11/27 9:15:24 am CET", "4", "5", "two\nlines", "again"]
    assert list(table.rows.index) == [2, 4]  # the first answer has a line break


@pytest.mark.parametrize(
    ("header", "moment"),
    [
        ("Aikaleima", "6.10.2015 klo 23.36.27"),
        ("Tidstämpel", "2025-11-27 09:15:24"),
        ("Horodateur", "27/11/2025 09:15:24"),
        ("Časové razítko", "27.11.2025 9:15:24"),
        ("Χρονική σήμανση", "27/11/2025 9:15:24 π.μ."),
        ("a word for it that nobody told us", "27/11/2025 09:15:24"),
    ],
)
def test_google_forms_in_other_languages(tmp_path: Path, header: str, moment: str):
    table = read(put(tmp_path, f"{header},Q\n{moment},yes\n"), "google_forms")
    assert cells(table) == [[moment, "yes"]] and table.meta["received"] == header


def test_a_table_without_moments_is_no_google_forms_export(tmp_path: Path):
    assert "this looks like a plain table" in fault(put(tmp_path, "when,Q\nyesterday,yes\n"), "google_forms")


# --- LimeSurvey

LIME_OWN = ["id", "submitdate", "lastpage", "startlanguage", "seed", "startdate", "datestamp"]
LIME_ASKED = ["G01Q01", "G01Q02[SQ001]", "G01Q03[SQ001]", "G01Q03[SQ002]", "G01Q03[other]"]
LIME_WORDS = ["How sure?", "Grid [Listening]", "Which? [Film]", "Which? [Quiz]", "Which? [Other]"]
LIME_ROWS = [
    ["1", "2024-03-02 10:00:00", "3", "en", "77", "2024-03-02 09:50:00", "2024-03-02 10:00:00"]
    + ["5", "2", "Yes", "No", "a game"],
    ["2", "", "1", "en", "78", "2024-03-03 09:50:00", "2024-03-03 09:55:00", "4", "", "", "", ""],
    ["3", "2024-03-04 10:00:00", "3", "en", "79", "2024-03-04 09:50:00", "2024-03-04 10:00:00"]
    + ["1", "3", "Yes", "Yes", ""],
]


def lime(style: str, delimiter: str) -> str:
    pairs = list(zip(LIME_ASKED, LIME_WORDS, strict=True))
    headers = {
        "codes": [*LIME_OWN, *LIME_ASKED],
        "codes and text": [f"{code}. {code}" for code in LIME_OWN] + [f"{code}. {words}" for code, words in pairs],
        "codes in brackets": LIME_OWN + [f"[{code}] {words}" for code, words in pairs],
        "text": ["Response ID", "Date submitted", "Last page", "Start language", "Seed", "Date started"]
        + ["Date last action", *LIME_WORDS],
    }[style]
    return "".join(delimiter.join(f'"{cell}"' for cell in row) + "\n" for row in [headers, *LIME_ROWS])


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("style", ["codes", "codes and text", "codes in brackets", "text"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_limesurvey_by_codes_by_text_and_by_both(tmp_path: Path, style: str, delimiter: str, encoding: str):
    table = read(put(tmp_path, lime(style, delimiter).encode(encoding)), "limesurvey")
    rows = table.rows
    assert len(rows) == table.records == 3
    assert rows[table.meta["status"]].tolist() == ["complete", "incomplete", "complete"]  # broken off, and kept
    assert rows[table.meta["response_id"]].tolist() == ["1", "2", "3"]
    assert rows[table.meta["received"]].fillna("").tolist() == [row[1] for row in LIME_ROWS]
    first = "How sure?" if style == "text" else "G01Q01"
    assert rows[first].tolist() == ["5", "4", "1"]
    wordings = {column.name: column.question for column in table.columns}
    assert wordings[first] == (None if style == "codes" else "How sure?")
    if style != "text":
        assert rows["G01Q03"].fillna("").tolist() == ["SQ001 | other", "", "SQ001 | SQ002"]


def test_limesurvey_without_dates_has_no_date_of_receipt(tmp_path: Path):
    # LimeSurvey gives a finished response of a survey that keeps no dates the date 1980-01-01.
    text = "id;submitdate;lastpage;G01Q01\n1;1980-01-01 00:00:00;3;5\n2;;1;4\n"
    table = read(put(tmp_path, text), "limesurvey")
    assert "received" not in table.meta
    assert table.rows["completion"].tolist() == ["complete", "incomplete"]


# --- Webropol

WEBROPOL = (
    "Vastausaika\tIkä\tKielet\t\tMielipide\t\n"
    "-\t-\tScratch\tRacket\tSe on hyödyllistä\tSe on helppoa\n"
    "08.10.2015 17:20:11\t44\t1\t\t5\t4\n"
    "09.10.2015 08:00:00\t51\t\t1\t3\t2\n"
    "\t\t\t\t\t\n"
    "\t\t\t\t1 = eri mieltä\t1 = eri mieltä\n"
    "\t\t\t\t5 = samaa mieltä\t5 = samaa mieltä\n"
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("name", ["export.csv", "export.txt"])
def test_webropol_has_two_header_rows_and_a_legend_that_is_no_response(tmp_path: Path, encoding: str, name: str):
    table = read(put(tmp_path, WEBROPOL.encode(encoding), name), "webropol")
    assert list(table.rows.columns) == [
        *("Vastausaika", "Ikä", "Kielet [Scratch]", "Kielet [Racket]"),
        *("Mielipide [Se on hyödyllistä]", "Mielipide [Se on helppoa]"),
    ]
    assert cells(table) == [
        ["08.10.2015 17:20:11", "44", "1", None, "5", "4"],
        ["09.10.2015 08:00:00", "51", None, "1", "3", "2"],
    ]
    assert table.meta == {"received": "Vastausaika"} and table.columns[4].question == "Se on hyödyllistä"
    # The data end on line 4; below it an empty line and two of the legend.
    assert table.refused["line"].tolist() == [5, 6, 7] and table.records == 2 + 3
    assert table.refused["reason"].str.contains("legend").tolist() == [False, True, True]


def test_webropol_with_answers_as_words(tmp_path: Path):
    text = WEBROPOL.replace("\t5\t4\n", "\tkyllä\tei\n").replace("\t3\t2\n", "\tei\tei\n")
    assert read(put(tmp_path, text), "webropol").rows["Mielipide [Se on helppoa]"].tolist() == ["ei", "ei"]


def test_webropol_wants_its_two_header_rows(tmp_path: Path):
    assert "two header rows" in fault(put(tmp_path, "a\tb\n1\t2\n"), "webropol")
    wide = WEBROPOL.replace("helppoa\n", "helppoa\tmore\n")
    assert "beyond the 6 of the first header row" in fault(put(tmp_path, wide), "webropol")


# --- SmartSurvey

SMART = (
    "UserID,UserNo,Name,Email,IP Address,Unique ID,Started,Ended,Q1. How sure are you?,Q2. Which helped?,\n"
    "{second}"
    "9001,1,,,,u1,13/02/2024 09:00:00,13/02/2024 09:10:00,Very,Film,Quiz\n"
    "9002,2,,,,u2,14/02/2024 09:00:00,14/02/2024 09:10:00,Not,,Quiz\n"
)


def test_smartsurvey_with_a_second_header_row_of_parts(tmp_path: Path):
    table = read(put(tmp_path, SMART.format(second=",,,,,,,,,Film,Quiz\n")), "smartsurvey")
    assert table.meta == {"response_id": "UserID", "received": "Ended", "started": "Started"}
    assert table.rows["Q2. Which helped?"].tolist() == ["Film | Quiz", "Quiz"]
    assert table.rows["Q1. How sure are you?"].tolist() == ["Very", "Not"] and len(table.refused) == 0


def test_smartsurvey_with_one_header_row(tmp_path: Path):
    table = read(put(tmp_path, SMART.format(second="")), "smartsurvey")
    assert table.rows["UserID"].tolist() == ["9001", "9002"] and table.notes["header_rows"] == "1"


# --- bytes, for the new rooms as for the old

SPELT = 'Timestamp,Naïve café – “quoted”?,Naïve café – “quoted”?\n2024-03-01 09:00:00,"Zoë,\nMüller",señor\n'


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "latin-1", "mac_roman"]
)
def test_every_encoding_and_line_end_gives_the_same_table(tmp_path: Path, encoding: str, ends: str):
    text = SPELT.translate(str.maketrans("–“”", "-''")) if encoding == "latin-1" else SPELT
    options = ReadOptions(encoding=encoding) if encoding == "mac_roman" and ends != "\r" else None
    table = read(put(tmp_path, text.replace("\n", ends).encode(encoding)), "google_forms", options=options)
    question = text.split(",")[1]
    assert list(table.rows.columns) == ["Timestamp", question, f"{question} [2]"]
    assert cells(table) == [["2024-03-01 09:00:00", f"Zoë,{ends}Müller", "señor"]]
