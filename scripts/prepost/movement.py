"""Who moved from where to where: better, same and worse, and the full before-and-after table of single items."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from prepost.comparing import STRAND, row_id, unique_ids
from prepost.effects import change_counts
from prepost.paired import OVERALL, Floor, Paired, Sides, groups
from prepost.schemas import SCHEMAS
from prepost.sheets import ItemRow
from prepost.study import Comparison, Outcome
from prepost.thresholds import threshold


def movement(
    floor: Floor, outcomes: Sequence[Outcome], items: Sequence[ItemRow], plan: Sequence[Comparison]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Count moves over matched completions.

    Parameters
    ----------
    floor : Floor
        Floors 2 to 4.
    outcomes : sequence of Outcome
        Scales: a move counts beyond the smallest effect of interest, or the reliable change where the outcome declares
        it (`prepost.thresholds`); one exactly as large is "same".
    items : sequence of ItemRow
        Single items: any step counts.
    plan : sequence of Comparison
        The declared comparisons.

    Returns
    -------
    movement : DataFrame
        Schema ``movement``: per comparison, outcome or item (overall only) and group, ``direction`` better, same,
        worse, all, and ``n`` pairs.
    transitions : DataFrame
        Schema ``transitions``: per comparison that has no groups and ordinal item, ``n`` pairs from each answer to
        each, with margins ``all``. An item turned for scoring is shown as scored.
    """
    sides = Sides(floor)
    scales = {item.item: item for item in items}
    by_name = {outcome.name: outcome for outcome in outcomes}
    moves: list[dict] = []
    tables: list[pd.DataFrame] = []
    for comparison in plan:
        found = sides.paired(comparison)
        group = groups(found, comparison.group_by)
        asked = [item for name in comparison.outcomes for item in by_name[name].items]
        found = found.only([*comparison.outcomes, *asked])
        at_wave = sides.at_wave(comparison.wave_from)
        for name in comparison.outcomes:
            outcome = by_name[name]
            edge = threshold(at_wave, outcome).edge
            for value in sorted(group.unique()) or [OVERALL]:
                part = found.take(group == value)
                moves += _moves(part, comparison, name, str(value), edge)
            if comparison.group_by is None:
                for item in outcome.items:
                    if item not in found.before or item not in found.after:
                        continue
                    moves += _moves(found, comparison, item, OVERALL, None)
                    if scales[item].scale == "ordinal":
                        tables.append(_transitions(found, comparison, scales[item]))
    return _finish(pd.DataFrame(moves), "movement"), _finish(
        pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(), "transitions"
    )


def _moves(part: Paired, comparison: Comparison, name: str, value: str, smallest: float | None) -> list[dict]:
    change = part.after[name].to_numpy(dtype=float) - part.before[name].to_numpy(dtype=float)
    counts = change_counts(change, part.pairs["person"].to_numpy(), smallest=smallest)
    directions = {"better": counts.improved, "same": counts.same, "worse": counts.worse, OVERALL: counts.n}
    common = {
        "comparison": comparison.name,
        "outcome": name,
        "group_by": comparison.group_by or OVERALL,
        "group": value,
    }
    return [{**common, "direction": direction, "n": n} for direction, n in directions.items()]


def _transitions(found: Paired, comparison: Comparison, item: ItemRow) -> pd.DataFrame:
    codes = [*[str(code) for code in range(int(item.low), int(item.high) + 1)], OVERALL]
    before, after = (side[item.item].to_numpy(dtype=float) for side in (found.before, found.after))
    both = np.isfinite(before) & np.isfinite(after)
    table = np.zeros((len(codes), len(codes)), dtype="int64")
    cells = tuple((side[both] - int(item.low)).astype("int64") for side in (before, after))
    np.add.at(table, cells, 1)
    table[-1] = table.sum(axis=0)
    table[:, -1] = table.sum(axis=1)
    long = {"from": np.repeat(codes, len(codes)), "to": np.tile(codes, len(codes)), "n": table.ravel()}
    return pd.DataFrame({"comparison": comparison.name, "item": item.item, **long})


def _finish(table: pd.DataFrame, name: str) -> pd.DataFrame:
    columns = list(SCHEMAS[name].columns)
    if table.empty:
        return pd.DataFrame(columns=columns)
    parts = [c for c in columns if c not in ("row_id", "strand", "n", "n_unit")]
    table["row_id"] = unique_ids(row_id(*row) for row in table[parts].itertuples(index=False))
    return table.assign(strand=STRAND, n_unit="pairs")[columns]
