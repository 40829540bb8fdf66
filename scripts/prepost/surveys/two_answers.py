"""Two yes-or-no answers of the same people: their difference, the exact McNemar test, and what margins alone allow."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats


class Difference(NamedTuple):
    """Difference of two shares of the same people; NaN where nobody gave both answers.

    ``both``, ``first_only``, ``second_only`` and ``neither`` count people.
    """

    estimate: float
    ci_low: float
    ci_high: float
    p: float
    both: int
    first_only: int
    second_only: int
    neither: int


def difference(first: ArrayLike, second: ArrayLike, level: float = 0.95) -> Difference:
    """First share minus second share, with an interval and the exact McNemar test.

    Parameters
    ----------
    first, second : array-like, shape (n,)
        1 or 0 of each person; people with a missing answer are left out.
    level : float
        Confidence level, between 0 and 1.

    Returns
    -------
    Difference

    Notes
    -----
    With b and c the discordant counts of n: the interval is (b - c)/(n + 2) ± z √((b̃ + c̃ - (b̃ - c̃)²/(n + 2)))/(n + 2)
    with b̃ = b + 1 and c̃ = c + 1 (Bonett & Price 2012, doi:10.3102/1076998611411915); p is two-sided binomial,
    R ``binom.test(b, b + c)``.
    """
    one, two = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    known = ~(np.isnan(one) | np.isnan(two))
    one, two = one[known] > 0, two[known] > 0
    n, b, c = int(known.sum()), int((one & ~two).sum()), int((~one & two).sum())
    counts = (int((one & two).sum()), b, c, int((~one & ~two).sum()))
    if n == 0:
        return Difference(np.nan, np.nan, np.nan, np.nan, *counts)
    z = float(stats.norm.ppf((1 + level) / 2))
    middle = (b - c) / (n + 2)
    half = z * np.sqrt(b + c + 2 - (b - c) ** 2 / (n + 2)) / (n + 2)
    p = float(stats.binomtest(b, b + c).pvalue) if b + c else 1.0
    return Difference((b - c) / n, max(middle - half, -1.0), min(middle + half, 1.0), p, *counts)


class Allowed(NamedTuple):
    """What any joint table of two published margins allows; each pair is lowest and highest.

    ``both`` people who gave both answers; ``statistic`` McNemar's without continuity correction; ``widest`` and
    ``narrowest`` are Wald intervals of the difference.
    """

    estimate: float
    both: tuple[int, int]
    statistic: tuple[float, float]
    widest: tuple[float, float]
    narrowest: tuple[float, float]


def allowed_by_margins(first: int, second: int, n: int, level: float = 0.95) -> Allowed:
    """Say what two shares of the same n people allow, where the table of both is not published.

    Parameters
    ----------
    first, second : int
        People who said yes to each, 0 to n.
    n : int
        People who answered both.
    level : float
        Confidence level, between 0 and 1.

    Returns
    -------
    Allowed

    Raises
    ------
    ValueError
        A count outside 0 to n, or no people.

    Notes
    -----
    n11 lies between max(0, first + second - n) and min(first, second) (Fréchet 1940); the discordant pairs are
    first + second - 2 n11, their difference is first - second, and McNemar's statistic is (b - c)²/(b + c).

    Examples
    --------
    >>> found = allowed_by_margins(512, 305, 558)
    >>> found.both, [f"{value:.1f}" for value in found.statistic]
    ((259, 305), ['143.3', '207.0'])
    """
    if not (n > 0 and 0 <= first <= n and 0 <= second <= n):
        raise ValueError("counts of people lie between 0 and the number of people")
    both = max(0, first + second - n), min(first, second)
    apart = first - second
    z = float(stats.norm.ppf((1 + level) / 2))
    statistics, intervals = [], []
    for n11 in both:
        discordant = first + second - 2 * n11
        statistics.append(apart**2 / discordant if discordant else np.nan)
        half = z * np.sqrt(max(discordant - apart**2 / n, 0.0)) / n
        intervals.append((apart / n - half, apart / n + half))
    return Allowed(apart / n, both, (statistics[0], statistics[1]), intervals[0], intervals[1])
