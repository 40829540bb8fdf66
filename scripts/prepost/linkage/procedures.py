"""Which pairs each procedure links, from the candidates that floor 3 leaves."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from prepost.linkage.one_to_one import CHOSEN, assign

Procedure = Literal["exact", "tolerant", "reviewed"]
SIDES = {"from": ["source_from", "line_from"], "to": ["source_to", "line_to"]}


def pairs_by(candidates: pd.DataFrame, procedure: Procedure, threshold: float | None = None) -> pd.DataFrame:
    """Return the pairs that a procedure links.

    Parameters
    ----------
    candidates : DataFrame
        Schema ``candidates``.
    procedure : {"exact", "tolerant", "reviewed"}
        ``exact``: the keys agree. ``tolerant``: those, and of the rest whatever is at least as probable as
        `threshold`, one to one. ``reviewed``: only what a person said is the same person on a returned sheet.
    threshold : float in 0 to 1 or None
        For ``tolerant``; None keeps to what floor 3 accepted, returned sheets included.

    Returns
    -------
    DataFrame
        Rows of `candidates`, by ``wave_from, wave_to, source_from, line_from``. Nobody is in two pairs of the same
        two waves; a tie is in none. With a threshold, what a person reviewed stays as the person said.

    Notes
    -----
    The assignment is solved anew for each threshold, since a pair that may not be linked makes room for another.
    """
    accepted = candidates["decision"] == "accepted"
    exact = accepted & (candidates["stage"] == "exact")
    reviewed = accepted & (candidates["stage"] == "reviewed")
    if procedure == "exact":
        keep = exact
    elif procedure == "reviewed":
        keep = reviewed
    elif threshold is None:
        keep = accepted
    else:
        keep = exact | reviewed
        free = candidates["stage"].eq("tolerant") & (candidates["probability"] >= threshold)
        keep = keep | _linked(candidates, free & ~_taken(candidates, keep))
    order = ["wave_from", "wave_to", "source_from", "line_from"]
    return candidates[keep].sort_values(order, kind="stable").reset_index(drop=True)


def _taken(candidates: pd.DataFrame, keep: pd.Series) -> pd.Series:
    """Which pairs have a side that is already in a pair of the same two waves."""
    found = pd.Series(False, index=candidates.index)
    for columns in SIDES.values():
        sides = pd.MultiIndex.from_frame(candidates[["wave_from", "wave_to", *columns]])
        found |= sides.isin(sides[keep.to_numpy()])
    return found


def _linked(candidates: pd.DataFrame, free: pd.Series) -> pd.Series:
    chosen = pd.Series(False, index=candidates.index)
    rows = candidates[free]
    if len(rows):
        left, right = (
            pd.factorize(pd.MultiIndex.from_frame(rows[["wave_from", "wave_to", *columns]]))[0]
            for columns in SIDES.values()
        )
        weight = rows["weight"].to_numpy(dtype=float)
        chosen[rows.index] = assign(left, right, weight - np.min(weight) + 1) == CHOSEN
    return chosen


def with_tolerant(pairs: pd.DataFrame, links: pd.DataFrame, candidates: pd.DataFrame) -> pd.DataFrame:
    """Return the headline's pairs and, where it keeps to exact keys, those that the tolerant procedure adds.

    Parameters
    ----------
    pairs, links : DataFrame
        Floor 3 (schemas ``pairs`` and ``links``).
    candidates : DataFrame
        Schema ``candidates``.

    Returns
    -------
    DataFrame
        Schema ``pairs``; an added pair is counted under the person of its earlier response. A response whose key is
        blank has no person and no score, and its pairs are left out.
    """
    more = pairs_by(candidates, "tolerant")
    sides = [["source_from", "line_from", "wave_from"], ["source_to", "line_to", "wave_to"]]
    both = [*sides[0], *sides[1]]
    more = more[~pd.MultiIndex.from_frame(more[both]).isin(pd.MultiIndex.from_frame(pairs[both]))]
    person = links[links["state"] == "used"].set_index(["source", "line", "wave"])["person"]
    known = [person.reindex(pd.MultiIndex.from_frame(more[side])).to_numpy() for side in sides]
    added = more.assign(person=known[0], method=more["stage"], certainty=more["probability"].fillna(1.0))
    added = added[pd.notna(known[0]) & pd.notna(known[1])]
    whole = pd.concat([pairs, added[list(pairs.columns)].astype(pairs.dtypes)], ignore_index=True)
    return whole.sort_values(["person", "module", "wave_from", "wave_to"], kind="stable").reset_index(drop=True)
