"""From a raw export to answers as text: what is taken, what is refused, and nothing lost between."""

import hashlib
import json

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prepost.errors import StudyError
from prepost.fields import map_columns, waves_of
from prepost.ingest import BLANK_PART, check_sha256, check_synthetic, ingest, parse_received
from prepost.readers import Column, read
from prepost.readers.table import make_table
from prepost.sheets import FieldRow, ItemRow, SourceRow

ITEMS = [
    ItemRow(item="key", wording="key", scale="identifier"),
    ItemRow(item="listen", wording="I can listen", scale="ordinal", low=1, high=5),
    ItemRow(item="ask", wording="I can ask", scale="ordinal", low=1, high=5),
    ItemRow(item="comment", wording="Anything else?", scale="text"),
]


def source(**given):
    return SourceRow(
        **{"source": "a", "strand": "learners", "wave": "pre", "file": "a.csv", "platform": "plain", **given}
    )


def table(header, *rows, refused=(), meta=None, labels=None):
    columns = [Column(name, name) for name in header]
    return make_table(columns, list(rows), refused, meta=meta or {}, value_labels=labels or {})


def lines(**columns):
    """fields.csv: column=item, or column=(item, wave)."""
    rows = [(column, item) if isinstance(item, str) else (column, *item) for column, item in columns.items()]
    return [FieldRow(source="a", column=row[0], item=row[1], wave=(row[2:] or [None])[0]) for row in rows]


def take(raw, src, fields=(), items=ITEMS):
    return ingest(raw, src, map_columns(raw.columns, src, fields, items), waves_of(src, fields), items)


def test_a_blank_cell_is_the_empty_text_and_an_item_not_asked_is_null():
    raw = table(["k", "l1", "a1", "l2"], (2, ["A", "5", None, "4"]), (3, ["B", "1", "2", "3"]))
    fields = lines(k="key", l1=("listen", "pre"), a1=("ask", "pre"), l2=("listen", "post"))
    found = take(raw, source(wave=None), fields).responses
    assert found[["line", "wave"]].values.tolist() == [[2, "post"], [2, "pre"], [3, "post"], [3, "pre"]]
    assert found["listen"].tolist() == ["4", "5", "3", "1"]
    assert found["ask"].isna().tolist() == [True, False, True, False]
    assert found["ask"].tolist()[1::2] == ["", "2"]
    assert found["key"].tolist() == ["A", "A", "B", "B"]
    assert "comment" not in found


def test_a_wave_part_without_answers_is_refused_even_where_the_key_is_there():
    raw = table(["k", "l1", "l2"], (2, ["A", "5", " "]), (3, ["B", None, None]), refused=[(4, "too few fields")])
    found = take(raw, source(wave=None), lines(k="key", l1=("listen", "pre"), l2=("listen", "post")))
    assert found.responses[["line", "wave"]].values.tolist() == [[2, "pre"]]
    assert found.refused.values.tolist() == [
        ["a", 2, "post", BLANK_PART],
        ["a", 3, "post", BLANK_PART],
        ["a", 3, "pre", BLANK_PART],
        ["a", 4, "post", "too few fields"],
        ["a", 4, "pre", "too few fields"],
    ]


cells = st.one_of(st.none(), st.sampled_from(["", " ", "3", "x"]))
records = st.lists(st.tuples(st.booleans(), cells, cells, cells), max_size=12)


@settings(max_examples=60, deadline=None)
@given(records)
def test_every_record_of_every_wave_is_taken_or_refused_once(rows):
    numbered = list(enumerate(rows, start=2))
    taken = [(line, [row[1], row[2], row[3]]) for line, row in numbered if row[0]]
    refused = [(line, "unreadable") for line, row in numbered if not row[0]]
    raw = table(["k", "l1", "l2"], *taken, refused=refused)
    found = take(raw, source(wave=None), lines(k="key", l1=("listen", "pre"), l2=("listen", "post")))
    both = pd.concat([found.responses[["line", "wave"]], found.refused[["line", "wave"]]])
    assert len(both) == raw.records * 2 and not both.duplicated().any()


