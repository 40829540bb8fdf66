"""A display table, built row by row from facts: its cells say which fact each is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import pandas as pd

from prepost.facts import Facts


class Written(NamedTuple):
    """Facts of one cell (`keys`, as in `Display.add`) that are written otherwise than prose writes them."""

    keys: tuple[str, ...]
    write: Callable[[float], str]


class Display:
    """Builds a display table row by row from facts."""

    def __init__(self, facts: Facts, head: Sequence[str], numbers: Sequence[str]) -> None:
        self._facts, self._head, self._numbers = facts, list(head), list(numbers)
        self._texts: list[list[str]] = []
        self._keys: list[list[str]] = []

    def add(self, *cells: str | tuple[str, ...] | Written) -> None:
        """Add a row: text, or a tuple of one fact's key, or of the two of an interval (linked by the first)."""
        texts, keys = [], []
        for given in cells:
            if isinstance(given, str):
                texts.append(given)
                keys.append("")
                continue
            cell, write = given if isinstance(given, Written) else (given, None)
            known = [self._facts.get(key) for key in cell]
            there = [fact for fact in known if fact is not None]
            said = [fact.text if write is None or fact.value is None else write(fact.value) for fact in there]
            absent = not said or any(fact is None or fact.mark == "x" for fact in known)
            texts.append("–" if absent else _joined(said))
            keys.append("" if absent else cell[0])
        self._texts.append(texts)
        self._keys.append(keys)

    def frame(self) -> pd.DataFrame:
        """Return the table."""
        shown = pd.DataFrame(self._texts, columns=self._head)
        shown.attrs["keys"] = pd.DataFrame(self._keys, columns=self._head)
        shown.attrs["numbers"] = self._numbers
        return shown


def _joined(said: list[str]) -> str:
    """One number as it is, two as an interval, three as an estimate with its interval."""
    if len(set(said)) == 1:
        return said[0]
    return " to ".join(said) if len(said) == 2 else f"{said[0]} ({said[1]} to {said[2]})"
