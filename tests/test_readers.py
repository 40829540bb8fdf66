"""Readers of raw exports: small files made here, each answer readable off the test."""

from __future__ import annotations

import csv
import datetime
import io
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from prepost.errors import StudyError
from prepost.readers import MULTIPLE_SEPARATOR, PLATFORMS, ReadOptions, read, workbook
from prepost.readers.decoding import decode, find_delimiter, split_records
from prepost.readers.table import unique_names
from prepost.readers.workbook import cell_text

HERE = Path("export.csv")


def put(tmp_path: Path, text: str | bytes, name: str = "export.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(text.encode("utf-8") if isinstance(text, str) else text)
    return path


def book(tmp_path: Path, rows: list[list[object]], *, sheets: tuple[str, ...] = ("Sheet1",)) -> Path:
    import xlsxwriter

    path = tmp_path / "export.xlsx"
    with xlsxwriter.Workbook(path) as made:
        moment = made.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        for name in sheets:
            sheet = made.add_worksheet(name)
            for row, cells in enumerate(rows):
                for column, cell in enumerate(cells):
                    if isinstance(cell, datetime.date):
                        sheet.write_datetime(row, column, cell, moment)
                    elif isinstance(cell, str):
                        sheet.write_string(row, column, cell)
                    elif cell is not None:
                        sheet.write(row, column, cell)
    return path


def fault(path: Path, platform: str, options: ReadOptions | None = None) -> str:
    with pytest.raises(StudyError) as caught:
        read(path, platform, options=options)
    assert caught.value.kind in ("file", "study")
    assert str(path.parent) not in str(caught.value)
    return str(caught.value)


def cells(table) -> list[list[str | None]]:
    return [[None if pd.isna(cell) else cell for cell in row] for row in table.rows.itertuples(index=False)]


# --- bytes and text


@pytest.mark.parametrize(
    ("encoded", "encoding"),
    [
        ("id,naïve\n1,Zoë’s café\n".encode(), "utf-8"),
        ("id,naïve\n1,Zoë’s café\n".encode("utf-8-sig"), "utf-8-sig"),
        ("id,naïve\n1,Zoë’s café\n".encode("utf-16"), "utf-16"),
        ("id,naïve\n1,Zoë’s café\n".encode("utf-16-le"), "utf-16-le"),
        ("id,naïve\n1,Zoë’s café\n".encode("utf-16-be"), "utf-16-be"),
        ("id,naïve\n1,Zoë’s café\n".encode("cp1252"), "cp1252"),
        ("id,naïve\r1,Zoë’s café\r".encode("mac_roman"), "mac_roman"),
        ("id,naïve\r1,Zoë’s café\r".encode("cp1252"), "cp1252"),
    ],
)
def test_encodings_are_found(encoded: bytes, encoding: str):
    text, found = decode(encoded, HERE)
    assert found == encoding
    assert text.replace("\r", "\n") == "id,naïve\n1,Zoë’s café\n"


@pytest.mark.parametrize("answer", ["é", "déjà vu", "Müller", "£5 a session", "garçon", "crème brûlée"])
def test_short_latin_1_is_read_rightly(answer: str):
    assert decode(f"id,comment\n1,{answer}\n".encode("latin-1"), HERE)[0] == f"id,comment\n1,{answer}\n"


def test_a_stated_encoding_is_used_and_only_it(tmp_path: Path):
    path = put(tmp_path, "id,comment\n1,привет\n".encode("cp1251"))
    assert cells(read(path, "plain", options=ReadOptions(encoding="cp1251"))) == [["1", "привет"]]
    assert "not text in ascii" in fault(path, "plain", ReadOptions(encoding="ascii"))
    assert "no known encoding" in fault(path, "plain", ReadOptions(encoding="cp9999"))


def test_mostly_utf_8_is_refused_by_its_line_and_not_spoilt(tmp_path: Path):
    path = put(tmp_path, "id,comment\n1,Zoë\n2,naïve\n3,crème\n".encode() + b"4,caf\xe9\n")
    message = fault(path, "plain")
    assert "utf-8" in message and "line 5" in message


def test_nul_is_refused(tmp_path: Path):
    assert "NUL" in fault(put(tmp_path, b"id,answer\n1,a\x00b\n2,yes\n3,yes\n"), "plain")


def test_a_record_has_the_line_on_which_it_starts():
    text = 'id,comment\n1,"two\nlines"\n\n2,"three\r\nmore\rlines"\n3,one\n'
    assert list(split_records(text, ",", HERE)) == [
        (1, ["id", "comment"]),
        (2, ["1", "two\nlines"]),
        (4, []),
        (5, ["2", "three\r\nmore\rlines"]),
        (8, ["3", "one"]),
    ]


def test_a_form_feed_ends_no_line():
    assert list(split_records("a,b\x0cc\u2028d\n", ",", HERE)) == [(1, ["a", "b\x0cc\u2028d"])]


def test_an_open_quote_is_told_by_its_record(tmp_path: Path):
    message = fault(put(tmp_path, 'id,comment\n1,fine\n2,"secret words\n3,fine\n'), "plain")
    assert "never closes" in message and "first: 3" in message and "secret" not in message


def test_a_closed_quote_at_the_very_end_is_no_fault(tmp_path: Path):
    assert cells(read(put(tmp_path, 'id,comment\n1,"last"'), "plain")) == [["1", "last"]]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_one_of_one_width(delimiter: str):
    lines = [["id", "Rate it, from 1 to 5"], ["1", "3"], ["2", "good; bad, both"]]
    made = io.StringIO()
    csv.writer(made, delimiter=delimiter).writerows(lines)
    assert find_delimiter(made.getvalue(), HERE) == delimiter


def test_an_undecidable_delimiter_is_refused_and_can_be_stated(tmp_path: Path):
    path = put(tmp_path, "a,b;c\n1,2;3\n")
    assert "cannot tell what separates" in fault(path, "plain")
    assert cells(read(path, "plain", options=ReadOptions(delimiter=";"))) == [["1,2", "3"]]
    assert "none of ours" in fault(path, "plain", ReadOptions(delimiter="#"))


def test_a_header_alone_is_enough_where_one_delimiter_gives_many_fields():
    assert find_delimiter('"How, when?",Why; what?,Who,Where\n', HERE) == ","


def test_names_are_made_unique_and_a_literal_one_stays():
    assert unique_names(["a", "", "a", "a [2]", " "]) == ["a", "column 2", "a [3]", "a [2]", "column 5"]


# --- the table


def test_text_stays_as_it_is_and_blank_is_missing(tmp_path: Path):
    path = put(tmp_path, 'id,a,b,c,d\n007,03-MAR,1E5, kept ,""\n')
    table = read(path, "plain")
    assert cells(table) == [["007", "03-MAR", "1E5", " kept ", None]]
    assert (table.rows.dtypes == "str").all()
    assert table.rows.index.name == "line" and list(table.rows.index) == [2]


def test_lines_that_do_not_fit_are_refused_once_and_counted(tmp_path: Path):
    path = put(tmp_path, "id,a\n1,x\n2\n\n3,x,y\n4,x,\nid,a\n5,x\n\n\n")
    table = read(path, "plain")
    assert list(table.rows.index) == [2, 6, 8]
    assert list(table.refused["line"]) == [3, 4, 5, 7]
    assert [reason.split(":")[0] for reason in table.refused["reason"]] == [
        "too few fields",
        "empty line",
        "too many fields",
        "the header again",
    ]
    assert table.records == 7 == len(table.rows) + len(table.refused)


@pytest.mark.parametrize("platform", ["plain", "redcap"])
def test_a_header_alone_gives_no_rows_and_no_fault(tmp_path: Path, platform: str):
    table = read(put(tmp_path, "record_id,a\n"), platform)
    assert len(table.rows) == 0 == table.records
    assert list(table.rows.columns) == ["record_id", "a"] and (table.rows.dtypes == "str").all()
    assert str(table.rows.index.dtype) == "int64" and str(table.refused["line"].dtype) == "int64"


def test_duplicate_headers_are_told_apart(tmp_path: Path):
    table = read(put(tmp_path, "id,Why?,Why?\n1,x,y\n"), "plain")
    assert [column.name for column in table.columns] == ["id", "Why?", "Why? [2]"]
    assert [column.header for column in table.columns] == ["id", "Why?", "Why?"]
    assert cells(table) == [["1", "x", "y"]]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(
        st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from('\n\r",;')), min_size=3),
        max_size=8,
    ),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_what_was_written_is_read_and_nothing_is_lost(tmp_path: Path, rows: list[list[str]], encoding: str):
    made = io.StringIO()
    csv.writer(made, quoting=csv.QUOTE_ALL).writerows([["a", "b", "c"], *rows])
    path = put(tmp_path, made.getvalue().encode(encoding))
    table = read(path, "plain", options=ReadOptions(delimiter=","))
    assert table.records == len(rows) == len(table.rows) + len(table.refused)
    assert table.rows.index.is_unique and table.rows.index.is_monotonic_increasing
    assert not set(table.rows.index) & set(table.refused["line"])
    reasons = set(table.refused["reason"])
    if not any(reason.startswith(("empty", "below")) for reason in reasons):
        fits = [row[:3] for row in rows if not any(row[3:]) and row != ["a", "b", "c"]]
        assert cells(table) == [[cell or None for cell in row] for row in fits]


