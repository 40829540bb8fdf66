"""What a survey's responses say to the sheets: who is in a base, and who gave the answer that is told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from prepost.errors import Fault, StudyError
from prepost.recode import MULTIPLE_JOIN
from prepost.schemas import MISSING_SUFFIX
from prepost.sheets import ItemRow
from prepost.study_surveys import Elements
from prepost.survey_sheets import BaseRow, ShareRow

NOT_STATED = "not stated"
YES = "yes"


class Answers:
    """The responses of one strand, looked at by item and code.

    Parameters
    ----------
    responses : DataFrame
        Floor 2, one row a response.
    items : iterable of ItemRow
        The codebook.
    elements : sequence of Elements
        Items that are counted together.
    """

    def __init__(self, responses: pd.DataFrame, items: Iterable[ItemRow], elements: Sequence[Elements] = ()) -> None:
        self.responses = responses
        self.items: Mapping[str, ItemRow] = {item.item: item for item in items}
        self.elements = {part.name: part for part in elements}
        self.everyone = np.ones(len(responses), dtype=bool)

    def hit(self, name: str, codes: Sequence[str]) -> np.ndarray:
        """Return 1 where the answer to an item is one of the codes, 0 where it is another, NaN where there is none."""
        if name in self.elements:
            return self._in([float(code) for code in codes], self.count(name))
        item = self._asked(name)
        if item.scale == "multiple":
            ticks = self.responses[[f"{name}{MULTIPLE_JOIN}{code}" for code in codes]]
            return ticks.max(axis=1, skipna=False).to_numpy(dtype=float)
        if item.scale in ("ordinal", "number"):
            return self._in([float(code) for code in codes], self.number(name))
        cells = self.responses[name]
        wanted = cells.isin([item.codes.get(code) or code for code in codes]).to_numpy(dtype=float)
        return np.where(cells.notna(), wanted, np.nan)

    @staticmethod
    def _in(wanted: Sequence[float], values: np.ndarray) -> np.ndarray:
        return np.where(np.isnan(values), np.nan, np.isin(values, wanted).astype(float))

    def number(self, name: str) -> np.ndarray:
        """Return the number that an item holds, or that a set of elements counts; NaN where there is none."""
        if name in self.elements:
            return self.count(name)
        self._asked(name)
        return self.responses[name].to_numpy(dtype=float, na_value=np.nan)

    def count(self, name: str) -> np.ndarray:
        """Return how many items of a set were answered with yes; NaN where one of them has no answer."""
        return np.sum([self.hit(item, [YES]) for item in self.elements[name].items], axis=0)

    def skipped(self, name: str) -> np.ndarray:
        """Return where an item was shown and has no answer."""
        names = self.elements[name].items if name in self.elements else [name]
        kinds = [self.responses[f"{item}{MISSING_SUFFIX}"] for item in names if self._asked(item)]
        return np.any(
            [(kind.notna() & kind.ne("not_shown").fillna(False)).to_numpy(dtype=bool) for kind in kinds], axis=0
        )

    def inside(self, base: BaseRow) -> np.ndarray:
        """Return who is in a base, as a boolean array."""
        found = self.everyone.copy()
        for name, codes in base.conditions:
            found &= self.hit(name, codes) == 1
        return found

    def value(self, row: ShareRow) -> np.ndarray:
        """Return what a row of survey_shares.csv is about: 1 and 0, or a number; NaN where there is no answer."""
        found = self.hit(row.item, row.answers) if row.answers else self.number(row.item)
        if row.not_asked == "no":
            return np.where(np.isnan(found) & ~self.skipped(row.item), 0.0, found)
        return found

    def groups(self, by: str) -> list[tuple[str, np.ndarray]]:
        """Return each category of an item that somebody is in, by its code, and who is in it; not stated is last."""
        item = self._asked(by)
        found = [(code, self.hit(by, [code]) == 1) for code in item.codes]
        found.append((NOT_STATED, self.responses[by].isna().to_numpy(dtype=bool)))
        return [(code, who) for code, who in found if who.any()]

    def _asked(self, name: str) -> ItemRow:
        item = self.items[name]
        columns = [f"{name}{MULTIPLE_JOIN}{code}" for code in item.codes] if item.scale == "multiple" else [name]
        if not set(columns) <= set(self.responses):
            raise StudyError(
                Fault(
                    f"config/survey_shares.csv, config/survey_bases.csv · '{name}'",
                    "no response of this survey holds an answer to it",
                    "an item that one of the strand's sources asks",
                    "map its column in config/fields.csv, or take its lines out of the sheets",
                ),
                kind="data",
            )
        return item
