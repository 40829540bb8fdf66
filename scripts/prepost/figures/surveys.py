"""The surveys beside the learners': what the public experienced, what professionals do, how people felt afterwards."""

from __future__ import annotations

import math

import pandas as pd

from prepost.figures.cells import ALL, Setting, Tables, first, number, pick, plain
from prepost.figures.forest import place
from prepost.figures.shares import RING, axis_of, dot_row, illustrative, label_of, percent_axis
from prepost.figures.style import GREY, INK, NAVY, ORANGE, PALE, Canvas, Drawing, nothing, text_width, tint
from prepost.figures.words import WITHHELD, count, decimal, listing, percent

PANEL = "95% intervals if the panel were a random sample, after weighting"
COUNTED = ("none_of_ten", "all_ten")


def base_of(rows: pd.DataFrame) -> str:
    """Return the largest released base of some rows, as a count in words."""
    known = rows["n"].dropna() if len(rows) else rows
    return count(float(known.max())) if len(known) else WITHHELD


def elements_of(tables: Tables) -> pd.DataFrame:
    """Return the overall shares of the single elements, the most often experienced first; those withheld last."""
    rows = pick(tables, "population_elements", estimate_name="share", group_by=ALL)
    rows = rows[~rows["outcome"].isin(COUNTED)] if len(rows) else rows
    return rows.sort_values("estimate", ascending=False, kind="stable", na_position="last") if len(rows) else rows


def draw_elements(tables: Tables, setting: Setting) -> Drawing:
    """Draw the share of the public that experienced each element of personalised care.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Released tables; `population_elements` is used.
    setting : Setting
        The study's words.

    Returns
    -------
    Drawing
    """
    rows = elements_of(tables)
    if rows.empty or rows["estimate"].isna().all():
        why = "the study has no population survey, or no share of it may be shown"
        return nothing("Elements of personalised care", why, synthetic=setting.synthetic)
    known = rows[rows["estimate"].notna()]
    top, bottom = known.iloc[0], known.iloc[-1]
    title = (
        f"Of {len(rows)} elements of personalised care the public reported {_name(setting, top)} most often "
        f"({percent(number(top, 'estimate'))}) and {_name(setting, bottom)} least "
        f"({percent(number(bottom, 'estimate'))})"
    )
    subtitle = (
        f"Share of adults who saw a professional in the last two years, weighted; {base_of(rows)} respondents. {PANEL}."
    )
    canvas = Canvas(title, subtitle, synthetic=setting.synthetic)
    extra = [
        first(pick(tables, "population_elements", outcome=name, estimate_name="share", group_by=ALL))
        for name in COUNTED
    ]
    there = [row for row in extra if row is not None]
    marks = axis_of([*(row for _, row in rows.iterrows()), *there])
    for _, row in rows.iterrows():
        dot_row(canvas, label_of(setting, row["outcome"]), row, marks, ring=illustrative(row))
    canvas.y += 8
    for row in there:
        label = label_of(setting, row["outcome"])
        dot_row(canvas, label, row, marks, colour=ORANGE, ring=illustrative(row))
    percent_axis(canvas, marks)
    if any(illustrative(row) for _, row in rows.iterrows()):
        canvas.note(RING)
    said = [f"{label_of(setting, row['outcome'])} {percent(number(row, 'estimate'))}" for _, row in rows.iterrows()]
    said += [f"{label_of(setting, row['outcome'])} {percent(number(row, 'estimate'))}" for row in there]
    return canvas.drawing(f"{title}. {'; '.join(said)}.")


def _name(setting: Setting, row: pd.Series) -> str:
    label = label_of(setting, row["outcome"])
    return label[:1].lower() + label[1:]


def _whom(setting: Setting, row: pd.Series) -> str:
    return setting.labels.get(f"of {row['outcome']}", "the adults who were asked")


def consequences_of(tables: Tables) -> pd.DataFrame:
    """Return the overall shares about unsuitable advice, by theme and then by size."""
    rows = pick(tables, "population_estimates", estimate_name="share", group_by=ALL)
    order = ["unsuitable_advice", "reasons", "feelings", "consequences"]
    rows = rows[rows["comparison"].isin(order)].copy() if len(rows) else rows
    if rows.empty:
        return rows
    rows["theme"] = rows["comparison"].map(order.index)
    order = ["theme", "n", "estimate"]  # of the largest base first
    keys = rows.sort_values(order, ascending=[True, False, False], kind="stable", na_position="last")
    return keys.drop(columns="theme")