# --- faults of a file


def test_a_missing_an_empty_and_a_blank_file_are_told(tmp_path: Path):
    assert "not there" in fault(tmp_path / "none.csv", "plain")
    assert "folder" in fault(tmp_path, "plain")
    assert "0 bytes" in fault(put(tmp_path, b""), "plain")
    assert "no row" in fault(put(tmp_path, b"\n\n"), "plain")


def test_an_unknown_platform_gets_the_nearest_name(tmp_path: Path):
    message = fault(put(tmp_path, "a,b\n1,2\n"), "qualtriks")
    assert "did you mean 'qualtrics'?" in message


HEADERS = {
    "qualtrics": "StartDate,EndDate,Status,RecordedDate,ResponseId,Q1\n",
    "microsoft_forms": "ID,Start time,Completion time,Email,Name,How was it?\n",
    "surveymonkey": "Respondent ID,Collector ID,Start Date,End Date,How was it?\n,,,,Response\n",
    "jisc": "Unique Response Number,Completion Date,1. How was it?\n",
    "redcap": "record_id,redcap_survey_identifier,why___1,why___2,feedback_complete\n",
}


@pytest.mark.parametrize("declared", sorted(HEADERS))
@pytest.mark.parametrize("real", sorted(HEADERS))
def test_the_wrong_platform_is_told_with_the_right_one(tmp_path: Path, declared: str, real: str):
    path = put(tmp_path, HEADERS[real])
    if declared == real:
        assert len(read(path, declared).rows) == 0
    else:
        message = fault(path, declared)
        assert f"declared as {declared}, but this looks like a" in message
        assert f"set platform to {real} " in message


