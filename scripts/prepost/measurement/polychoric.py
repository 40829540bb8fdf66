"""Correlations of ordered answers as if each were a normal quantity cut into categories."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import optimize, stats

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(64)
#: Correlations are sought within these bounds; at a bound the table has no finite maximum.
BOUND = 0.999


class Correlation(NamedTuple):
    """A polychoric correlation; NaN where ``note`` says why there is none."""

    rho: float
    n: int
    note: str


def polychoric(x: ArrayLike, y: ArrayLike) -> Correlation:
    """Estimate the correlation of two ordered answers in two steps.

    Parameters
    ----------
    x, y : array-like, shape (n,)
        Answers as numbers; only their order counts. Rows with a missing answer are left out. Categories that nobody
        used drop out.

    Returns
    -------
    Correlation
        ``rho``; ``n`` complete rows; ``note``.

    Notes
    -----
    Thresholds from the margins, then the correlation of highest likelihood given them (Olsson 1979,
    doi:10.1007/BF02296207). Empty cells are left empty. Equal to R ``polycor::polychor(ML = FALSE)`` and, with more
    than two categories a variable, to ``lavaan::lavCor(ordered = )``.

    Examples
    --------
    >>> f"{polychoric([1] * 40 + [2] * 40, [1] * 30 + [2] * 10 + [1] * 10 + [2] * 30).rho:.6f}"
    '0.707107'
    """
    first, second = (np.asarray(pd.array(v, dtype="Float64").to_numpy(dtype=float, na_value=np.nan)) for v in (x, y))
    keep = np.isfinite(first) & np.isfinite(second)
    n = int(keep.sum())
    table = _table(first[keep], second[keep])
    if min(table.shape, default=0) < 2:
        note = "no complete answers" if n == 0 else "an item has one answer only: no correlation"
        return Correlation(np.nan, n, note)
    return _two_step(table, n)


def polychoric_matrix(items: pd.DataFrame) -> tuple[np.ndarray, int, str]:
    """Estimate the polychoric correlations of several items over the responses that are complete.

    Parameters
    ----------
    items : DataFrame, one row a response, one numeric column an item
        Answers as numbers, reversed items already turned round.

    Returns
    -------
    matrix : ndarray, shape (k, k)
        Ones on the diagonal; NaN where a pair has no correlation.
    n : int
        Complete responses.
    note : str
        What is missing or weak, without repeats.
    """
    values = items.to_numpy(dtype=float, na_value=np.nan)
    values = values[np.isfinite(values).all(axis=1)]
    k = items.shape[1]
    matrix, notes = np.eye(k), []
    for i in range(k):
        for j in range(i):
            found = polychoric(values[:, i], values[:, j])
            matrix[i, j] = matrix[j, i] = found.rho
            notes.append(found.note)
    return matrix, len(values), "; ".join(dict.fromkeys(filter(None, notes)))


def normal_rectangles(upper_x: np.ndarray, upper_y: np.ndarray, rho: float) -> np.ndarray:
    """Return P(X ≤ a, Y ≤ b) of two standard normal quantities for every a in ``upper_x`` and b in ``upper_y``.

    Parameters
    ----------
    upper_x, upper_y : ndarray
        Finite bounds.
    rho : float
        Correlation, between -1 and 1.

    Returns
    -------
    ndarray, shape (len(upper_x), len(upper_y))

    Notes
    -----
    Φ(a)Φ(b) + ∫ exp(-(a² + b² - 2ab sin t) / (2 cos² t)) / 2π dt from 0 to arcsin ρ (Drezner & Wesolowsky 1990,
    doi:10.1080/00949659008811236), by Gauss-Legendre quadrature with 64 nodes.
    """
    a, b = upper_x[:, None, None], upper_y[None, :, None]
    half = np.arcsin(rho) / 2
    angle = half * (_NODES + 1)
    inside = np.exp(-(a**2 + b**2 - 2 * a * b * np.sin(angle)) / (2 * np.cos(angle) ** 2))
    area = half / (2 * np.pi) * np.sum(inside * _WEIGHTS, axis=2)
    return stats.norm.cdf(upper_x)[:, None] * stats.norm.cdf(upper_y)[None, :] + area


def _table(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    rows, i = np.unique(x, return_inverse=True)
    columns, j = np.unique(y, return_inverse=True)
    table = np.zeros((len(rows), len(columns)))
    np.add.at(table, (i, j), 1)
    return table


def _two_step(table: np.ndarray, n: int) -> Correlation:
    row = stats.norm.ppf(np.cumsum(table.sum(axis=1))[:-1] / n)
    column = stats.norm.ppf(np.cumsum(table.sum(axis=0))[:-1] / n)

    def slope(rho: float) -> float:
        density = np.exp(-(row[:, None] ** 2 + column**2 - 2 * rho * row[:, None] * column) / (2 * (1 - rho**2)))
        change = _differences(np.pad(density / (2 * np.pi * np.sqrt(1 - rho**2)), 1))
        shares = _differences(_with_margins(normal_rectangles(row, column, rho), row, column))
        used = table > 0
        return float(np.sum(table[used] * change[used] / np.maximum(shares[used], 1e-300)))

    low, high = slope(-BOUND), slope(BOUND)
    if low > 0 > high:
        return Correlation(float(optimize.brentq(slope, -BOUND, BOUND, xtol=1e-12)), n, "")
    side = 1.0 if high >= 0 and table.trace() >= table[:, ::-1].trace() else -1.0
    return Correlation(side * BOUND, n, "two items agree so far that their correlation has no maximum below 1")


def _with_margins(inner: np.ndarray, row: np.ndarray, column: np.ndarray) -> np.ndarray:
    """Add the bounds at minus and plus infinity."""
    full = np.zeros((len(row) + 2, len(column) + 2))
    full[1:-1, 1:-1] = inner
    full[1:-1, -1], full[-1, 1:-1], full[-1, -1] = stats.norm.cdf(row), stats.norm.cdf(column), 1.0
    return full


def _differences(cumulative: np.ndarray) -> np.ndarray:
    return np.diff(np.diff(cumulative, axis=0), axis=1)
