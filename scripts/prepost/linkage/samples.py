"""The completions that other procedures of linking give, with their scores, beside those of the headline."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from prepost.linkage.procedures import Procedure, pairs_by
from prepost.paired import Floor
from prepost.schemas import SCHEMAS
from prepost.scoring import score_all
from prepost.study import Comparison, Index, Outcome

EXACT, REVIEWED = "exact", "reviewed"
PROCEDURE = "procedure"
RESPONSE = ["source", "line", "wave"]


def procedures(candidates: pd.DataFrame, thresholds: Sequence[float]) -> dict[str, tuple[Procedure, float | None]]:
    """Return the procedures by the name that result rows give them, the strictest first.

    Parameters
    ----------
    candidates : DataFrame
        Schema ``candidates``.
    thresholds : sequence of float
        How probable a pair must be, for the tolerant procedure; left out where no model weighs pairs.

    Returns
    -------
    dict of str to (procedure, threshold)
        ``exact``; ``tolerant_<threshold>``; ``reviewed`` where a person has decided on pairs.
    """
    found: dict[str, tuple[Procedure, float | None]] = {EXACT: (EXACT, None)}
    if candidates.loc[candidates["stage"] != EXACT, "probability"].notna().any():
        found |= {f"tolerant_{one:g}": ("tolerant", one) for one in sorted(thresholds, reverse=True)}
    if len(pairs_by(candidates, REVIEWED)):
        found[REVIEWED] = (REVIEWED, None)
    return found


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
