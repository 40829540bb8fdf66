"""Shares as dots with their intervals, a row each, on one axis in per cent: the drawing that the surveys share."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import pandas as pd

from prepost.figures.cells import Setting, number
from prepost.figures.forest import place
from prepost.figures.style import GREY, INK, NAVY, PALE, RULE, Canvas, text_width, ticks, tint
from prepost.figures.words import WITHHELD, of_100, percent
from prepost.surveys.rows import ILLUSTRATIVE

RING = "Ring: not published by the programme, illustrative."


def axis_of(rows: Iterable[pd.Series | None], most: int = 5) -> list[float]:
    """Return ticks from 0 to above every estimate and interval, at most 1."""
    values = [number(row, column) for row in rows for column in ("estimate", "ci_high")]
    highest = max((value for value in values if not math.isnan(value)), default=1.0)
    return [tick for tick in ticks(0.0, min(highest, 1.0), most) if tick <= 1.0 + 1e-9]


def illustrative(row: pd.Series | None) -> bool:
    """Say whether a figure is marked as not published."""
    note = None if row is None else row.get("note")
    return isinstance(note, str) and note == ILLUSTRATIVE


def dot_row(
    canvas: Canvas, label: str, row: pd.Series | None, marks: Sequence[float], *, colour: str = NAVY, ring: bool = False
) -> None:
    """Draw one share under its name, with its interval and its whole percentage at the right."""
    canvas.line(canvas.left, canvas.y + 3, canvas.right, canvas.y + 3, colour=PALE)
    canvas.y += 5
    value, low, high = (number(row, column) for column in ("estimate", "ci_low", "ci_high"))
    said = WITHHELD if math.isnan(value) else percent(value)
    canvas.text(canvas.right, canvas.y + 15, said, align="right", weight="bold", colour=INK)
    canvas.paragraph(label, width=canvas.right - canvas.left - text_width(said, weight="bold") - 12)
    y = canvas.y + 9
    if not math.isnan(value):
        if not (math.isnan(low) or math.isnan(high)):
            ends = (place(low, canvas, list(marks)), place(min(high, marks[-1]), canvas, list(marks)))
            canvas.line(ends[0], y, ends[1], y, colour=tint(colour, 0.5), width=3)
        canvas.dot(place(value, canvas, list(marks)), y, colour=colour, radius=4.5, open_=ring)
    canvas.y = y + 8


def percent_axis(canvas: Canvas, marks: Sequence[float]) -> None:
    """Draw the axis in per cent."""
    marks = list(marks)
    canvas.line(place(marks[0], canvas, marks), canvas.y, place(marks[-1], canvas, marks), canvas.y, colour=RULE)
    for mark in marks:
        x = place(mark, canvas, marks)
        canvas.line(x, canvas.y, x, canvas.y + 5, colour=RULE)
        said = f"{of_100(mark)}%" if mark else "0%"
        half = text_width(said) / 2
        x = min(max(x, canvas.left + half), canvas.right - half)
        canvas.text(x, canvas.y + 20, said, align="center", colour=GREY)
    canvas.y += 26


def label_of(setting: Setting, share: str) -> str:
    """Return the label that survey_shares.csv gives a figure, else the item's short name or the name itself."""
    if share in setting.labels:
        return setting.labels[share]
    item = setting.items.get(share)
    named = (item.construct_name or item.wording) if item else share.replace("_", " ")
    return named[:1].upper() + named[1:]
