"""Reading released tables: numbers as numbers, and beside each what its mark says."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from prepost import tables
from prepost.released_schemas import MARKS, number_columns
from prepost.schemas import COUNT_COLUMNS

MARK_SUFFIX = "_mark"


def read_released(path: Path) -> pd.DataFrame:
    """Read a table of floor 7.

    Parameters
    ----------
    path : Path
        A released CSV; its stem is the table's name.

    Returns
    -------
    DataFrame
        The table's columns; each column of numbers typed (counts Int64, others float64, missing where marked) and
        followed by ``<column>_mark``: ``c``, ``w``, ``x`` or empty.

    Raises
    ------
    StudyError
        If the file is no released table of that name.
    """
    return typed(tables.read(path, f"released_{path.stem}"), path.stem)


def typed(frame: pd.DataFrame, table: str) -> pd.DataFrame:
    """Return a released table with typed numbers and their marks; see `read_released`."""
    letters = {text: letter for letter, text in MARKS.items()}
    numbers = set(number_columns(table))
    columns: dict[str, pd.Series] = {}
    for name in frame.columns:
        if name not in numbers:
            columns[name] = frame[name]
            continue
        marks = frame[name].map(letters).fillna("").astype("string")
        values = pd.to_numeric(frame[name].where(marks.eq(""), None)).astype("Float64")
        columns[name] = values.astype("Int64") if name in COUNT_COLUMNS else values.astype("float64")
        columns[name + MARK_SUFFIX] = marks
    return pd.DataFrame(columns, index=frame.index)
