"""What if those who were lost differ: the change under each assumption about them, an outcome a panel."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

from prepost.figures.cells import Setting, Tables, estimate, first, number, outcomes_of, pick, primary
from prepost.figures.forest import place
from prepost.figures.style import GREY, INK, NAVY, ORANGE, PALE, RULE, Canvas, Drawing, nothing, ticks, tint
from prepost.figures.words import decimal, interval
from prepost.study import Outcome

SUBJECT = "If those who were lost differ"
#: The assumptions from the main result to the weakest, each with what it takes of those who were lost.
ROWS = {
    "linked": "Matched pairs, the main result",
    "weighted": "Weighted to all first surveys",
    "everyone": "Everyone’s answers, mixed model",
    "without": "Without unlinked later answers",
    "bounds": "Whatever those lost answered",
}
Value = tuple[float, float, float]


class Panel(NamedTuple):
    """One outcome: the value of each assumption with its interval, and the change of those lost that undoes it."""

    outcome: Outcome
    values: Mapping[str, Value]
    tipping: float


def cells(tables: Tables, comparison: str, outcome: str) -> dict[str, tuple[str, object]]:
    """Return the table and the row behind each assumption, None where there is none; `lowest` and `highest` apart.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Released tables.
    comparison, outcome : str
        The primary comparison and one of its outcomes.
    """
    main = estimate(tables, comparison, outcome, "mean_change")
    found = {"linked": ("comparisons", main)}

    def lost(name: str):
        return first(pick(tables, "attrition", comparison=comparison, outcome=outcome, estimate_name=name))

    ends = ("", "") if main is None else (str(main["wave_from"]), str(main["wave_to"]))
    for name, group in (("everyone", "everyone"), ("without", "without unlinked later answers")):
        change = f"mean_change.{ends[0]}.{ends[1]}"
        rows = pick(tables, "everyone", comparison=comparison, outcome=outcome, group=group, estimate_name=change)
        found[name] = ("everyone", first(rows))
    for name, written in (
        ("weighted", "weighted_change"),
        ("lowest", "lowest_change"),
        ("highest", "highest_change"),
        ("tipping", "tipping_change.estimate_zero"),
    ):
        found[name] = ("attrition", lost(written))
    return found


def panels(tables: Tables, setting: Setting) -> list[Panel]:
    """Return a panel for each outcome of the primary comparison that has more than its main result."""
    comparison = primary(tables)
    made = []
    for outcome in outcomes_of(tables, comparison, setting) if comparison else ():
        rows = {name: row for name, (_, row) in cells(tables, comparison, outcome.name).items()}
        values = {
            name: tuple(number(rows[name], column) for column in ("estimate", "ci_low", "ci_high"))
            for name in ("linked", "weighted", "everyone", "without")
        }
        values["bounds"] = (math.nan, number(rows["lowest"], "estimate"), number(rows["highest"], "estimate"))
        shown = {name: value for name, value in values.items() if not all(map(math.isnan, value))}
        if len(shown) > 1:
            made.append(Panel(outcome, shown, number(rows["tipping"], "estimate")))
    return made


def draw(tables: Tables, setting: Setting) -> Drawing:
    """Draw each outcome's change under every assumption about those who were lost.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Released tables; `comparisons`, `everyone` and `attrition` are used.
    setting : Setting
        The study's words.

    Returns
    -------
    Drawing
        A plain panel where there is nothing beside the main result.
    """
    found = panels(tables, setting)
    if not found:
        why = "there is no primary comparison with other estimates, or none may be shown"
        return nothing(SUBJECT, why, synthetic=setting.synthetic)
    canvas = Canvas(
        _finding(found),
        "Change in scale points with 95% intervals, under each assumption about those who were not matched. The wide "
        "bar holds every change that is possible: it assumes nothing of them.",
        synthetic=setting.synthetic,
    )
    reach = [0.0] + [part for panel in found for value in panel.values.values() for part in value]
    reach = [part for part in reach if not math.isnan(part)]
    marks = ticks(min(reach), max(reach), 5)
    for panel in found:
        _panel(canvas, panel, marks)
    _axis(canvas, marks)
    return canvas.drawing(f"{canvas.title}. {' '.join(_said(panel) for panel in found)}")


def _finding(found: list[Panel]) -> str:
    same = all(
        len({math.copysign(1, value[0]) for name, value in panel.values.items() if name != "bounds"}) == 1
        for panel in found
    )
    open_ = any(
        "bounds" in panel.values and panel.values["bounds"][1] <= 0 <= panel.values["bounds"][2] for panel in found
    )
    if same and open_:
        return "Each way of standing in for those lost gives the same direction; the answers alone do not force it"
    return "The direction of each change does not hang on those lost" if same else "Some changes hang on those lost"


def _panel(canvas: Canvas, panel: Panel, marks: list[float]) -> None:
    canvas.paragraph(panel.outcome.label, weight="bold")
    zero = place(0.0, canvas, marks)
    for name, label in ROWS.items():
        value = panel.values.get(name)
        if value is None:
            continue
        text = f"{decimal(value[1])} to {decimal(value[2])}" if name == "bounds" else interval(*value)
        canvas.text(canvas.right, canvas.y + 14, text, align="right", colour=NAVY)
        canvas.paragraph(label, colour=GREY, width=canvas.right - canvas.left - 130)
        y = canvas.y + 9
        canvas.line(canvas.left, y, canvas.right, y, colour=PALE)
        canvas.line(zero, y - 7, zero, y + 7, colour=INK, width=1.2)
        if not (math.isnan(value[1]) or math.isnan(value[2])):
            ends = place(value[1], canvas, marks), place(value[2], canvas, marks)
            colour = RULE if name == "bounds" else tint(NAVY, 0.40)
            canvas.box(ends[0], y - 5, ends[1] - ends[0], 10, fill=colour)
        if name == "linked":
            canvas.diamond(place(value[0], canvas, marks), y, colour=ORANGE, radius=5.5)
        elif not math.isnan(value[0]):
            canvas.dot(place(value[0], canvas, marks), y, radius=3.5)
        canvas.y += 18
    canvas.y += 12


def _axis(canvas: Canvas, marks: list[float]) -> None:
    canvas.line(place(marks[0], canvas, marks), canvas.y, place(marks[-1], canvas, marks), canvas.y, colour=RULE)
    axis_labels(canvas, marks, 1)


def axis_labels(canvas: Canvas, marks: list[float], places: int) -> None:
    """Write the numbers under an axis, the outer ones within the sheet, and move down."""
    for mark in marks:
        x = place(mark, canvas, marks)
        canvas.line(x, canvas.y, x, canvas.y + 5, colour=RULE)
        align = "left" if mark == marks[0] else "right" if mark == marks[-1] else "center"
        shift = {"left": -8, "right": 8, "center": 0}[align]
        label = "0" if abs(mark) < 1e-9 else decimal(mark, places)
        canvas.text(x + shift, canvas.y + 20, label, align=align, colour=GREY)
    canvas.y += 26


def _said(panel: Panel) -> str:
    parts = [
        f"{ROWS[name].lower()} {decimal(value[1])} to {decimal(value[2])}"
        if name == "bounds"
        else f"{ROWS[name].lower()} {interval(*value)}"
        for name, value in panel.values.items()
    ]
    tip = "" if math.isnan(panel.tipping) else f"; no change if those lost changed by {decimal(panel.tipping)}"
    return f"{panel.outcome.label}: {', '.join(parts)}{tip}."
