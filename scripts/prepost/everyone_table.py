"""Change from everyone's answers, linked or not, beside the change of linked pairs: rows of a sensitivity analysis."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from prepost.attrition.target import LATER_STATES, may_be_included
from prepost.comparing import result_rows
from prepost.designs import design
from prepost.everyone import wave_changes
from prepost.paired import Floor, Sides
from prepost.scoring import score
from prepost.study import Comparison, Outcome, Statistics

ANSWERS = "answers"  # the grouping of the rows, by whose answers stand behind them
EVERYONE, LINKED = "everyone", "without unlinked later answers"
METHOD = "mixed model (REML), Satterthwaite t"


def everyone_table(
    floor: Floor,
    outcomes: Sequence[Outcome],
    comparison: Comparison | None,
    later: str | None,
    statistics: Statistics,
) -> pd.DataFrame:
    """Estimate the changes of the primary comparison's outcomes from every response.

    Parameters
    ----------
    floor : Floor
        Floors 2 to 4.
    outcomes : sequence of Outcome
        The study's outcomes.
    comparison : Comparison or None
        The primary comparison; without one the table is empty.
    later : str or None
        The wave after it, if there is one.
    statistics : Statistics
        Level of the intervals.

    Returns
    -------
    DataFrame
        Schema ``everyone``: ``mean_change`` between each two waves; ``group_by`` answers, ``group`` whose: everyone,
        or without the later answers that were linked to no first one. ``n`` counts responses of the two waves.

    Notes
    -----
    `prepost.everyone.wave_changes` with people and their modules as random intercepts, modules held fixed.
    """
    rows: list[dict] = []
    if comparison is not None:
        waves = [comparison.wave_from, comparison.wave_to, *([later] if later else [])]
        answers = every_answer(floor, comparison, outcomes, waves)
        for outcome in outcomes:
            if outcome.name in comparison.outcomes:
                rows += _of_outcome(answers, comparison, outcome, waves, statistics.ci_level)
    return result_rows(rows, "everyone")


def every_answer(
    floor: Floor, comparison: Comparison, outcomes: Sequence[Outcome], waves: Sequence[str]
) -> pd.DataFrame:
    """Return every response of some waves with its scores, those with a blank key among them.

    Parameters
    ----------
    floor : Floor
        Floors 2 to 4.
    comparison : Comparison
        The primary comparison; whom its condition leaves out is left out.
    outcomes : sequence of Outcome
        Scores to give.
    waves : sequence of str
        The first of them is the wave to which later ones are linked.

    Returns
    -------
    DataFrame
        ``source, line, wave, module, person`` (null with a blank key), ``linked`` (to a response of the first wave;
        true for that wave itself), and one column an outcome.
    """
    sides = Sides(floor)
    names = [outcome.name for outcome in outcomes]
    keep = ["source", "line", "wave", "module", "person"]
    parts = []
    for wave in waves:
        used = sides.at_wave(wave)
        used = used[may_be_included(comparison, wave, used)]
        parts.append(used[[*keep, *names]])
        if comparison.include is None:
            parts.append(_loose(floor, wave, outcomes)[[*keep, *names]])
    found = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
    pairs = floor.pairs[floor.pairs["wave_from"] == waves[0]]
    ends = pd.MultiIndex.from_frame(pairs[["source_to", "line_to", "wave_to"]])
    found["linked"] = (found["wave"] == waves[0]) | pd.MultiIndex.from_frame(found[keep[:3]]).isin(ends)
    return found


def _loose(floor: Floor, wave: str, outcomes: Sequence[Outcome]) -> pd.DataFrame:
    """Responses of a wave that are nobody's: with a blank key, or of a module that is not known."""
    links = floor.links[floor.links["state"].isin(LATER_STATES[1:]) & (floor.links["wave"] == wave)]
    keys = ["source", "line", "wave"]
    rows = links[[*keys, "module", "person"]].merge(floor.responses.drop(columns="module"), on=keys, how="left")
    asked = {outcome.name: not outcome.waves or wave in outcome.waves for outcome in outcomes}
    scores = {o.name: score(rows, o) if asked[o.name] else np.full(len(rows), np.nan) for o in outcomes}
    return rows[[*keys, "module", "person"]].assign(**scores)


def _of_outcome(
    answers: pd.DataFrame, comparison: Comparison, outcome: Outcome, waves: Sequence[str], level: float
) -> Iterator[dict]:
    scored = answers[answers[outcome.name].notna()]
    for group, rows in ((EVERYONE, scored), (LINKED, scored[scored["linked"]])):
        rows = rows.reset_index(drop=True)
        modules = design(rows[["module"]])
        several = modules.X.shape[1] > 1
        found = wave_changes(
            rows[outcome.name],
            rows["wave"],
            rows["person"],
            rows["module"] if several else None,
            waves=waves,
            adjust=pd.DataFrame(modules.X[:, 1:], columns=list(modules.names[1:])) if several else None,
            level=level,
        )
        for row in found.to_dict("records"):
            here = answers["wave"].isin([row["wave_from"], row["wave_to"]])
            here &= answers["linked"] | (group == EVERYONE)
            yield {
                **{key: row[key] for key in ("wave_from", "wave_to", "estimate", "ci_low", "ci_high", "df", "p")},
                "comparison": comparison.name,
                "outcome": outcome.name,
                "group_by": ANSWERS,
                "group": group,
                "role": "sensitivity",
                "estimate_name": f"mean_change.{row['wave_from']}.{row['wave_to']}",
                "ci_level": level,
                "ci_method": METHOD if np.isfinite(row["ci_low"]) else None,
                "statistic_name": "t" if np.isfinite(row["statistic"]) else None,
                "statistic": row["statistic"],
                "n": row["n"],
                "n_unit": "responses",
                "n_people": row["n_people"],
                "n_missing": int((here & answers[outcome.name].isna()).sum()),
                "note": row["note"],
            }