def draw_consequences(tables: Tables, setting: Setting) -> Drawing:
    """Draw how many received unsuitable advice, why it did not suit, and what followed, each with its base.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Released tables; `population_estimates` is used.
    setting : Setting
        The study's words.

    Returns
    -------
    Drawing
    """
    rows = consequences_of(tables)
    if rows.empty or rows["estimate"].isna().all():
        why = "the study does not ask about unsuitable advice, or no share may be shown"
        return nothing("Advice that did not suit", why, synthetic=setting.synthetic)
    lead = first(rows[rows["comparison"] == "unsuitable_advice"])  # of the largest base
    value = number(lead, "estimate")
    title = (
        f"{percent(value)} of {_whom(setting, lead)} report advice or treatment that did not suit them"
        if not math.isnan(value)
        else "Advice or treatment that did not suit: reasons and consequences as people report them"
    )
    canvas = Canvas(
        title, f"Weighted shares of the base that each heading names. {PANEL}.", synthetic=setting.synthetic
    )
    marks = axis_of(row for _, row in rows.iterrows())
    said = []
    for theme in dict.fromkeys(rows["comparison"]):
        inside = rows[rows["comparison"] == theme]
        canvas.y += 6
        for n in dict.fromkeys(inside["n"].fillna(-1)):
            own = inside[inside["n"].fillna(-1) == n]
            whom = setting.labels.get(f"of {own['outcome'].iloc[0]}", "")
            heading = f"{plain(theme)}, of {whom}" if whom else plain(theme)
            canvas.paragraph(f"{heading} (n = {base_of(own)})", weight="bold", colour=NAVY)
            for _, row in own.iterrows():
                label = label_of(setting, row["outcome"])
                dot_row(canvas, label, row, marks, ring=illustrative(row))
                said.append(f"{label} {percent(number(row, 'estimate'))}")
            canvas.y += 4
    percent_axis(canvas, marks)
    if any(illustrative(row) for _, row in rows.iterrows()):
        canvas.note(RING)
    return canvas.drawing(f"{title}. {'; '.join(said)}.")


def gaps(tables: Tables) -> list[tuple[str, pd.Series | None, pd.Series | None, pd.Series]]:
    """Return each element with its two shares and their difference, the widest difference first; withheld ones last."""
    found = []
    for _, row in pick(tables, "professionals_elements", estimate_name="difference").iterrows():
        sides = [
            first(pick(tables, "professionals_elements", outcome=row["outcome"], estimate_name=name))
            for name in ("share_self", "share_organisation")
        ]
        found.append((str(row["outcome"]), *sides, row))
    return sorted(found, key=lambda gap: -abs(number(gap[3], "estimate")) if pd.notna(gap[3]["estimate"]) else math.inf)


