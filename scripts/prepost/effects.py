"""Effect sizes for paired change, each with an interval, its method by name, and a note where there is none.

A change is after minus before, in scale points. Where each person gives one pair the interval is analytic; where
people give several, people are resampled or the variance is clustered on them (``ci_method`` says which).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, special, stats

from prepost.pairs import TIE_TOLERANCE, Effect, base, complete_pairs, no_effect
from prepost.ranks import SignedRank, rank_biserial, wilcoxon
from prepost.resample import RESAMPLES, Interval, bca_interval, no_interval, weighted_sums
from prepost.robust import mean_change

__all__ = [
    "ChangeCounts",
    "Effect",
    "SignedRank",
    "change_counts",
    "d_z",
    "hedges_g_av",
    "net_improvement",
    "p_superiority",
    "rank_biserial",
    "small_sample_correction",
    "wilcoxon",
]


class ChangeCounts(NamedTuple):
    """How many pairs improved, stayed the same and worsened."""

    improved: int
    same: int
    worse: int
    n: int
    n_people: int


def small_sample_correction(nu: float) -> float:
    """Hedges' J(ν) = 1 - 3/(4ν - 1), which takes the small-sample bias out of a standardised mean difference.

    Parameters
    ----------
    nu : float
        Degrees of freedom, above 1.

    Returns
    -------
    float
        A factor below 1.

    Notes
    -----
    Hedges 1981, doi:10.3102/10769986006002107.

    Examples
    --------
    >>> small_sample_correction(9) == 32 / 35
    True
    """
    return 1 - 3 / (4 * nu - 1)


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

    Parameters
    ----------
    before, after : array-like, shape (n,)
        Scores of a pair in scale points. Pairs with a missing side are dropped.
    person : array-like or None, shape (n,)
        Who gave each pair. None: each pair is another person.
    level : float
        Confidence level, between 0 and 1.
    rng : numpy.random.Generator
        Needed where a person gives several pairs.
    resamples : int
        Bootstrap samples.

    Returns
    -------
    Effect
        ``estimate`` g_av; ``ci_low``, ``ci_high``; ``ci_method``; ``n`` pairs; ``n_people``; ``note``.

    Notes
    -----
    g_av = J(n - 1) · M_change / ((s_before + s_after) / 2), Lakens 2013, doi:10.3389/fpsyg.2013.00863, with n the
    number of pairs (pingouin and others use 2n - 2, and the root mean square of the two standard deviations).
    Interval, one pair a person: large-sample variance of a standardised contrast of paired means, Bonett 2008,
    doi:10.1037/1082-989X.13.2.99, carried to the average of the standard deviations by the delta method and corrected
    by the same J. Otherwise a bootstrap of people (``resample.bca_interval``).

    Examples
    --------
    >>> g = hedges_g_av([9, 6, 7, 8, 7, 9, 8, 8, 8, 7], [9, 7, 8, 9, 8, 9, 9, 10, 9, 9])
    >>> f"{g.estimate:.4f}"
    '1.0320'
    """
    codes, x, y = complete_pairs(person, before, after)
    n, n_people = base(codes)
    if n < 3:
        return no_effect(n, n_people, f"{_pairs(n)}: no standardised effect")
    x, y = x - x.mean(), y - x.mean()  # sums of squares about a near point keep their digits
    j = small_sample_correction(n - 1)
    estimate = float(j * _standardised(np.ones((1, n)), np.column_stack([np.ones(n), x, y, x**2, y**2]))[0])
    if not np.isfinite(estimate):
        return no_effect(n, n_people, "the scores do not vary: no standardised effect")
    if n_people < n:
        table = _by_person(codes, np.ones(n), x, y, x**2, y**2)
        interval = bca_interval(
            lambda w: j * _standardised(w, table), n_people, rng=rng, resamples=resamples, level=level
        )
    else:
        interval = _contrast_interval(x, y, estimate, j, level)
    return Effect(estimate, *interval[:3], n, n_people, interval.note)


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
        As in ``hedges_g_av``.

    Returns
    -------
    Effect
        ``estimate`` d_z, uncorrected; the other fields as in ``hedges_g_av``.

    Notes
    -----
    Interval, one pair a person: noncentral t, exact under normality (Steiger & Fouladi 1997; Goulet-Pelletier &
    Cousineau 2018, doi:10.20982/tqmp.14.4.p242), as in R effectsize. Otherwise a bootstrap of people.

    Examples
    --------
    >>> d_z([0, 1, 1, 1, 1, 0, 1, 2, 1, 2]).estimate
    1.5
    """
    codes, d = complete_pairs(person, change)
    n, n_people = base(codes)
    if n < 2:
        return no_effect(n, n_people, f"{_pairs(n)}: no standardised effect")
    if np.ptp(d) <= TIE_TOLERANCE:
        return no_effect(n, n_people, "every change is the same: d_z has no finite value")
    estimate = float(d.mean() / d.std(ddof=1))
    if n_people < n:
        table = _by_person(codes, np.ones(n), d, d**2)
        interval = bca_interval(_d_z_of(table), n_people, rng=rng, resamples=resamples, level=level)
    else:
        interval = _noncentral_interval(estimate, n, level)
    return Effect(estimate, *interval[:3], n, n_people, interval.note)


def net_improvement(change: ArrayLike, person: ArrayLike | None = None, *, level: float = 0.95) -> Effect:
    """Share of pairs that went up minus share that went down, any step, unmoved pairs in the base.

    Parameters
    ----------
    change : array-like, shape (n,)
        After minus before. Missing values are dropped.
    person, level
        As in ``hedges_g_av``.

    Returns
    -------
    Effect
        ``estimate`` from -1 to 1, a proportion (times 100: percentage points).

    Notes
    -----
    Interval, one pair a person: Bonett & Price 2012, doi:10.3102/1076998611411915, which adds one pair to each
    direction and so has a width even where all went one way. Otherwise the mean of the signs with CR2 variance and
    Satterthwaite degrees of freedom, cut at -1 and 1.

    Examples
    --------
    >>> net_improvement([1, 1, 1, 0, -1]).estimate
    0.4
    """
    codes, d = complete_pairs(person, change)
    n, n_people = base(codes)
    if n == 0:
        return no_effect(0, 0, "no complete pairs")
    signs = np.where(np.abs(d) > TIE_TOLERANCE, np.sign(d), 0.0)
    estimate = float(signs.sum() / n)
    if n_people < n:
        mean = mean_change(signs, codes, level)
        method = "" if np.isnan(mean.ci_low) else "CR2 t on the signs"
        return Effect(estimate, max(mean.ci_low, -1.0), min(mean.ci_high, 1.0), method, n, n_people, mean.note)
    up, down = (np.sum(signs > 0) + 1) / (n + 2), (np.sum(signs < 0) + 1) / (n + 2)
    half = float(stats.norm.ppf((1 + level) / 2) * np.sqrt((up + down - (up - down) ** 2) / (n + 2)))
    low, high = max(float(up - down) - half, -1.0), min(float(up - down) + half, 1.0)
    return Effect(estimate, low, high, "Bonett-Price adjusted Wald", n, n_people, "")


def p_superiority(change: ArrayLike, person: ArrayLike | None = None, *, level: float = 0.95) -> Effect:
    """Share of pairs whose second score is the higher one, unmoved pairs counted half.

    Parameters
    ----------
    change : array-like, shape (n,)
        After minus before. Missing values are dropped.
    person, level
        As in ``hedges_g_av``.

    Returns
    -------
    Effect
        ``estimate`` from 0 to 1; 0.5 is no tendency either way.

    Notes
    -----
    (improved + same/2) / n = (1 + net improvement) / 2 within pairs (Grissom & Kim 2012, ISBN 9780415877695), not the
    common-language effect size over all cross pairs that ignores who is who. Interval from ``net_improvement``.

    Examples
    --------
    >>> p_superiority([1, 1, 1, 0, -1]).estimate
    0.7
    """
    net = net_improvement(change, person, level=level)
    return net._replace(estimate=(1 + net.estimate) / 2, ci_low=(1 + net.ci_low) / 2, ci_high=(1 + net.ci_high) / 2)


def change_counts(change: ArrayLike, person: ArrayLike | None = None, *, smallest: float | None = None) -> ChangeCounts:
    """Count the pairs that improved, stayed the same and worsened.

    Parameters
    ----------
    change : array-like, shape (n,)
        After minus before, in scale points. Missing values are dropped.
    person : array-like or None, shape (n,)
        Who gave each pair. None: each pair is another person.
    smallest : float or None
        None for a single item: any step counts. For a scale the smallest effect of interest in scale points, above
        0: a change counts where it lies beyond it; one exactly as large is "same".

    Returns
    -------
    ChangeCounts
        ``improved``, ``same``, ``worse``: they sum to ``n`` pairs; ``n_people``.

    Raises
    ------
    ValueError
        ``smallest`` below 0.

    Examples
    --------
    >>> change_counts([0.5, 0.25, 0, -0.75], smallest=0.25)
    ChangeCounts(improved=1, same=2, worse=1, n=4, n_people=4)
    """
    if smallest is not None and smallest < 0:
        raise ValueError("the smallest effect of interest is a distance in scale points, 0 or more")
    codes, d = complete_pairs(person, change)
    n, n_people = base(codes)
    edge = (smallest or 0.0) + TIE_TOLERANCE
    improved, worse = int(np.sum(d > edge)), int(np.sum(d < -edge))
    return ChangeCounts(improved, n - improved - worse, worse, n, n_people)


def _pairs(n: int) -> str:
    return {0: "no complete pairs", 1: "one pair only"}.get(n, f"{n} pairs only")


def _by_person(codes: np.ndarray, *columns: np.ndarray) -> np.ndarray:
    return np.column_stack([np.bincount(codes, column) for column in columns])


def _standardised(weights: np.ndarray, table: np.ndarray) -> np.ndarray:
    n, sx, sy, sxx, syy = weighted_sums(weights, table).T
    with np.errstate(invalid="ignore", divide="ignore"):
        vx, vy = (sxx - sx**2 / n) / (n - 1), (syy - sy**2 / n) / (n - 1)
        spread = (np.sqrt(np.maximum(vx, 0)) + np.sqrt(np.maximum(vy, 0))) / 2
        return np.where(spread > TIE_TOLERANCE, (sy - sx) / n / spread, np.nan)


def _contrast_interval(x: np.ndarray, y: np.ndarray, g: float, j: float, level: float) -> Interval:
    (vx, cov), (_, vy) = np.cov(x, y)
    df, spread, d = len(x) - 1, (np.sqrt(vx) + np.sqrt(vy)) / 2, g / j
    r2 = cov**2 / (vx * vy) if vx > 0 and vy > 0 else 0.0
    of_mean = (vx + vy - 2 * cov) / (df * spread**2)
    of_spread = d**2 * (vx + vy + 2 * r2 * np.sqrt(vx * vy)) / (8 * df * spread**2)
    half = float(stats.norm.ppf((1 + level) / 2) * j * np.sqrt(of_mean + of_spread))
    return Interval(g - half, g + half, "Bonett 2008, delta method", "")


def _noncentral_interval(d: float, n: int, level: float) -> Interval:
    t, root = abs(d) * np.sqrt(n), np.sqrt(n)
    bounds = []
    for tail in ((1 + level) / 2, (1 - level) / 2):
        near = float(special.nctdtrinc(n - 1, tail, t))  # right to five digits or so: the root below mends it
        reach = 0.01 * (1 + abs(near))

        def miss(shift: float, tail: float = tail) -> float:
            return float(stats.nct.cdf(t, n - 1, shift)) - tail

        if not miss(near - reach) > 0 > miss(near + reach):
            return no_interval("the noncentral t has no solution here: no interval")
        bounds.append(float(optimize.brentq(miss, near - reach, near + reach, xtol=1e-13)) / root)
    low, high = bounds if d >= 0 else (-bounds[1], -bounds[0])
    return Interval(low, high, "noncentral t", "")


def _d_z_of(table: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    def statistic(weights: np.ndarray) -> np.ndarray:
        n, s, ss = weighted_sums(weights, table).T
        with np.errstate(invalid="ignore", divide="ignore"):
            variance = (ss - s**2 / n) / (n - 1)
            return np.where(variance > TIE_TOLERANCE**2, s / n / np.sqrt(variance), np.nan)

    return statistic