def test_a_plain_table_declared_as_a_platform_is_told(tmp_path: Path):
    for platform in HEADERS:
        assert "this looks like a plain table of 2 columns" in fault(put(tmp_path, "who,what\n1,2\n"), platform)


@pytest.mark.parametrize(
    ("head", "words"),
    [
        (b"$FL2@(#) SPSS", "an SPSS .sav file"),
        (b"PAR1", "a Parquet file"),
        (b"PK\x03\x04", "an Excel workbook"),
        (b"\xd0\xcf\x11\xe0\xa1", "an old Excel .xls"),
        (b"%PDF-1.7", "a PDF"),
        (b"\n<!DOCTYPE html><p>sign in</p>", "a web page"),
    ],
)
def test_a_file_of_another_kind_is_named(tmp_path: Path, head: bytes, words: str):
    path = put(tmp_path, head + b" more")
    for platform in set(PLATFORMS) - {"spss"}:
        assert words in fault(path, platform)


# --- platforms

QUALTRICS = (
    "StartDate,EndDate,Status,Finished,RecordedDate,ResponseId,Duration (in seconds),Q3,Q3_1,Q3_1,role\n"
    "Start Date,End Date,Response Type,Finished,Recorded Date,Response ID,Duration,"
    '"How sure\nare you?",Ticked,Ticked,role\n'
    '"{""ImportId"":""startDate"",""timeZone"":""Europe/London""}","{""ImportId"":""endDate""}",'
    '"{""ImportId"":""status""}","{""ImportId"":""finished""}","{""ImportId"":""recordedDate""}",'
    '"{""ImportId"":""_recordId""}","{""ImportId"":""duration""}",'
    '"{""ImportId"":""QID3""}","{""ImportId"":""QID4"",""choiceId"":""1""}","{""ImportId"":""QID4"",""choiceId"":""2""}",'
    '"{""ImportId"":""role""}"\n'
    '2024-03-01 09:00:00,2024-03-01 09:05:00,IP Address,True,2024-03-01 09:05:01,R_1,300,Agree,"Dogs,Cats",,nurse\n'
)


