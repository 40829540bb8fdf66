"""What follows, traced: each recommendation with the numbers that support, qualify or contradict it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prepost import formatting
from prepost.recommendations import RELATIONS, RecommendationRow, hold_to_facts
from prepost.render.escape import escape_markdown as esc

if TYPE_CHECKING:
    from prepost.report.book import Report

PLACE = re.compile(r"\[\[fact(?:\s+(%|\d|points))?\]\]")
INTRO = (
    "Who recommends what, and which numbers of this report bear on it. The sets are kept apart, since different people "
    "made them. A number that supports a recommendation does not show that following it would change anything."
)


def recommendation_map(report: Report) -> str:
    """Return the map; nothing where the study has no sheet of recommendations.

    Raises
    ------
    StudyError
        If a linked number is not among the released ones (any more).
    """
    rows = report.recommendations
    if not rows:
        return ""
    hold_to_facts(rows, report.facts)
    parts = ["### Recommendations, and the numbers that bear on them {#sec-map}", INTRO]
    for name in dict.fromkeys(row.set for row in rows):
        parts.append(f"#### {esc(name)}")
        inside = [row for row in rows if row.set == name]
        for recommendation in dict.fromkeys(row.recommendation for row in inside):
            own = [row for row in inside if row.recommendation == recommendation]
            parts.append(f"**{esc(recommendation)}**\n\n" + "\n".join(_line(report, row) for row in own))
    return "\n\n".join(parts)


def _line(report: Report, row: RecommendationRow) -> str:
    if row.fact is None:
        return f"- *No number bears on it.* {esc(row.reading)}"
    said, place = "", 0
    for found in PLACE.finditer(row.reading):
        said += _kept(row.reading[place : found.start()]) + _number(report, row.fact, found[1])
        place = found.end()
    return f"- *{RELATIONS[row.relation]}:* {said}{_kept(row.reading[place:])}"


def _kept(text: str) -> str:
    """Escaped text with the blanks at its ends, where a number follows or went before."""
    lead, trail = " " * text.startswith(" "), " " * text.endswith(" ")
    return f"{lead}{esc(text)}{trail}" if text.strip() else text


def _number(report: Report, key: str, form: str | None) -> str:
    """The linked number: as facts write it, as a percentage (%), in percentage points, or with so many decimals."""
    fact = report.facts.fact(key)
    if fact.value is None or form is None:
        return report.span(key)
    if form == "points":
        text = f"{formatting.number(fact.value * 100, 0)} points"
    else:
        text = formatting.percent(fact.value, None) if form == "%" else formatting.number(fact.value, int(form))
    return report.span(key, text)
