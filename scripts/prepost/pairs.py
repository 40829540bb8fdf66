"""What every paired statistic shares: complete pairs, their people, ties, and the shape of an effect size."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

#: Two values nearer than this are the same value. Scale means such as 3.4 - 3.2 and 0.2 differ in the last
#: binary digit only; without a tolerance a tie becomes a rank and "no change" becomes a change.
TIE_TOLERANCE = 1e-9


class Effect(NamedTuple):
    """An effect size; NaN where ``note`` says why there is none."""

    estimate: float
    ci_low: float
    ci_high: float
    ci_method: str
    n: int
    n_people: int
    note: str


def complete_pairs(person: ArrayLike | None, *values: ArrayLike) -> tuple[np.ndarray, ...]:
    """Drop the pairs with a missing value and number the people from 0.

    Parameters
    ----------
    person : array-like or None, shape (n,)
        Who gave each pair; any hashable key, and a number below 0, as ``pandas.factorize`` numbers what is missing, is
        nobody. None: each pair is another person.
    *values : array-like, shape (n,)
        One or more columns of numbers. A pair counts where all of them are finite.

    Returns
    -------
    tuple of ndarray
        ``codes`` (integers 0 … people - 1), then each of ``values`` as float, complete pairs only.

    Raises
    ------
    ValueError
        Columns of unequal length, or a complete pair without a person: a fault of the calling step.
    """
    columns = [np.asarray(pd.array(value, dtype="Float64").to_numpy(dtype=float, na_value=np.nan)) for value in values]
    lengths = {len(column) for column in columns} | ({len(person)} if person is not None else set())
    if len(lengths) > 1:
        raise ValueError(f"columns of one set of pairs must be equally long, not {sorted(lengths)}")
    keep = np.logical_and.reduce([np.isfinite(column) for column in columns])
    if person is None:
        codes = np.arange(int(keep.sum()))
    else:
        keys = pd.Series(person).to_numpy()[keep]
        codes, _ = pd.factorize(keys)
        if (codes < 0).any() or (keys.dtype.kind == "i" and (keys < 0).any()):
            raise ValueError("a pair has no person: give each pair the key of the person who answered")
    return codes, *(column[keep] for column in columns)


def base(codes: np.ndarray) -> tuple[int, int]:
    """Return the number of pairs and of people from the codes of ``complete_pairs``."""
    return len(codes), int(codes.max()) + 1 if len(codes) else 0


def no_effect(n: int, n_people: int, note: str) -> Effect:
    """Return an effect size that is missing, and says why."""
    return Effect(np.nan, np.nan, np.nan, "", n, n_people, note)


def snap_ties(values: np.ndarray) -> np.ndarray:
    """Give values that differ by no more than the tolerance the same number, so that they tie."""
    order = np.argsort(values, kind="stable")
    step = np.diff(values[order], prepend=values[order[0]]) > TIE_TOLERANCE
    snapped = np.empty_like(values)
    snapped[order] = values[order][np.maximum.accumulate(np.where(step, np.arange(len(values)), 0))]
    return snapped
