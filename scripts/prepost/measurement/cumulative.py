"""Log likelihood of cumulative logits for one item on a score, however steep the item is.

`ordinal.fit` gives coefficients and takes a very steep slope for separation, which it is for a change over time. An
item on a score that it is part of is steep by nature, and only likelihoods are compared here.
"""

from __future__ import annotations

import numpy as np
from scipy import optimize
from scipy.special import expit, log_expit

_FARTHEST = 60.0


def log_likelihood(y: np.ndarray, x: np.ndarray, count: np.ndarray | None = None) -> tuple[float, str]:
    """Maximise the likelihood of cumulative logits.

    Parameters
    ----------
    y : ndarray of int, shape (n,)
        Categories 0 … J - 1, each of them used.
    x : ndarray, shape (n, p)
        Covariates without an intercept.
    count : ndarray or None, shape (n,)
        How many people each row stands for; None: one each.

    Returns
    -------
    loglik : float
        NaN where there is no finite maximum.
    note : str
        Why not, else empty.

    Notes
    -----
    P(Y ≤ j) = logit⁻¹(θ_j - xβ), thresholds as the first and the logs of the gaps, by BFGS with analytic slopes. Equal
    to R ``MASS::polr``.
    """
    cuts, p = int(y.max()), x.shape[1]
    if cuts < 1:
        return np.nan, "every answer is the same: nothing to estimate"
    weight = np.full(len(y), 1 / len(y)) if count is None else count / count.sum()
    people = len(y) if count is None else int(count.sum())
    centred = x - weight @ x
    spread = np.sqrt(weight @ centred**2)
    if (spread <= 1e-12).any() or np.linalg.matrix_rank(centred) < p:
        return np.nan, "a group or the score does not vary: no comparison"
    scaled = centred / spread
    shares = np.cumsum(np.bincount(y, weight))[:-1]
    first = np.log(shares / (1 - shares))
    start = np.r_[first[0], np.log(np.diff(first)), np.zeros(p)]
    found = optimize.minimize(
        _miss, start, args=(y, scaled, cuts, weight), jac=True, method="BFGS", options={"gtol": 1e-9}
    )
    slope = np.abs(_miss(found.x, y, scaled, cuts, weight)[1]).max()
    if not np.isfinite(found.fun) or slope > 1e-6 or np.abs(found.x[cuts:]).max(initial=0) > _FARTHEST:
        return np.nan, "no finite estimate: the score or the group settles the answer"
    return -float(found.fun) * people, ""


def _miss(theta: np.ndarray, y: np.ndarray, x: np.ndarray, cuts: int, weight: np.ndarray) -> tuple[float, np.ndarray]:
    """Return minus the mean log likelihood and its slopes; weights sum to 1."""
    gaps = np.exp(np.minimum(theta[1:cuts], 30.0))
    bounds = np.r_[-np.inf, theta[0] + np.r_[0.0, np.cumsum(gaps)], np.inf]
    eta = x @ theta[cuts:]
    low, high = bounds[y] - eta, bounds[y + 1] - eta
    with np.errstate(invalid="ignore", over="ignore"):
        # log(F(high) - F(low)) = log F(high) + log F(-low) + log(1 - e^(low - high)), no difference of near numbers
        ends = log_expit(high) + log_expit(-low)
        loglik = ends + np.where(np.isfinite(low - high), np.log1p(-np.exp(low - high)), 0.0)
    between = np.where(np.isfinite(low - high), 1 / np.expm1(np.minimum(high - low, 700.0)), 0.0)
    of_high, of_low = weight * (expit(-high) + between), -weight * (expit(low) + between)
    of_cut = np.bincount(y, of_high, cuts + 1)[:cuts] + np.bincount(y, of_low, cuts + 1)[1:]
    after = np.cumsum(of_cut[::-1])[::-1]
    slopes = np.r_[after[0], after[1:] * gaps, -(of_high + of_low) @ x]
    return -float(weight @ loglik), -slopes
