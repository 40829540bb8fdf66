"""The forest plot: how much each outcome changed, with its interval, its means and its base."""

from __future__ import annotations

import math
from typing import NamedTuple

from prepost.figures.cells import Setting, Tables, estimate, number, outcomes_of, primary
from prepost.figures.style import GREY, INK, NAVY, PALE, RULE, Canvas, Drawing, nothing, ticks, tint
from prepost.figures.words import WITHHELD, count, decimal, interval
from prepost.study import Outcome

SUBJECT = "Change in each outcome"


class Line(NamedTuple):
    """One outcome: its change in points, the same standardised, the means and the base."""

    outcome: Outcome
    points: tuple[float, float, float]
    g: tuple[float, float, float]
    before: float
    after: float
    n: float

    def shown(self, one_scale: bool) -> tuple[float, float, float]:
        """Return what is drawn: points where outcomes share a scale, Hedges' g otherwise."""
        return self.points if one_scale else self.g


def draw(tables: Tables, setting: Setting) -> Drawing:
    """Draw the change in each outcome of the primary comparison, overall.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Released tables; `comparisons` is used.
    setting : Setting
        The study's words. Outcomes on one scale are drawn in scale points, outcomes on different scales as Hedges' g,
        so that the axis is common either way; the text gives both.

    Returns
    -------
    Drawing
        A plain panel where there is no estimate to draw.
    """
    comparison = primary(tables)
    lines = [read_line(tables, comparison, outcome) for outcome in outcomes_of(tables, comparison, setting)]
    one_scale = setting.one_scale([line.outcome.name for line in lines])
    drawn = [line for line in lines if not math.isnan(line.shown(one_scale)[0])]
    if not drawn:
        return nothing(SUBJECT, "no change could be estimated or released", synthetic=setting.synthetic)
    unit = "scale points" if one_scale else "standard deviations (Hedges’ g)"
    subtitle = f"Mean change from before to after {setting.nouns.training}, in {unit}, with 95% intervals. "
    canvas = Canvas(
        finding(drawn, one_scale), subtitle + _scale(setting, lines, one_scale), synthetic=setting.synthetic
    )
    reach = [0.0] + [part for line in drawn for part in line.shown(one_scale) if not math.isnan(part)]
    marks = ticks(min(reach), max(reach), 5)
    for line in lines:
        _row(canvas, line, one_scale, marks)
    _axis(canvas, marks)
    said = [_said(line) for line in lines]
    return canvas.drawing(f"{canvas.title}. {' '.join(said)}")


def read_line(tables: Tables, comparison: str | None, outcome: Outcome) -> Line:
    """Return the numbers of one outcome in one comparison, NaN where withheld or absent."""
    rows = {
        name: estimate(tables, comparison, outcome.name, name)
        for name in ("mean_change", "hedges_g_av", "mean_before", "mean_after")
    }

    def three(name: str) -> tuple[float, float, float]:
        return tuple(number(rows[name], column) for column in ("estimate", "ci_low", "ci_high"))

    return Line(
        outcome,
        three("mean_change"),
        three("hedges_g_av"),
        number(rows["mean_before"], "estimate"),
        number(rows["mean_after"], "estimate"),
        number(rows["mean_change"], "n"),
    )


def finding(lines: list[Line], one_scale: bool) -> str:
    """Return the title: which outcome changed most and by how much, or that none is clear of zero."""
    lines = [line for line in lines if not line.outcome.control] or lines
    most = max(lines, key=lambda line: abs(line.shown(one_scale)[0]))
    value, low, high = most.shown(one_scale)
    clear = not (math.isnan(low) or math.isnan(high)) and (low > 0 or high < 0)
    size = f"{decimal(abs(value))} points" if one_scale else f"{decimal(abs(value))} standard deviations"
    verb = "rose" if value > 0 else "fell"
    phrase = f"Self-rated {most.outcome.phrase}"
    if not clear:
        return f"{phrase}: no clear change" if len(lines) == 1 else "No outcome has a change clear of zero"
    return f"{phrase} {verb} {'by' if len(lines) == 1 else 'most:'} {size}"


