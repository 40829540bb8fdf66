"""Each change under other ways of linking, as found and as true pairs would give it, as rows of results."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from prepost.comparing import result_rows, stream
from prepost.effects_standardised import small_sample_correction
from prepost.linkage.carried import MOVES, carry, false_share
from prepost.linkage.counts import Linking
from prepost.linkage.rates import by_chance_rows, surely
from prepost.linkage.samples import PROCEDURE, floor_of
from prepost.linkage.sure import Sure
from prepost.paired import Paired, Sides, groups
from prepost.robust import mean_change
from prepost.schemas import TOLD
from prepost.study import Comparison, Index, Outcome, Statistics
from prepost.study_secondary import Linkage
from prepost.thresholds import threshold as edge_of

CR2 = "CR2 on the person with Satterthwaite t"
PERCENTILES = "percentiles over samples of people, each with a draw of the share of false links"


def changes_table(
    linking: Linking,
    outcomes: Sequence[Outcome],
    indices: Sequence[Index],
    comparison: Comparison | None,
    plan: Linkage,
    statistics: Statistics,
    seed: int,
) -> pd.DataFrame:
    """Estimate each change over the pairs of each procedure, and what true pairs would give.

    Parameters
    ----------
    linking, comparison, plan
        As in `linked_table`.
    outcomes, indices : sequence
        The study's scales.
    statistics : Statistics
        Level of the intervals, and resamples of people.
    seed : int

    Returns
    -------
    DataFrame
        Schema ``linkage_changes``, ``group_by`` procedure: ``mean_change``; ``hedges_g_av``; ``correlation``, ``d_z``,
        ``better``, ``same``, ``worse`` as found, and each with ``_corrected`` for false links; the mean change and g
        need no correction as far as strangers linked in resemble true partners (`prepost.linkage.carried`).
    """
    rows: list[dict] = []
    if comparison is not None:
        chance = list(by_chance_rows(linking, comparison))
        found = surely(linking, comparison, plan, chance, statistics.ci_level, seed)
        at_wave = Sides(linking.floor).at_wave(comparison.wave_from)
        edges = {one.name: edge_of(at_wave, one).edge for one in outcomes if one.name in comparison.outcomes}
        for name, (pairs, sure) in found.items():
            floor = floor_of(pairs, linking.floor, outcomes, indices, procedures_method(name))
            paired = Sides(floor).paired(comparison)
            for outcome in outcomes:
                if outcome.name in comparison.outcomes:
                    edge = edges[outcome.name]
                    rows += _change(paired, comparison, outcome.name, name, sure, edge, plan, statistics, seed)
    return result_rows(rows, "linkage_changes")


def procedures_method(name: str) -> str:
    """Return how pairs of a procedure were found, for ``pairs.method``."""
    return name.partition("_")[0]


def _change(
    paired: Paired,
    comparison: Comparison,
    outcome: str,
    procedure: str,
    sure: Sure,
    edge: float,
    plan: Linkage,
    statistics: Statistics,
    seed: int,
) -> Iterator[dict]:
    level = statistics.ci_level
    both = paired.before[outcome].notna() & paired.after[outcome].notna()
    part = paired.take(both)
    before, after = (side[outcome].to_numpy(dtype=float) for side in (part.before, part.after))
    person, _ = pd.factorize(part.pairs["person"])
    common = {
        "comparison": comparison.name,
        "outcome": outcome,
        "group_by": PROCEDURE,
        "group": procedure,
        "wave_from": comparison.wave_from,
        "wave_to": comparison.wave_to,
        "n": len(before),
        "n_unit": "pairs",
        "n_people": int(person.max()) + 1 if len(person) else 0,
        "n_missing": int((~both).sum()),
        "role": "sensitivity",
    }
    mean = mean_change(after - before, person, level)
    interval = {"ci_low": mean.ci_low, "ci_high": mean.ci_high, "ci_level": level, "ci_method": CR2, "note": mean.note}
    yield common | {"estimate_name": "mean_change", "estimate": mean.estimate} | interval
    if len(before) < 3:
        return
    yield common | {"estimate_name": "hedges_g_av", "estimate": _g_av(before, after)}
    strata = [groups(part, name) for name in plan.within]
    stratum, _ = pd.factorize(pd.MultiIndex.from_arrays(strata)) if strata else (np.zeros(len(before), int), None)
    rng = stream(seed, common)
    q = false_share(*sure.false_share, size=statistics.resamples, rng=rng)
    carried = carry(before, after, person, stratum, edge, q, level=level, rng=rng)
    told = _smallest(after - before, edge)
    for name, found in carried.items():
        share = {TOLD: told} if name in MOVES else {}
        yield common | share | {"estimate_name": name, "estimate": found.observed}
        corrected = {"estimate": found.corrected, "ci_low": found.ci_low, "ci_high": found.ci_high, "ci_level": level}
        method = PERCENTILES if np.isfinite(found.ci_low) else None
        yield (
            common
            | share
            | corrected
            | {
                "estimate_name": f"{name}_corrected",
                "ci_method": method,
                "note": found.note,
            }
        )


def _g_av(before: np.ndarray, after: np.ndarray) -> float:
    """Hedges' g_av of pairs as `prepost.effects.hedges_g_av` has it, without its interval."""
    spread = (before.std(ddof=1) + after.std(ddof=1)) / 2
    if not spread > 0:
        return float("nan")
    return float((after - before).mean() / spread * small_sample_correction(len(before) - 1))


def _smallest(change: np.ndarray, edge: float) -> int:
    counts = [int((change > edge).sum()), int((np.abs(change) <= edge).sum()), int((change < -edge).sum())]
    return min((count for count in counts if count), default=0)
