"""Reporting guidelines, item by item: where each is answered, or that it was not done and why."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from prepost.interviews.sheets import NOT_DONE, ChecklistRow
from prepost.render.escape import escape_markdown as esc
from prepost.sheets import read_sheet

if TYPE_CHECKING:
    from prepost.report.book import Report

NAMES = {
    "COREQ": "COREQ (interviews)",
    "SRQR": "SRQR (qualitative research)",
    "GRAMMS": "GRAMMS (mixed methods)",
}


def checklists(report: Report) -> str:
    """Return the study's reporting checklists, heading included; nothing where it has none.

    A link to a place that the page does not have stops the build (`prepost.render.page`).
    """
    name = report.settings.checklists
    if name is None:
        return ""
    rows = read_sheet(report.home / "config" / name, ChecklistRow)
    parts = ["### Reporting checklists {#sec-checklists}", _counts(rows)]
    for checklist in dict.fromkeys(row.checklist for row in rows):
        own = [row for row in rows if row.checklist == checklist]
        parts.append(f'::: {{.details summary="{NAMES[checklist]}"}}\n\n{_table(checklist, own)}\n\n:::')
    return "\n\n".join(parts)


def _counts(rows: list[ChecklistRow]) -> str:
    done = Counter(row.checklist for row in rows if row.answer != NOT_DONE)
    of = Counter(row.checklist for row in rows)
    said = "; ".join(f"{NAMES[name]}: {done[name]} of {n} items answered" for name, n in of.items())
    return f"Each item leads to the place that answers it, or says that it was not done and why. {said}."


def _table(checklist: str, rows: list[ChecklistRow]) -> str:
    lines = [
        "| No. | Item | Where | Note |",
        "|--:|:-----------------------------|:-------------|:--------------------|",
    ]
    for row in rows:
        where = esc(row.answer) if not row.answer.startswith("#") else f"[{esc(_place(row.answer))}]({row.answer})"
        where = "Not done" if row.answer == NOT_DONE else where
        lines.append(f"| {row.number} | {esc(row.item)} | {where} | {esc(row.note or '')} |")
    return "\n".join([*lines, "", f": {NAMES[checklist]}, item by item {{#tbl-{checklist.lower()}}}"])


def _place(anchor: str) -> str:
    words = anchor.removeprefix("#").partition("-")[2].replace("-", " ")
    return words[:1].upper() + words[1:]
