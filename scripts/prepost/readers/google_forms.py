"""Google Forms exports (the CSV download, or the sheet of responses saved as CSV or .xlsx)."""

from __future__ import annotations

from pathlib import Path

from prepost.readers.grid import Grid, read_grid
from prepost.readers.recognise import MOMENT, require
from prepost.readers.table import Column, RawTable, ReadOptions, make_table, take_records, unique_names


def read_google_forms(path: Path, options: ReadOptions) -> RawTable:
    """Read a Google Forms export.

    Parameters
    ----------
    path : pathlib.Path
        CSV or .xlsx.
    options : ReadOptions
        ``sheet`` where the responses are not on the first one.

    Returns
    -------
    RawTable
        One header row: the timestamp (named in the form's language), then the questions, whose wording is both
        ``name`` and ``question``; a row of a grid is ``Question [Row]``, and a header that stands twice is
        ``Question [2]``. ``meta`` has ``received``, the first column. Google gives a response no id. The options
        ticked in one answer stay as exported: joined by ``;`` in the download, by a comma and a blank in the sheet.

    Raises
    ------
    StudyError
        The file lacks Google Forms' marks.
    """
    grid = read_grid(path, options)
    if not _begins_with_moments(grid):  # a language whose word for it we do not know is no reason to refuse
        require(path, "google_forms", grid)
    header = grid.records[0][1]
    columns = [
        Column(name=name, header=cell, question=cell or None if position else None)
        for position, (name, cell) in enumerate(zip(unique_names(header), header, strict=True))
    ]
    taken, refused = take_records(grid.records[1:], [header])
    meta = {"received": columns[0].name}
    return make_table(columns, taken, refused, meta=meta, notes={**grid.notes, "header_rows": "1"})


def _begins_with_moments(grid: Grid) -> bool:
    below = [row[0] for row in grid.rows[1:] if row and row[0].strip()]
    return bool(below) and all(MOMENT.match(cell) for cell in below)
