"""Partial pooling: what each of several groups most likely shows, given how much the groups differ at all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import stats

_STEPS, _CLOSE = 500, 1e-13
_COLUMNS = ["name", "estimate", "se", "weight", "shrunken", "shrunken_se", "ci_low", "ci_high", "note"]


class Pooled(NamedTuple):
    """A random-effects mean over groups; NaN where ``note`` says why there is none. ``groups`` is a DataFrame."""

    mean: float
    se: float
    ci_low: float
    ci_high: float
    prediction_low: float
    prediction_high: float
    tau2: float
    i2: float
    q: float
    df: float
    p: float
    n_groups: int
    method: str
    note: str
    groups: pd.DataFrame


def pool(
    estimates: ArrayLike,
    ses: ArrayLike,
    names: Sequence[str],
    *,
    method: Literal["REML", "DL"] = "REML",
    modified: bool = True,
    level: float = 0.95,
) -> Pooled:
    """Pool the estimates of groups with random effects, and draw each group's estimate towards their mean.

    Parameters
    ----------
    estimates : array-like, shape (k,)
        Mean change of each group, in scale points.
    ses : array-like, shape (k,)
        Its standard error, above 0. A group without an estimate or a standard error stays out, and its row says so.
    names : sequence of str
        The groups.
    method : {"REML", "DL"}
        Restricted maximum likelihood, or DerSimonian & Laird.
    modified : bool
        True: the variance of the mean is never below that of a mean of groups that agree as well as chance lets
        them; without it, groups that agree better than that give an interval far too short.
    level : float
        Confidence level, between 0 and 1.

    Returns
    -------
    Pooled
        ``mean`` over groups; ``se``; ``ci_low``, ``ci_high``; ``prediction_low``, ``prediction_high``, where the true
        mean of another such group would lie; ``tau2`` variance between groups; ``i2`` its share, a proportion; ``q``,
        ``df``, ``p`` Cochran's test; ``n_groups`` pooled; ``method``; ``note``; ``groups``: a row a group in the given
        order with ``name``, ``estimate``, ``se``, ``weight`` (share of its own estimate in the shrunken one),
        ``shrunken``, ``shrunken_se``, ``ci_low``, ``ci_high``, ``note``.

    Notes
    -----
    y_i ~ N(θ_i, v_i), θ_i ~ N(μ, τ²). Mean with the variance and t quantiles of Hartung & Knapp 2001,
    doi:10.1002/sim.1009, ``modified`` as in Knapp & Hartung 2003, doi:10.1002/sim.1482. Shrunken estimate B_i y_i +
    (1 - B_i) μ with B_i = τ²/(τ² + v_i) and variance B_i v_i + (1 - B_i)² Var(μ), t quantiles as for the mean.
    Viechtbauer 2005, doi:10.3102/10769986030003261, for REML; DerSimonian & Laird 1986,
    doi:10.1016/0197-2456(86)90046-2. Equal to R metafor ``rma`` with ``test = "adhoc"`` (not modified: ``"knha"``),
    ``predict`` and ``blup``. The groups are taken as independent, which people who stand in several are not quite.

    Examples
    --------
    >>> pool([0.1, 0.3], [0.1, 0.1], ["a", "b"], method="DL").mean
    0.2
    """
    y, se = np.asarray(estimates, dtype=float), np.asarray(ses, dtype=float)
    usable = np.isfinite(y) & np.isfinite(se) & (se > 0)
    table = pd.DataFrame({"name": list(names), "estimate": y, "se": se}).reindex(columns=_COLUMNS)
    table[_COLUMNS[3:8]] = np.nan
    table["note"] = np.where(usable, "", "no estimate with a standard error: not pooled")
    k = int(usable.sum())
    if k < 2:
        return _none(k, "fewer than two groups with a standard error: nothing to pool", table)
    y, v = y[usable], se[usable] ** 2
    q = float(np.sum((y - np.average(y, weights=1 / v)) ** 2 / v))
    tau2 = _reml(y, v) if method == "REML" else _dersimonian_laird(q, v)
    if not np.isfinite(tau2):
        return _none(k, "the variance between groups did not converge: nothing is pooled", table)
    weight = 1 / (v + tau2)
    mean = float(np.average(y, weights=weight))
    scale = float(np.sum(weight * (y - mean) ** 2) / (k - 1))
    variance = (max(1.0, scale) if modified else scale) / float(weight.sum())
    crit = float(stats.t.ppf((1 + level) / 2, k - 1))
    typical = (k - 1) * np.sum(1 / v) / (np.sum(1 / v) ** 2 - np.sum(1 / v**2))
    own = tau2 / (tau2 + v)
    shrunken, of_shrunken = own * y + (1 - own) * mean, np.sqrt(own * v + (1 - own) ** 2 * variance)
    filled = [own, shrunken, of_shrunken, shrunken - crit * of_shrunken, shrunken + crit * of_shrunken]
    table.loc[usable, _COLUMNS[3:8]] = np.column_stack(filled)
    half, beyond = crit * np.sqrt(variance), crit * np.sqrt(variance + tau2)
    bounds = (mean - half, mean + half, mean - beyond, mean + beyond)
    numbers = (float(np.sqrt(variance)), *map(float, bounds), tau2, float(tau2 / (tau2 + typical)), q, float(k - 1))
    note = "two groups only: the interval is wide" if k == 2 else ""
    return Pooled(mean, *numbers, float(stats.chi2.sf(q, k - 1)), k, _named(method, modified), note, table)


def _named(method: str, modified: bool) -> str:
    return f"{method}, {'modified ' if modified else ''}Hartung-Knapp"


def _none(k: int, note: str, table: pd.DataFrame) -> Pooled:
    return Pooled(*[np.nan] * 11, k, "", note, table)


def _dersimonian_laird(q: float, v: np.ndarray) -> float:
    w = 1 / v
    return float(max(0.0, (q - (len(v) - 1)) / (w.sum() - np.sum(w**2) / w.sum())))


def _reml(y: np.ndarray, v: np.ndarray) -> float:
    """Fisher scoring from the unweighted estimate, steps halved where they would leave 0 and above."""
    tau2 = max(0.0, float(np.var(y, ddof=1) - v.mean()))
    for _ in range(_STEPS):
        w = 1 / (v + tau2)
        total, squares = w.sum(), np.sum(w**2)
        py = w * (y - np.average(y, weights=w))  # P = W - ww'/Σw, never built
        trace = total - squares / total
        information = squares - 2 * np.sum(w**3) / total + (squares / total) ** 2
        if not information > 1e-12 * squares:  # one group outweighs all others by more digits than there are
            return np.nan
        step = float((py @ py - trace) / information)
        while tau2 + step < 0:
            step = step / 2 if tau2 > 1e-12 * v.mean() else -tau2
        if abs(step) <= _CLOSE * (v.mean() + tau2):
            return tau2 + step
        tau2 += step
    return np.nan
