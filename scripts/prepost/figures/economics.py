"""The money: the chain of products line by line, and how far each input moves what comes out."""

from __future__ import annotations

import math

import pandas as pd

from prepost import formatting
from prepost.figures.cells import Setting, Tables, first, number, pick
from prepost.figures.forest import place
from prepost.figures.style import (
    GREY,
    INK,
    NAVY,
    ORANGE,
    PALE,
    PUBLISHED,
    RULE,
    TEAL,
    Canvas,
    Drawing,
    nothing,
    text_width,
    ticks,
)
from prepost.figures.words import listing

CHAIN, TORNADO = "From people to pounds", "What the value depends on"
HARDLY = 0.03  # of the value: what moves it less is named, and not drawn
WHY = "the study has no economic model, or none of it may be shown"


def in_words(value: float, unit: str) -> str:
    """Write a number with its unit: "£218.0 million", "3.29%", "47.21 million people"."""
    return formatting.WITHHELD if math.isnan(value) else _written([value], unit)


def between(low: float, high: float, unit: str) -> str:
    """Write a range with its unit once: "£153.3 to £295.7 million"."""
    return formatting.NOT_AVAILABLE if math.isnan(low) or math.isnan(high) else _written([low, high], unit)


def _written(values: list[float], unit: str) -> str:
    head, _, rest = unit.partition(" per ")
    words = head.split()
    money = "£" if words[-1] == "GBP" else ""
    places = 1 if max(map(abs, values)) >= 100 else 2
    said = [formatting.number(value, places) for value in values]
    if len(said) == 1 and not unit.endswith("GBP"):  # as an input is printed: 64.6%, £56
        said = [said[0].rstrip("0").rstrip(".")]
    text = " to ".join(money + part for part in said)
    if head == "%":
        return f"{text}%"
    after = [*words[:-1], *([] if money else [words[-1]]), *([f"per {rest}"] if rest else [])]
    return " ".join([text, *after])


def models(tables: Tables) -> list[str]:
    """Return the names of the models whose value may be shown, in the study's order."""
    rows = pick(tables, "economics_values", measure="per_window")
    return list(dict.fromkeys(rows.loc[rows["estimate"].notna(), "model"]))


def whole(tables: Tables, model: str, measure: str = "per_window") -> pd.Series | None:
    """Return the value of a model if all of its visits count."""
    rows = pick(tables, "economics_values", model=model, measure=measure)
    rows = rows.iloc[pd.to_numeric(rows["attribution"]).argsort(kind="stable")] if len(rows) else rows
    return None if rows.empty else rows.iloc[-1]


def draw_chain(tables: Tables, setting: Setting) -> Drawing:
    """Draw each model as a sum is written: every input, and every product with its range.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Released tables; `economics_chain` and `economics_values` are used.
    setting : Setting
        The study's words.

    Returns
    -------
    Drawing
        A plain panel where there is no model.
    """
    found = models(tables)
    if not found:
        return nothing(CHAIN, WHY, synthetic=setting.synthetic)
    canvas = Canvas(
        _valued(tables, found),
        "Each line multiplies what stands above it. Beside a product stands, in brackets, the range that holds 95% of "
        "the draws; beside an input that of its own distribution.",
        synthetic=False,
    )
    said = []
    for model in found:
        rows = pick(tables, "economics_chain", model=model)
        canvas.y += 8
        canvas.paragraph(str(whole(tables, model)["label"]), weight="bold", colour=NAVY)
        for place_, (_, row) in enumerate(rows.iterrows()):
            said.append(_line(canvas, row, begins=place_ == 0))
    canvas.note(PUBLISHED)
    return canvas.drawing(f"{canvas.title}. {'; '.join(said)}. {PUBLISHED}.")


def _valued(tables: Tables, found: list[str]) -> str:
    rows = [whole(tables, model) for model in found]
    parts = [
        f"{row['label']} at {between(number(row, 'ci_low'), number(row, 'ci_high'), str(row['unit']))}"
        for row in rows
        if not math.isnan(number(row, "ci_low"))
    ]
    return f"Value over {rows[0]['period']}, if every visit counts: {listing(parts)}" if parts else CHAIN


