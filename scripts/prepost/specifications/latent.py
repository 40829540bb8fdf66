"""The change of ordered answers on a latent scale, population-averaged: quick enough for hundreds of fits."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import linalg, stats
from scipy.special import expit

from prepost.pairs import TIE_TOLERANCE
from prepost.robust import MeanChange

#: Standard deviation of the standard logistic distribution, the unit of the latent scale.
LOGISTIC_SD = float(np.pi / np.sqrt(3))
ITERATIONS, ENOUGH = 60, 1e-9


def latent_change(
    answers: np.ndarray,
    item: np.ndarray,
    after: np.ndarray,
    person: np.ndarray,
    weights: np.ndarray | None = None,
    level: float = 0.95,
) -> MeanChange:
    """Shift between two waves of a cumulative logit model of all answers to a scale's items.

    Parameters
    ----------
    answers : ndarray of int, shape (n,)
        Category of each answer, any integers in order; a category that an item never has is left out for that item.
    item : ndarray, shape (n,)
        Which item was answered; each has thresholds of its own.
    after : ndarray of bool, shape (n,)
        Whether it was answered at the second wave.
    person : ndarray of int, shape (n,)
        Who answered, numbered from 0.
    weights : ndarray or None, shape (n,)
        One weight an answer.
    level : float
        Confidence level.

    Returns
    -------
    MeanChange
        ``estimate`` in standard deviations of the latent logistic distribution; standard error clustered on the
        person, normal interval; ``n`` answers. NaN and a ``note`` where the model has no finite solution.

    Notes
    -----
    logit P(Y ≤ j) = θ_ij - δ·after; independence as the working model, sandwich variance (Liang & Zeger 1986,
    doi:10.1093/biomet/73.1.13; Agresti 2010, doi:10.1002/9780470594001, section 9.2). δ / (π/√3) is the change in
    latent standard deviations. It is the change of the population's answers, smaller than the change within a person
    that a mixed model gives.
    """
    w = np.ones(len(answers)) if weights is None else np.asarray(weights, dtype=float)
    n, people = len(answers), int(person.max()) + 1 if len(person) else 0
    if people < 2 or after.all() or not after.any():
        return _none(n, people, "fewer than two people, or one wave only: no latent change")
    low, high, starts = _thresholds(answers, item)
    if not len(starts):
        return _none(n, people, "every answer is the same: no latent change")
    parameters, information = _fit(low, high, starts, after, w)
    if parameters is None:
        return _none(n, people, "the ordered model does not converge: no latent change")
    by_person = _by_person(parameters, low, high, after, person, w)
    bread = linalg.inv(information)
    meat = by_person.T @ by_person * people / (people - 1)
    variance = float((bread @ meat @ bread)[-1, -1])
    estimate, se = float(parameters[-1]) / LOGISTIC_SD, np.sqrt(variance) / LOGISTIC_SD
    if not np.isfinite(se) or se <= TIE_TOLERANCE:
        return _none(n, people, "the people's answers do not vary: no latent change")
    half = float(stats.norm.ppf((1 + level) / 2)) * se
    z = estimate / se
    return MeanChange(
        estimate, se, estimate - half, estimate + half, z, np.inf, float(2 * stats.norm.sf(abs(z))), n, people, ""
    )


def _none(n: int, people: int, note: str) -> MeanChange:
    return MeanChange(*[np.nan] * 7, n, people, note)


def _thresholds(answers: np.ndarray, item: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Number each answer's threshold below (-1: none) and above (-2: none), and give their first values."""
    low, high = np.full(len(answers), -1), np.full(len(answers), -2)
    starts: list[float] = []
    for name in np.unique(item):
        rows = np.flatnonzero(item == name)
        used, code = np.unique(answers[rows], return_inverse=True)
        share = np.cumsum(np.bincount(code))[:-1] / len(rows)
        first = len(starts)
        starts += list(np.log(share / (1 - share)))
        low[rows] = np.where(code > 0, first + code - 1, -1)
        high[rows] = np.where(code < len(used) - 1, first + code, -2)
    return low, high, np.array(starts)


