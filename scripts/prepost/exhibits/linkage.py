"""The table under the figure of ways of linking: each change, and what false links alter, as found and corrected."""

from __future__ import annotations

from prepost import formatting
from prepost.exhibits.grid import Grid
from prepost.figures.cells import Setting, Tables, first, pick
from prepost.figures.linkage import way_name, ways


def _percent(share: float) -> str:
    return formatting.percent(share, None)


NUMBERS = (
    ("Change", "mean_change", "estimate", formatting.number),
    ("from", "mean_change", "ci_low", formatting.number),
    ("to", "mean_change", "ci_high", formatting.number),
    ("Hedges g", "hedges_g_av", "estimate", formatting.number),
    ("r found", "correlation", "estimate", formatting.number),
    ("r of true pairs", "correlation_corrected", "estimate", formatting.number),
    ("from ", "correlation_corrected", "ci_low", formatting.number),
    ("to ", "correlation_corrected", "ci_high", formatting.number),
    ("Up found", "better", "estimate", _percent),
    ("Up of true pairs", "better_corrected", "estimate", _percent),
    ("from  ", "better_corrected", "ci_low", _percent),
    ("to  ", "better_corrected", "ci_high", _percent),
)


def linkage(tables: Tables, setting: Setting) -> Grid:
    """Return a row an outcome and way of linking; none where pairs were linked in one way only."""
    grid = Grid(["Outcome", "Pairs that count"], [head for head, *_ in NUMBERS], setting)
    if len(ways(tables)) < 2:
        return grid
    for outcome in setting.outcomes:
        rows = pick(tables, "linkage_changes", group_by="procedure", outcome=outcome.name)
        for way in dict.fromkeys(rows["group"]):
            own = rows[rows["group"] == way]
            cells = [
                grid.cell(first(own[own["estimate_name"] == name]), "linkage_changes", column, write)
                for _, name, column, write in NUMBERS
            ]
            grid.add([outcome.label, way_name(way).capitalize()], cells)
    return grid
