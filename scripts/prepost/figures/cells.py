"""What the figures ask of released tables: rows of a kind, counts and shares, and which cells are withheld.

A released table here is a frame with typed columns and, beside a column that can be withheld, `<column>_mark`:
"c" (too few), "w" (withheld to protect another), "x" (missing), or "" where the value stands.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from prepost.place_sheets import TileRow
from prepost.schemas import SCHEMAS
from prepost.sheets import ItemRow
from prepost.study import Nouns, Outcome, Wave

Tables = Mapping[str, pd.DataFrame]
ALL = "all"
WITHHELD = ("c", "w")
NOT_STATED = "not stated"
ENOUGH = 0.5  # an item is drawn where at least this share of its answers is released


@dataclass(frozen=True)
class Setting:
    """The words of the study that figures and their tables use.

    Parameters
    ----------
    items : mapping of str to ItemRow
        The codebook by item.
    outcomes, waves : list
        In the study's order.
    nouns : Nouns
        What learners, modules and the training are called.
    synthetic : bool
        Whether every figure says "Synthetic data".
    threshold : int, optional
        The study's threshold, for "fewer than 10" in tables; without it "too few to show".
    tiles : sequence of TileRow
        Where each place stands on the tile grid, if the study has one.
    labels : mapping of str to str, optional
        What survey_shares.csv calls each figure of the surveys.
    """

    items: Mapping[str, ItemRow]
    outcomes: list[Outcome]
    waves: list[Wave]
    nouns: Nouns
    synthetic: bool
    threshold: int | None = None
    tiles: Sequence[TileRow] = ()
    labels: Mapping[str, str] = field(default_factory=dict)

    def outcome(self, name: str) -> Outcome | None:
        """Return the outcome of that name, if it is one."""
        return next((outcome for outcome in self.outcomes if outcome.name == name), None)

    def wave(self, name: str) -> str:
        """Return a wave's label."""
        return next((wave.label for wave in self.waves if wave.name == name), name)

    def when(self, name: str) -> str:
        """Return the end of the sentence "asked …"."""
        return next((wave.when for wave in self.waves if wave.name == name), name)

    def wording(self, name: str) -> str:
        """Return an item's wording, an outcome's label, or the name itself."""
        outcome = self.outcome(name)
        if outcome:
            return outcome.label
        return self.items[name].wording if name in self.items else plain(name)

    def limits(self, outcome: Outcome) -> tuple[float, float] | None:
        """Return the lowest and highest score possible, or nothing where items do not say."""
        rows = [self.items[item] for item in outcome.items if item in self.items]
        if not rows or any(row.low is None or row.high is None for row in rows):
            return None
        lows, highs = [row.low for row in rows], [row.high for row in rows]
        if outcome.method == "sum":
            return sum(lows), sum(highs)
        return min(lows), max(highs)

    def one_scale(self, names: list[str]) -> bool:
        """Say whether the outcomes are scored on the same scale, so that points can be compared."""
        found = {self.limits(outcome) for name in names if (outcome := self.outcome(name))}
        return len(found) == 1


def plain(name: str) -> str:
    """Return a variable's name in words: "role_group" is "Role group"."""
    words = name.replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def pick(tables: Tables, table: str, **where: str) -> pd.DataFrame:
    """Return the rows of a table whose columns equal what is given; an absent table has none.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Released tables by name.
    table : str
        Its name, without ending.
    **where : str
        Column and value (``from_`` for the column ``from``).
    """
    frame = tables.get(table)
    if frame is None:
        return pd.DataFrame(columns=list(SCHEMAS[table].columns))
    wanted = np.ones(len(frame), dtype=bool)
    for column, value in where.items():
        if column.rstrip("_") not in frame:
            return frame.iloc[:0]
        wanted &= (frame[column.rstrip("_")] == value).fillna(False).to_numpy(dtype=bool)
    return frame[wanted]


def number(row: pd.Series | None, column: str) -> float:
    """Return one cell as a float; NaN where there is no row, no column, or no value."""
    if row is None or column not in row.index or pd.isna(row[column]):
        return math.nan
    return float(row[column])


