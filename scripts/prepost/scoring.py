"""Scores of scales and indices: items made into one number, where enough of them were answered."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from prepost.matching import completions
from prepost.study import Index, Outcome, Scale

ABOUT = "about"


def score(frame: pd.DataFrame, scale: Scale) -> pd.Series:
    """Score a scale for each row.

    Parameters
    ----------
    frame : DataFrame
        One column an item of the scale, in scale points, reversed items already turned; null is not answered.
        An item that no source asked may be absent.
    scale : Scale
        ``items``, ``method`` ("mean" or "sum") and ``min_answered``.

    Returns
    -------
    Series of float64
        The mean of the items answered, or that mean times the number of items ("sum": a missing item is taken at the
        mean of the others); null where fewer than ``min_answered`` were answered.

    Examples
    --------
    >>> scale = Scale(name="s", label="S", items=["a", "b"], method="sum", min_answered=1)
    >>> score(pd.DataFrame({"a": [1.0, None], "b": [2.0, 3.0]}), scale).tolist()
    [3.0, 6.0]
    """
    items = frame.reindex(columns=scale.items).astype("float64")
    answered = items.notna().sum(axis=1)
    mean = items.sum(axis=1) / answered.where(answered > 0)
    value = mean * len(scale.items) if scale.method == "sum" else mean
    return value.where(answered >= scale.min_answered).rename(scale.name)


def score_all(
    responses: pd.DataFrame,
    people: pd.DataFrame,
    links: pd.DataFrame,
    outcomes: Sequence[Outcome],
    indices: Sequence[Index],
) -> pd.DataFrame:
    """Score every response that is used.

    Parameters
    ----------
    responses, people, links : DataFrame
        Floor 2 ``responses``, floor 3 ``people`` and ``links``.
    outcomes, indices : sequence
        The study's scales; an index of place ``about`` is scored on what is known of the person.

    Returns
    -------
    DataFrame
        ``source, line, wave, module, person``, then one float column an outcome and an index; an outcome that its
        wave does not have is null.
    """
    used = completions(responses, links)
    scores = used[["source", "line", "wave", "module", "person"]].copy()
    for outcome in outcomes:
        asked = used["wave"].isin(outcome.waves) if outcome.waves else pd.Series(True, index=used.index)
        scores[outcome.name] = score(used, outcome).where(asked)
    by_person = people.set_index("person")
    for index in indices:
        if index.place == ABOUT:
            scores[index.name] = used["person"].map(score(by_person, index)).astype("float64")
        else:
            scores[index.name] = score(used, index).where(used["wave"] == index.place)
    return scores
