"""Answers in people's own words (roles, boards) brought to the study's categories through its sheets."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import pandas as pd
from pydantic import Field, create_model

from prepost.errors import Fault, StudyError
from prepost.sheets import OptionalText, Row, read_sheet
from prepost.study import Vocabulary
from prepost.wording import fold

NOT_STATED = "not stated"
Sheet = dict[str, tuple[str | None, ...]]


def read_vocabulary(path: Path, vocabulary: Vocabulary) -> Sheet:
    """Read a vocabulary sheet.

    Parameters
    ----------
    path : Path
        A CSV with the columns ``answer``, the vocabulary's columns, and a ``note`` that is not read.
    vocabulary : Vocabulary
        Which columns it gives.

    Returns
    -------
    dict
        Folded answer to its cells, in the order of the vocabulary's columns.

    Raises
    ------
    StudyError
        The sheet has faults, or two of its lines give one answer different cells.
    """
    columns = dict.fromkeys(vocabulary.columns, (OptionalText, None))
    model = create_model(
        "VocabularyRow",
        __base__=Row,
        answer=(Annotated[str, Field(min_length=1)], ...),
        note=(OptionalText, None),
        **columns,
    )
    sheet: Sheet = {}
    faults = []
    for row in read_sheet(path, model, key="answer"):
        cells = tuple(getattr(row, name) for name in vocabulary.columns)
        if sheet.setdefault(fold(row.answer), cells) != cells:
            faults.append(
                Fault(
                    f"config/{path.name} · answer",
                    f"'{row.answer}' stands there twice (case and blanks apart), with different cells",
                    "each answer once",
                    f"delete one of the two lines in config/{path.name}",
                )
            )
    if faults:
        raise StudyError(*faults)
    return sheet


def apply_vocabulary(values: pd.Series, vocabulary: Vocabulary, sheet: Sheet) -> tuple[dict[str, pd.Series], pd.Series]:
    """Return the vocabulary's columns for each answer, and which answers the sheet does not have.

    Parameters
    ----------
    values : Series of str
        The item on floor 2; null where missing.
    vocabulary : Vocabulary
        Which columns it gives.
    sheet : dict
        As `read_vocabulary` gives it.

    Returns
    -------
    columns : dict of str to Series of str
        One a column; "not stated" where the item is missing, the sheet lacks the answer, or its cell is blank.
    unmapped : Series of bool
        Answered, and not in the sheet.
    """
    which, unique = pd.factorize(values, use_na_sentinel=True)
    found = [sheet.get(fold(text)) for text in unique]
    columns = {}
    for place, name in enumerate(vocabulary.columns):
        cells = [cells[place] or NOT_STATED if cells else NOT_STATED for cells in found]
        # One further entry at the end is what the sentinel -1 of a missing answer takes.
        columns[name] = pd.Series(pd.array([*cells, NOT_STATED], dtype="string").take(which), index=values.index)
    absent = pd.array([*(cells is None for cells in found), False], dtype="bool")
    return columns, pd.Series(absent.take(which), index=values.index)
