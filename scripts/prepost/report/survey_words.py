"""The chapters on the public, the professionals and the appointments: what was found, and how sure that is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from prepost import formatting
from prepost.figures.cells import ALL, Setting, first, number, pick
from prepost.figures.shares import label_of
from prepost.figures.surveys import adjusted, elements_of, gaps
from prepost.figures.words import listing
from prepost.render.escape import escape_markdown as esc

if TYPE_CHECKING:
    from prepost.report.book import Report

IF_RANDOM = "if the panel were a random sample, after weighting"
ALARMS = 0.05
SEEN, FIGURES, COST = "population_elements", "population_estimates", "population_weighting"
ORGANISATIONS, AFTER = "professionals_elements", "appointments_outcomes"
ILLUSTRATIVE = (
    "The synthetic data are made so that every percentage which the programme published comes out after rounding. What "
    "it did not publish is illustrative and marked so."
)


def _share(report: Report, table: str, row: pd.Series | None, interval: bool = False) -> str:
    """A share as a linked percentage, with its interval where asked for."""
    if row is None:
        return formatting.NOT_AVAILABLE
    key, base = f"{table}/{row['row_id']}", number(row, "n")

    def show(column: str) -> str:
        value = number(row, column)
        return (
            report.span(f"{key}/{column}", formatting.percent(value, base))
            if value == value
            else report.span(f"{key}/{column}")
        )

    said = show("estimate")
    level = f"{report.settings.statistics.ci_level * 100:g}"
    return f"{said} ({level}% CI {show('ci_low')} to {show('ci_high')})" if interval else said


def _of(report: Report, table: str, outcome: str, name: str = "share") -> pd.Series | None:
    return first(pick(report.tables, table, outcome=outcome, estimate_name=name, group_by=ALL))


def _count(report: Report, table: str, row: pd.Series | None, column: str = "n") -> str:
    return formatting.NOT_AVAILABLE if row is None else report.span(f"{table}/{row['row_id']}/{column}")


def _lower(setting: Setting, outcome: str) -> str:
    label = label_of(setting, outcome)
    return esc(label[:1].lower() + label[1:])


def population(report: Report) -> str:
    """Return the chapter on the public."""
    if "population" not in report.settings.parts:
        return ""
    parts = [
        "### The public {#sec-population}",
        _who(report),
        _elements(report),
        report.exhibit(SEEN).data,
        _folded(report, "population_counts", "How many of the elements people experienced"),
        _differing(report),
        _folded(report, "population_groups", "Each element by group"),
        "#### Advice that did not suit {#sec-unsuitable}",
        _advice(report),
        report.exhibit("population_consequences").data,
        _folded(report, "population_figures", "Every other figure of this survey"),
        _folded(report, "population_bases", "What the weights cost in each base"),
        _folded(report, "population_margins", "The respondents before and after weighting"),
    ]
    return "\n\n".join(part for part in parts if part)


def _who(report: Report) -> str:
    everyone = first(pick(report.tables, COST, estimate_name="n_effective"))
    margins = list(dict.fromkeys(pick(report.tables, COST, estimate_name="share_sample")["outcome"]))
    names = listing([_margin(report, name) for name in margins])
    if everyone is None:
        return "Adults of a panel answered; how many is not published."
    effect = first(pick(report.tables, COST, estimate_name="design_effect", outcome=everyone["outcome"]))
    deff = report.span(f"{COST}/{effect['row_id']}/estimate")
    counted = formatting.count(number(everyone, "estimate"))
    effective = report.span(f"{COST}/{everyone['row_id']}/estimate", counted)
    said = (
        f"A survey asked {_count(report, COST, everyone)} adults of a panel. They are weighted to the shares of "
        f"{names} among all adults, which costs precision: the design effect is {deff}, so that they count as "
        f"{effective}. "
        f"Whoever joins a panel chose to. Intervals say how far chance alone would go {IF_RANDOM}; people who differ "
        "in what no margin knows are beyond them, so no margin of error is given."
    )
    return said + (f" {ILLUSTRATIVE}" if report.settings.synthetic else "")


def _margin(report: Report, name: str) -> str:
    item = next((item for item in report.study.items if item.item == name), None)
    return esc((item.construct_name or name.replace("_", " ")) if item else name)


def _elements(report: Report) -> str:
    none, full = (_of(report, SEEN, name) for name in ("none_of_ten", "all_ten"))
    rows = elements_of(report.tables)
    top = first(rows[rows["estimate"].notna()]) if len(rows) else None
    if none is None or full is None or top is None:
        return ""
    return (
        f"Among {_count(report, SEEN, none)} who saw a professional in the last two years, "
        f"{_share(report, SEEN, none, True)} report none of the ten elements of personalised care and "
        f"{_share(report, SEEN, full, True)} all ten. The element that is reported most often is "
        f"{_lower(report.setting, top['outcome'])}: {_share(report, SEEN, top, True)}. These are experiences as people "
        "remember them, not what professionals did."
    )


def _differing(report: Report) -> str:
    """Name the elements whose shares differ between groups by more than chance."""
    tests = pick(report.tables, SEEN, estimate_name="any_difference")
    known = tests[tests["p"].notna()] if len(tests) else tests
    if known.empty:
        return ""
    found = [_lower(report.setting, row["outcome"]) for _, row in known[known["p"] < ALARMS].iterrows()]
    by = _margin(report, str(known.iloc[0]["group_by"]))
    said = f"Set beside each other by {by} (Rao and Scott's test, not adjusted for their number), "
    if not found:
        return said + (
            f"none of {len(known)} shares differs between groups by more than chance would make it. That is not proof "
            "that the groups are alike."
        )
    return said + f"{len(found)} of {len(known)} shares differ by more than chance would make them: {listing(found)}."


def _advice(report: Report) -> str:
    lead = _of(report, FIGURES, "unsuitable")
    avoidable = _of(report, FIGURES, "avoidable")
    if lead is None:
        return ""
    said = (
        f"Among {_count(report, FIGURES, lead)} who saw a professional, {_share(report, FIGURES, lead, True)} say that "
        "they received advice or treatment that did not suit them."
    )
    if avoidable is not None:
        told = _count(report, FIGURES, _of(report, FIGURES, "worsened"))
        said += (
            f" Of these, {_share(report, FIGURES, avoidable, True)} believe that personalised care would have avoided "
            f"it; {told} people told what followed from that. Each share below has its own base. What people believe "
            "would have been avoided was not observed."
        )
    return said


def professionals(report: Report) -> str:
    """Return the chapter on the professionals."""
    if "professionals" not in report.settings.parts:
        return ""
    parts = ["### The professionals {#sec-professionals}", _gap_words(report)]
    parts += [report.exhibit(ORGANISATIONS).data]
    parts += [_folded(report, "professionals_figures", "What professionals think")]
    return "\n\n".join(part for part in parts if part)


def _gap_words(report: Report) -> str:
    shown = [gap for gap in gaps(report.tables) if pd.notna(gap[3]["estimate"])]
    none = _of(report, "professionals_estimates", "organisation_none")
    if not shown:
        return "No share of this survey may be shown."
    name, own, organisation, gap = shown[0]
    key = f"{ORGANISATIONS}/{gap['row_id']}"
    level = f"{report.settings.statistics.ci_level * 100:g}"
    points = [
        report.span(f"{key}/{column}", _points(number(gap, column), 1)) for column in ("estimate", "ci_low", "ci_high")
    ]
    clear = sum(1 for _, _, _, row in shown if pd.notna(row["p_adjusted"]) and row["p_adjusted"] < ALARMS)
    said = (
        f"{_count(report, ORGANISATIONS, gap)} health and care professionals said for each element whether they do it "
        "themselves and whether their organisation does it consistently. All had been trained, so they do not stand "
        f"for professionals at large. The widest gap is {_lower(report.setting, name)}: "
        f"{_share(report, ORGANISATIONS, own)} say it of themselves and {_share(report, ORGANISATIONS, organisation)} "
        f"of their organisation, a difference of {points[0]} ({level}% CI {points[1]} to {points[2]}). In "
        f"{clear} of {len(shown)} elements the two differ by more than chance would make them, taking account of how "
        "many were looked at."
    )
    if none is not None:
        told = _share(report, "professionals_estimates", none, True)
        said += f" {told} say that their organisation does none of the ten."
    return said + (
        " Rating oneself above others is common whatever one does. The table's last columns hold what a reader who "
        "has only the two shares can know: the widest interval of any joint table that they allow."
    )


def _points(value: float, places: int) -> str:
    return f"{formatting.number(100 * value, places)} points"


def appointments(report: Report) -> str:
    """Return the chapter on the appointments."""
    if "appointments" not in report.settings.parts:
        return ""
    parts = ["### The appointments {#sec-appointments}", _after(report)]
    parts += [report.exhibit(AFTER).data]
    parts += [report.grid("appointments_ratios", "How much more often, with and without adjustment").data]
    return "\n\n".join(part for part in parts if part)


def _after(report: Report) -> str:
    settings = report.settings.surveys.appointments
    said = []
    level = f"{report.settings.statistics.ci_level * 100:g}"
    rows = [(name, adjusted(report.tables, name, "risk_ratio")) for name in settings.outcomes]
    rows = [(name, row) for name, row in rows if row is not None]
    for name, row in rows:
        key = f"{AFTER}/{row['row_id']}"
        value, low, high = (report.span(f"{key}/{column}") for column in ("estimate", "ci_low", "ci_high"))
        said.append(f"{_lower(report.setting, name)}: {value} times as often ({level}% CI {low} to {high})")
    if not rows:
        return "No ratio of this survey may be shown."
    one = rows[0][1]
    helps = _of(report, AFTER, "would_help")
    adjustment = listing(list(dict.fromkeys(_margin(report, name) for name in settings.adjust)))
    words = (
        f"{_count(report, AFTER, one, 'n_people')} people told of {_count(report, AFTER, one)} appointments. At least "
        f"{settings.enough} of {len(settings.elements.items)} elements are called personalised here. "
        f"That is associated with saying yes afterwards: {'; '.join(said)}"
        + (f", adjusted for {adjustment}" if adjustment else "")
        + ". Who feels well may also remember more elements, so this says nothing about what would happen if "
        "appointments changed."
    )
    if helps is not None:
        words += (
            f" {_share(report, AFTER, helps, True)} say that personalised care would help them to manage their health."
        )
    return words + (" The programme published no ratio: these are illustrative." if report.settings.synthetic else "")


def _folded(report: Report, name: str, caption: str) -> str:
    return f'::: {{.details summary="{caption}"}}\n{report.grid(name, caption).data}\n:::'


# One sentence each for the first screen ------------------------------------------------------------------------------
def population_line(report: Report) -> str:
    """Say how many experienced none of the elements."""
    none = _of(report, SEEN, "none_of_ten")
    if none is None or pd.isna(none["estimate"]):
        return ""
    return (
        f"Of {_count(report, SEEN, none)} adults of a panel who saw a professional in the last two years, "
        f"{_share(report, SEEN, none, True)} report none of ten elements of personalised care (interval {IF_RANDOM}). "
        "[The public](#sec-population)"
    )


def professionals_line(report: Report) -> str:
    """Say where professionals see their organisation furthest from themselves."""
    shown = [gap for gap in gaps(report.tables) if pd.notna(gap[3]["estimate"])]
    if not shown:
        return ""
    name, own, organisation, gap = shown[0]
    low, high = (
        report.span(f"{ORGANISATIONS}/{gap['row_id']}/{column}", _points(number(gap, column), 0))
        for column in ("ci_low", "ci_high")
    )
    level = f"{report.settings.statistics.ci_level * 100:g}"
    return (
        f"Of {_count(report, ORGANISATIONS, gap)} trained professionals, {_share(report, ORGANISATIONS, own)} say that "
        f"they themselves practise “{_lower(report.setting, name)}” and "
        f"{_share(report, ORGANISATIONS, organisation)} that their organisation does so consistently ({level}% CI of "
        f"the gap {low} to {high}). [The professionals](#sec-professionals)"
    )


def appointments_line(report: Report) -> str:
    """Say how much more often people felt in control, or what stands last among the outcomes."""
    settings = report.settings.surveys.appointments
    row = adjusted(report.tables, settings.outcomes[-1], "risk_ratio")
    if row is None or pd.isna(row["estimate"]):
        return ""
    value, low, high = (report.span(f"{AFTER}/{row['row_id']}/{c}") for c in ("estimate", "ci_low", "ci_high"))
    level = f"{report.settings.statistics.ci_level * 100:g}"
    return (
        f"In {_count(report, AFTER, row)} appointments, personalised care is associated with “"
        f"{_lower(report.setting, settings.outcomes[-1])}”: {value} times as often ({level}% CI {low} to {high}). "
        "[The appointments](#sec-appointments)"
    )
