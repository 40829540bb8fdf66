"""What the audit page of floor 5 shows of the comments: every code, who or what gave it, and why; never a word of them.

A comment is named by its source, line, wave and question. Its text is not shown here; `make comment KEY=…` shows it, on
the computer that holds the data, with the words that carried each code.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from prepost.audit.view import View, Views, with_sums
from prepost.comments.gather import KEY, names
from prepost.comments.settle import settle

MOST = 20_000
WHO = {"human": "people", "adjudicated": "adjudicator", "keyword": "keywords", "machine": "machine"}
Floor = Mapping[str, pd.DataFrame]


def sums(floor: Floor) -> Views:
    """Sum the comments: each was drawn or not, and each drawn one has come back coded or not."""
    if "comments" not in floor:
        return Views()
    keys = floor["comments"][KEY]
    coded = floor["codes"].loc[floor["codes"]["by"].isin(["human", "adjudicated"]), KEY].drop_duplicates()
    rows = keys.merge(floor["coding_sample"][[*KEY, "probability"]].assign(drawn=True), on=KEY, how="left")
    rows = rows.merge(coded.assign(coded=True), on=KEY, how="left")
    drawn, back = rows["drawn"].notna(), rows["coded"].notna()
    states = {"drawn and coded": drawn & back, "drawn, not back": drawn & ~back}
    states |= {"coded, not drawn": ~drawn & back, "by machine or keywords alone": ~drawn & ~back}
    frame = pd.DataFrame({"question": rows["item"], "comments": 1} | {k: v.astype(int) for k, v in states.items()})
    table = frame.groupby("question", sort=True).agg("sum").reset_index()
    return Views([View("Every comment, by what became of it.", with_sums(table, "comments", list(states)))])


def givers(floor: Floor) -> Views:
    """Count the codes of each coder, human or not."""
    if "codes" not in floor:
        return Views()
    codes = floor["codes"].assign(comment=names(floor["codes"]))
    table = codes.groupby(["by", "coder"], sort=True).agg(codes=("theme", "size"), comments=("comment", "nunique"))
    by_theme = codes.groupby(["theme", "by"], sort=True).size().unstack(fill_value=0).reset_index()
    note = "Codes given, theme by theme. The machine's counts are no shares: they are off where it is off."
    return Views([View("Who or what gave codes.", table.reset_index()), View(note, by_theme)])


def every_comment(floor: Floor) -> Views:
    """List every comment with all its codes: who or what gave each, its score, and which characters carried it."""
    if "codes" not in floor:
        return Views()
    codes = floor["codes"]
    said = codes["theme"].astype(str)
    scored = codes["score"].notna()
    said = said.mask(scored, said + codes["score"].map(" {:.2f}".format))
    placed = codes["start"].notna()
    span = " [" + codes["start"].astype("string") + "–" + codes["end"].astype("string") + "]"
    said = said.mask(placed, said + span)
    people = codes["by"] == "human"
    said = said.mask(people, said + " (" + codes["coder"].astype("string") + ")")
    wide = codes[KEY].assign(who=codes["by"].map(WHO), said=said)
    table = wide.groupby([*KEY, "who"], sort=True)["said"].agg("; ".join).unstack(fill_value="").reset_index()
    how = settle(codes).themes[[*KEY, "how"]]
    table = table.merge(how, on=KEY, how="left").rename(columns={"how": "settled by"})
    order = [name for name in WHO.values() if name in table]
    caption = (
        f"The codes of {min(len(table), MOST):,} of {len(table):,} comments: theme, the machine's score, and the "
        "characters that carried the decision. make comment KEY=source:line:wave:question shows one with its words."
    )
    return Views([View(caption, table[[*KEY, *order, "settled by"]].head(MOST))])


def apart(floor: Floor) -> Views:
    """List what two coders saw differently, and what was decided."""
    if "disagreements" not in floor:
        return Views()
    return Views([View("Comments that two coders saw differently.", floor["disagreements"])])


def topics(floor: Floor) -> Views:
    """List the topics: words that stand together in many comments, as a help for the frame's authors."""
    if "topics" not in floor:
        return Views()
    table = floor["topics"].copy()
    table[["share", "stability"]] = table[["share", "stability"]].astype(float)
    note = (
        "Words that stand together (non-negative matrix factorisation). Stability is how alike a topic comes out of "
        "resampled comments, from 0 to 1. A help for the frame's authors; no result rests on it."
    )
    return Views([View(note, table)])
