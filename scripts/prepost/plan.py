"""The plan beside what was done: what the study declared, its fingerprint, and which of it the results hold."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from prepost.comparing import STRAND, row_id, unique_ids
from prepost.paired import OVERALL
from prepost.schemas import PLAN
from prepost.study import Comparison, Level, Outcome, Wave
from prepost.study_parts import Part
from prepost.study_secondary import Secondary

#: What stands in each table beside comparisons and levels, and the part of `secondary` that plans it, if one does.
ANALYSES = {
    "items": ("items", "Single questions as ordered answers"),
    "lasting": ("lasting", "What is left at the later survey, against the margin"),
    "everyone": ("attrition", "Everyone's answers, linked or not, in a linear mixed model"),
    "attrition": ("attrition", "Weights for response and linkage, bounds, and the tipping point"),
    "balance": ("attrition", "Those matched beside everyone who answered first"),
    "linkage": (None, "How many were linked, and how surely"),
    "linkage_changes": ("linkage", "Changes under other ways of linking, and what true pairs would give"),
    "measurement": ("measurement", "How each scale measures"),
    "invariance": ("measurement", "The same measure at every survey and in every group"),
    "groups": ("subgroups", "Each group beside all others, and the dose"),
    "places": ("places", "Regions and boards"),
    "specifications": ("specifications", "Every combination of the declared choices"),
    "reliability": (None, "Reliability of the scales"),
    "effects": (None, "Effect sizes under other names"),
    "room": (None, "Change of those with room to rise"),
}


def fingerprint(*parts: object) -> str:
    """Return the SHA-256 of parts of a study: the same for the same plan, whatever its order of keys.

    Parameters
    ----------
    *parts : pydantic models, or lists of them
        The parts, always in one order.
    """
    plain = [_plain(part) for part in parts]
    return hashlib.sha256(json.dumps(plain, sort_keys=True, ensure_ascii=True).encode()).hexdigest()


def _plain(part: object) -> object:
    if isinstance(part, Part):
        return part.model_dump(mode="json", by_alias=True)
    return [_plain(each) for each in part]


def plan_against_done(
    tables: Mapping[str, pd.DataFrame],
    *,
    waves: Sequence[Wave],
    outcomes: Sequence[Outcome],
    comparisons: Sequence[Comparison],
    levels: Sequence[Level],
    secondary: Secondary,
) -> pd.DataFrame:
    """List every analysis that was declared, and every other that was done, with what became of it.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Result tables of floor 6 by name.
    waves, outcomes, comparisons, levels, secondary
        The plan part of the study.

    Returns
    -------
    DataFrame
        Schema ``plan``: ``row_id, strand, role, analysis, outcome, planned`` (yes, no), ``done`` (yes, partly, no),
        ``table``, ``note`` (why not, or which adjustment), ``plan_sha256`` (of the plan part).
    """
    sha = fingerprint(waves, outcomes, comparisons, levels, secondary)
    rows = [*_comparisons(tables, comparisons), *_levels(tables, levels), *_others(tables, secondary)]
    frame = pd.DataFrame(rows)
    ids = [row_id("plan", row["table"], row["analysis"], row["outcome"]) for row in rows]
    frame = frame.assign(row_id=unique_ids(ids), strand=STRAND, plan_sha256=sha)
    return frame.reindex(columns=list(PLAN.columns))


def _comparisons(tables: Mapping[str, pd.DataFrame], plan: Sequence[Comparison]) -> Iterator[dict]:
    for comparison in plan:
        for outcome in comparison.outcomes:
            done = _rows(tables, "comparisons", comparison.name, outcome, "mean_change")
            adjusted = {"holm": "Holm", "bh": "Benjamini-Hochberg"}.get(comparison.adjust)
            said = f"p adjusted by {adjusted} in the family '{comparison.family}'" if adjusted else "p not adjusted"
            yield _row("comparisons", comparison.label, outcome, comparison.role, True, done, said)


def _levels(tables: Mapping[str, pd.DataFrame], plan: Sequence[Level]) -> Iterator[dict]:
    for level in plan:
        for outcome in level.outcomes:
            done = _rows(tables, "levels", level.name, outcome, "mean_level")
            yield _row("levels", level.label, outcome, level.role, True, done, "")


def _others(tables: Mapping[str, pd.DataFrame], secondary: Secondary) -> Iterator[dict]:
    for table, (part, label) in ANALYSES.items():
        planned = part is not None and getattr(secondary, part) != getattr(Secondary(), part)
        found = tables.get(table, pd.DataFrame())
        if len(found) or planned:
            roles = set(found["role"]) if len(found) else set()
            role = "secondary" if "secondary" in roles else "sensitivity"
            yield _row(table, label, OVERALL, role, planned, found, "")


def _rows(tables: Mapping[str, pd.DataFrame], table: str, comparison: str, outcome: str, name: str) -> pd.DataFrame:
    found = tables[table]
    named = (found["comparison"] == comparison) & (found["outcome"] == outcome) & (found["estimate_name"] == name)
    return found[named]


def _row(table: str, label: str, outcome: str, role: str, planned: bool, found: pd.DataFrame, said: str) -> dict:
    given = found[["estimate", "statistic"]].notna().any(axis=1) if len(found) else pd.Series(dtype=bool)
    done = "yes" if len(found) and given.all() else "partly" if given.any() else "no"
    notes = found.loc[~given, "note"].dropna() if len(found) else pd.Series(dtype="string")
    if done != "yes":
        told = notes[~notes.str.contains(r"\d")]  # a number in a note may be one of few people
        why = told.value_counts(sort=True).index[0] if len(told) else "too few to estimate it from"
        said = f"{said}; {why}" if said else str(why)
    return {
        "role": role,
        "analysis": label,
        "outcome": outcome,
        "planned": "yes" if planned else "no",
        "done": done,
        "table": f"{table}.csv",
        "note": said or None,
    }
