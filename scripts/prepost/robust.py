"""The mean of paired changes, with a standard error that knows who gave several pairs."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from prepost.pairs import TIE_TOLERANCE, complete_pairs


class MeanChange(NamedTuple):
    """A mean over pairs with its cluster-robust inference; NaN where ``note`` says why there is none."""

    estimate: float
    se: float
    ci_low: float
    ci_high: float
    statistic: float
    df: float
    p: float
    n: int
    n_people: int
    note: str


def mean_change(change: ArrayLike, person: ArrayLike | None = None, level: float = 0.95) -> MeanChange:
    """Mean of a change (or of a level) over pairs nested in people, with CR2 variance and Satterthwaite df.

    Parameters
    ----------
    change : array-like, shape (n,)
        One number a pair, in scale points: after minus before. Missing values are dropped. A level asked only
        once (application in practice) is served as well.
    person : array-like or None, shape (n,)
        Who gave each pair. None: each pair is another person.
    level : float
        Confidence level, between 0 and 1.

    Returns
    -------
    MeanChange
        ``estimate`` mean; ``se`` CR2 standard error; ``ci_low``, ``ci_high`` t interval on ``df``; ``statistic`` t of
        the mean against 0; ``df`` Satterthwaite degrees of freedom; ``p`` two-sided; ``n`` pairs; ``n_people``;
        ``note`` why something is missing or weak, else empty.

    Raises
    ------
    ValueError
        Columns of unequal length, or a pair without a person.

    Notes
    -----
    Ordinary least squares with an intercept alone, bias-reduced linearisation with an independent working model
    (Bell & McCaffrey 2002, Survey Methodology 28:169; Pustejovsky & Tipton 2018, doi:10.1080/07350015.2016.1247004).
    With n_g pairs of person g, N in all, and r_g the sum of that person's residuals, the adjustment matrices reduce to
    a number a person and, with w_g = n_g² / (1 - n_g/N),

        V  = Σ r_g² / (1 - n_g/N) / N²
        df = N² / (Σ n_g² + ((Σ w_g)² - Σ w_g²) / N²)

    With one pair a person this is s²/N and N - 1: the paired t test. Below 4 degrees of freedom the approximation
    is weak (Tipton 2015, doi:10.1037/met0000011) and the note says so. Equal to R clubSandwich.

    Examples
    --------
    >>> result = mean_change([1.0, 2.0, 0.0, 3.0], ["ann", "ann", "bob", "cy"])
    >>> result.estimate, result.n, result.n_people
    (1.5, 4, 3)
    """
    codes, values = complete_pairs(person, change)
    n, n_people = len(values), int(codes.max()) + 1 if len(values) else 0
    if n == 0:
        return MeanChange(*[np.nan] * 7, 0, 0, "no complete pairs")
    estimate = float(values.mean())
    if n_people == 1:
        noun = "one pair only" if n == 1 else "all pairs come from one person"
        return MeanChange(estimate, *[np.nan] * 6, n, 1, f"{noun}: no standard error can be computed")
    sizes = np.bincount(codes).astype(float)
    variance = float(np.sum(np.bincount(codes, values - estimate) ** 2 / (1 - sizes / n)) / n**2)
    if variance <= (TIE_TOLERANCE * max(1.0, abs(estimate))) ** 2 / n:
        same = float(np.ptp(values)) <= TIE_TOLERANCE * max(1.0, abs(estimate))
        why = "every value is the same" if same else "the people's sums do not vary"
        return MeanChange(estimate, 0.0, *[np.nan] * 5, n, n_people, f"{why}: no interval and no test")
    se = float(np.sqrt(variance))
    df = _satterthwaite(sizes, n)
    half = float(stats.t.ppf((1 + level) / 2, df)) * se
    statistic = estimate / se
    p = float(2 * stats.t.sf(abs(statistic), df))
    note = "fewer than 4 degrees of freedom: interval and p are weak" if df < 4 else ""
    return MeanChange(estimate, se, estimate - half, estimate + half, statistic, df, p, n, n_people, note)


def _satterthwaite(sizes: np.ndarray, n: int) -> float:
    if (sizes == 1).all():
        return float(n - 1)  # what the formula gives, without its last-digit noise
    weights = sizes**2 / (1 - sizes / n)
    cross = weights.sum() ** 2 - np.sum(weights**2)
    return float(n**2 / (np.sum(sizes**2) + cross / n**2))
