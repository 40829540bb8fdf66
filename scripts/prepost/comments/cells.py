"""The cells in which comments are counted: all of them, and each wave, module and category of those who wrote."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from prepost.comments.coding import writers
from prepost.comments.gather import KEY
from prepost.comments.prevalence import Sample
from prepost.comments.settle import Settled
from prepost.schemas import ALL

STRAND = "comments"
NOT_STATED = "not stated"
RESPONSE = ["source", "line", "wave"]


class Counted(NamedTuple):
    """Comments with what is known of each, and which of them people coded.

    Attributes
    ----------
    comments : DataFrame
        Schema ``comments``, and a column a category.
    sample : Sample
        The probability sample that was coded.
    themes : list of frozenset of str
        What people say of the sampled comments, in the sample's order.
    drawn : ndarray of bool, shape (N,)
        Drawn, whether or not a sheet with it came back.
    """

    comments: pd.DataFrame
    sample: Sample
    themes: list[frozenset[str]]
    drawn: np.ndarray

    def given(self, theme: str) -> np.ndarray:
        """Return 1 for each sampled comment with a theme, else 0."""
        return np.array([float(theme in themes) for themes in self.themes])


class Cell(NamedTuple):
    """A group of comments."""

    group_by: str
    group: str
    inside: np.ndarray


def counted(
    comments: pd.DataFrame, drawn: pd.DataFrame, found: Settled, responses: pd.DataFrame, by: Sequence[str]
) -> Counted:
    """Put together what shares are computed from.

    Parameters
    ----------
    comments : DataFrame
        Schema ``comments``.
    drawn : DataFrame
        Schema ``coding_sample``.
    found : Settled
        What people gave.
    responses : DataFrame
        Floor 2, for the categories.
    by : sequence of str
        The categories; ``wave`` and ``module`` among them.

    Returns
    -------
    Counted
        A comment that people coded but that was not drawn at random trains the machine and is not in the sample. Within
        a stratum those that came back stand for those that did not.
    """
    extra = [name for name in by if name in responses and name not in (*RESPONSE, "module")]
    rows = comments.merge(responses[[*RESPONSE, *extra]], on=RESPONSE, how="left", validate="many_to_one")
    for name in [*extra, "module"]:
        rows[name] = rows[name].astype("string").fillna(NOT_STATED)
    chance = drawn[drawn["probability"].notna() & (drawn["round"] == 1)][[*KEY, "stratum", "probability"]]
    whole = rows[KEY].reset_index(names="place").merge(chance, on=KEY, how="inner")
    coded = whole.merge(found.themes, on=KEY, how="inner").sort_values("place", ignore_index=True)
    stratum, names = pd.factorize(coded["stratum"], sort=True)
    back = coded["stratum"].value_counts() / whole["stratum"].value_counts()
    weight = 1 / (coded["probability"] * coded["stratum"].map(back)).to_numpy(dtype=float)
    sample = Sample(coded["place"].to_numpy(dtype=int), weight, stratum, writers(comments))
    sent = np.zeros(len(rows), dtype=bool)
    sent[whole["place"].to_numpy(dtype=int)] = True
    return Counted(rows, sample, list(coded["themes"]), sent)


def cells(found: Counted, by: Sequence[str]) -> Iterator[Cell]:
    """Yield the cell of all comments, then those of each grouping."""
    yield Cell(ALL, ALL, np.ones(len(found.comments), dtype=bool))
    for name in by:
        if name in found.comments:
            values = found.comments[name].astype("string").fillna(NOT_STATED)
            for value in sorted(set(values)):
                yield Cell(name, str(value), values.eq(value).to_numpy(dtype=bool))
