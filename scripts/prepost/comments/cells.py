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
    comments: pd.DataFrame,
    drawn: pd.DataFrame,
    found: Settled,
    responses: pd.DataFrame,
    links: pd.DataFrame,
    by: Sequence[str],
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
    responses, links : DataFrame
        Floors 2 and 3, for the categories.
    by : sequence of str
        The categories; ``wave`` and ``module`` among them.

    Returns
    -------
    Counted
        A comment that people coded but that was not drawn at random trains the machine and is not in the sample. Within
        a stratum those that came back stand for those that did not.
    """
    rows = with_categories(comments, responses, links, by)
    rows["module"] = rows["module"].astype("string").fillna(NOT_STATED)
    chance = drawn[drawn["probability"].notna() & (drawn["round"] == 1)][[*KEY, "stratum", "probability"]]
    whole = rows[KEY].reset_index(names="place").merge(chance, on=KEY, how="inner")
    coded = whole.merge(found.themes, on=KEY, how="inner").sort_values("place", ignore_index=True)
    stratum, names = pd.factorize(coded["stratum"], sort=True)
    back = coded["stratum"].value_counts() / whole["stratum"].value_counts()
    weight = 1 / (coded["probability"].astype(float) * coded["stratum"].map(back).astype(float)).to_numpy()
    sample = Sample(coded["place"].to_numpy(dtype=int), weight, stratum, writers(comments))
    sent = np.zeros(len(rows), dtype=bool)
    sent[whole["place"].to_numpy(dtype=int)] = True
    return Counted(rows, sample, list(coded["themes"]), sent)


def with_categories(
    rows: pd.DataFrame, responses: pd.DataFrame, links: pd.DataFrame, by: Sequence[str]
) -> pd.DataFrame:
    """Add to each row the categories of the response, or what the same person stated in another one.

    Parameters
    ----------
    rows : DataFrame
        With source, line and wave of a response, and its person (missing where not known).
    responses, links : DataFrame
        Floors 2 and 3.
    by : sequence of str
        Categories; those that are no column of the responses, or are the wave or the module, are left aside.
    """
    names = [name for name in by if name in responses and name not in (*RESPONSE, "module")]
    if not names:
        return rows.copy()
    stated = responses[[*RESPONSE, *names]].copy()
    for name in names:
        stated[name] = stated[name].astype("string").replace(NOT_STATED, pd.NA)
    of_person = stated.merge(links[[*RESPONSE, "person"]], on=RESPONSE).sort_values(RESPONSE, kind="stable")
    of_person = of_person[of_person["person"].notna()].groupby("person")[names].first()  # the first that states it
    found = rows.drop(columns=[name for name in names if name in rows]).merge(
        stated, on=RESPONSE, how="left", validate="many_to_one"
    )
    for name in names:
        found[name] = found[name].fillna(found["person"].map(of_person[name])).fillna(NOT_STATED).astype("string")
    return found


def cells(found: Counted, by: Sequence[str]) -> Iterator[Cell]:
    """Yield the cell of all comments, then those of each grouping."""
    yield Cell(ALL, ALL, np.ones(len(found.comments), dtype=bool))
    for name in by:
        if name in found.comments:
            values = found.comments[name].astype("string").fillna(NOT_STATED)
            for value in sorted(set(values)):
                yield Cell(name, str(value), values.eq(value).to_numpy(dtype=bool))
