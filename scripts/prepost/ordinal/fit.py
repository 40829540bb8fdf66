"""The cumulative link mixed model: ordered answers as ordered answers, with what one person's answers share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import optimize

from prepost.ordinal.answers import Answers, answers, compressed
from prepost.ordinal.laplace import TwoIntercepts
from prepost.ordinal.quadrature import Independent, OneIntercept

#: A coefficient this far out (logits over the range of its column) has run away: separation.
RUN_AWAY = 13.0
#: A standard deviation between groups below this is none, above that one it has run away.
LEAST_SIGMA, MOST_SIGMA = 5e-3, 10.0
#: What a Newton step may still add to the log likelihood at convergence.
STILL_TO_GAIN = 1e-8
NEWTON_STEPS = 12


@dataclass(frozen=True)
class ClmmFit:
    """A fitted model; NaN where ``note`` says why there is no number.

    Parameters
    ----------
    names : tuple of str
        The covariates.
    beta, se : ndarray, shape (p,)
        Coefficients in logits and their standard errors; a positive one means higher answers.
    theta : ndarray, shape (strata, J - 1)
        Thresholds between the used categories, one row a stratum.
    sigma : ndarray, shape (groupings,)
        Standard deviations of the random intercepts.
    cov : ndarray, shape (p + strata · (J - 1) + groupings,) squared
        Covariance of ``beta``, ``theta`` by rows, ``sigma``. A sigma of 0 has rows of 0.
    loglik : float
        Log likelihood.
    converged : bool
        Whether the estimates are the maximum.
    note : str
        Why something is missing or weak, else empty.
    n, n_groups : int, tuple of int
        Answers and, for each grouping, groups used.
    categories : ndarray, shape (J,)
        The answers that are used, in order.
    unused : tuple
        Declared answers that nobody gave.
    method : str
        How the random intercepts were taken out.
    """

    names: tuple[str, ...]
    beta: np.ndarray
    se: np.ndarray
    theta: np.ndarray
    sigma: np.ndarray
    cov: np.ndarray
    loglik: float
    converged: bool
    note: str
    n: int
    n_groups: tuple[int, ...]
    categories: np.ndarray
    unused: tuple
    method: str


def fit_clmm(
    y: ArrayLike,
    x: ArrayLike | pd.DataFrame,
    groups: ArrayLike | pd.DataFrame | None = None,
    *,
    nodes: int = 10,
    names: Sequence[str] | None = None,
    strata: ArrayLike | None = None,
    categories: Sequence[float] | None = None,
) -> ClmmFit:
    """Fit a cumulative logit model with normal random intercepts.

    Parameters
    ----------
    y : array-like, shape (n,)
        Answers as numbers; only their order counts. Rows with anything missing are left out.
    x : array-like or DataFrame, shape (n, p)
        Covariates without an intercept: time as 0 before and 1 after, products for interactions.
    groups : array-like, DataFrame or None
        Who answered. A DataFrame of two columns gives two intercepts, nested or crossed. None: no intercept.
    nodes : int
        Nodes of the adaptive Gauss-Hermite quadrature with one grouping, at least 1; 1 is Laplace's approximation,
        which two groupings always have.
    names : sequence of str or None
        Names of the covariates; those of a DataFrame where None.
    strata : array-like or None, shape (n,)
        Thresholds are free by stratum: with time as stratum, time's effect is free by threshold.
    categories : sequence of float or None
        The declared answers, so that unused ones are told.

    Returns
    -------
    ClmmFit
        Empty estimates and a note where the answers do not determine the model.

    Raises
    ------
    ValueError
        Arrays that do not fit together, an answer outside ``categories``, more than two groupings.

    Notes
    -----
    P(Y ≤ j) = logit⁻¹(θ_j - xβ - Σ u), u normal (McCullagh 1980, doi:10.1111/j.2517-6161.1980.tb01109.x; Hedeker &
    Gibbons 1994, doi:10.2307/2533433). Thresholds are fitted as the first and the logs of the gaps, so that their
    order cannot be lost. Standard errors from the observed information, the slopes differenced once. Equal to R
    ``ordinal::clm`` and ``clmm``.

    Examples
    --------
    >>> fit = fit_clmm([1, 1, 2, 1, 2, 2], [[0], [0], [0], [1], [1], [1]])
    >>> f"{fit.beta[0]:.4f}", fit.n
    ('1.3863', 6)
    """
    given = answers(y, x, groups, names, strata, categories)
    if len(given.groups) > 2:
        raise ValueError("at most two groupings")
    why = _nothing_to_fit(given)
    if why:
        return _empty(given, why)
    notes = _told(given)
    small = compressed(given)
    flat = _Problem(small, Independent(small.row_weights), 0)
    start, _ = flat.climb(flat.start())
    active = [i for i, count in enumerate(given.n_groups) if count < given.n]
    if len(active) < len(given.groups):
        notes.append("each group gives one answer: no random intercept for it")
    if len(active) == 2 and _same_groups(given):
        notes.append("both groupings make the same groups: one random intercept")
        active = active[:1]
    best, active = _with_intercepts(small, flat, start, active, nodes, notes)
    return _described(given, best, active, nodes, notes)


# What can be fitted ---------------------------------------------------------------------------------------------------
def _nothing_to_fit(given: Answers) -> str:
    if given.n == 0:
        return "no complete answers"
    if len(given.categories) == 1:
        return "every answer is the same: nothing to estimate"
    if given.groups and min(given.n_groups) == 1:
        return "all answers come from one group: no random intercept and no standard error"
    cells = np.zeros((given.strata, len(given.categories)))
    np.add.at(cells, (given.stratum, given.y), 1)
    if (cells == 0).any():
        return "a category is not used in every stratum: its thresholds have no finite value"
    return ""


def _same_groups(given: Answers) -> bool:
    cells = len(pd.unique(given.groups[0] * given.n_groups[1] + given.groups[1]))
    return cells == given.n_groups[0] == given.n_groups[1]


def _told(given: Answers) -> list[str]:
    notes = []
    if given.unused:
        notes.append(f"not used: {', '.join(f'{value:g}' for value in given.unused)}")
    left = [name for i, name in enumerate(given.names) if i not in given.kept]
    if left:
        notes.append(f"does not vary, or is a sum of the columns before it: {', '.join(left)}")
    return notes


def _empty(given: Answers, why: str) -> ClmmFit:
    p, strata, cuts, by = len(given.names), given.strata, max(len(given.categories) - 1, 0), len(given.groups)
    size = p + strata * cuts + by
    nan = np.full
    return ClmmFit(
        given.names,
        nan(p, np.nan),
        nan(p, np.nan),
        nan((strata, cuts), np.nan),
        nan(by, np.nan),
        nan((size, size), np.nan),
        np.nan,
        False,
        why,
        given.n,
        given.n_groups,
        given.categories,
        given.unused,
        "",
    )


# Climbing -------------------------------------------------------------------------------------------------------------
class _Problem:
    """The log likelihood over first thresholds, logs of gaps, scaled coefficients and logs of standard deviations."""

    def __init__(self, given: Answers, part: Callable, intercepts: int) -> None:
        self.given, self.part, self.intercepts = given, part, intercepts
        self.cuts = len(given.categories) - 1
        self.thresholds = given.strata * self.cuts
        self.p = given.x.shape[1]
        self.scale = np.sqrt(np.mean(given.x**2, axis=0)) if self.p else np.ones(0)
        self.x = given.x / self.scale
        self.weights = given.row_weights
        self.bound = given.stratum * (self.cuts + 2) + given.y

    def start(self) -> np.ndarray:
        """Thresholds from the shares of each stratum, no effects."""
        given, first = self.given, []
        for stratum in range(given.strata):
            here = given.stratum == stratum
            w = None if self.weights is None else self.weights[here]
            share = np.cumsum(np.bincount(given.y[here], w, minlength=self.cuts + 1))[:-1]
            share = (share + 0.5) / (np.sum(here if w is None else w) + 1)
            logit = np.log(share / (1 - share))
            first.append(np.r_[logit[:1], np.log(np.diff(logit))])
        return np.r_[np.concatenate(first), np.zeros(self.p + self.intercepts)]

    def natural(self, phi: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Thresholds by stratum, scaled coefficients, standard deviations."""
        raw = phi[: self.thresholds].reshape(self.given.strata, self.cuts)
        theta = np.cumsum(np.column_stack([raw[:, :1], np.exp(raw[:, 1:])]), axis=1)
        return theta, phi[self.thresholds : self.thresholds + self.p], np.exp(phi[self.thresholds + self.p :])

    def __call__(self, phi: np.ndarray) -> tuple[float, np.ndarray]:
        """Minus the log likelihood and its slope."""
        with np.errstate(over="ignore", divide="ignore", invalid="ignore", under="ignore"):
            value, slope = self._evaluate(np.clip(phi, -60, 60))
        return (value, slope) if np.isfinite(value) and np.isfinite(slope).all() else (1e10, np.zeros_like(phi))

    def _evaluate(self, phi: np.ndarray) -> tuple[float, np.ndarray]:
        theta, beta, sigma = self.natural(phi)
        strata, ends = self.given.strata, np.full((self.given.strata, 1), np.inf)
        edges = np.column_stack([-ends, theta, ends]).ravel()
        predictor = self.x @ beta
        a, b = edges[self.bound + 1] - predictor, edges[self.bound] - predictor
        width = a - b
        part = self.part(a, b, sigma)
        w = 1.0 if self.weights is None else self.weights
        value = part.loglik + float(np.sum(w * np.log(-np.expm1(-width))))
        opening = w / np.expm1(width)
        above, below = part.above + opening, part.below - opening
        size = len(edges)
        to_edge = np.bincount(self.bound + 1, above, minlength=size) + np.bincount(self.bound, below, minlength=size)
        to_theta = to_edge.reshape(strata, -1)[:, 1:-1]
        to_raw = np.cumsum(to_theta[:, ::-1], axis=1)[:, ::-1].copy()
        to_raw[:, 1:] *= np.exp(phi[: self.thresholds].reshape(strata, -1)[:, 1:])
        slope = np.r_[to_raw.ravel(), -self.x.T @ (above + below), part.sigma * sigma]
        return -value, -slope

    def information(self, phi: np.ndarray) -> np.ndarray:
        """Observed information: central differences of the slope."""
        step = 1e-5 * np.maximum(1.0, np.abs(phi))
        columns = []
        for i, h in enumerate(step):
            away = np.zeros_like(phi)
            away[i] = h
            columns.append((self(phi + away)[1] - self(phi - away)[1]) / (2 * h))
        full = np.array(columns)
        return (full + full.T) / 2

    def climb(self, phi: np.ndarray) -> tuple[np.ndarray, bool]:
        """Quasi-Newton to the neighbourhood, then Newton until a step has nothing left to gain."""
        found = optimize.minimize(self, phi, jac=True, method="BFGS", options={"gtol": 1e-3, "maxiter": 500})
        phi, value, slope = found.x, float(found.fun), found.jac
        for _ in range(NEWTON_STEPS):
            step = self._newton(phi, slope)
            if step is None:
                return phi, False
            if abs(slope @ step) / 2 < STILL_TO_GAIN:
                return phi + step, True
            for length in (1.0, 0.5, 0.25, 0.1, 0.01):
                new, new_slope = self(phi + length * step)
                if new <= value:
                    break
            else:
                return phi, False
            phi, value, slope = phi + length * step, new, new_slope
        return phi, False

    def _newton(self, phi: np.ndarray, slope: np.ndarray) -> np.ndarray | None:
        values, vectors = np.linalg.eigh(self.information(phi))
        if values[0] <= 1e-9 * values[-1]:
            return None
        return -vectors @ ((vectors.T @ slope) / values)


