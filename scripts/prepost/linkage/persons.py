"""Persons over several waves: links of any two waves must not make one person of two responses to the same survey."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

CONFLICT = "with the links of other waves it would give one person two responses to one survey"
RESPONSE = ["source", "line", "wave"]


class _Groups:
    """Responses joined into persons; each group knows which surveys (a wave of a module) its responses answered."""

    def __init__(self, surveys: dict[tuple, set]) -> None:
        self.head = {one: one for one in surveys}
        self.surveys = surveys

    def find(self, one: tuple) -> tuple:
        while self.head[one] != one:
            self.head[one] = self.head[self.head[one]]
            one = self.head[one]
        return one

    def join(self, one: tuple, other: tuple) -> bool:
        """Join two groups, unless both answered one survey."""
        one, other = self.find(one), self.find(other)
        if one == other:
            return True
        if self.surveys[one] & self.surveys[other]:
            return False
        self.head[other] = one
        self.surveys[one] |= self.surveys[other]
        return True


def consistent(candidates: pd.DataFrame, links: pd.DataFrame) -> pd.DataFrame:
    """Refuse accepted pairs that contradict better ones over three waves and more.

    Parameters
    ----------
    candidates : DataFrame
        As the waves were weighed two by two.
    links : DataFrame
        Schema ``links`` of the exact stage: responses of one key are one person's already.

    Returns
    -------
    DataFrame
        With ``decision`` refused and the reason where a pair does not fit; what a person reviewed goes first, then the
        more probable.
    """
    used = links[links["state"].isin(["used", "blank_key"])]
    keys = _persons(used)
    surveys: dict[tuple, set] = {}
    for key, module, wave in zip(keys, used["module"].astype(object), used["wave"], strict=True):
        surveys.setdefault(key, set()).add((None if pd.isna(module) else module, wave))
    groups = _Groups(surveys)
    of_response = dict(zip(_places(used, ""), keys, strict=True))
    free = candidates[(candidates["decision"] == "accepted") & (candidates["stage"] != "exact")]
    order = free.assign(first=free["stage"] != "reviewed", chance=-free["probability"].fillna(1.0))
    order = order.sort_values(["first", "chance", "pair_id"], kind="stable")
    out = [
        index
        for index, one, other in zip(order.index, _places(order, "_from"), _places(order, "_to"), strict=True)
        if not groups.join(of_response[one], of_response[other])
    ]
    candidates.loc[out, ["decision", "why"]] = ["refused", CONFLICT]
    return candidates


def _places(frame: pd.DataFrame, side: str) -> list[tuple]:
    return list(zip(*[frame[f"{name}{side}"].astype(object) for name in RESPONSE], strict=True))


def _persons(links: pd.DataFrame) -> list[tuple]:
    """The person of a response, or the response itself where the key is blank."""
    person = links["person"].astype(object)
    return [(one,) if pd.notna(one) else place for one, place in zip(person, _places(links, ""), strict=True)]


def join_codes(codes: np.ndarray, places: list[tuple], joined: pd.DataFrame) -> np.ndarray:
    """Return the codes of persons with those of linked responses made one.

    Parameters
    ----------
    codes : ndarray of int
        The person of each response, -1 where the key is blank.
    places : list of (source, line, wave)
        Of the same rows.
    joined : DataFrame
        Accepted candidates that the key has not linked.

    Returns
    -------
    ndarray of int
        The lowest code of each group; a linked response with a blank key gets a code beyond all others.
    """
    codes = codes.copy()
    row = {place: at for at, place in enumerate(places)}
    ends = [(row[one], row[other]) for one, other in zip(_places(joined, "_from"), _places(joined, "_to"), strict=True)]
    new = codes.max(initial=-1) + 1
    for end in sorted({at for pair in ends for at in pair}):
        if codes[end] < 0:
            codes[end], new = new, new + 1
    if not ends:
        return codes
    one, other = (codes[list(side)] for side in zip(*ends, strict=True))
    _, group = connected_components(coo_matrix((np.ones(len(one)), (one, other)), shape=(new, new)), directed=False)
    lowest = np.full(group.max() + 1, new)
    np.minimum.at(lowest, group, np.arange(new))
    return np.where(codes >= 0, lowest[group[np.maximum(codes, 0)]], -1)
