"""What the ordinal models are given: ordered answers, covariates and groups, made ready for fitting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

#: A column whose part not explained by the columns before it is smaller than this share of it adds nothing.
_ALIASED = 1e-8


@dataclass(frozen=True)
class Answers:
    """Complete answers; categories are numbered 0 to J - 1 and groups 0 to G - 1."""

    y: np.ndarray  # (n,) category
    x: np.ndarray  # (n, p) covariates, aliased columns left out
    stratum: np.ndarray  # (n,) which set of thresholds
    groups: tuple[np.ndarray, ...]  # a code a row for each grouping
    weights: np.ndarray | None  # (G,) how many groups each stands for; None: one each
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
    values = pd.to_numeric(pd.Series(np.asarray(y, dtype=object)), errors="raise").to_numpy(dtype=float)
    frame = x if isinstance(x, pd.DataFrame) else pd.DataFrame(np.asarray(x, dtype=float))
    columns = tuple(str(name) for name in (names if names is not None else frame.columns))
    matrix = frame.to_numpy(dtype=float, na_value=np.nan)
    by = _grouping(groups, len(values))
    layer = np.zeros(len(values)) if strata is None else np.asarray(strata)
    if not len(values) == len(matrix) == len(by) == len(layer) or len(columns) != matrix.shape[1]:
        raise ValueError("answers, covariates, names, groups and strata must fit together")
    keep = np.isfinite(values) & np.isfinite(matrix).all(axis=1) & by.notna().all(axis=1).to_numpy() & pd.notna(layer)
    values, matrix = values[keep], matrix[keep]
    used, code = np.unique(values, return_inverse=True)
    if categories is not None and not set(used) <= set(categories):
        raise ValueError("an answer is none of the declared categories")
    codes = tuple(pd.factorize(by[column][keep])[0] for column in by.columns)
    levels, stratum = np.unique(layer[keep], return_inverse=True)
    kept = _independent(matrix, stratum)
    return Answers(
        y=code,
        x=matrix[:, kept],
        stratum=stratum,
        groups=codes,
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
        With no grouping or one; others are returned as they are.

    Returns
    -------
    Answers
        Fewer rows, with ``weights``; the likelihood is the same to the last digits.
    """
    if len(given.groups) > 1 or given.n == 0:
        return given
    rows = np.column_stack([given.stratum, given.y, given.x])
    kind = np.unique(rows, axis=0, return_inverse=True)[1].ravel()
    group = given.groups[0] if given.groups else np.arange(given.n)
    order = np.lexsort((kind, group))
    starts = np.flatnonzero(np.r_[True, np.diff(group[order]) != 0])
    sizes = np.diff(np.r_[starts, given.n])
    chosen, label, weight = [], [], []
    for size in np.unique(sizes):
        places = starts[sizes == size][:, None] + np.arange(size)
        _, first, count = np.unique(kind[order][places], axis=0, return_index=True, return_counts=True)
        chosen.append(order[places[first]].ravel())
        label.append(np.repeat(np.arange(len(first)) + sum(map(len, weight)), size))
        weight.append(count)
    at, weights = np.concatenate(chosen), np.concatenate(weight).astype(float)
    codes = (np.concatenate(label),) if given.groups else ()
    return replace(given, y=given.y[at], x=given.x[at], stratum=given.stratum[at], groups=codes, weights=weights)


def _grouping(groups: ArrayLike | pd.DataFrame | None, n: int) -> pd.DataFrame:
    if groups is None:
        return pd.DataFrame(index=range(n))
    if isinstance(groups, pd.DataFrame):
        return groups.reset_index(drop=True)
    return pd.DataFrame({"group": pd.Series(np.asarray(groups)).to_numpy()})


def _independent(matrix: np.ndarray, stratum: np.ndarray) -> np.ndarray:
    """Positions of the columns that are no sum of thresholds and columns before them."""
    basis = [np.where(stratum == level, 1.0, 0.0) for level in np.unique(stratum)]
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
