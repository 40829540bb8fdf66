"""Does it last: change after three months, whether a gain is kept, and how much of it where that can be told."""

from __future__ import annotations

from itertools import combinations
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import stats

from prepost.pairs import complete_pairs
from prepost.robust import MeanChange, mean_change

KEPT, LOST, UNSURE = "kept", "not kept", "cannot be told"
ALL_THREE, ANY_TWO = "answered all three", "answered these two"
FIELLER = "Fieller with CR2 on the person"
_WAVES = ("before", "after", "later")


class Kept(NamedTuple):
    """Whether a gain is kept to within a margin; no verdict where ``note`` says why."""

    verdict: str
    estimate: float
    ci_low: float
    ci_high: float
    margin: float
    n: int
    n_people: int
    note: str


class Ratio(NamedTuple):
    """Share of the immediate gain that is still there later; NaN where ``note`` says why it is not estimable."""

    estimate: float
    ci_low: float
    ci_high: float
    ci_method: str
    n: int
    n_people: int
    note: str


def wave_to_wave(
    before: ArrayLike, after: ArrayLike, later: ArrayLike, person: ArrayLike | None = None, level: float = 0.95
) -> pd.DataFrame:
    """Mean changes between three waves, for those who answered all three and for all who answered two.

    Parameters
    ----------
    before, after, later : array-like, shape (n,)
        Scores of one completion (person and module) a row, in scale points; missing where a wave is.
    person : array-like or None, shape (n,)
        Who it is. None: each row is another person.
    level : float
        Confidence level, between 0 and 1.

    Returns
    -------
    DataFrame
        Six rows. ``base`` ("answered all three", "answered these two"); ``wave_from``, ``wave_to`` (before, after,
        later); the fields of `prepost.robust.MeanChange`.

    Raises
    ------
    ValueError
        Columns of unequal length, or a row without a person.

    Notes
    -----
    `prepost.robust.mean_change`. Among those who answered all three the change from before to later is the sum of the
    two others; over the two bases the changes differ by who they are of, and not by method.

    Examples
    --------
    >>> table = wave_to_wave([1, 2, 3], [3, 4, 4], [2, 4, None])
    >>> table["estimate"].tolist()  # two people gave all three
    [2.0, 1.5, -0.5, 1.6666666666666667, 1.5, -0.5]
    """
    scores = dict(zip(_WAVES, (before, after, later), strict=True))
    lengths = {len(column) for column in scores.values()} | ({len(person)} if person is not None else set())
    if len(lengths) > 1:
        raise ValueError(f"columns of one set of completions must be equally long, not {sorted(lengths)}")
    number = {name: pd.array(v, dtype="Float64").to_numpy(float, na_value=np.nan) for name, v in scores.items()}
    whole = np.logical_and.reduce([np.isfinite(column) for column in number.values()])
    rows = []
    for base, keep in ((ALL_THREE, whole), (ANY_TWO, np.ones(len(whole), dtype=bool))):
        for first, last in combinations(_WAVES, 2):
            change = np.where(keep, number[last] - number[first], np.nan)
            found = mean_change(change, person, level)
            rows.append({"base": base, "wave_from": first, "wave_to": last, **found._asdict()})
    return pd.DataFrame(rows)


def gain_kept(
    after: ArrayLike, later: ArrayLike, person: ArrayLike | None = None, *, margin: float, level: float = 0.95
) -> Kept:
    """Say whether a score after the training is kept: not lower later by as much as the margin.

    Parameters
    ----------
    after, later : array-like, shape (n,)
        Scores of one completion a row, in scale points; rows with a missing side are dropped.
    person : array-like or None, shape (n,)
        Who it is. None: each row is another person.
    margin : float
        Loss that would still pass for none, in scale points, above 0; declared before the data are seen.
    level : float
        Confidence level of the two-sided interval.

    Returns
    -------
    Kept
        ``verdict``: "kept" where the lower limit lies above -margin; "not kept" where the upper limit lies below
        -margin; else "cannot be told", which is no evidence of a loss. ``estimate``, ``ci_low``, ``ci_high`` mean
        change from after to later; ``margin``; ``n``; ``n_people``; ``note``.

    Raises
    ------
    ValueError
        A margin of 0 or less, columns of unequal length, or a row without a person.

    Notes
    -----
    Non-inferiority read from the lower end of the two-sided interval, a one-sided test at (1 - level)/2 (ICH E9, 1998;
    Piaggio et al. 2012, doi:10.1001/jama.2012.87802).

    Examples
    --------
    >>> gain_kept([4, 4, 3, 5, 4, 3], [4, 4, 3, 5, 4, 4], margin=0.5).verdict
    'kept'
    """
    if not margin > 0:
        raise ValueError("a margin of non-inferiority lies above 0")
    codes, x, y = complete_pairs(person, after, later)
    change = mean_change(y - x, codes, level)
    base = (change.estimate, change.ci_low, change.ci_high, float(margin), change.n, change.n_people)
    if not np.isfinite(change.ci_low):
        return Kept("", *base, change.note)
    verdict = KEPT if change.ci_low > -margin else LOST if change.ci_high < -margin else UNSURE
    return Kept(verdict, *base, change.note)


