"""The tables under the figures about those who were lost: each assumption's change, and balance in full."""

from __future__ import annotations

from prepost import formatting
from prepost.exhibits.grid import Cell, Grid
from prepost.figures.attrition import ROWS, cells, panels
from prepost.figures.balance import rows_of
from prepost.figures.cells import Setting, Tables, first, pick, primary


def attrition(tables: Tables, setting: Setting) -> Grid:
    """Return a row an outcome and assumption: its change with the interval."""
    grid = Grid(["Outcome", "Assumption"], ["Change", "95% CI from", "to"], setting)
    comparison = primary(tables) or ""
    for panel in panels(tables, setting):
        found = cells(tables, comparison, panel.outcome.name)
        for name, label in ROWS.items():
            names = {"bounds": ("lowest", "highest")}.get(name, (name,))
            for part in names:
                table, row = found[part]
                said = f"{label}: {part}" if name == "bounds" else label
                inner = {"lowest": "ci_high", "highest": "ci_low"}.get(part)  # a bound has one limit, the outer one
                shown = [
                    Cell("") if column == inner else grid.cell(row, table, column, formatting.number)
                    for column in ("estimate", "ci_low", "ci_high")
                ]
                grid.add([panel.outcome.label, said], shown)
    return grid


def balance(tables: Tables, setting: Setting) -> Grid:
    """Return a row a covariate or answer: its difference before and after weighting."""
    grid = Grid(["What is compared"], ["Before weighting", "After weighting"], setting)
    where = {"comparison": primary(tables) or ""}
    for row in rows_of(tables, setting):
        pair = [
            first(pick(tables, "balance", group_by=row.covariate, group=row.group, estimate_name=name, **where))
            for name in ("smd_before", "smd_after")
        ]
        grid.add([row.label], [grid.cell(found, "balance", "estimate", formatting.number) for found in pair])
    return grid
