"""The sums among counts of links: pairs of one way of linking are those of the stricter one and its step."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from prepost.quantities import Ledger
from prepost.schemas import ALL

LINKED, LINKAGE, PROCEDURE = "linked", "linkage", "procedure"
#: Responses without a key to link by: no people with something in common. Like the number of missing
#: answers they are not released where they are few, and no count of people is withheld to protect them.
UNLINKED = ("no_key", "no_key_later")


def of_people(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of ``linked`` whose counts are protected: pairs, steps and what they add by group."""
    return frame[~frame["measure"].isin(UNLINKED)]


def relate_links(ledger: Ledger, tables: Mapping[str, pd.DataFrame]) -> None:
    """Enter the sums that a reader of the tables ``linked`` and ``linkage`` can form.

    Parameters
    ----------
    ledger : Ledger
        With the counts of all tables entered.
    tables : mapping of str to DataFrame
        Private result tables by name; of ``linked`` the rows of people (`of_people`).
    """
    if LINKED not in tables:
        return
    linked = {
        (row["measure"], row["variable"], row["category"]): ledger.cells[LINKED, row["row_id"], "n"]
        for row in tables[LINKED].to_dict("records")
    }
    names = [key[2] for key in linked if key[:2] == ("pairs", PROCEDURE)]
    for before, name in zip(names, names[1:], strict=False):
        step = linked.get(("step", PROCEDURE, name))
        if step is not None:
            ledger.total(linked["pairs", PROCEDURE, name], [linked["pairs", PROCEDURE, before], step])
    steps = [number for key, number in linked.items() if key[0] == "step"]
    more = linked.get(("added", ALL, ALL))
    if steps and more is not None and ledger.values[steps[0]] == ledger.values[more]:
        ledger.same(steps[0], more)
    for row in tables[LINKAGE].to_dict("records") if LINKAGE in tables else ():
        pairs = linked.get(("pairs", PROCEDURE, row["group"])) if row["group_by"] == PROCEDURE else None
        if pairs is not None:
            ledger.same(pairs, ledger.cells[LINKAGE, row["row_id"], "n"])
