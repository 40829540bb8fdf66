"""Paired change by ranks: how much of the movement went up, and its test."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from prepost.pairs import TIE_TOLERANCE, Effect, base, complete_pairs, no_effect, snap_ties
from prepost.resample import RESAMPLES, Interval, bca_interval, no_interval


class SignedRank(NamedTuple):
    """A Wilcoxon signed-rank test; NaN where ``note`` says why there is none."""

    statistic: float
    p: float
    method: str
    n: int
    n_zero: int
    n_people: int
    note: str


def rank_biserial(
    change: ArrayLike,
    person: ArrayLike | None = None,
    *,
    level: float = 0.95,
    rng: np.random.Generator | None = None,
    resamples: int = RESAMPLES,
) -> Effect:
    """Matched-pairs rank-biserial correlation: share of the rank sum that went up, minus the share that went down.

    Parameters
    ----------
    change : array-like, shape (n,)
        After minus before. Missing values are dropped.
    person, level, rng, resamples
        As in ``hedges_g_av``.

    Returns
    -------
    Effect
        ``estimate`` from -1 to 1; ``n`` all pairs, zeros among them; ``note`` says how many pairs did not move.

    Notes
    -----
    (W⁺ - W⁻) / (W⁺ + W⁻) (Kerby 2014, doi:10.2466/11.IT.3.1). Zero changes are dropped before ranking (Wilcoxon),
    ties share their midrank. It is therefore silent on people who did not move: show ``net_improvement`` beside it.
    Interval, one pair a person: normal on Fisher's z with the null variance of the rank sum, n without zeros, as in
    R effectsize. Otherwise a bootstrap of people.

    Examples
    --------
    >>> rank_biserial([0.952, -0.147, 1.022, 0.43, 0.62, 0.59, 0.49, -0.08, 0.01]).estimate == 35 / 45
    True
    """
    codes, d = complete_pairs(person, change)
    n, n_people = base(codes)
    moved = np.abs(d) > TIE_TOLERANCE
    m = int(moved.sum())
    if m == 0:
        return no_effect(n, n_people, "no complete pairs" if n == 0 else "no pair moved: no ranks to compare")
    statistic = _rank_biserial_of(codes[moved], d[moved])
    estimate = float(statistic(np.ones((1, n_people)))[0])
    if n_people < n:
        interval = bca_interval(statistic, n_people, rng=rng, resamples=resamples, level=level)
    elif abs(estimate) == 1:
        interval = no_interval("every pair that moved went the same way: no interval")
    else:
        se = np.sqrt((2 * m**3 + 3 * m**2 + m) / 6) / ((m**2 + m) / 2)
        low, high = np.tanh(np.arctanh(estimate) + stats.norm.ppf([(1 - level) / 2, (1 + level) / 2]) * se)
        interval = Interval(float(low), float(high), "normal on Fisher's z", "")
    still = "pairs that did not move are not ranked" if m < n else ""  # no counts: notes pass the release wall
    return Effect(estimate, *interval[:3], n, n_people, "; ".join(filter(None, [still, interval.note])))


def wilcoxon(change: ArrayLike, person: ArrayLike | None = None) -> SignedRank:
    """Wilcoxon signed-rank test, two-sided; where people give several pairs, its version for clusters.

    Parameters
    ----------
    change : array-like, shape (n,)
        After minus before. Missing values are dropped.
    person : array-like or None, shape (n,)
        Who gave each pair. None: each pair is another person.

    Returns
    -------
    SignedRank
        ``statistic`` V, the sum of the ranks that went up; ``p``; ``method``; ``n`` pairs; ``n_zero`` pairs that
        did not move; ``n_people``; ``note``.

    Notes
    -----
    Zero changes are dropped before ranking (Wilcoxon's rule, not Pratt's), ties share their midrank. One pair a
    person: as R ``wilcox.test(paired = TRUE)``, exact below 50 pairs without zeros and ties, else normal with tie and
    continuity correction. Otherwise Rosner, Glynn & Lee 2006, doi:10.1111/j.1541-0420.2005.00389.x, with equal
    weights: z = Σ S_g / √Σ S_g², S_g a person's sum of signed ranks, no continuity correction.

    Examples
    --------
    >>> result = wilcoxon([0.952, -0.147, 1.022, 0.43, 0.62, 0.59, 0.49, -0.08, 0.01])
    >>> result.statistic, result.p
    (40.0, 0.0390625)
    """
    codes, d = complete_pairs(person, change)
    n, n_people = base(codes)
    moved = np.abs(d) > TIE_TOLERANCE
    m = int(moved.sum())
    if m == 0:
        note = "no complete pairs" if n == 0 else "no pair moved: nothing to test"
        return SignedRank(np.nan, np.nan, "", n, n - m, n_people, note)
    sizes = snap_ties(np.abs(d[moved]))
    signed = stats.rankdata(sizes) * np.sign(d[moved])
    v = float(signed[signed > 0].sum())
    if n_people < n:
        sums = np.bincount(codes[moved], signed)
        people = int(np.sum(sums != 0))
        if people < 2:
            return SignedRank(v, np.nan, "", n, n - m, n_people, "fewer than two people moved: no test")
        p = float(2 * stats.norm.sf(abs(sums.sum()) / np.sqrt(np.sum(sums**2))))
        return SignedRank(v, p, "Rosner-Glynn-Lee, normal", n, n - m, n_people, "")
    exact = m == n and n < 50 and len(np.unique(sizes)) == m
    method = "exact" if exact else "asymptotic"
    p = stats.wilcoxon(sizes * np.sign(d[moved]), zero_method="wilcox", correction=not exact, method=method).pvalue
    words = "exact" if exact else "normal, tie and continuity correction"
    return SignedRank(v, float(p), words, n, n - m, n_people, "")


def _rank_biserial_of(codes: np.ndarray, moved: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    """Rank-biserial on weights of people: midranks follow from how often each size of change stands in a sample."""
    sizes = snap_ties(np.abs(moved))
    order = np.argsort(sizes, kind="stable")
    who, sign = codes[order], np.sign(moved[order])
    starts = np.flatnonzero(np.diff(sizes[order], prepend=-1.0))

    def statistic(weights: np.ndarray) -> np.ndarray:
        each = weights[:, who]
        count, net = np.add.reduceat(each, starts, axis=1), np.add.reduceat(each * sign, starts, axis=1)
        midrank = np.cumsum(count, axis=1) - (count - 1) / 2
        total = np.sum(count * midrank, axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(total > 0, np.sum(net * midrank, axis=1) / total, np.nan)

    return statistic
