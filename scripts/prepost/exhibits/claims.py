"""The table under the figure of published statements."""

from __future__ import annotations

from prepost import formatting
from prepost.exhibits.grid import Grid
from prepost.figures.cells import Setting, Tables
from prepost.figures.claims import recomputed


def checked(tables: Tables, setting: Setting) -> Grid:
    """Return each statement that can be recomputed, with its arithmetic."""
    words = ["Statement", "Where", "Unit", "Verdict", "Arithmetic"]
    grid = Grid(words, ["Printed", "Computed", "Rounding allows", "to"], setting)
    for _, row in recomputed(tables).iterrows():
        columns = ("stated", "estimate", "ci_low", "ci_high")
        cells = [grid.cell(row, "claims_verdicts", column, formatting.number) for column in columns]
        grid.add([str(row[name]) for name in ("statement", "place", "unit", "verdict", "why")], cells)
    return grid
