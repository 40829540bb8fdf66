"""Display tables of what lasts, and of how those lost would have had to change."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from prepost.comparing import row_id
from prepost.paired import OVERALL
from prepost.report.display import Display
from prepost.report.messages import Words
from prepost.study import Outcome

#: What the verdict on a gain is called in a table.
VERDICTS = {"kept": "kept", "not kept": "not kept", "cannot be told": "cannot be told"}


def lasting_row(words: Words, outcome: Outcome, group: str, estimate: str) -> str:
    """Return the address of a row about what lasts, without its column."""
    return f"lasting/{row_id(words.primary.name, outcome.name, 'answered', group, estimate)}"


def attrition_row(words: Words, outcome: str, estimate: str) -> str:
    """Return the address of a row about those who were lost, without its column."""
    return f"attrition/{row_id(words.primary.name, outcome, OVERALL, OVERALL, estimate)}"


def note_of(words: Words, key: str) -> str:
    """Return the note of a released row, "" where it has none."""
    table, _, row = key.partition("/")
    frame = words.table(table)
    found = frame.loc[frame["row_id"] == row, "note"].dropna()
    return str(found.iloc[0]) if len(found) else ""


def lasting(words: Words) -> pd.DataFrame:
    """Each outcome: the change since straight after, whether the gain is kept, and what share of it is left."""
    level = f"{words.settings.statistics.ci_level * 100:g}"
    numbers = ["Since the end", f"{level}% CI", "Share of the gain left", f"{level}% CI of the share"]
    table = Display(words.facts, ["Outcome", *numbers, "Verdict"], numbers)
    if words.primary is None:
        return table.frame()
    for outcome in words.outcomes(words.primary):
        kept = lasting_row(words, outcome, "these two", "gain_kept")
        ratio = lasting_row(words, outcome, "all three", "retention_ratio")
        if f"{kept}/estimate" not in words.facts:
            continue
        keys = [
            tuple(f"{row}/{column}" for column in columns)
            for row in (kept, ratio)
            for columns in (("estimate",), ("ci_low", "ci_high"))
        ]
        table.add(outcome.label, *keys, VERDICTS.get(note_of(words, kept), "cannot be told"))
    return table.frame()


def tipping(words: Words) -> pd.DataFrame:
    """By how much those lost must have changed for each conclusion to go."""
    heads = {
        "estimate_zero": "No change overall",
        "limit_zero": "Interval just reaches no change",
        "estimate_smallest": "Smallest effect overall",
        "limit_smallest": "Interval just reaches the smallest effect",
    }
    table = Display(words.facts, ["Outcome", *heads.values()], list(heads.values()))
    for outcome in words.outcomes(words.primary) if words.primary else ():
        keys = [(f"{attrition_row(words, outcome.name, f'tipping_change.{name}')}/estimate",) for name in heads]
        if keys[0][0] in words.facts:
            table.add(outcome.label, *keys)
    return table.frame()


TABLES: dict[str, Callable[[Words], pd.DataFrame]] = {"lasting": lasting, "tipping": tipping}
FEET = {
    "lasting": "Secondary, all among those who answered the later survey. Since the end: mean change in scale points. "
    "Kept: its whole interval lies above minus the study's margin. A share of the gain is given only where the gain "
    "itself is surely above the smallest effect. Bases are not given, since they differ by few people. Source: "
    "lasting.csv",
    "tipping": "Sensitivity. Mean change of those lost, in scale points, at which everyone's change, or the lower end "
    "of its interval, would be what the column says. Base: valid first surveys with a score. Source: attrition.csv",
}
