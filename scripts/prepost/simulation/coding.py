"""Coding sheets as two invented coders and an adjudicator send them back, from the themes that were planted."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from prepost.comments.frame import CANNOT, NONE
from prepost.comments.gather import KEY
from prepost.comments.returned import COLUMNS, THEMES, identifier
from prepost.simulation.plan import CoderErrors, Coding

ADJUDICATOR = "adjudicator"


def filled_in(
    sample: pd.DataFrame, comments: pd.DataFrame, truth: pd.DataFrame, frame: Sequence[str], plan: Coding, seed: int
) -> dict[str, pd.DataFrame]:
    """Fill in every sheet.

    Parameters
    ----------
    sample : DataFrame
        Schema ``coding_sample``: which comments each coder gets.
    comments : DataFrame
        Schema ``comments``.
    truth : DataFrame
        KEY, ``theme`` and ``denied`` (yes, no): what was planted.
    frame : sequence of str
        Themes of the coding frame.
    plan : Coding
        Error rates, and what each planted theme stands for.
    seed : int

    Returns
    -------
    dict of str to DataFrame
        A sheet each for first, second and adjudicator, in the columns of `prepost.comments.returned`. The adjudicator
        gets what both coded and saw differently.
    """
    rows = sample.merge(comments, on=KEY, how="left", validate="one_to_one")
    planted = _planted(truth, plan)
    true = [_true(row, planted, plan, set(frame)) for row in rows.to_dict("records")]
    given = {
        coder: [
            _seen(themes, frame, plan.coders[coder], _rng(seed, coder, row))
            for themes, row in zip(true, _ids(rows), strict=True)
        ]
        for coder in plan.coders
    }
    mine = {coder: rows["coders"].isin(["both", coder]).to_numpy() for coder in ("first", "second")}
    apart = [one != other for one, other in zip(given["first"], given["second"], strict=True)]
    mine[ADJUDICATOR] = mine["first"] & mine["second"] & np.array(apart, dtype=bool)
    return {coder: _sheet(rows, given[coder], mine[coder]) for coder in mine}


def _ids(rows: pd.DataFrame) -> list[str]:
    return [identifier(row) for row in rows[KEY].to_dict("records")]


def _rng(seed: int, coder: str, comment: str) -> np.random.Generator:
    """A comment's own numbers, so that another sample changes nothing for the comments in both."""
    return np.random.default_rng([seed, zlib.crc32(coder.encode()), zlib.crc32(comment.encode())])


def _planted(truth: pd.DataFrame, plan: Coding) -> Mapping[tuple, set[str]]:
    found: dict[tuple, set[str]] = {}
    for source, line, wave, item, theme, denied in truth[[*KEY, "theme", "denied"]].itertuples(index=False):
        question = item.removeprefix("text_")
        themes = found.setdefault((source, line, wave, item), set())
        if theme != NONE and denied != "yes":
            themes |= {*plan.stands_for.get(f"{question}.{theme}", plan.stands_for.get(theme, []))}
            themes |= {*plan.question.get(question, [])}
    return found


def _true(row: Mapping, planted: Mapping[tuple, set[str]], plan: Coding, frame: set[str]) -> set[str]:
    themes = planted.get(tuple(row[column] for column in KEY), set()) & frame
    if themes:
        return themes
    plain = str(row["text"]).strip().strip(".!").casefold()
    return {CANNOT} if plain in {clause.casefold() for clause in plan.cannot} else {NONE}


def _seen(true: set[str], frame: Sequence[str], errors: CoderErrors, rng: np.random.Generator) -> list[str]:
    chance = rng.random(len(frame) + 1)
    seen = [
        theme
        for theme, drawn in zip(frame, chance, strict=False)
        if (drawn >= errors.miss if theme in true else drawn < errors.add)
    ]
    if seen:
        return seen[: len(THEMES)]
    outside = CANNOT if CANNOT in true else NONE
    if chance[-1] < errors.miss / 2:
        outside = NONE if outside == CANNOT else CANNOT
    return [outside]


def _sheet(rows: pd.DataFrame, given: Sequence[list[str]], mine: np.ndarray) -> pd.DataFrame:
    lines = [
        [identifier(row), row["item"], row["text"], *themes, *[""] * (len(THEMES) - len(themes)), ""]
        for row, themes, own in zip(rows.to_dict("records"), given, mine, strict=True)
        if own
    ]
    return pd.DataFrame(lines, columns=COLUMNS, dtype="string")
