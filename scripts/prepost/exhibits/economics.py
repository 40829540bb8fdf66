"""The tables under the figures of the economic model."""

from __future__ import annotations

import pandas as pd

from prepost import formatting
from prepost.exhibits.grid import Cell, Grid
from prepost.figures.cells import Setting, Tables, pick
from prepost.figures.economics import models, whole


def _label(tables: Tables, model: str) -> str:
    found = whole(tables, model)
    return model if found is None else str(found["label"])


def _word(value: object) -> str:
    return "" if pd.isna(value) else str(value)


def chain(tables: Tables, setting: Setting) -> Grid:
    """Return every line of every model: inputs with base, spread and source, and products."""
    grid = Grid(["Of", "Line", "Unit", "Base and source", "Spread"], ["Value", "from", "to", "People"], setting)
    for model in models(tables):
        for _, row in pick(tables, "economics_chain", model=model).iterrows():
            product = row["kind"] == "product"
            base = ". ".join(part for part in (_word(row.get(c)) for c in ("base", "source", "note")) if part)
            words = [_label(tables, model), ("= " if product else "× ") + str(row["label"]), str(row["unit"])]
            words += ["", "draws"] if product else [base, _word(row.get("distribution"))]
            cells = [grid.cell(row, "economics_chain", c, formatting.number) for c in ("estimate", "ci_low", "ci_high")]
            n = grid.cell(row, "economics_chain", "n", formatting.count)
            grid.add(words, [*cells, n if not product else Cell("")])
    return grid


def tornado(tables: Tables, setting: Setting) -> Grid:
    """Return what each input moves."""
    numbers = ["Input from", "Input to", "Value from", "Value to", "As they stand"]
    grid = Grid(["Of", "Input", "Unit of the input"], numbers, setting)
    rows = pick(tables, "economics_tornado")
    for _, row in (rows[rows["estimate"].notna()] if len(rows) else rows).iterrows():
        columns = ("input_low", "input_high", "ci_low", "ci_high", "estimate")
        cells = [grid.cell(row, "economics_tornado", column, formatting.number) for column in columns]
        grid.add([_label(tables, str(row["model"])), str(row["label"]), str(row["input_unit"])], cells)
    return grid
