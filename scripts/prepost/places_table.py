"""Regions and boards: change beside what chance makes of it, on the old and the new map, and reach."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from prepost.comparing import complete, result_rows, stream
from prepost.contrasts import FEWEST_PEOPLE
from prepost.funnel import LEVELS, Funnel, funnel, rank_intervals
from prepost.groups_table import NOBODY, change_of, mean_row
from prepost.matching import NOT_STATED
from prepost.paired import OVERALL, Floor, Paired, Sides, first_stated, groups
from prepost.place_sheets import NO_STAFF, UNLISTED, PlaceRow, lacking, new_map, new_name
from prepost.pooling import pool
from prepost.quantities import hierarchies
from prepost.robust import mean_change
from prepost.sheets import read_sheet
from prepost.study import Comparison, Outcome, Statistics, Study
from prepost.vocabularies import read_vocabulary

REACH = "reach"
MEASURES = ("enrolled", "completed")
PER = 1000
LIMITS = "funnel limits with additive over-dispersion"


class Maps(NamedTuple):
    """One way to say where people are: the grouping's name, and the place of each of the finest places in it."""

    by: str
    of: Mapping[str, str] | None  # None: the places themselves

    def group(self, place: pd.Series) -> pd.Series:
        """Return the group of each place on this map."""
        return place if self.of is None else place.map(lambda name: self.of.get(name, name)).astype("string")


def at_place(row: pd.Series, place: pd.Series, drawn: Sequence[Maps]) -> pd.Series:
    """Say of each place whether a row of the table of places counts it."""
    if row["group"] == OVERALL:
        return pd.Series(True, index=place.index)
    return next(one for one in drawn if one.by == row["group_by"]).group(place) == row["group"]


def maps(by: str, wider: Mapping[str, Mapping[str, str]], rows: Sequence[PlaceRow]) -> list[Maps]:
    """Return the places, what they lie in, and the new map where one is given."""
    found = [Maps(by, None), *[Maps(name, parent) for name, parent in wider.items()]]
    return [*found, Maps(new_name(by), new_map(rows))] if rows else found


def study_maps(study: Study, config: Path) -> list[Maps]:
    """Return the maps of a study, from its sheets in the config folder; none where it declares no places."""
    plan, vocabularies = study.settings.secondary.places, study.settings.vocabularies
    if plan is None:
        return []
    lines = [read_vocabulary(config / part.sheet, part).values() for part in vocabularies]
    rows = read_sheet(config / plan.successors, PlaceRow) if plan.successors else []
    return maps(plan.by, coarser(plan.by, lines, [part.columns for part in vocabularies]), rows)


def coarser(by: str, lines: Sequence, columns: Sequence[Sequence[str]]) -> dict[str, Mapping[str, str]]:
    """Return what the places lie in: the coarser columns of their vocabulary sheet, each with its parents."""
    return {step.coarse: step.parent for step in hierarchies(lines, columns) if step.fine == by}


def places_table(
    floor: Floor,
    enrolments: pd.DataFrame,
    outcomes: Sequence[Outcome],
    comparison: Comparison | None,
    drawn: Sequence[Maps],
    sheets: tuple[Mapping[str, float], Sequence[PlaceRow]],
    statistics: Statistics,
    seed: int,
) -> pd.DataFrame:
    """Give each place its change beside the limits of chance, and its reach.

    Parameters
    ----------
    floor : Floor
        Floors 2 to 4.
    enrolments : DataFrame
        Floor 2.
    outcomes : sequence of Outcome
        The study's outcomes.
    comparison : Comparison or None
        The primary comparison; None gives an empty table.
    drawn : sequence of Maps
        The finest places first; empty gives an empty table.
    sheets : tuple
        Staff by place; and the places with their successors.
    statistics : Statistics
        Level of the intervals.
    seed : int
        For the rank intervals.

    Returns
    -------
    DataFrame
        Schema ``places``. A row a place: ``mean_change``; ``shrunken_change``; ``limits_95`` and ``limits_998``, the
        mean over all with the limits of a place of that size; ``expected_rank`` with its interval, for no league
        table. Coarser places and the new map: ``mean_change``. ``enrolled_per_1000_staff`` and
        ``completed_per_1000_staff``, or ``answered_per_1000_staff`` without enrolments.
    """
    if comparison is None or not drawn:
        return result_rows([], "places")
    sides = Sides(floor)
    found = sides.paired(comparison)
    place = groups(found, drawn[0].by)
    found = found.only(comparison.outcomes)
    split = lacking(sheets[1])
    known = {row.name for row in sheets[1]} | {NOT_STATED}
    rows: list[dict] = []
    for name in comparison.outcomes:
        outcome = next(part for part in outcomes if part.name == name)
        for one in drawn:
            rows += _means(found, comparison, outcome, one.by, one.group(place), statistics.ci_level, split)
        rows += _funnel(found, comparison, outcome, drawn[0].by, place, statistics.ci_level, seed)
        rows.append(complete(found, comparison, outcome, OVERALL).common | _whole(found, outcome, statistics.ci_level))
    first = sides.at_wave(comparison.wave_from)
    rows += _reach(first, enrolments, comparison, drawn, sheets[0])
    table = result_rows(rows, "places")
    strange = table["group_by"].eq(drawn[0].by) & ~table["group"].isin(known)
    if sheets[1]:
        said = table.loc[strange, "note"]
        table.loc[strange, "note"] = (said.astype("string") + "; ").fillna("") + UNLISTED
    return table


