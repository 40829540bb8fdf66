"""The table that stands under each figure: plain headers, formatted cells, and the key of the fact in each cell."""

from __future__ import annotations

import pandas as pd

from prepost import formatting
from prepost.exhibits import main, secondary, survey_figures, surveys
from prepost.figures.cells import ALL, Setting, Tables, pick, primary

__all__ = ["Setting", "exhibit_table", "foot"]
BUILDERS = main.BUILDERS | secondary.BUILDERS | surveys.BUILDERS | survey_figures.BUILDERS
FEET = main.FEET | secondary.FEET | surveys.FEET | survey_figures.FEET


def exhibit_table(name: str, tables: Tables, setting: Setting) -> pd.DataFrame:
    """Return the table under a figure.

    Parameters
    ----------
    name : str
        The figure: flow, outcomes, modules, likert, transitions, movement, participants or three_months.
    tables : mapping of str to DataFrame
        Released tables by name, as `prepost.released.read_released` gives them.
    setting : Setting
        The study's words.

    Returns
    -------
    DataFrame
        Text cells under plain headers, one row a line; ``attrs["keys"]`` is a frame of the same shape with each
        cell's fact key or "", ``attrs["numbers"]`` names the columns that are aligned right. No rows where the
        figure has nothing to show.
    """
    return BUILDERS[name](tables, setting).frame()


def foot(name: str, tables: Tables, setting: Setting) -> str:
    """Return the foot of an exhibit: its base, what is missing, the method, and the CSV by file name.

    Parameters
    ----------
    name, tables, setting
        As in `exhibit_table`.

    Returns
    -------
    str
        Sentences without the last full stop.
    """
    csv = f"Table: {FEET[name][0]}"
    base = _base(tables) if FEET[name][2] else ""
    return ". ".join(part for part in (FEET[name][1], base, csv) if part)


def _base(tables: Tables) -> str:
    rows = pick(tables, "comparisons", comparison=primary(tables) or "", group_by=ALL, estimate_name="mean_change")
    known = rows["n"].dropna() if len(rows) else rows
    if len(known) == 0:
        return "Base: no matched pairs that may be counted here"
    low, high = formatting.count(float(known.min())), formatting.count(float(known.max()))
    pairs = low if low == high else f"{low} to {high}, as some left single questions out"
    return f"Base: matched pairs with both scores, {pairs}"
