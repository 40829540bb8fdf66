"""Microsoft Forms exports (.xlsx, or the same saved as CSV)."""

from __future__ import annotations

from pathlib import Path

from prepost.readers.grid import read_grid
from prepost.readers.recognise import require
from prepost.readers.table import Column, RawTable, ReadOptions, find_meta, make_table, take_records, unique_names

_META = {
    "response_id": ("ID",),
    "received": ("Completion time",),
    "started": ("Start time",),
}
_OWN = {"id", "start time", "completion time", "email", "name", "language", "last modified time"}


def read_microsoft_forms(path: Path, options: ReadOptions) -> RawTable:
    """Read a Microsoft Forms export.

    Parameters
    ----------
    path : pathlib.Path
        The workbook that "Open in Excel" gives.
    options : ReadOptions
        ``sheet`` where the responses are not on the first one.

    Returns
    -------
    RawTable
        One header row: ID, Start time, Completion time, Email, Name, then the questions, whose wording is both
        ``name`` and ``question``. Times are ISO 8601 as the form's owner saw them. The options ticked in one answer
        stay as exported, ``a;b;``, each ending in a semicolon.

    Raises
    ------
    StudyError
        The file lacks Microsoft Forms' marks.
    """
    grid = read_grid(path, options)
    require(path, "microsoft_forms", grid)
    header = grid.records[0][1]
    columns = [
        Column(name=name, header=cell, question=None if cell.strip().casefold() in _OWN else cell or None)
        for name, cell in zip(unique_names(header), header, strict=True)
    ]
    taken, refused = take_records(grid.records[1:], [header])
    meta = find_meta([column.name for column in columns], _META)
    return make_table(columns, taken, refused, meta=meta, notes={**grid.notes, "header_rows": "1"})
