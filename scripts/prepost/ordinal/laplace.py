"""Two random intercepts, nested or crossed, taken out of the likelihood by Laplace's approximation."""

from __future__ import annotations

import numpy as np
from scipy import linalg
from scipy.special import log_expit

from prepost.ordinal.quadrature import MODE_STEPS, MODE_TOLERANCE, Part, Rows, rows_at

#: Crossed groups need a full matrix over the smaller grouping.
MOST_CROSSED = 1500


class TwoIntercepts:
    """Normal intercepts of two groupings: people and their modules (nested), or people and items (crossed).

    Parameters
    ----------
    codes : tuple of two ndarray, shape (n,)
        Group of each row in either grouping, numbered from 0.
    weights : ndarray or None, shape (n,)
        How many rows each stands for, the same for all rows of a group of the coarser grouping; nested groups only.

    Raises
    ------
    ValueError
        Weights of crossed groups. Crossed groups where both groupings have more than ``MOST_CROSSED``.

    Notes
    -----
    With û the joint mode of all standardised intercepts and H the negative Hessian there,
    log L = h(û) - log det(H) / 2 (Tierney & Kadane 1986, doi:10.1080/01621459.1986.10478240). H is diagonal within
    either grouping. The finer grouping is eliminated; what remains over the other is diagonal where the finer is
    nested in it, and a full matrix where they cross. The slopes are exact: they follow û and H.
    """

    def __init__(self, codes: tuple[np.ndarray, np.ndarray], weights: np.ndarray | None = None) -> None:
        counts = [int(code.max()) + 1 for code in codes]
        self.order = (0, 1) if counts[0] >= counts[1] else (1, 0)
        self.codes = tuple(codes[i] for i in self.order)
        self.counts = tuple(counts[i] for i in self.order)
        cell, self.cell = np.unique(self.codes[0] * self.counts[1] + self.codes[1], return_inverse=True)
        self.fine, self.coarse = cell // self.counts[1], cell % self.counts[1]
        self.nested = len(cell) == self.counts[0]
        if not self.nested and self.counts[1] > MOST_CROSSED:
            raise ValueError(f"crossed groupings of more than {MOST_CROSSED} groups each")
        if not self.nested and weights is not None:
            raise ValueError("only nested groups can stand for others")
        self.mode = tuple(np.zeros(count) for count in self.counts)
        self.rows = np.ones(len(codes[0])) if weights is None else weights
        self.weights = tuple(np.ones(count) for count in self.counts)
        for code, weight in zip(self.codes, self.weights, strict=True):
            weight[code] = self.rows

    def _sums(self, values: np.ndarray, sigma: np.ndarray) -> list[np.ndarray]:
        return [
            scale * np.bincount(code, values, minlength=count)
            for code, count, scale in zip(self.codes, self.counts, sigma, strict=True)
        ]

    def _predictor(self, u: tuple[np.ndarray, ...], sigma: np.ndarray) -> np.ndarray:
        return sigma[0] * u[0][self.codes[0]] + sigma[1] * u[1][self.codes[1]]

    def _log_integrand(self, a: np.ndarray, b: np.ndarray, u: tuple[np.ndarray, ...], sigma: np.ndarray) -> float:
        shift = self._predictor(u, sigma)
        normal = sum(weight @ one**2 for weight, one in zip(self.weights, u, strict=True)) / 2
        return float(self.rows @ (log_expit(a - shift) + log_expit(shift - b)) - normal)

    def _find_modes(self, a: np.ndarray, b: np.ndarray, sigma: np.ndarray) -> None:
        """Newton with the step halved until the integrand rises; it is concave, so that one mode exists."""
        u, value = self.mode, self._log_integrand(a, b, self.mode, sigma)
        for _ in range(MODE_STEPS):
            shift = self._predictor(u, sigma)
            at = rows_at(a - shift, b - shift)
            slope = [s - one for s, one in zip(self._sums(at.slope, sigma), u, strict=True)]
            step = _Curvature(self, at, sigma).solve(*slope)
            length = 1.0
            while length > 1e-6:
                moved = tuple(one + length * s for one, s in zip(u, step, strict=True))
                new = self._log_integrand(a, b, moved, sigma)
                if new >= value - 1e-10 * abs(value):
                    break
                length /= 2
            u, value = moved, new
            if length * max(np.max(np.abs(s)) for s in step) <= MODE_TOLERANCE * 100:
                break
        self.mode = u

    def __call__(self, a: np.ndarray, b: np.ndarray, sigma: np.ndarray) -> Part:
        """Log likelihood without its threshold term, and its slopes."""
        scale = np.asarray(sigma, dtype=float)[list(self.order)]
        self._find_modes(a, b, scale)
        u = self.mode
        shift = self._predictor(u, scale)
        at = rows_at(a - shift, b - shift)
        curve = _Curvature(self, at, scale)
        value = self._log_integrand(a, b, u, scale) - curve.log_det / 2
        cover = curve.covers()  # of either intercept with the row's predictor
        leverage = scale[0] * cover[0] + scale[1] * cover[1]
        # How the value moves with the modes, through the determinant alone: the integrand is flat there.
        pull = curve.solve(*(-one / 2 for one in self._sums(at.skew * leverage, scale)))
        row_pull = self._predictor(pull, scale)
        above = at.above[0] + row_pull * at.above[1] - leverage * at.above[2] / 2
        below = -at.below[0] + row_pull * at.below[1] - leverage * at.below[2] / 2
        along = np.empty(2)
        for i in (0, 1):
            mine, his = u[i][self.codes[i]], pull[i][self.codes[i]]
            moves = mine * at.slope + his * at.slope - row_pull * at.weight * mine
            along[i] = self.rows @ (moves - at.weight * cover[i] - at.skew * mine * leverage / 2)
        return Part(value, self.rows * above, self.rows * below, along[np.argsort(self.order)])


