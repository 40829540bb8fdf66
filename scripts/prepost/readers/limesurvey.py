"""LimeSurvey exports (CSV by comma, semicolon or tab, or .xlsx), headed by codes, by wording, or by both."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from prepost.readers.grid import read_grid
from prepost.readers.multiple import Combined, with_combined
from prepost.readers.recognise import LIME_QUESTION, require
from prepost.readers.table import Column, RawTable, ReadOptions, find_meta, make_table, take_records, unique_names

COMPLETION = "completion"
COMPLETE, INCOMPLETE = "complete", "incomplete"
# What LimeSurvey writes for a finished response where the survey keeps no dates.
_NO_DATE = "1980-01-01"
_META = {
    "response_id": ("id", "Response ID"),
    "received": ("submitdate", "Date submitted"),
    "started": ("startdate", "Date started"),
    "duration_seconds": ("interviewtime", "Total time"),
}
_BRACKETED = re.compile(r"\[(?P<code>[A-Za-z]\w*(?:\[[^\]\s]+\])*)\]\s+(?=\S)")
_PART = re.compile(r"(?P<question>[A-Za-z]\w*)\[(?P<option>[^\]\[]+)\]$")
_TICKED, _UNTICKED = {"y", "yes"}, {"", "n", "no", "n/a"}

Records = Sequence[tuple[int, Sequence[str]]]


def read_limesurvey(path: Path, options: ReadOptions) -> RawTable:
    """Read a LimeSurvey export.

    Parameters
    ----------
    path : pathlib.Path
        CSV or .xlsx, of all responses or of complete ones.
    options : ReadOptions
        Where the file leaves a doubt.

    Returns
    -------
    RawTable
        One header row. A column is named by its code (``G01Q02``, ``G02Q05[SQ001]``) where the header has it, alone or
        before the wording (``G01Q02. How sure?``, ``[G01Q02] How sure?``), else by the wording. The ``Y`` or ``Yes``
        columns of one multiple-answer question stay, and one column of its code before them joins the options ticked
        by ``" | "``. Where the export says when a response was submitted, a first column ``completion`` says
        ``complete`` or ``incomplete`` of each, and is the ``status``: a response that was broken off stays a response.

    Raises
    ------
    StudyError
        The file lacks LimeSurvey's marks.

    Notes
    -----
    A survey that keeps no dates gives every finished response the date 1980-01-01; it is then no date of receipt.
    """
    grid = read_grid(path, options)
    require(path, "limesurvey", grid)
    header = grid.records[0][1]
    taken, refused = take_records(grid.records[1:], [header])
    columns = _columns(header)
    names = [column.name for column in columns]
    meta = find_meta(names, _META)
    submitted = names.index(meta["received"]) if "received" in meta else None
    columns, taken = with_combined(columns, _multiple_answers(names, taken), taken, _tick)
    if submitted is not None:
        column = columns.index(next(c for c in columns if c.name == names[submitted]))
        filled = [cells[column] for _, cells in taken if cells[column].strip()]
        if filled and all(cell.startswith(_NO_DATE) for cell in filled):
            del meta["received"]
        name = unique_names([*names, COMPLETION])[-1]
        columns = [Column(name=name, header=""), *columns]
        taken = [(line, [COMPLETE if cells[column].strip() else INCOMPLETE, *cells]) for line, cells in taken]
        meta["status"] = name
    return make_table(columns, taken, refused, meta=meta, notes={**grid.notes, "header_rows": "1"})


def _columns(header: Sequence[str]) -> list[Column]:
    matches = [_BRACKETED.match(cell) or LIME_QUESTION.match(cell) for cell in header]
    wanted = [match["code"] if match else cell for match, cell in zip(matches, header, strict=True)]
    return [
        Column(name=name, header=cell, question=cell[match.end() :] if match else cell if " " in cell.strip() else None)
        for name, cell, match in zip(unique_names(wanted), header, matches, strict=True)
    ]


def _multiple_answers(names: Sequence[str], taken: Records) -> list[Combined]:
    groups: dict[str, list[tuple[int, str]]] = {}
    for position, name in enumerate(names):
        match = _PART.match(name)
        if match and not match["option"].endswith("comment"):
            groups.setdefault(match["question"], []).append((position, match["option"]))
    return [
        Combined(column=Column(name=question, header=question), parts=tuple(parts))
        for question, parts in groups.items()
        if len(parts) > 1 and _are_ticks(parts, taken)
    ]


def _are_ticks(parts: Sequence[tuple[int, str]], taken: Records) -> bool:
    given = {
        cells[position].strip().casefold() for position, option in parts if option != "other" for _, cells in taken
    }
    return bool(given & _TICKED) and given <= _TICKED | _UNTICKED


def _tick(cell: str, option: str) -> str | None:
    if cell.strip().casefold() in _UNTICKED:
        return None
    return option
