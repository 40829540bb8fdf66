"""SPSS files (.sav, .zsav) with their value labels."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd

from prepost.readers.decoding import kind_of
from prepost.readers.table import Column, RawTable, ReadOptions, file_error, make_table, steady
from prepost.readers.workbook import cell_text


def read_spss(path: Path, options: ReadOptions) -> RawTable:
    """Read an SPSS file.

    Parameters
    ----------
    path : pathlib.Path
        ``.sav`` or ``.zsav``.
    options : ReadOptions
        ``encoding`` where an old file does not say its own rightly.

    Returns
    -------
    RawTable
        Cells are codes as text (``3``, not ``3.0`` and not its label); codes that the file declares as missing stay
        codes; dates and times are ISO 8601. ``question`` is the variable's label, ``value_labels`` the labels of its
        codes, ``line`` the case number from 1.

    Raises
    ------
    StudyError
        Not an SPSS file, or one that cannot be read.
    """
    with path.open("rb") as handle:
        head = handle.read(64)
    if not head.startswith((b"$FL2", b"$FL3")):
        raise file_error(
            path,
            f"declared as spss, but this looks like {kind_of(head) or 'text'}",
            expected="an SPSS .sav or .zsav file",
            fix="the platform of this source in sources.csv",
        )
    with steady(path):
        frame, about = _read(path, options.encoding)
    labels = about.column_names_to_labels
    columns = [Column(name=name, header=name, question=labels.get(name) or None) for name in frame.columns]
    cells = zip(*(_texts(frame[name]) for name in frame.columns), strict=True)
    return make_table(
        columns,
        [(case, list(row)) for case, row in enumerate(cells, start=1)],
        [],
        value_labels={
            name: {cell_text(code): str(label) for code, label in codes.items()}
            for name, codes in about.variable_value_labels.items()
        },
        notes={"encoding": str(about.file_encoding or "").lower()},
    )


def _texts(values: Iterable[object]) -> list[str]:
    return ["" if value is None or value is pd.NaT else cell_text(value) for value in values]


def _read(path: Path, encoding: str | None) -> tuple[pd.DataFrame, Any]:
    import pyreadstat

    # Files of before Unicode name no encoding or a wrong one; Windows-1252 is what they nearly always hold.
    fault = ""
    for attempt in [encoding] if encoding else [None, "WINDOWS-1252"]:
        try:
            return pyreadstat.read_sav(str(path), encoding=attempt, user_missing=True)
        except (pyreadstat.ReadstatError, UnicodeDecodeError, OverflowError, ValueError) as error:
            fault = fault or (str(error).splitlines() or [type(error).__name__])[0][:120]
    raise file_error(
        path,
        f"the SPSS file cannot be read ({fault})",
        expected="a whole .sav or .zsav file",
        fix="copy the file again, save it again in SPSS, or state the encoding of this source",
    )