@pytest.mark.parametrize("form", ["csv", "tsv"])
def test_qualtrics_is_keyed_on_the_import_id(tmp_path: Path, form: str):
    if form == "csv":
        path = put(tmp_path, QUALTRICS)
    else:  # the tool's own TSV is UTF-16
        made = io.StringIO()
        csv.writer(made, delimiter="\t", lineterminator="\n").writerows(csv.reader(io.StringIO(QUALTRICS, newline="")))
        path = put(tmp_path, made.getvalue().encode("utf-16"), "export.tsv")
    table = read(path, "qualtrics")
    named = {column.name: column for column in table.columns}
    assert list(named)[7:] == ["QID3", "QID4_1", "QID4_2", "role"]
    assert (named["QID3"].header, named["QID3"].question) == ("Q3", "How sure\nare you?")
    assert table.meta == {
        "response_id": "_recordId",
        "received": "recordedDate",
        "started": "startDate",
        "status": "status",
        "duration_seconds": "duration",
        "finished": "finished",
    }
    assert list(table.rows.index) == [5]  # the wording takes lines 2 and 3
    assert table.rows.loc[5, "QID3"] == "Agree" and table.rows.loc[5, "QID4_1"] == "Dogs,Cats"
    assert table.notes["header_rows"] == "3"


def test_qualtrics_with_one_or_two_header_rows_is_keyed_on_the_header(tmp_path: Path):
    one = read(put(tmp_path, "StartDate;EndDate;Progress;Q1\n2024-03-01;2024-03-02;100;5\n"), "qualtrics")
    assert list(one.rows.columns) == ["StartDate", "EndDate", "Progress", "Q1"] and len(one.rows) == 1
    assert one.meta == {"received": "EndDate", "started": "StartDate"}
    two = read(
        put(tmp_path, "StartDate,EndDate,Progress,Q1\nStart Date,End Date,Progress,How?\n2024-03-01,x,100,5\n"),
        "qualtrics",
    )
    assert two.columns[3].question == "How?" and list(two.rows.index) == [3]


def test_microsoft_forms(tmp_path: Path):
    path = book(
        tmp_path,
        [
            ["ID", "Start time", "Completion time", "Email", "Name", "Which modules?", "How sure?"],
            [
                1,
                datetime.datetime(2024, 3, 1, 9, 0),
                datetime.datetime(2024, 3, 1, 9, 5, 30),
                "anonymous",
                "",
                "A;B;",
                4,
            ],
            [2, datetime.datetime(2024, 3, 2), None, "anonymous", None, None, 2.5],
        ],
    )
    table = read(path, "microsoft_forms")
    assert table.meta == {"response_id": "ID", "received": "Completion time", "started": "Start time"}
    assert cells(table) == [
        ["1", "2024-03-01T09:00:00", "2024-03-01T09:05:30", "anonymous", None, "A;B;", "4"],
        ["2", "2024-03-02", None, "anonymous", None, None, "2.5"],
    ]
    assert list(table.rows.index) == [2, 3]
    assert [column.question for column in table.columns][4:] == [None, "Which modules?", "How sure?"]


SURVEYMONKEY = [
    [
        "Respondent ID",
        "Collector ID",
        "Start Date",
        "End Date",
        "Which pets?",
        "",
        "",
        "Your role?",
        "",
        "Rate",
        "",
        "Why?",
    ],
    ["", "", "", "", "Dogs", "Big\xa0cats", "Other (please specify)", "Response", "Other (please specify)"]
    + ["The pace", "The depth", "Open-Ended Response"],
    ["101", "7", "43290.53487", "43290.6", "Dogs", "Big cats", "", "Nurse", "", "Good", "Poor", "because, well"],
    ["102", "7", "43291", "43291.5", "", "", "Newts", "", "Porter", "Poor", "", ""],
    ["103", "7", "43291", "43291.5", "", "", "", "Nurse", "", "", "", ""],
]


