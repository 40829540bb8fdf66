"""Reading and writing tables, each checked against its schema both ways, and written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pandas as pd
import pandera.pandas as pa
import pyarrow as pa_lib
import pyarrow.parquet as pq

from prepost import schemas_words  # noqa: F401 - registers tables
from prepost.disk import disk_fault
from prepost.errors import Fault, StudyError
from prepost.schemas_comments import SCHEMAS

# What a spreadsheet begins a formula with (behind apostrophes of ours), and what is a number for all that.
_FORMULA = r"'*[=+\-@\t\r]"
_DEFUSED = r"'+[=+\-@\t\r]"
_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"


def check(frame: pd.DataFrame, schema: str, where: str) -> pd.DataFrame:
    """Return the table with its schema's types, or raise.

    Parameters
    ----------
    frame : DataFrame
        Any table.
    schema : str
        A name in `SCHEMAS`.
    where : str
        How the error names the table.

    Raises
    ------
    StudyError
        If the table does not fit; the message names columns and checks, never a value.
    """
    try:
        return SCHEMAS[schema].validate(frame, lazy=True)
    except pa.errors.SchemaErrors as error:
        cases = error.failure_cases.astype({"column": "object", "failure_case": "object"})
        # What a check of the table's form found is the name of a column, never a cell.
        of_form = cases["check"].isin(["column_in_dataframe", "column_in_schema", "column_ordered"])
        names = cases["failure_case"].where(of_form, cases["column"]).fillna("(several)").astype(str)
        faults = [
            Fault(
                where,
                f"column {column} fails the check {rule} of the table '{schema}' ({n} times)",
                "the columns that prepost/schemas.py gives",
                "delete the file and run again; if it comes back, report it",
            )
            for (column, rule), n in names.to_frame("column")
            .assign(rule=cases["check"])
            .value_counts()
            .sort_index()
            .items()
        ]
        raise StudyError(*faults, kind="data") from None


def write(frame: pd.DataFrame, path: Path, schema: str) -> None:
    """Write a table as Parquet or CSV (by its ending) after checking it; the file appears whole or not at all.

    In a CSV, a text that a spreadsheet would take for a formula gets an apostrophe before it, which `read` takes
    away again; numbers stay as they are.
    """
    frame = check(frame.reset_index(drop=True), schema, path.name)
    with _whole(path) as scratch:
        if path.suffix == ".parquet":
            frame.to_parquet(scratch, index=False)
        else:
            defused(frame).to_csv(scratch, index=False, lineterminator="\n", encoding="utf-8")


def read(path: Path, schema: str, *, without: str | None = None) -> pd.DataFrame:
    """Read back what `write` wrote, checked and typed; a file that is damaged is a StudyError.

    Of a Parquet file, the columns whose names end with `without` stay unread.
    """
    try:
        if path.suffix == ".parquet":
            names = [name for name in pq.read_schema(path).names if without and not name.endswith(without)]
            return check(pd.read_parquet(path, columns=names or None), schema, path.name)
        frame = pd.read_csv(path, dtype="string", keep_default_na=False, na_values=[""], encoding="utf-8")
    except (pa_lib.ArrowInvalid, pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError):
        fault = Fault(path.name, "the file is damaged", "what an earlier step left", "delete the file and run again")
        raise StudyError(fault, kind="file") from None
    return check(_live(frame), schema, path.name)


def write_bytes(content: bytes, path: Path) -> None:
    """Write a file that is no text, such as a workbook, whole or not at all."""
    with _whole(path) as scratch:
        scratch.write_bytes(content)


def write_text(text: str, path: Path) -> None:
    """Write a text file whole or not at all."""
    with _whole(path) as scratch:
        scratch.write_text(text, encoding="utf-8", newline="\n")


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """Give a scratch file beside the path; it takes the path's name only once it is written without a fault.

    A disk that is full or read-only is a StudyError, and leaves the file that stood there.
    """
    scratch = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield scratch
        os.replace(scratch, path)
    except OSError as error:
        fault = disk_fault(error, path.name)
        if fault is None:
            raise
        raise fault from None
    finally:
        with suppress(OSError):
            scratch.unlink(missing_ok=True)


def defused(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose formulas are made text (OWASP, "CSV injection").

    It can be undone, as an apostrophe that stands there gets one too.
    """
    return _texts(frame, lambda text: text.mask(text.str.match(_FORMULA) & ~text.str.fullmatch(_NUMBER), "'" + text))


def _live(frame: pd.DataFrame) -> pd.DataFrame:
    return _texts(frame, lambda text: text.mask(text.str.match(_DEFUSED), text.str[1:]))


def _texts(frame: pd.DataFrame, change: Callable[[pd.Series], pd.Series]) -> pd.DataFrame:
    frame = frame.copy(deep=False)
    for name in [name for name in frame if isinstance(frame[name].dtype, pd.StringDtype)]:
        frame[name] = change(frame[name])
    return frame
