"""Effect sizes for paired change, each with an interval, its method by name, and a note where there is none.

A change is after minus before, in scale points. Where each person gives one pair the interval is analytic; where
people give several, people are resampled or the variance is clustered on them (``ci_method`` says which). Nothing
here is a bare "Cohen's d", a name that several of these have gone by.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from prepost.alike import profiles
from prepost.effects_shares import ChangeCounts, change_counts, net_improvement, p_superiority
from prepost.effects_standardised import (
    STANDARDISED,
    estimates,
    moments_table,
    small_sample_correction,
    standardised,
    values_on,
    with_interval,
)
from prepost.pairs import TIE_TOLERANCE, Effect, base, complete_pairs
from prepost.ranks import SignedRank, rank_biserial, rank_biserial_of, sign_test, wilcoxon, with_ranks_note
from prepost.resample import RESAMPLES, bca_intervals

__all__ = [
    "ChangeCounts",
    "Effect",
    "SignedRank",
    "STANDARDISED",
    "change_counts",
    "common_language",
    "d_z",
    "effect_sizes",
    "hedges_g_av",
    "net_improvement",
    "p_superiority",
    "rank_biserial",
    "sign_test",
    "small_sample_correction",
    "standardised",
    "wilcoxon",
]


def hedges_g_av(
    before: ArrayLike,
    after: ArrayLike,
    person: ArrayLike | None = None,
    *,
    level: float = 0.95,
    rng: np.random.Generator | None = None,
    resamples: int = RESAMPLES,
) -> Effect:
    """Mean change divided by the average of the two standard deviations, with the small-sample correction.

    Parameters, result and formula as in ``standardised``, which see.

    Examples
    --------
    >>> g = hedges_g_av([9, 6, 7, 8, 7, 9, 8, 8, 8, 7], [9, 7, 8, 9, 8, 9, 9, 10, 9, 9])
    >>> f"{g.estimate:.4f}"
    '1.0320'
    """
    options = {"level": level, "rng": rng, "resamples": resamples}
    return standardised(before, after, person, names=["hedges_g_av"], **options)["hedges_g_av"]


def d_z(
    change: ArrayLike,
    person: ArrayLike | None = None,
    *,
    level: float = 0.95,
    rng: np.random.Generator | None = None,
    resamples: int = RESAMPLES,
) -> Effect:
    """Mean change divided by the standard deviation of the changes: specific to the paired design.

    Parameters
    ----------
    change : array-like, shape (n,)
        After minus before, in scale points. Missing values are dropped.
    person, level, rng, resamples
        As in ``standardised``, which gives the interval.

    Returns
    -------
    Effect
        ``estimate`` d_z, uncorrected; the other fields as in ``standardised``.

    Examples
    --------
    >>> d_z([0, 1, 1, 1, 1, 0, 1, 2, 1, 2]).estimate
    1.5
    """
    codes, d = complete_pairs(person, change)
    options = {"level": level, "rng": rng, "resamples": resamples}
    return standardised(np.zeros(len(d)), d, codes, names=["d_z"], **options)["d_z"]


def common_language(d: Effect) -> Effect:
    """Chance that a change is above 0 if changes are normal: Φ(d_z), read from a d_z and its interval.

    Parameters
    ----------
    d : Effect
        A d_z.

    Returns
    -------
    Effect
        ``estimate`` from 0 to 1. On answers in few steps most changes are exactly 0 and ``p_superiority``, which
        counts them half, is to be preferred.

    Notes
    -----
    McGraw & Wong 1992, doi:10.1037/0033-2909.111.2.361, in its within-subject form.

    Examples
    --------
    >>> f"{common_language(d_z([0, 1, 1, 1, 1, 0, 1, 2, 1, 2])).estimate:.4f}"
    '0.9332'
    """
    estimate, low, high = (float(bound) for bound in stats.norm.cdf(d[:3]))
    return d._replace(estimate=estimate, ci_low=low, ci_high=high)


def effect_sizes(
    before: ArrayLike,
    after: ArrayLike,
    person: ArrayLike | None = None,
    *,
    level: float = 0.95,
    rng: np.random.Generator | None = None,
    resamples: int = RESAMPLES,
) -> dict[str, Effect]:
    """Every effect size of one group of pairs; those that need resampled people share the samples.

    Parameters
    ----------
    before, after, person, level, rng, resamples
        As in ``standardised``.

    Returns
    -------
    dict of str to Effect
        ``hedges_g_av`` first, the other names of ``STANDARDISED``, ``rank_biserial``, ``net_improvement``,
        ``p_superiority``, ``common_language``.

    Examples
    --------
    >>> found = effect_sizes([1, 2, 2, 3], [2, 2, 3, 3])
    >>> found["net_improvement"].estimate, found["p_superiority"].estimate
    (0.5, 0.75)
    """
    codes, x, y = complete_pairs(person, before, after)
    n, n_people = base(codes)
    change = y - x
    moved = np.abs(change) > TIE_TOLERANCE
    if n_people == n or not moved.any():
        found = {**standardised(x, y, level=level), "rank_biserial": rank_biserial(change, level=level)}
        if n_people < n:
            found |= standardised(x, y, codes, level=level, rng=rng, resamples=resamples)
    else:
        found, measured = estimates(list(STANDARDISED), x, y, n, n_people, level)
        alike = profiles(codes, x, y)
        rows = alike.rows[moved[alike.rows]]
        table = moments_table(alike.codes, x[alike.rows], y[alike.rows])
        ranks = rank_biserial_of(alike.codes[moved[alike.rows]], change[rows], alike.count)
        intervals = bca_intervals(
            lambda w: np.column_stack([values_on(measured, w, table, n), ranks(w)]),
            n_people,
            rng=rng,
            resamples=resamples,
            level=level,
            of_person=alike.of_person,
        )
        found |= {k: with_interval(found[k], interval) for k, interval in zip(measured, intervals[:-1], strict=True)}
        estimate = float(ranks(np.bincount(alike.of_person)[None, :].astype(float))[0])
        found["rank_biserial"] = with_ranks_note(
            with_interval(Effect(estimate, np.nan, np.nan, "", n, n_people, ""), intervals[-1]), int((~moved).sum())
        )
    found["net_improvement"] = net_improvement(change, codes, level=level)
    found["p_superiority"] = p_superiority(change, codes, level=level)
    found["common_language"] = common_language(found["d_z"])
    return found
