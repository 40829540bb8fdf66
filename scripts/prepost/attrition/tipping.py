"""How far those who were lost would have to differ before the result goes: a δ-adjusted pattern mixture."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import stats

from prepost.pairs import TIE_TOLERANCE, complete_pairs
from prepost.robust import MeanChange, mean_change


class Tipping(NamedTuple):
    """Where a conclusion tips; NaN where ``note`` says why there is no such point.

    ``delta`` is how much more those lost changed than was to be expected of them, in scale points; ``change_of_lost``
    is their mean change then.
    """

    conclusion: str
    target: float
    delta: float
    change_of_lost: float
    n: int
    n_lost: int
    n_people: int
    note: str


class _Mixture(NamedTuple):
    """Linearised values a + δb of everyone in the target population, and what is known of those lost."""

    a: np.ndarray
    b: np.ndarray
    codes: np.ndarray
    mean: float  # with δ = 0
    lost: float  # share
    lost_mean: float  # mean change of those lost with δ = 0
    note: str


def delta_adjusted(
    change: ArrayLike,
    person: ArrayLike | None = None,
    *,
    delta: float,
    weights: ArrayLike | None = None,
    level: float = 0.95,
) -> MeanChange:
    """Mean change of everyone in the target population if those lost differ by ``delta``.

    Parameters
    ----------
    change : array-like, shape (n,)
        One row a valid first survey; missing where the later answer was lost.
    person : array-like or None, shape (n,)
        Who gave each. None: each is another person.
    delta : float
        How much more those lost changed than was to be expected of them, in scale points.
    weights : array-like or None, shape (n,)
        Weights of those kept (`prepost.attrition.chances.response_weights`); then those lost are expected to change as
        the weighted ones do, else as those kept do.
    level : float
        Confidence level, between 0 and 1.

    Returns
    -------
    MeanChange
        As from `prepost.robust.mean_change`; ``n`` and ``n_people`` count the target population.

    Notes
    -----
    θ(δ) = μ + (1 - m) δ, with μ the (weighted) mean change of those kept and m their share: a pattern mixture whose
    unidentified part is the one number δ (Little 1993, doi:10.1080/01621459.1993.10594302; Daniels & Hogan 2008,
    ISBN 9781584886099). Error by linearisation over everyone, K_i = 1 where kept and w̄ the mean of K w:

        ψ_i = μ + K_i w_i (d_i - μ) / w̄ + δ (1 - K_i)

    with CR2 errors clustered on the person; the weights are taken as given.

    Examples
    --------
    >>> delta_adjusted([1.0, 2.0, None, None], delta=-1.0).estimate  # 1.5 - 0.5
    1.0
    """
    mixture = _mixture(change, person, weights)
    if mixture.note:
        n, n_people = len(mixture.codes), len(np.unique(mixture.codes))
        return MeanChange(mixture.mean, *[np.nan] * 6, n, n_people, mixture.note)
    return mean_change(mixture.a + delta * mixture.b, mixture.codes, level)


def tipping_points(
    change: ArrayLike,
    person: ArrayLike | None = None,
    *,
    smallest: float | None = None,
    weights: ArrayLike | None = None,
    before: ArrayLike | None = None,
    scale: tuple[float, float] | None = None,
    level: float = 0.95,
) -> list[Tipping]:
    """What those lost would have to have done for the gain to vanish, to be unsure, and to be too small.

    Parameters
    ----------
    change, person, weights, level
        As in `delta_adjusted`.
    smallest : float or None
        Smallest effect of interest in scale points; None leaves its point out.
    before : array-like or None, shape (n,)
        First scores; with ``scale`` they say whether a tipping point can be reached at all.
    scale : tuple of float or None
        Low and high end of the scale.

    Returns
    -------
    list of Tipping
        ``conclusion``: "the estimate is 0", "the lower limit is 0", "the estimate is the smallest effect" (and "the
        lower limit is the smallest effect"). ``target``; ``delta``; ``change_of_lost``; ``n`` first surveys;
        ``n_lost``; ``n_people``; ``note``: why there is none, or that the scale does not allow it.

    Notes
    -----
    The estimate tips at δ = (target - μ) / (1 - m). Its lower limit μ + (1 - m)δ - t √(q0 + 2 q1 δ + q2 δ²) tips at the
    root of a quadratic. See `delta_adjusted`; Cro et al. 2020, doi:10.1002/sim.8569, on reporting tipping points.

    Examples
    --------
    >>> tipping_points([1.0, 2.0, None, None])[0][:4]  # half are lost: they must have changed by -1.5
    ('the estimate is 0', 0.0, -3.0, -1.5)
    """
    mixture = _mixture(change, person, weights)
    room = _room(change, before, scale)
    n, n_lost, n_people = len(mixture.codes), int(np.sum(mixture.b > 0)), len(np.unique(mixture.codes))
    made = []
    targets = [(0.0, "0")] + ([(float(smallest), "the smallest effect")] if smallest is not None else [])
    for what in ("the estimate", "the lower limit"):
        for target, name in targets:
            delta, note = np.nan, mixture.note
            if not note and mixture.lost == 0:
                note = "nobody was lost"
            elif not note:
                delta, note = _at(mixture, target, what == "the lower limit", level)
            lost = mixture.lost_mean + delta
            if np.isfinite(lost) and room and not room[0] <= lost <= room[1]:
                note = "the scale does not allow it: those lost cannot have changed by so much on average"
            elif delta > 0:
                note = f"{what} lies below it already"
            made.append(Tipping(f"{what} is {name}", target, delta, lost, n, n_lost, n_people, note))
    return made


def _mixture(change: ArrayLike, person: ArrayLike | None, weights: ArrayLike | None) -> _Mixture:
    d = pd.array(change, dtype="Float64").to_numpy(dtype=float, na_value=np.nan)
    codes = complete_pairs(person, np.zeros(len(d)))[0]
    kept = np.isfinite(d)
    w = np.ones(len(d)) if weights is None else pd.array(weights, dtype="Float64").to_numpy(float, na_value=np.nan)
    if len(w) != len(d):
        raise ValueError("columns of one set of pairs must be equally long")
    lost = float(np.mean(~kept)) if len(d) else np.nan
    if kept.sum() < 2:
        why = "no complete pairs" if not kept.any() else "one pair only"
        return _Mixture(d, (~kept).astype(float), codes, np.nan, lost, np.nan, f"{why}: no tipping point")
    if not np.isfinite(w[kept]).all():
        return _Mixture(d, (~kept).astype(float), codes, np.nan, lost, np.nan, "no weights: no tipping point")
    w, d = np.where(kept, w, 0.0), np.where(kept, d, 0.0)
    mean = float(np.sum(w * d) / np.sum(w))
    lost_mean = (mean - (1 - lost) * float(d[kept].mean())) / lost if lost else np.nan
    a = mean + w * (d - mean) / w.mean()
    return _Mixture(a, (~kept).astype(float), codes, mean, lost, lost_mean, "")


def _at(mixture: _Mixture, target: float, limit: bool, level: float) -> tuple[float, str]:
    if not limit:
        return (target - mixture.mean) / mixture.lost, ""
    n, sizes = len(mixture.a), np.bincount(mixture.codes).astype(float)
    fit = mean_change(mixture.a, mixture.codes, level)
    if not np.isfinite(fit.df):
        return np.nan, fit.note
    t2 = float(stats.t.ppf((1 + level) / 2, fit.df)) ** 2
    share = 1 / (1 - sizes / n) / n**2
    a = np.bincount(mixture.codes, mixture.a - mixture.mean)
    b = np.bincount(mixture.codes, mixture.b - mixture.lost)
    q0, q1, q2 = (float(np.sum(share * x * y)) for x, y in ((a, a), (a, b), (b, b)))
    gap = mixture.mean - target
    # (gap + lost δ)² = t² (q0 + 2 q1 δ + q2 δ²), on the side where the estimate lies above the target
    roots = np.roots([mixture.lost**2 - t2 * q2, 2 * (gap * mixture.lost - t2 * q1), gap**2 - t2 * q0])
    real = roots.real[np.abs(roots.imag) <= 1e-9 * (1 + np.abs(roots.real))]
    above = real[gap + mixture.lost * real >= -TIE_TOLERANCE]
    if not len(above):
        return np.nan, "too few were kept or lost: the lower limit never comes there"
    return float(above[np.argmin(np.abs(above))]), ""


def _room(change: ArrayLike, before: ArrayLike | None, scale: tuple[float, float] | None) -> tuple[float, float] | None:
    if before is None or scale is None:
        return None
    d = pd.array(change, dtype="Float64").to_numpy(dtype=float, na_value=np.nan)
    first = pd.array(before, dtype="Float64").to_numpy(dtype=float, na_value=np.nan)[np.isnan(d)]
    first = first[np.isfinite(first)]
    return (float(scale[0] - first.mean()), float(scale[1] - first.mean())) if len(first) else None
