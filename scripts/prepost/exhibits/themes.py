"""The table under the figure of themes: every theme, those outside the frame included."""

from __future__ import annotations

from prepost import formatting
from prepost.comments.names import OUTSIDE, theme_label
from prepost.exhibits.grid import Grid
from prepost.figures.cells import ALL, Setting, Tables, first, pick
from prepost.figures.themes import shares


def _percent(share: float) -> str:
    return formatting.percent(share, 1000)


NUMBERS = (
    ("Share of comments", "share_of_comments", "estimate", _percent),
    ("from", "share_of_comments", "ci_low", _percent),
    ("to", "share_of_comments", "ci_high", _percent),
    ("By people's codes alone", "share_by_people_alone", "estimate", _percent),
    ("from ", "share_by_people_alone", "ci_low", _percent),
    ("to ", "share_by_people_alone", "ci_high", _percent),
    ("Comments coded by people", "share_of_comments", "n", formatting.count),
)


def themes(tables: Tables, setting: Setting) -> Grid:
    """Return a row a theme, the commonest first."""
    grid = Grid(["Theme"], [head for head, *_ in NUMBERS], setting)
    rows = pick(tables, "comments_themes", group_by=ALL)
    known = list(shares(tables)["outcome"])
    others = [t for t in dict.fromkeys(rows["outcome"]) if t not in known and t != ALL and t not in OUTSIDE]
    for theme in [*known, *others, *[t for t in OUTSIDE if t in set(rows["outcome"])]]:
        own = rows[rows["outcome"] == theme]
        cells = [
            grid.cell(first(own[own["estimate_name"] == name]), "comments_themes", column, write)
            for _, name, column, write in NUMBERS
        ]
        grid.add([theme_label(theme)], cells)
    return grid