class _Curvature:
    """The negative Hessian of the integrand, factorised by blocks."""

    def __init__(self, model: TwoIntercepts, at: Rows, sigma: np.ndarray) -> None:
        self.model, self.sigma = model, sigma
        self.fine, coarse = (1 + scale * one for scale, one in zip(sigma, model._sums(at.weight, sigma), strict=True))
        cross = sigma[0] * sigma[1] * np.bincount(model.cell, at.weight)
        if model.nested:
            self.cross = cross
            self.rest = coarse - np.bincount(model.coarse, cross**2 / self.fine, minlength=model.counts[1])
            log_rest = model.weights[1] @ np.log(self.rest)
        else:
            self.cross = np.zeros(model.counts)
            self.cross[model.fine, model.coarse] = cross
            full = np.diag(coarse) - self.cross.T @ (self.cross / self.fine[:, None])
            self.rest = linalg.cho_factor(full, lower=True)
            log_rest = 2 * np.sum(np.log(np.diag(self.rest[0])))
        self.log_det = float(model.weights[0] @ np.log(self.fine) + log_rest)

    def solve(self, fine: np.ndarray, coarse: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Solve for one right-hand side, given by blocks."""
        model = self.model
        if model.nested:
            down = np.bincount(model.coarse, self.cross * fine / self.fine, minlength=model.counts[1])
            second = (coarse - down) / self.rest
            return (fine - self.cross * second[model.coarse]) / self.fine, second
        second = linalg.cho_solve(self.rest, coarse - self.cross.T @ (fine / self.fine))
        return (fine - self.cross @ second) / self.fine, second

    def covers(self) -> tuple[np.ndarray, np.ndarray]:
        """Covariance of either intercept of a row with the row's predictor, from the inverse at the cells."""
        model = self.model
        if model.nested:
            coarse = (1 / self.rest)[model.coarse]
            joint = self.cross * coarse
            fine, both = 1 / self.fine + joint * self.cross / self.fine**2, -joint / self.fine
        else:
            inverse = linalg.cho_solve(self.rest, np.eye(model.counts[1]))
            joint = self.cross @ inverse
            diagonal = 1 / self.fine + np.sum(joint * self.cross, axis=1) / self.fine**2
            fine, coarse = diagonal[model.fine], np.diag(inverse)[model.coarse]
            both = -joint[model.fine, model.coarse] / self.fine[model.fine]
        first = self.sigma[0] * fine + self.sigma[1] * both
        second = self.sigma[0] * both + self.sigma[1] * coarse
        return first[model.cell], second[model.cell]
