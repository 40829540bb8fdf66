"""The door to splink: pairs compared on DuckDB, counted by pattern of agreement, and weighed."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
from splink import DuckDBAPI, Linker

from prepost.linkage.blocking import compared_pairs, rule_for_splink
from prepost.linkage.elements import comparison_of, levels_of
from prepost.study_linkage import Element

ID = "_id"
#: As many pairs show how codes go wrong; of more, a part of the earlier responses is taken.
PAIRS_TO_LEARN_FROM = 4_000_000
GROUPS = 16  # of the responses of each wave, to learn how much the model owes to which of them are there


@contextmanager
def database(scratch: Path | None, memory: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a DuckDB of one thread and bounded memory that goes to the disk beyond it, and leaves nothing there.

    Parameters
    ----------
    scratch : Path or None
        Where to put what does not fit; the system's temporary folder by default.
    memory : str
        As "2GB".
    """
    if scratch is not None:
        scratch.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="linkage-", dir=scratch) as folder:
        connection = duckdb.connect(str(Path(folder) / "pairs.duckdb"))
        try:
            connection.execute("SET threads = 1")
            connection.execute(f"SET memory_limit = '{memory}'")
            connection.execute(f"SET temp_directory = '{folder}/spill'")
            connection.execute("SET preserve_insertion_order = false")
            yield connection
        finally:
            connection.close()


