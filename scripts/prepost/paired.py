"""Matched completions side by side: before, after, the groups they are in, and who is included."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import pandas as pd

from prepost.conditions import Condition
from prepost.errors import Fault, StudyError
from prepost.matching import NOT_STATED, completions
from prepost.schemas import MISSING_SUFFIX
from prepost.study import Comparison

OVERALL = "all"


class Floor(NamedTuple):
    """What a comparison is computed from: floor 2 responses, floor 3 people, links and pairs, floor 4 scores."""

    responses: pd.DataFrame
    people: pd.DataFrame
    links: pd.DataFrame
    pairs: pd.DataFrame
    scores: pd.DataFrame


class Paired(NamedTuple):
    """Matched completions of one comparison: `pairs`, and both sides row by row alike."""

    pairs: pd.DataFrame
    before: pd.DataFrame
    after: pd.DataFrame
    people: pd.DataFrame

    def take(self, rows: pd.Series) -> Paired:
        """Return the completions where `rows` is true."""
        return Paired(*[frame[rows.to_numpy()].reset_index(drop=True) for frame in self])

    def only(self, names: Sequence[str]) -> Paired:
        """Return who gave each completion, as a number, and these columns of both sides: light enough to part often.

        A group and an outcome at a time, completions are parted some hundreds of times. Numbers stand in for people
        since comparing them costs less than comparing texts.
        """
        person = pd.DataFrame({"person": pd.factorize(self.pairs["person"])[0]})
        sides = [side[[name for name in names if name in side]] for side in (self.before, self.after)]
        return Paired(person, *sides, self.people[[]])


class Sides:
    """Looks a response up by source and line, once for all comparisons."""

    def __init__(self, floor: Floor) -> None:
        wide = completions(floor.responses, floor.links)
        # No statistic of pairs asks why an answer is missing, and those columns are as many as the answers.
        wide = wide[[column for column in wide if not column.endswith(MISSING_SUFFIX)]]
        keys = ["source", "line", "wave"]
        extra = [c for c in floor.scores if c not in (*keys, "module", "person")]
        self._wide = wide.merge(floor.scores[[*keys, *extra]], on=keys, how="left", validate="one_to_one")
        self._floor = floor
        self._people = floor.people.set_index("person")

    def paired(self, comparison: Comparison) -> Paired:
        """Return the matched completions of a comparison that its conditions include."""
        pairs = self._floor.pairs
        chosen = (pairs["wave_from"] == comparison.wave_from) & (pairs["wave_to"] == comparison.wave_to)
        pairs = pairs[chosen].reset_index(drop=True)
        found = Paired(
            pairs,
            self._side(pairs, "from", comparison.wave_from),
            self._side(pairs, "to", comparison.wave_to),
            self._people.reindex(pairs["person"]).reset_index(drop=True),
        )
        if comparison.include is None:
            return found
        return found.take(holds(comparison.include, self._lookup(found, comparison)))

    def at_wave(self, wave: str) -> pd.DataFrame:
        """Return every used response of a wave with its scores and what is known of the person."""
        rows = self._wide[self._wide["wave"] == wave].reset_index(drop=True)
        about = self._people.reindex(rows["person"]).reset_index(drop=True)
        return rows.join(about[[c for c in about if c not in rows]])

    def _side(self, pairs: pd.DataFrame, side: str, wave: str) -> pd.DataFrame:
        keys = pairs[[f"source_{side}", f"line_{side}"]].set_axis(["source", "line"], axis=1)
        rows = self._wide[self._wide["wave"] == wave]
        return keys.merge(rows, on=["source", "line"], how="left", validate="one_to_one")

    def _lookup(self, found: Paired, comparison: Comparison) -> Callable[[str], pd.Series]:
        sides = {comparison.wave_from: found.before, comparison.wave_to: found.after}

        def lookup(name: str) -> pd.Series:
            place, _, item = name.partition(".")
            if place == "about":
                for frame in (found.people, found.before, found.after):
                    if item in frame:
                        return frame[item]
            elif place in sides and item in sides[place]:
                return sides[place][item]
            elif place not in sides:
                rows = self._wide[self._wide["wave"] == place].drop_duplicates(["person", "module"])
                if item in rows:
                    keys = ["person", "module"]
                    return found.pairs[keys].merge(rows[[*keys, item]], on=keys, how="left")[item]
            known = set(self._people) - {"module"} if place == "about" else (self._wide["wave"] == place).any()
            if not known:  # a wave or a source without a row is no fault; nobody answered there
                return pd.Series(pd.NA, index=found.pairs.index, dtype="string")
            raise StudyError(
                Fault(
                    f"config/study.yaml · comparisons · {comparison.name} · include",
                    f"no answer to '{item}' was read at '{place}'",
                    "an item that fields.csv maps for that wave or source",
                    "mend the condition, or map the item in config/fields.csv",
                )
            )

        return lookup


def holds(condition: Condition, lookup: Callable[[str], pd.Series]) -> pd.Series:
    """Say row by row whether a condition holds; a missing answer holds nothing but `not`.

    Parameters
    ----------
    condition : Condition
        See `prepost.conditions`.
    lookup : callable
        Gives the column of a name ``<place>.<item>``, one value a row.

    Returns
    -------
    Series of bool
    """
    kind = condition.kind
    if kind == "answered":
        values = lookup(condition.answered)
        return values.notna() & (values.astype("string") != NOT_STATED).fillna(False)
    if kind in ("equals", "in", "between"):
        ((name, wanted),) = (condition.equals or condition.within or condition.between).items()
        values = lookup(name)
        if kind == "between":
            return pd.to_numeric(values, errors="coerce").astype("float64").between(*wanted)
        return _is_one_of(values, wanted if kind == "in" else [wanted], name)
    if kind == "not":
        return ~holds(condition.negated, lookup)
    parts = [holds(part, lookup) for part in condition.all_of or condition.any_of]
    joined = parts[0]
    for part in parts[1:]:
        joined = joined & part if kind == "all" else joined | part
    return joined


def _is_one_of(values: pd.Series, wanted: Sequence[object], name: str) -> pd.Series:
    if not pd.api.types.is_numeric_dtype(values):
        return values.isin([f"{value:g}" if isinstance(value, float) else str(value) for value in wanted])
    numbers = pd.to_numeric(pd.Series([str(value) for value in wanted], dtype="string"), errors="coerce")
    if numbers.isna().any():
        raise StudyError(
            Fault(
                "config/study.yaml · comparisons · include",
                f"'{name}' holds numbers, and '{wanted[int(numbers.isna().argmax())]}' is none",
                "a number of the item's scale",
                "mend the condition",
            )
        )
    return values.isin(numbers.astype("float64").tolist())


def groups(found: Paired, group_by: str | None) -> pd.Series:
    """Return the group of each completion: its module, or a category said before, of the person, or after.

    Parameters
    ----------
    found : Paired
        Matched completions.
    group_by : str or None
        ``module``, a category item or a vocabulary column; None is overall.

    Returns
    -------
    Series of text
        ``all`` when `group_by` is None; ``not stated`` where no side says.
    """
    if group_by is None:
        return pd.Series(OVERALL, index=found.pairs.index, dtype="string")
    if group_by == "module":
        return found.pairs["module"].astype("string").fillna(NOT_STATED)
    return first_stated(
        [frame[group_by] for frame in (found.before, found.people, found.after) if group_by in frame], found.pairs.index
    )


def first_stated(columns: Sequence[pd.Series], index: pd.Index) -> pd.Series:
    """Return, row by row, the first of several columns that states something, else ``not stated``."""
    found = pd.Series(pd.NA, index=index, dtype="string")
    for column in columns:
        text = column.astype("string").set_axis(index)
        found = found.fillna(text.mask(text == NOT_STATED))
    return found.fillna(NOT_STATED)