def mark(row: pd.Series | None, column: str) -> str:
    """Return a cell's mark, "" where it has none."""
    name = f"{column}_mark"
    return "" if row is None or name not in row.index or pd.isna(row[name]) else str(row[name])


def first(frame: pd.DataFrame) -> pd.Series | None:
    """Return the first row, or nothing."""
    return None if frame.empty else frame.iloc[0]


def withheld(frame: pd.DataFrame, column: str) -> int:
    """Count the cells of a column that are withheld."""
    name = f"{column}_mark"
    return 0 if frame.empty or name not in frame else int(frame[name].isin(WITHHELD).sum())


def primary(tables: Tables, table: str = "comparisons") -> str | None:
    """Return the name of the comparison that holds the primary analysis, else the first overall one."""
    frame = pick(tables, table, group_by=ALL)
    if frame.empty:
        return None
    declared = frame[(frame["role"] == "primary").fillna(False)]
    return str((declared if len(declared) else frame)["comparison"].iloc[0])


def estimate(tables: Tables, comparison: str, outcome: str, name: str, group: tuple[str, str] = (ALL, ALL)):
    """Return the row of one estimate of a comparison, or nothing."""
    return first(
        pick(
            tables, "comparisons", comparison=comparison, outcome=outcome, estimate_name=name,
            group_by=group[0], group=group[1],
        )
    )  # fmt: skip


def grouped(tables: Tables, comparison: str, group_by: str) -> str | None:
    """Return the comparison that compares the same waves by a group, or nothing."""
    same = first(pick(tables, "comparisons", comparison=comparison))
    rows = pick(tables, "comparisons", group_by=group_by, estimate_name="mean_change")
    if same is None or rows.empty:
        return None
    rows = rows[(rows["wave_from"] == same["wave_from"]) & (rows["wave_to"] == same["wave_to"])]
    if rows.empty:
        return None
    names = list(dict.fromkeys(rows["comparison"]))
    return comparison if comparison in names else str(names[0])


def outcomes_of(tables: Tables, comparison: str, setting: Setting) -> list[Outcome]:
    """Return the outcomes that a comparison holds overall, in the study's order."""
    there = set(pick(tables, "comparisons", comparison=comparison, estimate_name="mean_change")["outcome"])
    return [outcome for outcome in setting.outcomes if outcome.name in there]


def distribution(tables: Tables, comparison: str, item: str, side: str) -> pd.Series:
    """Return the counts of one item's answers on one side of a comparison.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Released tables.
    comparison, item : str
        Which transition table.
    side : {"from", "to"}
        Before or after.

    Returns
    -------
    Series of float
        Count by code (as text), "all" included, NaN where the cell is withheld; empty where there is no table.
    """
    other = "to" if side == "from" else "from"
    rows = pick(tables, "transitions", comparison=comparison, item=item, **{f"{other}_": ALL})
    if rows.empty:
        return pd.Series(dtype="float64")
    return pd.Series(rows["n"].astype("float64").to_numpy(), index=rows[side].astype(str))


def moved(tables: Tables, comparison: str, name: str) -> dict[str, float]:
    """Return better, same, worse and all (counts) of an outcome or item overall; NaN where withheld, {} if absent."""
    rows = pick(tables, "movement", comparison=comparison, outcome=name, group_by=ALL, group=ALL)
    return {str(row["direction"]): number(row, "n") for _, row in rows.iterrows()}


def codes(item: ItemRow | None, seen: list[str]) -> list[str]:
    """Return the codes of a scale from low to high: the codebook's, else those seen."""
    if item is not None and item.low is not None and item.high is not None and item.scale == "ordinal":
        return [f"{code:g}" for code in range(int(item.low), int(item.high) + 1)]
    return sorted({code for code in seen if code != ALL}, key=lambda code: (len(code), code))


def ends(item: ItemRow | None) -> tuple[str, str]:
    """Return the labels of the lowest and the highest step, "" where the codebook has none.

    Notes
    -----
    Floor 2 has already turned a reversed item round, so its lowest step is the label of the highest raw code.
    """
    if item is None or not item.codes:
        return "", ""
    steps = sorted(item.codes.items(), key=lambda pair: float(pair[0]), reverse=item.reversed)
    return steps[0][1], steps[-1][1]
