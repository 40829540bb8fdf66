"""Writing the invented surveys as their platforms would: an SPSS file, a workbook, a CSV; with planted warts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from prepost.sheets import FieldRow, ItemRow

NOT_ASKED = "-1"
#: An SPSS file holds when it was written; the bytes at this place are set to one moment.
SPSS_DATE, SPSS_MOMENT = 92, b"08 Nov 2412:00:00"
WRITTEN = datetime(2024, 11, 8, 12)


def with_warts(
    frame: pd.DataFrame, warts: Mapping[str, int], opens: date, closes: date, mark: str, rng: np.random.Generator
) -> pd.DataFrame:
    """Add what is known of a response, and responses that the rules set aside.

    Parameters
    ----------
    frame : DataFrame
        The responses to keep, a column an item.
    warts : mapping of str to int
        How many of each kind: preview, no_consent, duplicate, speeder, outside_window.
    opens, closes : date
        The fieldwork.
    mark : str
        What response ids begin with.
    rng : Generator

    Returns
    -------
    DataFrame
        Those and the others, in the order of receipt, with `response_id, received, status, seconds, consent`.
    """
    n = len(frame)
    kept = frame.assign(
        received=[opens + timedelta(days=int(day)) for day in rng.integers(1, (closes - opens).days, n)],
        status="complete",
        seconds=(150 + rng.gamma(3, 110, n)).astype(int),
        consent="1",
        response_id=[f"{mark}{number:06d}" for number in rng.permutation(900_000)[:n] + 100_000],
    )
    parts, number = [kept], 0
    for kind, count in warts.items():
        rows = kept.iloc[rng.choice(n, count, replace=False)].copy()
        if kind != "duplicate":
            rows["response_id"] = [f"{mark}0{number + place:05d}" for place in range(count)]
            number += count
        if kind == "duplicate":
            rows["received"] = [opens] * count  # answered again later: the last one counts
        elif kind == "no_consent":
            rows["consent"] = "2"
        elif kind == "preview":
            rows["status"] = "preview"
        elif kind == "speeder":
            rows["seconds"] = rng.integers(20, 80, count)
        elif kind == "outside_window":
            rows["received"] = [closes + timedelta(days=3)] * count
        parts.append(rows)
    together = pd.concat(parts, ignore_index=True)
    return together.sort_values(["received", "response_id", "status"], kind="stable", ignore_index=True)


def _mapped(fields: Sequence[FieldRow], source: str) -> dict[str, str]:
    """Column of the export by item."""
    found = {row.item: row.column for row in fields if source in row.sources}
    return {"seconds" if item == "duration_seconds" else item: column for item, column in found.items()}


def write_spss(
    frame: pd.DataFrame, source: str, items: Mapping[str, ItemRow], fields: Sequence[FieldRow], path: Path
) -> None:
    """Write an SPSS file: numbers with value labels, -1 for what was not asked, questions as variable labels."""
    import pyreadstat

    columns, labels, values = {}, {}, {}
    for item, column in _mapped(fields, source).items():
        known = items.get(item)
        if known is None:  # what is known of a response
            numbers = item == "seconds"
            columns[column] = frame[item].astype(float if numbers else str)
            labels[column] = {"seconds": "Seconds taken"}.get(item, item.replace("_", " ").capitalize())
            continue
        labels[column] = known.wording
        if known.scale == "number":
            columns[column] = frame[item].astype(float)
            values[column] = {-1: "Not asked"} if known.missing else {}
            continue
        numbers = {code: place for place, code in enumerate(known.codes, start=1)}
        columns[column] = frame[item].map(numbers | {NOT_ASKED: -1}).astype(float)
        values[column] = {place: known.codes[code] for code, place in numbers.items()}
        values[column] |= {-1: "Not asked"} if known.missing else {}
    pyreadstat.write_sav(
        pd.DataFrame(columns),
        str(path),
        column_labels=labels,
        variable_value_labels={k: v for k, v in values.items() if v},
    )
    content = bytearray(path.read_bytes())
    content[SPSS_DATE : SPSS_DATE + len(SPSS_MOMENT)] = SPSS_MOMENT
    path.write_bytes(bytes(content))


def worded(frame: pd.DataFrame, source: str, items: Mapping[str, ItemRow], fields: Sequence[FieldRow]) -> pd.DataFrame:
    """Return the export's columns with the labels of the answers."""
    columns = {}
    for item, column in _mapped(fields, source).items():
        codes = items[item].codes if item in items else {}
        columns[column] = frame[item].map(lambda code, codes=codes: codes.get(code, code))
    return pd.DataFrame(columns)


def write_workbook(frame: pd.DataFrame, path: Path) -> None:
    """Write a workbook of text and dates, with a fixed moment of writing."""
    import xlsxwriter

    with xlsxwriter.Workbook(str(path)) as book:
        book.set_properties({"created": WRITTEN})
        sheet = book.add_worksheet("Responses")
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, list(frame.columns))
        for place, record in enumerate(frame.itertuples(index=False), start=1):
            for column, cell in enumerate(record):
                if isinstance(cell, date):
                    sheet.write_datetime(place, column, datetime(cell.year, cell.month, cell.day), day)
                else:
                    sheet.write_string(place, column, str(cell))


def write_csv(frame: pd.DataFrame, path: Path, pattern: str) -> None:
    """Write a CSV; dates as the pattern says."""
    shown = frame.map(lambda cell: cell.strftime(pattern) if isinstance(cell, date) else cell)
    shown.to_csv(path, index=False, lineterminator="\n", encoding="utf-8")
