"""The review sheet as a workbook that goes out, and returned sheets as they come back."""

from __future__ import annotations

import datetime
import io
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import xlsxwriter

from prepost.errors import Fault, StudyError, did_you_mean
from prepost.linkage.review import DECISIONS, FOLDER, RETURNED
from prepost.readers.workbook import sheet_records

SHEET = "review"
_MADE = datetime.datetime(2024, 1, 1)  # the same bytes whenever it is made
_ASKED = {"decision", "reviewer", "reviewed_on"}
_HELP = [
    "Each row shows two responses that may be one person's. Cells that differ are marked.",
    "Choose a decision from the list, and write who decided and when (2025-01-31). Leave a row blank to leave it open.",
    "Change no other column: pair_id and row_hash say which answers were looked at.",
    f"Put the finished sheet into {FOLDER}/ and run again.",
    "The sheet shows identifiers. Treat it as the exports themselves, and send it to nobody outside the study.",
]


def workbook(sheet: pd.DataFrame) -> bytes:
    """Return the review sheet as an .xlsx file.

    Parameters
    ----------
    sheet : DataFrame
        See `prepost.linkage.review.sheet_of`.

    Returns
    -------
    bytes
        The same for the same rows. Everything is written as text, so nothing in it is a formula.
    """
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": "Pairs to review", "created": _MADE})
    styles = {
        "head": book.add_format({"bold": True, "bg_color": "#12436D", "font_color": "#FFFFFF", "text_wrap": True}),
        "differs": book.add_format({"bg_color": "#FCE3D6", "bold": True}),
        "asked": book.add_format({"bg_color": "#E7F3F2", "border": 1, "border_color": "#28A197"}),
        "plain": book.add_format({}),
    }
    page = book.add_worksheet(SHEET)
    page.freeze_panes(1, 1)
    for at, name in enumerate(sheet):
        page.write_string(0, at, name, styles["head"])
        page.set_column(at, at, 34 if name in ("pair_id", "why") else 16)
        for row, text in enumerate(sheet[name], start=1):
            page.write_string(row, at, str(text), styles[_style(sheet, name, row - 1)])
    if len(sheet):
        at = sheet.columns.get_loc("decision")
        choice = {
            "validate": "list",
            "source": DECISIONS,
            "error_message": "Choose one of the list, or leave it blank.",
        }
        page.data_validation(1, at, len(sheet), at, choice)
    guide = book.add_worksheet("how to")
    guide.set_column(0, 0, 110)
    for row, text in enumerate(_HELP):
        guide.write_string(row, 0, text)
    book.close()
    return file.getvalue()


def _style(sheet: pd.DataFrame, name: str, row: int) -> str:
    if name in _ASKED:
        return "asked"
    item, _, side = name.partition(" · ")
    if side and sheet.iloc[row][f"{item} · before"] != sheet.iloc[row][f"{item} · after"]:
        return "differs"
    return "plain"


def read_returned(paths: Sequence[Path]) -> pd.DataFrame:
    """Read returned review sheets.

    Parameters
    ----------
    paths : sequence of Path
        Workbooks as `workbook` makes them, with decisions filled in.

    Returns
    -------
    DataFrame
        Columns `RETURNED`, text; a row each row of each sheet.

    Raises
    ------
    StudyError
        For each file that lacks a column.
    """
    parts, faults = [], []
    for path in sorted(paths, key=lambda path: path.name):
        records, _ = sheet_records(path, SHEET)
        header = records[0][1] if records else []
        wanted = [name for name in RETURNED if name not in ("file", "row")]
        missing = [name for name in wanted if name not in header]
        faults += [
            Fault(
                f"{FOLDER}/{path.name} · column {name}",
                "the column is missing",
                did_you_mean(name, header),
                "take a fresh copy of 3_matched/learners/review.xlsx and fill in its columns",
            )
            for name in missing
        ]
        if not missing:
            rows = [[*cells, *[""] * (len(header) - len(cells))] for _, cells in records[1:]]
            frame = pd.DataFrame(rows, columns=header)[wanted].assign(file=path.name)
            parts.append(frame.assign(row=[str(line) for line, _ in records[1:]]))
    if faults:
        raise StudyError(*faults, kind="file")
    empty = pd.DataFrame(columns=RETURNED)
    return pd.concat([empty, *parts], ignore_index=True)[RETURNED].astype("string")
