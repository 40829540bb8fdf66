"""How many links each procedure of linking gives, by group, and what could not be linked, as counts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from prepost.comparing import STRAND, row_id, unique_ids
from prepost.linkage.samples import EXACT, PROCEDURE, is_wider, of_comparison, ways_of
from prepost.paired import OVERALL, Floor, first_stated
from prepost.schemas import SCHEMAS
from prepost.study import Comparison
from prepost.study_secondary import Linkage

RESPONSE = ["source", "line", "wave"]
NO_KEY = ["blank_key", "no_module"]


class Linking(NamedTuple):
    """What the tables are made of: floors 2 to 4, what was weighed, how sure it is, and how often keys agree."""

    floor: Floor
    candidates: pd.DataFrame
    quality: pd.DataFrame
    keys: pd.DataFrame


def linked_by(linking: Linking, comparison: Comparison, plan: Linkage) -> dict[str, pd.DataFrame]:
    """Return the pairs of each procedure between the waves of a comparison, by its name."""
    found = ways_of(of_comparison(linking.candidates, comparison), plan.thresholds)
    return {name: way.pairs for name, way in found.items()}


def linked_table(linking: Linking, comparison: Comparison | None, plan: Linkage, by: Sequence[str]) -> pd.DataFrame:
    """Count links by procedure, and what could not be linked.

    Parameters
    ----------
    linking : Linking
    comparison : Comparison or None
        The primary comparison; None gives an empty table.
    plan : Linkage
        The study's thresholds.
    by : sequence of str
        Categories by which is counted what is known of the first survey.

    Returns
    -------
    DataFrame
        Schema ``linked``. ``pairs`` of each procedure; ``step``, how many more than the stricter one before it gives;
        ``added``, those of the first step by group. Responses without a key: ``no_key`` of the first wave, by group,
        and ``no_key_later``.
    """
    columns = list(SCHEMAS["linked"].columns)
    if comparison is None:
        return pd.DataFrame(columns=columns)
    rows = [*_by_procedure(linking, comparison, plan, by), *_without_key(linking, comparison, by)]
    table = pd.DataFrame(rows, columns=["measure", "variable", "category", "n", "n_unit"])
    names = table[["measure", "variable", "category"]].itertuples(index=False)
    table["row_id"] = unique_ids(row_id(*parts) for parts in names)
    return table.assign(strand=STRAND, comparison=comparison.name)[columns]


def _by_procedure(linking: Linking, comparison: Comparison, plan: Linkage, by: Sequence[str]) -> Iterator[tuple]:
    found, before = linked_by(linking, comparison, plan), None
    for name, pairs in found.items():
        yield "pairs", PROCEDURE, name, len(pairs), "pairs"
        if is_wider(name):
            yield "step", PROCEDURE, name, max(len(pairs) - len(found[before]), 0), "pairs"
            before = name
        before = before or name
    more = added(found)
    if more is not None:
        yield "added", OVERALL, OVERALL, len(more), "pairs"
        rows = responses_of(linking.floor, more[["source_from", "line_from", "wave_from"]].set_axis(RESPONSE, axis=1))
        for name in by:
            yield from (("added", name, value, n, "pairs") for value, n in counts_by(linking.floor, rows, name))


def added(found: Mapping[str, pd.DataFrame]) -> pd.DataFrame | None:
    """Return the pairs that the strictest wider way of linking finds beside the exact ones; None without one."""
    strictest = next((name for name in found if is_wider(name)), None)
    return None if strictest is None else _beside(found[strictest], found[EXACT])


def step_of(found: Mapping[str, pd.DataFrame], name: str) -> pd.DataFrame:
    """Return the pairs that a tolerant procedure finds beside the next stricter one."""
    names = [other for other in found if other == EXACT or is_wider(other)]
    return _beside(found[name], found[names[names.index(name) - 1]])


def _beside(pairs: pd.DataFrame, others: pd.DataFrame) -> pd.DataFrame:
    return pairs[~pairs["pair_id"].isin(others["pair_id"])]


def responses_of(floor: Floor, lines: pd.DataFrame) -> pd.DataFrame:
    """Return responses with what they say, and the module and person that floor 3 knows them by."""
    known = floor.links[[*RESPONSE, "module", "person", "state"]]
    return lines.merge(known, on=RESPONSE, how="left").merge(
        floor.responses.drop(columns="module"), on=RESPONSE, how="left"
    )


def group_of(floor: Floor, rows: pd.DataFrame, name: str) -> pd.Series:
    """Return the group of each response: what it says, else what is known of its person, else not stated."""
    about = floor.people.set_index("person").reindex(rows["person"]).reset_index(drop=True)
    return first_stated([frame[name] for frame in (rows, about) if name in frame], rows.index)


def counts_by(floor: Floor, rows: pd.DataFrame, name: str) -> Iterator[tuple[str, int]]:
    """Yield each group of these responses with its number."""
    rows = rows.reset_index(drop=True)
    counts = group_of(floor, rows, name).value_counts()
    yield from ((str(value), int(counts[value])) for value in sorted(counts.index))


def at(linking: Linking, wave: str, states: Sequence[str]) -> pd.DataFrame:
    """Return the responses of a wave that are in one of these states."""
    links = linking.floor.links
    chosen = links[(links["wave"] == wave) & links["state"].isin(list(states))]
    return responses_of(linking.floor, chosen[RESPONSE]).reset_index(drop=True)


def _without_key(linking: Linking, comparison: Comparison, by: Sequence[str]) -> Iterator[tuple]:
    """Responses without a key. Not by module, of which all kept responses are told: it would tell who stands aside."""
    rows = at(linking, comparison.wave_from, NO_KEY)
    yield "no_key", OVERALL, OVERALL, len(rows), "responses"
    for name in by:
        if name != "module":
            yield from (("no_key", name, value, n, "responses") for value, n in counts_by(linking.floor, rows, name))
    later = at(linking, comparison.wave_to, NO_KEY)
    yield "no_key_later", OVERALL, OVERALL, len(later), "responses"


def inside_pairs(pairs: pd.DataFrame, rows: pd.DataFrame, comparison: Comparison, side: str) -> np.ndarray:
    """Say of each response whether it is a side of a pair between the comparison's waves."""
    chosen = pairs["wave_from"].eq(comparison.wave_from) & pairs["wave_to"].eq(comparison.wave_to)
    lines = pd.MultiIndex.from_frame(pairs.loc[chosen, [f"source_{side}", f"line_{side}"]])
    return pd.MultiIndex.from_frame(rows[["source", "line"]]).isin(lines)