def test_surveymonkey_expanded(tmp_path: Path):
    made = io.StringIO()
    csv.writer(made).writerows(SURVEYMONKEY)
    table = read(put(tmp_path, made.getvalue()), "surveymonkey")
    assert list(table.rows.columns)[4:] == [
        "Which pets?",
        "Which pets? [Dogs]",
        "Which pets? [Big\xa0cats]",
        "Which pets? [Other (please specify)]",
        "Your role?",
        "Your role? [Other (please specify)]",
        "Rate [The pace]",
        "Rate [The depth]",
        "Why?",
    ]
    pets = ["Dogs" + MULTIPLE_SEPARATOR + "Big\xa0cats", "Other (please specify)", None]
    assert [row[4] for row in cells(table)] == pets
    assert list(table.rows["Which pets? [Other (please specify)]"].dropna()) == ["Newts"]
    assert table.rows.loc[3, "Start Date"] == "43290.53487" and list(table.rows.index) == [3, 4, 5]
    assert table.meta["response_id"] == "Respondent ID" and table.meta["received"] == "End Date"
    assert {column.name: column.question for column in table.columns}["Rate [The pace]"] == "Rate - The pace"


def test_surveymonkey_numbers_and_a_recoding_behind_other_still_combine(tmp_path: Path):
    text = (
        "Respondent ID,Start Date,Pets?,,,,One\n,,Dogs,Cats,Other (please specify),Recode,Response\n"
        "1,43290,1,2,,,x\n2,43290,,,Newts,amphibian,y\n"
    )
    table = read(put(tmp_path, text), "surveymonkey")
    assert list(table.rows["Pets?"]) == ["Dogs | Cats", "Other (please specify)"]
    assert list(table.rows["Pets? [Recode]"].dropna()) == ["amphibian"]


def test_surveymonkey_condensed_with_one_header_row(tmp_path: Path):
    table = read(put(tmp_path, "respondent_id,date_created,Pets?\nSYN-1,01/02/2024 10:00,Dogs\n"), "surveymonkey")
    assert cells(table) == [["SYN-1", "01/02/2024 10:00", "Dogs"]]
    assert table.meta == {"response_id": "respondent_id", "started": "date_created"}


def test_surveymonkey_keeps_its_combined_columns_when_nobody_answered(tmp_path: Path):
    table = read(put(tmp_path, "Respondent ID,Start Date,Pets?,\n,,Dogs,Cats\n"), "surveymonkey")
    assert list(table.rows.columns) == ["Respondent ID", "Start Date", "Pets?", "Pets? [Dogs]", "Pets? [Cats]"]


def test_jisc_as_text(tmp_path: Path):
    text = (
        '"Unique Response Number","Completion date","1. Which pets?","1.a. If Other, which?",'
        '"14. How likely?","14.1.a. To sing"\n'
        '"3568-3567-33","18/04/2024 15:42","Dogs,Cats, big ones",,,"Likely"\n'
    )
    table = read(put(tmp_path, text), "jisc")
    assert table.meta == {"response_id": "Unique Response Number", "received": "Completion date"}
    assert table.rows.loc[2, "1. Which pets?"] == "Dogs,Cats, big ones"
    assert [column.question for column in table.columns] == [
        None,
        None,
        "Which pets?",
        "If Other, which?",
        "How likely?",
        "To sing",
    ]


def test_jisc_coded_combines_options_but_not_ranks(tmp_path: Path):
    text = "URN,Q1,Q3_1,Q3_2,Q3_3,Q13,Q13_1,Q13_2\n1-1,2,1,0,1,,2,1\n1-2,1,0,0,0,,1,2\n"
    table = read(put(tmp_path, text), "jisc")
    assert list(table.rows.columns) == ["URN", "Q1", "Q3", "Q3_1", "Q3_2", "Q3_3", "Q13", "Q13_1", "Q13_2"]
    assert [row[2] for row in cells(table)] == ["1 | 3", None]
    assert table.meta == {"response_id": "URN"}


