"""What an audit page lists of places that no sheet knows: kept and counted, and for the evaluator to look up."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from prepost.audit.view import View
from prepost.place_sheets import NO_STAFF, UNLISTED
from prepost.quantities import NOT_STATED

CAPTION = "Places that a sheet lacks: none of their answers is dropped."


def unknown_places(places: pd.DataFrame, unmapped: pd.DataFrame, study: Mapping) -> View:
    """List the places that the sheets of a study lack.

    Parameters
    ----------
    places : DataFrame
        Floor 6 ``places``, as text.
    unmapped : DataFrame
        Floor 2 ``unmapped``.
    study : mapping
        ``results/run_config.yaml`` as plain values.

    Returns
    -------
    View
        ``place``, ``what is missing``, ``n`` (pairs, enrolments or responses, as the row says). What people wrote
        that the vocabulary does not map is counted, not shown: it may be anything.
    """
    plan = study["settings"]["secondary"]["places"]
    if not plan:
        return View(CAPTION, pd.DataFrame())
    mine = places[(places["group_by"] == plan["by"]) & (places["group"] != NOT_STATED)]
    rows = []
    for note in (UNLISTED, NO_STAFF):
        said = mine[mine["note"].fillna("").str.contains(note)].drop_duplicates("group")
        rows += [(row.group, note, int(row.n), row.n_unit) for row in said.itertuples()]
    sheets = [part for part in study["settings"]["vocabularies"] if plan["by"] in part["columns"]]
    for part in sheets:
        loose = unmapped[unmapped["item"] == part["item"]]
        if len(loose):
            words = f"answers to {part['item']} that {part['sheet']} does not map, as unmapped.csv lists them"
            rows.append((f"({len(loose)} different answers)", words, int(loose["n"].sum()), "responses"))
    return View(CAPTION, pd.DataFrame(rows, columns=["place", "what is missing", "n", "of what"]))
