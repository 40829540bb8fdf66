"""Which comments people code: a stratified random sample, and further ones of which the machine is unsure."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import pandas as pd

from prepost.comments.gather import KEY, names
from prepost.study_comments import CodingSample

RANDOM = "drawn at random in its stratum"
WHOLE = 2.0**64


def permanent_numbers(comments: pd.DataFrame, seed: int) -> np.ndarray:
    """Give each comment its own number in [0, 1), the same whatever other comments there are.

    Parameters
    ----------
    comments : DataFrame
        With the columns of `KEY`.
    seed : int
        The study's seed.

    Returns
    -------
    ndarray of float, shape (n,)

    Notes
    -----
    Permanent random numbers (Ohlsson 1995, in Cox et al., Business Survey Methods, doi:10.1002/9781118150504.ch9):
    when a later export adds comments, nearly all of those drawn before are drawn again.
    """
    digests = (hashlib.sha256(f"{seed}:{name}".encode()).digest()[:8] for name in names(comments))
    return np.array([int.from_bytes(digest, "big") / WHOLE for digest in digests])


def allocate(sizes: pd.Series, plan: CodingSample) -> pd.Series:
    """Share the sample out over strata: in proportion, and no stratum below its least number or above its size.

    Parameters
    ----------
    sizes : Series of int
        Comments of each stratum.
    plan : CodingSample
        How many in all, and the fewest of a stratum.

    Returns
    -------
    Series of int
        Comments to draw of each stratum, on the same index.
    """
    least = sizes.clip(upper=plan.fewest_a_stratum)
    left, free = min(plan.size, int(sizes.sum())), list(sizes.index)
    drawn = least.copy()
    while free:
        share = max(left, 0) * sizes[free] / sizes[free].sum()
        small = [name for name in free if share[name] < least[name]]
        if not small:
            break
        left -= int(least[small].sum())
        free = [name for name in free if name not in small]
    if free:
        whole = share.astype(int)
        # what rounding leaves over goes to the largest remainders, the first by name among equals
        order = (share - whole).sort_values(ascending=False, kind="stable").index
        whole[order[: left - int(whole.sum())]] += 1
        drawn[free] = whole
    return drawn


def draw_sample(comments: pd.DataFrame, plan: CodingSample, seed: int) -> pd.DataFrame:
    """Draw the comments that people code.

    Parameters
    ----------
    comments : DataFrame
        Schema ``comments``.
    plan : CodingSample
        Size, strata, and how many both coders get.
    seed : int
        The study's seed.

    Returns
    -------
    DataFrame
        Schema ``coding_sample``: the probability is the stratum's share drawn; ``coders`` is ``both`` for `both` of
        them at random, the others go to the two in turn.
    """
    rows = comments.sort_values(KEY, kind="stable", ignore_index=True)
    parts = [rows[column].astype("string").fillna("not stated") for column in plan.strata]
    stratum = pd.Series([" · ".join(values) for values in zip(*parts, strict=True)], dtype="string")
    number = permanent_numbers(rows, seed)
    sizes = stratum.value_counts().sort_index()
    drawn = allocate(sizes, plan)
    order = pd.Series(number).groupby(stratum.to_numpy()).rank(method="first")
    take = order <= stratum.map(drawn).to_numpy()
    sample = rows.loc[take, KEY].copy()
    sample["round"] = 1
    sample["stratum"] = stratum[take]
    sample["probability"] = sample["stratum"].map(drawn / sizes)
    # a second permanent number decides who codes it, so that it does not hang on the first
    place = pd.Series(permanent_numbers(sample, seed + 1), index=sample.index).rank(method="first") - 1
    sample["coders"] = np.where(place < plan.both, "both", np.where(place % 2 == 0, "first", "second"))
    sample["reason"] = RANDOM
    return sample.astype({"round": "Int64"}).reset_index(drop=True)


def unsure(
    scores: pd.DataFrame,
    themes: Sequence[str],
    thresholds: pd.Series,
    known: pd.DataFrame,
    plan: CodingSample,
    seed: int,
) -> pd.DataFrame:
    """Draw further comments of which the machine is least sure, each with the reason.

    Parameters
    ----------
    scores : DataFrame
        Schema ``theme_scores``: KEY and a column of scores in [0, 1] a theme.
    themes : sequence of str
        The machine's themes.
    thresholds : Series of float
        The score from which each theme is given.
    known : DataFrame
        KEY of comments that are coded or drawn already.
    plan : CodingSample
        ``next_round`` comments; with ``floor`` above 0 by Poisson sampling.
    seed : int
        The study's seed.

    Returns
    -------
    DataFrame
        Schema ``coding_sample``, round 2. Without a floor the comments nearest a threshold are taken and
        ``probability`` is blank: they train and are never counted. With a floor every comment is drawn by itself with
        a known chance, at least the floor, larger where the machine is less sure (Zrnic & Candes 2024,
        arXiv:2403.03208).
    """
    rows = scores.merge(known[KEY].assign(known=True), on=KEY, how="left")
    rows = rows[rows["known"].isna()].sort_values(KEY, kind="stable", ignore_index=True)
    gap = (rows[list(themes)] - thresholds[list(themes)]).abs()
    nearest, doubt = gap.idxmin(axis=1), 1.0 / (1e-3 + gap.min(axis=1))
    many = min(plan.next_round, len(rows))
    if plan.floor:
        chance = _chances(doubt.to_numpy(), many, plan.floor)
        take = permanent_numbers(rows, seed + 2) < chance
    else:
        chance = np.full(len(rows), np.nan)
        take = doubt.rank(method="first", ascending=False).to_numpy() <= many
    found = rows.loc[take, KEY].copy()
    found["round"], found["stratum"] = 2, "the machine's doubt"
    found["probability"] = chance[take]
    found["coders"] = "both"
    found["reason"] = "near the threshold of " + nearest[take]
    return found.astype({"round": "Int64"}).reset_index(drop=True)


def _chances(doubt: np.ndarray, many: int, floor: float) -> np.ndarray:
    """Chances in proportion to the doubt, between the floor and 1, that sum to the size where the floor lets them."""
    low, high = 0.0, 1.0 / doubt.min() if len(doubt) else 1.0
    for _ in range(100):
        middle = (low + high) / 2
        if np.clip(doubt * middle, floor, 1).sum() < many:
            low = middle
        else:
            high = middle
    return np.clip(doubt * high, floor, 1)
