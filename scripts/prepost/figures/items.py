"""Agreement with single questions before and after: a ring, a disc, and the way between them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

import pandas as pd

from prepost.figures.cells import ALL, Setting, Tables, first, number, outcomes_of, pick, primary
from prepost.figures.style import (
    AFTER,
    BEFORE,
    GREY,
    NAVY,
    PALE,
    RULE,
    Canvas,
    Drawing,
    nothing,
    text_width,
    tint,
)
from prepost.figures.words import of_100, percent
from prepost.sheets import ItemRow

SUBJECT = "Agreement before and after"
MOST = 20  # questions drawn in all: of more, those that moved most
SAID = 100.0  # room for "56% → 84%" before each track
SIDES = ("agree_before", "agree_after", "agree_change")


class Agreed(NamedTuple):
    """One question: the shares who agree before and after, and the change, each with its interval; NaN if withheld."""

    item: str
    before: tuple[float, float, float]
    after: tuple[float, float, float]
    change: tuple[float, float, float]
    cut: str  # which answers count, as the table says it

    @property
    def shown(self) -> bool:
        """Whether both shares may be shown."""
        return not (math.isnan(self.before[0]) or math.isnan(self.after[0]))


def draw(tables: Tables, setting: Setting) -> Drawing:
    """Draw the predicted share who agree with each question, before and after.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Released tables; `items` is used, and `comparisons` for which one is primary.
    setting : Setting
        The study's words and codebook.

    Returns
    -------
    Drawing
        Questions by scale, the largest change first; those of which a share is withheld are counted at the foot.
    """
    found = agreement(tables, setting)
    everyone = [one for questions in found.values() for one in questions]
    drawn = sorted((one for one in everyone if one.shown), key=_size, reverse=True)[:MOST]
    if not drawn:
        return nothing(SUBJECT, "no share who agree could be estimated or released", synthetic=setting.synthetic)
    canvas = Canvas(_title(drawn, setting), _subtitle(drawn, setting), synthetic=setting.synthetic)
    _key(canvas)
    for label, questions in found.items():
        inside = [one for one in questions if one in drawn]
        if inside:
            canvas.paragraph(label, size=15, weight="bold", colour=NAVY)
            for one in inside:
                _question(canvas, one, setting)
            canvas.y += 8
    _axis(canvas)
    hidden = sum(not one.shown for one in everyone)
    if hidden:
        noun = "question is" if hidden == 1 else "questions are"
        canvas.note(f"{hidden} {noun} left out: their shares are withheld, or could not be estimated.")
    if len(everyone) - hidden > len(drawn):
        canvas.note(f"The {len(drawn)} questions that moved most; the table holds them all.")
    said = [
        f"{setting.wording(one.item)}: {percent(one.before[0])} before, {percent(one.after[0])} after." for one in drawn
    ]
    return canvas.drawing(f"{canvas.title}. {' '.join(said)}")


def agreement(tables: Tables, setting: Setting) -> dict[str, list[Agreed]]:
    """Return the questions of each scale by its label, the largest change first, those withheld last."""
    comparison = primary(tables)
    found = {}
    for outcome in outcomes_of(tables, comparison, setting) if comparison else ():
        questions = [one for item in outcome.items if (one := _read(tables, comparison, item)) is not None]
        if questions:
            found[outcome.label] = sorted(questions, key=_size, reverse=True)
    return found


def single(tables: Tables, comparison: str, item: str, name: str) -> pd.Series | None:
    """Return one overall estimate of a question, or nothing."""
    return first(pick(tables, "items", comparison=comparison, outcome=item, group_by=ALL, estimate_name=name))


def answers_that_agree(names: list[str], cut: str, items: Mapping[str, ItemRow]) -> str:
    """Return “Agree” or “Strongly agree”, from the first question whose answers have labels and are not turned."""
    lowest = [word for word in cut.split() if word.lstrip("-").isdigit()]
    for name in names if lowest else ():
        row = items.get(name)
        if row is not None and row.codes and not row.reversed:
            labels = [f"“{label}”" for code, label in row.codes.items() if float(code) >= float(lowest[0])]
            return " or ".join(labels)
    return "one of the highest answers"


def _read(tables: Tables, comparison: str, item: str) -> Agreed | None:
    rows = [single(tables, comparison, item, name) for name in SIDES]
    if any(row is None for row in rows):
        return None
    three = [tuple(number(row, column) for column in ("estimate", "ci_low", "ci_high")) for row in rows]
    return Agreed(item, *three, str(rows[0]["statistic_name"]))


def _size(one: Agreed) -> float:
    return one.after[0] - one.before[0] if one.shown else -math.inf


def _title(drawn: list[Agreed], setting: Setting) -> str:
    clear = [one for one in drawn if one.change[1] > 0]
    if len(clear) == len(drawn) > 1:
        low, high = (of_100(end(one.change[0] for one in drawn)) for end in (min, max))
        return f"Agreement rose on all {len(drawn)} questions shown, by {low} to {high} of 100 {setting.nouns.learners}"
    if len(drawn) == 1:
        one = drawn[0]
        return f"Agreement: {percent(one.before[0])} before, {percent(one.after[0])} after"
    return f"Agreement: a rise clear of zero on {len(clear)} of {len(drawn)} questions shown"


def _subtitle(drawn: list[Agreed], setting: Setting) -> str:
    agree = answers_that_agree([one.item for one in drawn], drawn[0].cut, setting.items)
    turned = any(one.item in setting.items and setting.items[one.item].reversed for one in drawn)
    note = " On questions marked (turned) disagreement counts as agreement." if turned else ""
    return f"Share who answered {agree}, with 95% intervals, as a model of ordered answers predicts it.{note}"


def _key(canvas: Canvas) -> None:
    y = canvas.y + 9
    canvas.dot(canvas.left + 7, y, colour=BEFORE, open_=True)
    canvas.text(canvas.left + 18, y + 5, "Before", colour=GREY)
    x = canvas.left + 18 + text_width("Before") + 24
    canvas.dot(x, y, colour=AFTER)
    canvas.text(x + 11, y + 5, "After", colour=GREY)
    canvas.y += 26


def _across(canvas: Canvas, share: float) -> float:
    return canvas.left + SAID + share * (canvas.right - canvas.left - SAID - 8)


def _question(canvas: Canvas, one: Agreed, setting: Setting) -> None:
    row = setting.items.get(one.item)
    canvas.y += 4
    canvas.paragraph(setting.wording(one.item) + (" (turned)" if row is not None and row.reversed else ""), most=2)
    y = canvas.y + 12
    canvas.text(canvas.left, y + 5, f"{percent(one.before[0])} → {percent(one.after[0])}", weight="bold")
    canvas.line(_across(canvas, 0), y, _across(canvas, 1), y, colour=PALE)
    canvas.line(_across(canvas, one.before[0]), y, _across(canvas, one.after[0]), y, colour=RULE, width=2.5)
    for (share, low, high), colour, ring in ((one.before, BEFORE, True), (one.after, AFTER, False)):
        if not (math.isnan(low) or math.isnan(high)):
            wide = _across(canvas, high) - _across(canvas, low)
            canvas.box(_across(canvas, low), y - 7, wide, 14, fill=tint(colour, 0.35))
        canvas.dot(_across(canvas, share), y, colour=colour, radius=4.5, open_=ring)
    canvas.y = y + 10


def _axis(canvas: Canvas) -> None:
    canvas.line(_across(canvas, 0), canvas.y, _across(canvas, 1), canvas.y)
    for share, align, shift in ((0.0, "left", -8), (0.5, "center", 0), (1.0, "right", 8)):
        x = _across(canvas, share)
        canvas.line(x, canvas.y, x, canvas.y + 5)
        canvas.text(x + shift, canvas.y + 20, percent(share), align=align, colour=GREY)
    canvas.y += 26