def _bounds(p: np.ndarray, low: np.ndarray, high: np.ndarray, after: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    shift = p[-1] * after
    below = np.where(low < 0, 0.0, expit(p[low] - shift))
    above = np.where(high < 0, 1.0, expit(p[high] - shift))
    return below, above


def _scores(p: np.ndarray, low: np.ndarray, high: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Gradient of each answer's log-likelihood."""
    below, above = _bounds(p, low, high, after)
    share = np.maximum(above - below, 1e-300)
    d_low, d_high = below * (1 - below), above * (1 - above)
    scores = np.zeros((len(low), len(p)))
    rows = np.arange(len(low))
    inside = low >= 0
    scores[rows[inside], low[inside]] -= (d_low / share)[inside]
    inside = high >= 0
    scores[rows[inside], high[inside]] += (d_high / share)[inside]
    scores[:, -1] = np.where(after, d_low - d_high, 0.0) / share
    return scores


def _by_person(
    p: np.ndarray, low: np.ndarray, high: np.ndarray, after: np.ndarray, person: np.ndarray, w: np.ndarray
) -> np.ndarray:
    """Gradient of each person's log-likelihood: an answer moves two thresholds at most, and the shift."""
    below, above = _bounds(p, low, high, after)
    per_share = w / np.maximum(above - below, 1e-300)
    d_low, d_high = below * (1 - below) * per_share, above * (1 - above) * per_share
    size, people = len(p), int(person.max()) + 1
    total = np.bincount(person * size + size - 1, np.where(after, d_low - d_high, 0.0), people * size)
    for sign, threshold, slope in ((-1, low, d_low), (1, high, d_high)):
        inside = threshold >= 0
        total += sign * np.bincount((person * size + threshold)[inside], slope[inside], people * size)
    return total.reshape(people, size)


def _fit(
    low: np.ndarray, high: np.ndarray, starts: np.ndarray, after: np.ndarray, w: np.ndarray
) -> tuple[np.ndarray | None, np.ndarray]:
    """Fisher scoring on categories by wave; returns the parameters and the expected information."""
    inverse, pairs = pd.factorize((low + 2) * (len(starts) + 2) + high + 2, sort=True)
    pairs = np.column_stack([pairs // (len(starts) + 2) - 2, pairs % (len(starts) + 2) - 2])
    # every category of an item at both waves, also one that nobody gave there: the expected information asks for it
    lo, hi = np.tile(pairs, (2, 1)).T
    when = np.repeat([False, True], len(pairs))
    total = np.concatenate(
        [np.bincount(inverse[after == side], w[after == side], len(pairs)) for side in (False, True)]
    )
    p = np.append(starts, 0.0)
    item = np.unique(_items_of(lo, hi), return_inverse=True)[1].ravel() * 2 + when
    size = np.bincount(item, total)[item]  # the answers of one item and wave are one multinomial
    information = np.eye(len(p))
    for _ in range(ITERATIONS):
        scores = _scores(p, lo, hi, when)
        below, above = _bounds(p, lo, hi, when)
        information = np.einsum("ci,c,cj->ij", scores, size * (above - below), scores, optimize=False)
        gradient = scores.T @ total
        try:
            step = linalg.solve(information, gradient, assume_a="pos")
        except (linalg.LinAlgError, ValueError):
            return None, information
        step *= min(1.0, 2.0 / max(np.abs(step).max(), 1e-12))
        p = p + step
        if not np.isfinite(p).all() or np.abs(p).max() > 30:
            return None, information
        if np.abs(step).max() < ENOUGH:
            return p, information
    return None, information


def _items_of(low: np.ndarray, high: np.ndarray) -> list[int]:
    """Number the items of cells: cells whose thresholds touch belong to one item."""
    up: dict[int, int] = {}
    for a, b in zip(low, high, strict=True):
        if a >= 0 and b >= 0:
            up[int(b)] = int(a)

    def root(number: int) -> int:
        while number in up:
            number = up[number]
        return number

    return [root(int(b)) if b >= 0 else root(int(a)) for a, b in zip(low, high, strict=True)]
