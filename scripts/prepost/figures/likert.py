"""Answers before and after, item by item: bars that part at the middle of the scale."""

from __future__ import annotations

import math
from typing import NamedTuple

import pandas as pd

from prepost.figures.cells import (
    ALL,
    ENOUGH,
    Setting,
    Tables,
    codes,
    distribution,
    ends,
    estimate,
    outcomes_of,
    primary,
)
from prepost.figures.style import GREY, INK, NAVY, PLUM, TEXT, Canvas, Drawing, ink_on, nothing, text_width, tint, wrap
from prepost.figures.words import cells_withheld, of_100, percent, shorten

SUBJECT = "Answers before and after"
MOST = 8  # items in all: more does not fit a printed page
BAR = 19.0


class Answers(NamedTuple):
    """One item's answers before and after, as shares of those who answered both times."""

    item: str
    outcome: str
    codes: list[str]
    before: pd.Series
    after: pd.Series
    withheld: int

    @property
    def shift(self) -> float:
        """Return the rise in the share above the middle of the scale; NaN where a cell of it is withheld."""
        return upper(self.after, self.codes) - upper(self.before, self.codes)


def draw(tables: Tables, setting: Setting) -> Drawing:
    """Draw diverging stacked bars before and after, for the items of every scale.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Released tables; `transitions` (its margins) and `comparisons` (which one is primary) are used.
    setting : Setting
        The study's words and codebook.

    Returns
    -------
    Drawing
        At most 8 items, shared evenly by the scales: of each those whose share above the middle moved most and, so
        that the picture does not flatter, the one that moved least; a note says so.
    """
    comparison = primary(tables)
    outcomes = outcomes_of(tables, comparison, setting)
    scales = {outcome.label: answers_of(tables, comparison, outcome, setting) for outcome in outcomes}
    scales = {label: found for label, found in scales.items() if found}
    if not scales:
        return nothing(SUBJECT, "no item has answers that may be shown", synthetic=setting.synthetic)
    room = max(2, MOST // len(scales))
    chosen = {label: _chosen(found, room) for label, found in scales.items()}
    everyone = [answers for found in chosen.values() for answers in found]
    waves = _waves(tables, comparison, outcomes[0].name, setting)
    canvas = Canvas(_title(everyone, setting), _subtitle(everyone, setting), synthetic=setting.synthetic)
    _key(canvas, everyone, setting)
    reach = _reach(everyone)
    for label, found in chosen.items():
        canvas.paragraph(label, size=15, weight="bold", colour=NAVY)
        canvas.y += 2
        for answers in found:
            _item(canvas, answers, setting, waves, reach)
        canvas.y += 8
    total = sum(len(found) for found in scales.values())
    asked = {item for outcome in outcomes for item in outcome.items} & set(tables["transitions"]["item"])
    if len(asked) > total:
        canvas.note(f"Left out, since most of their answers are withheld: {len(asked) - total} of {len(asked)} items.")
    if total > len(everyone):
        canvas.note(
            f"{len(everyone)} of {total} items: of a longer scale the {room - 1} whose share above the middle moved "
            "most, and the one that moved least. The table holds them all."
        )
    hidden = sum(answers.withheld for answers in everyone)
    if hidden:
        canvas.note(cells_withheld(hidden) + " Their part of a bar is left out.")
    return canvas.drawing(f"{canvas.title}. {_said(everyone, setting)}")


def answers_of(tables: Tables, comparison: str | None, outcome, setting: Setting) -> list[Answers]:
    """Return the answers to those items of an outcome of which at least half is released, before and after."""
    found = []
    for item in outcome.items:
        sides = [distribution(tables, comparison or "", item, side) for side in ("from", "to")]
        if any(side.empty for side in sides):
            continue
        steps = codes(setting.items.get(item), [*sides[0].index, *sides[1].index])
        shares = [_shares(side, steps) for side in sides]
        if any(side.sum() < ENOUGH for side in shares):  # a bar of which most is missing would mislead
            continue
        hidden = sum(int(side.isna().sum()) for side in shares)
        found.append(Answers(item, outcome.name, steps, *shares, hidden))
    return found


def upper(shares: pd.Series, steps: list[str]) -> float:
    """Return the share above the middle of the scale; NaN where one of its cells is withheld."""
    above = shares[steps[(len(steps) + 1) // 2 :]]
    return math.nan if above.isna().any() else float(above.sum())


def _shares(counts: pd.Series, steps: list[str]) -> pd.Series:
    total = counts.get(ALL, math.nan)
    return counts.reindex(steps) / (total if total else math.nan)


def _chosen(found: list[Answers], room: int) -> list[Answers]:
    """Return the items of a scale to draw, the largest shift first, the smallest last."""
    order = sorted(found, key=lambda answers: -answers.shift if not math.isnan(answers.shift) else math.inf)
    known = [answers for answers in order if not math.isnan(answers.shift)]
    if len(found) <= room or len(known) < room:
        return order[:room]
    known.sort(key=lambda answers: -abs(answers.shift))
    return [*known[: room - 1], known[-1]]


def _waves(tables: Tables, comparison: str | None, outcome: str, setting: Setting) -> tuple[str, str]:
    row = estimate(tables, comparison, outcome, "mean_change")
    return setting.wave(str(row["wave_from"])), setting.wave(str(row["wave_to"]))


def _title(everyone: list[Answers], setting: Setting) -> str:
    known = [answers for answers in everyone if not math.isnan(answers.shift)]
    if not known:
        return "Answers before and after, item by item"
    most = max(known, key=lambda answers: abs(answers.shift))
    verb = "rose" if most.shift > 0 else "fell"
    before, after = upper(most.before, most.codes), upper(most.after, most.codes)
    return (
        f"Answers above the middle {verb} most on “{shorten(setting.wording(most.item))}”: "
        f"from {percent(before)} to {percent(after)}"
    )


def _subtitle(everyone: list[Answers], setting: Setting) -> str:
    turned = any(answers.item in setting.items and setting.items[answers.item].reversed for answers in everyone)
    note = " Items marked (turned) are shown as scored: disagreement counts as high." if turned else ""
    return f"Share of answers, matched pairs. Left of the line: below the middle; right: above it.{note}"


def colours(steps: int) -> list[str]:
    """Return a colour for each step: plum below the middle, pale grey at it, navy above, darker towards the ends."""
    half = steps // 2
    shades = [0.30 + 0.70 * (k + 1) / half for k in range(half)] if half > 1 else [1.0]
    low = [tint(PLUM, shade) for shade in reversed(shades)]
    high = [tint(NAVY, shade) for shade in shades]
    return low + (["#D3D6D9"] if steps % 2 else []) + high


def _key(canvas: Canvas, everyone: list[Answers], setting: Setting) -> None:
    """Draw each answer's patch with its label, once for every set of labels."""
    drawn = set()
    for answers in everyone:
        item = setting.items.get(answers.item)
        labels = tuple(_labels(item, answers.codes))
        if labels in drawn or (item is not None and item.reversed):
            continue
        drawn.add(labels)
        x = canvas.left
        for colour, label in zip(colours(len(labels)), labels, strict=True):
            wide = 18 + text_width(label) + 14
            if x + wide - 14 > canvas.right and x > canvas.left:
                x, canvas.y = canvas.left, canvas.y + 20
            canvas.box(x, canvas.y + 2, 13, 13, fill=colour)
            canvas.text(x + 18, canvas.y + 14, label, colour=GREY)
            x += wide
        canvas.y += 26
    canvas.y += 4


def _labels(item, steps: list[str]) -> list[str]:
    named = item.codes if item is not None else {}
    if len(steps) <= 5:
        return [named.get(step, step) for step in steps]
    low, high = ends(item)
    return [f"{steps[0]} {low}".strip(), *steps[1:-1], f"{steps[-1]} {high}".strip()]


def _reach(everyone: list[Answers]) -> tuple[float, float]:
    """Return the largest share drawn to the left and to the right of the middle, over all bars."""
    left = right = 0.05
    for answers in everyone:
        for shares in (answers.before, answers.after):
            one, two = _parted(shares.fillna(0.0), answers.codes)
            left, right = max(left, one), max(right, two)
    return left, right


def _parted(shares: pd.Series, steps: list[str]) -> tuple[float, float]:
    half = len(steps) // 2
    middle = float(shares.iloc[half]) / 2 if len(steps) % 2 else 0.0
    return float(shares.iloc[:half].sum()) + middle, float(shares.iloc[-half:].sum()) + middle


def _item(canvas: Canvas, answers: Answers, setting: Setting, waves: tuple[str, str], reach) -> None:
    item = setting.items.get(answers.item)
    turned = " (turned)" if item is not None and item.reversed else ""
    canvas.y += 5
    canvas.paragraph(setting.wording(answers.item) + turned, most=2)
    canvas.y += 4
    names = [wrap(name, 96, most=1)[0] for name in waves]
    start = canvas.left + max(text_width(name) for name in names) + 8
    wide = canvas.right - start - 2 * 38
    zero = start + 38 + wide * reach[0] / sum(reach)
    scale = wide / sum(reach)
    canvas.line(zero, canvas.y - 3, zero, canvas.y + 2 * BAR + 6, colour=INK, width=1.4)
    for name, shares in zip(names, (answers.before, answers.after), strict=True):
        canvas.text(canvas.left, canvas.y + 14.5, name, colour=GREY)
        _bar(canvas, shares, answers.codes, zero, scale)
        canvas.y += BAR + 3
    canvas.y += 4


def _bar(canvas: Canvas, shares: pd.Series, steps: list[str], zero: float, scale: float) -> None:
    drawn = shares.fillna(0.0)
    left, right = _parted(drawn, steps)
    x = zero - left * scale
    for share, colour in zip(drawn, colours(len(steps)), strict=True):
        wide = float(share) * scale
        if wide > 0:
            canvas.box(x, canvas.y, max(wide - 1, 0.4), BAR, fill=colour)
            label = of_100(float(share))
            if wide > text_width(label) + 5:
                canvas.text(x + wide / 2, canvas.y + 14.5, label, colour=ink_on(colour), align="center")
        x += wide
    half = len(steps) // 2
    below, above = shares.iloc[:half], shares.iloc[-half:]
    for part, at, align in ((below, zero - left * scale - 4, "right"), (above, zero + right * scale + 4, "left")):
        if not part.isna().any():
            canvas.text(at, canvas.y + 14.5, percent(float(part.sum())), size=TEXT, align=align, weight="bold")


def _said(everyone: list[Answers], setting: Setting) -> str:
    said = []
    for answers in everyone:
        before, after = upper(answers.before, answers.codes), upper(answers.after, answers.codes)
        text = "withheld" if math.isnan(before + after) else f"{percent(before)} before, {percent(after)} after"
        said.append(f"{setting.wording(answers.item)}: {text}.")
    return "Share above the middle. " + " ".join(said)
