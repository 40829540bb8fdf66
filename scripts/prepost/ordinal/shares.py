"""What a cumulative link mixed model says in shares of people: per answer, before and after, with intervals."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import stats
from scipy.special import expit

from prepost.ordinal.fit import ClmmFit

#: The normal intercept is integrated by the trapezoidal rule, which for a function as smooth as this errs by about
#: exp(-2π²/(σ · step)): nothing at any spread that a fit may have.
GRID = np.linspace(-9, 9, 361)
_DENSITY = stats.norm.pdf(GRID) * (GRID[1] - GRID[0])
COLUMNS = ["estimate", "se", "ci_low", "ci_high", "ci_method", "note"]
ON_LOGITS = "delta method on the logit scale"
PLAIN = "delta method"


def predicted_shares(
    fit: ClmmFit,
    designs: Mapping[str, ArrayLike | pd.DataFrame],
    *,
    strata: Mapping[str, int] | None = None,
    level: float = 0.95,
) -> pd.DataFrame:
    """Shares of people in each answer, averaged over the random intercepts and over the rows of a design.

    Parameters
    ----------
    fit : ClmmFit
        A fitted model.
    designs : mapping of str to array-like or DataFrame, shape (rows, p)
        Covariates for which to predict, by the name they shall bear (``before``, ``after``): the same people with time
        set to 0 and to 1, say. Columns in the order of ``fit.names``; a DataFrame may have them in any order.
    strata : mapping of str to int or None
        Row of ``fit.theta`` for each design. None: the first.
    level : float
        Confidence level, between 0 and 1.

    Returns
    -------
    DataFrame
        One row a design and answer: ``when`` the design; ``category`` the answer; ``estimate`` share, 0 to 1; ``se``;
        ``ci_low``, ``ci_high``; ``ci_method``; ``note`` why there is no number or no interval, else empty.

    Notes
    -----
    Share of answer j = ∫ [F(θ_j - xβ - σz) - F(θ_{j-1} - xβ - σz)] φ(z) dz, σ² the sum of the intercepts' variances,
    averaged over the rows (population-averaged: Zeger, Liang & Albert 1988, doi:10.2307/2531734). Intervals by the
    delta method on the logit of the share, so that they stay between 0 and 1.
    """
    z = float(stats.norm.ppf((1 + level) / 2))
    rows = []
    for when, design in designs.items():
        found = _shares(fit, design, 0 if strata is None else strata[when])
        for category in sorted([*fit.categories, *fit.unused]):
            base = {"when": when, "category": category}
            if category in fit.unused:
                numbers = (0.0 if found else np.nan, *[np.nan] * 3, "", "nobody gave this answer")
                rows.append({**base, **dict(zip(COLUMNS, numbers, strict=True))})
            elif found is None:
                rows.append({**base, **_nothing(fit.note or "not every coefficient has an estimate")})
            else:
                at = int(np.flatnonzero(fit.categories == category)[0])
                rows.append({**base, **_on_logits(found[0][at], found[1][at], fit.cov, z)})
    return pd.DataFrame(rows, columns=["when", "category", *COLUMNS])


def predicted_changes(
    fit: ClmmFit,
    before: ArrayLike | pd.DataFrame,
    after: ArrayLike | pd.DataFrame,
    *,
    strata: tuple[int, int] = (0, 0),
    level: float = 0.95,
) -> pd.DataFrame:
    """Change from one design to another: of each share, of the shares from each answer upwards, of the mean, latent.

    Parameters
    ----------
    fit, before, after, level
        As in ``predicted_shares``.
    strata : tuple of int
        Rows of ``fit.theta`` for before and after.

    Returns
    -------
    DataFrame
        ``quantity`` is ``share`` (of one answer), ``share_from`` (of this answer and those above it), ``mean`` (of
        the answers as numbers) or ``latent`` (``category`` NaN for the last two); ``estimate`` after minus before: in
        shares, in scale points, in standard deviations of the latent answer; ``se``, ``ci_low``, ``ci_high``,
        ``ci_method``, ``note``.

    Notes
    -----
    Latent change = mean difference of xβ / √(π²/3 + σ²), the standard deviation of a latent answer across people at
    one wave (Agresti & Kateri 2017, doi:10.1111/biom.12565, for latent-variable effect measures). Where thresholds are
    free by time there is no single shift and no latent change.
    """
    z = float(stats.norm.ppf((1 + level) / 2))
    first, last = _shares(fit, before, strata[0]), _shares(fit, after, strata[1])
    names = sorted([*fit.categories, *fit.unused])
    wanted = [("share", c) for c in names] + [("share_from", c) for c in names[1:]]
    wanted += [("mean", np.nan), ("latent", np.nan)]
    why = fit.note or "not every coefficient has an estimate"
    found: dict[tuple, dict] = {}
    if first is not None and last is not None:
        share, slope = last[0] - first[0], last[1] - first[1]
        for i, category in enumerate(fit.categories):
            found["share", category] = _plain(share[i], slope[i], fit.cov, z)
            found["share_from", category] = _plain(share[i:].sum(), slope[i:].sum(axis=0), fit.cov, z)
        mean = _plain(fit.categories @ share, fit.categories @ slope, fit.cov, z)
        found["mean", "all"], found["latent", "all"] = mean, _latent(fit, before, after, strata, z)
        why = "nobody gave this answer"
    rows = [
        {"quantity": what, "category": c, **found.get((what, "all" if pd.isna(c) else c), _nothing(why))}
        for what, c in wanted
    ]
    return pd.DataFrame(rows, columns=["quantity", "category", *COLUMNS])


def predicted_agreement(
    fit: ClmmFit,
    before: ArrayLike | pd.DataFrame,
    after: ArrayLike | pd.DataFrame,
    cut: float,
    *,
    strata: tuple[int, int] = (0, 0),
    level: float = 0.95,
) -> pd.DataFrame:
    """Share of people whose answer is at or above a cut, before and after, and its change.

    Parameters
    ----------
    fit, before, after, strata, level
        As in ``predicted_changes``.
    cut : float
        The lowest answer that counts, such as 4 for "agree" and "strongly agree" of five.

    Returns
    -------
    DataFrame
        Rows ``before``, ``after`` and ``change`` (index ``when``); ``estimate`` a share, 0 to 1, or after minus before;
        ``se``, ``ci_low``, ``ci_high``, ``ci_method``, ``note`` as in ``predicted_shares``.
    """
    z = float(stats.norm.ppf((1 + level) / 2))
    sides = [_shares(fit, before, strata[0]), _shares(fit, after, strata[1])]
    rows = [_nothing(fit.note or "not every coefficient has an estimate")] * 3
    counted = fit.categories >= cut
    if all(side is not None for side in sides) and counted.any() and not counted.all():
        share = [side[0][counted].sum() for side in sides]
        slope = [side[1][counted].sum(axis=0) for side in sides]
        rows = [_on_logits(share[i], slope[i], fit.cov, z) for i in (0, 1)]
        rows.append(_plain(share[1] - share[0], slope[1] - slope[0], fit.cov, z))
    elif all(side is not None for side in sides):
        same = "everybody gave such an answer" if counted.all() else "nobody gave such an answer"
        rows = [_nothing(same) | {"estimate": value} for value in (*[float(counted.all())] * 2, 0.0)]
    return pd.DataFrame(rows, columns=COLUMNS, index=pd.Index(["before", "after", "change"], name="when"))


def _matrix(fit: ClmmFit, design: ArrayLike | pd.DataFrame) -> np.ndarray:
    if isinstance(design, pd.DataFrame):
        design = design[list(fit.names)]
    return np.asarray(design, dtype=float).reshape(len(design), len(fit.names))


def _shares(fit: ClmmFit, design: ArrayLike | pd.DataFrame, stratum: int) -> tuple[np.ndarray, np.ndarray] | None:
    """Shares of the used answers, and their slopes along the parameters in the order of ``fit.cov``."""
    x = _matrix(fit, design)
    if not fit.converged or not np.isfinite(fit.beta).all() or not len(x):
        return None
    x, count = np.unique(x, axis=0, return_counts=True)
    weight = count / count.sum()
    sigma = float(np.sqrt(np.sum(fit.sigma**2)))
    cuts = fit.theta[stratum]
    at = cuts[None, :, None] - (x @ fit.beta)[:, None, None] - sigma * GRID  # rows, thresholds, grid
    below = expit(at)
    density = below * (1 - below) @ np.column_stack([_DENSITY, GRID * _DENSITY])
    cumulative = weight @ (below @ _DENSITY)
    p, n_cuts = len(fit.names), len(cuts)
    slope = np.zeros((n_cuts, len(fit.cov)))
    slope[:, :p] = -np.einsum("r,rc,rp->cp", weight, density[:, :, 0], x)
    place = p + stratum * n_cuts + np.arange(n_cuts)
    slope[np.arange(n_cuts), place] = weight @ density[:, :, 0]
    if sigma > 0:
        slope[:, p + fit.theta.size :] = -np.outer(weight @ density[:, :, 1], fit.sigma / sigma)
    return np.diff(np.r_[0.0, cumulative, 1.0]), np.diff(slope, axis=0, prepend=0.0, append=0.0)


def _latent(fit: ClmmFit, before: ArrayLike, after: ArrayLike, strata: tuple[int, int], z: float) -> dict:
    if strata[0] != strata[1]:
        return _nothing("the change differs by threshold: there is no single latent change")
    shift = _matrix(fit, after).mean(axis=0) - _matrix(fit, before).mean(axis=0)
    spread = np.pi**2 / 3 + np.sum(fit.sigma**2)
    estimate = float(shift @ fit.beta / np.sqrt(spread))
    slope = np.zeros(len(fit.cov))
    slope[: len(shift)] = shift / np.sqrt(spread)
    slope[len(shift) + fit.theta.size :] = -estimate * fit.sigma / spread
    return _plain(estimate, slope, fit.cov, z)


def _plain(estimate: float, slope: np.ndarray, cov: np.ndarray, z: float) -> dict:
    se = float(np.sqrt(max(slope @ cov @ slope, 0.0)))
    numbers = (float(estimate), se, float(estimate) - z * se, float(estimate) + z * se, PLAIN, "")
    return dict(zip(COLUMNS, numbers, strict=True))


def _on_logits(share: float, slope: np.ndarray, cov: np.ndarray, z: float) -> dict:
    se = float(np.sqrt(max(slope @ cov @ slope, 0.0)))
    logit, half = np.log(share / (1 - share)), z * se / (share * (1 - share))
    numbers = (float(share), se, float(expit(logit - half)), float(expit(logit + half)), ON_LOGITS, "")
    return dict(zip(COLUMNS, numbers, strict=True))


def _nothing(note: str) -> dict:
    return dict(zip(COLUMNS, (*[np.nan] * 4, "", note), strict=True))