def _line(canvas: Canvas, row: pd.Series, *, begins: bool) -> str:
    """Draw one line of a chain and return it in words."""
    value, low, high = (number(row, column) for column in ("estimate", "ci_low", "ci_high"))
    unit, product = str(row["unit"]), row["kind"] == "product"
    text = in_words(value, unit)
    places = 1 if max(abs(low), abs(high)) >= 100 else 2
    spread = "" if math.isnan(low) else f"({formatting.interval(low, high, places)})"
    top = canvas.y
    left = canvas.left + 24
    canvas.y += 4
    sign = "=" if product else "" if begins else "×"
    canvas.text(canvas.left + 4, canvas.y + 15, sign, weight="bold", colour=NAVY)
    canvas.paragraph(str(row["label"]), x=left, weight="bold" if product else "normal", colour=INK)
    canvas.paragraph(
        f"{text} {spread}".strip(), x=left, colour=NAVY if product else GREY, weight="bold" if product else "normal"
    )
    canvas.y += 3
    if product:
        canvas.line(canvas.left, canvas.y, canvas.right, canvas.y, colour=RULE)
        canvas.line(canvas.left, top + 2, canvas.left, canvas.y, colour=TEAL, width=4)
    return f"{sign} {row['label']} {text} {spread}".strip()


def draw_tornado(tables: Tables, setting: Setting) -> Drawing:
    """Draw by how much the value moves when one input stands at either end of its range.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Released tables; `economics_tornado` and `economics_values` are used.
    setting : Setting
        The study's words.

    Returns
    -------
    Drawing
        A plain panel where there is no model.
    """
    rows = pick(tables, "economics_tornado")
    rows = rows[rows["estimate"].notna() & rows["ci_low"].notna()] if len(rows) else rows
    if rows.empty or not models(tables):
        return nothing(TORNADO, WHY, synthetic=setting.synthetic)
    most = rows.iloc[0]
    low, high = number(most, "ci_low"), number(most, "ci_high")
    canvas = Canvas(
        f"{_model(tables, most)}: “{most['label']}” alone moves the value from "
        f"{between(low, high, str(most['unit']))}, more than any other input",
        "Value with one input at the low and the high end of its range, the others as they stand. Line: all as they "
        "stand.",
        synthetic=False,
    )
    reach = [float(v) for column in ("ci_low", "ci_high") for v in rows[column]]
    marks = ticks(0.0, max(reach), 5)
    said, hardly = [], []
    for model in models(tables):
        own = rows[rows["model"] == model]
        canvas.y += 6
        canvas.paragraph(_model(tables, own.iloc[0]), weight="bold", colour=NAVY)
        for _, row in own.iterrows():
            if number(row, "ci_high") - number(row, "ci_low") < HARDLY * number(row, "estimate"):
                hardly.append(str(row["label"]))
            else:
                said.append(_bar(canvas, row, marks))
    _axis(canvas, marks, str(most["unit"]))
    if hardly:
        few = formatting.percent(HARDLY, None)
        canvas.note(f"Moves it by less than {few}, and is not drawn: {listing(list(dict.fromkeys(hardly)))}.")
    canvas.note(PUBLISHED)
    return canvas.drawing(f"{canvas.title}. {'; '.join(said)}. {PUBLISHED}.")


def _model(tables: Tables, row: pd.Series) -> str:
    found = first(pick(tables, "economics_values", model=str(row["model"])))
    return str(row["model"]) if found is None else str(found["label"])


def _bar(canvas: Canvas, row: pd.Series, marks: list[float]) -> str:
    low, high, value = (number(row, column) for column in ("ci_low", "ci_high", "estimate"))
    ends = between(number(row, "input_low"), number(row, "input_high"), str(row["input_unit"]))
    canvas.paragraph(f"{row['label']}: {ends}")
    y = canvas.y + 4
    left, right, middle = (place(v, canvas, marks) for v in (low, high, value))
    canvas.line(canvas.left, y + 7, canvas.right, y + 7, colour=PALE)
    canvas.box(min(left, middle), y, abs(middle - left), 14, fill=ORANGE)
    canvas.box(min(middle, right), y, abs(right - middle), 14, fill=NAVY)
    canvas.line(middle, y - 3, middle, y + 17, colour=INK, width=2)
    canvas.y = y + 22
    return f"{row['label']} from {between(low, high, str(row['unit']))}"


def _axis(canvas: Canvas, marks: list[float], unit: str) -> None:
    canvas.line(place(marks[0], canvas, marks), canvas.y, place(marks[-1], canvas, marks), canvas.y, colour=RULE)
    for mark in marks:
        x = place(mark, canvas, marks)
        canvas.line(x, canvas.y, x, canvas.y + 5, colour=RULE)
        text = formatting.number(mark, 0)
        half = text_width(text) / 2
        canvas.text(
            min(max(x, canvas.left + half), canvas.right - half), canvas.y + 20, text, align="center", colour=GREY
        )
    canvas.y += 24
    canvas.paragraph(unit.replace("GBP", "pounds").capitalize(), colour=GREY)
