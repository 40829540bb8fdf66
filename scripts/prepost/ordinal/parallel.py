"""Proportional odds: whether time moves every threshold alike, and the fit in which it need not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import stats

from prepost.ordinal.fit import ClmmFit, fit_clmm


class ProportionalOdds(NamedTuple):
    """A likelihood ratio test of proportional odds for time; NaN where ``note`` says why there is none."""

    statistic: float
    df: int
    p: float
    note: str
    common: ClmmFit
    free: ClmmFit


def proportional_odds(
    y: ArrayLike,
    time: ArrayLike,
    x: ArrayLike | pd.DataFrame | None = None,
    groups: ArrayLike | pd.DataFrame | None = None,
    *,
    nodes: int = 10,
    names: Sequence[str] | None = None,
) -> ProportionalOdds:
    """Test whether time has one effect over all thresholds, against an effect free by threshold.

    Parameters
    ----------
    y : array-like, shape (n,)
        Answers as numbers.
    time : array-like, shape (n,)
        0 before, 1 after. Missing values are dropped.
    x : array-like, DataFrame or None, shape (n, p)
        Further covariates, whose effects stay common to all thresholds.
    groups, nodes, names
        As in ``fit_clmm``; ``names`` are those of ``x``.

    Returns
    -------
    ProportionalOdds
        ``statistic`` twice the difference of the log likelihoods; ``df`` thresholds less one; ``p``; ``note``;
        ``common`` the fit with ``time`` as its last covariate; ``free`` the partial proportional-odds fit, whose
        ``theta`` has a row before and a row after (for ``predicted_shares`` with ``strata``).

    Raises
    ------
    ValueError
        ``time`` other than 0 and 1.

    Notes
    -----
    Peterson & Harrell 1990, doi:10.2307/2347760; as R ordinal's ``anova(clm(y ~ time), clm(y ~ 1, nominal = ~ time))``,
    with random intercepts where groups are given. An answer that is used at one time only has no finite threshold
    at the other: in both models it is taken together with its neighbour towards the middle, and the note says so.
    """
    values, when = np.asarray(y, dtype=float), np.asarray(time, dtype=float)
    if not np.isin(when[np.isfinite(when)], (0.0, 1.0)).all():
        raise ValueError("time is 0 before and 1 after")
    others = pd.DataFrame(index=range(len(values))) if x is None else pd.DataFrame(x).reset_index(drop=True)
    if names is not None:
        others.columns = list(names)
    values, note = _together(values, when)
    with_time = others.assign(time=when)
    common = fit_clmm(values, with_time, groups, nodes=nodes)
    free = fit_clmm(values, others, groups, nodes=nodes, strata=np.where(np.isfinite(when), when, np.nan))
    df = max(len(common.categories) - 2, 0)
    told = [note, "" if common.converged else common.note, "" if free.converged else f"free by threshold: {free.note}"]
    if df == 0:
        told.append("fewer than three answers are used both before and after: proportional odds cannot be checked")
    why = "; ".join(filter(None, told))
    if df == 0 or not (common.converged and free.converged):
        return ProportionalOdds(np.nan, df, np.nan, why, common, free)
    statistic = max(2 * (free.loglik - common.loglik), 0.0)
    return ProportionalOdds(statistic, df, float(stats.chi2.sf(statistic, df)), why, common, free)


def _together(values: np.ndarray, when: np.ndarray) -> tuple[np.ndarray, str]:
    """Take each answer that is not used at both times together with its neighbour towards the middle."""
    values, told = values.copy(), []
    while True:
        known = np.isfinite(values) & np.isfinite(when)
        used = np.unique(values[known])
        alone = [v for v in used if len(np.unique(when[known & (values == v)])) < 2]
        if not alone or len(used) < 2 or len(np.unique(when[known])) < 2:
            return values, "; ".join(told)
        at = int(np.flatnonzero(used == alone[0])[0])
        into = used[at + 1] if at < (len(used) - 1) / 2 else used[at - 1]
        told.append(f"{alone[0]:g} is used at one time only and is taken together with {into:g}")
        values[values == alone[0]] = into
