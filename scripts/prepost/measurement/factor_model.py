"""Confirmatory factor models by normal-theory maximum likelihood, with the usual measures of fit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy import optimize, stats

_STEPS, _CLOSE = 300, 1e-14
PARTS = ("loading", "factor_cov", "residual_cov", "intercept", "factor_mean")
#: Said with every result: what treating ordered answers as numbers does.
CAVEAT = (
    "Answers are treated as numbers with normal errors. With few answers in use or many at the top, chi-squared comes "
    "out too large; read the differences between models and not their p alone."
)


class Parameter(NamedTuple):
    """A free parameter: its name, start value, and every cell that is held equal to it."""

    name: str
    start: float
    cells: tuple[tuple[str, int, int], ...]


class FactorModel(NamedTuple):
    """Fixed values of each part, and the free parameters on top of them."""

    fixed: dict[str, np.ndarray]
    free: tuple[Parameter, ...]


class FactorFit(NamedTuple):
    """A fitted model; NaN where ``note`` says why there is none."""

    estimates: dict[str, float]
    se: dict[str, float]
    chi2: float
    df: int
    p: float
    cfi: float
    tli: float
    rmsea: float
    rmsea_low: float
    rmsea_high: float
    srmr: float
    n: int
    converged: bool
    note: str


def empty_model(n_items: int, n_factors: int) -> dict[str, np.ndarray]:
    """Return parts of zeros for so many items and factors; means and intercepts are columns."""
    shapes = [(n_items, n_factors), (n_factors, n_factors), (n_items, n_items), (n_items, 1), (n_factors, 1)]
    return {part: np.zeros(shape) for part, shape in zip(PARTS, shapes, strict=True)}


def fit(values: np.ndarray, model: FactorModel) -> FactorFit:
    """Fit a model to complete rows.

    Parameters
    ----------
    values : ndarray, shape (n, p)
        One row a person, no missing value.
    model : FactorModel
        Cells of covariances are given on both sides of the diagonal.

    Returns
    -------
    FactorFit
        ``estimates`` and ``se`` by name; ``chi2``, ``df``, ``p`` against the unrestricted model; ``cfi``, ``tli``
        against independent items; ``rmsea`` with its 90 % interval ``rmsea_low``, ``rmsea_high``; ``srmr``, means
        included; ``n``; ``converged``; ``note``.

    Notes
    -----
    χ² = n (log|Σ| + tr SΣ⁻¹ - log|S| - p + (m - μ)'Σ⁻¹(m - μ)), S with divisor n, by Fisher scoring with halved
    steps; standard errors from the expected information (Bollen 1989, ISBN 9780471011712). RMSEA: Steiger & Lind with
    divisor n; CFI: Bentler 1990, doi:10.1037/0033-2909.107.2.238; SRMR: Bentler's, over variances, covariances and
    means. Equal to R lavaan ``cfa(meanstructure = TRUE)``.
    """
    n, p = values.shape
    q = len(model.free)
    df = p * (p + 3) // 2 - q
    if n <= p + 1:
        return _none(n, df, "too few complete responses for so many items")
    mean = values.mean(axis=0)
    cov = (values - mean).T @ (values - mean) / n
    if np.linalg.eigvalsh(cov / np.sqrt(np.outer(*[np.maximum(np.diag(cov), 1e-12)] * 2)))[0] < 1e-8:
        return _none(n, df, "an item does not vary, or follows from the others: no model")
    search = _Search(model, cov, mean, n)
    theta, converged = search.climb()
    if not converged:
        return _none(n, df, "the model did not converge")
    return _described(search, theta, df)


class _Search:
    """Likelihood of one model on one covariance matrix and mean."""

    def __init__(self, model: FactorModel, cov: np.ndarray, mean: np.ndarray, n: int) -> None:
        self.model, self.cov, self.mean, self.n = model, cov, mean, n
        self.moves = {part: np.zeros((len(model.free), *model.fixed[part].shape)) for part in PARTS}
        for number, parameter in enumerate(model.free):
            for part, i, j in parameter.cells:
                self.moves[part][number, i, j] = 1.0

    def parts(self, theta: np.ndarray) -> list[np.ndarray]:
        return [self.model.fixed[part] + np.tensordot(theta, self.moves[part], 1) for part in PARTS]

    def implied(self, theta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        loading, factor, residual, intercept, factor_mean = self.parts(theta)
        return loading @ factor @ loading.T + residual, (intercept + loading @ factor_mean)[:, 0]

    def slopes(self, theta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        loading, factor, _, _, factor_mean = self.parts(theta)
        of_loading, of_factor, of_residual, of_intercept, of_mean = (self.moves[part] for part in PARTS)
        half = of_loading @ factor @ loading.T
        sigma = half + half.transpose(0, 2, 1) + loading @ of_factor @ loading.T + of_residual
        return sigma, (of_intercept + of_loading @ factor_mean + loading @ of_mean)[:, :, 0]

    def deviance(self, theta: np.ndarray) -> float:
        sigma, mu = self.implied(theta)
        value = np.linalg.eigvalsh(sigma)
        if value[0] <= 1e-10 * value[-1]:
            return np.inf
        inverse, gap = np.linalg.inv(sigma), self.mean - mu
        fitted = np.sum(np.log(value)) + np.sum(inverse * self.cov) + gap @ inverse @ gap
        return float(self.n * (fitted - np.linalg.slogdet(self.cov)[1] - len(gap)))

    def score(self, theta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        sigma, mu = self.implied(theta)
        inverse, gap = np.linalg.inv(sigma), self.mean - mu
        of_sigma, of_mu = self.slopes(theta)
        turned = inverse @ of_sigma
        left = inverse @ (self.cov + np.outer(gap, gap) - sigma)
        score = self.n * (np.einsum("aij,ji->a", turned, left) / 2 + of_mu @ inverse @ gap)
        information = self.n * (np.einsum("aij,bji->ab", turned, turned) / 2 + of_mu @ inverse @ of_mu.T)
        return score, information

    def climb(self) -> tuple[np.ndarray, bool]:
        theta = np.array([parameter.start for parameter in self.model.free])
        best = self.deviance(theta)
        for _ in range(_STEPS):
            score, information = self.score(theta)
            try:
                step = np.linalg.solve(information, score)
            except np.linalg.LinAlgError:
                return theta, False
            gain = float(score @ step)
            if not np.isfinite(gain) or gain < 0:
                return theta, False
            if gain < _CLOSE * self.n:
                return theta, True
            length = 1.0
            while length > 1e-10 and not (tried := self.deviance(theta + length * step)) < best:
                length /= 2
            if length <= 1e-10:  # no step is better in floating point: at the maximum if there was next to nothing left
                return theta, gain < 1e-6
            theta, best = theta + length * step, tried
        return theta, False


def _described(search: _Search, theta: np.ndarray, df: int) -> FactorFit:
    n, cov, p = search.n, search.cov, len(search.mean)
    chi2 = max(search.deviance(theta), 0.0)
    baseline = n * (np.sum(np.log(np.diag(cov))) - np.linalg.slogdet(cov)[1])
    base_df = p * (p - 1) // 2
    excess, base_excess = max(chi2 - df, 0.0), max(baseline - base_df, chi2 - df, 0.0)
    cfi = 1 - excess / base_excess if base_excess > 0 else 1.0
    ratio = baseline / base_df
    tli = float((ratio - chi2 / df) / (ratio - 1)) if df > 0 and ratio != 1 else np.nan
    rmsea, low, high = rmsea_interval(chi2, df, n)
    names = [parameter.name for parameter in search.model.free]
    information = search.score(theta)[1]
    se = np.sqrt(np.maximum(np.diag(np.linalg.inv(information)), 0))
    variances = np.diag(search.parts(theta)[2])
    note = "a residual variance is below 0: the model does not suit the data" if variances.min() < 0 else ""
    return FactorFit(
        dict(zip(names, map(float, theta), strict=True)),
        dict(zip(names, map(float, se), strict=True)),
        chi2,
        df,
        float(stats.chi2.sf(chi2, df)) if df > 0 else np.nan,
        float(cfi),
        tli,
        rmsea,
        low,
        high,
        _srmr(search, theta),
        n,
        True,
        note,
    )


def rmsea_interval(chi2: float, df: int, n: int, level: float = 0.90) -> tuple[float, float, float]:
    """Root mean square error of approximation with its interval from the noncentral chi-squared; NaN where df is 0."""
    if df <= 0:
        return np.nan, np.nan, np.nan

    def bound(tail: float) -> float:
        if stats.chi2.cdf(chi2, df) < tail:
            return 0.0
        top = max(chi2, 1.0)
        while stats.ncx2.cdf(chi2, df, top) > tail:
            top *= 2
        found = optimize.brentq(lambda shift: stats.ncx2.cdf(chi2, df, max(shift, 1e-12)) - tail, 0, top, xtol=1e-10)
        return float(np.sqrt(found / (n * df)))

    return float(np.sqrt(max(chi2 - df, 0) / (n * df))), bound((1 + level) / 2), bound((1 - level) / 2)


def _srmr(search: _Search, theta: np.ndarray) -> float:
    sigma, mu = search.implied(theta)
    sd = np.sqrt(np.diag(search.cov))
    left = ((search.cov - sigma) / np.outer(sd, sd))[np.tril_indices(len(sd))]
    return float(np.sqrt((np.sum(left**2) + np.sum(((search.mean - mu) / sd) ** 2)) / (len(left) + len(sd))))


def one_factor_model(sds: Sequence[float], means: Sequence[float]) -> FactorModel:
    """One factor of variance 1 behind all items; every loading, residual variance and intercept free."""
    p = len(sds)
    fixed = empty_model(p, 1)
    fixed["factor_cov"][0, 0] = 1.0
    free = [Parameter(f"loading {i}", 0.7 * sds[i], (("loading", i, 0),)) for i in range(p)]
    free += [Parameter(f"residual {i}", 0.5 * sds[i] ** 2, (("residual_cov", i, i),)) for i in range(p)]
    free += [Parameter(f"intercept {i}", means[i], (("intercept", i, 0),)) for i in range(p)]
    return FactorModel(fixed, tuple(free))


def _none(n: int, df: int, note: str) -> FactorFit:
    return FactorFit({}, {}, np.nan, df, *[np.nan] * 7, n, False, note)