class Weigher:
    """Two tables of elements in one database, compared by the study's elements and rules."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        before: pd.DataFrame,
        after: pd.DataFrame,
        elements: Sequence[Element],
        rules: Sequence[Sequence[str]],
    ) -> None:
        """Register both tables.

        Parameters
        ----------
        connection : DuckDBPyConnection
        before, after : DataFrame
            `ID` (int), `MODULE`, `DAY`, and the columns of the elements.
        elements : sequence of Element
        rules : sequence of sequence of str
            Elements that must be the same; an empty rule compares all.
        """
        self.connection = connection
        self.elements = list(elements)
        self.rules = [list(rule) for rule in rules]
        self.api = DuckDBAPI(connection=connection)
        self.sides = before, after
        self.tables = [self.api.register(side, table_name=name) for side, name in ((before, "b"), (after, "c"))]

    def counted(self, pairs: int) -> tuple[np.ndarray, pd.DataFrame, float]:
        """Compare pairs and count them by pattern of levels.

        Parameters
        ----------
        pairs : int
            How many will be compared; of more than `PAIRS_TO_LEARN_FROM` a part.

        Returns
        -------
        tuple
            Patterns (P, E) of int, 0 the same and -1 blank, sorted; counts ``pattern, group_left, group_right, n``,
            where the responses of each wave are parted into `GROUPS`; and the share of earlier responses that they
            come from.
        """
        parts = max(1, int(np.ceil(pairs / PAIRS_TO_LEARN_FROM)))
        found = self._levels(self.rules, (1, parts), (1, 1))
        columns = ", ".join(f'{_level(element)} AS "{element.item}"' for element in self.elements)
        names = [element.item for element in self.elements]
        groups = f'"{ID}_l" % {GROUPS} AS group_left, "{ID}_r" % {GROUPS} AS group_right'
        counted = self.connection.execute(
            f"SELECT {columns}, {groups}, count(*) AS n FROM {found.physical_name} GROUP BY ALL ORDER BY ALL"
        ).df()
        found.drop_table_from_database_and_remove_from_cache()
        patterns, place = np.unique(counted[names].to_numpy(dtype="int64"), axis=0, return_inverse=True)
        cells = counted[["group_left", "group_right", "n"]].assign(pattern=place.ravel())
        return patterns, cells, 1 / parts

    def _levels(self, rules: Sequence[Sequence[str]], left: tuple[int, int], right: tuple[int, int]) -> Any:
        """Compare pairs of a part of both tables; the level of an element is read from its weight (`_level`)."""
        coded = [(np.full(n, 0.5), 0.5 / 2.0 ** np.arange(1, n + 1)) for n in map(len, map(levels_of, self.elements))]
        linker = self._linker(coded, rules, retain_intermediate_calculation_columns=True)
        return linker.inference.predict_chunk(left_chunk=left, right_chunk=right, warning_mode="never")

    def weighed(self, m: Sequence[np.ndarray], u: Sequence[np.ndarray], lowest: float) -> pd.DataFrame:
        """Weigh every pair that a rule compares, and keep those with a weight of at least `lowest`.

        Parameters
        ----------
        m, u : sequence of ndarray
            Chances of each level of each element.
        lowest : float
            In bits, of the elements alone.

        Returns
        -------
        DataFrame
            ``left, right`` (ids), ``weight`` (log2, 6 decimals), and the level of each element, ``-1`` blank; sorted
            by ids.
        """
        linker = self._linker(list(zip(m, u, strict=True)), self.rules, retain_matching_columns=True)
        found = linker.inference.predict(threshold_match_weight=lowest, warning_mode="never")
        levels = ", ".join(
            f'CASE WHEN "gamma_{e.item}" = -1 THEN -1 ELSE {len(levels_of(e)) - 1} - "gamma_{e.item}" END AS "{e.item}"'
            for e in self.elements
        )
        pairs = self.connection.execute(
            f'SELECT "{ID}_l" AS "left", "{ID}_r" AS "right", match_weight AS weight, {levels} '
            f"FROM {found.physical_name} ORDER BY 1, 2"
        ).df()
        found.drop_table_from_database_and_remove_from_cache()
        return pairs.assign(weight=pairs["weight"].round(6))

    def _linker(
        self, chances: Sequence[tuple[np.ndarray, np.ndarray]], rules: Sequence[Sequence[str]], **retain: bool
    ) -> Linker:
        settings: dict[str, Any] = {
            "link_type": "link_only",
            "unique_id_column_name": ID,
            "probability_two_random_records_match": 0.5,  # the weight is then that of the elements alone
            "comparisons": [comparison_of(e, m, u) for e, (m, u) in zip(self.elements, chances, strict=True)],
            "blocking_rules_to_generate_predictions": [rule_for_splink(rule) for rule in rules],
            "additional_columns_to_retain": [],
            "retain_matching_columns": False,
            "retain_intermediate_calculation_columns": False,
        } | retain
        return Linker(self.tables, settings, log_level=40)

    def seen_by_chance(self, most: int = 250_000) -> tuple[list[np.ndarray], np.ndarray]:
        """How often each level is found among all allowed pairs, whether or not a rule compares them.

        Parameters
        ----------
        most : int
            Pairs in the sample from which the levels between same and different are known, about.

        Returns
        -------
        tuple
            For each element the share of each level where both answers are given (``same`` is counted over all
            pairs); the share of pairs with both given.
        """
        before, after = self.sides
        part = max(1, int(np.ceil(np.sqrt(len(before) * len(after) / most))))
        found = self._levels([[]], (1, part), (1, part))
        pairs = compared_pairs(before, after, [])
        shares, present = [], []
        for element in self.elements:
            name = element.item
            rows = self.connection.execute(f"SELECT {_level(element)}, count(*) FROM {found.physical_name} GROUP BY 1")
            counts = dict(rows.fetchall())
            rest = np.array([counts.get(level, 0) for level in range(1, len(levels_of(element)))], dtype=float)
            rest = rest / rest.sum() if rest.sum() else np.append(np.zeros(len(rest) - 1), 1.0)
            given = compared_pairs(before[before[name].notna()], after[after[name].notna()], [])
            same = compared_pairs(before, after, [name]) / given if given else 1.0
            present.append(given / pairs if pairs else 0.0)
            shares.append(np.append(same, (1 - same) * rest))
        found.drop_table_from_database_and_remove_from_cache()
        return shares, np.array(present)


def _level(element: Element) -> str:
    """The level found: splink tells the weight of a level and not its number, so `_levels` makes the two the same."""
    return f'(round("mw_{element.item}") - 1)::INT'
