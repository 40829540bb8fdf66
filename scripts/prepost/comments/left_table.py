"""Who leaves a comment at all, by group and by change: theme shares speak of those who did, and of nobody else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from prepost.comments.cells import NOT_STATED, STRAND, with_categories
from prepost.comparing import complete, result_rows
from prepost.contrasts import group_contrasts
from prepost.paired import OVERALL, Floor, Sides
from prepost.proportions import proportion
from prepost.schemas import ALL, TOLD
from prepost.study import Comparison, Outcome, Wave

LEFT, DIFFERENCE = "share_with_a_comment", "difference_in_change"
WITH, WITHOUT = "with a comment", "without"
CR2 = "CR2 on the person with Satterthwaite t"


def left_table(
    floor: Floor,
    comments: pd.DataFrame,
    waves: Sequence[Wave],
    by: Sequence[str],
    comparison: Comparison | None,
    outcomes: Sequence[Outcome],
    level: float,
) -> pd.DataFrame:
    """Say which share of used responses holds a comment, and whether those who wrote one changed otherwise.

    Parameters
    ----------
    floor : Floor
        Floors 2 to 4.
    comments : DataFrame
        Schema ``comments``.
    waves : sequence of Wave
        The study's waves.
    by : sequence of str
        Categories; ``wave`` itself is no grouping here, for every row is of one wave.
    comparison : Comparison or None
        The primary comparison.
    outcomes : sequence of Outcome
        The study's outcomes.
    level : float
        Of the intervals.

    Returns
    -------
    DataFrame
        Schema ``comments_left``: ``share_with_a_comment`` of the learners' used responses of a wave (``wave_from``),
        a row a group; ``difference_in_change`` of an outcome, completions with a comment on either side against those
        without.
    """
    keys = ["source", "line", "wave"]
    wrote = comments[keys].drop_duplicates().assign(wrote=True)
    sides = Sides(floor)
    rows: list[dict] = []
    for wave in waves:
        asked = sides.at_wave(wave.name)
        if asked.empty:
            continue
        asked = with_categories(asked, floor.responses, floor.links, by).merge(wrote, on=keys, how="left")
        asked["wrote"] = asked["wrote"].notna()
        rows += [_share(asked, wave.name, ALL, ALL, level)]
        for name in [name for name in by if name != "wave" and name in asked]:
            values = asked[name].astype("string").fillna(NOT_STATED)
            rows += [_share(asked[values == v], wave.name, name, v, level) for v in sorted(set(values))]
    if comparison is not None:
        rows += _changes(sides, wrote, comparison, outcomes, level)
    return result_rows(rows, "comments_left")


def _share(asked: pd.DataFrame, wave: str, by: str, group: str, level: float) -> dict:
    found = proportion(asked["wrote"].to_numpy(dtype=float), asked["person"].to_numpy(dtype=object), level)
    with_one = int(asked["wrote"].sum())
    return {
        "role": "secondary",
        "comparison": STRAND,
        "outcome": wave,
        "group_by": by,
        "group": str(group),
        "wave_from": wave,
        "estimate_name": LEFT,
        "estimate": found.estimate,
        "ci_low": found.ci_low,
        "ci_high": found.ci_high,
        "ci_level": level,
        "ci_method": found.ci_method,
        "note": found.note,
        "n": len(asked),
        "n_unit": "responses",
        "n_people": asked["person"].nunique(),
        TOLD: min(with_one, len(asked) - with_one),
    }


def _changes(
    sides: Sides, wrote: pd.DataFrame, comparison: Comparison, outcomes: Sequence[Outcome], level: float
) -> Iterator[dict]:
    found = sides.paired(comparison)
    keys = set(wrote[["source", "line"]].itertuples(index=False, name=None))
    wave_of = {"from": comparison.wave_from, "to": comparison.wave_to}
    has = np.zeros(len(found.pairs), dtype=bool)
    for side in wave_of:
        at_side = found.pairs[[f"source_{side}", f"line_{side}"]].itertuples(index=False, name=None)
        has |= np.array([key in keys for key in at_side], dtype=bool)
    group = pd.Series(np.where(has, WITH, WITHOUT))
    by_name = {outcome.name: outcome for outcome in outcomes}
    for name in comparison.outcomes:
        part = complete(found, comparison, by_name[name], OVERALL)
        change = found.after[name].to_numpy(dtype=float) - found.before[name].to_numpy(dtype=float)
        table = group_contrasts(change, group, found.pairs["person"].to_numpy(dtype=object), level=level)
        common = part.common | {"comparison": STRAND, "estimate_name": DIFFERENCE, "role": "secondary"}
        common |= {"group_by": ALL, "group": ALL}
        known = np.isfinite(change)
        common[TOLD] = min(int((has & known).sum()), int((~has & known).sum()))
        row = table.set_index("group").loc[WITH] if WITH in set(table["group"]) else None
        if row is None:
            yield common | {"note": "nobody wrote a comment"}
            continue
        numbers = {key: row[key] for key in ("estimate", "ci_low", "ci_high", "df", "p", "note")}
        yield common | numbers | {"ci_level": level, "ci_method": CR2}
