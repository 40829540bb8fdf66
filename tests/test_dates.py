"""Dates: the format of a column is told by all of its dates, or the study has to say it."""

from __future__ import annotations

import pandas as pd
import pytest
from prepost.dates import as_text, date_format, read_with
from prepost.errors import StudyError
from prepost.fields import map_columns, waves_of
from prepost.ingest import ingest, parse_received
from prepost.readers import Column
from prepost.readers.table import make_table
from prepost.sheets import FieldRow, ItemRow, SourceRow


def column(*dates: str | None) -> pd.Series:
    return pd.Series(list(dates), dtype="string")


def source(**given) -> SourceRow:
    return SourceRow(
        **{"source": "a", "strand": "learners", "wave": "pre", "file": "a.csv", "platform": "plain", **given}
    )


def received(*dates: str | None, **given) -> tuple[list[str], int]:
    cells = column(*dates)
    moments, unreadable = parse_received(cells, source(**given), pd.Series(range(2, 2 + len(cells))))
    return moments.dt.strftime("%Y-%m-%d %H:%M:%S").fillna("").tolist(), unreadable


# Every format that the real exports hold, with the moment that a person reads there.
@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("24/04/2025 10:09:22", "2025-04-24 10:09:22"),
        ("4/24/2025 9:09", "2025-04-24 09:09:00"),
        ("8/13/2014 9:15:17", "2014-08-13 09:15:17"),
        ("2016/07/19 12:25:06 PM EST", "2016-07-19 12:25:06"),
        ("2025/11/27 1:03:54 pm CET", "2025-11-27 13:03:54"),
        ("2025/11/27 1:03:54 PM GMT+2", "2025-11-27 13:03:54"),
        ("16.10.2015 klo 23.36.27", "2015-10-16 23:36:27"),
        ("08.10.2015 17:20:11", "2015-10-08 17:20:11"),
        ("2016-05-27 11:54:18.364202+00:00", "2016-05-27 11:54:18"),
        ("2024-03-01T09:30:00Z", "2024-03-01 09:30:00"),
        ("13 Feb 2024", "2024-02-13 00:00:00"),
        ("45292.5", "2024-01-01 12:00:00"),  # Excel: day 45,292 is 1 January 2024
        ("45292", "2024-01-01 00:00:00"),
    ],
)
def test_a_date_of_receipt_is_read_without_being_told_its_format(written: str, moment: str) -> None:
    assert received(written, None, "") == ([moment, "", ""], 0)


def test_one_telling_date_decides_for_its_whole_column() -> None:
    assert received("01/02/2024", "13/02/2024")[0] == ["2024-02-01 00:00:00", "2024-02-13 00:00:00"]
    assert received("01/02/2024", "02/13/2024")[0] == ["2024-01-02 00:00:00", "2024-02-13 00:00:00"]


def test_slips_beside_a_format_are_counted_and_lost_to_nobody() -> None:
    assert received("13/02/2024", "14/02/2024", "soon", "2/2024") == (
        ["2024-02-13 00:00:00", "2024-02-14 00:00:00", "", ""],
        2,
    )


def test_dates_that_may_be_read_both_ways_are_refused_with_what_to_write() -> None:
    with pytest.raises(StudyError) as caught:
        received("01/02/2024", "03/04/2024", "03/04/2024", "soon")
    told = str(caught.value)
    assert caught.value.kind == "data"
    assert "a.csv · date of receipt (source 'a')" in told and "3 of 4 dates fit %d/%m/%Y and %m/%d/%Y alike" in told
    assert "write date_format in the line of this source in config/sources.csv: %d/%m/%Y or %m/%d/%Y" in told
    assert "01/02/2024" not in told  # no answer in a fault
    assert received("01/02/2024", date_format="%m/%d/%Y")[0] == ["2024-01-02 00:00:00"]


def test_both_orders_in_one_column_are_refused() -> None:
    with pytest.raises(StudyError, match="some dates fit %d/%m/%Y alone and some %m/%d/%Y alone"):
        received("13/02/2024", "14/02/2024", "02/13/2024")


def test_a_date_that_says_the_same_both_ways_is_no_doubt() -> None:
    assert received("01/01/2024", "02/02/2024")[0] == ["2024-01-01 00:00:00", "2024-02-02 00:00:00"]


def test_numbers_and_words_are_no_dates() -> None:
    for values in (["2024", "2023"], ["45292", "3"], ["1", "5"], ["soon"], ["45292", "45293"]):
        assert date_format(column(*values)).pattern is None, values
    assert date_format(column("45292", "45293"), dated=True).pattern == "excel"
    assert date_format(column(None, "")).n == 0


def test_dates_as_text_have_a_time_only_where_some_date_has_one() -> None:
    days, moments = column("13/02/2024", "soon"), column("13/02/2024 10:30", "14/02/2024 00:00")
    assert as_text(read_with(days, "%d/%m/%Y"), days).tolist() == ["2024-02-13", "soon"]
    assert as_text(read_with(moments, "%d/%m/%Y %H:%M"), moments).tolist() == [
        "2024-02-13T10:30:00",
        "2024-02-14T00:00:00",
    ]


# --- date items

BORN = [ItemRow(item="began", wording="When?", scale="date", allowed_missing="never=not_applicable")]


def began(*dates: str, **given) -> list[str]:
    raw = make_table([Column("d", "d")], [(2 + i, [cell]) for i, cell in enumerate(dates)], [])
    fields = [FieldRow(source="a", column="d", item="began", **given)]
    found = ingest(raw, source(), map_columns(raw.columns, source(), fields, BORN), waves_of(source(), fields), BORN)
    return found.responses["began"].tolist()


def test_a_date_item_is_decided_as_the_date_of_receipt_is() -> None:
    assert began("13/02/2024", "01/02/2024", "never") == ["2024-02-13", "2024-02-01", "never"]
    assert began("02/13/2024", "01/02/2024") == ["2024-02-13", "2024-01-02"]
    assert began("2024-02-13", "2024-02-01") == ["2024-02-13", "2024-02-01"]
    assert began("spring", "13/02/2024") == ["spring", "13/02/2024"]  # not a column of dates: as exported


def test_a_date_item_that_may_be_read_both_ways_is_refused_and_fields_csv_decides() -> None:
    with pytest.raises(StudyError) as caught:
        began("01/02/2024", "03/04/2024")
    told = str(caught.value)
    assert "a.csv · column 'd'" in told and "2 of 2 dates fit %d/%m/%Y and %m/%d/%Y alike" in told
    assert "config/fields.csv" in told and "(item 'began'): %d/%m/%Y or %m/%d/%Y" in told
    assert began("01/02/2024", "03/04/2024", date_format="%d/%m/%Y") == ["2024-02-01", "2024-04-03"]
