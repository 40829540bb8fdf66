"""How consistently the items of a scale go together."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import stats


class Alpha(NamedTuple):
    """Cronbach's alpha; NaN where ``note`` says why there is none."""

    alpha: float
    ci_low: float
    ci_high: float
    ci_method: str
    k: int
    n: int
    note: str


def cronbach_alpha(items: pd.DataFrame, level: float = 0.95) -> Alpha:
    """Cronbach's alpha of one scale in one wave, unrounded, with Feldt's interval.

    Parameters
    ----------
    items : DataFrame, one row a response, one float column an item
        Reversed items already turned round. Responses with a missing item are left out.
    level : float
        Confidence level, between 0 and 1.

    Returns
    -------
    Alpha
        ``alpha``; ``ci_low``, ``ci_high``; ``ci_method``; ``k`` items; ``n`` complete responses; ``note``.

    Notes
    -----
    alpha = k/(k - 1) · (1 - Σ s_i² / s_total²) (Cronbach 1951, doi:10.1007/BF02310555). Interval
    1 - (1 - alpha) · F quantiles on n - 1 and (n - 1)(k - 1) degrees of freedom (Feldt 1965,
    doi:10.1007/BF02289499), which assumes independent responses of equal covariance: give it one response a person, or
    read it as too narrow. Equal to R psych ``alpha`` and ``alpha.ci``.

    Examples
    --------
    >>> alpha = cronbach_alpha(pd.DataFrame({"a": [1, 2, 3], "b": [1, 2, 3]}))
    >>> alpha.alpha, alpha.k, alpha.n
    (1.0, 2, 3)
    """
    values = items.to_numpy(dtype=float, na_value=np.nan)
    values = values[np.isfinite(values).all(axis=1)]
    n, k = len(values), items.shape[1]
    if k < 2:
        return _none(k, n, "one item only: a single item has no alpha")
    if n < 3:
        return _none(k, n, "fewer than three complete responses: no alpha")
    total = float(values.sum(axis=1).var(ddof=1))
    each = values.var(axis=0, ddof=1)
    if total <= 1e-12:
        return _none(k, n, "the total score does not vary: no alpha")
    alpha = float(k / (k - 1) * (1 - each.sum() / total))
    tails = stats.f.ppf([(1 + level) / 2, (1 - level) / 2], n - 1, (n - 1) * (k - 1))
    low, high = 1 - (1 - alpha) * tails
    return Alpha(alpha, float(low), float(high), "Feldt 1965", k, n, _remarks(alpha, each))


def _none(k: int, n: int, note: str) -> Alpha:
    return Alpha(np.nan, np.nan, np.nan, "", k, n, note)


def _remarks(alpha: float, variances: np.ndarray) -> str:
    constant = int(np.sum(variances <= 1e-12))
    remarks = []
    if alpha < 0:
        remarks.append("alpha is negative: is an item reversed?")
    if constant:
        remarks.append(f"{constant} item{'s' if constant > 1 else ''} with one answer only")
    return "; ".join(remarks)
