"""Room to rise: who stands at the ends of each scale, and the change of those below its top beside what to expect."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from prepost.ceiling import CI_METHOD, LABEL, change_with_room
from prepost.comparing import STRAND, Complete, complete, result_rows, row_id
from prepost.paired import OVERALL, Floor, Sides
from prepost.pairs import TIE_TOLERANCE
from prepost.schemas import SCHEMAS
from prepost.sheets import ItemRow
from prepost.study import Comparison, Outcome, Statistics
from prepost.thresholds import threshold

FLOOR, BETWEEN, CEILING = "floor", "between", "ceiling"
PLACES = (FLOOR, BETWEEN, CEILING, OVERALL)
ROOM, WITH_ROOM = "room", "with room"  # the grouping of those below the top before, and its one group
ALPHA = "alpha stands in for the correlation of two scores of unchanged people: the expectation is too small"


def limits(outcome: Outcome, items: Mapping[str, ItemRow]) -> tuple[float, float] | None:
    """Return the lowest and highest score possible, None where an item has no ends or the items have different ones.

    Parameters
    ----------
    outcome : Outcome
        A scale.
    items : mapping of str to ItemRow
        The codebook by item.
    """
    ends = {(items[name].low, items[name].high) for name in outcome.items if name in items}
    if len(ends) != 1 or None in next(iter(ends)):
        return None
    times = len(outcome.items) if outcome.method == "sum" else 1
    low, high = next(iter(ends))
    return low * times, high * times


def place_of(scores: np.ndarray, ends: tuple[float, float]) -> np.ndarray:
    """Say of each score whether it stands at the floor, at the ceiling or between.

    Examples
    --------
    >>> place_of(np.array([1.0, 4.5, 5.0]), (1, 5)).tolist()
    ['floor', 'between', 'ceiling']
    """
    low, high = scores <= ends[0] + TIE_TOLERANCE, scores >= ends[1] - TIE_TOLERANCE
    return np.select([high, low], [CEILING, FLOOR], BETWEEN)


def ceiling_tables(
    floor: Floor,
    outcomes: Sequence[Outcome],
    items: Sequence[ItemRow],
    primary: Comparison | None,
    statistics: Statistics,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Count who stands at the ends before and after, and give the change of those with room.

    Parameters
    ----------
    floor : Floor
        Floors 2 to 4.
    outcomes : sequence of Outcome
        The study's outcomes; ``retest`` is the correlation of two scores of unchanged people, where one is known.
    items : sequence of ItemRow
        The codebook, for the ends of the scales.
    primary : Comparison or None
        The primary comparison; without one, both tables are empty.
    statistics : Statistics
        Level of the intervals.

    Returns
    -------
    ceiling : DataFrame
        Schema ``ceiling``: matched pairs by ``outcome``, ``wave`` and ``place`` (floor, between, ceiling, all).
    room : DataFrame
        Schema ``room``, of the pairs that began below the top: ``observed_change``; ``expected_change`` under no
        change at all; ``change_with_room``, one less the other, with its interval. Never a key message.
    """
    codebook = {item.item: item for item in items}
    counts: list[dict] = []
    rows: list[dict] = []
    if primary is not None:
        sides = Sides(floor)
        found = sides.paired(primary)
        at_wave = sides.at_wave(primary.wave_from)
        for outcome in outcomes:
            ends = limits(outcome, codebook)
            if outcome.name not in primary.outcomes or ends is None:
                continue
            pairs = complete(found, primary, outcome, OVERALL)
            counts += _standing(pairs, ends)
            alpha = threshold(at_wave, outcome).alpha
            rows += _with_room(pairs, ends, outcome.retest, alpha, statistics)
    return _counted(counts), result_rows(rows, "room")


def _standing(pairs: Complete, ends: tuple[float, float]) -> Iterator[dict]:
    about = {key: pairs.common[key] for key in ("comparison", "outcome")}
    for wave, scores in (("wave_from", pairs.before), ("wave_to", pairs.after)):
        places = place_of(scores, ends)
        for place in PLACES:
            n = len(places) if place == OVERALL else int(np.sum(places == place))
            yield {**about, "wave": pairs.common[wave], "place": place, "n": n}


def _with_room(
    pairs: Complete, ends: tuple[float, float], retest: float | None, alpha: float, statistics: Statistics
) -> Iterator[dict]:
    known = retest if retest is not None else alpha
    below = pairs.before < ends[1] - TIE_TOLERANCE
    common = {
        **pairs.common,
        "group_by": ROOM,
        "group": WITH_ROOM,
        "n": int(below.sum()),
        "n_people": len(set(pairs.person[below])),
        "n_missing": None,
        "role": "sensitivity",
    }
    if not (np.isfinite(known) and 0 < known <= 1):
        note = "no correlation of two scores of unchanged people, and no alpha between 0 and 1: no expectation"
        observed = float(pairs.change[below].mean()) if below.any() else np.nan
        yield {**common, "estimate_name": "observed_change", "estimate": observed, "note": note}
        return
    room = change_with_room(
        pairs.before, pairs.after, pairs.person, below=ends[1], reliability=known, level=statistics.ci_level
    )
    why = room.note if np.isnan(room.observed) else None
    yield {**common, "estimate_name": "observed_change", "estimate": room.observed, "note": why}
    yield {**common, "estimate_name": "expected_change", "estimate": room.expected, "note": why}
    notes = [LABEL, "" if retest is not None else ALPHA, room.note]
    yield {
        **common,
        "estimate_name": "change_with_room",
        "estimate": room.estimate,
        "ci_low": room.ci_low,
        "ci_high": room.ci_high,
        "ci_level": statistics.ci_level,
        "ci_method": CI_METHOD if np.isfinite(room.ci_low) else None,
        "note": "; ".join(filter(None, notes)),
    }


def _counted(rows: Sequence[dict]) -> pd.DataFrame:
    columns = list(SCHEMAS["ceiling"].columns)
    table = pd.DataFrame(list(rows), columns=columns)
    names = table[["comparison", "outcome", "wave", "place"]].itertuples(index=False)
    table["row_id"] = [row_id(*parts) for parts in names]
    return table.assign(strand=STRAND, n_unit="pairs")[columns]
