"""Rows of the surveys' result tables, in the columns of `prepost.schemas.RESULTS`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from prepost.comparing import row_id, unique_ids
from prepost.schemas import ALL, SCHEMAS, TOLD
from prepost.survey_sheets import ShareRow

ROLE = "secondary"
ILLUSTRATIVE = "illustrative: not published"


def row(strand: str, comparison: str, outcome: str, name: str, **more: object) -> dict[str, object]:
    """Return one row; `more` holds further columns, `group_by` and `group` default to the margin."""
    by, group = str(more.pop("group_by", ALL)), str(more.pop("group", ALL))
    found: dict[str, object] = {
        "row_id": row_id(comparison, outcome, by, group, name),
        "strand": strand,
        "role": ROLE,
        "comparison": comparison,
        "outcome": outcome,
        "group_by": by,
        "group": group,
        "estimate_name": name,
        "n_unit": "people",
    }
    return found | {column: None if _absent(value) else value for column, value in more.items()}


def _absent(value: object) -> bool:
    return value is None or (isinstance(value, float) and np.isnan(value))


def note_of(line: ShareRow | None) -> str | None:
    """Say where a figure stands in a publication, or that it is illustrative; nothing where the sheet is silent."""
    if line is None or line.basis is None:
        return None
    return ILLUSTRATIVE if line.basis == "illustrative" else f"published as {line.source_id}"


def as_table(rows: Sequence[Mapping[str, object]], table: str) -> pd.DataFrame:
    """Return the rows as a table, every column there, each address once."""
    columns = list(SCHEMAS[table].columns)
    frame = pd.DataFrame([{name: found.get(name) for name in columns} for found in rows], columns=columns)
    frame["row_id"] = unique_ids(frame["row_id"])
    for column in ("n", "n_missing", "n_people", TOLD):
        frame[column] = pd.array([pd.NA if pd.isna(v) else int(v) for v in frame[column]], dtype="Int64")
    return frame
