"""Change as shares of pairs: better, the same and worse, and what errors of measurement alone would give."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from prepost.pairs import TIE_TOLERANCE, Effect, base, complete_pairs, no_effect
from prepost.robust import mean_change


class ChangeCounts(NamedTuple):
    """How many pairs improved, stayed the same and worsened."""

    improved: int
    same: int
    worse: int
    n: int
    n_people: int


class ReliableChange(NamedTuple):
    """The change that errors of measurement seldom make; NaN where ``note`` says why there is none."""

    threshold: float
    sem: float
    note: str


class NullShares(NamedTuple):
    """Shares that errors of measurement alone would give; NaN where ``note`` says why there are none."""

    improved: float
    same: float
    worse: float
    note: str


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


def reliable_change(sd: float, reliability: float, level: float = 0.95) -> ReliableChange:
    """Smallest change of one person that is more than errors of measurement make in 1 - ``level`` of the cases.

    Parameters
    ----------
    sd : float
        Standard deviation of the scores before, in scale points, above 0.
    reliability : float
        Reliability of the scale before, above 0 and at most 1 (Cronbach's alpha, omega).
    level : float
        Share of unchanged people whose change stays within the threshold.

    Returns
    -------
    ReliableChange
        ``threshold`` in scale points; ``sem`` standard error of measurement of one score; ``note``.

    Notes
    -----
    z · √2 · SEM with SEM = sd · √(1 - reliability), z = 1.96 at 95 % (Jacobson & Truax 1991,
    doi:10.1037/0022-006X.59.1.12). A change exactly as large counts as "same" (``change_counts``).

    Examples
    --------
    >>> found = reliable_change(7.5, 0.8)
    >>> f"{found.sem:.3f} {found.threshold:.3f}"
    '3.354 9.297'
    """
    if not (np.isfinite(sd) and sd > 0):
        return ReliableChange(np.nan, np.nan, "the scores before do not vary: no threshold")
    if not (np.isfinite(reliability) and 0 < reliability <= 1):
        return ReliableChange(np.nan, np.nan, "no reliability between 0 and 1: no threshold")
    sem = sd * np.sqrt(1 - reliability)
    return ReliableChange(float(stats.norm.ppf((1 + level) / 2) * np.sqrt(2) * sem), float(sem), "")


def shares_by_error_alone(sem: float, threshold: float = 0.0, step: float = 0.0) -> NullShares:
    """Shares that would be called improved, same and worse if nobody had changed.

    Parameters
    ----------
    sem : float
        Standard error of measurement of one score in scale points (``reliable_change``).
    threshold : float
        A change counts beyond it; one exactly as large is "same". 0 or more; 0: any change counts.
    step : float
        Distance of neighbouring scores: 1 / k for the mean of k whole answers. 0: scores without steps.

    Returns
    -------
    NullShares
        ``improved``, ``same``, ``worse``: proportions that sum to 1; ``note``.

    Notes
    -----
    Without true change the difference of two scores is an error with the standard deviation √2 · SEM. Scores move in
    steps, so that "more than t" begins half a step above the last step that is no more than t: with e that edge,
    improved = worse = Φ(-e / (√2 SEM)), a normal approximation with continuity correction. It disregards floor and
    ceiling. It says why a share "improved" means nothing without its share "worse".

    Examples
    --------
    >>> shares_by_error_alone(0.0, 0.5).same
    1.0
    """
    if not (np.isfinite(sem) and sem >= 0) or not np.isfinite(threshold):
        return NullShares(np.nan, np.nan, np.nan, "no standard error of measurement: no expectation")
    edge = (np.floor(threshold / step + TIE_TOLERANCE) + 0.5) * step if step > 0 else threshold
    moved = float(stats.norm.cdf(-edge / (np.sqrt(2) * sem))) if sem > 0 else 0.0
    return NullShares(moved, 1 - 2 * moved, moved, "")
