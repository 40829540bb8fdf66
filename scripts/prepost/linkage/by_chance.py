"""How many links chance alone would make: different people who write the same key."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from prepost.matching import normalise

RESPONSE = ["source", "line", "wave"]


def chance_links(n_first: int, n_later: int, chances: Sequence[float]) -> float:
    """Return how many pairs of different people are expected to agree in the whole key.

    Parameters
    ----------
    n_first, n_later : int
        Responses with a key at the two waves.
    chances : sequence of float in 0 to 1
        For each element of the key the chance that two different people write the same, the sum of the squared shares
        of its values.

    Returns
    -------
    float
        n1 · n2 · ∏ Σ p², elements taken as independent. Elements that go together (a street and its town) make it
        larger than said.

    Examples
    --------
    >>> float(np.round(chance_links(5000, 3000, [1 / 15, 1 / 30.4, 1 / 10, 1 / 14])))
    235.0
    """
    return float(n_first) * float(n_later) * float(np.prod(chances))


def same_by_chance(values: pd.Series) -> float:
    """Estimate the chance that two different people write the same, from one answer a person.

    Parameters
    ----------
    values : Series of text
        One a person; blank ones are left out.

    Returns
    -------
    float
        Σ n_v (n_v - 1) / (n (n - 1)), the unbiased estimate of Σ p² (Simpson 1949, doi:10.1038/163688a0); missing
        below two answers.

    Examples
    --------
    >>> same_by_chance(pd.Series(["a", "a", "b", None]))
    0.3333333333333333
    """
    counts = values.dropna().value_counts().to_numpy(dtype=float)
    n = counts.sum()
    return float((counts * (counts - 1)).sum() / (n * (n - 1))) if n > 1 else float("nan")


def key_chances(
    responses: pd.DataFrame, links: pd.DataFrame, items: Sequence[str], rules: Sequence[str], waves: Sequence[str]
) -> pd.DataFrame:
    """Say of each item of the key, wave by wave, how often different people write the same.

    Parameters
    ----------
    responses : DataFrame
        Floor 2 with identifiers.
    links : DataFrame
        Floor 3: each person counts once a wave, by the first response that is used.
    items, rules
        The person's key, and how it is evened out.
    waves : sequence of str

    Returns
    -------
    DataFrame
        Schema ``keys``: ``wave, item, n`` people with an answer, ``n_values``, ``chance_same``. No value of the key.
    """
    used = links[links["state"] == "used"].drop_duplicates(["wave", "person"])
    rows = used[[*RESPONSE, "person"]].merge(responses[[*RESPONSE, *items]], on=RESPONSE, how="left")
    found = []
    for wave in waves:
        inside = rows[rows["wave"] == wave]
        for item in items:
            values = normalise(inside[item], rules)
            counts = (int(values.notna().sum()), int(values.nunique()))
            found.append((wave, item, *counts, same_by_chance(values)))
    return pd.DataFrame(found, columns=["wave", "item", "n", "n_values", "chance_same"])
