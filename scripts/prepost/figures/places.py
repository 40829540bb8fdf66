"""Boards: each about the overall change within the limits of chance, and on a tile grid; never a league table."""

from __future__ import annotations

import math
from typing import NamedTuple

from prepost.figures.cells import NOT_STATED, Setting, Tables, first, number, pick
from prepost.figures.groups import lead_outcome
from prepost.figures.style import (
    GREY,
    INK,
    NAVY,
    ORANGE,
    PALE,
    RULE,
    TEAL,
    Canvas,
    Drawing,
    ink_on,
    nothing,
    ticks,
    tint,
)
from prepost.figures.words import count, decimal, listing
from prepost.study import Outcome

FUNNEL, TILES = "Change by place, beside what chance makes of it", "Change by place, on a tile grid"
NONE = "the study declares no places, or none may be shown"
HEIGHT = 250.0
SIDE = 47.0
LIMITS = ("limits_95", "limits_998")


class Place(NamedTuple):
    """A place: its pairs, change, limits of chance, and change drawn towards the others."""

    name: str
    n: float
    change: float
    inner: tuple[float, float]
    outer: tuple[float, float]
    drawn: float

    @property
    def beyond(self) -> str:
        """Which limits it lies beyond: "", "95%" or "99.8%"."""
        for (low, high), name in ((self.outer, "99.8%"), (self.inner, "95%")):
            if self.change < low or self.change > high:
                return name
        return ""


def finest(tables: Tables) -> str | None:
    """Return the grouping of the finest places."""
    row = first(pick(tables, "places", estimate_name=LIMITS[0]))
    return None if row is None else str(row["group_by"])


def places_of(tables: Tables, outcome: Outcome | None) -> list[Place]:
    """Return every place of which the change may be shown, the largest first."""
    by = finest(tables)
    if by is None or outcome is None:
        return []
    rows = pick(tables, "places", outcome=outcome.name, group_by=by)
    found = []
    for name, own in rows.groupby("group", sort=True):
        of = {row["estimate_name"]: row for _, row in own.iterrows()}
        change = of.get("mean_change")
        inner, outer = (tuple(number(of.get(limit), c) for c in ("ci_low", "ci_high")) for limit in LIMITS)
        value = number(change, "estimate")
        if not math.isnan(value) and name != NOT_STATED:
            drawn = number(of.get("shrunken_change"), "estimate")
            found.append(Place(str(name), number(change, "n"), value, inner, outer, drawn))
    return sorted(found, key=lambda place: (-place.n if place.n == place.n else 1, place.name))


def overall(tables: Tables, outcome: Outcome) -> float:
    """Return the change over all places."""
    row = first(pick(tables, "places", outcome=outcome.name, group_by="all", estimate_name="mean_change"))
    return number(row, "estimate")


def draw_funnel(tables: Tables, setting: Setting) -> Drawing:
    """Draw each place by its size and change, with the limits within which chance keeps a place of that size.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Released tables; `places` and `comparisons` are used.
    setting : Setting
        The study's words.

    Returns
    -------
    Drawing
    """
    outcome = lead_outcome(tables, setting)
    found = [place for place in places_of(tables, outcome) if place.n == place.n and not math.isnan(place.inner[0])]
    if len(found) < 2:
        return nothing(FUNNEL, NONE, synthetic=setting.synthetic)
    out = [place for place in found if place.beyond]
    canvas = Canvas(
        _finding(found, outcome),
        f"Mean change in {outcome.label.lower()}, in scale points, by number of matched pairs. Curves: 95% (inner) and "
        "99.8% (outer) limits about the overall change, widened for what places differ beyond chance.",
        synthetic=setting.synthetic,
    )
    reach = [value for place in found for value in (place.change, *place.outer)]
    levels = ticks(min(reach), max(reach), 5)
    sizes = ticks(0, max(place.n for place in found), 4)
    left, top = canvas.left + 40, canvas.y

    def across(n: float) -> float:
        return left + n / sizes[-1] * (canvas.right - left - 22)

    def down(value: float) -> float:
        return top + (levels[-1] - value) / (levels[-1] - levels[0]) * HEIGHT

    for level in levels:
        canvas.line(left, down(level), canvas.right, down(level), colour=PALE)
        canvas.text(left - 6, down(level) + 5, decimal(level, 1), align="right", colour=GREY)
    middle = overall(tables, outcome)
    if not math.isnan(middle):
        canvas.line(left, down(middle), canvas.right, down(middle), colour=TEAL, width=2)
    ordered = sorted(found, key=lambda place: place.n)
    for end, colour in (("inner", NAVY), ("outer", RULE)):
        for side in (0, 1):
            for one, two in zip(ordered, ordered[1:], strict=False):
                ends = down(getattr(one, end)[side]), down(getattr(two, end)[side])
                canvas.line(across(one.n), ends[0], across(two.n), ends[1], colour=colour, width=1.4)
    for place in found:
        canvas.dot(across(place.n), down(place.change), colour=ORANGE if place.beyond else NAVY, radius=4)
    canvas.y = top + HEIGHT
    for size in sizes:
        canvas.text(across(size), canvas.y + 18, count(size), align="center", colour=GREY)
    canvas.y += 22
    canvas.paragraph("Matched pairs", colour=GREY)
    if out:
        canvas.note(f"Beyond the limits: {listing([f'{place.name} ({place.beyond})' for place in out])}.")
    said = "; ".join(f"{place.name} {decimal(place.change)} over {count(place.n)} pairs" for place in found)
    return canvas.drawing(f"{canvas.title}. Overall {decimal(middle)}. {said}.")


