"""Plain tables: CSV, TSV, .xlsx and Parquet, from any tool that writes one header row."""

from __future__ import annotations

import re
from pathlib import Path

from prepost.readers.grid import Grid, read_grid
from prepost.readers.legend import without_legend
from prepost.readers.parts import spanned_columns
from prepost.readers.table import RawTable, ReadOptions, file_error, make_table, steady, take_records
from prepost.readers.workbook import cell_text

_NUMBER = re.compile(r"\s*[-+]?\d+(?:[.,]\d+)?\s*$")


def read_plain(path: Path, options: ReadOptions) -> RawTable:
    """Read a plain table.

    Parameters
    ----------
    path : pathlib.Path
        ``.parquet`` is read as Parquet, ``.xlsx`` as a workbook, everything else as delimited text.
    options : ReadOptions
        Where the file leaves a doubt.

    Returns
    -------
    RawTable
        Columns named by the header. Where a second header row gives the parts of questions whose heading spans several
        columns (blank cells in the first row), a column is ``Heading [Part]`` and ``question`` is the part.
        Lines below an empty one are refused as a legend where they lack half or more of what every response above has,
        and the first of it (a time or a number).

    Raises
    ------
    StudyError
        What separates the fields cannot be told, or a Parquet column holds no plain values.
    """
    if path.suffix.lower() in (".parquet", ".pq"):
        return _read_parquet(path)
    grid = read_grid(path, options)
    headers = [cells for _, cells in grid.records[: _header_rows(grid)]]
    taken, refused = take_records(grid.records[len(headers) :], headers)
    taken, refused = without_legend(taken, refused)
    return make_table(spanned_columns(headers), taken, refused, notes={**grid.notes, "header_rows": str(len(headers))})


def _header_rows(grid: Grid) -> int:
    """Return 2 where the second row continues the header, else 1.

    It does where headings span columns (blank header cells), the second row fills each of these with words, and most
    of the columns below hold numbers only: a first response would hold numbers there too.
    """
    if len(grid.records) < 3:
        return 1
    header, second = grid.records[0][1], grid.records[1][1]
    blanks = [position for position, cell in enumerate(header) if not cell.strip()]
    if len(blanks) < 2 or len(second) != len(header):
        return 1
    worded = all(second[position].strip() and not _NUMBER.match(second[position]) for position in blanks)
    return 2 if worded and sum(_numeric_below(grid, position) for position in blanks) * 2 > len(blanks) else 1


def _numeric_below(grid: Grid, position: int) -> bool:
    cells = [cells[position] for _, cells in grid.records[2:] if len(cells) > position]
    filled = [cell for cell in cells if cell.strip()]
    numbers = sum(bool(_NUMBER.match(cell)) for cell in filled)
    return numbers > 0 and numbers >= 0.9 * len(filled)


def _read_parquet(path: Path) -> RawTable:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with steady(path):
            table = pq.read_table(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise file_error(
            path,
            f"the Parquet file cannot be read ({str(error).splitlines()[0][:80]})",
            expected="a Parquet table",
            fix="the file or the platform of this source in sources.csv",
        ) from None
    nested = [item.name for item in table.schema if pa.types.is_nested(item.type)]
    if nested:
        raise file_error(
            path,
            f"{len(nested):,} columns hold lists or records: " + ", ".join(f"'{name}'" for name in nested[:3]),
            expected="plain values: text, numbers, dates",
            fix="write the table without them",
        )
    lists = [[cell_text(value) for value in column.to_pylist()] for column in table.columns]
    header = list(table.column_names)
    records = [(case, list(cells)) for case, cells in enumerate(zip(*lists, strict=True), start=1)]
    taken, refused = take_records(records, [header])
    return make_table(spanned_columns([header]), taken, refused, notes={"header_rows": "0"})
