"""Does an item work alike in every role: are people of one role and another, alike on the scale, alike on the item."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import stats

from prepost.contrasts import TOO_FEW
from prepost.measurement.cumulative import log_likelihood
from prepost.multiplicity import adjust

#: Change of Nagelkerke's R² from which a difference is called moderate, and large (Jodoin & Gierl 2001).
MODERATE, LARGE = 0.035, 0.070
FEWEST_IN_GROUP = 100
_COLUMNS = ["item", "groups", "chi2_uniform", "df_uniform", "p_uniform", "chi2_nonuniform", "df_nonuniform"]
_MORE = ["p_nonuniform", "chi2_any", "df_any", "p_any", "p_adjusted", "delta_r2", "size", "n", "note"]


def item_functioning(items: pd.DataFrame, group: ArrayLike, *, fewest_people: int = FEWEST_IN_GROUP) -> pd.DataFrame:
    """Test each item of a scale for differences between groups that the scale's score does not explain.

    Parameters
    ----------
    items : DataFrame, one row a person, one numeric column an item
        Reversed items already turned round. Rows with a missing item are left out.
    group : array-like, shape (n,)
        Role group; rows without one are left out.
    fewest_people : int
        Groups of fewer people stay out.

    Returns
    -------
    DataFrame
        One row an item: ``item``; ``groups`` compared; likelihood-ratio tests ``chi2_uniform``, ``df_uniform``,
        ``p_uniform`` (one group answers higher throughout), ``chi2_nonuniform`` … (the difference depends on the
        score), ``chi2_any`` … (both); ``p_adjusted`` of ``p_any`` over the items (Holm); ``delta_r2`` what the group
        adds to Nagelkerke's R²; ``size``: ``negligible``, ``moderate`` or ``large`` by it; ``n`` people; ``note``.

    Notes
    -----
    Cumulative logits of the item on the mean of all items, then with the groups, then with groups by score (Zumbo
    1999; Crane et al. 2006, doi:10.1097/01.mlr.0000245183.28384.ed). The item is part of the score it is matched on.
    With thousands of people small differences are significant: go by ``size`` (Jodoin & Gierl 2001,
    doi:10.1207/S15324818AME1404_2). Equal to R ``MASS::polr``.
    """
    labels = pd.Series(group).astype("string").to_numpy(dtype=object, na_value=None)
    values = items.to_numpy(dtype=float, na_value=np.nan)
    keep = np.isfinite(values).all(axis=1) & np.array([label is not None for label in labels], dtype=bool)
    values, labels = values[keep], labels[keep]
    counts = pd.Series(labels, dtype=object).value_counts()
    large = sorted(counts.index[counts >= fewest_people])
    taking = np.isin(labels, large)
    values, labels = values[taking], labels[taking]
    why = ""
    if items.shape[1] < 2:
        why = "one item only: no score to match people on"
    elif len(large) < 2:
        why = f"{TOO_FEW.format(fewest_people)} in all groups but one"
    rows = []
    for place, name in enumerate(items):
        row = {"item": str(name), "groups": len(large), "n": int(taking.sum()), "note": why}
        rows.append(row | ({} if why else _tests(values, place, labels, large)))
    table = pd.DataFrame(rows).reindex(columns=[*_COLUMNS, *_MORE])
    table["p_adjusted"] = (
        adjust(table["p_any"].astype(float), pd.Series("items", index=table.index), "holm") if len(table) else np.nan
    )
    return table


def _tests(values: np.ndarray, place: int, labels: np.ndarray, groups: list[str]) -> dict:
    score = values.mean(axis=1, keepdims=True)
    score = score - score.mean()
    used, y = np.unique(values[:, place], return_inverse=True)
    # people of one group with the same score and answer are one row: however many they are, such rows are few
    kinds = np.ravel_multi_index(
        (pd.factorize(score[:, 0])[0], pd.factorize(labels)[0], y), (len(score), len(groups), len(used))
    )
    _, rows, count = np.unique(kinds, return_index=True, return_counts=True)
    one, answer = score[rows], y[rows]
    member = np.column_stack([labels[rows] == group for group in groups[1:]]).astype(float)
    designs = (one, np.hstack([one, member]), np.hstack([one, member, one * member]))
    fits = [log_likelihood(answer, design, count) for design in designs]
    failed = next((note for _, note in fits if note), "")
    if failed:
        return {"note": failed}
    loglik = [value for value, _ in fits]
    df = len(groups) - 1
    found = {}
    for name, (small, big, more) in {"uniform": (0, 1, df), "nonuniform": (1, 2, df), "any": (0, 2, 2 * df)}.items():
        chi2 = max(2 * (loglik[big] - loglik[small]), 0.0)
        found |= {f"chi2_{name}": chi2, f"df_{name}": more, f"p_{name}": float(stats.chi2.sf(chi2, more))}
    shares = np.bincount(y, minlength=len(used))
    empty = float(np.sum(shares * np.log(shares / len(y))))
    added = _nagelkerke(loglik[2], empty, len(y)) - _nagelkerke(loglik[0], empty, len(y))
    size = "large" if added >= LARGE else "moderate" if added >= MODERATE else "negligible"
    return found | {"delta_r2": added, "size": size}


def _nagelkerke(loglik: float, empty: float, n: int) -> float:
    return float((1 - np.exp(2 * (empty - loglik) / n)) / (1 - np.exp(2 * empty / n)))
