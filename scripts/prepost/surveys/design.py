"""Design-based inference: Taylor linearisation with the raking residual, and the jackknife that rakes again.

Everything is written in influence values z: an estimate's error is near Σ w z over the respondents. Raking takes out
of z what the margins explain, because the weighted margins are no longer random.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from prepost.proportions import wilson
from prepost.surveys.raking import Cells, cells_of, rake


class Design(NamedTuple):
    """Who answered, with which weight, and how they came in.

    Attributes
    ----------
    weights : ndarray, shape (n,)
        Final weights.
    codes : ndarray of int, shape (n, m), or None
        Category in each raked margin; None where the weights were not raked.
    base : ndarray, shape (n,), or None
        Weights before raking; None: equal.
    cluster : ndarray of int, shape (n,), or None
        Primary sampling unit, from 0, each within one stratum; None: each respondent is one.
    strata : ndarray of int, shape (n,), or None
        Stratum, from 0; None: one.
    fraction : float or ndarray, shape (strata,)
        Share of each stratum's clusters that was sampled; 0: no finite population correction.
    """

    weights: np.ndarray
    codes: np.ndarray | None = None
    base: np.ndarray | None = None
    cluster: np.ndarray | None = None
    strata: np.ndarray | None = None
    fraction: float | np.ndarray = 0.0


class Estimate(NamedTuple):
    """An estimate with its design-based interval; ``n`` respondents of the base, ``df`` of the t interval."""

    estimate: float
    se: float
    ci_low: float
    ci_high: float
    ci_method: str
    n: int
    df: float


class Projection(NamedTuple):
    """What takes the margins out of influence values: made once, used for every estimate."""

    cells: Cells
    size: np.ndarray  # respondents of each cell, by base weight
    design: np.ndarray  # cells x categories, 0 and 1
    inverse: np.ndarray  # of the normal equations


def projection(design: Design) -> Projection | None:
    """Prepare the regression of influence values on the margins; None where nothing was raked.

    Parameters
    ----------
    design : Design

    Returns
    -------
    Projection or None
    """
    if design.codes is None:
        return None
    sizes = [int(column.max()) + 1 for column in design.codes.T]
    cells = cells_of(design.codes, sizes)
    size = np.bincount(cells.of, weights=design.base, minlength=len(cells.codes)).astype(float)
    dummies = np.concatenate(
        [
            (column[:, None] == np.arange(count)).astype(float)
            for column, count in zip(cells.codes.T, sizes, strict=True)
        ],
        axis=1,
    )
    return Projection(cells, size, dummies, np.linalg.pinv(dummies.T @ (dummies * size[:, None]), hermitian=True))


def residual(z: np.ndarray, design: Design, made: Projection | None) -> np.ndarray:
    """Influence values less what the raked margins explain.

    Parameters
    ----------
    z : ndarray, shape (n,)
    design : Design
    made : Projection or None
        As `projection` prepared it.

    Returns
    -------
    ndarray, shape (n,)

    Notes
    -----
    The residual of a regression on all margins, weighted by the weights before raking (Deville & Särndal 1992,
    doi:10.1080/01621459.1992.10475217). With equal weights before raking R ``survey`` reaches it in ten sweeps.
    """
    if made is None:
        return z
    weighted = z if design.base is None else z * design.base
    sums = np.bincount(made.cells.of, weights=weighted, minlength=len(made.size))
    fitted = made.design @ (made.inverse @ (made.design.T @ sums))
    return z - fitted[made.cells.of]


def covariance(z: Sequence[np.ndarray], design: Design, made: Projection | None) -> np.ndarray:
    """Variance and covariance of estimates from their influence values.

    Parameters
    ----------
    z : sequence of k ndarrays, shape (n,)
    design : Design
    made : Projection or None
        As `projection` prepared it.

    Returns
    -------
    ndarray, shape (k, k)

    Notes
    -----
    With t_c the sum of w times residual over cluster c of the C of a stratum: (1 - f) C/(C - 1) Σ (t_c - t̄)(t_c - t̄)ᵀ,
    summed over strata (Binder 1983, doi:10.2307/1402588). Equal to R ``svymean`` and ``svytotal`` on one stage.
    """
    totals = []
    for values in z:
        scored = design.weights * residual(values, design, made)
        totals.append(scored if design.cluster is None else np.bincount(design.cluster, weights=scored))
    t = np.array(totals)
    if design.strata is None:
        t -= t.mean(axis=1, keepdims=True)
        count = t.shape[1]
        return (1 - design.fraction) * count / (count - 1) * (t @ t.T)
    stratum = _of_clusters(design)
    counts = np.bincount(stratum)
    t -= np.array([np.bincount(stratum, weights=row) for row in t])[:, stratum] / counts[stratum]
    factor = (1 - np.broadcast_to(design.fraction, counts.shape)) * counts / (counts - 1)
    return (t * factor[stratum]) @ t.T


def _of_clusters(design: Design) -> np.ndarray:
    """The stratum of each cluster."""
    if design.cluster is None:
        return design.strata
    found = np.empty(int(design.cluster.max()) + 1, dtype=np.int64)
    found[design.cluster] = design.strata
    return found


def influence(y: ArrayLike, inside: ArrayLike, weights: np.ndarray) -> tuple[float, np.ndarray]:
    """A weighted mean over a part of the respondents, and its influence values.

    Parameters
    ----------
    y : array-like, shape (n,)
        Values; those outside the part may be missing.
    inside : array-like of bool, shape (n,)
        The part.
    weights : ndarray, shape (n,)

    Returns
    -------
    estimate : float
    z : ndarray, shape (n,)
        (y - estimate) / Σw inside the part, 0 outside it.
    """
    inside = np.asarray(inside, dtype=bool)
    values = np.where(inside, np.asarray(y, dtype=float), 0.0)
    whole = float(weights[inside].sum())
    estimate = float(weights @ values) / whole
    return estimate, np.where(inside, values - estimate, 0.0) / whole


def mean(y: ArrayLike, inside: ArrayLike, design: Design, made: Projection | None, level: float = 0.95) -> Estimate:
    """A weighted mean with its linearised interval.

    Parameters
    ----------
    y : array-like, shape (n,)
    inside : array-like of bool, shape (n,)
        Who counts; nobody gives NaN.
    design : Design
    made : Projection or None
        As `projection` prepared it.
    level : float
        Confidence level, between 0 and 1.

    Returns
    -------
    Estimate
        A t interval on the clusters of the part less its strata, as R ``confint(svymean(…), df = degf(…))``.
    """
    inside = np.asarray(inside, dtype=bool)
    n, df = int(inside.sum()), _freedom(inside, design)
    if n == 0 or df < 1:
        return Estimate(np.nan, np.nan, np.nan, np.nan, "none", n, np.nan)
    estimate, z = influence(y, inside, design.weights)
    se = float(np.sqrt(covariance([z], design, made)[0, 0]))
    half = float(stats.t.ppf((1 + level) / 2, df)) * se
    return Estimate(estimate, se, estimate - half, estimate + half, "linearised", n, df)


def share(hit: ArrayLike, inside: ArrayLike, design: Design, made: Projection | None, level: float = 0.95) -> Estimate:
    """A weighted share with an interval that stays within 0 and 1.

    Parameters
    ----------
    hit : array-like, shape (n,)
        1 or True for those who count in the numerator.
    inside, design, made, level
        As in `mean`.

    Returns
    -------
    Estimate
        ``ci_method`` is "linearised, logit", or "Wilson, effective n" where the share is 0 or 1.

    Notes
    -----
    logit p ± t SE / (p (1 - p)), turned back: R ``svyciprop(method = "logit")``. At 0 and 1 the linearised standard
    error is 0; there a Wilson interval stands on Kish's effective number of the base (Dean & Pagano 2015,
    doi:10.1093/jssam/smv024).
    """
    found = mean(hit, inside, design, made, level)
    p = found.estimate
    if np.isnan(p):
        return found
    hits = int((np.asarray(hit, dtype=float)[np.asarray(inside, dtype=bool)] > 0).sum())
    if hits in (0, found.n):
        w = design.weights[np.asarray(inside, dtype=bool)]
        effective = float(w.sum() ** 2 / np.sum(w**2))
        low, high = wilson(effective if hits else 0.0, effective, level)
        return found._replace(
            estimate=float(hits > 0), se=0.0, ci_low=low, ci_high=high, ci_method="Wilson, effective n"
        )
    half = float(stats.t.ppf((1 + level) / 2, found.df)) * found.se / (p * (1 - p))
    low, high = (float(1 / (1 + np.exp(-(np.log(p / (1 - p)) + side * half)))) for side in (-1, 1))
    return found._replace(ci_low=low, ci_high=high, ci_method="linearised, logit")


def _freedom(inside: np.ndarray, design: Design) -> float:
    clusters = inside.sum() if design.cluster is None else len(np.unique(design.cluster[inside]))
    return float(clusters - (1 if design.strata is None else len(np.unique(design.strata[inside]))))


def jackknife_weights(design: Design, targets: Sequence[ArrayLike] | None) -> np.ndarray:
    """Weights with each cluster left out in turn, raked again each time.

    Parameters
    ----------
    design : Design
        ``cluster`` is needed.
    targets : sequence of array-likes or None
        Totals of the margins; None where the weights are not raked.

    Returns
    -------
    ndarray, shape (clusters, n)

    Notes
    -----
    JK1: those who stay weigh C/(C - 1) times as much (Rust 1985, Journal of Official Statistics 1:381).
    """
    count = int(design.cluster.max()) + 1
    base = np.ones(len(design.weights)) if design.base is None else design.base
    found = np.zeros((count, len(base)))
    for left_out in range(count):
        stays = design.cluster != left_out
        begun = base[stays] * count / (count - 1)
        if design.codes is not None and targets is not None:
            begun = rake(design.codes[stays], targets, begun).weights
        found[left_out, stays] = begun
    return found


def jackknife(
    replicates: np.ndarray, design: Design, statistic: Callable[[np.ndarray], float], level: float = 0.95
) -> Estimate:
    """An estimate with its jackknife standard error and t interval.

    Parameters
    ----------
    replicates : ndarray, shape (clusters, n)
        As `jackknife_weights` gives them.
    design : Design
    statistic : callable
        From weights to the estimate.
    level : float
        Confidence level, between 0 and 1.

    Returns
    -------
    Estimate

    Notes
    -----
    (1 - f) (C - 1)/C Σ (θ_c - θ̄)², as R ``as.svrepdesign(type = "JK1")``.
    """
    estimate = statistic(design.weights)
    values = np.array([statistic(weights) for weights in replicates])
    count = len(values)
    se = float(np.sqrt((1 - design.fraction) * (count - 1) / count * np.sum((values - values.mean()) ** 2)))
    half = float(stats.t.ppf((1 + level) / 2, count - 1)) * se
    n = len(design.weights)
    return Estimate(estimate, se, estimate - half, estimate + half, "jackknife", n, float(count - 1))
