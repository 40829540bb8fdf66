"""The specification curve: every combination of declared choices in order of its estimate, the primary one marked."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from prepost.figures.cells import Setting, Tables, number, outcomes_of, pick, primary
from prepost.figures.forest import place
from prepost.figures.style import GREY, INK, NAVY, ORANGE, PALE, RULE, Canvas, Drawing, nothing, ticks, tint
from prepost.figures.words import decimal
from prepost.study import Outcome

SUBJECT = "What other choices would have given"
HEIGHT = 2.4  # points a combination, where there are many
TALLEST = 90.0  # of one outcome's curve
#: What each option is called under the figure and in its table.
OPTIONS = {
    "kept": "flagged responses kept",
    "without_speeders": "without very fast responses",
    "without_straight_liners": "without one answer throughout",
    "without_both": "without either",
    "all": "every completion",
    "first": "each person's first",
    "last": "each person's last",
    "two": "answered twice",
    "three": "answered three times",
    "scale": "the scale's mean",
    "items": "item by item",
    "latent": "as ordered answers",
    "none": "unweighted",
    "attrition": "weighted for drop-out",
    "exact": "exact matches",
    "tolerant": "tolerant matches too",
}
CHOICES = {
    "flagged": "Careless answers",
    "completions": "Completions of one person",
    "waves": "Who is in it",
    "metric": "How it is measured",
    "weights": "Weights",
    "pairs": "Matching",
}


class Curve(NamedTuple):
    """One outcome's estimates with their intervals, in order, and the place of the primary analysis."""

    outcome: Outcome
    values: Sequence[tuple[float, float, float]]
    primary: int


def curves(tables: Tables, setting: Setting) -> list[Curve]:
    """Return the curve of each outcome of the primary comparison that has one."""
    comparison = primary(tables)
    found = []
    for outcome in outcomes_of(tables, comparison, setting):
        rows = pick(tables, "specifications", outcome=outcome.name, group_by="specification")
        values = [tuple(number(row, c) for c in ("estimate", "ci_low", "ci_high")) for _, row in rows.iterrows()]
        kept = [(value, place) for place, value in enumerate(values) if not math.isnan(value[0])]
        if kept:
            kept.sort(key=lambda pair: pair[0][0])
            first = next((k for k, (_, at) in enumerate(kept) if at == 0), -1)
            found.append(Curve(outcome, [value for value, _ in kept], first))
    return found


def draw(tables: Tables, setting: Setting) -> Drawing:
    """Draw the specification curve of each outcome.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Released tables; `specifications` is used.
    setting : Setting
        The study's words.

    Returns
    -------
    Drawing
        A plain panel where the study declares no choices or nothing may be shown.
    """
    found = [curve for curve in curves(tables, setting) if len(curve.values) > 1]
    if not found:
        return nothing(
            SUBJECT, "the study declares no other choices, or none may be shown", synthetic=setting.synthetic
        )
    canvas = Canvas(
        _finding(found),
        "Change in standard deviations before, under every combination of the declared choices, smallest first, with "
        "95% intervals. The diamond is the primary analysis.",
        synthetic=setting.synthetic,
    )
    reach = [0.0] + [part for curve in found for value in curve.values for part in value if not math.isnan(part)]
    marks = ticks(min(reach), max(reach), 5)
    for curve in found:
        _curve(canvas, curve, marks)
    _axis(canvas, marks)
    return canvas.drawing(f"{canvas.title}. {' '.join(_said(curve) for curve in found)}")


def _finding(found: list[Curve]) -> str:
    signs = {math.copysign(1, value[0]) for curve in found for value in curve.values}
    same = all(len({math.copysign(1, value[0]) for value in curve.values}) == 1 for curve in found)
    if signs == {1.0}:
        return "Under every combination of choices each outcome rises; how much depends on them"
    return "No choice turns the direction of a change" if same else "Some choices turn the direction of a change"


def _curve(canvas: Canvas, curve: Curve, marks: list[float]) -> None:
    low, high = curve.values[0][0], curve.values[-1][0]
    canvas.paragraph(curve.outcome.label, weight="bold")
    canvas.paragraph(f"{len(curve.values)} combinations, {decimal(low)} to {decimal(high)}", colour=GREY)
    step = min(HEIGHT * 3, TALLEST / len(curve.values))
    top = canvas.y + 6
    bottom = top + step * len(curve.values)
    zero = place(0.0, canvas, marks)
    canvas.line(zero, top - 2, zero, bottom + 2, colour=INK, width=1.2)
    for k, (value, least, most) in enumerate(curve.values):
        y = top + step * (k + 0.5)
        if not (math.isnan(least) or math.isnan(most)):
            ends = place(least, canvas, marks), place(most, canvas, marks)
            canvas.line(ends[0], y, ends[1], y, colour=tint(NAVY, 0.40), width=max(1.0, step * 0.7))
        canvas.dot(place(value, canvas, marks), y, radius=max(1.0, min(2.5, step * 0.5)))
    if curve.primary >= 0:
        y = top + step * (curve.primary + 0.5)
        canvas.line(canvas.left, y, canvas.right, y, colour=PALE, width=1.0)
        canvas.diamond(place(curve.values[curve.primary][0], canvas, marks), y, colour=ORANGE, radius=5.5)
    canvas.y = bottom + 10


def _axis(canvas: Canvas, marks: list[float]) -> None:
    canvas.line(place(marks[0], canvas, marks), canvas.y, place(marks[-1], canvas, marks), canvas.y, colour=RULE)
    for mark in marks:
        x = place(mark, canvas, marks)
        canvas.line(x, canvas.y, x, canvas.y + 5, colour=RULE)
        canvas.text(x, canvas.y + 20, "0" if abs(mark) < 1e-9 else decimal(mark, 1), align="center", colour=GREY)
    canvas.y += 26


def _said(curve: Curve) -> str:
    values = [value[0] for value in curve.values]
    middle = sorted(values)[len(values) // 2]
    main = f", the primary analysis {decimal(values[curve.primary])}" if curve.primary >= 0 else ""
    return (
        f"{curve.outcome.label}: {len(values)} combinations from {decimal(values[0])} to {decimal(values[-1])}, "
        f"the middle one {decimal(middle)}{main}."
    )
