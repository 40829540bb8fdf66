"""Change between waves from everyone's answers, linked or not: a check beside the change of linked pairs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from prepost.mixed import Contrast, MixedModel, contrast, fit_lmm


def wave_changes(
    score: ArrayLike,
    wave: ArrayLike,
    person: ArrayLike,
    unit: ArrayLike | None = None,
    *,
    waves: Sequence[str],
    adjust: pd.DataFrame | None = None,
    linked: ArrayLike | None = None,
    level: float = 0.95,
) -> pd.DataFrame:
    """Mean change between waves from every response, linked or not.

    Parameters
    ----------
    score, wave, person : array-like, shape (n,)
        One score a response, its wave, and who gave it. A response without a person (its key was blank) stands as a
        person of its own.
    unit : array-like or None, shape (n,)
        What a person may do several of (the module): a second random intercept, person:module.
    waves : sequence of str
        Waves in time order; the first is the reference.
    adjust : DataFrame or None, n rows
        Numeric columns held fixed between waves, such as module indicators, so that a change in who answered is
        not read as a change in scores.
    linked : array-like of bool or None, shape (n,)
        Where given, responses of later waves for which it is false are left out: each of them is perhaps somebody
        whose first response stands under another key, who would enter as two people.
    level : float
        Confidence level, between 0 and 1.

    Returns
    -------
    DataFrame
        One row for each two waves: ``wave_from, wave_to, estimate, se, ci_low, ci_high, ci_method, statistic, df, p``,
        ``n`` responses of these two waves, ``n_people``, ``note``.

    Raises
    ------
    ValueError
        Columns of unequal length.

    Notes
    -----
    Waves are fixed effects, people (and people within modules) random intercepts, by REML: under missing at random
    given the answers that are there, the change is that of everyone who answered any wave (Laird & Ware 1982,
    doi:10.2307/2529876). Linked people give the correlation; unlinked ones give level. It is a check beside the change
    of linked pairs, which keeps its place: a person whose key failed is taken for two people, and the model holds the
    spread of scores the same at each wave. Where low scorers gain more and answer less it removes a part of the bias
    only, more of it without the responses that failed to link; `prepost.attrition` weights for that.
    """
    frame = pd.DataFrame({"score": pd.array(score, dtype="Float64").to_numpy(float, na_value=np.nan), "wave": wave})
    frame["person"], frame["unit"] = pd.Series(person).to_numpy(), pd.Series(unit).to_numpy() if unit is not None else 0
    keep = frame["score"].notna() & frame["wave"].isin(list(waves))
    if linked is not None:
        keep &= np.asarray(linked, dtype=bool) | (frame["wave"] == waves[0])
    rows = frame[keep]
    present = [name for name in waves if (rows["wave"] == name).any()]
    columns = [np.ones(len(rows)), *[(rows["wave"] == name).to_numpy(float) for name in present[1:]]]
    columns += [adjust.loc[keep.to_numpy(), name].to_numpy(float) for name in ([] if adjust is None else adjust)]
    grouping = [rows["person"]] if unit is None else [rows["person"], rows["unit"]]
    fit = fit_lmm(rows["score"], np.column_stack(columns), *grouping)
    return pd.DataFrame(
        [
            _wave_row(fit, rows, (first, last), present, level)
            for place, first in enumerate(waves)
            for last in waves[place + 1 :]
        ]
    )


def _wave_row(
    fit: MixedModel, rows: pd.DataFrame, between: tuple[str, str], present: list[str], level: float
) -> dict[str, object]:
    here = rows[rows["wave"].isin(between)]
    n_people = int(here["person"].nunique() + here["person"].isna().sum())
    base = {"n": len(here), "n_people": n_people}
    if not set(between) <= set(present):
        missing = [str(name) for name in between if name not in present]
        found = Contrast(*[np.nan] * 4, "", *[np.nan] * 3, f"no response at {' and '.join(missing)}: no change")
    else:
        line = np.zeros(len(fit.beta))
        for name, sign in zip(between, (-1, 1), strict=True):
            if name != present[0]:
                line[present.index(name)] = sign
        found = contrast(fit, line, level)
    note = found.note
    return {"wave_from": between[0], "wave_to": between[1], **found._asdict(), **base, "note": note}
