"""The released tables: the private ones as text, with marks where a cell may not leave the building.

Importing this module registers ``released_<table>`` and ``withheld`` in `prepost.schemas.SCHEMAS`.
"""

from __future__ import annotations

import pandera.pandas as pa

from prepost.schemas import COUNT_COLUMNS, NUMBER, TEXT, TOLD
from prepost.schemas_published import SCHEMAS
from prepost.table_names import TITLES

MARKS = {"c": "[c]", "w": "[w]", "x": "[x]"}  # below the threshold, withheld to protect another, missing
SHARE = "share"
# The dimensions whose "all" row is the base of a row's share, each with what stands beside it in that row.
SHARE_OF: dict[str, tuple[dict[str, str], ...]] = {
    "ceiling": ({"place": "all"},),
    "missing": ({"kind": "all"},),
    "movement": ({"direction": "all"},),
    "participants": ({"category": "all"}, {"variable": "all", "category": "all"}),
    "transitions": ({"to": "all"},),
}
NUMBER_CELL = r"^(\[[cwx]\]|-?\d+(\.\d+)?(e[+-]?\d+)?)$"
COUNT_CELL = r"^(\[[cwx]\]|\d+)$"


def number_columns(table: str) -> list[str]:
    """Names of a released table's columns of numbers, in order."""
    columns = SCHEMAS[table].columns
    numbers = [name for name, column in columns.items() if name in COUNT_COLUMNS or str(column.dtype) == NUMBER]
    return [*numbers, SHARE] if table in SHARE_OF else numbers


def _released(table: str) -> pa.DataFrameSchema:
    columns = {name: column for name, column in SCHEMAS[table].columns.items() if name != TOLD}
    for name in number_columns(table):
        pattern = COUNT_CELL if name in COUNT_COLUMNS else NUMBER_CELL
        columns[name] = pa.Column(TEXT, pa.Check.str_matches(pattern), nullable=False, coerce=True)
    return pa.DataFrameSchema(columns, strict=True, ordered=True)


def _register() -> None:
    for table in TITLES:
        SCHEMAS[f"released_{table}"] = _released(table)
    SCHEMAS["released_plan"] = SCHEMAS["plan"]
    text = {name: pa.Column(TEXT, nullable=False, coerce=True) for name in ("table", "row_id", "column")}
    text["mark"] = pa.Column(TEXT, pa.Check.isin(list(MARKS.values())), coerce=True)
    text["reason"] = pa.Column(TEXT, nullable=False, coerce=True)
    SCHEMAS["withheld"] = pa.DataFrameSchema(
        text, strict=True, ordered=True, unique=["table", "row_id", "column"], coerce=True
    )


_register()
