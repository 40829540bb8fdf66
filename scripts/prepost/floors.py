"""Reading what paired statistics are computed from: floors 2 to 4 of the learners together."""

from __future__ import annotations

from pathlib import Path

from prepost import tables
from prepost.paired import Floor


def read_floor(*, responses: Path, people: Path, links: Path, pairs: Path, scores: Path) -> Floor:
    """Read the five tables, each held to its schema.

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
    given = {"responses": responses, "people": people, "links": links, "pairs": pairs, "scores": scores}
    return Floor(**{name: tables.read(path, name) for name, path in given.items()})
