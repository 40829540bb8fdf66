"""Reliability of a scale from its items as ordered answers: ordinal alpha and ordinal omega."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import optimize

from prepost.measurement.polychoric import polychoric_matrix

#: Below this many complete responses the correlations of ordered answers are not estimated.
FEWEST_RESPONSES = 30


class OrdinalReliability(NamedTuple):
    """Ordinal alpha and omega; NaN where ``note`` says why there is none."""

    alpha: float
    omega: float
    loadings: tuple[float, ...]
    residual: float
    k: int
    n: int
    note: str


def ordinal_reliability(items: pd.DataFrame, *, fewest: int = FEWEST_RESPONSES) -> OrdinalReliability:
    """Ordinal alpha and ordinal omega of one scale in one wave, from polychoric correlations.

    Parameters
    ----------
    items : DataFrame, one row a response, one numeric column an item
        Reversed items already turned round. Responses with a missing item are left out. One response a person.
    fewest : int
        Complete responses needed.

    Returns
    -------
    OrdinalReliability
        ``alpha``; ``omega``; ``loadings`` of the items on one factor, standardised; ``residual``: root mean square of
        what the factor leaves of the correlations; ``k`` items; ``n``; ``note``.

    Notes
    -----
    With R the polychoric correlations of k items, alpha = k/(k - 1) · (1 - k/ΣR) and omega =
    (Σλ)² / ((Σλ)² + Σ(1 - λ²)), λ from one factor fitted to R by unweighted least squares (Zumbo, Gadermann & Zeisser
    2007, doi:10.22237/jmasm/1177992180; Gadermann, Guhn & Zumbo 2012, doi:10.7275/n560-j767). They are the
    reliability of the normal quantities thought to lie behind the answers, and not of the mean of the answers, which
    is lower: show them beside Cronbach's alpha, never instead (Chalmers 2018, doi:10.1177/0013164417727036). Equal to
    R psych ``alpha`` on the matrix and lavaan ``cfa(ordered = , estimator = "ULS")``.
    """
    k = items.shape[1]
    matrix, n, note = polychoric_matrix(items) if k > 1 else (np.eye(1), int(items.notna().all(axis=1).sum()), "")
    if k < 2:
        return _none(k, n, "one item only: no reliability")
    if n < fewest:
        return _none(k, n, f"fewer than {fewest} complete responses: no correlations of ordered answers")
    if not np.isfinite(matrix).all():
        return _none(k, n, note)
    alpha = float(k / (k - 1) * (1 - k / matrix.sum()))
    notes = [note, "alpha is negative: is an item reversed?" if alpha < 0 else ""]
    if k == 2:
        notes.append("two items do not determine one factor: no omega")
        return OrdinalReliability(alpha, np.nan, (), np.nan, k, n, _joined(notes))
    loadings, residual = one_factor_uls(matrix)
    if np.abs(loadings).max() >= 1:
        notes.append("a loading of 1 or more: no omega")
        return OrdinalReliability(alpha, np.nan, tuple(map(float, loadings)), residual, k, n, _joined(notes))
    common = loadings.sum() ** 2
    omega = float(common / (common + np.sum(1 - loadings**2)))
    return OrdinalReliability(alpha, omega, tuple(map(float, loadings)), residual, k, n, _joined(notes))


def one_factor_uls(matrix: np.ndarray) -> tuple[np.ndarray, float]:
    """Fit one factor to correlations by unweighted least squares.

    Parameters
    ----------
    matrix : ndarray, shape (k, k)
        Correlations of three items or more.

    Returns
    -------
    loadings : ndarray, shape (k,)
        Their sum is not negative.
    residual : float
        Root mean square of the residual correlations.
    """
    upper = np.triu_indices(len(matrix), 1)
    value, vector = np.linalg.eigh(matrix)
    start = vector[:, -1] * np.sqrt(max(value[-1] - 1, 0.1))

    def left(loadings: np.ndarray) -> np.ndarray:
        return (np.outer(loadings, loadings) - matrix)[upper]

    found = optimize.least_squares(left, start, xtol=1e-15, ftol=1e-15, gtol=1e-15)
    return found.x * (1 if found.x.sum() >= 0 else -1), float(np.sqrt(np.mean(found.fun**2)))


def _joined(notes: list[str]) -> str:
    return "; ".join(filter(None, notes))


def _none(k: int, n: int, note: str) -> OrdinalReliability:
    return OrdinalReliability(np.nan, np.nan, (), np.nan, k, n, note)
