"""The tables under the figures of who answered, what changed, and whether it lasted."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

import pandas as pd

from prepost import formatting
from prepost.exhibits.grid import EFFECTS, Cell, Grid
from prepost.figures import participants as participants_figure
from prepost.figures import three_months as later_figure
from prepost.figures.cells import (
    ALL,
    NOT_STATED,
    Setting,
    Tables,
    codes,
    estimate,
    first,
    grouped,
    number,
    outcomes_of,
    pick,
    primary,
)
from prepost.figures.movement import edge
from prepost.figures.transitions import first_square
from prepost.study import Outcome


def _effects(grid: Grid, tables: Tables, comparison: str, outcome: Outcome, group: tuple[str, str]) -> list[Cell]:
    change = estimate(tables, comparison, outcome.name, "mean_change", group)
    means = [estimate(tables, comparison, outcome.name, name, group) for name in ("mean_before", "mean_after")]
    return [
        grid.cell(change, "comparisons", "n", formatting.count),
        *(grid.cell(mean, "comparisons", "estimate", formatting.number) for mean in means),
        *(grid.cell(change, "comparisons", column, formatting.number) for column in ("estimate", "ci_low", "ci_high")),
    ]


def _flow(tables: Tables, setting: Setting) -> Grid:
    grid = Grid(["Records", "Part of"], ["Number"], setting)
    boxes = pick(tables, "flow")
    labels = dict(zip(boxes["box"], boxes["label"], strict=True)) if len(boxes) else {}
    for _, box in boxes.iterrows():
        parent = labels.get(box["parent"], "") if pd.notna(box["parent"]) else ""
        grid.add([str(box["label"]), parent], [grid.cell(box, "flow", "n", formatting.count)])
    return grid


def _outcomes(tables: Tables, setting: Setting) -> Grid:
    grid = Grid(["Outcome"], [*EFFECTS, "Hedges’ g", "p, adjusted"], setting)
    comparison = primary(tables)
    for outcome in outcomes_of(tables, comparison, setting):
        change = estimate(tables, comparison, outcome.name, "mean_change")
        g = estimate(tables, comparison, outcome.name, "hedges_g_av")
        more = [
            grid.cell(g, "comparisons", "estimate", formatting.number),
            grid.cell(change, "comparisons", "p_adjusted", formatting.p_value),
        ]
        grid.add([outcome.heading], [*_effects(grid, tables, comparison, outcome, (ALL, ALL)), *more])
    return grid


def _modules(tables: Tables, setting: Setting) -> Grid:
    grid = Grid(["Outcome", setting.nouns.module.capitalize()], [*EFFECTS, "p, adjusted"], setting)
    whole = primary(tables)
    comparison = grouped(tables, whole, "module") if whole else None
    for outcome in outcomes_of(tables, comparison, setting):
        rows = pick(
            tables, "comparisons", comparison=comparison, outcome=outcome.name, group_by="module",
            estimate_name="mean_change",
        )  # fmt: skip
        size = rows["n"].astype("float64").fillna(-1)
        for _, row in rows.assign(_size=size).sort_values(["_size", "group"], ascending=[False, True]).iterrows():
            group = ("module", str(row["group"]))
            p = grid.cell(row, "comparisons", "p_adjusted", formatting.p_value)
            name = "Not stated" if row["group"] == NOT_STATED else str(row["group"])
            grid.add([outcome.label, name], [*_effects(grid, tables, comparison, outcome, group), p])
    return grid


def _likert(tables: Tables, setting: Setting) -> Grid:
    comparison = primary(tables) or ""
    items = _items(tables, comparison, setting)
    steps = _steps(tables, comparison, items, setting)
    row = first(pick(tables, "comparisons", comparison=comparison, estimate_name="mean_change"))
    waves = ("Before", "After") if row is None else (setting.wave(row["wave_from"]), setting.wave(row["wave_to"]))
    grid = Grid(["Question", "Asked"], [*_step_headers(items, steps, setting), "All"], setting)
    for item in items:
        for wave, side, other in ((waves[0], "from", "to"), (waves[1], "to", "from")):
            cells = []
            for step in [*steps, ALL]:
                found = pick(
                    tables, "transitions", comparison=comparison, item=item, **{f"{side}_": step, f"{other}_": ALL}
                )
                cells.append(grid.cell(first(found), "transitions", "n", formatting.count))
            grid.add([_question(item, setting), wave], cells)
    return grid


def _transitions(tables: Tables, setting: Setting) -> Grid:
    comparison = primary(tables) or ""
    squares = [
        first_square(tables, comparison, outcome, setting) for outcome in outcomes_of(tables, comparison, setting)
    ]
    items = [square.item for square in squares if square is not None]
    steps = _steps(tables, comparison, items, setting)
    headers = [f"After: {header}" for header in _step_headers(items, steps, setting)]
    grid = Grid(["Question", "Before"], [*headers, "All"], setting)
    named = dict(zip(steps, _step_headers(items, steps, setting), strict=True))
    for item in items:
        for start in [*steps, ALL]:
            rows = pick(tables, "transitions", comparison=comparison, item=item, from_=start)
            if rows.empty:
                continue
            cells = [
                grid.cell(first(rows[rows["to"] == end]), "transitions", "n", formatting.count) for end in [*steps, ALL]
            ]
            grid.add([_question(item, setting), "All" if start == ALL else named[start]], cells)
    return grid


def _movement(tables: Tables, setting: Setting) -> Grid:
    columns = ("Moved up", "Stayed", "Moved down")
    grid = Grid(["Scale or question"], ["Pairs", *columns], setting)
    comparison = primary(tables) or ""
    for outcome in outcomes_of(tables, comparison, setting):
        for name in (outcome.name, *outcome.items):
            rows = pick(tables, "movement", comparison=comparison, outcome=name, group_by=ALL, group=ALL)
            if rows.empty:
                continue
            by_way = {str(row["direction"]): row for _, row in rows.iterrows()}
            write = _percent([number(by_way.get(ALL), "n")])
            cells = [grid.cell(by_way.get(ALL), "movement", "n", formatting.count)]
            cells += [grid.cell(by_way.get(way), "movement", "share", write) for way in ("better", "same", "worse")]
            label = f"{outcome.label}, by more than {edge(tables, comparison, outcome)}"
            grid.add([label if name == outcome.name else _question(name, setting)], cells)
    return grid


def _participants(tables: Tables, setting: Setting) -> Grid:
    headers = ["Matched", "Share of matched", "Not matched", "Share of not matched", "All"]
    grid = Grid(["Characteristic", "Category"], headers, setting)
    bases = [number(row, "n") for _, row in pick(tables, "participants", variable=ALL, category=ALL).iterrows()]
    write = _percent(bases)

    def cells(variable: str, category: str) -> list[Cell]:
        rows = {
            side: first(pick(tables, "participants", variable=variable, category=category, matched=side))
            for side in ("yes", "no", ALL)
        }
        found = []
        for side in ("yes", "no"):
            found.append(grid.cell(rows[side], "participants", "n", formatting.count))
            found.append(grid.cell(rows[side], "participants", "share", write))
        return [*found, grid.cell(rows[ALL], "participants", "n", formatting.count)]

    for variable, found in participants_figure.categories(tables, setting).items():
        for category in found:
            head = participants_figure.heading(variable, setting)
            grid.add([head, category.label], cells(variable, category.name))
    if grid.rows:
        grid.add(["All", ""], cells(ALL, ALL))
    return grid


def _three_months(tables: Tables, setting: Setting) -> Grid:
    grid = Grid(["Outcome", "From", "To"], EFFECTS, setting)
    waves = later_figure.find_waves(tables, setting)
    for comparison, start in ((waves.since, waves.start), (waves.kept, waves.end)) if waves else ():
        for outcome in outcomes_of(tables, comparison, setting) if comparison else ():
            words = [outcome.label, setting.wave(start), setting.wave(waves.later)]
            grid.add(words, _effects(grid, tables, comparison, outcome, (ALL, ALL)))
    for _, row in pick(tables, "levels", estimate_name="mean_level", group_by=ALL).iterrows():
        n = grid.cell(row, "levels", "n", formatting.count)
        mean, low, high = (
            grid.cell(row, "levels", column, formatting.number) for column in ("estimate", "ci_low", "ci_high")
        )
        words = [f"{setting.wording(str(row['outcome']))} (mean, no change)", "", setting.wave(str(row["wave_to"]))]
        grid.add(words, [n, Cell(""), mean, Cell(""), low, high])
    return grid


def _percent(bases: Iterable[float]) -> Callable[[float], str]:
    places = formatting.percent_decimals(bases)
    return lambda share: formatting.number(share * 100, places) + "%"


def _question(item: str, setting: Setting) -> str:
    row = setting.items.get(item)
    return setting.wording(item) + (" (turned)" if row is not None and row.reversed else "")


def _items(tables: Tables, comparison: str, setting: Setting) -> list[str]:
    there = set(pick(tables, "transitions", comparison=comparison).get("item", []))
    return [i for outcome in outcomes_of(tables, comparison, setting) for i in outcome.items if i in there]


def _steps(tables: Tables, comparison: str, items: list[str], setting: Setting) -> list[str]:
    rows = pick(tables, "transitions", comparison=comparison)
    found = {step for item in items for step in codes(setting.items.get(item), list(rows["from"]))}
    return sorted(found, key=lambda step: (float(step) if _is_number(step) else math.inf, step))


def _is_number(text: str) -> bool:
    return text.lstrip("-").replace(".", "", 1).isdigit()


def _step_headers(items: list[str], steps: list[str], setting: Setting) -> list[str]:
    """Return "1 Strongly disagree" where all items that are not turned share their labels, else "1"."""
    rows = [setting.items[item] for item in items if item in setting.items]
    labels = {tuple(sorted(row.codes.items())) for row in rows if not row.reversed}
    named = dict(next(iter(labels))) if len(labels) == 1 else {}
    return [f"{step} {named.get(step, '')}".strip() for step in steps]


BUILDERS: dict[str, Callable[[Tables, Setting], Grid]] = {
    "flow": _flow,
    "outcomes": _outcomes,
    "modules": _modules,
    "likert": _likert,
    "transitions": _transitions,
    "movement": _movement,
    "participants": _participants,
    "three_months": _three_months,
}
CR2 = "Intervals: CR2 on the person with Satterthwaite degrees of freedom"
# Each exhibit: its CSV, what its numbers are, and whether the base of the primary comparison is stated.
FEET: dict[str, tuple[str, str, bool]] = {
    "flow": ("flow.csv", "A response is one person’s answers at one wave", False),
    "outcomes": ("comparisons.csv", f"Self-rated outcomes. {CR2}; p in the table by the same test, adjusted", True),
    "modules": ("comparisons.csv", f"Self-rated outcomes. {CR2}; p in the table by the same test, adjusted", True),
    "likert": ("transitions.csv", "Pairs with both answers; shares are whole numbers, so a bar may sum to 99 or 101",
               False),
    "transitions": ("transitions.csv", "The first question of each scale that may be shown, of pairs", False),
    "movement": ("movement.csv", "Pairs with both scores or answers; with no true change, moves up and down would be "
                 "about as many", False),
    "participants": ("participants.csv", "First-wave responses; “not matched” includes those who answered later and "
                     "could not be linked", False),
    "three_months": ("comparisons.csv and levels.csv", f"Self-rated outcomes, among those who answered. {CR2}", False),
}  # fmt: skip
