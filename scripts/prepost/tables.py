"""Reading and writing tables, each checked against its schema both ways, and written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd
import pandera.pandas as pa

from prepost.errors import Fault, StudyError
from prepost.schemas import SCHEMAS


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
        cases = error.failure_cases[["column", "check"]].astype(str).value_counts().sort_index()
        faults = [
            Fault(
                where,
                f"column {column} fails the check {rule} of the table '{schema}' ({n} times)",
                "the columns that prepost/schemas.py gives",
                "delete the file and run again; if it comes back, report it",
            )
            for (column, rule), n in cases.items()
        ]
        raise StudyError(*faults, kind="data") from None


def write(frame: pd.DataFrame, path: Path, schema: str) -> None:
    """Write a table as Parquet or CSV (by its ending) after checking it; the file appears whole or not at all."""
    frame = check(frame.reset_index(drop=True), schema, path.name)
    scratch = path.with_name(f".{path.name}.part")
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".parquet":
        frame.to_parquet(scratch, index=False)
    else:
        frame.to_csv(scratch, index=False, lineterminator="\n", encoding="utf-8")
    os.replace(scratch, path)


def read(path: Path, schema: str) -> pd.DataFrame:
    """Read back what `write` wrote, checked and typed."""
    if path.suffix == ".parquet":
        return check(pd.read_parquet(path), schema, path.name)
    frame = pd.read_csv(path, dtype="string", keep_default_na=False, na_values=[""], encoding="utf-8")
    return check(frame, schema, path.name)


def write_text(text: str, path: Path) -> None:
    """Write a text file whole or not at all."""
    scratch = path.with_name(f".{path.name}.part")
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch.write_text(text, encoding="utf-8", newline="\n")
    os.replace(scratch, path)
