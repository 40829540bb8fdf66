"""A display table, built row by row from facts: its cells say which fact each is."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from prepost.facts import Facts


class Display:
    """Builds a display table row by row from facts."""

    def __init__(self, facts: Facts, head: Sequence[str], numbers: Sequence[str]) -> None:
        self._facts, self._head, self._numbers = facts, list(head), list(numbers)
        self._texts: list[list[str]] = []
        self._keys: list[list[str]] = []

    def add(self, *cells: str | tuple[str, ...]) -> None:
        """Add a row: text, or a tuple of one fact's key, or of the two of an interval (linked by the first)."""
        texts, keys = [], []
        for cell in cells:
            if isinstance(cell, str):
                texts.append(cell)
                keys.append("")
                continue
            known = [self._facts.get(key) for key in cell]
            said = [fact.text for fact in known if fact is not None]
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
