"""The rest of the picture on the first screen: one sentence for each part of the study beside the learners' surveys.

A line is a function of the words that gives one sentence with its number, interval, base and a link to its chapter, or
nothing where there is nothing to say.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from prepost.report import claims_words, comment_words, expert_words, money, survey_words

if TYPE_CHECKING:
    from prepost.report.book import Report

#: Part of the study, as `prepost.table_names.PARTS` names it, and what says its sentence.
LINES: dict[str, Callable[[Report], str]] = {
    "comments": comment_words.line,
    "interviews": expert_words.experts_line,
    "population": survey_words.population_line,
    "professionals": survey_words.professionals_line,
    "appointments": survey_words.appointments_line,
    "economics": money.message,
    "claims": claims_words.message,
}


def rest_of_the_picture(report: Report) -> str:
    """Return the list of sentences under its heading, in the order of the parts; nothing where no part is on."""
    said = [LINES[part](report) for part in report.settings.parts if part in LINES]
    if not any(said):
        return ""
    heading = "## Beside the surveys of learners {.unnumbered}"
    return "\n".join(["::: {.key-messages}", heading, "", *[f"- {line}" for line in said if line], ":::"])
