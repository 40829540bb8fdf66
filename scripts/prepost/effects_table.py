"""Effect sizes by their names, tests by rank and sign, and change beyond error: one row each, for the appendix."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from prepost import effects
from prepost.comparing import Complete, complete, effect_row, result_rows, stream
from prepost.paired import OVERALL, Floor, Sides
from prepost.pairs import TIE_TOLERANCE, Effect
from prepost.schemas import TOLD
from prepost.sheets import ItemRow
from prepost.study import RELIABLE, Comparison, Outcome, Statistics
from prepost.thresholds import Threshold, by_error_alone, threshold

#: Effect sizes in the appendix's order; each is named for what it is, since several have gone by "Cohen's d".
NAMES = ("hedges_g_av", "d_av", "d_rms", "d_rm", "d_z", "rank_biserial", "p_superiority", "net_improvement")
SHARES = ("p_superiority", "net_improvement")  # counts follow from them
ZERO_RULES = {
    "wilcox": "zero changes dropped and tied ranks averaged",
    "pratt": "zero changes ranked, and their ranks dropped",
    "zsplit": "zero changes ranked, half of their ranks to each direction",
}
NULL = {"null_improved": "improved", "null_same": "same", "null_worse": "worse"}
WAVE = "wave"  # the group of rows that stand on everyone who answered a wave


def effects_table(
    floor: Floor,
    outcomes: Sequence[Outcome],
    items: Sequence[ItemRow],
    plan: Sequence[Comparison],
    statistics: Statistics,
    seed: int,
) -> pd.DataFrame:
    """Give every effect size of each comparison that has no groups, beside what errors of measurement alone would give.

    Parameters
    ----------
    floor : Floor
        Floors 2 to 4.
    outcomes : sequence of Outcome
        The study's outcomes.
    items : sequence of ItemRow
        The codebook: answers in steps move scores in steps.
    plan : sequence of Comparison
        The declared comparisons.
    statistics : Statistics
        Level of the intervals, and resamples of people.
    seed : int
        As in `prepost.comparing.compare`: the same pairs have the same resamples there and here.

    Returns
    -------
    DataFrame
        Schema ``effects``. Over pairs: the names of ``NAMES``; ``wilcoxon_<rule>`` under three rules for unmoved
        pairs; ``sign_test`` (share up of those that moved). Over everyone who answered the first wave, in the group
        ``wave``: ``reliable_change`` in scale points, ``null_improved``, ``null_same``, ``null_worse`` as shares.

    Notes
    -----
    Which counts an estimate tells: net improvement and P(superiority) give ups less downs, the sign test its two
    counts; the rank sum under ``pratt`` less that under ``wilcox`` is ups times unmoved, and the rank sum beside the
    rank-biserial gives the number that moved. So these rows carry the smallest of ups, downs and unmoved.
    """
    sides = Sides(floor)
    by_name = {outcome.name: outcome for outcome in outcomes}
    codebook = {item.item: item for item in items}
    rows: list[dict] = []
    for comparison in plan:
        if comparison.group_by is not None:
            continue
        found = sides.paired(comparison)
        at_wave = sides.at_wave(comparison.wave_from)
        for name in comparison.outcomes:
            outcome = by_name[name]
            pairs = complete(found, comparison, outcome, OVERALL)
            rows += [{**pairs.common, **row} for row in _over_pairs(pairs, statistics, stream(seed, pairs.common))]
            rows += _over_everyone(threshold(at_wave, outcome), comparison, outcome, codebook)
    return result_rows(rows, "effects")


def _over_pairs(pairs: Complete, statistics: Statistics, rng: np.random.Generator) -> Iterator[dict]:
    options = {"level": statistics.ci_level, "rng": rng, "resamples": statistics.resamples}
    found = effects.effect_sizes(pairs.before, pairs.after, pairs.person, **options)
    told = smallest_told(pairs.change)
    for name in NAMES:
        yield effect_row(name, found[name], statistics.ci_level) | ({TOLD: told} if name in SHARES else {})
    for rule, words in ZERO_RULES.items():
        rank = effects.wilcoxon(pairs.change, pairs.person, zeros=rule)
        yield {
            "estimate_name": f"wilcoxon_{rule}",
            "statistic_name": f"V, {rank.method} ({words})" if rank.method else None,
            "statistic": rank.statistic,
            "p": rank.p,
            "note": rank.note,
            TOLD: told,
        }
    sign = effects.sign_test(pairs.change, pairs.person, level=statistics.ci_level)
    whole = Effect(sign.estimate, sign.ci_low, sign.ci_high, "", sign.n, sign.n_people, sign.note)
    yield {
        **effect_row("sign_test", whole, statistics.ci_level),
        "ci_method": sign.method if np.isfinite(sign.ci_low) else None,
        "statistic_name": sign.method,
        "p": sign.p,
        TOLD: told,
    }


def smallest_told(change: np.ndarray) -> int:
    """Return the smallest of the numbers of pairs that went up, stayed and went down, those of nobody left out.

    Examples
    --------
    >>> smallest_told(np.array([1, 1, 0.5, 0, 0]))
    2
    """
    counts = [int(np.sum(change > TIE_TOLERANCE)), int(np.sum(change < -TIE_TOLERANCE))]
    counts.append(len(change) - sum(counts))
    return min((count for count in counts if count), default=0)


def _over_everyone(
    found: Threshold, comparison: Comparison, outcome: Outcome, items: Mapping[str, ItemRow]
) -> Iterator[dict]:
    null = by_error_alone(found, outcome, items)
    common = {
        "comparison": comparison.name,
        "outcome": outcome.name,
        "group_by": WAVE,
        "group": comparison.wave_from,
        "wave_to": comparison.wave_from,
        "n": found.n,
        "n_unit": "people",
        "n_people": found.n,
        "n_missing": found.n_missing,
        "role": "sensitivity" if comparison.role == "sensitivity" else "secondary",
    }
    yield {**common, "estimate_name": RELIABLE, "estimate": found.reliable, "note": found.note}
    for name, field in NULL.items():
        yield {
            **common,
            "estimate_name": name,
            "estimate": getattr(null, field),
            "note": found.note or null.note,
        }
