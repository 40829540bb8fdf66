"""Which responses stand behind a row of the surveys beside the learners'."""

from __future__ import annotations

import numpy as np
import pandas as pd

from prepost import tables
from prepost.private_floors import RESPONSE, PrivateFloors
from prepost.schemas import ALL
from prepost.sheets import read_sheet
from prepost.study_checks_surveys import element_sets
from prepost.survey_sheets import BaseRow, ShareRow
from prepost.surveys.answers import NOT_STATED, YES, Answers
from prepost.surveys.appointments_table import adjustment, bands, first_of_each


def behind_surveys(row: pd.Series, floors: PrivateFloors) -> pd.DataFrame:
    """Return the responses of the base of a row: those who count in its `n`.

    Parameters
    ----------
    row : Series
        A private row of one of the strands' tables.
    floors : PrivateFloors
        The built study.

    Returns
    -------
    DataFrame
        ``source, line, wave``.
    """
    strand, surveys = str(row["strand"]), floors.study.settings.surveys
    config = floors.results.parent / "config"
    responses = tables.read(floors.results / "2_cleaned" / strand / "responses.parquet", "responses")
    answers = Answers(responses, floors.study.items, element_sets(surveys))
    bases = {base.base: base for base in read_sheet(config / surveys.bases, BaseRow, key="base")}
    lines = [line for line in read_sheet(config / surveys.shares, ShareRow) if line.strand == strand and not line.group]
    line = next((line for line in lines if line.share == row["outcome"]), None)
    if row["comparison"] == "bases":
        inside = answers.inside(bases[row["outcome"]])
    elif row["comparison"] == "margins":
        inside = _category(answers, row["group_by"], row["group"])
    elif strand == "appointments" and line is not None:  # a person counts once
        answers = first_of_each(answers, surveys.appointments.person)
        inside = answers.inside(bases[line.base]) & ~np.isnan(answers.value(line))
    elif strand == "appointments":
        inside = _appointments(answers, row, floors)
    elif strand == "professionals" and row["outcome"] in surveys.professionals.own.items:
        place = surveys.professionals.own.items.index(row["outcome"])
        both = row["outcome"], surveys.professionals.organisation.items[place]
        inside = ~np.any([np.isnan(answers.hit(item, [YES])) for item in both], axis=0)
    elif line is None:  # how many elements of a set, among those of whom the first of them is told
        base = next(line.base for line in lines if line.theme == "elements")
        inside = answers.inside(bases[base]) & ~np.isnan(answers.count(row["outcome"]))
    else:
        inside = answers.inside(bases[line.base]) & ~np.isnan(answers.value(line)) & _group(answers, row)
    return answers.responses.loc[inside, RESPONSE]


def _category(answers: Answers, item: str, code: str) -> np.ndarray:
    return next(who for name, who in answers.groups(item) if name == code)


def _group(answers: Answers, row: pd.Series) -> np.ndarray:
    """The row's group; for a test between groups everybody who gave one."""
    if row["group_by"] == ALL:
        return answers.everyone
    if row["group"] != ALL:
        return _category(answers, row["group_by"], row["group"])
    return np.any([who for name, who in answers.groups(row["group_by"]) if name != NOT_STATED], axis=0)


def _appointments(answers: Answers, row: pd.Series, floors: PrivateFloors) -> np.ndarray:
    settings = floors.study.settings.surveys.appointments
    count = answers.count(settings.elements.name)
    known = ~(np.isnan(count) | np.isnan(answers.hit(row["outcome"], [YES])))
    if row["estimate_name"].endswith("_adjusted"):
        return known & ~np.isnan(adjustment(answers, settings.adjust)).any(axis=1)
    if row["group_by"] == "care":
        return known & ((count >= settings.enough) == (row["group"] == "personalised"))
    if row["group_by"] == "number":
        low, high = next((low, high) for name, low, high in bands(settings) if name == row["group"])
        return known & (count >= low) & (count <= high)
    return known
