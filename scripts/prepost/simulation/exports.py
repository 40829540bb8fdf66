"""Writers of each platform's own form of export; each returns the line on which a response starts."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import xlsxwriter

from prepost.sheets import FieldRow
from prepost.simulation.lines import Sheets

# Workbooks carry a creation time; a fixed one keeps the bytes the same.
CREATED = datetime(2024, 7, 5, 9, 0, 0)
GRID = re.compile(r"(?P<stem>.*) \[(?P<part>.*)\]", re.S)
NUMBERED_PART = re.compile(r"(?P<number>\d+)\.\d+\.[a-z]\. ")
_SPECIAL = {"module": "Module"}


def _wording(row: FieldRow, sheets: Sheets) -> str:
    if row.wording:
        return row.wording
    return sheets.items[row.item].wording if row.item in sheets.items else _SPECIAL.get(row.item, row.item)


def _stamp(values: pd.Series, pattern: str) -> list[str]:
    return list(pd.to_datetime(values).dt.strftime(pattern))


def _write_csv(path: Path, head: Sequence[Sequence[str]], rows: Iterable[Sequence[str]], encoding: str) -> list[int]:
    """Write a CSV; return the physical line on which each row starts."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows(head)
    line = text.getvalue().count("\n") + 1
    starts = []
    for row in rows:
        starts.append(line)
        writer.writerow(row)
        line += 1 + sum(cell.count("\n") for cell in row)
    path.write_bytes(text.getvalue().encode(encoding))
    return starts


def write_qualtrics(path: Path, source: str, lines: pd.DataFrame, sheets: Sheets) -> list[int]:
    """Write a Qualtrics CSV: names, wordings and ImportIds in three header rows, UTF-8 with a byte order mark.

    Parameters
    ----------
    path : Path
    source : str
    lines : DataFrame
        See `lines.lay_out`.
    sheets : Sheets

    Returns
    -------
    list of int
        The physical line on which each response starts.
    """
    columns = sheets.columns_of(source)
    started = pd.to_datetime(lines["received"]) - pd.to_timedelta(lines["seconds"], unit="s")
    own = [
        ("StartDate", "Start Date", "startDate", _stamp(started, "%Y-%m-%d %H:%M:%S")),
        ("EndDate", "End Date", "endDate", _stamp(lines["received"], "%Y-%m-%d %H:%M:%S")),
        ("Status", "Response Type", "status", list(lines["status"])),
        ("Progress", "Progress", "progress", ["100"] * len(lines)),
        ("Duration (in seconds)", "Duration (in seconds)", "duration", [str(n) for n in lines["seconds"]]),
        ("Finished", "Finished", "finished", ["True"] * len(lines)),
        ("RecordedDate", "Recorded Date", "recordedDate", _stamp(lines["received"], "%Y-%m-%d %H:%M:%S")),
        ("ResponseId", "Response ID", "_recordId", list(lines["response_id"])),
        ("DistributionChannel", "Distribution Channel", "distributionChannel", ["anonymous"] * len(lines)),
        ("UserLanguage", "User Language", "userLanguage", ["EN-GB"] * len(lines)),
    ]
    names = [re.sub(r"^QID", "Q", row.column) for row, _ in columns]
    head = [
        [*(name for name, _, _, _ in own), *names],
        [*(wording for _, wording, _, _ in own), *(_wording(row, sheets) for row, _ in columns)],
        [*(_import_id(name) for _, _, name, _ in own), *(_import_id(row.column) for row, _ in columns)],
    ]
    cells = [*(values for _, _, _, values in own), *(lines[cell] for _, cell in columns)]
    return _write_csv(path, head, zip(*cells, strict=True), "utf-8-sig")


def _import_id(name: str) -> str:
    date = name in ("startDate", "endDate", "recordedDate")
    return json.dumps({"ImportId": name, **({"timeZone": "Europe/London"} if date else {})}, separators=(",", ":"))