def _whole(found: Paired, outcome: Outcome, level: float) -> dict:
    change, person = change_of(found, outcome), found.pairs["person"].to_numpy()
    return mean_row(mean_change(change, person, level), level)


def _means(
    found: Paired,
    comparison: Comparison,
    outcome: Outcome,
    by: str,
    group: pd.Series,
    level: float,
    split: Mapping[str, str],
) -> Iterator[dict]:
    for value in sorted(group.unique()):
        part = found.take(group == value)
        common = complete(part, comparison, outcome, str(value)).common | {"group_by": by}
        row = _whole(part, outcome, level) if common["n"] else {"estimate_name": "mean_change", "note": NOBODY}
        if by.endswith("_new") and value in split:
            row["note"] = "; ".join(filter(None, [row["note"], split[value]]))
        yield common | row


def _funnel(
    found: Paired, comparison: Comparison, outcome: Outcome, by: str, place: pd.Series, level: float, seed: int
) -> Iterator[dict]:
    person = found.pairs["person"].to_numpy()
    drawn: Funnel = funnel(change_of(found, outcome), place, person, level=level)
    if drawn.places.empty:
        return
    rows = drawn.places.set_index("place")
    large = rows["n_people"] >= FEWEST_PEOPLE
    pooled = pool(rows["estimate"].where(large), rows["se"], list(rows.index), level=level)
    of = pooled.groups.set_index("name")
    rng = stream(seed, {"comparison": comparison.name, "outcome": outcome.name, "group": by})
    ranks = rank_intervals(of["shrunken"], of["shrunken_se"], list(rows.index), rng=rng).set_index("name")
    for value, row in rows.iterrows():
        common = complete(found.take(place == value), comparison, outcome, str(value)).common | {"group_by": by}
        yield common | _estimate("shrunken_change", *row[["shrunken", "ci_low", "ci_high"]], level, row["note"])
        for size, (low, high) in zip(LEVELS, (("low_95", "high_95"), ("low_998", "high_998")), strict=True):
            name, ends = f"limits_{low.partition('_')[2]}", (row[f"wide_{low}"], row[f"wide_{high}"])
            yield common | _estimate(name, drawn.mean, *ends, size, row["note"]) | {"ci_method": LIMITS}
        rank = ranks.loc[value]
        yield common | _estimate(
            "expected_rank", *rank[["expected_rank", "rank_low", "rank_high"]], level, rank["note"]
        )


def _estimate(name: str, value: float, low: float, high: float, level: float, note: str) -> dict:
    words = note or ("" if np.isfinite(value) else "nothing to draw it towards")
    method = {"shrunken_change": "partial pooling", "expected_rank": "normal draws of all places together"}.get(name)
    found = {"estimate_name": name, "estimate": value, "ci_low": low, "ci_high": high, "ci_level": level}
    return found | {"ci_method": method if np.isfinite(low) else None, "note": words}


def _reach(
    first: pd.DataFrame,
    enrolments: pd.DataFrame,
    comparison: Comparison,
    drawn: Sequence[Maps],
    staff: Mapping[str, float],
) -> Iterator[dict]:
    """Enrolments and completions for each thousand of staff; people who answered, where no enrolments are given."""
    by = drawn[0].by
    if not staff:
        return
    counts: list[tuple[str, str, pd.Series, pd.Series]] = []
    if by in enrolments and len(enrolments):
        place = first_stated([enrolments[by]], enrolments.index)
        for measure in MEASURES:
            if enrolments[measure].notna().any():
                counts.append((f"{measure}_per_1000_staff", "enrolments", place, enrolments[measure].fillna(0)))
    else:
        people = first.drop_duplicates("person")
        place = first_stated([people[by]] if by in people else [], people.index)
        counts.append(("answered_per_1000_staff", "people", place, pd.Series(1.0, index=people.index)))
    for name, unit, place, number in counts:
        common = {
            "comparison": comparison.name,
            "outcome": REACH,
            "n_unit": unit,
            "role": "secondary",
            "estimate_name": name,
        }
        whole = {"group_by": OVERALL, "group": OVERALL, "n": int(number.sum()), "note": "by place only"}
        yield common | whole
        for one in drawn:
            there = pd.Series(list(staff), dtype="string")
            of = pd.Series(list(staff.values())).groupby(one.group(there)).sum()
            for value, n in number.groupby(one.group(place)).sum().sort_index().items():
                size = of.get(value, np.nan)
                note = None if np.isfinite(size) else NO_STAFF
                where = {"group_by": one.by, "group": str(value), "n": int(n)}
                yield common | where | {"estimate": n / size * PER, "note": note}
