"""Published claims, checked: how many stand, which do not and why, and every one with its verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from prepost import formatting
from prepost.claims.audit import verdict_key
from prepost.claims.rules import CHANGED, NOT_FOLLOWING, REPRODUCES, TRUNCATED, UNCONFIRMED, UNTESTABLE, VERDICTS
from prepost.render.escape import escape_markdown as esc
from prepost.report.messages import Words

if TYPE_CHECKING:
    from prepost.report.book import Report

ASTRAY = (NOT_FOLLOWING, TRUNCATED, CHANGED, UNCONFIRMED)
SAID = {
    NOT_FOLLOWING: "{n} do not follow from what is printed beside them",
    TRUNCATED: "{n} only if digits are cut off instead of rounded",
    CHANGED: "in {n} a base, unit, period or item is missing or has changed from one place to another",
    UNCONFIRMED: "{n} rest on a number from elsewhere that could not be confirmed",
    REPRODUCES: "{n} reproduce",
    UNTESTABLE: "{n} cannot be tested, since nothing that they would follow from is printed",
}
ASTRAY_SAID = (
    "Those that do not stand as printed, and why. Where several things were found, the gravest is the verdict and the "
    "others follow it:"
)
HOW = (
    "Each statement was held against its own arithmetic with only what the publication prints. What a number may have "
    "been before it was rounded goes through the arithmetic as an interval; a statement fails only where no value "
    "inside the rounding of any input gives it. The verdicts say whether numbers agree with each other, not "
    "whether they are true, and not why they differ."
)


def claims(report: Report) -> str:
    """Return the chapter on published claims; nothing where the study checks none."""
    if "claims" not in report.settings.parts:
        return ""
    words = report.words
    counted = [
        SAID[verdict].format(n=_count(words, verdict)) for verdict in VERDICTS if words.value(verdict_key(verdict))
    ]
    parts = [
        "### Published claims, checked {#sec-claims}",
        HOW,
        f"Of {_count(words, 'all')} published statements, " + "; ".join(counted) + ".",
        report.exhibit("claims_checked").data,
        *([ASTRAY_SAID, said] if (said := _astray(report)) else []),
        report.folded_table("claims_all", "Every statement that was checked, with its verdict"),
    ]
    return "\n\n".join(parts)


def message(report: Report) -> str:
    """Return the line for the first screen."""
    words = report.words
    follows, changed = _count(words, NOT_FOLLOWING), _count(words, CHANGED)
    return (
        f"Of {_count(words, 'all')} statements that the programme has published, {_count(words, REPRODUCES)} reproduce "
        f"from what is printed beside them, {follows} do not follow, and in {changed} a base, unit, period or item is "
        f"missing or changed. [Published claims](#sec-claims)"
    )


def _count(words: Words, verdict: str) -> str:
    key = verdict_key(verdict)
    value = words.value(key)
    return words.show(key) if value is None else words.show(key, formatting.count(value))


def _astray(report: Report) -> str:
    """Statements that do not stand as printed, under each verdict, with all that was found of each."""
    rows, parts = report.tables["claims_verdicts"], []
    for verdict in ASTRAY:
        own = rows[rows["verdict"] == verdict]
        if len(own):
            lines = "\n".join(f"- {_said(report, row)}" for _, row in own.iterrows())
            parts.append(f"**{verdict[:1].upper()}{verdict[1:]}**\n\n{lines}")
    return "\n\n".join(parts)


def _said(report: Report, row: pd.Series) -> str:
    printed = report.span(f"claims_verdicts/{row['row_id']}/stated", str(row["printed"]))
    return f"“{esc(row['statement'])}” ({esc(row['place'])}; printed: {printed}). {esc(_why(row))}."


def everything(words: Words) -> pd.DataFrame:
    """Every statement, in the order of the sheet."""
    texts = [
        (f"{row['statement']} ({row['place']})", row["verdict"], row["printed"], _why(row), row["row_id"])
        for _, row in words.table("claims_verdicts").iterrows()
    ]
    return _table(["Statement", "Verdict", "Printed", "Why"], texts)


def _why(row: pd.Series) -> str:
    parts = [str(row[name]) for name in ("why", "also", "note") if pd.notna(row[name])]
    return ". ".join(part[:1].upper() + part[1:] for part in parts)


def _table(head: list[str], rows: list[tuple[str, ...]]) -> pd.DataFrame:
    shown = pd.DataFrame([row[:-1] for row in rows], columns=head, dtype="string")
    keys = [["", "", f"claims_verdicts/{row[-1]}/stated", ""] for row in rows]
    shown.attrs = {"keys": pd.DataFrame(keys, columns=head), "numbers": ["Printed"]}
    return shown


TABLES = {"claims_all": everything}
FOOT = (
    "Base: statements as printed. Where a statement bears several findings, the gravest is its verdict and the others "
    "follow. Source: claims_verdicts.csv"
)
FEET = dict.fromkeys(TABLES, FOOT)
