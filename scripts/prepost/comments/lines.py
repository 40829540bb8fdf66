"""The raw lines behind a row about the comments: those of the comments that people coded, or of all that were read."""

from __future__ import annotations

import numpy as np
import pandas as pd

from prepost.comments.cells import cells, counted, with_categories
from prepost.comments.change_table import changes_of
from prepost.comments.coding_tables import coded_by_both
from prepost.comments.left_table import LEFT
from prepost.comments.settle import settle
from prepost.comments.themes_table import READ
from prepost.private_floors import PrivateFloors
from prepost.schemas import ALL


def behind_themes(row: pd.Series, floors: PrivateFloors) -> pd.DataFrame:
    """Return the comments of the row's cell: all of them where it counts them, else those that people coded."""
    plan = floors.study.settings.comments
    found = counted(
        floors.table("comments"),
        floors.table("coding_sample"),
        settle(floors.table("codes")),
        floors.table("responses"),
        floors.table("links"),
        plan.by,
    )
    inside = next(c.inside for c in cells(found, plan.by) if (c.group_by, c.group) == (row["group_by"], row["group"]))
    if row["estimate_name"] == READ:
        return found.comments[inside]
    coded = np.zeros(len(inside), dtype=bool)
    coded[found.sample.at] = True
    if row["estimate_name"] == "difference_in_change":
        coded &= changes_of(found.comments, floors.floor, floors.primary)[row["outcome"]].notna().to_numpy()
    return found.comments[inside & coded]


def behind_agreement(row: pd.Series, floors: PrivateFloors) -> pd.DataFrame:
    """Return the comments that both coders coded."""
    return coded_by_both(floors.table("codes"), floors.table("comments"))


def behind_machine(row: pd.Series, floors: PrivateFloors) -> pd.DataFrame:
    """Return the comments that people coded, whether drawn at random or not."""
    return settle(floors.table("codes")).themes


def behind_left(row: pd.Series, floors: PrivateFloors) -> pd.DataFrame:
    """Return the used responses of the row's wave and group, with a comment or without."""
    if row["estimate_name"] != LEFT:
        pairs = floors.paired(floors.primary).pairs
        score = changes_of_pairs(floors, row["outcome"])
        sides = [
            pairs.loc[score, [f"source_{side}", f"line_{side}", f"wave_{side}"]].set_axis(
                ["source", "line", "wave"], axis=1
            )
            for side in ("from", "to")
        ]
        return pd.concat(sides, ignore_index=True)
    asked = floors.sides.at_wave(row["wave_from"])
    if row["group_by"] == ALL:
        return asked
    asked = with_categories(asked, floors.table("responses"), floors.table("links"), [row["group_by"]])
    return asked[asked[row["group_by"]].astype("string").fillna("not stated") == row["group"]]


def changes_of_pairs(floors: PrivateFloors, outcome: str) -> pd.Series:
    """Say of each matched completion whether both sides have the outcome."""
    found = floors.paired(floors.primary)
    return (found.after[outcome] - found.before[outcome]).notna().reset_index(drop=True)
