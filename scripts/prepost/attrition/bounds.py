"""Bounds that assume nothing of those who were lost: each may have answered anything on the scale."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from prepost.pairs import TIE_TOLERANCE, complete_pairs
from prepost.robust import mean_change


class Bounds(NamedTuple):
    """Lowest and highest mean that the answers allow, and an interval that covers both ends; NaN with a ``note``."""

    lower: float
    upper: float
    ci_low: float
    ci_high: float
    n: int
    n_lost: int
    n_people: int
    note: str


def share_bounds(share: float, answered: float) -> tuple[float, float]:
    """Bounds of a share where only some answered.

    Parameters
    ----------
    share : float
        Share with the property among those who answered, 0 to 1.
    answered : float
        Share who answered, 0 to 1.

    Returns
    -------
    tuple of float
        Nobody among the others has the property; all of them have it.

    Raises
    ------
    ValueError
        A share outside 0 to 1.

    Notes
    -----
    [p·m, p·m + 1 - m] (Manski 1990, American Economic Review 80:319).

    Examples
    --------
    >>> low, high = share_bounds(0.70, 0.604)
    >>> f"{low:.3f} {high:.3f}"
    '0.423 0.819'
    """
    if not 0 <= share <= 1 or not 0 <= answered <= 1:
        raise ValueError("shares lie between 0 and 1")
    return share * answered, share * answered + 1 - answered


def change_bounds(
    before: ArrayLike,
    after: ArrayLike,
    person: ArrayLike | None = None,
    *,
    low: float,
    high: float,
    level: float = 0.95,
) -> Bounds:
    """Bounds of the mean change of everyone with a first score, those lost afterwards included.

    Parameters
    ----------
    before : array-like, shape (n,)
        First scores in scale points. Rows without one are dropped: the target population is the valid first surveys.
    after : array-like, shape (n,)
        Second scores, missing where a person was lost, for whatever reason.
    person : array-like or None, shape (n,)
        Who gave each first survey. None: each is another person.
    low, high : float
        Ends of the scale, in scale points.
    level : float
        Confidence level, between 0 and 1.

    Returns
    -------
    Bounds
        ``lower``, ``upper`` mean change if all who were lost had ended at ``low``, at ``high``; ``ci_low``, ``ci_high``
        lower limit of the one and upper limit of the other; ``n`` first surveys; ``n_lost``; ``n_people``; ``note``.

    Raises
    ------
    ValueError
        ``low`` not below ``high``, a score off the scale, or columns of unequal length.

    Notes
    -----
    Manski 1990, American Economic Review 80:319, with the known first score x: a lost change lies in
    [low - x, high - x], narrower than [low - high, high - low]. Both ends are means over the first surveys, with CR2
    errors clustered on the person (`prepost.robust.mean_change`); the interval covers the whole region with at least
    the level (Horowitz & Manski 2000, doi:10.1080/01621459.2000.10473902). Nothing is assumed of those lost, so that
    the width is a fact of the loss and not of the method.

    Examples
    --------
    >>> change_bounds([2, 3], [4, None], low=1, high=5)[:2]  # (2 - 2) / 2 and (2 + 2) / 2
    (0.0, 2.0)
    """
    if not low < high:
        raise ValueError("the low end of a scale lies below its high end")
    codes, first = complete_pairs(person, before)
    keep = np.isfinite(_numbers(before))
    last = _numbers(after)
    if len(last) != len(keep):
        raise ValueError("columns of one set of pairs must be equally long")
    last = last[keep]
    seen = np.isfinite(last)
    scores = np.concatenate([first, last[seen]])
    if len(scores) and (scores.min() < low - TIE_TOLERANCE or scores.max() > high + TIE_TOLERANCE):
        raise ValueError("a score lies off the scale")
    lost = int((~seen).sum())
    n, n_people = len(first), len(np.unique(codes))
    if n == 0:
        return Bounds(*[np.nan] * 4, 0, 0, 0, "no first scores")
    worst = mean_change(np.where(seen, last, low) - first, codes, level)
    best = mean_change(np.where(seen, last, high) - first, codes, level)
    note = worst.note or best.note
    return Bounds(worst.estimate, best.estimate, worst.ci_low, best.ci_high, n, lost, n_people, note)


def _numbers(values: ArrayLike) -> np.ndarray:
    return pd.array(values, dtype="Float64").to_numpy(dtype=float, na_value=np.nan)
