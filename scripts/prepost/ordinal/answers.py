"""What the ordinal models are given: ordered answers, covariates and groups, made ready for fitting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

#: A column whose part not explained by the columns before it is smaller than this share of it adds nothing.
_ALIASED = 1e-8
#: Numbers of rows are taken together in one integer until they might exceed this.
_MOST_ROOM = 2**62


@dataclass(frozen=True)
class Answers:
    """Complete answers; categories are numbered 0 to J - 1 and groups 0 to G - 1."""

    y: np.ndarray  # (n,) category
    x: np.ndarray  # (n, p) covariates, aliased columns left out
    stratum: np.ndarray  # (n,) which set of thresholds
    groups: tuple[np.ndarray, ...]  # a code a row for each grouping
    kind: np.ndarray  # (n,) equal numbers for rows alike in all of the above
    weights: np.ndarray | None  # (G,) how many groups each of the first grouping stands for; None: one each
    categories: np.ndarray  # the answers that are used, in order
    unused: tuple  # declared answers that nobody gave
    names: tuple[str, ...]  # every column asked for
    kept: np.ndarray  # positions of the columns of ``x`` among ``names``
    strata: int
    n: int
    n_groups: tuple[int, ...]

    @property
    def row_weights(self) -> np.ndarray | None:
        """How many answers each row stands for."""
        if self.weights is None:
            return None
        return self.weights[self.groups[0]] if self.groups else self.weights

    def group_weights(self, grouping: int) -> np.ndarray | None:
        """How many groups each group of a grouping stands for."""
        rows, code = self.row_weights, self.groups[grouping]
        return None if rows is None else rows[np.unique(code, return_index=True)[1]]


def answers(
    y: ArrayLike,
    x: ArrayLike | pd.DataFrame,
    groups: ArrayLike | pd.DataFrame | None,
    names: Sequence[str] | None = None,
    strata: ArrayLike | None = None,
    categories: Sequence[float] | None = None,
) -> Answers:
    """Drop incomplete answers, number categories and groups, and leave out columns that are sums of others.

    Parameters
    ----------
    y : array-like, shape (n,)
        Answers as numbers; only their order counts.
    x : array-like or DataFrame, shape (n, p)
        Covariates without an intercept. p may be 0.
    groups : array-like, DataFrame or None
        Who answered; a DataFrame holds one column a grouping. None: every answer is independent.
    names : sequence of str or None
        Names of the columns of ``x``; taken from a DataFrame where None.
    strata : array-like or None, shape (n,)
        Rows of one value share their thresholds. None: all rows do.
    categories : sequence of float or None
        The declared answers. None: those that occur.

    Returns
    -------
    Answers
        Complete rows only.

    Raises
    ------
    ValueError
        Lengths that do not fit, or an answer outside ``categories``.
    """
    values = np.asarray(y)
    if values.dtype.kind not in "fiub":
        values = pd.to_numeric(pd.Series(np.asarray(y, dtype=object)), errors="raise").to_numpy(dtype=float)
    values = values.astype(float)
    frame = x if isinstance(x, pd.DataFrame) else pd.DataFrame(np.asarray(x, dtype=float))
    columns = tuple(str(name) for name in (names if names is not None else frame.columns))
    matrix = frame.to_numpy(dtype=float, na_value=np.nan)
    by = _grouping(groups, len(values))
    layer = np.zeros(len(values)) if strata is None else np.asarray(strata)
    if not len(values) == len(matrix) == len(by) == len(layer) or len(columns) != matrix.shape[1]:
        raise ValueError("answers, covariates, names, groups and strata must fit together")
    keep = np.isfinite(values) & np.isfinite(matrix).all(axis=1) & by.notna().all(axis=1).to_numpy() & pd.notna(layer)
    values, matrix = values[keep], matrix[keep]
    code, used = pd.factorize(values, sort=True)
    if categories is not None and not set(used) <= set(categories):
        raise ValueError("an answer is none of the declared categories")
    codes = tuple(pd.factorize(by[column][keep])[0] for column in by.columns)
    stratum, levels = pd.factorize(layer[keep], sort=True)
    covered = _ranks([stratum, *(pd.factorize(column, sort=True)[0] for column in matrix.T)])
    kept = _independent(matrix, stratum, covered)
    return Answers(
        y=code,
        x=matrix[:, kept],
        stratum=stratum,
        groups=codes,
        kind=_ranks([stratum, code, covered]),
        weights=None,
        categories=used,
        unused=tuple(c for c in (categories if categories is not None else ()) if c not in used),
        names=columns,
        kept=kept,
        strata=max(len(levels), 1),
        n=len(values),
        n_groups=tuple(int(c.max()) + 1 if len(c) else 0 for c in codes),
    )


def compressed(given: Answers) -> Answers:
    """Let one group stand for all that answered alike: two answers on five points have few patterns.

    Parameters
    ----------
    given : Answers
        With no grouping, one, or one nested in the other; crossed ones are returned as they are.

    Returns
    -------
    Answers
        Fewer rows, with ``weights``; the likelihood is the same to the last digits.

    Notes
    -----
    Of nested groupings the coarser has the patterns: the same finer groups, each with the same rows, in any order.
    """
    fine, coarse = _nested(given)
    if fine is None or given.n == 0:
        return given
    inner = _patterns(given.kind, fine)
    inside = np.empty(len(inner), dtype=np.int64)
    inside[fine] = coarse
    label = _patterns(inner, inside)
    _, chosen, count = np.unique(label, return_index=True, return_counts=True)
    rows = np.flatnonzero(np.isin(coarse, chosen))
    at = rows[np.lexsort((given.kind[rows], fine[rows], inner[fine[rows]], label[coarse[rows]]))]
    new = {"fine": np.cumsum(np.diff(fine[at], prepend=fine[at[0]]) != 0), "coarse": label[coarse[at]]}
    groups = tuple(new["coarse" if code is coarse else "fine"] for code in given.groups)
    weights = count.astype(float)
    if groups and groups[0] is not new["coarse"]:
        weights = weights[new["coarse"][np.unique(groups[0], return_index=True)[1]]]
    rest = {"y": given.y[at], "x": given.x[at], "stratum": given.stratum[at], "kind": given.kind[at]}
    return replace(given, **rest, groups=groups, weights=weights)


def _nested(given: Answers) -> tuple[np.ndarray | None, np.ndarray | None]:
    """Give the finer and the coarser grouping, rows where there is none between; None where groupings cross."""
    rows = np.arange(given.n)
    if len(given.groups) < 2:
        return rows, given.groups[0] if given.groups else rows
    if len(given.groups) == 2:
        for fine, coarse in (given.groups, given.groups[::-1]):
            if given.n and len(pd.unique(fine * (coarse.max() + 1) + coarse)) == fine.max() + 1:
                return fine, coarse
    return None, None


def _patterns(kind: np.ndarray, group: np.ndarray) -> np.ndarray:
    """Number groups so that two have one number where their members are of the same kinds, small groups first."""
    order = np.lexsort((kind, group))
    starts = np.flatnonzero(np.r_[True, np.diff(group[order]) != 0])
    sizes = np.diff(np.r_[starts, len(group)])
    given, number, count = kind[order], np.empty(len(starts), dtype=np.int64), 0
    for size in np.unique(sizes):
        here = np.flatnonzero(sizes == size)
        number[here] = count + _ranks([given[starts[here] + place] for place in range(size)])
        count = int(number[here].max()) + 1
    return number


def _ranks(columns: Sequence[np.ndarray]) -> np.ndarray:
    """Number rows of whole numbers from 0 in the order of the first column, then the second and so on; ties are one."""
    rank, room = np.zeros(len(columns[0]), dtype=np.int64), 1
    if len(rank) < 2:
        return rank
    for column in columns:
        values = int(column.max()) + 1
        if room * values > _MOST_ROOM:
            rank = pd.factorize(rank, sort=True)[0]
            room = int(rank.max()) + 1
        rank, room = rank * values + column, room * values
    return pd.factorize(rank, sort=True)[0]


def _grouping(groups: ArrayLike | pd.DataFrame | None, n: int) -> pd.DataFrame:
    if groups is None:
        return pd.DataFrame(index=range(n))
    if isinstance(groups, pd.DataFrame):
        return groups.reset_index(drop=True)
    return pd.DataFrame({"group": pd.Series(np.asarray(groups)).to_numpy()})


def _independent(matrix: np.ndarray, stratum: np.ndarray, kind: np.ndarray) -> np.ndarray:
    """Positions of the columns that are no sum of thresholds and columns before them; rows of one kind are alike."""
    _, first, count = np.unique(kind, return_index=True, return_counts=True)
    stratum, root = stratum[first], np.sqrt(count)  # lengths and angles of columns stay those of all rows
    matrix = matrix[first] * root[:, None]
    basis = [np.where(stratum == level, root, 0.0) for level in np.unique(stratum)]
    basis = [one / np.linalg.norm(one) for one in basis]
    kept = []
    for position, column in enumerate(matrix.T):
        rest = column.copy()
        for _ in range(2):  # twice, since once loses digits
            for one in basis:
                rest = rest - one * (one @ rest)
        if len(rest) and np.linalg.norm(rest) > _ALIASED * np.linalg.norm(column):
            basis.append(rest / np.linalg.norm(rest))
            kept.append(position)
    return np.array(kept, dtype=int)
