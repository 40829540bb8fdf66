"""Adjusting p values within families of tests that answer one question."""

from __future__ import annotations

import numpy as np
import pandas as pd

METHODS = {"holm": "holm", "bh": "fdr_bh", "none": "none"}


def adjust(p: pd.Series, family: pd.Series, method: str = "holm") -> pd.Series:
    """Adjust p values, family by family.

    Parameters
    ----------
    p : Series of float
        Unadjusted p values, 0 to 1. A missing one stays missing and does not count in the size of its family.
    family : Series
        Name of the family of each p, on the same index. Where it is missing the p belongs to no family and is given
        back missing: not adjusted is not the same as adjusted.
    method : {"holm", "bh", "none"}
        Holm's step-down (family-wise error), Benjamini-Hochberg (false discovery rate), or p as it is.

    Returns
    -------
    Series of float
        ``p_adjusted``, on the index of ``p``.

    Raises
    ------
    ValueError
        An unknown method, a p outside 0 to 1, or indexes that differ.

    Notes
    -----
    Holm 1979, Scandinavian Journal of Statistics 6:65, jstor 4615733; Benjamini & Hochberg 1995,
    doi:10.1111/j.2517-6161.1995.tb02031.x; computed by ``pingouin.multicomp``, equal to R ``p.adjust``.

    Examples
    --------
    >>> adjust(pd.Series([0.01, 0.04]), pd.Series(["primary", "primary"])).tolist()
    [0.02, 0.04]
    """
    if method not in METHODS:
        raise ValueError(f"unknown method of adjustment: {method!r}; expected one of {', '.join(METHODS)}")
    if not p.index.equals(family.index):
        raise ValueError("p and family must stand on the same index")
    values = p.to_numpy(dtype=float, na_value=np.nan)
    if ((values < 0) | (values > 1)).any():
        raise ValueError("a p value lies outside 0 to 1")
    adjusted = np.full(len(values), np.nan)
    for positions in family.reset_index(drop=True).groupby(family.to_numpy(), sort=True).indices.values():
        known = positions[np.isfinite(values[positions])]
        if len(known):
            adjusted[known] = _adjust_one(values[known], method)
    return pd.Series(adjusted, index=p.index, name="p_adjusted")


def _adjust_one(values: np.ndarray, method: str) -> np.ndarray:
    import pingouin  # a slow import, and only the step that adjusts needs it

    _, adjusted = pingouin.multicomp(values, method=METHODS[method])
    return np.asarray(adjusted, dtype=float)
