"""Display tables of regions and boards: reach, the new map, and how uncertain their order is."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from prepost.comparing import row_id
from prepost.matching import NOT_STATED
from prepost.place_sheets import NO_STAFF, UNLISTED, new_name
from prepost.report.display import Display
from prepost.report.messages import Words

PER_STAFF = {"enrolled": "Enrolments", "completed": "Completions", "answered": "People who answered"}


def _key(words: Words, outcome: str, by: str, group: str, estimate: str, *columns: str) -> tuple[str, ...]:
    row = row_id(words.primary.name, outcome, by, group, estimate)
    return tuple(f"places/{row}/{column}" for column in columns)


def _groups(words: Words, by: str) -> list[str]:
    found = words.table("places")
    return sorted(set(found.loc[found["group_by"] == by, "group"]))


def measures(words: Words) -> list[str]:
    """Return what reach is counted by: enrolments and completions, or people who answered."""
    names = set(words.table("places")["estimate_name"])
    return [measure for measure in PER_STAFF if f"{measure}_per_1000_staff" in names]


def reach_by_place(words: Words) -> pd.DataFrame:
    """Each place's enrolments and completions, and the same for each thousand of staff."""
    found = measures(words)
    heads = [head for measure in found for head in (PER_STAFF[measure], f"{PER_STAFF[measure]} per 1,000 staff")]
    table = Display(words.facts, ["Place", *heads], heads)
    by = words.settings.secondary.places.by
    for group in _groups(words, by):
        cells = [
            _key(words, "reach", by, group, f"{measure}_per_1000_staff", column)
            for measure in found
            for column in ("n", "estimate")
        ]
        table.add(group, *cells)
    return table.frame()


def new_places(words: Words) -> pd.DataFrame:
    """Each place of the new map, outcome by outcome, with what is not in it."""
    outcomes = words.outcomes(words.primary) if words.primary else []
    heads = ["Pairs", *[outcome.label for outcome in outcomes]]
    table = Display(words.facts, ["Place", *heads, "Remark"], heads)
    by = new_name(words.settings.secondary.places.by)
    rows = words.table("places")
    rows = rows[(rows["group_by"] == by) & rows["note"].notna() & ~rows["note"].astype("string").str.startswith("[")]
    notes = dict(zip(rows["group"], rows["note"], strict=True))
    for group in _groups(words, by):
        cells = [_key(words, outcome.name, by, group, "mean_change", "estimate") for outcome in outcomes]
        table.add(
            group, _key(words, outcomes[0].name, by, group, "mean_change", "n"), *cells, str(notes.get(group, ""))
        )
    return table.frame()


def ranks(words: Words) -> pd.DataFrame:
    """Each place's expected rank with its interval, in the order of the alphabet."""
    outcomes = words.outcomes(words.primary) if words.primary else []
    heads = [outcome.label for outcome in outcomes]
    table = Display(words.facts, ["Place", *heads], heads)
    by = words.settings.secondary.places.by
    columns = ("estimate", "ci_low", "ci_high")
    for group in _groups(words, by):
        table.add(group, *[_key(words, outcome.name, by, group, "expected_rank", *columns) for outcome in outcomes])
    return table.frame()


def unknown_places(words: Words) -> pd.DataFrame:
    """Places that a sheet of the study lacks: they are counted all the same, under the name that was given."""
    table = Display(words.facts, ["Place", "Pairs", "What is missing"], ["Pairs"])
    if words.primary is None:
        return table.frame()
    by, first = words.settings.secondary.places.by, words.outcomes(words.primary)[0].name
    rows = words.table("places")
    rows = rows[(rows["group_by"] == by) & (rows["group"] != NOT_STATED)]
    said = rows["note"].astype("string").fillna("")
    for group in _groups(words, by):
        lacks = [note for note in (UNLISTED, NO_STAFF) if said[rows["group"] == group].str.contains(note).any()]
        if lacks:
            table.add(group, _key(words, first, by, group, "mean_change", "n"), "; ".join(lacks))
    return table.frame()


TABLES: dict[str, Callable[[Words], pd.DataFrame]] = {
    "reach_by_place": reach_by_place,
    "new_places": new_places,
    "unknown_places": unknown_places,
    "ranks": ranks,
}
FEET = {
    "reach_by_place": "Numbers of staff are those of the study's own sheet; its notes say where they come from. "
    "Source: places.csv",
    "new_places": "Base: matched completions with the outcome scored at both times. Source: places.csv",
    "unknown_places": "Base: matched completions with the first outcome scored at both times. Source: places.csv",
    "ranks": "Expected rank (1: largest change) with the interval of ranks that agree with the data. "
    "Source: places.csv",
}
