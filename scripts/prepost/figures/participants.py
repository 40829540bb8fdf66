"""Who is in the matched pairs and who is not: shares of each category, side by side."""

from __future__ import annotations

import math
from typing import NamedTuple

from prepost.figures.cells import ALL, NOT_STATED, Setting, Tables, number, pick, plain, withheld
from prepost.figures.style import AFTER, GREY, NAVY, ORANGE, PALE, RULE, Canvas, Drawing, nothing, ticks
from prepost.figures.words import cells_withheld, count, of_100, percent

SUBJECT = "Who was matched and who was not"
MOST = 26  # categories in all; further variables stand in the table
SIDES = {"yes": "matched", "no": "not matched"}


class Category(NamedTuple):
    """One category's share among the matched and among the unmatched."""

    variable: str
    name: str
    label: str
    yes: float
    no: float

    @property
    def gap(self) -> float:
        """Return how far the two shares are apart; NaN where one is withheld."""
        return abs(self.yes - self.no)


def draw(tables: Tables, setting: Setting) -> Drawing:
    """Draw two marks a category: its share of the matched (disc) and of the unmatched (diamond).

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Released tables; `participants` is used.
    setting : Setting
        The study's words; category codes are shown by their labels.

    Returns
    -------
    Drawing
        Variables in the study's order as long as there is room; a note names those that only the table holds.
    """
    base = {side: _count(tables, ALL, ALL, side) for side in SIDES}
    variables = categories(tables, setting)
    if not variables or all(math.isnan(c.yes) and math.isnan(c.no) for found in variables.values() for c in found):
        why = "no characteristics of learners may be shown"
        return nothing(SUBJECT, why, synthetic=setting.synthetic)
    shown, left_out = _that_fit(variables)
    everyone = [category for found in shown.values() for category in found]
    subtitle = (
        f"Share of the {count(base['yes'])} matched responses (disc, left number) and of the {count(base['no'])} "
        "not matched (diamond, right number), in per cent."
    )
    canvas = Canvas(_title(everyone), subtitle, synthetic=setting.synthetic)
    reach = max([share for c in everyone for share in (c.yes, c.no) if not math.isnan(share)], default=1.0)
    marks = ticks(0.0, min(reach, 1.0) * 100, 4)
    for variable, found in shown.items():
        canvas.y += 6
        canvas.paragraph(heading(variable, setting), weight="bold", colour=NAVY)
        for category in found:
            _row(canvas, category, marks)
    _axis(canvas, marks)
    if left_out:
        names = ", ".join(heading(variable, setting).lower() for variable in left_out)
        canvas.note(f"In the table only: {names}.")
    hidden = withheld(pick(tables, "participants").query("variable in @shown and matched in ['yes', 'no']"), "n")
    if hidden:
        canvas.note(cells_withheld(hidden))
    return canvas.drawing(f"{canvas.title}. {_said(shown, setting)}")


def heading(variable: str, setting: Setting) -> str:
    """Return a variable in words."""
    return setting.nouns.module.capitalize() if variable == "module" else plain(variable)


def categories(tables: Tables, setting: Setting) -> dict[str, list[Category]]:
    """Return every variable's categories with their shares, the variable's own total as the base.

    Categories stand in the codebook's order where it has one, else the largest first; "not stated" is last.
    """
    table = pick(tables, "participants")
    found: dict[str, list[Category]] = {}
    if table.empty:
        return found
    for variable in dict.fromkeys(table["variable"]):
        if variable == ALL:
            continue
        base = {side: _count(tables, variable, ALL, side) for side in SIDES}
        base = {side: _count(tables, ALL, ALL, side) if math.isnan(n) else n for side, n in base.items()}
        item = setting.items.get(variable)
        named = item.codes if item is not None else {}
        names = [c for c in dict.fromkeys(table.loc[table["variable"] == variable, "category"]) if c != ALL]
        order = list(named)
        size = {name: sum(_count(tables, variable, name, side) for side in SIDES) for name in names}
        names.sort(
            key=lambda name: (
                name == NOT_STATED,
                order.index(name) if name in order else len(order),
                math.inf if math.isnan(size[name]) else -size[name],
            )
        )
        found[variable] = [
            Category(
                variable, name, "Not stated" if name == NOT_STATED else named.get(name, name),
                *(_share(_count(tables, variable, name, side), base[side]) for side in SIDES),
            )
            for name in names
        ]  # fmt: skip
    return found


