"""From what is known of people to the columns of a model: categories as indicators, missing as a category."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from prepost.logistic import INTERCEPT

NOT_KNOWN = "not known"
OTHERS = "other answers"


class Design(NamedTuple):
    """Columns of a model: ``X`` (n, p) with the intercept first, their ``names``, and what was done on the way."""

    X: np.ndarray
    names: tuple[str, ...]
    notes: tuple[str, ...]


def design(covariates: pd.DataFrame, *, fewest: int = 1) -> Design:
    """Turn covariates into the columns of a model.

    Parameters
    ----------
    covariates : DataFrame, n rows
        Numbers enter as they are, a missing one as the mean with an indicator beside it. Anything else is a category;
        missing is one of its answers.
    fewest : int
        Answers of a category given by fewer rows are taken together.

    Returns
    -------
    Design
        Reference answers are the most frequent ones. A column that does not vary, or that the columns before it
        already tell, is left out, with a note.

    Examples
    --------
    >>> design(pd.DataFrame({"role": ["nurse", "nurse", None]})).names
    ('(intercept)', 'role: not known')
    """
    columns: list[tuple[str, np.ndarray]] = [(INTERCEPT, np.ones(len(covariates)))]
    for name in covariates:
        columns += _columns(str(name), covariates[name], fewest)
    x = np.column_stack([column for _, column in columns])
    kept = independent(x)
    left_out = [label for j, (label, _) in enumerate(columns) if j not in kept]
    notes = [f"{label} is left out: it does not vary, or the columns before it tell it" for label in left_out]
    return Design(x[:, kept], tuple(columns[j][0] for j in kept), tuple(notes))


def independent(x: np.ndarray) -> list[int]:
    """Return the columns that those before them do not tell, all of them where there are no rows."""
    kept: list[int] = []
    basis = np.empty((x.shape[1], len(x)))
    for j in range(x.shape[1]):
        rest = x[:, j]
        for _ in range(2):  # twice is enough for orthogonality
            rest = rest - (basis[: len(kept)] @ rest) @ basis[: len(kept)]
        if not len(x) or np.sum(rest**2) > 1e-10 * np.sum(x[:, j] ** 2):
            basis[len(kept)] = rest / np.sqrt(max(np.sum(rest**2), 1e-300))
            kept.append(j)
    return kept


def levels(values: pd.Series, *, fewest: int = 1) -> pd.Series:
    """Return the answers of a category as text, missing as "not known", rare ones taken together."""
    text = values.astype("string").fillna(NOT_KNOWN)
    count = text.value_counts()
    rare = count.index[count < fewest]
    return text.mask(text.isin(rare), OTHERS) if len(rare) > 1 else text


def is_number(values: pd.Series) -> bool:
    """Say whether a covariate enters as a number."""
    return pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)


def _columns(name: str, values: pd.Series, fewest: int) -> list[tuple[str, np.ndarray]]:
    if is_number(values):
        number = values.astype("Float64").to_numpy(float, na_value=np.nan)
        missing = np.isnan(number)
        mean = float(number[~missing].mean()) if (~missing).any() else 0.0
        found = [(name, np.where(missing, mean, number))]
        return [*found, (f"{name}: {NOT_KNOWN}", missing.astype(float))] if missing.any() else found
    text = levels(values, fewest=fewest)
    count = text.value_counts()
    order = sorted(count.index, key=lambda level: (-count[level], level))
    return [(f"{name}: {level}", (text == level).to_numpy(float)) for level in sorted(order[1:])]
