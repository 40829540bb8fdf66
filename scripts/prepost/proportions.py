"""Shares, with intervals that hold near 0 and 1 and where one person gives several answers."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from prepost.pairs import complete_pairs
from prepost.robust import mean_change


class Proportion(NamedTuple):
    """A share; NaN where ``note`` says why there is none."""

    estimate: float
    ci_low: float
    ci_high: float
    ci_method: str
    count: int
    n: int
    n_people: int
    note: str


def wilson(count: float, n: float, level: float = 0.95) -> tuple[float, float]:
    """Wilson score interval of a proportion.

    Parameters
    ----------
    count : float
        Successes, 0 to ``n``.
    n : float
        Trials; an effective sample size need not be whole. 0 gives NaN.
    level : float
        Confidence level, between 0 and 1.

    Returns
    -------
    tuple of float
        ``ci_low``, ``ci_high``, within 0 and 1.

    Raises
    ------
    ValueError
        ``count`` outside 0 to ``n``.

    Notes
    -----
    (p + z²/2n ± z √(p(1 - p)/n + z²/4n²)) / (1 + z²/n), without continuity correction (Wilson 1927,
    doi:10.1080/01621459.1927.10502953; Brown, Cai & DasGupta 2001, doi:10.1214/ss/1009213286).
    Equal to R ``prop.test(correct = FALSE)``.

    Examples
    --------
    >>> low, high = wilson(8, 10)
    >>> f"{low:.4f} {high:.4f}"
    '0.4902 0.9433'
    """
    if not 0 <= count <= n:
        raise ValueError("a count of successes must lie between 0 and the number of trials")
    if n == 0:
        return np.nan, np.nan
    return score_interval(count / n, n, float(stats.norm.ppf((1 + level) / 2)))


def proportion(success: ArrayLike, person: ArrayLike | None = None, level: float = 0.95) -> Proportion:
    """Share of successes with a Wilson interval; where people give several answers, on the effective sample size.

    Parameters
    ----------
    success : array-like, shape (n,)
        1 or True for a success, 0 or False for none. Missing values are dropped.
    person : array-like or None, shape (n,)
        Who gave each answer. None: each answer is another person's.
    level : float
        Confidence level, between 0 and 1.

    Returns
    -------
    Proportion
        ``estimate``; ``ci_low``, ``ci_high``; ``ci_method``; ``count``; ``n`` answers; ``n_people``; ``note``.

    Raises
    ------
    ValueError
        A value other than 0 and 1.

    Notes
    -----
    Nested answers: Wilson's interval with n replaced by p(1 - p)/V, V the CR2 variance on the person, never above the
    number of answers, and a t quantile on its Satterthwaite degrees of freedom (the modified Wilson interval of
    Dean & Pagano 2015, doi:10.1093/jssam/smv024). Where no answer differs, V says nothing and the number of people
    is taken.

    Examples
    --------
    >>> share = proportion([1, 1, 0, 1])
    >>> share.estimate, share.count, share.n
    (0.75, 3, 4)
    """
    codes, values = complete_pairs(person, success)
    if not np.isin(values, (0.0, 1.0)).all():
        raise ValueError("successes are 1 or 0")
    n, n_people, count = len(values), int(codes.max()) + 1 if len(values) else 0, int(values.sum())
    if n == 0:
        return Proportion(np.nan, np.nan, np.nan, "", 0, 0, 0, "no answers")
    if n_people == n:
        return Proportion(count / n, *wilson(count, n, level), "Wilson", count, n, n_people, "")
    if n_people == 1:
        note = "all answers come from one person: no interval"
        return Proportion(count / n, np.nan, np.nan, "", count, n, 1, note)
    share, mean = count / n, mean_change(values, codes, level)
    if np.isfinite(mean.p):
        effective, quantile = min(n, share * (1 - share) / mean.se**2), stats.t.ppf((1 + level) / 2, mean.df)
    else:
        effective, quantile = n_people, stats.norm.ppf((1 + level) / 2)
    low, high = score_interval(share, effective, float(quantile))
    return Proportion(share, low, high, "Wilson on the effective sample size of people", count, n, n_people, "")


def score_interval(share: float, n: float, z: float) -> tuple[float, float]:
    """Return the score interval of a share on n trials, which need not be whole (see `wilson`)."""
    centre = share + z**2 / (2 * n)
    half = z * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    scale = 1 + z**2 / n
    # At 0 and 1 the bound is exact; the subtraction would leave a last-digit remainder.
    low = 0.0 if share == 0 else (centre - half) / scale
    high = 1.0 if share == 1 else (centre + half) / scale
    return float(low), float(high)
