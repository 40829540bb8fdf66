"""Raking: weights that meet known margins, trimmed where the study says so, and what they cost in precision.

Raking multiplies every respondent of a category by one factor, margin after margin, until all margins are met. The
factor of a respondent depends on the categories alone, so the work is done on the cells of the cross table, however
many respondents there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

ROUNDS = 500
NEAR = 1e-12  # of a margin, relative
TRIM_ROUNDS = 200
TRIM_NEAR = 1e-9  # a weight may stand so far beyond a bound, relative


class NotMet(ValueError):
    """Raking or trimming came to no end: the margins contradict each other, or the bounds are too tight."""


class Raked(NamedTuple):
    """Weights that meet the margins.

    Attributes
    ----------
    weights : ndarray, shape (n,)
        Positive; they sum to the sum of the margins.
    rounds : int
        Passes over all margins.
    worst : float
        Largest relative distance of a weighted margin from its target.
    """

    weights: np.ndarray
    rounds: int
    worst: float


class Cells(NamedTuple):
    """Respondents by the cell of the cross table of all margins: `of` gives each one's, `codes` each cell's."""

    of: np.ndarray
    codes: np.ndarray


def cells_of(codes: ArrayLike, sizes: Sequence[int]) -> Cells:
    """Number the cells of a cross table that hold somebody.

    Parameters
    ----------
    codes : array-like of int, shape (n, m)
        Category of each respondent in each margin, from 0.
    sizes : sequence of int
        Number of categories of each margin.

    Returns
    -------
    Cells
        ``of`` shape (n,), ``codes`` shape (cells, m).
    """
    codes = np.asarray(codes, dtype=np.int64)
    flat = np.zeros(len(codes), dtype=np.int64)
    for column, size in zip(codes.T, sizes, strict=True):
        flat = flat * size + column
    space = int(np.prod([int(size) for size in sizes]))
    if space <= 4 * len(codes) + 1000:  # a table of all cells is smaller than a sort of all respondents
        used = np.flatnonzero(np.bincount(flat, minlength=space))
        place = np.zeros(space, dtype=np.int64)
        place[used] = np.arange(len(used))
        of = place[flat]
    else:
        used, of = np.unique(flat, return_inverse=True)
    found = np.empty((len(used), len(sizes)), dtype=np.int64)
    for number in range(len(sizes) - 1, -1, -1):
        used, found[:, number] = np.divmod(used, sizes[number])
    return Cells(of, found)


def rake(codes: ArrayLike, targets: Sequence[ArrayLike], base: ArrayLike | None = None, rounds: int = ROUNDS) -> Raked:
    """Weights that meet every margin, by iterative proportional fitting.

    Parameters
    ----------
    codes : array-like of int, shape (n, m)
        Category of each respondent in each margin, from 0.
    targets : sequence of m array-likes
        Total of each category, positive; all margins have one sum.
    base : array-like, shape (n,), optional
        Weights to begin with, positive; default one each.
    rounds : int
        Most passes over all margins.

    Returns
    -------
    Raked

    Raises
    ------
    ValueError
        A base weight or a target is zero, negative or not finite; margins of unequal sum; a category without a
        respondent.
    NotMet
        The margins are not met after so many rounds.

    Notes
    -----
    Deming & Stephan 1940, doi:10.1214/aoms/1177731829. Equal to R ``survey::rake`` with
    ``control = list(maxit = 500, epsilon = 1e-10)``.
    """
    codes = np.asarray(codes, dtype=np.int64)
    goals = [np.asarray(target, dtype=float) for target in targets]
    start = np.ones(len(codes)) if base is None else np.asarray(base, dtype=float)
    _check(codes, goals, start)
    cells = cells_of(codes, [len(goal) for goal in goals])
    begun = np.bincount(cells.of, weights=start, minlength=len(cells.codes))
    sums, done, worst = _fit(cells.codes, goals, begun, rounds)
    if worst > 1e3 * NEAR:
        raise NotMet(f"margins are still off by {worst:.1e} after {done} rounds")
    return Raked(start * (sums / begun)[cells.of], done, worst)


def _check(codes: np.ndarray, goals: Sequence[np.ndarray], start: np.ndarray) -> None:
    if not (np.isfinite(start).all() and (start > 0).all()):
        raise ValueError("weights must be positive and finite")
    whole = goals[0].sum()
    for column, goal in zip(codes.T, goals, strict=True):
        if not (np.isfinite(goal).all() and (goal > 0).all()):
            raise ValueError("targets must be positive and finite")
        if abs(goal.sum() - whole) > 1e-9 * whole:
            raise ValueError("the margins do not have one sum")
        if (np.bincount(column, minlength=len(goal)) == 0).any():
            raise ValueError("a category has no respondent")


def _fit(codes: np.ndarray, goals: Sequence[np.ndarray], sums: np.ndarray, rounds: int):
    """Cell sums that meet the margins, the rounds it took, and how far off the worst margin is."""
    sums, before = sums.copy(), np.inf
    for done in range(1, rounds + 1):
        worst = 0.0
        for column, goal in zip(codes.T, goals, strict=True):
            factor = goal / np.bincount(column, weights=sums, minlength=len(goal))
            worst = max(worst, float(np.abs(factor - 1).max()))
            sums *= factor[column]
        if worst < NEAR or (worst < 100 * NEAR and worst >= before):  # as near as floating point comes
            return sums, done, worst
        before = worst
    return sums, rounds, worst


def rake_within(
    codes: ArrayLike, targets: Sequence[ArrayLike], low: float | None, high: float | None, base: ArrayLike | None = None
) -> Raked:
    """Rake, and keep every weight between two multiples of the mean weight, with all margins still met.

    Parameters
    ----------
    codes, targets, base
        As in `rake`.
    low, high : float or None
        Multiples of the mean weight, below and above 1; None sets no bound.

    Returns
    -------
    Raked

    Raises
    ------
    NotMet
        No weights between the bounds were found that meet the margins.

    Notes
    -----
    Weights beyond a bound are set on it and all are raked again, until none is beyond: trimming alone would break the
    margins (Potter 1990; Battaglia et al. 2009, doi:10.29115/SP-2009-0019).
    """
    found = rake(codes, targets, base)
    mean = float(np.sum(targets[0])) / len(found.weights)
    bottom = 0.0 if low is None else low * mean
    top = np.inf if high is None else high * mean
    rounds = found.rounds
    for _ in range(TRIM_ROUNDS):
        beyond = (found.weights > top * (1 + TRIM_NEAR)) | (found.weights < bottom * (1 - TRIM_NEAR))
        if not beyond.any():
            return Raked(found.weights, rounds, found.worst)
        found = rake(codes, targets, np.clip(found.weights, bottom, top))
        rounds += found.rounds
    raise NotMet(f"{int(beyond.sum())} weights stay outside the bounds after {TRIM_ROUNDS} rounds of trimming")


def design_effect(weights: ArrayLike) -> float:
    """Kish's design effect of unequal weights: n Σw² / (Σw)², 1 where all are equal.

    Parameters
    ----------
    weights : array-like, shape (n,)
        Positive and finite.

    Returns
    -------
    float
        The respondents divided by it are the effective number, (Σw)² / Σw².

    Raises
    ------
    ValueError
        A weight that is zero, negative or not finite, or none at all.

    Notes
    -----
    Kish 1965, Survey Sampling; Kish 1992, Journal of Official Statistics 8:183.

    Examples
    --------
    >>> design_effect([1, 1, 2])
    1.125
    """
    w = np.asarray(weights, dtype=float)
    if not len(w) or not (np.isfinite(w).all() and (w > 0).all()):
        raise ValueError("weights must be positive and finite")
    return float(len(w) * np.sum(w**2) / np.sum(w) ** 2)
