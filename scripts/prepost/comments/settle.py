"""From several coders' codes to one set of themes a comment, and what the coders saw differently."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from prepost.comments.gather import KEY

ADJUDICATED, AGREED, ALONE, OPEN = "adjudicated", "both agreed", "one coder", "not adjudicated yet: the first coder's"


class Settled(NamedTuple):
    """Comments that people coded.

    Attributes
    ----------
    themes : DataFrame
        KEY, ``themes`` (frozenset of the themes that hold), ``how`` (adjudicated, both agreed, one coder, or not
        adjudicated yet).
    apart : DataFrame
        Schema ``disagreements``.
    """

    themes: pd.DataFrame
    apart: pd.DataFrame


def sets_by_coder(codes: pd.DataFrame) -> pd.DataFrame:
    """Return KEY, ``by``, ``coder`` and the frozenset of ``themes`` that each coder gave each comment."""
    people = codes[codes["by"].isin(["human", "adjudicated"])]
    if people.empty:
        return pd.DataFrame(columns=[*KEY, "by", "coder", "themes"])
    return people.groupby([*KEY, "by", "coder"], sort=True)["theme"].agg(frozenset).rename("themes").reset_index()


def settle(codes: pd.DataFrame) -> Settled:
    """Settle which themes each coded comment has.

    Parameters
    ----------
    codes : DataFrame
        Schema ``codes``; those of machine and keywords are left aside.

    Returns
    -------
    Settled
        The adjudicator's set where there is one; else the coders' where they agree, or the only one's; where they
        differ and nobody has decided, the first coder's by name, so that no comment falls out for being hard.
    """
    rows, apart = [], []
    for key, group in sets_by_coder(codes).groupby(KEY, sort=True):
        decided = group.loc[group["by"] == "adjudicated", "themes"]
        given = group[group["by"] == "human"].sort_values("coder", kind="stable")
        sets = list(given["themes"])
        same = len(set(sets)) <= 1
        if len(decided):
            themes, how = decided.iloc[0], ADJUDICATED
        else:
            themes, how = sets[0], (ALONE if len(sets) == 1 else AGREED if same else OPEN)
        rows.append([*key, themes, how])
        if not same:
            shown = ["|".join(sorted(one)) for one in sets[:2]]
            final = "|".join(sorted(decided.iloc[0])) if len(decided) else None
            apart.append([*key, " and ".join(given["coder"].iloc[:2]), *shown, final])
    themes = pd.DataFrame(rows, columns=[*KEY, "themes", "how"])
    columns = [*KEY, "coders", "first", "second", "settled"]
    return Settled(themes, pd.DataFrame(apart, columns=columns).astype({"settled": "string"}))
