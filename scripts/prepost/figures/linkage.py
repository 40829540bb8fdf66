"""Each change over the pairs of each way of linking: whether the result rests on whom one takes for one person."""

from __future__ import annotations

import math

import pandas as pd

from prepost import formatting
from prepost.figures.cells import Setting, Tables, first, number, outcomes_of, pick, primary
from prepost.figures.forest import place
from prepost.figures.groups import axis
from prepost.figures.style import NAVY, PALE, TEAL, Canvas, Drawing, nothing, ticks
from prepost.figures.words import decimal, interval

SUBJECT = "Change by way of linking"
EXACT = "exact"
COLUMNS = ("estimate", "ci_low", "ci_high")


def way_name(name: str) -> str:
    """Return what a way of linking is called: its pairs.

    Examples
    --------
    >>> way_name("exact"), way_name("tolerant_0.9")
    ('exact pairs', 'pairs at least 90% probable')
    """
    kind, _, threshold = name.partition("_")
    if kind == "tolerant":
        share = float(threshold) * 100
        return f"pairs at least {formatting.number(share, 0 if share == int(share) else 1)}% probable"
    return {
        "exact": "exact pairs",
        "near": "exact pairs and near keys",
        "reviewed": "pairs that a person reviewed",
    }[kind]


def ways(tables: Tables) -> list[str]:
    """Return the ways of linking of the study, the exact keys first."""
    rows = pick(tables, "linkage_changes", group_by="procedure", estimate_name="mean_change")
    return list(dict.fromkeys(rows["group"])) if len(rows) else []


def draw(tables: Tables, setting: Setting) -> Drawing:
    """Draw every outcome's change over the pairs of each way of linking.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Released tables; `linkage_changes` is used.
    setting : Setting
        The study's words.

    Returns
    -------
    Drawing
        The exact pairs' change is a line through the other ways.
    """
    rows = pick(tables, "linkage_changes", group_by="procedure", estimate_name="mean_change")
    shown = rows[rows["estimate"].notna()] if len(rows) else rows
    if shown.empty or shown["group"].nunique() < 2:
        why = "pairs were linked in one way only, or no change over others may be shown"
        return nothing(SUBJECT, why, synthetic=setting.synthetic)
    outcomes = outcomes_of(tables, primary(tables), setting) or setting.outcomes
    canvas = Canvas(
        _finding(shown),
        "Mean change in scale points with 95% intervals, over the pairs that each way of linking gives. Line: the "
        "change over pairs whose keys agree.",
        synthetic=setting.synthetic,
    )
    values = [value for column in COLUMNS for value in shown[column].dropna().astype("float64")]
    marks, said = ticks(min([0.0, *values]), max([0.0, *values]), 5), []
    for outcome in outcomes:
        own = shown[shown["outcome"] == outcome.name]
        if own.empty:
            continue
        canvas.y += 6
        canvas.paragraph(outcome.heading, weight="bold", colour=NAVY)
        exact = number(first(own[own["group"] == EXACT]), "estimate")
        for name in own["group"]:
            said.append(_row(canvas, name, first(own[own["group"] == name]), exact, marks, outcome.label))
    axis(canvas, marks)
    return canvas.drawing(f"{canvas.title}. {'; '.join(said)}.")


def _finding(shown: pd.DataFrame) -> str:
    values = shown.assign(estimate=shown["estimate"].astype("float64")).pivot_table(
        index="outcome", columns="group", values="estimate"
    )
    if EXACT not in values or values[EXACT].isna().all():
        return "Change over the pairs of each way of linking"
    far = values.drop(columns=EXACT).sub(values[EXACT], axis=0).abs().max().max()
    return f"Linked otherwise, no change is further than {decimal(float(far))} points from that over exact pairs"


def _row(canvas: Canvas, name: str, row: pd.Series, exact: float, marks: list[float], label: str) -> str:
    value, low, high = (number(row, column) for column in COLUMNS)
    canvas.line(canvas.left, canvas.y + 3, canvas.right, canvas.y + 3, colour=PALE)
    canvas.y += 5
    canvas.paragraph(f"{way_name(name).capitalize()}: {interval(value, low, high)}")
    y = canvas.y + 9
    if not math.isnan(exact):
        x = place(exact, canvas, marks)
        canvas.line(x, canvas.y, x, canvas.y + 18, colour=TEAL, width=2.0)
    if not (math.isnan(low) or math.isnan(high)):
        canvas.line(place(low, canvas, marks), y, place(high, canvas, marks), y, colour=NAVY, width=3)
    canvas.dot(place(value, canvas, marks), y, colour=NAVY, radius=4.5, open_=name != EXACT)
    canvas.y += 22
    return f"{label}, {way_name(name)}: {interval(value, low, high)}"
