"""Does it last: changes between three waves, whether the gain is kept, and how much of it where that can be told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from prepost.attrition.target import may_be_included
from prepost.comparing import result_rows
from prepost.paired import Floor, Sides
from prepost.retention import ALL_THREE, ANY_TWO, gain_kept, retention_ratio, wave_to_wave
from prepost.study import Comparison, Outcome, Statistics

ANSWERED = "answered"  # the grouping of the rows, by which waves they answered
METHOD = "CR2 on the person with Satterthwaite t"
BASES = {ALL_THREE: "all three", ANY_TWO: "these two"}


def lasting_table(
    floor: Floor,
    outcomes: Sequence[Outcome],
    comparison: Comparison | None,
    later: str | None,
    margin: float | None,
    statistics: Statistics,
) -> pd.DataFrame:
    """Estimate what is left of the primary comparison's changes at a later wave.

    Parameters
    ----------
    floor : Floor
        Floors 2 to 4.
    outcomes : sequence of Outcome
        The study's outcomes.
    comparison : Comparison or None
        The primary comparison.
    later : str or None
        The wave after it. Without it, or without a comparison, the table is empty.
    margin : float or None
        Loss that would still pass for none, in scale points; None: each outcome's smallest effect of interest.
    statistics : Statistics
        Level of the intervals.

    Returns
    -------
    DataFrame
        Schema ``lasting``; ``group_by`` answered, ``group`` all three or these two. ``mean_change.<from>.<to>``;
        ``gain_kept`` (the change from after to later; `note` has the verdict: kept, not kept, cannot be told);
        ``retention_ratio`` (its `note` says why where it is not estimable).

    Notes
    -----
    `prepost.retention`. Completions are of one person and module.
    """
    rows: list[dict] = []
    if comparison is not None and later is not None:
        waves = [comparison.wave_from, comparison.wave_to, later]
        answers = three_waves(floor, comparison, waves)
        for outcome in outcomes:
            if outcome.name in comparison.outcomes:
                wide = answers.pivot(index=["person", "module"], columns="wave", values=outcome.name)
                wide = wide.reindex(columns=waves).astype("float64").sort_index()
                rows += _of_outcome(wide, comparison, outcome, margin or outcome.smallest_effect, statistics.ci_level)
    return result_rows(rows, "lasting")


def three_waves(floor: Floor, comparison: Comparison, waves: Sequence[str]) -> pd.DataFrame:
    """Return the used responses of some waves with their scores, but of whom the comparison's condition leaves out."""
    sides = Sides(floor)
    found = sides.paired(comparison).pairs[["person", "module"]]
    ends = [comparison.wave_from, comparison.wave_to]
    anyone = floor.pairs[floor.pairs[["wave_from", "wave_to"]].eq(ends).all(axis=1)][["person", "module"]]
    inside, paired = (pd.MultiIndex.from_frame(frame) for frame in (found, anyone))
    parts = []
    for wave in waves:
        rows = sides.at_wave(wave)
        keys = pd.MultiIndex.from_frame(rows[["person", "module"]])
        parts.append(rows[may_be_included(comparison, wave, rows) & (keys.isin(inside) | ~keys.isin(paired))])
    return pd.concat(parts, ignore_index=True)


def _of_outcome(
    wide: pd.DataFrame, comparison: Comparison, outcome: Outcome, margin: float, level: float
) -> Iterator[dict]:
    waves = list(wide.columns)
    person = wide.index.get_level_values("person").to_numpy(dtype=object)
    before, after, later = (wide[wave].to_numpy() for wave in waves)
    common = {
        "comparison": comparison.name,
        "outcome": outcome.name,
        "group_by": ANSWERED,
        "role": "secondary",
        "ci_level": level,
        "n_unit": "pairs",
    }
    names = dict(zip(("before", "after", "later"), waves, strict=True))
    for row in wave_to_wave(before, after, later, person, level).to_dict("records"):
        ends = names[row["wave_from"]], names[row["wave_to"]]
        yield {
            **common,
            **{key: row[key] for key in ("estimate", "ci_low", "ci_high", "df", "p", "n", "n_people", "note")},
            "group": BASES[row["base"]],
            "wave_from": ends[0],
            "wave_to": ends[1],
            "estimate_name": f"mean_change.{ends[0]}.{ends[1]}",
            "ci_method": METHOD if np.isfinite(row["ci_low"]) else None,
            "statistic_name": "t" if np.isfinite(row["statistic"]) else None,
            "statistic": row["statistic"],
        }
    kept = gain_kept(after, later, person, margin=margin, level=level)
    yield {
        **common,
        **{key: getattr(kept, key) for key in ("estimate", "ci_low", "ci_high", "n", "n_people")},
        "group": BASES[ANY_TWO],
        "wave_from": waves[1],
        "wave_to": waves[2],
        "estimate_name": "gain_kept",
        "ci_method": METHOD if np.isfinite(kept.ci_low) else None,
        "note": kept.verdict or kept.note,
    }
    ratio = retention_ratio(before, after, later, person, smallest=outcome.smallest_effect, level=level)
    yield {
        **common,
        **{key: getattr(ratio, key) for key in ("estimate", "ci_low", "ci_high", "ci_method", "n", "n_people", "note")},
        "group": BASES[ALL_THREE],
        "wave_from": waves[0],
        "wave_to": waves[2],
        "estimate_name": "retention_ratio",
    }
