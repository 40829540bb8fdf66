"""A weighted mean of changes whose standard error knows the people, and what weights cost."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import stats

from prepost.attrition.estimated import WeightModel
from prepost.pairs import TIE_TOLERANCE, complete_pairs
from prepost.robust import MeanChange


def effective_n(weights: ArrayLike) -> float:
    """Kish's effective number of observations: how many equally weighted ones would be as precise.

    Parameters
    ----------
    weights : array-like, shape (n,)
        Weights, 0 or more; missing ones are left out.

    Returns
    -------
    float
        Between 1 and n; 0 without weights.

    Notes
    -----
    (Σw)² / Σw² (Kish 1965, Survey Sampling, section 11.7).

    Examples
    --------
    >>> effective_n([1, 1, 2])  # 16 / 6
    2.6666666666666665
    """
    w = np.asarray(weights, dtype=float)
    w = w[np.isfinite(w)]
    square = float(np.sum(w**2))
    return float(w.sum() ** 2 / square) if square > 0 else 0.0


def weighted_mean_change(
    change: ArrayLike,
    weights: ArrayLike,
    person: ArrayLike | None = None,
    level: float = 0.95,
    *,
    model: WeightModel | None = None,
) -> MeanChange:
    """Weighted mean of changes over pairs nested in people, with CR2 variance and Satterthwaite df.

    Parameters
    ----------
    change : array-like, shape (n,)
        One number a pair, in scale points. Pairs without a change or without a weight are dropped.
    weights : array-like, shape (n,)
        One weight a pair, above 0; only their ratios matter.
    person : array-like or None, shape (n,)
        Who gave each pair. None: each pair is another person.
    level : float
        Confidence level, between 0 and 1.
    model : WeightModel or None
        What the weights were estimated with (`prepost.attrition.chances.ResponseWeights.model`); then the columns must
        hold every first survey, lost or not. None: the weights are taken as known.

    Returns
    -------
    MeanChange
        As from `prepost.robust.mean_change`, to which equal weights lead back.

    Raises
    ------
    ValueError
        Columns of unequal length, a pair without a person, or a weight of 0 or less.

    Notes
    -----
    Weighted least squares with an intercept alone, bias-reduced linearisation with an independent working model
    (Bell & McCaffrey 2002, Survey Methodology 28:169; Pustejovsky & Tipton 2018, doi:10.1080/07350015.2016.1247004).
    With W = Σw, Q = Σw² and w_g the weights of person g, the adjustment of that person's residuals e_g is

        A_g = (I - (1 w_g' + w_g 1') / W + 1 1' Q / W²)^(-1/2),    V = Σ (w_g' A_g e_g)² / W²

    Equal to R clubSandwich on ``lm(change ~ 1, weights = w)``. With a model, a person's term takes in what the person's
    surveys, with or without a change, add to the mean through the weights (stacked sandwich; Lunceford & Davidian 2004,
    doi:10.1002/sim.1903); a later response without a partner is a term of its own. Weights estimated by a sound model
    make the mean more precise than the same weights known, so without it the interval errs on the wide side.

    Examples
    --------
    >>> weighted_mean_change([1.0, 2.0, 0.0], [1, 1, 2]).estimate
    0.75
    """
    codes, values, w = complete_pairs(person, change, weights)
    if (w <= 0).any():
        raise ValueError("a weight must lie above 0")
    n, n_people = len(values), int(codes.max()) + 1 if len(values) else 0
    if n == 0:
        return MeanChange(*[np.nan] * 7, 0, 0, "no complete pairs")
    w = w / w.mean()  # so that they sum to n
    estimate = float(np.sum(w * values) / n)
    if n_people == 1:
        noun = "one pair only" if n == 1 else "all pairs come from one person"
        return MeanChange(estimate, *[np.nan] * 6, n, 1, f"{noun}: no standard error can be computed")
    if np.ptp(values) <= TIE_TOLERANCE * max(1.0, abs(estimate)):
        return MeanChange(estimate, 0.0, *[np.nan] * 5, n, n_people, "every value is the same: no interval and no test")
    adjusted = _adjusted(w, codes)
    terms = np.bincount(codes, adjusted * (values - estimate)) / n
    if model is not None:
        terms = _with_models(
            model, change, weights, person, adjusted * (values - estimate) / n, w * (values - estimate) / n
        )
    variance = float(np.sum(terms**2))
    df = _degrees(w, codes, adjusted)
    se = float(np.sqrt(variance))
    if se <= TIE_TOLERANCE * max(1.0, abs(estimate)):
        return MeanChange(estimate, 0.0, *[np.nan] * 5, n, n_people, "the people's sums do not vary: no interval")
    half = float(stats.t.ppf((1 + level) / 2, df)) * se
    statistic = estimate / se
    p = float(2 * stats.t.sf(abs(statistic), df))
    note = "fewer than 4 degrees of freedom: interval and p are weak" if df < 4 else ""
    return MeanChange(estimate, se, estimate - half, estimate + half, statistic, df, p, n, n_people, note)


def _with_models(
    model: WeightModel,
    change: ArrayLike,
    weights: ArrayLike,
    person: ArrayLike | None,
    adjusted: np.ndarray,
    pull: np.ndarray,
) -> np.ndarray:
    """Return a term for each person and each later response without a partner, the share through the weights in it."""
    both = [pd.array(column, dtype="Float64").to_numpy(dtype=float, na_value=np.nan) for column in (change, weights)]
    kept = np.isfinite(both).all(axis=0)
    if len(model.first) != len(kept):
        raise ValueError(
            "the model of the weights and the changes must be equally long: every first survey, lost or not"
        )
    own, through = np.zeros(len(kept)), np.zeros(len(kept))
    own[kept], through[kept] = adjusted, pull
    of_first, of_later = model.shares(through)
    codes = np.arange(len(kept)) if person is None else pd.factorize(pd.Series(person).to_numpy())[0]
    nobody = codes < 0  # a lost survey without a person is somebody of its own
    codes = np.where(nobody, codes.max(initial=0) + np.cumsum(nobody), codes)
    return np.concatenate([np.bincount(codes, own + of_first), of_later])


def _adjusted(w: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Return A_g w_g, person by person, in the order of the pairs."""
    n, square = len(w), float(np.sum(w**2))
    adjusted = w / np.sqrt(1 - 2 * w / n + square / n**2)
    order = np.argsort(codes, kind="stable")
    start = np.flatnonzero(np.diff(codes[order], prepend=-1))
    sizes = np.diff(start, append=n)
    for size in np.unique(sizes[sizes > 1]):  # people with as many pairs at once
        rows = order[start[sizes == size][:, None] + np.arange(size)]
        mine = w[rows]
        b = np.eye(size) - (mine[:, :, None] + mine[:, None, :]) / n + square / n**2
        values, vectors = np.linalg.eigh(b)
        root = np.where(values > 1e-12, 1 / np.sqrt(np.maximum(values, 1e-12)), 0.0)
        adjusted[rows] = np.einsum("gij,gj,gkj,gk->gi", vectors, root, vectors, mine, optimize=True)
    return adjusted


def _degrees(w: np.ndarray, codes: np.ndarray, adjusted: np.ndarray) -> float:
    """Satterthwaite's degrees of freedom: (tr M)² / tr(M²) for the people's matrix M, a diagonal plus rank two."""
    n = len(w)
    share = float(np.sum(w**2)) / n**2
    own, t, s = (np.bincount(codes, column) for column in (adjusted**2, w * adjusted, adjusted))
    low = -2 * t * s / n + share * s**2
    trace = np.sum(own + low)
    ss, tt, ts = np.sum(s**2), np.sum(t**2), np.sum(t * s)
    low_square = 2 * (tt * ss + ts**2) / n**2 + share**2 * ss**2 - 4 * share * ts * ss / n
    return float(trace**2 / (np.sum(own**2) + 2 * np.sum(own * low) + low_square))
