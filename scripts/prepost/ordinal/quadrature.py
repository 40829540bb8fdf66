"""The likelihood of cumulative logits, with nothing, one random intercept (quadrature) or two (Laplace) taken out.

An answer in category j has probability F(a) - F(b), a and b the thresholds above and below it minus the linear
predictor, F the logistic function. Since

    log(F(a) - F(b)) = log F(a) + log(1 - F(b)) + log(1 - exp(b - a))

and the last term does not move with the linear predictor, the random part meets two binary logistic terms a row:
their derivatives along the predictor are F(a) + F(b) - 1, -(f(a) + f(b)) and -(f'(a) + f'(b)), and every likelihood
is log-concave in the random intercepts. The last term is added in ``fit``, once a row.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import expit, log_expit, logsumexp

#: A mode is found when Newton's step is smaller than this.
MODE_TOLERANCE = 1e-12
MODE_STEPS = 200
#: Beyond this a logit is as good as endless; its exponential and the square of that are still numbers.
MOST_LOGIT = 300.0


class Part(NamedTuple):
    """A log likelihood and its slopes along the bounds of each row and along each standard deviation."""

    loglik: float
    above: np.ndarray
    below: np.ndarray
    sigma: np.ndarray


class Rows(NamedTuple):
    """What each row gives at one value of its predictor: slope, weight, and the derivatives of the weight."""

    slope: np.ndarray  # d log p / d predictor
    weight: np.ndarray  # - d² log p / d predictor²
    skew: np.ndarray  # d weight / d predictor
    above: tuple[np.ndarray, np.ndarray, np.ndarray]  # 1 - F(a), f(a), f'(a)
    below: tuple[np.ndarray, np.ndarray, np.ndarray]  # F(b), f(b), f'(b)


def rows_at(a: np.ndarray, b: np.ndarray) -> Rows:
    """Evaluate the derivatives of two binary logistic terms a row."""
    up, down = expit(a), expit(b)
    rest = expit(-a)
    f_up, f_down = up * rest, down * expit(-b)
    g_up, g_down = f_up * (rest - up), f_down * (1 - 2 * down)
    return Rows(down - rest, f_up + f_down, -(g_up + g_down), (rest, f_up, g_up), (down, f_down, g_down))


class Independent:
    """No random intercept."""

    def __init__(self, weights: np.ndarray | None) -> None:
        self.weights = weights

    def __call__(self, a: np.ndarray, b: np.ndarray, sigma: np.ndarray) -> Part:
        """Log likelihood without its threshold term."""
        w = 1.0 if self.weights is None else self.weights
        value = float(np.sum(w * (log_expit(a) + log_expit(-b))))
        return Part(value, w * expit(-a), -w * expit(b), np.empty(0))


class OneIntercept:
    """One normal intercept a group, integrated by adaptive Gauss-Hermite quadrature; one node is Laplace.

    Parameters
    ----------
    codes : ndarray, shape (n,)
        Group of each row, 0 to G - 1.
    weights : ndarray or None, shape (G,)
        How many groups each stands for.
    nodes : int
        Nodes of the quadrature, at least 1.

    Notes
    -----
    With h(u) the log of the integrand over the standardised intercept u, û its mode, H = -h''(û), s = H^(-1/2):

        log L = log Σ_k w_k exp(x_k² + h(û + √2 s x_k)) + log(√2 s) - log(2π) / 2

    The slopes are those of this very sum: mode and spread move with the parameters (Pinheiro & Bates 1995,
    doi:10.1080/10618600.1995.10474663), so that quadrature with one node is differentiated exactly as well.
    """

    def __init__(self, codes: np.ndarray, weights: np.ndarray | None, nodes: int) -> None:
        self.codes, self.n_groups = codes, int(codes.max()) + 1
        self.weights = np.ones(self.n_groups) if weights is None else weights
        self.sizes = np.bincount(codes, minlength=self.n_groups).astype(float)
        self.points, weight = np.polynomial.hermite.hermgauss(nodes)
        self.log_weight = np.log(weight) + self.points**2
        self.mode = np.zeros(self.n_groups)
        starts = np.flatnonzero(np.r_[True, np.diff(codes) != 0])
        self.starts = (
            starts if len(starts) == self.n_groups and (codes[starts] == np.arange(self.n_groups)).all() else None
        )

    def _sum(self, values: np.ndarray) -> np.ndarray:
        if values.ndim == 1:
            return np.bincount(self.codes, values, minlength=self.n_groups)
        if self.starts is not None:
            return np.add.reduceat(values, self.starts, axis=0)
        return np.column_stack([np.bincount(self.codes, v, minlength=self.n_groups) for v in values.T])

    def _find_modes(self, a: np.ndarray, b: np.ndarray, sigma: float) -> None:
        """Newton within a bracket: the slope of the integrand falls, so that its sign says where the mode lies."""
        high = sigma * self.sizes
        low, u = -high, np.clip(self.mode, -high, high)
        for _ in range(MODE_STEPS):
            shift = sigma * u[self.codes]
            up, down = expit(a - shift), expit(b - shift)
            slope = sigma * self._sum(up + down - 1) - u
            step = slope / (1 + sigma**2 * self._sum(up * (1 - up) + down * (1 - down)))
            low, high = np.where(slope > 0, u, low), np.where(slope < 0, u, high)
            moved = u + step
            outside = (moved < low) | (moved > high)
            moved[outside] = (low[outside] + high[outside]) / 2
            done = np.max(np.abs(moved - u)) <= MODE_TOLERANCE * (1 + np.max(np.abs(u)))
            u = moved
            if done:
                break
        self.mode = u

    def __call__(self, a: np.ndarray, b: np.ndarray, sigma: np.ndarray) -> Part:
        """Log likelihood without its threshold term, and its slopes."""
        scale = float(sigma[0])
        self._find_modes(a, b, scale)
        u, g = self.mode, self.codes
        at = rows_at(a - scale * u[g], b - scale * u[g])
        weight, skew = self._sum(at.weight), self._sum(at.skew)
        curve = 1 + scale**2 * weight
        spread = np.sqrt(2 / curve)
        nodes = u[:, None] + spread[:, None] * self.points
        shift = scale * nodes[g]
        # One exponential gives both F and log F, and one logarithm both terms: the larger is below exp(MOST_LOGIT).
        odds_above = np.exp(np.minimum(shift - a[:, None], MOST_LOGIT))
        odds_below = np.exp(np.minimum(b[:, None] - shift, MOST_LOGIT))
        log_terms = self.log_weight - self._sum(np.log((1 + odds_above) * (1 + odds_below))) - nodes**2 / 2
        total = logsumexp(log_terms, axis=1)
        share = np.exp(log_terms - total[:, None]) * self.weights[:, None]
        value = float(self.weights @ (total + np.log(spread) - np.log(2 * np.pi) / 2))
        rest, down = odds_above / (1 + odds_above), odds_below / (1 + odds_below)
        slopes = self._sum(down - rest)
        lean = scale * slopes - nodes
        # How the value moves with the mode (pull) and with the curvature (flat), a group.
        flat = -(self.weights + np.sum(share * lean * spread[:, None] * self.points, axis=1)) / (2 * curve)
        pull = (np.sum(share * lean, axis=1) + flat * scale**3 * skew) / curve
        to_mode, to_curve = scale * pull[g], scale**2 * flat[g]
        above = np.sum(share[g] * rest, axis=1) + to_mode * at.above[1] + to_curve * at.above[2]
        below = -np.sum(share[g] * down, axis=1) + to_mode * at.below[1] + to_curve * at.below[2]
        along = np.sum(share * nodes * slopes) + pull @ (self._sum(at.slope) - scale * u * weight)
        along += flat @ (2 * scale * weight + scale**2 * u * skew)
        return Part(value, above, below, np.array([along]))
