"""The table under the specification curve: its range and middle, and how much each choice spreads it."""

from __future__ import annotations

from prepost import formatting
from prepost.exhibits.grid import Cell, Grid
from prepost.figures.cells import Setting, Tables, first, pick
from prepost.figures.specifications import CHOICES, curves

SUMMED = {"lowest": "Lowest", "median": "Middle", "highest": "Highest"}


def specifications(tables: Tables, setting: Setting) -> Grid:
    """Return a row an outcome; a column for each choice that changes some estimate."""
    found = curves(tables, setting)
    rows = pick(tables, "specifications", group_by="summary")
    names = set(rows["estimate_name"]) if len(rows) else set()
    choices = [choice for choice in CHOICES if f"variance_of_{choice}" in names]
    heads = ["Combinations", *SUMMED.values(), "Beyond the smallest change of interest"]
    grid = Grid(["Outcome"], [*heads, *[f"Spread due to: {CHOICES[choice].lower()}" for choice in choices]], setting)

    def cell(outcome: str, name: str, write) -> Cell:
        row = first(pick(tables, "specifications", outcome=outcome, group_by="summary", estimate_name=name))
        return grid.cell(row, "specifications", "estimate", write)

    for curve in found:
        name = curve.outcome.name
        cells = [Cell(str(len(curve.values)))]
        cells += [cell(name, estimate, formatting.number) for estimate in SUMMED]
        cells += [cell(name, "beyond_smallest", _percent)]
        cells += [cell(name, f"variance_of_{choice}", _percent) for choice in choices]
        grid.add([curve.outcome.label], cells)
    return grid


def _percent(share: float) -> str:
    return formatting.number(share * 100, 0) + "%"