def retention_ratio(
    before: ArrayLike,
    after: ArrayLike,
    later: ArrayLike,
    person: ArrayLike | None = None,
    *,
    smallest: float,
    level: float = 0.95,
) -> Ratio:
    """Gain still there later as a share of the immediate gain, where the immediate gain is sure.

    Parameters
    ----------
    before, after, later : array-like, shape (n,)
        Scores of one completion a row, in scale points. Only those who answered all three count.
    person : array-like or None, shape (n,)
        Who it is. None: each row is another person.
    smallest : float
        Smallest effect of interest in scale points, 0 or more.
    level : float
        Confidence level, between 0 and 1.

    Returns
    -------
    Ratio
        ``estimate`` mean (later - before) / mean (after - before); ``ci_low``, ``ci_high``; ``ci_method``; ``n``;
        ``n_people``; ``note`` "not estimable: …" where the lower limit of the immediate gain does not lie above
        ``smallest``.

    Raises
    ------
    ValueError
        ``smallest`` below 0, columns of unequal length, or a row without a person.

    Notes
    -----
    A ratio to a gain near 0 says nothing: with a gain of .10 (standard deviation .8) 95 % of ratios at n = 150 lie
    between about -2 and 4. `fieller` on the CR2 covariance matrix of the two means, clustered on the person.
    """
    if smallest < 0:
        raise ValueError("the smallest effect of interest is a distance in scale points, 0 or more")
    codes, x, y, z = complete_pairs(person, before, after, later)
    immediate, lasting = y - x, z - x
    gain = mean_change(immediate, codes, level)
    if not np.isfinite(gain.ci_low):
        return _no_ratio(gain, f"not estimable: {gain.note}")
    if gain.ci_low <= smallest:
        return _no_ratio(gain, "not estimable: the immediate gain is not surely above the smallest effect of interest")
    cov = _covariance(np.column_stack([lasting, immediate]), codes)
    ratio = float(lasting.mean() / gain.estimate)
    low, high, note = fieller(float(lasting.mean()), gain.estimate, cov, gain.df, level)
    if note:
        return _no_ratio(gain, f"not estimable: {note}")
    return Ratio(ratio, low, high, FIELLER, gain.n, gain.n_people, gain.note)


def fieller(
    numerator: float, denominator: float, cov: ArrayLike, df: float, level: float = 0.95
) -> tuple[float, float, str]:
    """Fieller's interval of a ratio of two estimates.

    Parameters
    ----------
    numerator, denominator : float
        The estimates.
    cov : array-like, shape (2, 2)
        Their covariance matrix, in that order.
    df : float
        Degrees of freedom of the covariance matrix; inf for normal.
    level : float
        Confidence level, between 0 and 1.

    Returns
    -------
    tuple
        Lower limit, upper limit, and a note, not empty where the interval has no ends.

    Notes
    -----
    All ρ for which numerator - ρ · denominator does not differ from 0: with t the quantile of t, the roots of

        (b² - t² V_bb) ρ² - 2 (ab - t² V_ab) ρ + (a² - t² V_aa) = 0

    which bound an interval where b² > t² V_bb, the denominator's own interval leaving 0 out (Fieller 1954,
    doi:10.1111/j.2517-6161.1954.tb00159.x).

    Examples
    --------
    >>> low, high, note = fieller(1.0, 2.0, [[0.0, 0.0], [0.0, 0.0]], 10)
    >>> (low, high)
    (0.5, 0.5)
    """
    (aa, ab), (_, bb) = np.asarray(cov, dtype=float)
    t2 = float(stats.t.ppf((1 + level) / 2, df)) ** 2
    square = denominator**2 - t2 * bb
    if not square > 0:
        return np.nan, np.nan, "the interval of the denominator holds 0, so that the ratio has no bounded interval"
    middle, end = numerator * denominator - t2 * ab, numerator**2 - t2 * aa
    root = float(np.sqrt(max(middle**2 - square * end, 0.0)))
    return float((middle - root) / square), float((middle + root) / square), ""


def _covariance(values: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """CR2 covariance matrix of the means of several columns: `mean_change` for more than one at once."""
    n, sizes = len(values), np.bincount(codes)
    rest = values - values.mean(axis=0)
    sums = np.column_stack([np.bincount(codes, column) for column in rest.T])
    return np.einsum("gi,gj->ij", sums / (1 - sizes / n)[:, None], sums, optimize=False) / n**2


def _no_ratio(gain: MeanChange, note: str) -> Ratio:
    return Ratio(np.nan, np.nan, np.nan, "", gain.n, gain.n_people, note)
