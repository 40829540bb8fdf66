"""Every number that the prose may say: its key, its text, and the released cell it comes from."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from prepost import formatting
from prepost.disclosure import share_bases
from prepost.errors import Fault, StudyError
from prepost.released import MARK_SUFFIX
from prepost.released_schemas import SHARE, SHARE_OF, number_columns
from prepost.schemas import COUNT_COLUMNS

PLACEHOLDER = re.compile(r"\[\[([^\[\]\n]*)\]\]")
BASES = ("n", "n_people", SHARE)  # cells for which [c] says "fewer than"
SPECIAL = re.compile(r"([\\`*_{}\[\]()#+!|<>~^$@'\"-])")


@dataclass(frozen=True)
class Fact:
    """One number of a released table.

    Parameters
    ----------
    key : str
        ``<table>/<row_id>/<column>``.
    value : float or int or None
        The released number; None where it is marked.
    text : str
        How prose writes it: ``0.80``, ``fewer than 10``, ``withheld``, ``not available``.
    mark : str
        ``c``, ``w``, ``x`` or empty.
    source : dict
        ``table`` (file name), ``row``, ``column``.
    """

    key: str
    value: float | int | None
    text: str
    mark: str
    source: Mapping[str, str]

    def __str__(self) -> str:
        return self.text


class Facts(Mapping[str, Fact]):
    """All facts by key; `fact` refuses an unknown key, `fill` puts them into prose."""

    def __init__(self, facts: Mapping[str, Mapping[str, object]]) -> None:
        self._facts = facts

    def __getitem__(self, key: str) -> Fact:
        return Fact(key, **self._facts[key])

    def __iter__(self) -> Iterator[str]:
        return iter(self._facts)

    def __len__(self) -> int:
        return len(self._facts)

    def fact(self, key: str, *, where: str = "the report's prose") -> Fact:
        """Return one fact.

        Parameters
        ----------
        key : str
            ``<table>/<row_id>/<column>``.
        where : str
            The file that asks, for the error.

        Raises
        ------
        StudyError
            If there is no such number; the message gives the nearest keys.
        """
        if key not in self._facts:
            raise StudyError(
                Fault(
                    f"{where} · [[{key}]]",
                    "no released table holds this number",
                    self._nearest(key),
                    "write <table>/<row_id>/<column> as the tables on floor 7 have them",
                )
            )
        return self[key]

    def fill(self, text: str, *, where: str = "the report's prose") -> str:
        """Replace each ``[[key]]`` by its number, as a span that carries its key and links to its row.

        Parameters
        ----------
        text : str
            Markdown; digits in it are the writer's own.
        where : str
            The file it comes from, for errors.

        Returns
        -------
        str
            Markdown with ``[0.80](#row-…){.fact key="…"}``.

        Raises
        ------
        StudyError
            For every unknown key at once.
        """
        keys = [found.strip() for found in PLACEHOLDER.findall(text)]
        faults = []
        for key in dict.fromkeys(keys):
            try:
                self.fact(key, where=where)
            except StudyError as error:
                faults.extend(error.faults)
        if faults:
            raise StudyError(*faults)
        return PLACEHOLDER.sub(lambda found: span(self[found[1].strip()]), text)

    def _nearest(self, key: str) -> str:
        near = difflib.get_close_matches(key, list(self._facts), n=3, cutoff=0.6)
        if near:
            return "did you mean " + " or ".join(f"'{found}'" for found in near) + "?"
        names = sorted({found.partition("/")[0] for found in self._facts})
        return "a key that begins with " + ", ".join(f"'{name}/'" for name in names)


def load(path: Path) -> Facts:
    """Read facts.json."""
    return Facts(json.loads(path.read_text(encoding="utf-8")))


def anchor(key: str) -> str:
    """Return the anchor of a fact's row in the appendix, from its key or from ``<table>/<row_id>``.

    Examples
    --------
    >>> anchor("comparisons/primary.confidence.all.all.mean_change/estimate")
    'row-comparisons-primary-confidence-all-all-mean_change'
    """
    return "row-" + re.sub(r"[^a-z0-9_]+", "-", "/".join(key.split("/")[:2]).lower()).strip("-")


def span(fact: Fact) -> str:
    """Write a fact as a markdown span with its key, linked to its row; the text is escaped."""
    text = SPECIAL.sub(r"\\\1", fact.text)
    return f'[{text}](#{anchor(fact.key)}){{.fact key="{fact.key}"}}'


def facts_of(tables: Mapping[str, pd.DataFrame], *, threshold: int) -> dict[str, dict[str, object]]:
    """Make a fact of every number of the released tables.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Released tables by name, as `prepost.released.read_released` gives them.
    threshold : int
        The study's threshold, for "fewer than …".

    Returns
    -------
    dict
        Key to ``value``, ``text``, ``mark``, ``source``; keys sorted.
    """
    found: dict[str, dict[str, object]] = {}
    for table, frame in tables.items():
        bases = _share_bases(table, frame)
        for column in number_columns(table):
            marks = frame[column + MARK_SUFFIX]
            write = _writer(column)
            for row_id, value, mark, base in zip(frame["row_id"], frame[column], marks, bases, strict=True):
                if mark:
                    plain, text = None, formatting.marked(mark, counts=column in BASES, threshold=threshold)
                else:
                    plain = int(value) if column in COUNT_COLUMNS else float(value)
                    text = formatting.percent(plain, base) if column == SHARE else write(plain)
                source = {"table": f"{table}.csv", "row": row_id, "column": column}
                found[f"{table}/{row_id}/{column}"] = {"value": plain, "text": text, "mark": mark, "source": source}
    return dict(sorted(found.items()))


def _writer(column: str) -> Callable[[float], str]:
    if column in COUNT_COLUMNS:
        return formatting.count
    if column == "ci_level":
        return lambda level: formatting.percent(level, None)
    return {
        "p": formatting.p_value,
        "p_adjusted": formatting.p_value,
        "df": formatting.degrees_of_freedom,
    }.get(column, formatting.number)


def _share_bases(table: str, frame: pd.DataFrame) -> list[int | None]:
    """The count that each row's share is of, where it is released."""
    if table not in SHARE_OF:
        return [None] * len(frame)
    plain = frame[[column for column in frame.columns if not column.endswith(MARK_SUFFIX)]]
    counts = dict(zip(frame["row_id"], frame["n"], strict=True))
    bases = (counts.get(row_id) if pd.notna(row_id) else None for row_id in share_bases(plain, table))
    return [int(base) if base is not None and pd.notna(base) else None for base in bases]