def test_jisc_ranks_without_a_column_of_the_whole_are_no_ticks(tmp_path: Path):
    table = read(put(tmp_path, "URN,Q13_1,Q13_2\n1-1,2,1\n"), "jisc")
    assert list(table.rows.columns) == ["URN", "Q13_1", "Q13_2"]


def test_jisc_marks_are_enough_without_the_response_number(tmp_path: Path):
    assert len(read(put(tmp_path, "1. How?,2. Why?,2.a. Other\n1,2,3\n"), "jisc").rows) == 1


def test_redcap_raw(tmp_path: Path):
    text = (
        "record_id,redcap_survey_identifier,pre_timestamp,why___1,why___2,why____9,age,pre_complete\n"
        "1,,2024-03-01 09:00:00,1,0,1,40,2\n2,,,0,0,0,,0\n"
    )
    table = read(put(tmp_path, text), "redcap")
    assert list(table.rows.columns)[3:7] == ["why", "why___1", "why___2", "why____9"]
    assert [row[3] for row in cells(table)] == ["1 | -9", None]
    assert table.meta == {"response_id": "record_id", "received": "pre_timestamp", "status": "pre_complete"}


def test_redcap_labels(tmp_path: Path):
    text = (
        "Record ID,Survey Timestamp,Why? (choice=Work),Why? (choice=Play (any)),os___win,os___mac,Complete?\n"
        "1,2024-03-01,Checked,Checked,Windows,,Complete\n2,,Unchecked,Unchecked,Windows,Mac,Incomplete\n"
    )
    table = read(put(tmp_path, text), "redcap")
    assert list(table.rows["Why?"].fillna("-")) == ["Work | Play (any)", "-"]
    assert list(table.rows["os"]) == ["Windows", "Windows | Mac"]
    assert table.meta == {"response_id": "Record ID", "received": "Survey Timestamp", "status": "Complete?"}


def test_redcap_leaves_a_column_of_that_name_alone(tmp_path: Path):
    table = read(put(tmp_path, "record_id,why,why___1\n1,mixed,1\n"), "redcap")
    assert cells(table) == [["1", "mixed", "1"]]


@pytest.mark.parametrize("compress", [False, True])
def test_spss_gives_codes_labels_dates_and_declared_missing(tmp_path: Path, compress: bool):
    import pyreadstat

    frame = pd.DataFrame(
        {
            "id": ["007", "", "x1"],
            "agree": [1.0, 9.0, None],
            "share": [0.5, 1.25, 2.0],
            "day": [datetime.date(2024, 3, 1), None, datetime.date(2024, 3, 2)],
        }
    )
    path = tmp_path / ("export.zsav" if compress else "export.sav")
    pyreadstat.write_sav(
        frame,
        str(path),
        compress=compress,
        column_labels={"agree": "I agree", "id": "Zoë’s id"},
        variable_value_labels={"agree": {1: "Yes", 9: "Refused"}},
        missing_ranges={"agree": [{"lo": 9, "hi": 9}]},
    )
    table = read(path, "spss")
    assert cells(table) == [
        ["007", "1", "0.5", "2024-03-01"],
        [None, "9", "1.25", None],
        ["x1", None, "2", "2024-03-02"],
    ]
    assert table.value_labels == {"agree": {"1": "Yes", "9": "Refused"}}
    assert [column.question for column in table.columns] == ["Zoë’s id", "I agree", None, None]
    assert list(table.rows.index) == [1, 2, 3] and table.records == 3


def test_spss_faults(tmp_path: Path):
    assert "this looks like text" in fault(put(tmp_path, "a,b\n1,2\n"), "spss")
    assert "cannot be read" in fault(put(tmp_path, b"$FL2@(#) SPSS DATA FILE" + b"\x01" * 500, "cut.sav"), "spss")


# --- plain tables of other forms


def test_cell_text():
    values = [5.0, 2.5, True, None, float("nan"), " x ", datetime.time(6, 30), 10103000748.0, 1e22]
    assert [cell_text(value) for value in values] == [
        "5",
        "2.5",
        "TRUE",
        "",
        "",
        " x ",
        "06:30:00",
        "10103000748",
        "10000000000000000000000",
    ]


