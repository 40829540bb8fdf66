"""Reading what paired statistics are computed from: floors 2 to 4 of the learners together."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from prepost import tables
from prepost.paired import Floor
from prepost.schemas import MISSING_SUFFIX


def read_floor(*, responses: Path, people: Path, links: Path, pairs: Path, scores: Path) -> Floor:
    """Read the five tables, each held to its schema; of answers that are missing, no reason where none is needed.

    Parameters
    ----------
    responses : Path
        Floor 2.
    people, links, pairs : Path
        Floor 3.
    scores : Path
        Floor 4.

    Returns
    -------
    Floor
    """
    given = {"people": people, "links": links, "pairs": pairs, "scores": scores}
    found = {name: tables.read(path, name) for name, path in given.items()}
    return Floor(responses=read_answers(responses, found["links"]), **found)


def read_answers(responses: Path, links: pd.DataFrame) -> pd.DataFrame:
    """Read the answers without the columns that say why one is missing, which are as many.

    They are asked for only where a response comes in parts, to be joined by what each part asked.

    Parameters
    ----------
    responses : Path
        Floor 2.
    links : DataFrame
        Floor 3.

    Returns
    -------
    DataFrame
        Schema ``responses``.
    """
    parts = links["state"].eq("part").any()
    return tables.read(responses, "responses", without=None if parts else MISSING_SUFFIX)
