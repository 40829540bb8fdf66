"""SmartSurvey exports (CSV or .xlsx, raw data)."""

from __future__ import annotations

from pathlib import Path

from prepost.readers.grid import read_grid
from prepost.readers.multiple import with_combined
from prepost.readers.parts import (
    check_widths,
    has_parts,
    multiple_answer,
    option_given,
    padded,
    part_columns,
    question_groups,
)
from prepost.readers.recognise import require
from prepost.readers.table import RawTable, ReadOptions, find_meta, make_table, take_records

_META = {
    "response_id": ("UserID",),
    "received": ("Ended", "Completed"),
    "started": ("Started",),
    "status": ("Status", "Response Status"),
}


def read_smartsurvey(path: Path, options: ReadOptions) -> RawTable:
    """Read a SmartSurvey export.

    Parameters
    ----------
    path : pathlib.Path
        CSV or .xlsx.
    options : ReadOptions
        Where the file leaves a doubt.

    Returns
    -------
    RawTable
        ``UserID, UserNo, Name, Email, IP Address, Unique ID, Started, Ended``, then the questions, ``Q1. How sure?``.
        Where a second header row names the parts of questions, they are ``Question [Part]``, and several ticked
        options are joined in a column ``Question`` as for SurveyMonkey. Dates are day first or month first as the
        account is set.

    Raises
    ------
    StudyError
        The file lacks SmartSurvey's marks.
    """
    grid = read_grid(path, options)
    require(path, "smartsurvey", grid)
    heads = 2 if has_parts(grid, "userid") else 1
    check_widths(path, grid, heads)
    headers = [cells for _, cells in grid.records[:heads]]
    taken, refused = take_records(grid.records[heads:], headers)
    questions, parts = headers[0], padded(headers[1] if heads == 2 else [], len(headers[0]))
    groups = question_groups(questions)
    columns = part_columns(questions, parts, groups)
    combined = [item for group in groups if (item := multiple_answer(questions, parts, group, taken))]
    meta = find_meta([column.name for column in columns], _META)
    columns, taken = with_combined(columns, combined, taken, option_given)
    return make_table(columns, taken, refused, meta=meta, notes={**grid.notes, "header_rows": str(heads)})
