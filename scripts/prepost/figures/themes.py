"""What comments speak of: the share of comments with each theme, as dots with intervals, the commonest first."""

from __future__ import annotations

import math

import pandas as pd

from prepost.comments.names import OUTSIDE, theme_label
from prepost.figures.cells import ALL, Setting, Tables, number, pick
from prepost.figures.forest import place
from prepost.figures.style import GREY, NAVY, PALE, RULE, Canvas, Drawing, nothing, text_width, ticks
from prepost.figures.words import count, listing, percent

SUBJECT = "What comments speak of"
COLUMNS = ("estimate", "ci_low", "ci_high")
STEP = 18


def shares(tables: Tables) -> pd.DataFrame:
    """Return the overall share of each theme that may be shown, the largest first, those outside the frame left out."""
    rows = pick(tables, "comments_themes", group_by=ALL, estimate_name="share_of_comments")
    rows = rows[rows["estimate"].notna() & ~rows["outcome"].isin(OUTSIDE)] if len(rows) else rows
    return rows.sort_values(["estimate", "outcome"], ascending=[False, True], kind="stable")


def draw(tables: Tables, setting: Setting) -> Drawing:
    """Draw the share of comments that speak of each theme.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Released tables; `comments_themes` is used.
    setting : Setting
        The study's words.

    Returns
    -------
    Drawing
        A plain panel where no share may be shown.
    """
    rows = shares(tables)
    if rows.empty:
        why = "no comment has been coded by people, or too few for an estimate"
        return nothing(SUBJECT, why, synthetic=setting.synthetic)
    read = pick(tables, "comments_themes", group_by=ALL, estimate_name="comments")
    base = count(number(read.iloc[0], "n")) if len(read) and not math.isnan(number(read.iloc[0], "n")) else "all"
    canvas = Canvas(
        _finding(rows),
        f"Share of {base} comments that speak of each theme, with 95% intervals. One comment may speak of several.",
        synthetic=setting.synthetic,
    )
    top = max(float(rows[name].max()) for name in COLUMNS)
    marks = ticks(0.0, top, 5)
    for _, row in rows.iterrows():
        _row(canvas, row, marks)
    _axis(canvas, marks)
    absent = [theme_label(theme) for theme in _without(tables)]
    if absent:
        canvas.note(f"Too few coded comments to say: {listing(absent)}.")
    said = "; ".join(
        f"{theme_label(theme)} {percent(share)}, {percent(low)} to {percent(high)}"
        for theme, share, low, high in rows[["outcome", *COLUMNS]].itertuples(index=False)
    )
    return canvas.drawing(f"{canvas.title}. With 95% intervals: {said}.")


def _without(tables: Tables) -> list[str]:
    rows = pick(tables, "comments_themes", group_by=ALL, estimate_name="share_of_comments")
    return [theme for theme in rows.loc[rows["estimate"].isna(), "outcome"] if theme not in OUTSIDE]


def _finding(rows: pd.DataFrame) -> str:
    first = theme_label(rows["outcome"].iloc[0])
    if len(rows) < 2:
        return f"{first} is spoken of in {percent(rows['estimate'].iloc[0])} of the comments"
    second, last = theme_label(rows["outcome"].iloc[1]), rows["estimate"].iloc[-1]
    apart = float(rows["ci_low"].iloc[0]) > float(rows["ci_high"].iloc[1])
    which = f"{first} is" if apart else f"{first} and {second.lower()} are"
    return (
        f"{which} spoken of most, in {percent(rows['estimate'].iloc[0])}"
        f"{'' if apart else ' and ' + percent(rows['estimate'].iloc[1])} of the comments; the rarest theme shown in "
        f"{percent(last)}"
    )


def _row(canvas: Canvas, row: pd.Series, marks: list[float]) -> None:
    canvas.line(canvas.left, canvas.y + 3, canvas.right, canvas.y + 3, colour=PALE)
    canvas.y += 5
    canvas.paragraph(f"{theme_label(row['outcome'])}, {percent(row['estimate'])}")
    y = canvas.y + 7
    low, high = number(row, "ci_low"), number(row, "ci_high")
    if not (math.isnan(low) or math.isnan(high)):
        canvas.line(place(low, canvas, marks), y, place(high, canvas, marks), y, colour=NAVY, width=2.5)
    canvas.dot(place(number(row, "estimate"), canvas, marks), y)
    canvas.y += STEP


def _axis(canvas: Canvas, marks: list[float]) -> None:
    canvas.y += 4
    canvas.line(place(marks[0], canvas, marks), canvas.y, place(marks[-1], canvas, marks), canvas.y, colour=RULE)
    for mark in marks:
        x = place(mark, canvas, marks)
        canvas.line(x, canvas.y, x, canvas.y + 5, colour=RULE)
        said = percent(mark)
        half = text_width(said) / 2
        x = min(max(x, canvas.left + half), canvas.right - half)
        canvas.text(x, canvas.y + 20, said, align="center", colour=GREY)
    canvas.y += 26
