"""Each change under other ways of linking, as found and as true pairs would give it, as rows of results."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from prepost.comparing import result_rows, stream
from prepost.effects_standardised import small_sample_correction
from prepost.linkage.carried import MOVES, FalseShare, carry, false_share
from prepost.linkage.counts import Linking
from prepost.linkage.rates import by_chance_rows, surely
from prepost.linkage.samples import EXACT, PROCEDURE, floor_of, is_wider
from prepost.linkage.sure import Sure
from prepost.paired import Paired, Sides, groups
from prepost.robust import mean_change
from prepost.schemas import TOLD
from prepost.study import Comparison, Index, Outcome, Statistics
from prepost.study_secondary import Linkage
from prepost.thresholds import threshold as edge_of

CR2 = "CR2 on the person with Satterthwaite t"
CORRECTED = "_corrected"
#: Shares of false links that are supposed where none can be estimated, and what such rows are grouped by.
WHAT_IF, SUPPOSED = (0.01, 0.05, 0.1), "if_false"
FEWEST_PAIRS = 3
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
        need no correction as far as strangers linked in resemble true partners (`prepost.linkage.carried`). Where
        nothing tells how many exact links are false, ``group_by`` if_false: what true pairs would give if 0.01, 0.05
        or 0.1 of them were.
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
            for outcome, edge in edges.items():
                scores = _scores(paired, comparison, outcome, name, edge, plan)
                rows += _of_procedure(scores, sure, statistics, seed)
    return result_rows(rows, "linkage_changes")


def procedures_method(name: str) -> str:
    """Return how pairs of a way of linking were found, for ``pairs.method``."""
    return "tolerant" if is_wider(name) else name


class Scores(NamedTuple):
    """The complete pairs of one procedure and outcome, and the columns that every row about them has."""

    before: np.ndarray
    after: np.ndarray
    person: np.ndarray
    stratum: np.ndarray
    edge: float
    common: dict

    @property
    def change(self) -> np.ndarray:
        """After minus before."""
        return self.after - self.before


def _scores(paired: Paired, comparison: Comparison, outcome: str, procedure: str, edge: float, plan: Linkage) -> Scores:
    both = paired.before[outcome].notna() & paired.after[outcome].notna()
    part = paired.take(both)
    before, after = (side[outcome].to_numpy(dtype=float) for side in (part.before, part.after))
    person, known = pd.factorize(part.pairs["person"])
    strata = [groups(part, name) for name in plan.within]
    stratum = pd.factorize(pd.MultiIndex.from_arrays(strata))[0] if strata else np.zeros(len(before), int)
    common = {
        "comparison": comparison.name,
        "outcome": outcome,
        "group_by": PROCEDURE,
        "group": procedure,
        "wave_from": comparison.wave_from,
        "wave_to": comparison.wave_to,
        "n": len(before),
        "n_unit": "pairs",
        "n_people": len(known),
        "n_missing": int((~both).sum()),
        "role": "sensitivity",
    }
    return Scores(before, after, person, stratum, edge, common)


def _of_procedure(scores: Scores, sure: Sure, statistics: Statistics, seed: int) -> Iterator[dict]:
    """What is found and corrected; where nothing tells how many exact links are false, what if so many were."""
    level, common = statistics.ci_level, scores.common
    mean = mean_change(scores.change, scores.person, level)
    interval = {"ci_low": mean.ci_low, "ci_high": mean.ci_high, "ci_level": level, "ci_method": CR2, "note": mean.note}
    yield common | {"estimate_name": "mean_change", "estimate": mean.estimate} | interval
    if len(scores.before) < FEWEST_PAIRS:
        return
    yield common | {"estimate_name": "hedges_g_av", "estimate": _g_av(scores.before, scores.after)}
    rng = stream(seed, common)
    q = false_share(*sure.false_share, size=statistics.resamples, level=level, rng=rng)
    yield from _carried(scores, [common], [q], level, rng)
    if common["group"] == EXACT and not len(q.draws):
        supposed = [FalseShare(share, np.full(statistics.resamples, share)) for share in WHAT_IF]
        commons = [common | {"group_by": SUPPOSED, "group": f"{share:g}"} for share in WHAT_IF]
        rows = _carried(scores, commons, supposed, level, stream(seed, common | {"group": SUPPOSED}))
        yield from (row for row in rows if row["estimate_name"].endswith(CORRECTED))


def _carried(
    scores: Scores, commons: Sequence[dict], shares: Sequence[FalseShare], level: float, rng: np.random.Generator
) -> Iterator[dict]:
    """Rows of each share of false links, with the columns that all rows of that share have."""
    sides = (scores.before, scores.after, scores.person, scores.stratum)
    told = _smallest(scores.change, scores.edge)
    for common, found in zip(commons, carry(*sides, scores.edge, shares, level=level, rng=rng), strict=True):
        for name, value in found.items():
            row = common | ({TOLD: told} if name in MOVES else {})
            yield row | {"estimate_name": name, "estimate": value.observed}
            yield row | {
                "estimate_name": f"{name}{CORRECTED}",
                "estimate": value.corrected,
                "ci_low": value.ci_low,
                "ci_high": value.ci_high,
                "ci_level": level,
                "ci_method": PERCENTILES if np.isfinite(value.ci_low) else None,
                "note": value.note,
            }


def _g_av(before: np.ndarray, after: np.ndarray) -> float:
    """Hedges' g_av of pairs as `prepost.effects.hedges_g_av` has it, without its interval."""
    spread = (before.std(ddof=1) + after.std(ddof=1)) / 2
    if not spread > 0:
        return float("nan")
    return float((after - before).mean() / spread * small_sample_correction(len(before) - 1))


def _smallest(change: np.ndarray, edge: float) -> int:
    counts = [int((change > edge).sum()), int((np.abs(change) <= edge).sum()), int((change < -edge).sum())]
    return min((count for count in counts if count), default=0)
