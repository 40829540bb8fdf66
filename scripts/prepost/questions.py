"""One question over the pairs that answered it both times, made ready for the ordinal models."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from prepost.paired import OVERALL, Paired
from prepost.sheets import ItemRow
from prepost.study import Comparison

MODEL = "cumulative logit mixed model"


class Question(NamedTuple):
    """Answers of the pairs that have both, the declared answers, and what every row about them has."""

    before: np.ndarray  # (n,) answers, turned ones as scored
    after: np.ndarray
    person: np.ndarray
    both: np.ndarray  # which of all pairs have both answers
    codes: list[float]  # declared answers from low to high
    cut: float  # the lowest answer that counts as agreement
    common: dict


def ask(found: Paired, comparison: Comparison, item: ItemRow, top: int) -> Question:
    """Take the pairs with both answers to a question.

    Parameters
    ----------
    found : Paired
        Matched completions of the comparison.
    comparison : Comparison
        As declared.
    item : ItemRow
        An ordinal question.
    top : int
        How many of the highest answers count as agreement.
    """
    sides = [side[item.item].to_numpy(dtype=float, na_value=np.nan) for side in (found.before, found.after)]
    both = np.isfinite(sides[0]) & np.isfinite(sides[1])
    person = found.pairs["person"].to_numpy()[both]
    codes = [float(code) for code in range(int(item.low), int(item.high) + 1)]
    common = {
        "comparison": comparison.name,
        "outcome": item.item,
        "group_by": OVERALL,
        "group": OVERALL,
        "wave_from": comparison.wave_from,
        "wave_to": comparison.wave_to,
        "n": int(both.sum()),
        "n_unit": "pairs",
        "n_people": len(pd.unique(person)),
        "n_missing": int((~both).sum()),
        "role": "secondary",
    }
    return Question(sides[0][both], sides[1][both], person, both, codes, codes[-1] - top + 1, common)


def stacked(question: Question) -> tuple[np.ndarray, np.ndarray, pd.DataFrame | np.ndarray]:
    """Return answers, time (0 before, 1 after) and who answered, the pairs twice over.

    Returns
    -------
    tuple
        Answers and time, shape (2n,); people where each gave one pair, else a column for people and one for pairs.
    """
    n = len(question.before)
    person = np.tile(question.person, 2)
    several = len(pd.unique(question.person)) < n
    who = pd.DataFrame({"person": person, "completion": np.tile(np.arange(n), 2)}) if several else person
    return np.r_[question.before, question.after], np.repeat([0.0, 1.0], n), who