def test_xlsx_as_text_by_sheet(tmp_path: Path):
    path = book(
        tmp_path,
        [["id", "when", "n"], ["007", datetime.date(2024, 3, 1), 5], [], ["008", None, 1.5]],
        sheets=("A", "B"),
    )
    table = read(path, "plain", options=ReadOptions(sheet="B"))
    assert cells(table) == [["007", "2024-03-01", "5"], ["008", None, "1.5"]]
    assert list(table.rows.index) == [2, 4] and list(table.refused["line"]) == [3]
    assert table.notes["sheet"] == "B"
    assert "no sheet 'C'" in fault(path, "plain", ReadOptions(sheet="C"))


def test_a_formula_is_never_evaluated(tmp_path: Path):
    import xlsxwriter

    path = tmp_path / "export.xlsx"
    with xlsxwriter.Workbook(path) as made:
        sheet = made.add_worksheet()
        sheet.write_row(0, 0, ["id", "answer"])
        sheet.write_string(1, 0, '=HYPERLINK("http://x")')
        sheet.write_formula(1, 1, "=1+1", None, 7)
    assert cells(read(path, "plain")) == [['=HYPERLINK("http://x")', "7"]]


def test_a_workbook_that_is_none_or_swells_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    assert "the file is text" in fault(put(tmp_path, "id,a\n1,2\n", "export.xlsx"), "plain")
    assert "the file is a web page" in fault(put(tmp_path, "<html>", "export.xlsx"), "plain")
    monkeypatch.setattr(workbook, "_SMALL_ENOUGH", 1_000_000)
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 2_000_000)
    assert "unpacks to 2 MB" in fault(path, "plain")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("letter.txt", b"no workbook")
    assert "cannot be read" in fault(path, "plain")


def test_parquet_as_text(tmp_path: Path):
    path = tmp_path / "export.parquet"
    pd.DataFrame(
        {"id": ["007", "008"], "n": pd.array([3, None], dtype="Int64"), "when": pd.to_datetime(["2024-03-01", None])}
    ).to_parquet(path)
    table = read(path, "plain")
    assert cells(table) == [["007", "3", "2024-03-01"], ["008", None, None]]
    assert list(table.rows.index) == [1, 2]
    pd.DataFrame({"id": [[1, 2]]}).to_parquet(path)
    assert "'id'" in fault(path, "plain")
    assert "cannot be read" in fault(put(tmp_path, b"PAR1 and no more", "cut.parquet"), "plain")


def test_a_heading_over_several_columns_and_a_legend_below(tmp_path: Path):
    text = (
        "ID\tAttitudes\t\t\tPlans\n \tI can\tI will\tI know\t \n"
        "a1\t1\t2\t3\t4\na2\t2\t\t3\t4\n\t\t\t\t\n\tdisagree\t\t\tno\n\tagree\t\t\tyes\n"
    )
    table = read(put(tmp_path, text), "plain")
    assert list(table.rows.columns) == ["ID", "Attitudes [I can]", "Attitudes [I will]", "Attitudes [I know]", "Plans"]
    assert [column.question for column in table.columns] == ["ID", "I can", "I will", "I know", "Plans"]
    assert list(table.rows.index) == [3, 4] and list(table.refused["line"]) == [5, 6, 7]


def test_a_response_below_an_empty_line_is_taken(tmp_path: Path):
    table = read(put(tmp_path, "id,a,b\n1,x,y\n2,x,\n,,\n3,y,\n"), "plain")
    assert list(table.rows.index) == [2, 3, 5]


def test_a_header_with_a_blank_last_cell_that_no_record_has(tmp_path: Path):
    table = read(put(tmp_path, "id,a,\n1,x\n2,y\n"), "plain")
    assert list(table.rows.columns) == ["id", "a"] and len(table.rows) == 2


def test_blank_headers_with_a_full_first_response_stay_one_header_row(tmp_path: Path):
    table = read(put(tmp_path, "id,,\n1,2,3\n2,3,4\n"), "plain")
    assert list(table.rows.columns) == ["id", "column 2", "column 3"] and len(table.rows) == 2