def _scale(setting: Setting, lines: list[Line], one_scale: bool) -> str:
    limits = setting.limits(lines[0].outcome) if one_scale else None
    return f"The scale runs from {limits[0]:g} to {limits[1]:g}." if limits else ""


def _row(canvas: Canvas, line: Line, one_scale: bool, marks: list[float]) -> None:
    value, low, high = line.shown(one_scale)
    text = WITHHELD if math.isnan(value) else interval(*(line.points if one_scale else line.g))
    canvas.text(canvas.right, canvas.y + 14, text, weight="bold", align="right", colour=NAVY)
    canvas.paragraph(line.outcome.heading, weight="bold", width=canvas.right - canvas.left - 160)
    top = canvas.y + 5
    canvas.line(place(0.0, canvas, marks), top, place(0.0, canvas, marks), top + 22, colour=INK, width=1.2)
    canvas.line(canvas.left, top + 11, canvas.right, top + 11, colour=PALE, width=1.0)
    if not math.isnan(value):
        canvas.line(place(0.0, canvas, marks), top + 11, place(value, canvas, marks), top + 11, colour=NAVY, width=1.6)
    if not math.isnan(value):
        if not (math.isnan(low) or math.isnan(high)):
            wide = place(high, canvas, marks) - place(low, canvas, marks)
            canvas.box(place(low, canvas, marks), top + 4, wide, 14, fill=tint(NAVY, 0.40))
        canvas.dot(place(value, canvas, marks), top + 11, radius=3.5)
    canvas.y = top + 24
    other = f"Hedges’ g {interval(*line.g)}" if one_scale else f"{interval(*line.points)} points"
    canvas.paragraph(f"Before {decimal(line.before)}, after {decimal(line.after)}; n = {count(line.n)}", colour=GREY)
    canvas.paragraph(other, colour=GREY)
    canvas.y += 12


def place(value: float, canvas: Canvas, marks: list[float]) -> float:
    """Return where a value stands across the canvas, for an axis from the first to the last tick."""
    left, right = canvas.left + 8, canvas.right - 8
    return left + (value - marks[0]) / (marks[-1] - marks[0]) * (right - left)


def _axis(canvas: Canvas, marks: list[float]) -> None:
    canvas.line(place(marks[0], canvas, marks), canvas.y, place(marks[-1], canvas, marks), canvas.y, colour=RULE)
    places = 1 if all(abs((mark * 10 + 0.5) % 1 - 0.5) < 1e-6 for mark in marks) else 2
    for mark in marks:
        x = place(mark, canvas, marks)
        canvas.line(x, canvas.y, x, canvas.y + 5, colour=RULE)
        align = "left" if mark == marks[0] else "right" if mark == marks[-1] else "center"
        shift = {"left": -8, "right": 8, "center": 0}[align]
        label = "0" if abs(mark) < 1e-9 else decimal(mark, places)
        canvas.text(x + shift, canvas.y + 20, label, align=align, colour=GREY)
    canvas.y += 24
    canvas.y += 4
    y = canvas.y + 14
    zero = place(0.0, canvas, marks)
    if marks[0] < 0:
        canvas.text(canvas.left, y, "← lower after", colour=GREY)
    if marks[-1] > 0 and (marks[0] >= 0 or zero < canvas.right - 120):
        canvas.text(canvas.right, y, "higher after →", align="right", colour=GREY)
    canvas.y += 20


def _said(line: Line) -> str:
    if math.isnan(line.points[0]):
        return f"{line.outcome.heading}: withheld."
    return (
        f"{line.outcome.heading}: {decimal(line.before)} before, {decimal(line.after)} after, "
        f"change {interval(*line.points)}, Hedges’ g {decimal(line.g[0])}, n = {count(line.n)}."
    )
