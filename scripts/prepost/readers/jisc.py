"""Jisc Online Surveys exports (formerly BOS; CSV, TSV or .xlsx, as text or coded)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from prepost.readers.grid import read_grid
from prepost.readers.multiple import Combined, with_combined
from prepost.readers.recognise import require
from prepost.readers.table import Column, RawTable, ReadOptions, find_meta, make_table, take_records, unique_names

_META = {
    "response_id": ("Unique Response Number", "URN", "Response ID"),
    "received": ("Completion Date", "Completion time", "Date completed", "Submitted date", "Submission date"),
    "started": ("Start Date", "Date started"),
}
_NUMBER = re.compile(r"\s*\d+(?:\.(?:\d+|[a-z]|[ivx]+))*\.\s+")
_CODED_PART = re.compile(r"(?P<question>Q\d+(?:_[a-z])?)_(?P<option>\d+)$")


def read_jisc(path: Path, options: ReadOptions) -> RawTable:
    """Read a Jisc Online Surveys export.

    Parameters
    ----------
    path : pathlib.Path
        CSV or TSV ("results" export), or .xlsx.
    options : ReadOptions
        Where the file leaves a doubt.

    Returns
    -------
    RawTable
        One header row. A column is named by its header exactly; ``question`` is the header without its number.

    Raises
    ------
    StudyError
        The file lacks Jisc's marks.

    Notes
    -----
    The variants, from exports of real surveys (2018 to 2021):

    As text: questions are numbered, ``3. All pets you like``; a follow-up or the text of an "Other" is a sub-part,
    ``3.a. If you selected Other, please specify``; the rows of a ranking are ``13.1. Red``, those of a grid with one
    answer a row ``14.1.a. Use a spreadsheet``, below a blank column of the whole (``14. How likely are you to…``).
    Several answers stay in one cell as exported, ``Dogs,Cats``: joined by a comma without a blank, while a comma
    inside an option has one.

    Coded: ``URN``, ``Q1``, ``Q14_1_a``; each option of a multiple-answer question is its own 0 or 1 column, ``Q3_1``,
    ``Q3_2`` … without a column ``Q3`` of the whole, which a ranking (``Q13_1``) has. Here ``Q3`` is made, with the
    codes ticked joined by ``" | "``.

    In both: ``Unique Response Number`` (``356806-356797-33882794``) and ``Completion Date`` (also ``Completion date``)
    stand where the person exporting ticked them. Dates are day first, ``18/04/2018``.
    """
    grid = read_grid(path, options)
    require(path, "jisc", grid)
    header = grid.records[0][1]
    names = unique_names(header)
    meta = find_meta(names, _META)
    columns = [
        Column(name=name, header=cell, question=_question(cell)) for name, cell in zip(names, header, strict=True)
    ]
    taken, refused = take_records(grid.records[1:], [header])
    columns, taken = with_combined(columns, _coded_multiple_answers(header, taken), taken)
    return make_table(columns, taken, refused, meta=meta, notes={**grid.notes, "header_rows": "1"})


def _question(cell: str) -> str | None:
    match = _NUMBER.match(cell)
    return cell[match.end() :] if match else None


def _coded_multiple_answers(header: Sequence[str], taken: Sequence[tuple[int, Sequence[str]]]) -> list[Combined]:
    groups: dict[str, list[tuple[int, str]]] = {}
    for position, cell in enumerate(header):
        match = _CODED_PART.match(cell)
        if match:
            groups.setdefault(match["question"], []).append((position, match["option"]))
    return [
        Combined(column=Column(name=question, header=question), parts=tuple(parts))
        for question, parts in groups.items()
        if all(cells[position] in ("", "0", "1") for position, _ in parts for _, cells in taken)
    ]
