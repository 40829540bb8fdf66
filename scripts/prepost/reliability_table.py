"""Reliability of each scale at each wave, in the columns of the results' schema."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from prepost.comparing import STRAND, row_id
from prepost.matching import completions
from prepost.reliability import cronbach_alpha
from prepost.schemas import SCHEMAS
from prepost.study import Outcome, Statistics, Wave


def reliability_table(
    responses: pd.DataFrame,
    links: pd.DataFrame,
    outcomes: Sequence[Outcome],
    waves: Sequence[Wave],
    statistics: Statistics,
) -> pd.DataFrame:
    """Cronbach's alpha of every scale of two items or more, a wave each, over one response a person.

    Parameters
    ----------
    responses, links : DataFrame
        Floor 2 ``responses`` and floor 3 ``links``.
    outcomes, waves : sequence
        The study's scales and waves.
    statistics : Statistics
        Level of the intervals.

    Returns
    -------
    DataFrame
        Schema ``reliability``: ``estimate_name`` cronbach_alpha, ``group_by`` wave, ``n`` complete responses. The
        first response of a person at a wave is taken, since the interval takes responses to be independent.
    """
    used = completions(responses, links)
    rows = []
    for outcome in outcomes:
        if len(outcome.items) < 2:
            continue
        for wave in waves:
            at_wave = used[used["wave"] == wave.name].drop_duplicates("person")
            if outcome.waves and wave.name not in outcome.waves:
                continue
            items = at_wave.reindex(columns=outcome.items).astype("float64")
            alpha = cronbach_alpha(items, statistics.ci_level)
            rows.append(
                {
                    "row_id": row_id("reliability", outcome.name, "wave", wave.name, "cronbach_alpha"),
                    "strand": STRAND,
                    "role": "secondary",
                    "comparison": "reliability",
                    "outcome": outcome.name,
                    "group_by": "wave",
                    "group": wave.name,
                    "wave_to": wave.name,
                    "estimate_name": "cronbach_alpha",
                    "estimate": alpha.alpha,
                    "ci_low": alpha.ci_low,
                    "ci_high": alpha.ci_high,
                    "ci_level": statistics.ci_level if pd.notna(alpha.ci_low) else None,
                    "ci_method": alpha.ci_method or None,
                    "n": alpha.n,
                    "n_unit": "people",
                    "n_people": alpha.n,
                    "n_missing": len(items) - alpha.n,
                    "note": alpha.note or None,
                }
            )
    return pd.DataFrame(rows, columns=list(SCHEMAS["reliability"].columns))