def test_text_survives_to_the_letter():
    odd = ["03-MAR", "1E5", "007", '=HYPERLINK("http://x")', "<script>alert(1)</script>", "cafe\u0301  "]
    raw = table(["comment"], *[(2 + i, [cell]) for i, cell in enumerate(odd)])
    assert take(raw, source()).responses["comment"].tolist() == odd


def test_special_fields_come_from_fields_csv_else_from_the_platform_else_from_sources_csv():
    raw = table(["ID", "own", "when", "l"], (2, ["1", "R1", "2024-03-01", "4"]), meta={"response_id": "ID"})
    by_platform = take(raw, source(module="Listening"), lines(l="listen")).responses.iloc[0]
    assert (by_platform["response_id"], by_platform["module"]) == ("1", "Listening")
    assert pd.isna(by_platform["received"])
    mapped = take(raw, source(), lines(l="listen", own="response_id", when="received")).responses.iloc[0]
    assert (mapped["response_id"], mapped["received"]) == ("R1", pd.Timestamp(2024, 3, 1))
    assert pd.isna(mapped["module"])


def test_qualtrics_numeric_status_becomes_words_and_no_other_platforms_does():
    raw = table(["s", "l"], (2, ["1", "4"]), (3, ["0", "4"]), meta={"status": "s"})
    assert take(raw, source(platform="qualtrics"), lines(l="listen")).responses["status"].tolist() == [
        "Survey Preview",
        "IP Address",
    ]
    assert take(raw, source(platform="redcap"), lines(l="listen")).responses["status"].tolist() == ["1", "0"]


def test_codes_that_the_file_itself_explains_become_its_words_where_the_item_has_labels():
    labels = {"l": {"1": "Never", "2": "Often", "9": "No answer"}}
    worded = [ItemRow(item="l", wording="l", scale="ordinal", low=1, high=2, labels="1=Often|2=Never")]
    raw = table(["l"], (2, ["1"]), (3, ["2"]), (4, ["7"]), labels=labels)
    assert take(raw, source(), items=worded).responses["l"].tolist() == ["Never", "Often", "7"]
    assert take(raw, source(answers="codes"), items=worded).responses["l"].tolist() == ["1", "2", "7"]
    plain = [ItemRow(item="l", wording="l", scale="ordinal", low=1, high=7)]
    assert take(raw, source(), items=plain).responses["l"].tolist() == ["1", "2", "7"]


@pytest.mark.parametrize(
    ("cell", "date_format", "expected"),
    [
        ("2024-03-01", None, "2024-03-01"),
        ("2024-03-01T23:30:00+01:00", None, "2024-03-01 23:30"),
        ("2024-03-01 10:00:00.5Z", None, "2024-03-01 10:00:00.5"),
        ("01/03/2024 09:05", "%d/%m/%Y %H:%M", "2024-03-01 09:05"),
        ("03/01/2024 09:05:00 PM", "%m/%d/%Y %I:%M:%S %p", "2024-03-01 21:05"),
        ("45352.5", "excel", "2024-03-01 12:00"),  # 45,352 days after 30 December 1899
        ("2024-03-01", "excel", "2024-03-01"),
    ],
)
def test_dates_of_receipt(cell, date_format, expected):
    cells = pd.Series([cell, None, " "], dtype="string")
    found, unreadable = parse_received(cells, source(date_format=date_format), pd.Series([2, 3, 4]))
    assert found.iloc[0] == pd.Timestamp(expected) and found.isna().tolist() == [False, True, True]
    assert (unreadable, str(found.dtype)) == (0, "datetime64[us]")


def test_a_date_that_cannot_be_read_is_counted_and_a_format_that_fits_none_is_refused():
    cells = pd.Series(["2024-03-01", "soon", "2924-03-01"], dtype="string")
    found, unreadable = parse_received(cells, source(), pd.Series([2, 3, 4]))
    assert unreadable == 2 and found.isna().tolist() == [False, True, True]
    with pytest.raises(StudyError, match="date_format") as error:
        parse_received(cells, source(date_format="%d/%m/%Y"), pd.Series([2, 3, 4]))
    assert "soon" not in str(error.value)


