"""For whom: each group's change as it is, faint, and drawn towards the others, solid, about the overall change."""

from __future__ import annotations

import math

import pandas as pd

from prepost.figures.cells import Setting, Tables, estimate, first, number, outcomes_of, pick, plain, primary
from prepost.figures.forest import place
from prepost.figures.style import GREY, NAVY, PALE, RULE, TEAL, Canvas, Drawing, nothing, text_width, ticks, tint
from prepost.figures.words import count, decimal, listing
from prepost.study import Outcome

SUBJECT = "Change by group"
COLUMNS = ("estimate", "ci_low", "ci_high")


def lead_outcome(tables: Tables, setting: Setting) -> Outcome | None:
    """Return the outcome of the primary comparison that changed most in standard deviations; the figures show it."""
    whole = primary(tables)
    there = [o for o in outcomes_of(tables, whole, setting) if not o.control] if whole else []

    def size(outcome: Outcome) -> float:
        found = number(estimate(tables, whole, outcome.name, "hedges_g_av"), "estimate")
        return -1.0 if math.isnan(found) else abs(found)

    return max(there, key=size, default=None)


def groupings(tables: Tables, setting: Setting) -> list[str]:
    """Return the groupings of the study in its order."""
    rows = pick(tables, "groups", estimate_name="mean_change")
    return list(dict.fromkeys(rows["group_by"])) if len(rows) else []


def group_name(setting: Setting, by: str, group: str) -> str:
    """Return a group's label: the codebook's for an answer, else as it stands."""
    item = setting.items.get(by)
    return item.codes.get(group, group) if item else group


def heading(setting: Setting, by: str) -> str:
    """Return what a grouping is called."""
    return setting.nouns.module.capitalize() if by == "module" else plain(by)


def draw(tables: Tables, setting: Setting) -> Drawing:
    """Draw the change of each group of every grouping, in the outcome that changed most.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Released tables; `groups` and `comparisons` are used.
    setting : Setting
        The study's words.

    Returns
    -------
    Drawing
        Groups of which nothing may be shown are named at the foot.
    """
    outcome = lead_outcome(tables, setting)
    rows = pick(tables, "groups", outcome=outcome.name) if outcome else pd.DataFrame()
    found = rows[rows["estimate_name"].isin(["mean_change", "shrunken_change"])] if len(rows) else rows
    if found.empty or found["estimate"].isna().all():
        why = "the study declares no groups, or none may be shown"
        return nothing(SUBJECT, why, synthetic=setting.synthetic)
    overall = number(estimate(tables, primary(tables), outcome.name, "mean_change"), "estimate")
    canvas = Canvas(
        _finding(rows, outcome),
        f"Mean change in {outcome.label.lower()}, in scale points, with 95% intervals. Faint ring: the group alone. "
        "Solid dot: drawn towards the other groups, the more so the smaller the group. Line: the change overall.",
        synthetic=setting.synthetic,
    )
    values = [v for name in COLUMNS for v in found[name].dropna().astype("float64")]
    marks = ticks(min([0.0, *values]), max([0.0, *values]), 5)
    hidden, said = [], []
    for by in groupings(tables, setting):
        inside = found[found["group_by"] == by]
        canvas.y += 6
        canvas.paragraph(heading(setting, by), weight="bold", colour=NAVY)
        for group in dict.fromkeys(inside["group"]):
            own = inside[inside["group"] == group]
            raw, drawn = (first(own[own["estimate_name"] == name]) for name in ("mean_change", "shrunken_change"))
            name = group_name(setting, by, group)
            if math.isnan(number(raw, "estimate")):
                hidden.append(f"{name} ({heading(setting, by).lower()})")
                continue
            _row(canvas, name, raw, drawn, overall, marks)
            said.append(f"{name} {decimal(number(raw, 'estimate'))}, drawn {decimal(number(drawn, 'estimate'))}")
    axis(canvas, marks)
    if hidden:
        canvas.note(f"Too few to say, or withheld: {listing(hidden)}.")
    return canvas.drawing(f"{canvas.title}. Overall {decimal(overall)}. {'; '.join(said)}.")


def _finding(rows: pd.DataFrame, outcome: Outcome) -> str:
    drawn = rows.loc[rows["estimate_name"] == "shrunken_change", "estimate"].dropna().astype("float64")
    if drawn.empty:
        return f"Self-rated {outcome.phrase}, group by group"
    return (
        f"Self-rated {outcome.phrase}: drawn towards each other, groups change by {decimal(drawn.min())} to "
        f"{decimal(drawn.max())} points"
    )


def _row(
    canvas: Canvas, name: str, raw: pd.Series, drawn: pd.Series | None, overall: float, marks: list[float]
) -> None:
    canvas.line(canvas.left, canvas.y + 3, canvas.right, canvas.y + 3, colour=PALE)
    canvas.y += 5
    size = number(raw, "n")
    canvas.paragraph(f"{name} (n withheld)" if math.isnan(size) else f"{name} (n = {count(size)})")
    top = canvas.y
    if not math.isnan(overall):
        x = place(overall, canvas, marks)
        canvas.line(x, top, x, top + 20, colour=TEAL, width=2.0)
    for row, y, colour, solid in ((raw, top + 5, tint(NAVY, 0.45), False), (drawn, top + 14, NAVY, True)):
        value, low, high = (number(row, column) for column in COLUMNS)
        if math.isnan(value):
            continue
        if not (math.isnan(low) or math.isnan(high)):
            ends = place(low, canvas, marks), place(high, canvas, marks)
            canvas.line(ends[0], y, ends[1], y, colour=colour if solid else tint(NAVY, 0.25), width=3 if solid else 2)
        canvas.dot(place(value, canvas, marks), y, colour=colour, radius=4.5 if solid else 3.5, open_=not solid)
    canvas.y = top + 24


def axis(canvas: Canvas, marks: list[float]) -> None:
    """Draw the axis under rows of changes, with as few decimals as its marks need."""
    canvas.line(place(marks[0], canvas, marks), canvas.y, place(marks[-1], canvas, marks), canvas.y, colour=RULE)
    fine = 1 if all(abs(mark * 10 - int(mark * 10 + math.copysign(0.5, mark))) < 1e-6 for mark in marks) else 2
    for mark in marks:
        x = place(mark, canvas, marks)
        canvas.line(x, canvas.y, x, canvas.y + 5, colour=RULE)
        said = "0" if abs(mark) < 1e-9 else decimal(mark, fine)
        half = text_width(said) / 2
        x = min(max(x, canvas.left + half), canvas.right - half)
        canvas.text(x, canvas.y + 20, said, align="center", colour=GREY)
    canvas.y += 26
