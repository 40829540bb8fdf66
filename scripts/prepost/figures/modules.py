"""Change by module: one column of dots an outcome, the overall change as a line behind."""

from __future__ import annotations

import math

import pandas as pd

from prepost.figures.cells import Setting, Tables, estimate, grouped, number, outcomes_of, pick, primary
from prepost.figures.style import GREY, INK, NAVY, PALE, TEAL, Canvas, Drawing, nothing, tint, wrap
from prepost.figures.words import count, decimal, listing
from prepost.study import Outcome

COLUMNS = 3
GAP = 18.0
SIDE = 40.0  # room for the number at the end of each track


def draw(tables: Tables, setting: Setting, *, group_by: str = "module") -> Drawing:
    """Draw the mean change of every outcome in every group, in the order of the groups' size.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Released tables; `comparisons` is used.
    setting : Setting
        The study's words.
    group_by : str
        Which groups.

    Returns
    -------
    Drawing
        Groups none of whose changes may be shown are named at the foot.
    """
    noun, nouns = (setting.nouns.module, setting.nouns.modules) if group_by == "module" else (group_by, "groups")
    subject = f"Change by {noun}"
    whole = primary(tables)
    by_group = grouped(tables, whole, group_by) if whole else None
    rows = pick(tables, "comparisons", comparison=by_group or "", group_by=group_by, estimate_name="mean_change")
    rows = rows[rows["outcome"].isin([o.name for o in setting.outcomes])] if len(rows) else rows
    if rows.empty or rows["estimate"].isna().all():
        return nothing(subject, f"no change by {noun} could be estimated or released", synthetic=setting.synthetic)
    outcomes = [outcome for outcome in outcomes_of(tables, by_group, setting) if outcome.name in set(rows["outcome"])]
    shown, hidden = _order(rows)
    title = _title(tables, rows, outcomes, whole, nouns)
    unit = "scale points" if setting.one_scale([outcome.name for outcome in outcomes]) else "points of each scale"
    subtitle = (
        f"Mean change in {unit}, with 95% intervals; the line is the change overall. Largest {noun} first. "
        f"Small {nouns} vary more by chance: this is not a ranking."
    )
    canvas = Canvas(title, subtitle, synthetic=setting.synthetic)
    blocks = math.ceil(len(outcomes) / COLUMNS)
    many = math.ceil(len(outcomes) / blocks)
    reach = [0.0, *(v for name in ("estimate", "ci_low", "ci_high") for v in rows[name].dropna().astype("float64"))]
    for start in range(0, len(outcomes), many):
        _block(canvas, tables, rows, outcomes[start : start + many], shown, whole, many, (min(reach), max(reach)))
    if hidden:
        canvas.note(f"Withheld in full, to protect people in small groups: {listing(hidden)}.")
    return canvas.drawing(f"{title}. {_said(rows, outcomes, shown)}")


def _order(rows: pd.DataFrame) -> tuple[list[str], list[str]]:
    """Return the groups with something to show, the largest first, and those without."""
    size = rows.groupby("group")["n"].max().astype("float64").fillna(-1)
    has = rows.groupby("group")["estimate"].count()
    order = sorted(size.index, key=lambda group: (group == "not stated", -size[group], group))
    return [group for group in order if has[group]], [group for group in order if not has[group]]


def _title(tables: Tables, rows: pd.DataFrame, outcomes: list[Outcome], whole: str, nouns: str) -> str:
    overall = {o.name: number(estimate(tables, whole, o.name, "mean_change"), "estimate") for o in outcomes}
    lead = max(outcomes, key=lambda o: -1.0 if math.isnan(overall[o.name]) else abs(overall[o.name]))
    of_lead = rows[(rows["outcome"] == lead.name) & rows["estimate"].notna()]
    if of_lead.empty:
        return f"Change by {nouns}"
    up = int((of_lead["ci_low"] > 0).fillna(False).sum())
    low, high = of_lead["estimate"].min(), of_lead["estimate"].max()
    if up == len(of_lead) > 1:
        return (
            f"Self-rated {lead.phrase} rose in all {len(of_lead)} {nouns} shown, "
            f"by {decimal(low)} to {decimal(high)} points"
        )
    return f"Self-rated {lead.phrase}: a rise clear of zero in {up} of {len(of_lead)} {nouns} shown"


