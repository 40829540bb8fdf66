"""The draft of a new study's study.yaml: its waves, the person's key, what is scored, and what is compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any, NamedTuple

import pandas as pd
import yaml

from prepost.dates import date_format, read_with

WAVES = {
    "pre": ("Before", "before the training"),
    "post": ("After", "straight after the training"),
    "followup": ("Later", "some months after the training"),
}
SMALLEST = 0.5
HEAD = "# Drafted from the exports. Read every line; what is left to decide was listed by `make doctor`.\n"
GOVERNANCE = '# What is left blank is printed as "not stated"; config/README.md says more.\n' + "".join(
    f"{key}:\n" for key in ("funder", "ethics_approval", "consent", "analysis_plan", "data_availability")
)
ASSUMPTIONS = "1. One group was asked more than once; nobody was asked who did not take the training.\n"


class Settings(NamedTuple):
    """The text of study.yaml, and what could not be decided."""

    text: str
    doubts: list[str]


def draft_settings(
    sources: Sequence[Mapping[str, str]],
    fields: Sequence[Mapping[str, str]],
    items: Sequence[Mapping[str, str]],
    keys: Sequence[str],
    received: Sequence[pd.Series],
) -> Settings:
    """Draft study.yaml from the drafted sheets.

    Parameters
    ----------
    sources, fields, items : sequence of mapping
        Rows of the drafted sheets.
    keys : sequence of str
        Items that may be the person's key, the likeliest first.
    received : sequence of Series of text
        Dates of receipt as exported, one a file that has them.

    Returns
    -------
    Settings
        With a primary comparison from the first wave to the second where questions recur.
    """
    of_source = {row["source"]: row.get("wave", "") for row in sources}
    waves = [wave for wave in WAVES if wave in of_source.values()]
    asked: dict[str, set[str]] = {}
    for row in fields:
        if of_source.get(row["source"]) in WAVES:
            asked.setdefault(row["item"], set()).add(of_source[row["source"]])
    outcomes = _outcomes(items, asked, waves)
    window, last = _window(received)
    drafted: dict[str, Any] = {
        "title": "Title of the evaluation",
        "commissioner": "not stated",
        "data_window": window or "not stated",
        "data_date": last,
        "synthetic": False,
        "waves": [{"name": name, "label": WAVES[name][0], "when": WAVES[name][1]} for name in waves or ["pre", "post"]],
        "person": {"key": list(keys[:1]) or [items[0]["item"]] if items else []},
        "outcomes": outcomes,
        "comparisons": _comparisons(outcomes, waves),
    }
    drafted["levels"] = [] if drafted["comparisons"] else _levels(outcomes, waves)
    text = HEAD + yaml.safe_dump(drafted, sort_keys=False, allow_unicode=True, width=100)
    return Settings(text, _doubts(drafted, bool(keys)))


def _outcomes(items: Sequence[Mapping[str, str]], asked: Mapping[str, set[str]], waves: Sequence[str]) -> list[dict]:
    """One outcome for the rated questions of one scale that were asked at the same waves, recurring ones first."""
    groups: dict[tuple, list[str]] = {}
    for row in items:
        here = tuple(wave for wave in waves if wave in asked.get(row["item"], ()))
        if row["scale"] == "ordinal" and here:
            groups.setdefault((row["low"], row["high"], row["labels"], here), []).append(row["item"])
    recurring = {key: names for key, names in groups.items() if len(key[3]) > 1}
    drafted = []
    for number, (key, names) in enumerate((recurring or groups).items(), start=1):
        low, high, _, here = key
        what = f"{len(names)} questions" if len(names) > 1 else "one question"
        drafted.append(
            {
                "name": f"outcome_{number}",
                "label": f"Outcome {number} ({low} to {high})",
                "phrase": f"outcome {number} ({what}, {low} to {high})",
                "items": names,
                "method": "mean",
                "min_answered": (len(names) + 1) // 2,
                "smallest_effect": SMALLEST,
                "waves": list(here),
            }
        )
    return drafted


def _comparisons(outcomes: Sequence[Mapping[str, Any]], waves: Sequence[str]) -> list[dict]:
    drafted = []
    for before, after in combinations(waves, 2):
        both = [outcome["name"] for outcome in outcomes if {before, after} <= set(outcome["waves"])]
        if both:
            drafted.append(
                {
                    "name": f"{before}_to_{after}",
                    "label": f"From {WAVES[before][1]} to {WAVES[after][1]}",
                    "role": "secondary" if drafted else "primary",
                    "wave_from": before,
                    "wave_to": after,
                    "outcomes": both,
                    "family": f"{before}_to_{after}",
                    "adjust": "holm",
                }
            )
    return drafted


def _levels(outcomes: Sequence[Mapping[str, Any]], waves: Sequence[str]) -> list[dict]:
    drafted = []
    for wave in waves:
        here = [outcome["name"] for outcome in outcomes if wave in outcome["waves"]]
        if here:
            level = {"name": f"level_{wave}", "label": WAVES[wave][0], "role": "secondary", "wave": wave}
            drafted.append({**level, "outcomes": here})
    return drafted


def _window(received: Sequence[pd.Series]) -> tuple[str, object]:
    moments = [read_with(cells, date_format(cells, dated=True).pattern).dropna() for cells in received]
    given = pd.concat(moments) if moments else pd.Series(dtype="datetime64[us]")
    if given.empty:
        return "", None
    first, last = given.min(), given.max()
    return f"{first:%Y-%m} to {last:%Y-%m}", last.date()


def _doubts(drafted: Mapping[str, Any], has_key: bool) -> list[str]:
    found = ["study.yaml: write title, commissioner, and what each wave is called and when it was asked"]
    if drafted["data_date"] is None:
        found.append(
            "study.yaml: no export tells when it was answered; write data_date (as 2025-01-31) and data_window"
        )
    if not has_key:
        found.append("study.yaml: person.key is a guess; name the question by which one person is known again")
    if not drafted["outcomes"]:
        found.append("study.yaml: no rated question was found; name outcomes, and the ordinal items that make each")
    else:
        found.append(
            "study.yaml: outcomes are drafted by scale alone; part and name them by what they measure, say which the "
            f"training is meant to change, and how large a change matters (smallest_effect, now {SMALLEST})"
        )
    if not drafted["comparisons"]:
        found.append("study.yaml: no rated question recurs over waves, so that nothing is compared")
    found.append("study.yaml: if a question asks for consent, name it under cleaning.consent")
    return found