@dataclass(frozen=True)
class _Best:
    problem: _Problem
    phi: np.ndarray
    converged: bool


def _with_intercepts(
    given: Answers, flat: _Problem, start: np.ndarray, active: list[int], nodes: int, notes: list[str]
) -> tuple[_Best, list[int]]:
    """Fit with the intercepts that are there; one whose spread goes to nothing is left out, and the note says so."""
    while active:
        codes = tuple(given.groups[i] for i in active)
        if len(active) == 2:
            part: Callable = TwoIntercepts(codes, given.row_weights)
        else:
            part = OneIntercept(codes[0], given.group_weights(active[0]), nodes)
        problem = _Problem(given, part, len(active))
        begin = np.r_[start[: flat.thresholds] + 0, start[flat.thresholds :], np.zeros(len(active))]
        phi, converged = problem.climb(begin)
        sigma = problem.natural(phi)[2]
        gone = [i for i, value in zip(active, sigma, strict=True) if value < LEAST_SIGMA]
        if not gone:
            return _Best(problem, phi, converged), active
        notes.append("answers of one group are no more alike than those of different groups: sigma is 0")
        active = [i for i in active if i not in gone]
    phi, converged = flat.climb(start)
    return _Best(flat, phi, converged), active


# What was found -------------------------------------------------------------------------------------------------------
def _described(given: Answers, best: _Best, active: list[int], nodes: int, notes: list[str]) -> ClmmFit:
    problem = best.problem
    theta, scaled, sigma = problem.natural(best.phi)
    span = np.ptp(problem.x, axis=0) if problem.p else np.ones(0)
    away = [given.names[given.kept[i]] for i in np.flatnonzero(np.abs(scaled) * span > RUN_AWAY)]
    lost = (sigma > MOST_SIGMA).any() or np.abs(theta).max() > 2 * RUN_AWAY
    if not best.converged or away or lost:
        why = "the model did not converge"
        if away:
            why = f"no finite estimate: the answers are separated by {', '.join(away)}"
        elif lost:
            why = "no finite estimate: the answers of a group hardly differ"
        return _empty(given, "; ".join([*filter(None, notes), why]))
    covariance = _natural_covariance(problem, best.phi)
    p, cuts = len(given.names), problem.thresholds
    place = np.r_[given.kept, p + np.arange(cuts), p + cuts + np.array(active, dtype=int)].astype(int)
    size = p + cuts + len(given.groups)
    cov = np.zeros((size, size))
    left = np.setdiff1d(np.arange(p), given.kept)
    cov[left, :], cov[:, left] = np.nan, np.nan
    cov[np.ix_(place, place)] = covariance
    beta, every = np.full(p, np.nan), np.zeros(len(given.groups))
    beta[given.kept] = scaled / problem.scale
    every[active] = sigma
    how = {0: "no random intercept", 1: f"quadrature, {nodes} nodes" if nodes > 1 else "Laplace", 2: "Laplace"}
    return ClmmFit(
        given.names,
        beta,
        np.sqrt(np.diag(cov)[:p]),
        theta,
        every,
        cov,
        -problem(best.phi)[0],
        True,
        "; ".join(filter(None, notes)),
        given.n,
        given.n_groups,
        given.categories,
        given.unused,
        how[len(active)],
    )


def _natural_covariance(problem: _Problem, phi: np.ndarray) -> np.ndarray:
    """Covariance of coefficients, thresholds and standard deviations from the information of what was fitted."""
    base = np.linalg.inv(problem.information(phi))
    cuts, p = problem.cuts, problem.p
    jacobian = np.zeros_like(base)
    for stratum in range(problem.given.strata):
        first = stratum * cuts
        gaps = np.r_[1.0, np.exp(phi[first + 1 : first + cuts])]
        jacobian[p + first : p + first + cuts, first : first + cuts] = np.tril(np.tile(gaps, (cuts, 1)))
    at = np.arange(p)
    jacobian[at, problem.thresholds + at] = 1 / problem.scale
    rest = np.arange(problem.thresholds + p, len(phi))
    jacobian[rest, rest] = np.exp(phi[rest])
    return jacobian @ base @ jacobian.T