def draw_gaps(tables: Tables, setting: Setting) -> Drawing:
    """Draw what professionals say of themselves and of their organisation, joined by a line.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Released tables; `professionals_elements` is used.
    setting : Setting
        The study's words.

    Returns
    -------
    Drawing
    """
    found = gaps(tables)
    shown = [gap for gap in found if not math.isnan(number(gap[3], "estimate"))]
    if not shown:
        why = "the study has no survey of professionals, or no share of it may be shown"
        return nothing("Professionals and their organisations", why, synthetic=setting.synthetic)
    name, own, organisation, widest = shown[0]
    title = (
        f"Professionals say more of themselves than of their organisation: widest apart in "
        f"{_lower(label_of(setting, name))} ({percent(number(own, 'estimate'))} against "
        f"{percent(number(organisation, 'estimate'))})"
    )
    if number(widest, "estimate") < 0:
        title = title.replace("say more of themselves than of their organisation", "and their organisations")
    subtitle = (
        f"Share who say yes; {base_of(pd.DataFrame([gap[3] for gap in found]))} trained professionals who answered."
    )
    canvas = Canvas(title, subtitle, synthetic=setting.synthetic)
    _key(canvas)
    marks = [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
    said = []
    for name, own, organisation, gap in found:
        label = label_of(setting, name)
        _dumbbell(canvas, label, own, organisation, gap, marks)
        shares = " against ".join(percent(number(row, "estimate")) for row in (own, organisation))
        said.append(f"{label} {shares}")
    percent_axis(canvas, marks)
    if any(illustrative(row) for _, own, organisation, _ in found for row in (own, organisation)):
        canvas.note(f"{RING} At the right: difference in percentage points.")
    return canvas.drawing(f"{title}. Oneself against the organisation: {'; '.join(said)}.")


def _lower(label: str) -> str:
    return label[:1].lower() + label[1:]


def _key(canvas: Canvas) -> None:
    y = canvas.y + 8
    canvas.dot(canvas.left + 6, y, radius=5)
    canvas.text(canvas.left + 18, y + 5, "I do", colour=INK)
    x = canvas.left + 18 + text_width("I do") + 26
    canvas.diamond(x, y)
    canvas.text(x + 14, y + 5, "My organisation does, consistently", colour=INK)
    canvas.y = y + 16


def _dumbbell(canvas: Canvas, label: str, own, organisation, gap: pd.Series, marks: list[float]) -> None:
    canvas.line(canvas.left, canvas.y + 3, canvas.right, canvas.y + 3, colour=PALE)
    canvas.y += 5
    apart = number(gap, "estimate")
    said = WITHHELD if math.isnan(apart) else f"{decimal(100 * apart, 0)} points"
    canvas.text(canvas.right, canvas.y + 15, said, align="right", colour=GREY)
    canvas.paragraph(label, width=canvas.right - canvas.left - text_width(said) - 12)
    y = canvas.y + 10
    values = [number(row, "estimate") for row in (own, organisation)]
    places = [place(value, canvas, marks) for value in values if not math.isnan(value)]
    if len(places) == 2:
        canvas.line(*_ends(places[0], y, places[1], y), colour=tint(NAVY, 0.35), width=4)
    if not math.isnan(values[1]):
        canvas.diamond(place(values[1], canvas, marks), y, open_=illustrative(organisation))
    if not math.isnan(values[0]):
        canvas.dot(place(values[0], canvas, marks), y, open_=illustrative(own))
    canvas.y = y + 10


def _ends(x0: float, y0: float, x1: float, y1: float) -> tuple[float, float, float, float]:
    return (min(x0, x1), y0, max(x0, x1), y1)


def draw_appointments(tables: Tables, setting: Setting) -> Drawing:
    """Draw how people felt after appointments, by the number of elements that they experienced.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Released tables; `appointments_outcomes` is used.
    setting : Setting
        The study's words.

    Returns
    -------
    Drawing
        One panel an outcome, bands of the number of elements from none to all.
    """
    rows = pick(tables, "appointments_outcomes", estimate_name="share", group_by="number")
    if rows.empty or rows["estimate"].isna().all():
        why = "the study has no survey of appointments, or no share of it may be shown"
        return nothing("After appointments", why, synthetic=setting.synthetic)
    outcomes = list(dict.fromkeys(rows["outcome"]))
    ratios = {name: adjusted(tables, name, "risk_ratio") for name in outcomes}
    known = [number(row, "estimate") for row in ratios.values() if not math.isnan(number(row, "estimate"))]
    title = "How people felt after appointments, by the number of elements of personalised care that they experienced"
    if known:
        title = (
            "After appointments with personalised care people more often felt well placed: "
            f"{decimal(min(known))} to {decimal(max(known))} times as often as after others"
        )
        if min(known) <= 1:
            title = f"After appointments with personalised care: {decimal(min(known))} to {decimal(max(known))} times"
    subtitle = (
        "Share who say yes, by the number of elements experienced, with 95% intervals that take account of people who "
        "told of several appointments. Associated with, not caused by."
    )
    canvas = Canvas(title, subtitle, synthetic=setting.synthetic)
    marks = axis_of(row for _, row in rows.iterrows())
    said = []
    for name in outcomes:
        canvas.y += 6
        canvas.paragraph(label_of(setting, name), weight="bold", colour=NAVY)
        inside = rows[rows["outcome"] == name]
        for _, row in inside.iterrows():
            dot_row(canvas, f"{row['group']} elements (n = {count(number(row, 'n'))})", row, marks)
        shares = listing([percent(number(row, "estimate")) for _, row in inside.iterrows()])
        said.append(f"{label_of(setting, name)}: {shares}")
        canvas.y += 4
    percent_axis(canvas, marks)
    canvas.note("The programme published no figures of this survey: all of them are illustrative.")
    return canvas.drawing(f"{title}. From few to many elements: {'; '.join(said)}.")


def adjusted(tables: Tables, outcome: str, name: str) -> pd.Series | None:
    """Return the adjusted row of a risk ratio, or the unadjusted one where the study adjusts for nothing."""
    for wanted in (f"{name}_adjusted", name):
        row = first(pick(tables, "appointments_outcomes", outcome=outcome, estimate_name=wanted))
        if row is not None:
            return row
    return None
