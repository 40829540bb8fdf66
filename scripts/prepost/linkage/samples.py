"""The completions that other procedures of linking give, with their scores, beside those of the headline."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd

from prepost.linkage.procedures import Procedure, pairs_by
from prepost.paired import Floor
from prepost.schemas import SCHEMAS
from prepost.scoring import score_all
from prepost.study import Comparison, Index, Outcome

EXACT, NEAR, REVIEWED = "exact", "near", "reviewed"
PROCEDURE = "procedure"
RESPONSE = ["source", "line", "wave"]


class Way(NamedTuple):
    """The pairs that one way of linking gives, and how it was asked for."""

    pairs: pd.DataFrame
    procedure: Procedure
    threshold: float | None


def ways_of(candidates: pd.DataFrame, thresholds: Sequence[float]) -> dict[str, Way]:
    """Return the pairs of each way of linking by the name that result rows give it, the strictest first.

    Parameters
    ----------
    candidates : DataFrame
        Schema ``candidates``, of two waves.
    thresholds : sequence of float
        How probable a pair must be, for the tolerant procedure; left out where no model weighs pairs.

    Returns
    -------
    dict of str to Way
        ``exact``; ``tolerant_<threshold>``, or where no model weighs pairs ``near``, exact pairs and those that wait
        for a reviewer, as if each were one person's; ``reviewed`` where a person has decided on pairs.
    """
    found = {EXACT: Way(pairs_by(candidates, EXACT), EXACT, None)}
    if candidates.loc[candidates["stage"] != EXACT, "probability"].notna().any():
        for one in sorted(thresholds, reverse=True):
            found[f"tolerant_{one:g}"] = Way(pairs_by(candidates, "tolerant", one), "tolerant", one)
    elif len(near := _near(candidates)):
        found[NEAR] = Way(pd.concat([found[EXACT].pairs, near], ignore_index=True), "tolerant", None)
    if len(reviewed := pairs_by(candidates, REVIEWED)):
        found[REVIEWED] = Way(reviewed, REVIEWED, None)
    return found


def is_wider(name: str) -> bool:
    """Say whether a way of linking takes pairs beside the exact ones."""
    return name == NEAR or name.startswith("tolerant")


def _near(candidates: pd.DataFrame) -> pd.DataFrame:
    """Pairs that wait for a reviewer, of which neither side is in another such pair: one to one, without a guess."""
    rows = candidates[(candidates["decision"] == "review") & (candidates["stage"] != EXACT)]
    several = pd.Series(False, index=rows.index)
    for side in ("from", "to"):
        several |= rows.duplicated([f"source_{side}", f"line_{side}"], keep=False)
    return rows[~several]


def of_comparison(candidates: pd.DataFrame, comparison: Comparison) -> pd.DataFrame:
    """Return the candidates of a comparison's two waves."""
    both = {"wave_from": comparison.wave_from, "wave_to": comparison.wave_to}
    return candidates[(candidates[list(both)] == both).all(axis=1)].reset_index(drop=True)


def floor_of(
    linked: pd.DataFrame, floor: Floor, outcomes: Sequence[Outcome], indices: Sequence[Index], method: str
) -> Floor:
    """Return floors 2 to 4 as they are where just these pairs are linked.

    Parameters
    ----------
    linked : DataFrame
        Rows of ``candidates`` (`pairs_by`), of two waves.
    floor : Floor
        Of the headline.
    outcomes, indices : sequence
        To score responses that the headline does not use, such as those without a key.
    method : str
        How the pairs were found, for ``pairs.method``.

    Returns
    -------
    Floor
        The person of a pair is that of its first response, or where that has no key one of its own.
    """
    links = floor.links.copy()
    keys = pd.MultiIndex.from_frame(links[["source", "line", "wave"]])
    sides = [
        pd.MultiIndex.from_frame(linked[[f"source_{side}", f"line_{side}", f"wave_{side}"]]) for side in ("from", "to")
    ]
    wanted = keys.isin(sides[0]) | keys.isin(sides[1])
    unused = wanted & (links["state"] != "used").to_numpy()
    links.loc[unused, "person"] = [f"X{place:05d}" for place in range(1, int(unused.sum()) + 1)]
    links.loc[unused, "state"] = "used"
    scores = score_all(floor.responses, floor.people, links, outcomes, indices) if unused.any() else floor.scores
    person = pd.Series(links["person"].to_numpy(), index=keys)
    pairs = linked.rename(columns={"probability": "certainty"}).assign(method=method)
    pairs["person"] = person.reindex(sides[0]).to_numpy()
    return Floor(floor.responses, floor.people, links, pairs[list(SCHEMAS["pairs"].columns)], scores)
