"""How far those kept differ from everyone, before and after weighting: the numbers of a love plot."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from prepost.designs import NOT_KNOWN, is_number, levels

COLUMNS = ["covariate", "level", "target", "kept", "kept_weighted", "smd_before", "smd_after", "n", "n_kept", "note"]


def balance(covariates: pd.DataFrame, kept: ArrayLike, weights: ArrayLike, *, fewest: int = 1) -> pd.DataFrame:
    """Standardised mean differences between those kept and the whole target population.

    Parameters
    ----------
    covariates : DataFrame, n rows
        One row a valid first survey. Numbers are compared by their mean, categories answer by answer.
    kept : array-like of bool, shape (n,)
        Whether the later answer is there and linked.
    weights : array-like, shape (n,)
        Weights of those kept; others are not looked at. All missing: no column after weighting.
    fewest : int
        As in `prepost.designs.design`.

    Returns
    -------
    DataFrame
        ``covariate``; ``level`` (empty for a number); ``target``, ``kept``, ``kept_weighted`` mean or share;
        ``smd_before``, ``smd_after``; ``n`` and ``n_kept`` rows with that number, or with that answer; ``note``.

    Raises
    ------
    ValueError
        Columns of unequal length.

    Notes
    -----
    (mean of those kept - mean of the target) / standard deviation in the target, the same denominator before and after
    (Stuart 2010, doi:10.1214/09-STS313; Austin & Stuart 2015, doi:10.1002/sim.6607); of a share p it is √(p(1 - p)).
    Missing is an answer of its own. Below 0.1 is commonly taken as balanced.

    Examples
    --------
    >>> table = balance(pd.DataFrame({"role": ["a", "a", "b", "b"]}), [True, True, True, False], [1, 1, 2, 1])
    >>> table["smd_before"].tolist(), table["smd_after"].tolist()  # shares 2/3 and 1/2 of a, against 1/2
    ([0.33333333333333326, -0.33333333333333337], [0.0, 0.0])
    """
    stays, w = np.asarray(kept, dtype=bool), np.asarray(weights, dtype=float)
    if not len(covariates) == len(stays) == len(w):
        raise ValueError("covariates, kept and weights must be equally long")
    rows = []
    for name in covariates:
        values = covariates[name].reset_index(drop=True)
        if is_number(values):
            number = values.astype("Float64").to_numpy(float, na_value=np.nan)
            rows.append(_row(str(name), "", number, np.isfinite(number), stays, w))
            values = pd.Series(np.where(np.isnan(number), NOT_KNOWN, "known"))
            if np.isfinite(number).all():
                continue
            rows.append(_answer(str(name), NOT_KNOWN, values, stays, w))
            continue
        text = levels(values, fewest=fewest)
        rows += [_answer(str(name), str(level), text, stays, w) for level in sorted(text.unique())]
    return pd.DataFrame(rows, columns=COLUMNS)


def _answer(name: str, level: str, text: pd.Series, kept: np.ndarray, w: np.ndarray) -> dict[str, object]:
    here = (text == level).to_numpy()
    row = _row(name, level, here.astype(float), np.ones(len(here), dtype=bool), kept, w)
    return {**row, "n": int(here.sum()), "n_kept": int((here & kept).sum())}


def _row(name: str, level: str, x: np.ndarray, known: np.ndarray, kept: np.ndarray, w: np.ndarray) -> dict[str, object]:
    inside = kept & known
    target = float(x[known].mean()) if known.any() else np.nan
    plain = float(x[inside].mean()) if inside.any() else np.nan
    usable = inside.any() and np.isfinite(w[inside]).all()
    weighted = float(np.sum(w[inside] * x[inside]) / np.sum(w[inside])) if usable else np.nan
    spread = float(x[known].std()) if known.any() else 0.0
    note = "" if spread > 0 else "everyone is alike: no difference can be told"
    note = note or ("" if inside.any() else "nobody was kept") or ("" if usable else "no weights")
    scale = spread if spread > 0 else np.nan
    return {
        "covariate": name,
        "level": level,
        "target": target,
        "kept": plain,
        "kept_weighted": weighted,
        "smd_before": (plain - target) / scale,
        "smd_after": (weighted - target) / scale,
        "n": int(known.sum()),
        "n_kept": int(inside.sum()),
        "note": note,
    }
