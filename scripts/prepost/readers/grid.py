"""A file of rows and cells, delimited text or a sheet, before any platform's convention is known."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from prepost.readers.decoding import DELIMITER_NAMES, decode, find_delimiter, kind_of, split_records
from prepost.readers.table import ReadOptions, file_error, steady
from prepost.readers.workbook import sheet_records

WORKBOOK_SUFFIXES = (".xlsx", ".xlsm")


@dataclass(frozen=True)
class Grid:
    """Rows of cells as text.

    Parameters
    ----------
    records : tuple of (int, list of str)
        Line (or sheet row) and cells; the first is the header.
    notes : dict
        ``encoding`` and ``delimiter``, or ``sheet``.
    """

    records: tuple[tuple[int, list[str]], ...]
    notes: dict[str, str]

    @property
    def rows(self) -> list[list[str]]:
        """The first four rows' cells, enough to see which platform wrote the file."""
        return [cells for _, cells in self.records[:4]]


def read_grid(path: Path, options: ReadOptions) -> Grid:
    """Read a CSV, TSV or .xlsx file into rows of cells.

    Parameters
    ----------
    path : pathlib.Path
        ``.xlsx`` and ``.xlsm`` are read as workbooks, everything else as delimited text.
    options : ReadOptions
        Encoding, delimiter and sheet, where the study states them.

    Returns
    -------
    Grid
        At least one record; empty lines before the header and after the last record are left out.

    Raises
    ------
    StudyError
        The file is not what its name says, holds nothing, or cannot be decoded.
    """
    if path.suffix.lower() in WORKBOOK_SUFFIXES:
        with steady(path):
            records, sheet = sheet_records(path, options.sheet)
        notes = {"sheet": sheet}
    else:
        with steady(path):
            data = path.read_bytes()
        kind = kind_of(data[:64])
        if kind:
            raise file_error(
                path,
                f"the file is {kind}, not a text export",
                expected="CSV or TSV, or .xlsx by that name",
                fix="the platform or the file of this source in sources.csv",
            )
        text, encoding = decode(data, path, options.encoding)
        delimiter = options.delimiter or find_delimiter(text, path)
        if delimiter not in DELIMITER_NAMES:
            raise file_error(
                path,
                f"the delimiter stated for this source, {delimiter!r}, is none of ours",
                expected="one of comma, semicolon, tab or bar",
                fix="the delimiter of this source",
            )
        records = list(split_records(text, delimiter, path))
        notes = {"encoding": encoding, "delimiter": DELIMITER_NAMES[delimiter]}
    while records and not any(records[-1][1]) and len(records[-1][1]) < 2:
        records.pop()
    first = next((position for position, (_, cells) in enumerate(records) if any(cells)), None)
    if first is None:
        raise file_error(path, "the file holds no row at all", expected="a header row", fix="export it again")
    return Grid(records=_without_blank_columns(records[first:]), notes=notes)


def _without_blank_columns(records: list[tuple[int, list[str]]]) -> tuple[tuple[int, list[str]], ...]:
    """Shorten a header whose last cells are blank in every record, and a sheet's empty right margin with it."""
    width = max(max((i for i, cell in enumerate(cells, start=1) if cell), default=0) for _, cells in records)
    return tuple((line, cells[:width]) for line, cells in records)
