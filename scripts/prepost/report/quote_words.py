"""Quotations in the report: released words alone, each approved by a person, under who may be said to have spoken."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from prepost.paired import OVERALL
from prepost.quotes.choose import COMMENT, DISSENTING, INTERVIEW
from prepost.render.escape import escape_markdown as esc

if TYPE_CHECKING:
    from prepost.report.book import Report

PART = "quotes"
SHARE = "share_of_comments"
IN_SIGHT = 6  # themes whose quotations are not folded
NONE = "No quotation has been approved yet, so none is shown."
RULE = (
    "The quotations were drawn by a seeded rule, theme by theme, and not picked: typical ones, and, where there were "
    "any, ones by people whose own ratings moved against the trend. All of their authors agreed to be quoted without a "
    "name. Names and other identifiers were taken out, a role is named only where enough people share it, and a person "
    "approved each."
)
EXPERTS = "In the words of experts who agreed to be quoted without a name, drawn by rule and approved one by one:"
AGAINST_TREND = "whose own ratings moved against the trend"


def quotes(report: Report) -> str:
    """Return quotations from comments, theme by theme, heading included; nothing where the study quotes nobody."""
    if PART not in report.settings.parts or "comments" not in report.settings.parts:
        return ""
    heading = "### In people's own words {#sec-quotes}"
    rows = _of(report, COMMENT)
    if rows.empty:
        return f"{heading}\n\n{NONE}"
    shown, folded = [], []
    for place, theme in enumerate(_by_share(report, rows["theme"])):
        part = rows[rows["theme"] == theme]
        first = part.drop_duplicates("kind") if place < IN_SIGHT else part.iloc[:0]
        for where, some in ((shown, first), (folded, part.drop(index=first.index))):
            if len(some):
                where.append(f"**{esc(_label(theme))}**\n\n" + _block(report, some))
    parts = [heading, RULE, *shown]
    if folded:
        parts.append('::: {.details summary="Further quotations"}\n\n' + "\n\n".join(folded) + "\n\n:::")
    return "\n\n".join(parts)


def said_by_experts(report: Report) -> str:
    """Return the approved quotations from interviews, or nothing."""
    if PART not in report.settings.parts:
        return ""
    rows = _of(report, INTERVIEW)
    if rows.empty:
        return NONE
    labels = report.tables["interviews_themes"].set_index("theme")["label"].to_dict()
    shown = rows.assign(theme=rows["theme"].map(labels).fillna(rows["theme"]))
    return f"{EXPERTS}\n\n{_block(report, shown, themes=True)}"


def _of(report: Report, origin: str) -> pd.DataFrame:
    rows = report.tables["quotes"]
    return rows[rows["origin"] == origin].reset_index(drop=True)


def _by_share(report: Report, themes: pd.Series) -> list[str]:
    """The themes, that which is spoken of most first; those without a share at the end, by name."""
    shares: dict[str, float] = {}
    if (found := report.tables.get("comments_themes")) is not None:
        found = found[(found["estimate_name"] == SHARE) & (found["group_by"] == OVERALL)]
        shares = found.set_index("outcome")["estimate"].dropna().to_dict()
    return sorted(set(themes), key=lambda theme: (-shares.get(theme, 0.0), theme))


def _label(theme: str) -> str:
    words = str(theme).replace("_", " ")
    return words[:1].upper() + words[1:]


def _block(report: Report, rows: pd.DataFrame, *, themes: bool = False) -> str:
    noun = report.settings.nouns.learner
    blocks = []
    for row in rows.to_dict("records"):
        who = row["said_by"] if not pd.isna(row["said_by"]) and row["said_by"] else f"a {noun}"
        who = f"on {_label(row['theme']).lower()}" if themes else who[0].upper() + who[1:]
        if row["kind"] == DISSENTING:
            who += f", {AGAINST_TREND}" if row["origin"] == COMMENT else ", against what most said"
        blocks.append(f"> “{esc(row['text'])}” — {esc(who)} ({esc(row['row_id'])})")
    return "\n\n".join(blocks)