@pytest.mark.parametrize(
    ("synthetic", "ids", "refused"),
    [
        (True, ["SYN-1", "SYN-2"], None),
        (True, ["SYN-1", "real-7", "real-8"], [3, 4]),
        (False, ["R1", None], None),
        (False, ["R1", "SYN-9"], [3]),
    ],
)
@pytest.mark.parametrize("column", ["response_id", "key"])
def test_invented_and_real_responses_never_mix(synthetic, ids, refused, column):
    raw = table(["x", "listen"], *[(2 + i, [cell, "4"]) for i, cell in enumerate(ids)])
    found = take(raw, source(), lines(x=column, listen="listen")).responses
    if refused is None:
        check_synthetic(found, source(), synthetic=synthetic, person_key=["key"])
        return
    with pytest.raises(StudyError) as error:
        check_synthetic(found, source(), synthetic=synthetic, person_key=["key"])
    assert error.value.kind == "refused" and error.value.faults[0].rows == refused
    assert "real-7" not in str(error.value) and "SYN-9" not in str(error.value)


def test_a_file_whose_sha256_differs_is_refused(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"k,l\n1,2\n")
    check_sha256(path, source(sha256=hashlib.sha256(b"k,l\n1,2\n").hexdigest()))
    with pytest.raises(StudyError, match="sha256") as error:
        check_sha256(path, source(sha256="0" * 64))
    assert error.value.kind == "file" and str(tmp_path) not in str(error.value)


def test_a_header_without_rows_gives_no_responses(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("key,listen\n")
    found = take(read(path, "plain"), source())
    assert len(found.responses) == len(found.refused) == 0 and "listen" in found.responses


def test_the_step_writes_both_tables_and_an_untouched_raw_file(tmp_path, monkeypatch):
    import sys

    from prepost import tables

    (tmp_path / "items.csv").write_text(
        "item,wording,scale,low,high,labels,reversed,construct,allowed_missing\n"
        "key,k,identifier,,,,,,\nlisten,I can listen,ordinal,1,5,,,,\n"
    )
    (tmp_path / "fields.csv").write_text("source,column,match,item,wave,wording,note\na,k,,key,,,\na,l,,listen,,,\n")
    (tmp_path / "sources.csv").write_text(
        "source,strand,wave,file,platform,delimiter\na,learners,pre,a.csv,plain,tab\n"
    )
    raw = tmp_path / "a.csv"
    raw.write_text("k\tl\tspare\nA\t4\tx\nB\t\tx\n\t\tx\n")
    before = raw.read_bytes()
    words = {"sources": str(tmp_path / "sources.csv"), "fields": json.dumps([str(tmp_path / "fields.csv")])}
    words["codebook"] = str(tmp_path / "items.csv")
    words |= {"raw": str(raw), "responses": str(tmp_path / "out.parquet"), "refused": str(tmp_path / "out.refused.csv")}
    words |= {"source": "a", "synthetic": "false", "person-key": json.dumps(["key"])}
    monkeypatch.setattr(sys, "argv", ["ingest.py", *[w for k, v in words.items() for w in (f"--{k}", v)]])
    run_script("ingest")
    found = tables.read(tmp_path / "out.parquet", "ingested")
    assert found[["line", "wave", "key", "listen"]].values.tolist() == [[2, "pre", "A", "4"], [3, "pre", "B", ""]]
    assert "spare" not in found
    assert tables.read(tmp_path / "out.refused.csv", "refused")["line"].tolist() == [4]
    assert raw.read_bytes() == before


def run_script(name):
    import runpy
    from pathlib import Path

    runpy.run_path(str(Path(__file__).resolve().parents[1] / "scripts" / f"{name}.py"), run_name="__main__")
