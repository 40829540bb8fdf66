"""Respondents by the categories that weights are made for; what does not fit is named and refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from prepost.errors import Fault, StudyError
from prepost.sheets import ItemRow
from prepost.survey_sheets import TargetRow, target_faults
from prepost.surveys.raking import NotMet, Raked, rake_within

NOT_STATED = "not stated"
PREFIX = "margin_"


class Margins(NamedTuple):
    """The margins to weight to.

    Attributes
    ----------
    names : list of str
        Items.
    categories : list of list of str
        Codes of each item's answers; "not stated" last where somebody gave no answer.
    shares : list of ndarray
        Their shares of the whole, from 0 to 1.
    codes : ndarray of int, shape (n, margins)
        Category of each respondent.
    """

    names: list[str]
    categories: list[list[str]]
    shares: list[np.ndarray]
    codes: np.ndarray


def read_margins(
    rows: Sequence[TargetRow], responses: pd.DataFrame, items: Mapping[str, ItemRow], sheet: str
) -> Margins:
    """Set the respondents against the targets.

    Parameters
    ----------
    rows : sequence of TargetRow
        The sheet of targets.
    responses : DataFrame
        Floor 2: `source`, `line`, and a column a margin with the answer's label.
    items : mapping of str to ItemRow
        The codebook.
    sheet : str
        The sheet's name, for errors.

    Returns
    -------
    Margins

    Raises
    ------
    StudyError
        Targets that do not sum; a margin that was not asked; a target category without a respondent; respondents in
        a category without a target. All at once, with lines.

    Notes
    -----
    Those who did not answer a margin's question are a category of their own, whose target is their share of the
    respondents: the others are weighted to the targets among themselves.
    """
    faults = target_faults(rows, items, sheet)
    names = list(dict.fromkeys(row.margin for row in rows))
    categories, shares, columns = [], [], []
    for name in names if not faults else ():
        own = [row for row in rows if row.margin == name]
        if name not in responses:
            what = f"the margin '{name}' was asked in no source"
            fix = "map its column in config/fields.csv, or take the margin out"
            faults.append(Fault(f"config/{sheet} · line {own[0].line} · margin", what, "", fix))
            continue
        labels = items[name].codes
        place = {labels.get(row.category) or row.category: number for number, row in enumerate(own)}
        answers = responses[name]
        faults += _unmatched(own, place, answers, responses, sheet)
        found = answers.map(place).fillna(len(own)).astype("int64").to_numpy()
        silent = float((found == len(own)).mean())
        goal = np.array([row.share for row in own]) / 100 * (1 - silent)
        categories.append([row.category for row in own] + ([NOT_STATED] if silent else []))
        shares.append(np.append(goal, silent) if silent else goal)
        columns.append(found)
    if faults:
        raise StudyError(*faults, kind="data")
    return Margins(names, categories, shares, np.array(columns).T)


def _unmatched(
    own: Sequence[TargetRow], place: Mapping[str, int], answers: pd.Series, responses: pd.DataFrame, sheet: str
) -> list[Fault]:
    name, there = own[0].margin, set(answers.dropna())
    faults = [
        Fault(
            f"config/{sheet} · line {row.line} · category",
            f"no respondent is in '{row.category}' of '{name}', so nobody can stand for it",
            "a respondent at least in each category",
            "join it to a neighbouring category here, and the answers to the same one in config/recodes.csv",
        )
        for row, label in zip(own, place, strict=True)
        if label not in there
    ]
    for label in sorted(there - set(place)):
        here = answers.eq(label).fillna(False)
        source = responses.loc[here, "source"].iloc[0]
        faults.append(
            Fault(
                f"source '{source}' · item '{name}'",
                f"{int(here.sum()):,} respondents answered '{label}', which has no target",
                "one of " + ", ".join(place),
                f"add the category with its share to config/{sheet}, or map the answer in config/recodes.csv",
                rows=[int(line) for line in responses.loc[here, "line"]],
            )
        )
    return faults


def weigh(margins: Margins, low: float | None, high: float | None, sheet: str) -> Raked:
    """Weights that sum to the number of respondents and meet the margins, within the bounds of the study.

    Parameters
    ----------
    margins : Margins
    low, high : float or None
        As `prepost.surveys.raking.rake_within` takes them.
    sheet : str
        The sheet's name, for errors.

    Returns
    -------
    Raked

    Raises
    ------
    StudyError
        The margins contradict each other, or the bounds are too tight.
    """
    count = len(margins.codes)
    try:
        return rake_within(margins.codes, [share * count for share in margins.shares], low, high)
    except NotMet as why:
        raise StudyError(
            Fault(
                f"config/{sheet}",
                f"no weights meet all margins: {why}",
                "margins that can hold at once, and bounds in surveys.population.trim that leave room for them",
                "widen the bounds, or join categories that few respondents are in",
            ),
            kind="data",
        ) from None


def weights_table(responses: pd.DataFrame, margins: Margins, weights: np.ndarray) -> pd.DataFrame:
    """Return table `survey_weights`: source, line, wave, weight, and the category of each margin."""
    columns = {
        f"{PREFIX}{name}": pd.array(np.array(names, dtype=object)[codes], dtype="string")
        for name, names, codes in zip(margins.names, margins.categories, margins.codes.T, strict=True)
    }
    found = responses[["source", "line", "wave"]].assign(weight=weights, **columns)
    return found.sort_values(["source", "line", "wave"], kind="stable", ignore_index=True)
