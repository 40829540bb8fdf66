"""What every reader leaves: a table of text, with each row's line in the export and each line not taken."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from prepost.errors import Fault, StudyError

#: Joins the ticked options of one multiple-answer question, wherever a reader combines several columns into one.
MULTIPLE_SEPARATOR = " | "
#: No one writes an answer of this length: a quotation mark is missing, and what follows it was taken into the cell.
MOST_CHARACTERS = 100_000


@dataclass(frozen=True)
class Column:
    """One column of an export.

    Parameters
    ----------
    name : str
        What ``fields.csv`` names: the ImportId for Qualtrics with three header rows, else the header cell exactly as
        exported, made unique (``x``, ``x [2]``; a blank one is ``column 8``, by its position from 1).
    header : str
        The header cell as exported, for instance ``Q3_1``.
    question : str or None
        The wording shown to respondents where the platform exports it, else None.
    """

    name: str
    header: str
    question: str | None = None


@dataclass(frozen=True)
class RawTable:
    """An export as text.

    Parameters
    ----------
    columns : tuple of Column
        In the export's order; a combined multiple-answer column stands before the columns it combines.
    rows : pandas.DataFrame
        ``str`` columns named and ordered as ``columns``, missing where the cell is blank. Index ``line``: physical line
        of a text file (header is line 1; a record over several lines has the first), row of a sheet, or case number;
        unique and ascending.
    refused : pandas.DataFrame
        ``line`` (int), ``reason`` (str): each data line not taken, once. Never its content.
    records : int
        Data records seen: ``len(rows) + len(refused)``.
    meta : dict
        Standard name to column name where the platform has it: ``response_id``, ``received``, ``started``, ``status``,
        ``duration_seconds``, ``finished``.
    value_labels : dict
        Column to {code: label}, from SPSS; empty elsewhere.
    notes : dict
        How the file was read: ``encoding``, ``delimiter``, ``sheet``, ``header_rows``, where they apply.
    """

    columns: tuple[Column, ...]
    rows: pd.DataFrame
    refused: pd.DataFrame
    records: int
    meta: dict[str, str]
    value_labels: dict[str, dict[str, str]]
    notes: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ReadOptions:
    """What the study says about a file, where the file itself leaves a doubt.

    Parameters
    ----------
    encoding : str or None
        A Python codec name such as ``cp1252``; None finds it.
    sheet : str or None
        Sheet of a workbook; None is the first.
    delimiter : str or None
        One of ``,`` ``;`` tab ``|``; None finds it.
    """

    encoding: str | None = None
    sheet: str | None = None
    delimiter: str | None = None


def file_error(path: Path, what: str, *, expected: str = "", fix: str = "", rows: Sequence[int] = ()) -> StudyError:
    """Return the fault of a raw file, named by its file name and never by its folder.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    what, expected, fix : str
        See `prepost.errors.Fault`.
    rows : sequence of int
        Lines concerned.

    Returns
    -------
    StudyError
        With ``kind="file"``, to be raised by the caller.
    """
    return StudyError(Fault(where=path.name, what=what, expected=expected, fix=fix, rows=rows), kind="file")


@contextmanager
def steady(path: Path) -> Iterator[None]:
    """Refuse a file that changes while it is read: half of the one and half of the other would be no export.

    Parameters
    ----------
    path : pathlib.Path
        The file that is read inside.

    Raises
    ------
    StudyError
        ``kind="file"`` where its sha256 after the reading is not the one before it.
    """
    before = _sha256(path)
    yield
    if not path.is_file() or _sha256(path) != before:
        raise file_error(
            path,
            "the file changed while it was read",
            expected="a file that nobody writes to",
            fix="let the download or the copying end, close other programs that hold the file, and run again",
        )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def unique_names(names: Iterable[str]) -> list[str]:
    """Return the names made unique, in order.

    Parameters
    ----------
    names : iterable of str
        Header cells; blank ones are named by their position, from 1.

    Returns
    -------
    list of str
        ``x``, ``x [2]``, ``x [3]``; ``column 8`` for a blank eighth.

    Examples
    --------
    >>> unique_names(["a", "", "a", "a [2]"])
    ['a', 'column 2', 'a [3]', 'a [2]']
    """
    wanted = [name if name.strip() else f"column {position}" for position, name in enumerate(names, start=1)]
    # A header that is literally "x [2]" keeps its name; the counter steps over it.
    literal, taken, result = set(wanted), set(), []
    for name in wanted:
        unique, count = name, 1
        while unique in taken or (count > 1 and unique in literal):
            count += 1
            unique = f"{name} [{count}]"
        taken.add(unique)
        result.append(unique)
    return result


def text_frame(columns: Sequence[str], lines: Sequence[int], cells: Sequence[Sequence[str | None]]) -> pd.DataFrame:
    """Return a frame of text from rows of cells.

    Parameters
    ----------
    columns : sequence of str
        Unique names.
    lines : sequence of int
        One a row.
    cells : sequence of sequence of str or None
        Rows of cells; the empty string counts as blank, blanks inside a cell stay.

    Returns
    -------
    pandas.DataFrame
        The named ``str`` columns, missing where blank; index ``line``.
    """
    index = pd.Index(list(lines), dtype="int64", name="line")
    data = {
        name: pd.array([row[position] or None for row in cells], dtype="str") for position, name in enumerate(columns)
    }
    return pd.DataFrame(data, index=index, columns=pd.Index(list(columns), dtype="str"))


def refused_frame(refused: Iterable[tuple[int, str]]) -> pd.DataFrame:
    """Return the lines not taken, sorted.

    Parameters
    ----------
    refused : iterable of (int, str)
        Line and reason.

    Returns
    -------
    pandas.DataFrame
        ``line`` (int64), ``reason`` (str).
    """
    pairs = sorted(refused)
    return pd.DataFrame(
        {
            "line": pd.array([line for line, _ in pairs], dtype="int64"),
            "reason": pd.array([reason for _, reason in pairs], dtype="str"),
        }
    )


def take_records(
    records: Sequence[tuple[int, Sequence[str]]], headers: Sequence[Sequence[str]]
) -> tuple[list[tuple[int, list[str]]], list[tuple[int, str]]]:
    """Part the data records that fit the header from those that do not.

    Parameters
    ----------
    records : sequence of (int, sequence of str)
        Line and cells, without the header rows.
    headers : sequence of sequence of str
        The header rows; the first gives the width.

    Returns
    -------
    taken : list of (int, list of str)
        Records with exactly as many cells as the header.
    refused : list of (int, str)
        Line and reason: empty, a header again, too few or too many fields, a cell beyond ``MOST_CHARACTERS``.

    Notes
    -----
    Surplus cells that are all empty (a delimiter at the line's end) hold no answer and are let go.
    """
    width = len(headers[0])
    again = {tuple(header) for header in headers}
    taken: list[tuple[int, list[str]]] = []
    refused: list[tuple[int, str]] = []
    for line, cells in records:
        longest = max(map(len, cells), default=0)
        if longest > MOST_CHARACTERS:
            refused.append((line, f"a cell of more than {MOST_CHARACTERS:,} characters: no answer"))
        elif not any(cells):
            refused.append((line, "empty line"))
        elif tuple(cells) in again:
            refused.append((line, "the header again"))
        elif len(cells) < width:
            refused.append((line, f"too few fields: {len(cells)}, the header has {width}"))
        elif any(cells[width:]):
            refused.append((line, f"too many fields: {len(cells)}, the header has {width}"))
        else:
            taken.append((line, list(cells[:width])))
    return taken, refused


def make_table(
    columns: Sequence[Column],
    taken: Sequence[tuple[int, Sequence[str | None]]],
    refused: Iterable[tuple[int, str]],
    *,
    meta: Mapping[str, str] | None = None,
    value_labels: Mapping[str, Mapping[str, str]] | None = None,
    notes: Mapping[str, str] | None = None,
) -> RawTable:
    """Return the RawTable of columns, taken records and refused lines.

    Parameters
    ----------
    columns : sequence of Column
        With unique names, one a cell of each record.
    taken : sequence of (int, sequence of str)
        Line and cells.
    refused : iterable of (int, str)
        Line and reason.
    meta, value_labels, notes : mapping, optional
        See `RawTable`.

    Returns
    -------
    RawTable
        With ``records`` counted from both.
    """
    rows = text_frame([column.name for column in columns], [line for line, _ in taken], [cells for _, cells in taken])
    set_aside = refused_frame(refused)
    return RawTable(
        columns=tuple(columns),
        rows=rows,
        refused=set_aside,
        records=len(rows) + len(set_aside),
        meta=dict(meta or {}),
        value_labels={name: dict(labels) for name, labels in (value_labels or {}).items()},
        notes=dict(notes or {}),
    )


def find_meta(names: Sequence[str], wanted: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Return which column holds each standard fact about a response.

    Parameters
    ----------
    names : sequence of str
        The columns' names.
    wanted : mapping of str to sequence of str
        Standard name to the platform's names for it, best first, compared without regard to case.

    Returns
    -------
    dict
        Standard name to column name; only those found.
    """
    folded = {name.strip().casefold(): name for name in reversed(names)}
    found = {}
    for standard, candidates in wanted.items():
        here = [folded[candidate.casefold()] for candidate in candidates if candidate.casefold() in folded]
        if here:
            found[standard] = here[0]
    return found
