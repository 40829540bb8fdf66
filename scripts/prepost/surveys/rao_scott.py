"""Whether shares differ between groups in a weighted survey: the Rao-Scott test."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from prepost.surveys.design import Design, Projection, covariance, influence


class Association(NamedTuple):
    """F statistic with its degrees of freedom and p; NaN where ``note`` says why there is none."""

    statistic: float
    df: float
    df_error: float
    p: float
    note: str


def association(
    rows: ArrayLike, columns: ArrayLike, inside: ArrayLike, design: Design, made: Projection | None
) -> Association:
    """Test whether two classifications are independent.

    Parameters
    ----------
    rows, columns : array-like of int, shape (n,)
        Categories from 0; outside `inside` they are not looked at.
    inside : array-like of bool, shape (n,)
        Who counts.
    design : Design
    made : Projection or None
        As `prepost.surveys.design.projection` prepared it.

    Returns
    -------
    Association
        ``df`` is Satterthwaite's, ``df_error`` is ``df`` times the clusters of all respondents less one.

    Notes
    -----
    Second-order correction of Pearson's statistic (Rao & Scott 1984, doi:10.1214/aos/1176346391; Thomas & Rao 1987),
    as R ``svychisq(statistic = "F")`` on a subset of a raked design, which keeps its clusters.
    """
    inside = np.asarray(inside, dtype=bool)
    r, c = (np.where(inside, np.asarray(codes, dtype=np.int64), 0) for codes in (rows, columns))
    height, width = (int(codes[inside].max(initial=0)) + 1 for codes in (r, c))
    if height < 2 or width < 2:
        return Association(np.nan, np.nan, np.nan, np.nan, "fewer than two groups or answers")
    cells = [influence((r == i) & (c == j), inside, design.weights) for j in range(width) for i in range(height)]
    p = np.array([estimate for estimate, _ in cells])
    if (p <= 0).any():
        return Association(np.nan, np.nan, np.nan, np.nan, "a group without any such answer")
    v = covariance([z for _, z in cells], design, made)
    table = p.reshape(width, height).T
    expected = np.outer(table.sum(axis=1), table.sum(axis=0))
    pearson = float(((table - expected) ** 2 / expected).sum())  # of a sample of one; its size cancels below
    contrast = _interactions(height, width)
    scaled = contrast / p[:, None]
    delta = np.linalg.solve(contrast.T @ scaled, scaled.T @ v @ scaled)
    trace, squared = float(np.trace(delta)), float(np.trace(delta @ delta))
    df = trace**2 / squared
    clusters = _clusters(design)
    statistic = pearson / trace
    return Association(statistic, df, df * (clusters - 1), float(stats.f.sf(statistic, df, df * (clusters - 1))), "")


def _clusters(design: Design) -> int:
    return len(design.weights) if design.cluster is None else len(np.unique(design.cluster))


def _interactions(height: int, width: int) -> np.ndarray:
    """Columns that span the interaction of a table stacked by columns, free of its main effects."""
    row, column = np.tile(np.arange(height), width), np.repeat(np.arange(width), height)
    mains = [np.ones(height * width)]
    mains += [(row == i).astype(float) for i in range(1, height)] + [
        (column == j).astype(float) for j in range(1, width)
    ]
    main = np.array(mains).T
    both = np.array([((row == i) & (column == j)).astype(float) for j in range(1, width) for i in range(1, height)]).T
    return both - main @ np.linalg.lstsq(main, both, rcond=None)[0]
