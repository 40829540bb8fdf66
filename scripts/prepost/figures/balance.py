"""A love plot: how far those matched stand from all first surveys, before weighting and after."""

from __future__ import annotations

import math
from typing import NamedTuple

from prepost.figures.attrition import axis_labels
from prepost.figures.cells import ALL, Setting, Tables, first, number, pick, plain, primary
from prepost.figures.forest import place
from prepost.figures.style import GREY, INK, NAVY, ORANGE, PALE, RULE, Canvas, Drawing, nothing, ticks
from prepost.figures.words import decimal

SUBJECT = "Those matched beside everyone"
BALANCED = 0.1  # beyond which a difference is commonly looked at
MOST = 16  # the largest differences; the table under the figure has them all


class Row(NamedTuple):
    """One covariate, or one of its answers: its label and both differences in standard deviations."""

    label: str
    covariate: str
    group: str
    before: float
    after: float


def rows_of(tables: Tables, setting: Setting) -> list[Row]:
    """Return each difference that may be shown, the largest before weighting first."""
    comparison = primary(tables)
    table = pick(tables, "balance", comparison=comparison or "")
    made = []
    for covariate, group in dict.fromkeys(zip(table["group_by"], table["group"], strict=True)):
        where = {"comparison": comparison or "", "group_by": covariate, "group": group}
        before, after = (
            number(first(pick(tables, "balance", estimate_name=name, **where)), "estimate")
            for name in ("smd_before", "smd_after")
        )
        if not math.isnan(before):
            made.append(Row(_label(setting, str(covariate), str(group)), covariate, group, before, after))
    return sorted(made, key=lambda row: (-abs(row.before), row.label))


def _label(setting: Setting, covariate: str, group: str) -> str:
    """Return "Confidence, score before" for a number, "Role group: Clinical" for an answer."""
    outcome = setting.outcome(covariate)
    name = f"{outcome.label}, score before" if outcome else plain(covariate)
    return name if group == ALL else f"{name}: {group}"


def draw(tables: Tables, setting: Setting) -> Drawing:
    """Draw the largest differences between those matched and all first surveys.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Released tables; `balance` is used.
    setting : Setting
        The study's words.

    Returns
    -------
    Drawing
        A plain panel where the study names nothing to compare by, or nothing may be shown.
    """
    found = rows_of(tables, setting)
    if not found:
        why = "the study names nothing to compare them by, or nothing may be shown"
        return nothing(SUBJECT, why, synthetic=setting.synthetic)
    canvas = Canvas(
        _finding(found),
        "Difference between those matched and all valid first surveys, in standard deviations: a ring before "
        "weighting, a disc after. Dashed lines mark a tenth of a standard deviation.",
        synthetic=setting.synthetic,
    )
    shown = found[:MOST]
    values = [value for row in shown for value in (row.before, row.after) if not math.isnan(value)]
    reach = max(BALANCED, *map(abs, values)) * 1.05
    marks = ticks(-reach, reach, 4)
    for row in shown:
        _row(canvas, row, marks)
    canvas.line(place(marks[0], canvas, marks), canvas.y, place(marks[-1], canvas, marks), canvas.y, colour=RULE)
    axis_labels(canvas, marks, 2)
    if len(found) > MOST:
        canvas.note(f"The {MOST} largest differences of {len(found)}; the table has them all.")
    return canvas.drawing(f"{canvas.title}. {' '.join(_said(row) for row in shown)}")


def _finding(found: list[Row]) -> str:
    far = max(abs(row.before) for row in found)
    after = [abs(row.after) for row in found if not math.isnan(row.after)]
    if not after:
        return (
            f"Those matched differ from everyone by up to {decimal(far)} standard deviations; no weights could be made"
        )
    return (
        f"Those matched differ from everyone by up to {decimal(far)} standard deviations, and by up to "
        f"{decimal(max(after))} after weighting"
    )


def _row(canvas: Canvas, row: Row, marks: list[float]) -> None:
    canvas.paragraph(row.label, colour=GREY)
    y = canvas.y + 7
    canvas.line(canvas.left, y, canvas.right, y, colour=PALE)
    for edge in (-BALANCED, BALANCED):
        canvas.line(place(edge, canvas, marks), y - 7, place(edge, canvas, marks), y + 7, colour=RULE, dash=(3, 2))
    zero = place(0.0, canvas, marks)
    canvas.line(zero, y - 7, zero, y + 7, colour=INK, width=1.2)
    canvas.dot(place(row.before, canvas, marks), y, colour=ORANGE, radius=4.5, open_=True)
    if not math.isnan(row.after):
        canvas.dot(place(row.after, canvas, marks), y, colour=NAVY, radius=3.5)
    canvas.y += 15


def _said(row: Row) -> str:
    after = "" if math.isnan(row.after) else f", {decimal(row.after)} after weighting"
    return f"{row.label}: {decimal(row.before)}{after}."
