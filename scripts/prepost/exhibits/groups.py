"""The table under the figure of groups: every outcome, each group's change, drawn and against the rest."""

from __future__ import annotations

from prepost import formatting
from prepost.exhibits.grid import Grid
from prepost.figures.cells import Setting, Tables, first, pick
from prepost.figures.groups import group_name, groupings, heading

NUMBERS = (
    ("Pairs", "mean_change", "n", formatting.count),
    ("Change", "mean_change", "estimate", formatting.number),
    ("Drawn towards the others", "shrunken_change", "estimate", formatting.number),
    ("from", "shrunken_change", "ci_low", formatting.number),
    ("to", "shrunken_change", "ci_high", formatting.number),
    ("Against the rest", "difference_from_rest", "estimate", formatting.number),
    ("from ", "difference_from_rest", "ci_low", formatting.number),
    ("to ", "difference_from_rest", "ci_high", formatting.number),
)


def groups(tables: Tables, setting: Setting) -> Grid:
    """Return a row a group and outcome."""
    grid = Grid(["Outcome", "By", "Group"], [head for head, *_ in NUMBERS], setting)
    for outcome in setting.outcomes:
        rows = pick(tables, "groups", outcome=outcome.name)
        for by in groupings(tables, setting):
            inside = rows[rows["group_by"] == by]
            for group in dict.fromkeys(inside.loc[inside["estimate_name"] == "mean_change", "group"]):
                own = inside[inside["group"] == group]
                cells = [
                    grid.cell(first(own[own["estimate_name"] == name]), "groups", column, write)
                    for _, name, column, write in NUMBERS
                ]
                grid.add([outcome.label, heading(setting, by), group_name(setting, by, group)], cells)
    return grid
