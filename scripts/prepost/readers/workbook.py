"""Sheets of an .xlsx workbook as text. Formulas give the value last stored for them and are never evaluated."""

from __future__ import annotations

import datetime
import re
import zipfile
import zlib
from pathlib import Path

from python_calamine import CalamineError, SheetVisibleEnum, load_workbook

from prepost.errors import StudyError, did_you_mean
from prepost.readers.decoding import kind_of
from prepost.readers.table import file_error

# A sheet of 100,000 responses to 200 questions is under 500 MB of XML; beyond this a zip is a fault or an attack.
MOST_BYTES = 1_000_000_000
MOST_EXPANSION = 300
_SMALL_ENOUGH = 50_000_000
# A sheet is held as a full rectangle: one cell written far to the lower right would ask for billions.
MOST_CELLS = 50_000_000
_CELL = re.compile(rb'<(?:\w+:)?c\s[^>]*?\br="([A-Z]{1,3})(\d{1,7})"')
_ROOM = 4_096  # bytes kept from one piece to the next, more than the opening of any cell
_PIECE = 1_000_000


def cell_text(value: object) -> str:
    """Return a typed cell as text.

    Parameters
    ----------
    value : object
        None, str, bool, int, float, date, datetime, time or timedelta.

    Returns
    -------
    str
        Whole numbers without ``.0``, dates and times in ISO 8601 (a date-time at midnight as its date), ``TRUE`` or
        ``FALSE``, an empty string for None and NaN, text as it stands.

    Examples
    --------
    >>> cell_text(5.0), cell_text(2.5), cell_text(datetime.datetime(2024, 3, 1, 9, 30))
    ('5', '2.5', '2024-03-01T09:30:00')
    """
    if value is None or value != value:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime.datetime):
        midnight = value.time() == datetime.time(0) and value.tzinfo is None
        return value.date().isoformat() if midnight else value.isoformat()
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return str(value)


def sheet_records(path: Path, sheet: str | None = None) -> tuple[list[tuple[int, list[str]]], str]:
    """Return the rows of one sheet as text, and the sheet's name.

    Parameters
    ----------
    path : pathlib.Path
        An ``.xlsx`` (or ``.xlsm``) workbook.
    sheet : str, optional
        Its name; the first visible sheet by default.

    Returns
    -------
    records : list of (int, list of str)
        Sheet row, from 1, and its cells; empty rows below the last filled one are left out.
    sheet : str
        The name of the sheet read.

    Raises
    ------
    StudyError
        Not a workbook, one that unpacks to an absurd size, or no such sheet.

    Notes
    -----
    A cell that shows an error (``#N/A``) holds no answer and comes as blank.
    """
    _check_zip(path)
    try:
        book = load_workbook(path)
        names = [
            item.name for item in book.sheets_metadata if item.visible == SheetVisibleEnum.Visible
        ] or book.sheet_names
        if not names:
            raise _damaged(path, "it lists no sheet")
        name = names[0] if sheet is None else sheet
        if name not in book.sheet_names:
            raise file_error(
                path,
                f"the workbook has no sheet '{name}'",
                expected=did_you_mean(name, book.sheet_names) or f"one of its {len(book.sheet_names)} sheets",
                fix="the sheet of this source",
            )
        values = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except CalamineError as error:
        raise _damaged(path, error) from None
    records = [(row, [cell_text(value) for value in cells]) for row, cells in enumerate(values, start=1)]
    while records and not any(records[-1][1]):
        records.pop()
    return records, name


def _check_zip(path: Path) -> None:
    if not zipfile.is_zipfile(path):
        with path.open("rb") as handle:
            kind = kind_of(handle.read(64)) or "text"
        raise file_error(
            path,
            f"the name says Excel workbook, but the file is {kind}, not a readable .xlsx",
            expected="an .xlsx workbook",
            fix="download the export again, or name the file after what it is",
        )
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            _check_size(path, entries)
            for entry in entries:
                if entry.filename.startswith("xl/worksheets/") and entry.filename.endswith(".xml"):
                    _check_cells(path, archive, entry)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError) as error:
        raise _damaged(path, error) from None


def _damaged(path: Path, error: object) -> StudyError:
    # What a library says of a damaged file may quote its bytes: only the words before any value are told.
    words = re.split(r"[:\"'`]", str(error), maxsplit=1)[0].strip()[:80]
    return file_error(
        path,
        "the workbook cannot be read" + (f" ({words})" if words else ""),
        expected="an .xlsx workbook",
        fix="open it in a spreadsheet program and save it as .xlsx",
    )


def _check_cells(path: Path, archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """Refuse a sheet whose farthest cell spans a rectangle that no memory holds."""
    wide = long = 1
    kept = b""
    with archive.open(entry) as handle:
        while piece := handle.read(_PIECE):
            kept += piece
            cells = _CELL.findall(kept)
            if cells:
                longest = max(len(letters) for letters, _ in cells)
                column = max(letters for letters, _ in cells if len(letters) == longest)
                wide = max(wide, sum((letter - 64) * 26**i for i, letter in enumerate(reversed(column))))
                long = max(long, max(int(row) for _, row in cells))
            kept = kept[-_ROOM:]
    if wide * long > MOST_CELLS:
        raise file_error(
            path,
            f"a sheet of the workbook reaches to row {long:,} and column {wide:,}; it is not opened",
            expected=f"at most {MOST_CELLS:,} cells",
            fix="delete the empty rows and columns beyond the data, or export as CSV",
        )


def _check_size(path: Path, entries: list[zipfile.ZipInfo]) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    packed = max(sum(entry.compress_size for entry in entries), 1)
    if unpacked > MOST_BYTES or (unpacked > _SMALL_ENOUGH and unpacked / packed > MOST_EXPANSION):
        raise file_error(
            path,
            f"the workbook unpacks to {unpacked / 1e6:,.0f} MB from {packed / 1e6:,.1f} MB; it is not opened",
            expected=f"at most {MOST_BYTES / 1e6:,.0f} MB, as any survey export is",
            fix="export as CSV",
        )
