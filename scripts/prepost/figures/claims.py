"""Published statements beside what their own arithmetic gives: stated over recomputed, with what rounding allows."""

from __future__ import annotations

import math

import pandas as pd

from prepost import formatting
from prepost.figures.cells import Setting, Tables, number, pick
from prepost.figures.forest import place
from prepost.figures.style import (
    GREY,
    INK,
    NAVY,
    ORANGE,
    PALE,
    PLUM,
    PUBLISHED,
    RULE,
    Canvas,
    Drawing,
    nothing,
    text_width,
    tint,
)

SUBJECT = "Published statements beside their arithmetic"
HOLDS = "reproduces"
REPEATS = "as "  # how the formula of a statement begins that repeats another
MARKS = [0.5, 0.75, 1.0, 1.25, 1.5]


def recomputed(tables: Tables) -> pd.DataFrame:
    """Return the statements whose number follows from others or differs from the one repeated; those that hold last."""
    rows = pick(tables, "claims_verdicts")
    if rows.empty:
        return rows
    rows = rows[rows["estimate"].notna() & rows["stated"].notna() & rows["formula"].notna()]
    differs = (rows["stated"] / rows["estimate"] - 1).abs() > 1e-9
    rows = rows[(rows["estimate"] != 0) & (differs | ~rows["formula"].str.startswith(REPEATS))]
    return rows.iloc[(rows["verdict"] == HOLDS).fillna(False).to_numpy(dtype=bool).argsort(kind="stable")]


def draw(tables: Tables, setting: Setting) -> Drawing:
    """Draw each statement that can be recomputed: the stated number as a share of the recomputed one.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Released tables; `claims_verdicts` is used.
    setting : Setting
        The study's words.

    Returns
    -------
    Drawing
        A plain panel where no statement can be recomputed.
    """
    rows = recomputed(tables)
    if rows.empty:
        return nothing(SUBJECT, "no statement can be recomputed, or none may be shown", synthetic=setting.synthetic)
    astray = int((rows["verdict"] != HOLDS).sum())
    canvas = Canvas(
        f"Of {len(rows)} published numbers that can be set beside their arithmetic, {astray} do not stand as printed",
        "Diamond: the number as printed, as a share of what it is computed from. Bar: what rounding of the printed "
        "inputs allows. Line: the two are equal.",
        synthetic=False,
    )
    said = [_row(canvas, row) for _, row in rows.iterrows()]
    _axis(canvas)
    canvas.note(PUBLISHED)
    return canvas.drawing(f"{canvas.title}. {'; '.join(said)}. {PUBLISHED}.")


def _row(canvas: Canvas, row: pd.Series) -> str:
    stated, value = number(row, "stated"), number(row, "estimate")
    holds = row["verdict"] == HOLDS
    canvas.line(canvas.left, canvas.y + 3, canvas.right, canvas.y + 3, colour=PALE)
    canvas.y += 5
    canvas.paragraph(str(row["statement"]), weight="bold")
    canvas.paragraph(f"{row['place']}: {row['verdict']}", colour=INK if holds else PLUM)
    y = canvas.y + 9
    low, high = (_share(number(row, column), value) for column in ("ci_low", "ci_high"))
    one = place(1.0, canvas, MARKS)
    if not (math.isnan(low) or math.isnan(high)):
        ends = place(low, canvas, MARKS), place(high, canvas, MARKS)
        canvas.line(ends[0], y, max(ends[1], ends[0] + 2), y, colour=tint(NAVY, 0.35), width=9)
    canvas.line(one, y - 9, one, y + 9, colour=INK, width=1.5)
    canvas.diamond(place(_share(stated, value), canvas, MARKS), y, colour=NAVY if holds else ORANGE)
    canvas.y = y + 14
    percent = formatting.percent(stated / value, None)
    return f"{row['statement']} ({row['place']}): {percent} of what is computed, {row['verdict']}"


def _share(value: float, of: float) -> float:
    """A share of what is computed, kept on the sheet."""
    return math.nan if math.isnan(value) else min(max(value / of, MARKS[0]), MARKS[-1])


def _axis(canvas: Canvas) -> None:
    canvas.line(place(MARKS[0], canvas, MARKS), canvas.y, place(MARKS[-1], canvas, MARKS), canvas.y, colour=RULE)
    for mark in MARKS:
        x = place(mark, canvas, MARKS)
        canvas.line(x, canvas.y, x, canvas.y + 5, colour=RULE)
        text = formatting.percent(mark, None)
        half = text_width(text) / 2
        canvas.text(
            min(max(x, canvas.left + half), canvas.right - half), canvas.y + 20, text, align="center", colour=GREY
        )
    canvas.y += 26
