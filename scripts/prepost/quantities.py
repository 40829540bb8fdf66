"""Counts as quantities: the ledger in which every count of every table is entered, and what nests in what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import permutations

import pandas as pd

from prepost.schemas import COUNT_COLUMNS

Cell = tuple[str, str, str]  # table, row_id, column
ORDINARY, MARGIN, PRIMARY, LATENT = 0, 1, 2, 9  # how dear a quantity is, when one more has to be withheld
NOT_STATED = "not stated"


@dataclass(frozen=True)
class Hierarchy:
    """Two category columns of one vocabulary sheet where each category of `fine` lies in one of `coarse`.

    Parameters
    ----------
    fine, coarse : str
        Column names, such as ``icb`` and ``region``.
    parent : dict of str to str
        The coarse category of each fine one.
    """

    fine: str
    coarse: str
    parent: Mapping[str, str]


@dataclass(frozen=True)
class CountSystem:
    """Quantities and the sums that hold among them.

    Parameters
    ----------
    values : list of int
        The private count of each quantity.
    tiers : list of int
        ORDINARY, MARGIN, PRIMARY (stands in a primary overall row) or LATENT (stands in no table).
    relations : list of dict of int to int
        Each maps quantities to coefficients; the weighted sum is zero.
    cells : dict of (table, row_id, column) to int
        The quantity of each released count.
    companions : dict of int to frozenset of int
        Quantities lost with a base: the people and the missing of its rows.
    missing : frozenset of int
        Quantities that count missing answers only.
    """

    values: list[int]
    tiers: list[int]
    relations: list[dict[int, int]]
    cells: dict[Cell, int]
    companions: dict[int, frozenset[int]]
    missing: frozenset[int]


def hierarchies(sheets: Iterable[Iterable[Sequence[str | None]]], columns: Sequence[Sequence[str]]) -> list[Hierarchy]:
    """Find which category columns of the vocabulary sheets nest in which others.

    Parameters
    ----------
    sheets : iterable of iterable of sequence of str
        For each vocabulary its lines, each the cells of the category columns.
    columns : sequence of sequence of str
        The category columns of each sheet.

    Returns
    -------
    list of Hierarchy
        One for each ordered pair of columns of a sheet where the first decides the second.
    """
    found = []
    for lines, names in zip(sheets, columns, strict=True):
        lines = list(lines)
        for fine, coarse in permutations(range(len(names)), 2):
            pairs = {(line[fine], line[coarse]) for line in lines if line[fine] and line[coarse]}
            if len(pairs) == len({category for category, _ in pairs}):
                parent = {NOT_STATED: NOT_STATED, **dict(sorted(pairs))}
                found.append(Hierarchy(names[fine], names[coarse], parent))
    return found


@dataclass
class Ledger:
    """Quantities as they are found; `same` joins two that are one (union-find), `total` notes a sum."""

    values: list[int] = field(default_factory=list)
    tiers: list[int] = field(default_factory=list)
    up: list[int] = field(default_factory=list)
    cells: dict[Cell, int] = field(default_factory=dict)
    missing: set[int] = field(default_factory=set)
    bases: list[tuple[int, int]] = field(default_factory=list)  # a base and what is lost with it
    sums: list[dict[int, int]] = field(default_factory=list)
    groups: dict[tuple[str, str, int], list[tuple[str, int]]] = field(default_factory=lambda: defaultdict(list))

    def add(self, value: int, tier: int) -> int:
        """Enter one quantity and return its number."""
        self.values.append(int(value))
        self.tiers.append(tier)
        self.up.append(len(self.up))
        return len(self.up) - 1

    def enter(self, table: str, row: Mapping[str, object], tier: int, address: tuple[str, str] | None) -> None:
        """Enter the counts of one row; `address` is the group of people that it counts whole."""
        for column in COUNT_COLUMNS:
            if column not in row or pd.isna(row[column]):
                continue
            number = self.cells[table, row["row_id"], column] = self.add(row[column], tier)
            if column == "n_missing":
                self.missing.add(number)
            if column != "n":
                self.bases.append((self.cells[table, row["row_id"], "n"], number))
            elif address is not None and row["n"] > 0:
                self.groups[(*address, int(row["n"]))].append((table, number))

    def root(self, number: int) -> int:
        """Return the number that stands for all that are the same."""
        while self.up[number] != number:
            self.up[number] = self.up[self.up[number]]
            number = self.up[number]
        return number

    def same(self, first: int, second: int) -> None:
        """Join two quantities into one."""
        low, high = sorted((self.root(first), self.root(second)))
        self.up[high] = low

    def total(self, whole: int, parts: Sequence[int]) -> bool:
        """Note that the parts make the whole, if they do."""
        if not parts or sum(self.values[part] for part in parts) != self.values[whole]:
            return False
        coefficients: dict[int, int] = defaultdict(int)
        for part in parts:
            coefficients[part] += 1
        coefficients[whole] -= 1
        self.sums.append(coefficients)
        return True

    def system(self) -> CountSystem:
        """Return the quantities, renumbered, with every distinct relation once."""
        roots = sorted({self.root(number) for number in range(len(self.up))})
        new = {root: place for place, root in enumerate(roots)}
        tiers = [LATENT] * len(roots)
        for number, tier in enumerate(self.tiers):
            if tier != LATENT:
                place = new[self.root(number)]
                tiers[place] = tier if tiers[place] == LATENT else max(tiers[place], tier)
        relations: dict[tuple, dict[int, int]] = {}
        for coefficients in self.sums:
            relation: dict[int, int] = defaultdict(int)
            for number, coefficient in coefficients.items():
                relation[new[self.root(number)]] += coefficient
            kept = {number: relation[number] for number in sorted(relation) if relation[number]}
            if len(kept) > 1:
                relations.setdefault(tuple(kept.items()), kept)
        companions: dict[int, set[int]] = defaultdict(set)
        for base, lost in self.bases:
            if self.root(base) != self.root(lost):
                companions[new[self.root(base)]].add(new[self.root(lost)])
        return CountSystem(
            [self.values[root] for root in roots],
            tiers,
            list(relations.values()),
            {cell: new[self.root(number)] for cell, number in self.cells.items()},
            {base: frozenset(lost) for base, lost in companions.items()},
            frozenset(new[self.root(number)] for number in self.missing),
        )