def _finding(found: list[Place], outcome: Outcome) -> str:
    out = sum(bool(place.beyond) for place in found)
    what = f"Self-rated {outcome.phrase}"
    if out == 0:
        return f"{what}: all {len(found)} places shown lie within what chance makes of places of their size"
    return f"{what}: {out} of {len(found)} places shown lie beyond the 95% limits; chance alone puts 1 in 20 there"


def draw_tiles(tables: Tables, setting: Setting) -> Drawing:
    """Draw the change of each place, drawn towards the others, on the study's tile grid.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Released tables; `places` and `comparisons` are used.
    setting : Setting
        The study's words; `tiles` are the positions.

    Returns
    -------
    Drawing
        Places that may not be shown are empty tiles.
    """
    outcome = lead_outcome(tables, setting)
    found = {place.name: place.drawn for place in places_of(tables, outcome) if not math.isnan(place.drawn)}
    tiles = [tile for tile in setting.tiles if finest(tables)]
    values = [found[tile.place] for tile in tiles if tile.place in found]
    if not values:
        return nothing(TILES, NONE, synthetic=setting.synthetic)
    low, high = min(values), max(values)
    canvas = Canvas(
        f"Self-rated {outcome.phrase}, place by place: from {decimal(low)} to {decimal(high)} points, drawn "
        "towards each other",
        f"Mean change in {outcome.label.lower()}, in scale points, drawn towards the overall change as far as a "
        "place is small. Darker is more; white to full is twice the smallest change of interest about the overall "
        "change. Each tile is one place; the table has its name.",
        synthetic=setting.synthetic,
    )
    top, edge = canvas.y, outcome.smallest_effect or (high - low) or 1.0
    middle = overall(tables, outcome)
    for tile in tiles:
        x, y = canvas.left + tile.column * (SIDE + 2), top + tile.row * (SIDE + 2)
        value = found.get(tile.place, math.nan)
        if math.isnan(value):
            canvas.box(x, y, SIDE, SIDE, fill="#FFFFFF", edge=RULE, line=0.8)
            ink = INK
        else:
            fill = tint(NAVY, min(1.0, max(0.0, 0.5 + (value - middle) / (2 * edge))))
            canvas.box(x, y, SIDE, SIDE, fill=fill)
            ink = ink_on(fill)
        canvas.text(x + SIDE / 2, y + 19, tile.code, align="center", colour=ink)
        text = "–" if math.isnan(value) else decimal(value)
        canvas.text(x + SIDE / 2, y + 37, text, align="center", weight="bold", colour=ink)
    canvas.y = top + (max(tile.row for tile in tiles) + 1) * (SIDE + 2)
    hidden = [tile.place for tile in tiles if tile.place not in found]
    if hidden:
        canvas.note(f"Empty tiles: too few, or withheld to protect others: {listing(hidden)}.")
    away = sorted(set(found) - {tile.place for tile in tiles})
    if away:
        canvas.note(f"Not on the grid: {listing([f'{name} ({decimal(found[name])})' for name in away])}.")
    said = "; ".join(f"{tile.place} {decimal(found[tile.place])}" for tile in tiles if tile.place in found)
    return canvas.drawing(f"{canvas.title}. {said}.")
