"""What the experts said: themes in words, beside the survey and the comments, and how the interviews were analysed.

No number of people stands here and no label of anybody: with so few interviewed either would name them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from prepost.interviews.framework import NOBODY, ONE, SEVERAL, SOME
from prepost.interviews.sheets import CodebookRow
from prepost.interviews.triangulation import SILENT
from prepost.render.escape import escape_markdown as esc
from prepost.report.quote_words import said_by_experts
from prepost.sheets import read_sheet

if TYPE_CHECKING:
    from prepost.report.book import Report

PART = "interviews"
ORDER = {SEVERAL: 0, SOME: 1, ONE: 2, NOBODY: 3}
STANCES = {
    "supports": "it does",
    "against": "it does not",
    "both": "opinions differ",
    "neither": "no stance",
}
APPROACHES = {
    "framework": "a framework analysis: a frame drawn up beforehand, extended at first, and applied throughout",
    "codebook": "a code book that was built from the interviews and then applied to all of them",
    "reflexive": "a reflexive thematic analysis, in which themes are what the analysts make of the interviews",
}
VERDICTS = {
    "agree": "Agree",
    "dissent": "Dissent",
    "one source alone": "One source alone",
    "silent": "Silent",
}
POWER = {
    "aim": "Aim",
    "specificity": "Specificity of those interviewed",
    "theory": "Established theory",
    "dialogue": "Quality of dialogue",
    "analysis": "Strategy of analysis",
}
INTRODUCTION = (
    "Experts who oversee or study the field were interviewed, beside the surveys. How many of them spoke of something "
    "is said in words alone, since among so few people a number would name them; for the same reason nobody bears a "
    "label under which their words could be collected. People who read them wrote each summary and approved it."
)
BESIDE = (
    "Each line is a statement that was written down before the sources were laid beside each other. A source that did "
    "not ask, or whose interval holds zero, is silent; silence is neither agreement nor doubt."
)


def experts(report: Report) -> str:
    """Return the section of the interviews, heading included; nothing where the study has none."""
    if PART not in report.settings.parts:
        return ""
    parts = [
        "## What the experts said {#sec-experts}",
        INTRODUCTION,
        _themes(report),
        said_by_experts(report),
        _beside_the_survey(report),
        _method(report),
    ]
    return "\n\n".join(part for part in parts if part)


def experts_line(report: Report) -> str:
    """Return the sentence of the first screen: where the experts agree with the survey, and where they dissent."""
    rows = report.tables["triangulation"]
    rows = rows[(rows["survey"] != SILENT) & (rows["interviews"] != SILENT)]
    alike = rows["survey"] == rows["interviews"]
    agree, dissent = rows.loc[alike, "statement"], rows.loc[~alike, "statement"]
    said = []
    if len(agree):
        said.append(f"bear out the survey in {_listed(agree, 'that')}")
    if len(dissent):
        said.append(f"differ from it on {_listed(dissent, 'whether')}")
    if not said:
        return "The experts who were interviewed spoke of what the survey did not ask. [Experts](#sec-experts)"
    return f"The experts who were interviewed {'; they '.join(said)}. [Experts](#sec-experts)"


def _listed(statements: pd.Series, word: str) -> str:
    words = [f"{word} {esc(text[0].lower() + text[1:]).rstrip('.')}" for text in statements]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _themes(report: Report) -> str:
    rows = report.tables["interviews_themes"]
    rows = rows.assign(order=rows["extent"].map(ORDER)).sort_values("order", kind="stable")
    lines = [
        "| Theme and statement | Heard from | What was said, and the negative case |",
        "|:------------------|:-----------|:------------------------------------------|",
    ]
    for row in rows.to_dict("records"):
        heard = row["extent"].capitalize()
        heard = heard if row["extent"] == NOBODY else f"{heard}: {STANCES[row['stance']]}"
        summary = "Not yet approved." if pd.isna(row["summary"]) else row["summary"]
        negative = "" if pd.isna(row["negative_case"]) else f" *Negative case:* {esc(row['negative_case'])}"
        theme = f"**{esc(row['label'])}.** {esc(row['definition'])}"
        lines.append(f"| {theme} | {esc(heard)} | {esc(summary)}{negative} |")
    caption = "Themes of the interviews, with what was said and what goes against it"
    foot = "The framework matrix without its rows: one, some and several are people. From interviews_themes.csv"
    return _shown(report, lines, caption, "interviews-themes", foot)


def _beside_the_survey(report: Report) -> str:
    rows = report.tables["triangulation"]
    if rows.empty:
        return ""
    lines = [
        "| Statement | Survey | Comments | Interviews | Together |",
        "|:--------------------------------|:---------|:---------|:----------|:--------------|",
    ]
    for row in rows.to_dict("records"):
        verdict = VERDICTS[row["verdict"]]
        said = (
            row["statement"],
            *(row[source].capitalize() for source in ("survey", "comments", "interviews")),
            verdict,
        )
        lines.append("| " + " | ".join(esc(cell) for cell in said) + " |")
    noted = [row for row in rows.to_dict("records") if not pd.isna(row["note"])]
    notes = [f"- {esc(row['statement'])}: {esc(row['note'][0].lower() + row['note'][1:])}." for row in noted]
    foot = "Survey: the interval of the mean change in the primary comparison. From triangulation.csv"
    caption = "Survey, comments and interviews beside each other"
    shown = _shown(report, lines, caption, "triangulation", foot)
    heading = "### Beside the survey and the comments {#sec-triangulation}"
    return "\n\n".join([heading, BESIDE, shown, *(["\n".join(notes)] if notes else [])])


def _method(report: Report) -> str:
    plan = report.settings.interviews
    said = report.tables["interviews_method"].set_index("row_id")["statement"]
    coders = "; ".join(f"{coder.name}, {coder.role}" for coder in plan.coders)
    rows = [
        ("Approach", f"The interviews were analysed by {APPROACHES[plan.approach]}."),
        ("Coders", f"{coders}."),
        ("Adjudicator", f"{plan.adjudicator.name}, {plan.adjudicator.role}." if plan.adjudicator else "None."),
        ("Agreement", said["agreement"]),
        ("Reflexivity", plan.reflexivity),
        ("Accumulation of themes", said["accumulation"]),
        *[
            (f"Information power: {label.lower()}", getattr(plan.information_power, name))
            for name, label in POWER.items()
        ],
    ]
    lines = ["| Item | Statement |", "|:----------|:------------------------------|"]
    lines += [f"| {esc(head)} | {esc(text)} |" for head, text in rows]
    shown = "\n".join([*lines, "", ": How the interviews were analysed {#tbl-interviews-method}"])
    folded = f'::: {{.details summary="Versions of the code book"}}\n\n{_versions(report)}\n\n:::'
    return "\n\n".join(["### How the interviews were analysed {#sec-experts-method}", shown, folded])


def _versions(report: Report) -> str:
    path = report.home / "config" / report.settings.interviews.codebook
    lines = ["| Version | Date | Change | Reason |", "|:-----|:--------|:--------------------|:--------------------|"]
    for row in read_sheet(path, CodebookRow):
        cells = (row.version, row.date.isoformat(), row.change, row.reason)
        lines.append("| " + " | ".join(esc(cell) for cell in cells) + " |")
    return "\n".join([*lines, "", ": Versions of the code book, with the reason of each {#tbl-codebook-versions}"])


def _shown(report: Report, lines: list[str], caption: str, name: str, foot: str) -> str:
    synthetic = " Synthetic data." if report.settings.synthetic else ""
    table = "\n".join([*lines, "", f": {esc(caption)} {{#tbl-{name}}}"])
    return f"{table}\n\n::: {{.exhibit-foot}}\n{esc(foot)}.{synthetic}\n:::"