def _count(tables: Tables, variable: str, category: str, matched: str) -> float:
    rows = pick(tables, "participants", variable=variable, category=category, matched=matched)
    return math.nan if rows.empty else number(rows.iloc[0], "n")


def _share(part: float, whole: float) -> float:
    return part / whole if whole else math.nan


def _that_fit(variables: dict[str, list[Category]]) -> tuple[dict[str, list[Category]], list[str]]:
    shown, left_out, room = {}, [], MOST
    for variable, found in variables.items():
        if len(found) <= room or not shown:
            shown[variable] = found[:MOST]
            room -= len(found)
        else:
            left_out.append(variable)
    return shown, left_out


def _title(everyone: list[Category]) -> str:
    known = [category for category in everyone if not math.isnan(category.gap) and category.name != NOT_STATED]
    if not known:
        return "Who was matched and who was not"
    widest = max(known, key=lambda category: category.gap)
    return (
        f"Widest gap: {widest.label}, {percent(widest.yes)} of matched and {percent(widest.no)} of unmatched responses"
    )


def _row(canvas: Canvas, category: Category, marks: list[float]) -> None:
    track, top = canvas.left + 182, canvas.y
    canvas.paragraph(category.label, width=170, most=3)
    y = top + (canvas.y - top) / 2 + 1
    canvas.line(track, y, canvas.right - 80, y, colour=PALE, width=1.2)
    places = {}
    for share, name in ((category.no, "no"), (category.yes, "yes")):
        if not math.isnan(share):
            places[name] = _place(share * 100, canvas, marks)
    if len(places) == 2:
        canvas.line(places["no"], y, places["yes"], y, colour=RULE, width=2.5)
    if "no" in places:
        canvas.diamond(places["no"], y, colour=ORANGE, open_=True)
    if "yes" in places:
        canvas.dot(places["yes"], y, colour=AFTER, radius=4.5)
    for share, at, colour, weight in ((category.yes, 38, AFTER, "bold"), (category.no, 0, "#B2450F", "normal")):
        text = "–" if math.isnan(share) else of_100(share)
        canvas.text(canvas.right - at, y + 5, text, align="right", colour=colour, weight=weight)
    canvas.y += 4


def _place(value: float, canvas: Canvas, marks: list[float]) -> float:
    left, right = canvas.left + 182, canvas.right - 80
    return left + (value - marks[0]) / (marks[-1] - marks[0]) * (right - left)


def _axis(canvas: Canvas, marks: list[float]) -> None:
    canvas.y += 2
    for mark in marks[:: 2 if len(marks) > 4 else 1]:
        x = _place(mark, canvas, marks)
        canvas.line(x, canvas.y, x, canvas.y + 4, colour=RULE)
        canvas.text(x, canvas.y + 18, f"{mark:g}", align="center", colour=GREY)
    canvas.line(_place(marks[0], canvas, marks), canvas.y, _place(marks[-1], canvas, marks), canvas.y, colour=RULE)
    canvas.text(canvas.right, canvas.y + 18, "per cent", align="right", colour=GREY)
    canvas.y += 22


def _said(shown: dict[str, list[Category]], setting: Setting) -> str:
    said = []
    for variable, found in shown.items():
        parts = [
            f"{category.label} {' and '.join(percent(share) for share in (category.yes, category.no))}"
            for category in found
        ]
        said.append(f"{heading(variable, setting)}: {', '.join(parts)}.")
    return "Shares of matched and of unmatched responses. " + " ".join(said)
