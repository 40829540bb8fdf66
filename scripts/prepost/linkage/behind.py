"""Which responses stand behind a row about linking."""

from __future__ import annotations

import pandas as pd

from prepost.linkage.changes import procedures_method
from prepost.linkage.counts import NO_KEY, RESPONSE, Linking, added, at, group_of, linked_by, step_of
from prepost.linkage.samples import EXACT, PROCEDURE, floor_of
from prepost.paired import OVERALL, Sides
from prepost.private_floors import PrivateFloors


def _linking(floors: PrivateFloors) -> Linking:
    return Linking(floors.floor, *(floors.table(name) for name in ("candidates", "linkage_quality", "keys")))


def _pairs(floors: PrivateFloors) -> dict[str, pd.DataFrame]:
    return linked_by(_linking(floors), floors.primary, floors.study.settings.secondary.linkage)


def _sides(pairs: pd.DataFrame) -> pd.DataFrame:
    parts = [pairs[[f"source_{s}", f"line_{s}", f"wave_{s}"]].set_axis(RESPONSE, axis=1) for s in ("from", "to")]
    return pd.concat(parts, ignore_index=True)


def behind_counts(row: pd.Series, floors: PrivateFloors) -> pd.DataFrame:
    """Return the responses that a row of ``linked`` counts; of a pair both."""
    linking, primary = _linking(floors), floors.primary
    measure, variable, category = row["measure"], row["variable"], row["category"]
    if measure in ("pairs", "step"):
        found = _pairs(floors)
        pairs = found[category] if measure == "pairs" else step_of(found, category)
        return _sides(pairs.head(row["n"]))
    if measure == "added":
        pairs = added(_pairs(floors)).reset_index(drop=True)
        if variable != OVERALL:
            lines = pairs[["source_from", "line_from", "wave_from"]].set_axis(RESPONSE, axis=1)
            links = linking.floor.links[[*RESPONSE, "module", "person"]]
            first = lines.merge(links, on=RESPONSE, how="left").merge(
                linking.floor.responses.drop(columns="module"), on=RESPONSE, how="left"
            )
            pairs = pairs[(group_of(linking.floor, first, variable) == category).to_numpy()]
        return _sides(pairs)
    rows = at(linking, primary.wave_from if measure == "no_key" else primary.wave_to, NO_KEY)
    return rows if variable == OVERALL else rows[group_of(linking.floor, rows, variable) == category]


def behind_rates(row: pd.Series, floors: PrivateFloors) -> pd.DataFrame:
    """Return the base of a row of ``linkage``: the responses of one wave, or the pairs of a procedure."""
    if row["n_unit"] == "pairs":
        return _sides(_pairs(floors)[row["group"]])
    linking, primary = _linking(floors), floors.primary
    if row["estimate_name"] == "linked_of_later":
        rows = at(linking, primary.wave_to, [*NO_KEY, "used", "another_used", "part"])
    else:
        rows = at(linking, primary.wave_from, ["used"])
    return rows if row["group_by"] == OVERALL else rows[group_of(linking.floor, rows, row["group_by"]) == row["group"]]


def behind_changes(row: pd.Series, floors: PrivateFloors) -> pd.DataFrame:
    """Return the pairs of a procedure in which both sides have the outcome."""
    settings = floors.study.settings
    name = row["group"] if row["group_by"] == PROCEDURE else EXACT
    pairs = _pairs(floors)[name]
    floor = floor_of(pairs, floors.floor, settings.outcomes, settings.indices, procedures_method(name))
    found = Sides(floor).paired(floors.primary)
    outcome = row["outcome"]
    return _sides(found.take(found.before[outcome].notna() & found.after[outcome].notna()).pairs)