def write_microsoft_forms(path: Path, source: str, lines: pd.DataFrame, sheets: Sheets) -> list[int]:
    """Write a Microsoft Forms workbook; see `write_qualtrics` for the parameters. Answers are text, never formulas."""
    columns = sheets.columns_of(source)
    head = ["ID", "Start time", "Completion time", "Email", "Name", *(row.column for row, _ in columns)]
    book = xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": "", "author": "", "created": CREATED})
    sheet = book.add_worksheet("Sheet1")
    clock = book.add_format({"num_format": "m/d/yy h:mm:ss"})
    for place, name in enumerate(head):
        sheet.write_string(0, place, name)
    received = pd.to_datetime(lines["received"]).dt.floor("s")
    started = received - pd.to_timedelta(lines["seconds"], unit="s")
    cells = list(zip(*(lines[cell] for _, cell in columns), strict=True))
    for row, (name, start, end) in enumerate(zip(lines["response_id"], started, received, strict=True), start=1):
        sheet.write_string(row, 0, name)
        sheet.write_datetime(row, 1, start.to_pydatetime(), clock)
        sheet.write_datetime(row, 2, end.to_pydatetime(), clock)
        sheet.write_string(row, 3, "anonymous")
        for place, text in enumerate(cells[row - 1], start=5):
            if text:
                sheet.write_string(row, place, text)
    book.close()
    return list(range(2, len(lines) + 2))


def write_surveymonkey(path: Path, source: str, lines: pd.DataFrame, sheets: Sheets) -> list[int]:
    """Write a SurveyMonkey CSV with two header rows, the question and its part; see `write_qualtrics`."""
    columns = sheets.columns_of(source)
    started = pd.to_datetime(lines["received"]) - pd.to_timedelta(lines["seconds"], unit="s")
    clock = "%m/%d/%Y %I:%M:%S %p"
    own = [
        ("Respondent ID", list(lines["response_id"])),
        ("Collector ID", ["431002911"] * len(lines)),
        ("Start Date", _stamp(started, clock)),
        ("End Date", _stamp(lines["received"], clock)),
    ]
    questions, parts, stem = [], [], None
    for row, _ in columns:
        grid = GRID.fullmatch(row.column)
        if grid is None:
            questions.append(row.column)
            parts.append(_part(row, sheets))
            stem = None
        else:
            questions.append("" if grid["stem"] == stem else grid["stem"])
            parts.append(grid["part"])
            stem = grid["stem"]
    head = [[*(name for name, _ in own), *questions], [*("" for _ in own), *parts]]
    cells = [*(values for _, values in own), *(lines[cell] for _, cell in columns)]
    return _write_csv(path, head, zip(*cells, strict=True), "utf-8")


def _part(row: FieldRow, sheets: Sheets) -> str:
    scale = sheets.items[row.item].scale if row.item in sheets.items else ""
    return {"": "", "category": "Response"}.get(scale, "Open-Ended Response")


def write_jisc(path: Path, source: str, lines: pd.DataFrame, sheets: Sheets) -> list[int]:
    """Write a Jisc Online Surveys CSV in Latin-1: numbered questions, a blank column over each grid.

    A line marked ``broken`` stops in its middle, as after a lost connection. See `write_qualtrics`.
    """
    head = ["Unique Response Number", "Completion Date"]
    cells = [list(lines["response_id"]), _stamp(lines["received"], "%d/%m/%Y")]
    blank, grid_before = [""] * len(lines), None
    for row, cell in sheets.columns_of(source):
        part = NUMBERED_PART.match(row.column)
        if part and part["number"] != grid_before:
            head.append(f"{part['number']}. How far do you agree with each statement?")
            cells.append(blank)
        grid_before = part["number"] if part else None
        head.append(row.column)
        cells.append([_latin(text) for text in lines[cell]])
    rows = list(zip(*cells, strict=True))
    broken = lines["broken"].to_numpy() if "broken" in lines else np.zeros(len(lines), dtype=bool)
    rows = [row[: len(row) // 2] if cut else row for row, cut in zip(rows, broken, strict=True)]
    return _write_csv(path, [head], rows, "latin-1")


def _latin(text: str) -> str:
    return text.translate({0x2019: "'", 0x2018: "'", 0x201C: '"', 0x201D: '"', 0x2013: "-", 0x2014: "-"})


WRITERS: dict[str, Callable[[Path, str, pd.DataFrame, Sheets], list[int]]] = {
    "qualtrics": write_qualtrics,
    "microsoft_forms": write_microsoft_forms,
    "surveymonkey": write_surveymonkey,
    "jisc": write_jisc,
}
