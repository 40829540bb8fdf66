"""Qualtrics exports (CSV, TSV or .xlsx, choice text or numeric)."""

from __future__ import annotations

import json
from pathlib import Path

from prepost.readers.grid import Grid, read_grid
from prepost.readers.parts import check_widths
from prepost.readers.recognise import require
from prepost.readers.table import Column, RawTable, ReadOptions, find_meta, make_table, take_records, unique_names

_META = {
    "response_id": ("_recordId", "ResponseId", "ResponseID"),
    "received": ("recordedDate", "RecordedDate", "endDate", "EndDate"),
    "started": ("startDate", "StartDate"),
    "status": ("status", "Status"),
    "duration_seconds": ("duration", "Duration (in seconds)"),
    "finished": ("finished", "Finished"),
}


def read_qualtrics(path: Path, options: ReadOptions) -> RawTable:
    """Read a Qualtrics export.

    Parameters
    ----------
    path : pathlib.Path
        CSV, UTF-16 or UTF-8 TSV, or .xlsx.
    options : ReadOptions
        Where the file leaves a doubt.

    Returns
    -------
    RawTable
        With three header rows (names, wording, ImportIds) a column is named by its ImportId (``QID3``, ``QID4_TEXT``,
        ``_recordId``, ``startDate``, embedded data by its name), which stays when the wording or the question's number
        changes; ``question`` is the wording. With one or two header rows it is named by the first.
        Several choices of one question in a cell stay joined by commas as exported.

    Raises
    ------
    StudyError
        The file lacks Qualtrics' marks, or a further header row holds more cells than the first.
    """
    grid = read_grid(path, options)
    require(path, "qualtrics", grid)
    heads = _header_rows(grid)
    check_widths(path, grid, heads)
    headers = [cells for _, cells in grid.records[:heads]]
    columns = _columns(headers)
    taken, refused = take_records(grid.records[heads:], headers)
    names = [column.name for column in columns]
    notes = {**grid.notes, "header_rows": str(heads)}
    return make_table(columns, taken, refused, meta=find_meta(names, _META), notes=notes)


def _header_rows(grid: Grid) -> int:
    rows = grid.rows
    if len(rows) > 2 and any('"ImportId"' in cell for cell in rows[2]):
        return 3
    if len(rows) > 1:
        under = {name: cell.strip() for name, cell in zip(rows[0], rows[1], strict=False)}
        if under.get("StartDate") in ("Start Date", "StartDate"):
            return 2
    return 1


def _columns(headers: list[list[str]]) -> list[Column]:
    width = len(headers[0])
    padded = [row[:width] + [""] * (width - len(row)) for row in headers]
    wordings = [cell or None for cell in padded[1]] if len(padded) > 1 else [None] * width
    wanted = _import_ids(padded[0], padded[2]) if len(padded) > 2 else padded[0]
    return [
        Column(name=name, header=header, question=question)
        for name, header, question in zip(unique_names(wanted), padded[0], wordings, strict=True)
    ]


def _import_ids(headers: list[str], cells: list[str]) -> list[str]:
    found = []
    for header, cell in zip(headers, cells, strict=False):
        try:
            keys = json.loads(cell)
        except json.JSONDecodeError:
            keys = {}
        found.append((str(keys.get("ImportId", header)), keys.get("choiceId")) if isinstance(keys, dict) else (cell, 0))
    # Some exports spread one question over columns of one ImportId and tell the choice apart beside it.
    ids = [name for name, _ in found]
    return [f"{name}_{choice}" if ids.count(name) > 1 and choice else name for name, choice in found]
