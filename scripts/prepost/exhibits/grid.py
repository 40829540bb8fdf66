"""A display table that is being filled: text cells, and the key of the fact in each."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import NamedTuple

import pandas as pd

from prepost import formatting
from prepost.figures.cells import Setting, mark, number

EFFECTS = ("Pairs", "Mean before", "Mean after", "Change", "95% CI from", "to")


class Cell(NamedTuple):
    """One cell: its text, and the key of its fact ("" where it is no number of a released table)."""

    text: str
    key: str = ""


class Grid:
    """A display table that is being filled.

    Parameters
    ----------
    words : iterable of str
        Headers of the columns of words, which stand first.
    numbers : iterable of str
        Headers of the columns of numbers.
    setting : Setting
        For the threshold that "fewer than …" names.
    """

    def __init__(self, words: Iterable[str], numbers: Iterable[str], setting: Setting) -> None:
        self.words, self.numbers, self.setting = list(words), list(numbers), setting
        self.rows: list[list[Cell]] = []

    def add(self, words: Iterable[str], cells: Iterable[Cell]) -> None:
        """Add a row."""
        self.rows.append([*(Cell(word) for word in words), *cells])

    def cell(self, row: pd.Series | None, table: str, column: str, write: Callable[[float], str]) -> Cell:
        """Return a released cell, written; its mark in words where it is not shown; blank where there is no row."""
        if row is None:
            return Cell("")
        key = f"{table}/{row['row_id']}/{column}"
        value = number(row, column)
        if not math.isnan(value):
            return Cell(write(value), key)
        counts = column in ("n", "n_people", "share")
        found = mark(row, column) or "x"
        if found == "c" and counts and self.setting.threshold is None:
            return Cell("too few to show", key)
        return Cell(formatting.marked(found, counts=counts, threshold=self.setting.threshold or 0), key)

    def frame(self) -> pd.DataFrame:
        """Return the table; `attrs` holds `keys` (a frame of the same shape) and `numbers` (headers)."""
        columns = [*self.words, *self.numbers]
        shown = pd.DataFrame([[cell.text for cell in row] for row in self.rows], columns=columns, dtype="string")
        keys = pd.DataFrame([[cell.key for cell in row] for row in self.rows], columns=columns, dtype="string")
        shown.attrs = {"keys": keys, "numbers": self.numbers}
        return shown
