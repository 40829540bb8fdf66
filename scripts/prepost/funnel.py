"""Boards and regions about the overall mean: how far apart chance alone would put them, and no league table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import stats

from prepost.contrasts import FEWEST_PEOPLE, TOO_FEW, labelled_pairs
from prepost.pairs import TIE_TOLERANCE, base
from prepost.pooling import pool
from prepost.robust import mean_change

#: A funnel's inner and outer limits: about 2 and 3 standard errors.
LEVELS = (0.95, 0.998)
WINSORISED = 0.1
DRAWS = 10_000
_BOUNDS = ["low_95", "high_95", "low_998", "high_998"]


class Funnel(NamedTuple):
    """Places about the overall mean; ``places`` and ``limits`` are DataFrames."""

    mean: float
    sd: float
    design_effect: float
    phi: float
    tau2: float
    n: int
    n_people: int
    note: str
    places: pd.DataFrame
    limits: pd.DataFrame


def funnel_limits(
    n: ArrayLike, mean: float, sd: float, *, design_effect: float = 1.0, tau2: float = 0.0
) -> pd.DataFrame:
    """Limits within which chance keeps the mean change of a place of a given size.

    Parameters
    ----------
    n : array-like
        Numbers of pairs, 1 or more.
    mean, sd : float
        Overall mean change and standard deviation of the changes, in scale points.
    design_effect : float
        Variance of a mean of pairs, some by the same person, over that of as many independent pairs.
    tau2 : float
        Additive over-dispersion: variance of the true means between places.

    Returns
    -------
    DataFrame
        ``n``; ``low_95``, ``high_95``, ``low_998``, ``high_998``.

    Notes
    -----
    mean ± z · √(sd² · design effect / n + τ²), z = 1.960 and 3.090 (Spiegelhalter 2005, doi:10.1002/sim.1970).

    Examples
    --------
    >>> row = funnel_limits([100], 0.5, 1.0).iloc[0]
    >>> f"{row.low_95:.3f} {row.high_95:.3f} {row.low_998:.3f} {row.high_998:.3f}"
    '0.304 0.696 0.191 0.809'
    """
    sizes = np.asarray(n, dtype=float)
    spread = np.sqrt(sd**2 * design_effect / sizes + tau2)
    bounds = [mean + sign * stats.norm.ppf((1 + level) / 2) * spread for level in LEVELS for sign in (-1, 1)]
    return pd.DataFrame({"n": np.asarray(n), **dict(zip(_BOUNDS, bounds, strict=True))})


def overdispersion(z: ArrayLike, ses: ArrayLike, winsorised: float = WINSORISED) -> tuple[float, float]:
    """How much more places differ than chance makes them: factor φ, and variance τ² between places.

    Parameters
    ----------
    z : array-like, shape (k,)
        Distance of each place from the overall mean in standard errors.
    ses : array-like, shape (k,)
        The standard errors.
    winsorised : float
        Share of the largest and of the smallest distances that are drawn in to its quantile, so that a place far out
        does not widen the limits for itself.

    Returns
    -------
    tuple of float
        φ, the mean of the squared distances after drawing in; τ², 0 where φ is not above (k - 1)/k.

    Notes
    -----
    τ² = (kφ - (k - 1)) / (Σ w - Σ w²/Σ w), w = 1/se² (Spiegelhalter 2005, doi:10.1136/qshc.2005.013755).
    """
    z, w = np.asarray(z, dtype=float), 1 / np.asarray(ses, dtype=float) ** 2
    k = len(z)
    if k < 2:
        return np.nan, 0.0
    phi = float(np.mean(np.clip(z, *np.quantile(z, [winsorised, 1 - winsorised])) ** 2))
    return phi, float(max(0.0, (k * phi - (k - 1)) / (w.sum() - np.sum(w**2) / w.sum())))


def funnel(
    change: ArrayLike,
    place: ArrayLike,
    person: ArrayLike | None = None,
    *,
    level: float = 0.95,
    fewest_people: int = FEWEST_PEOPLE,
) -> Funnel:
    """Mean change of each place beside the limits of chance, with over-dispersion, and shrunken.

    Parameters
    ----------
    change : array-like, shape (n,)
        After minus before, in scale points. Missing values are dropped.
    place : array-like, shape (n,)
        Board or region; pairs without one are dropped.
    person : array-like or None, shape (n,)
        Who gave each pair.
    level : float
        Confidence level of the shrunken means.
    fewest_people : int
        A place of fewer people is counted in the overall mean, and is too small to be judged.

    Returns
    -------
    Funnel
        ``mean`` and ``sd`` over all pairs; ``design_effect``; ``phi`` and ``tau2`` of the over-dispersion;
        ``n``; ``n_people``; ``note``; ``places``: ``place``, ``n``, ``n_people``, ``estimate``, ``se``, ``low_95`` …
        ``high_998`` without and ``wide_low_95`` … ``wide_high_998`` with over-dispersion, ``where`` (``inside``,
        ``beyond 95 %``, ``beyond 99.8 %`` of the limits with over-dispersion), ``shrunken``, ``ci_low``, ``ci_high``,
        ``note``; ``limits``: both sets of limits over the sizes of the places, for drawing.

    Notes
    -----
    The standard error of a place is sd · √(design effect / n): the design effect is the CR2 variance of the overall
    mean over sd²/n, so that people who gave several pairs widen the funnel. Shrunken means: ``pooling.pool``. Over
    many places without any difference 1 in 20 lies beyond 95 %, and 1 in 500 beyond 99.8 %.
    """
    codes, d, labels = labelled_pairs(change, place, person)
    n, n_people = base(codes)
    whole = mean_change(d, codes)
    sd = float(d.std(ddof=1)) if n > 1 else np.nan
    if not (np.isfinite(whole.p) and sd > TIE_TOLERANCE):
        note = whole.note or "every change is the same: no limits"
        return Funnel(
            whole.estimate, sd, np.nan, np.nan, np.nan, n, n_people, note, _places([]), _limits([], 0, 0, 1, 0)
        )
    effect = whole.se**2 / (sd**2 / n)
    table = pd.DataFrame({"place": labels, "person": codes, "change": d}).groupby("place", sort=True)
    rows = table.agg(n=("change", "size"), n_people=("person", "nunique"), estimate=("change", "mean")).reset_index()
    rows["se"] = sd * np.sqrt(effect / rows["n"])
    large = rows["n_people"] >= fewest_people
    judged = rows[large]
    phi, tau2 = overdispersion((judged["estimate"] - whole.estimate) / judged["se"], judged["se"])
    places = _judge(
        rows, large, funnel_limits(rows["n"], whole.estimate, sd, design_effect=effect), whole.estimate, tau2
    )
    pooled = pool(rows["estimate"].where(large), rows["se"], rows["place"], level=level)
    places[["shrunken", "ci_low", "ci_high"]] = pooled.groups[["shrunken", "ci_low", "ci_high"]].to_numpy()
    places["note"] = np.where(large, pooled.note, TOO_FEW.format(fewest_people))
    sizes = np.unique(np.geomspace(max(1, rows["n"].min() // 2), rows["n"].max() * 1.2, 60).astype(int))
    note = "" if len(judged) > 1 else f"fewer than two places of {fewest_people} people: nothing to compare"
    limits = _limits(sizes, whole.estimate, sd, effect, tau2)
    return Funnel(whole.estimate, sd, float(effect), phi, tau2, n, n_people, note, _places(places), limits)


def _limits(sizes: Sequence[int], mean: float, sd: float, effect: float, tau2: float) -> pd.DataFrame:
    narrow = funnel_limits(sizes, mean, sd, design_effect=effect)
    wide = funnel_limits(sizes, mean, sd, design_effect=effect, tau2=tau2)
    return narrow.join(wide[_BOUNDS].add_prefix("wide_"))


def _judge(rows: pd.DataFrame, large: pd.Series, narrow: pd.DataFrame, mean: float, tau2: float) -> pd.DataFrame:
    distance = (rows["estimate"] - mean).abs() / np.sqrt(rows["se"] ** 2 + tau2)
    inner, outer = (stats.norm.ppf((1 + level) / 2) for level in LEVELS)
    where = np.select([~large, distance > outer, distance > inner], ["", "beyond 99.8 %", "beyond 95 %"], "inside")
    stretch = np.sqrt(1 + tau2 / rows["se"] ** 2)
    wide = {f"wide_{name}": mean + (narrow[name] - mean) * stretch for name in _BOUNDS}
    return pd.concat([rows, narrow[_BOUNDS], pd.DataFrame(wide)], axis=1).assign(where=where)


def _places(rows: pd.DataFrame | list) -> pd.DataFrame:
    wide = [f"wide_{name}" for name in _BOUNDS]
    columns = ["place", "n", "n_people", "estimate", "se", *_BOUNDS, *wide, "where"]
    return pd.DataFrame(rows, columns=[*columns, "shrunken", "ci_low", "ci_high", "note"])


def rank_intervals(
    estimates: ArrayLike,
    ses: ArrayLike,
    names: Sequence[str],
    *,
    rng: np.random.Generator,
    draws: int = DRAWS,
    level: float = 0.95,
) -> pd.DataFrame:
    """How uncertain the order of places is; for the appendix, and instead of a league table.

    Parameters
    ----------
    estimates, ses : array-like, shape (k,)
        Shrunken means and their standard errors (``pooling.pool``), or unshrunken ones.
    names : sequence of str
        The places.
    rng : numpy.random.Generator
        Seeded by the calling step.
    draws : int
        Draws of all places together.
    level : float
        Level of the interval, between 0 and 1.

    Returns
    -------
    DataFrame
        In the given order: ``name``; ``expected_rank`` (1: largest change), in closed form; ``rank_low``,
        ``rank_high``; ``note``. Places without a standard error are not ranked.

    Notes
    -----
    Goldstein & Spiegelhalter 1996, doi:10.2307/2983325. Independent normal draws; expected rank of i is
    1 + Σ_j Φ((m_j - m_i) / √(s_i² + s_j²)).
    """
    m, s = np.asarray(estimates, dtype=float), np.asarray(ses, dtype=float)
    usable = np.isfinite(m) & np.isfinite(s) & (s > 0)
    table = pd.DataFrame({"name": list(names), "expected_rank": np.nan, "rank_low": np.nan, "rank_high": np.nan})
    table["note"] = np.where(usable, "", "no mean with a standard error: not ranked")
    if usable.sum() < 2:
        return table.assign(note=table["note"].where(~usable, "fewer than two places: nothing to rank"))
    m, s = m[usable], s[usable]
    above = stats.norm.cdf((m[None, :] - m[:, None]) / np.sqrt(s[:, None] ** 2 + s[None, :] ** 2))
    drawn = rng.normal(m, s, size=(draws, len(m)))
    rank = 1 + np.argsort(np.argsort(-drawn, axis=1, kind="stable"), axis=1, kind="stable")
    low, high = np.quantile(rank, [(1 - level) / 2, (1 + level) / 2], axis=0, method="inverted_cdf")
    table.loc[usable, "expected_rank"] = 1 + above.sum(axis=1) - 0.5  # each place stands level with itself: one half
    table.loc[usable, ["rank_low", "rank_high"]] = np.column_stack([low, high]).astype(float)
    return table