def _block(canvas, tables, rows, outcomes, shown, whole, many: int, reach: tuple[float, float]) -> None:
    """Draw up to three outcomes side by side, on the axis that all blocks share."""
    width = (canvas.right - canvas.left - GAP * (many - 1)) / many
    low, high = reach
    span = (high - low) or 1.0

    def across(column: int, value: float) -> float:
        return canvas.left + column * (width + GAP) + 5 + (value - low) / span * (width - SIDE - 14)

    lines = max(_heads(canvas, outcomes, width))
    canvas.y += lines * 18 + 4
    overall = [number(estimate(tables, whole, outcome.name, "mean_change"), "estimate") for outcome in outcomes]
    for group in shown:
        _group(canvas, rows, outcomes, group, across, width, overall)
    _foot(canvas, overall, width)
    canvas.y += 10


def _heads(canvas: Canvas, outcomes: list[Outcome], width: float) -> list[int]:
    heights = []
    for column, outcome in enumerate(outcomes):
        words = wrap(outcome.label, width, weight="bold", most=3)
        for index, word in enumerate(words):
            x = canvas.left + column * (width + GAP)
            canvas.text(x, canvas.y + 14 + index * 18, word, weight="bold", colour=NAVY)
        heights.append(len(words))
    return heights


def _group(
    canvas: Canvas, rows: pd.DataFrame, outcomes: list[Outcome], group: str, across, width: float, overall
) -> None:
    """Draw one group's name and dots over the lines of no change and of the overall change."""
    inside = rows[rows["group"] == group]
    largest = inside["n"].astype("float64").max()
    canvas.line(canvas.left, canvas.y + 3, canvas.right, canvas.y + 3, colour=PALE)
    canvas.y += 5
    canvas.paragraph(f"{group} (n = {count(largest)})" if not math.isnan(largest) else f"{group} (n withheld)")
    y = canvas.y + 12
    for column, outcome in enumerate(outcomes):
        for at, colour, wide in ((0.0, INK, 1.2), (overall[column], TEAL, 2.5)):
            if not math.isnan(at):
                canvas.line(across(column, at), y - 9, across(column, at), y + 9, colour=colour, width=wide)
        one = inside[inside["outcome"] == outcome.name]
        row = None if one.empty else one.iloc[0]
        value, low, high = (number(row, name) for name in ("estimate", "ci_low", "ci_high"))
        end = canvas.left + column * (width + GAP) + width
        canvas.text(end, y + 5, decimal(value), align="right", colour=GREY if math.isnan(value) else INK)
        if math.isnan(value):
            continue
        if not (math.isnan(low) or math.isnan(high)):
            canvas.line(across(column, low), y, across(column, high), y, colour=tint(NAVY, 0.55), width=3)
        canvas.dot(across(column, value), y, radius=4.5)
    canvas.y = y + 14


def _foot(canvas: Canvas, overall: list[float], width: float) -> None:
    canvas.line(canvas.left, canvas.y + 3, canvas.right, canvas.y + 3, colour=PALE)
    canvas.y += 5
    canvas.paragraph("Overall", weight="bold", colour="#1B7A72")
    for column, value in enumerate(overall):
        end = canvas.left + column * (width + GAP) + width
        canvas.text(end, canvas.y - 4, decimal(value), align="right", weight="bold", colour="#1B7A72")
    canvas.y += 6


def _said(rows: pd.DataFrame, outcomes: list[Outcome], shown: list[str]) -> str:
    said = []
    for outcome in outcomes:
        of = rows[rows["outcome"] == outcome.name].set_index("group")
        parts = [f"{group} {decimal(number(of.loc[group], 'estimate'))}" for group in shown if group in of.index]
        said.append(f"{outcome.label}: {', '.join(parts)}.")
    return " ".join(said)
