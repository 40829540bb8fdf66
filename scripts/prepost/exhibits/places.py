"""The tables under the figures of places: change, limits and reach, in alphabetical order and never ranked."""

from __future__ import annotations

from prepost import formatting
from prepost.exhibits.grid import Cell, Grid
from prepost.figures.cells import Setting, Tables, first, pick
from prepost.figures.groups import lead_outcome
from prepost.figures.places import finest

CHANGE = (
    ("Pairs", "mean_change", "n", formatting.count),
    ("Change", "mean_change", "estimate", formatting.number),
    ("95% limits from", "limits_95", "ci_low", formatting.number),
    ("to", "limits_95", "ci_high", formatting.number),
    ("99.8% limits from", "limits_998", "ci_low", formatting.number),
    ("to ", "limits_998", "ci_high", formatting.number),
)
DRAWN = (
    ("Drawn towards the others", "shrunken_change", "estimate", formatting.number),
    ("from", "shrunken_change", "ci_low", formatting.number),
    ("to", "shrunken_change", "ci_high", formatting.number),
)


def funnel(tables: Tables, setting: Setting) -> Grid:
    """Return a row a place: its change beside its limits, in the outcome that the figure shows."""
    return _by_place(tables, setting, CHANGE, {})


def tiles(tables: Tables, setting: Setting) -> Grid:
    """Return a row a place: its tile's code, and its change drawn towards the others."""
    return _by_place(tables, setting, DRAWN, {tile.place: tile.code for tile in setting.tiles})


def _by_place(tables: Tables, setting: Setting, numbers, codes) -> Grid:
    words = ["Place", "Tile"] if codes else ["Place"]
    grid = Grid(words, [head for head, *_ in numbers], setting)
    outcome, by = lead_outcome(tables, setting), finest(tables)
    rows = (
        pick(tables, "places", outcome=outcome.name, group_by=by) if outcome and by else pick(tables, "places").iloc[:0]
    )
    for place in sorted(set(rows["group"])):
        own = rows[rows["group"] == place]
        cells: list[Cell] = [
            grid.cell(first(own[own["estimate_name"] == name]), "places", column, write)
            for _, name, column, write in numbers
        ]
        grid.add([place, codes.get(place, "–")] if codes else [place], cells)
    return grid
