"""Webropol exports: mostly separated by tabs under the name .csv, with two header rows and a legend below the data."""

from __future__ import annotations

from pathlib import Path

from prepost.readers.grid import Grid, read_grid
from prepost.readers.legend import without_legend
from prepost.readers.parts import check_widths, padded, spanned_columns
from prepost.readers.recognise import require
from prepost.readers.table import RawTable, ReadOptions, find_meta, make_table, take_records

_NO_PART = "-"
_META = {"received": ("Vastausaika",)}


def read_webropol(path: Path, options: ReadOptions) -> RawTable:
    """Read a Webropol export.

    Parameters
    ----------
    path : pathlib.Path
        UTF-8 or UTF-16 text, whatever its name ends in, or .xlsx.
    options : ReadOptions
        Where the file leaves a doubt.

    Returns
    -------
    RawTable
        Two header rows: headings that span columns, and their parts, ``-`` or blank where a heading has none. A column
        is ``Heading [Part]`` with the part as ``question``, or the heading. The lines of the legend, which Webropol
        prints below the data, are refused as such.

    Raises
    ------
    StudyError
        The file lacks the two header rows.
    """
    grid = read_grid(path, options)
    if not _has_two_rows(grid):
        require(path, "webropol", grid)
    check_widths(path, grid, 2)
    headers = [grid.records[0][1], padded(grid.records[1][1], len(grid.records[0][1]))]
    taken, refused = without_legend(*take_records(grid.records[2:], headers), always=True)
    columns = spanned_columns(headers, no_part=_NO_PART)
    meta = find_meta([column.name for column in columns], _META)
    return make_table(columns, taken, refused, meta=meta, notes={**grid.notes, "header_rows": "2"})


def _has_two_rows(grid: Grid) -> bool:
    """Answers as words leave only the second row to tell: a part below each blank, none below some heading."""
    if len(grid.records) < 2:
        return False
    header = grid.records[0][1]
    second = padded(grid.records[1][1], len(header))
    spans = [part for head, part in zip(header, second, strict=True) if not head.strip()]
    alone = any(part.strip() in ("", _NO_PART) for head, part in zip(header, second, strict=True) if head.strip())
    return bool(spans) and all(part.strip() for part in spans) and alone
