"""The table under the figure of single questions: agreement before and after, its change, and whom it stands on."""

from __future__ import annotations

from prepost import formatting
from prepost.exhibits.grid import Grid
from prepost.figures.cells import Setting, Tables, primary
from prepost.figures.items import SIDES, agreement, single


def items(tables: Tables, setting: Setting) -> Grid:
    """Return a row a question, in the order of the figure."""
    heads = ["Pairs"]
    for side in ("Before", "After", "Change, points of 100"):
        heads += [side, f"{side}: 95% CI from", f"{side}: to"]
    grid = Grid(["Outcome", "Question"], heads, setting)
    comparison = primary(tables) or ""
    for label, questions in agreement(tables, setting).items():
        for one in questions:
            rows = [single(tables, comparison, one.item, name) for name in SIDES]
            cells = [grid.cell(rows[0], "items", "n", formatting.count)]
            for row, write in zip(rows, (_percent, _percent, _points), strict=True):
                cells += [grid.cell(row, "items", column, write) for column in ("estimate", "ci_low", "ci_high")]
            asked = setting.items.get(one.item)
            turned = " (turned)" if asked is not None and asked.reversed else ""
            grid.add([label, setting.wording(one.item) + turned], cells)
    return grid


def _percent(share: float) -> str:
    return formatting.number(share * 100, 1) + "%"


def _points(change: float) -> str:
    return formatting.number(change * 100, 1) + " points"
