"""Logistic regression of our own, which says when it cannot be fitted instead of giving a large number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, special

STEPS = 100  # of iteratively reweighted least squares; a sound fit needs about ten
FAR = 12.0  # a linear predictor beyond it (a chance of 1 in 160,000) is looked at for separation
EDGE = 1e-7  # a fitted chance nearer to 0 or 1 is no estimate
INTERCEPT = "(intercept)"


class Logistic(NamedTuple):
    """A fitted logistic regression; NaN where ``note`` says why there is none."""

    names: tuple[str, ...]
    beta: np.ndarray
    se: np.ndarray
    cov: np.ndarray
    chance: np.ndarray
    deviance: float
    n: int
    converged: bool
    note: str


def fit_logistic(
    X: ArrayLike,
    y: ArrayLike,
    names: Sequence[str] | None = None,
    *,
    sensitivity: ArrayLike | None = None,
    steps: int = STEPS,
) -> Logistic:
    """Maximum-likelihood logistic regression; of an event that is only seen now and then, too.

    Parameters
    ----------
    X : array-like, shape (n, p)
        Columns of the linear predictor, the intercept among them. No missing values.
    y : array-like, shape (n,)
        1 where the event was seen, else 0.
    names : sequence of str or None
        Names of the columns, for notes.
    sensitivity : array-like or None, shape (n,)
        Chance that an event is seen where there is one, above 0 up to 1, taken as known. None: always seen.
    steps : int
        Most steps before the fit counts as not converged.

    Returns
    -------
    Logistic
        ``beta`` log odds, ``se``, ``cov`` from the expected information; ``chance`` fitted chance of the event (not of
        seeing it), shape (n,); ``deviance``; ``converged``; ``note``.

    Raises
    ------
    ValueError
        Columns of unequal length, an answer other than 0 and 1, or a sensitivity outside 0 to 1.

    Notes
    -----
    P(y = 1) = s / (1 + exp(-xβ)). Iteratively reweighted least squares with the starting values and step halving of R
    ``glm``, and equal to it; with s below 1 this is logistic regression with a known sensitivity and no false positives
    (Neuhaus 1999, doi:10.1093/biomet/86.4.843). Where a linear predictor runs off, a linear programme asks whether
    some columns tell the 0s from the 1s without error (Konis 2007, Oxford; Albert & Anderson 1984,
    doi:10.1093/biomet/71.1.1): then no finite estimate exists, the result is empty and the note names the columns.
    Nothing is shrunk towards 0 to get an answer all the same.

    Examples
    --------
    >>> fit = fit_logistic([[1], [1], [1], [1]], [1, 0, 0, 0])
    >>> f"{fit.beta[0]:.6f}"  # log(1 / 3)
    '-1.098612'
    """
    x, seen, s = _checked(X, y, sensitivity)
    n, p = x.shape
    labels = tuple(names) if names is not None else tuple(f"x{j}" for j in range(p))
    if n == 0 or seen.min() == seen.max():
        why = "there are no rows" if n == 0 else f"every outcome is {'yes' if seen[0] else 'no'}"
        return _empty(labels, n, f"{why}: no model can be fitted")
    if np.linalg.matrix_rank(x / np.maximum(np.abs(x).max(axis=0), 1e-300)) < p:
        return _empty(labels, n, "some columns of the model depend on the others: no model can be fitted")
    beta, deviance, information, converged = _iterate(x, seen, s, steps)
    eta = x @ beta
    if not converged or np.abs(eta).max() > FAR:
        note = _why_not(x, seen, s, eta, labels, converged)
        if note:
            return _empty(labels, n, note)
    cov = np.linalg.inv(information)
    return Logistic(labels, beta, np.sqrt(np.diag(cov)), cov, special.expit(eta), deviance, n, True, "")


def separating(X: ArrayLike, y: ArrayLike) -> np.ndarray | None:
    """Find a direction that tells the 0s from the 1s without error (rows on the border allowed), or None.

    Parameters
    ----------
    X : array-like, shape (n, p)
        Columns of the linear predictor.
    y : array-like, shape (n,)
        0 or 1.

    Returns
    -------
    ndarray or None
        Weights of the columns, each within -1 to 1; those not 0 take part in the separation.

    Notes
    -----
    Maximises Σ (2y - 1) xβ under (2y - 1) xβ ≥ 0 and |β| ≤ 1; above 0 means complete or quasi-complete separation
    (Konis 2007).
    """
    x, seen = np.asarray(X, dtype=float), np.asarray(y, dtype=float)
    x = x / np.maximum(np.abs(x).max(axis=0), 1e-300)
    rows = np.unique((2 * seen - 1)[:, None] * x, axis=0)
    found = optimize.linprog(-rows.sum(axis=0), A_ub=-rows, b_ub=np.zeros(len(rows)), bounds=(-1, 1), method="highs")
    if found.x is None or -found.fun <= 1e-6:
        return None
    return np.where(np.abs(found.x) > 1e-6, found.x, 0.0)


def _checked(X: ArrayLike, y: ArrayLike, sensitivity: ArrayLike | None) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    x, seen = np.asarray(X, dtype=float), np.asarray(y, dtype=float)
    s = np.ones(len(seen)) if sensitivity is None else np.asarray(sensitivity, dtype=float)
    if x.ndim != 2 or not len(x) == len(seen) == len(s):
        raise ValueError(f"columns of one model must be equally long, not {len(x)}, {len(seen)} and {len(s)}")
    if not np.isfinite(x).all() or not np.isin(seen, (0, 1)).all():
        raise ValueError("the columns of a logistic model must be numbers, and its outcome 0 or 1")
    if not ((s > 0) & (s <= 1)).all():
        raise ValueError("a sensitivity lies above 0 and is at most 1")
    return x, seen, s


def _iterate(x: np.ndarray, y: np.ndarray, s: np.ndarray, steps: int) -> tuple[np.ndarray, float, np.ndarray, bool]:
    eta = special.logit((y + 0.5) / 2)  # R's starting values
    beta, deviance, information = np.zeros(x.shape[1]), np.inf, np.eye(x.shape[1])
    for _ in range(steps):
        chance = np.clip(special.expit(eta), 1e-15, 1 - 1e-15)
        slope = s * chance * (1 - chance)
        weight = s * chance * (1 - chance) ** 2 / (1 - s * chance)
        information = np.einsum("ni,nj->ij", x * weight[:, None], x, optimize=False)
        score = np.einsum("ni,n->i", x, weight * (eta + (y - s * chance) / slope), optimize=False)
        try:
            new = np.linalg.solve(information, score)
        except np.linalg.LinAlgError:
            return beta, deviance, information, False
        new, now = _halved(x, y, s, beta, new, deviance)
        beta, eta, done = new, x @ new, abs(deviance - now) / (abs(now) + 0.1) < 1e-13
        deviance = now
        if done:
            return beta, deviance, information, True
    return beta, deviance, information, False


def _halved(
    x: np.ndarray, y: np.ndarray, s: np.ndarray, old: np.ndarray, new: np.ndarray, deviance: float
) -> tuple[np.ndarray, float]:
    """Go back half the way while the fit has become worse."""
    now = _deviance(x @ new, y, s)
    for _ in range(30):
        if not np.isfinite(deviance) or now <= deviance * (1 + 1e-12) + 1e-12:
            break
        new = (old + new) / 2
        now = _deviance(x @ new, y, s)
    return new, now


def _deviance(eta: np.ndarray, y: np.ndarray, s: np.ndarray) -> float:
    log_seen = np.log(s) + special.log_expit(eta)
    log_unseen = np.where(s == 1, special.log_expit(-eta), np.log1p(-np.minimum(s * special.expit(eta), 1 - 1e-16)))
    return float(-2 * np.sum(np.where(y == 1, log_seen, log_unseen)))


def _why_not(
    x: np.ndarray, y: np.ndarray, s: np.ndarray, eta: np.ndarray, names: tuple[str, ...], converged: bool
) -> str:
    direction = separating(x, y)
    if direction is not None:
        return f"separation: {_who_tells(direction, names)} tells yes from no without error; no finite estimate"
    chance = special.expit(eta)
    if (s < 1).any() and ((chance < EDGE) | (chance > 1 - EDGE)).any():
        return "some fitted chances run to 0 or 1: more events than the sensitivity allows, or none; no finite estimate"
    return "" if converged else "the model did not converge: no estimate"


def _who_tells(direction: np.ndarray, names: tuple[str, ...]) -> str:
    """Name the answers that separate; where the reference answer takes part, the questions."""
    weight = dict(zip(names, direction, strict=True))
    parts = [name for name in names if weight[name] and name != INTERCEPT]
    if weight.get(INTERCEPT):
        parts = list(dict.fromkeys(name.partition(": ")[0] for name in parts))
    return " with ".join(parts) or "a column"


def _empty(names: tuple[str, ...], n: int, note: str) -> Logistic:
    p = len(names)
    nan = np.full(p, np.nan)
    return Logistic(names, nan, nan, np.full((p, p), np.nan), np.full(n, np.nan), np.nan, n, False, note)
