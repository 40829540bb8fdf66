"""The target population of a comparison: every first survey that is used, what is known of it, and its weight."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from prepost.attrition.chances import ResponseWeights, response_weights
from prepost.conditions import Condition
from prepost.designs import is_number
from prepost.matching import NOT_STATED
from prepost.paired import Floor, Paired, Sides, holds
from prepost.schemas import SCHEMAS
from prepost.scoring import ABOUT
from prepost.study import Comparison

#: Answers of a category given by fewer are taken together in a model.
FEWEST = 20
LATER_STATES = ["used", "blank_key", "no_module"]  # each is one person's answer; a duplicate or a part is none
NO_COVARIATES = "no covariates are declared: no weights"


class Target(NamedTuple):
    """First surveys row by row (`first`, `covariates`, `matched`), later responses likewise (`later`, `linked`).

    ``pair`` is the row of `found` in which a first survey stands, -1 where it has no partner.
    """

    found: Paired
    first: pd.DataFrame
    covariates: pd.DataFrame
    matched: np.ndarray
    pair: np.ndarray
    later: pd.DataFrame
    linked: np.ndarray


def target_population(floor: Floor, comparison: Comparison, covariates: Sequence[str]) -> Target:
    """Gather the first surveys of a comparison, matched or not, and the later responses, linked or not.

    Parameters
    ----------
    floor : Floor
        Floors 2 to 4.
    comparison : Comparison
        The primary comparison.
    covariates : sequence of str
        Categories, ``module`` and outcomes, as they stand at the first wave or for the person. "not stated" counts
        as missing; a score that is missing is a missing number, which the models take as a level of its own.

    Returns
    -------
    Target

    Notes
    -----
    A first survey counts that is used: its key is known, and it is the one that stands for its person and module. Of
    a person who answered twice one survey counts. Later responses count with a blank key too, since somebody gave
    them. A pair that the comparison's condition leaves out is no loss: both its responses are left out here; of those
    without a pair, they whom the condition leaves out by what is known (`may_be_included`).
    """
    sides = Sides(floor)
    found = sides.paired(comparison)
    first, answered = (
        rows[may_be_included(comparison, wave, rows)].reset_index(drop=True)
        for wave, rows in ((wave, sides.at_wave(wave)) for wave in (comparison.wave_from, comparison.wave_to))
    )
    states = floor.links["state"].isin(LATER_STATES[1:]) & (floor.links["wave"] == comparison.wave_to)
    unknown = floor.links[states] if comparison.include is None else floor.links.iloc[:0]
    later = pd.concat([frame[["source", "line", "wave", "module"]] for frame in (answered, unknown)], ignore_index=True)
    ends = [comparison.wave_from, comparison.wave_to]
    anyone = floor.pairs[floor.pairs[["wave_from", "wave_to"]].eq(ends).all(axis=1)]
    first, pair = _of(first, anyone, found.pairs, "from")
    later, partner = _of(later, anyone, found.pairs, "to")
    known = pd.DataFrame({name: _said(first, name) for name in covariates}, index=first.index)
    return Target(found, first, known, pair >= 0, pair, later, partner >= 0)


def may_be_included(comparison: Comparison, wave: str, rows: pd.DataFrame) -> pd.Series:
    """Say which responses of one wave the comparison's condition may include, whatever was answered at other waves.

    Parameters
    ----------
    comparison : Comparison
        Its condition; without one everybody is included.
    wave : str
        The wave of the rows.
    rows : DataFrame
        Responses of that wave with what is known of the person (`prepost.paired.Sides.at_wave`).

    Returns
    -------
    Series of bool
        On the rows' index.
    """
    if comparison.include is None:
        return pd.Series(True, index=rows.index)
    return _may_hold(comparison.include, wave, rows, otherwise=True)


def _may_hold(condition: Condition, wave: str, rows: pd.DataFrame, *, otherwise: bool) -> pd.Series:
    """Whether a condition holds, a part about another wave taken as `otherwise`."""
    if condition.kind == "not":
        return ~_may_hold(condition.negated, wave, rows, otherwise=not otherwise)
    inside = condition.all_of or condition.any_of
    if inside is None:
        place, _, item = next(condition.names()).partition(".")
        if place not in (ABOUT, wave):
            return pd.Series(otherwise, index=rows.index)
        nothing = pd.Series(pd.NA, index=rows.index, dtype="string")
        return holds(condition, lambda _: rows.get(item, nothing))
    parts = [_may_hold(part, wave, rows, otherwise=otherwise) for part in inside]
    joined = parts[0]
    for part in parts[1:]:
        joined = joined & part if condition.kind == "all" else joined | part
    return joined


def _of(rows: pd.DataFrame, anyone: pd.DataFrame, pairs: pd.DataFrame, side: str) -> tuple[pd.DataFrame, np.ndarray]:
    """Rows but those whose pair is left out by the condition, and the pair in which each stands."""
    keys = pd.MultiIndex.from_frame(rows[["source", "line"]])
    inside, all_of_them = (
        pd.MultiIndex.from_frame(frame[[f"source_{side}", f"line_{side}"]].set_axis(["source", "line"], axis=1))
        for frame in (pairs, anyone)
    )
    place = inside.get_indexer(keys) if len(inside) else np.full(len(rows), -1)
    left_out = keys.isin(all_of_them) & (place < 0)
    return rows[~left_out].reset_index(drop=True), place[~left_out]


def _said(first: pd.DataFrame, name: str) -> pd.Series:
    if name not in first:
        return pd.Series(pd.NA, index=first.index, dtype="string")
    if pd.api.types.is_numeric_dtype(first[name]):
        return first[name]
    text = first[name].astype("string")
    return text.mask(text == NOT_STATED)


def weigh(target: Target, trim: float) -> ResponseWeights | None:
    """Weigh those kept for the target population; None where the study declares nothing to weigh by.

    Parameters
    ----------
    target : Target
        See `target_population`.
    trim : float
        Weights are trimmed at this quantile and one minus it.

    Notes
    -----
    See `prepost.attrition.chances`. Linkage is modelled by module where modules are known, since the later file tells
    little else of all its responses alike. A number that fewer than ``FEWEST`` first surveys lack is taken at its mean
    there, without a level of its own: from so few none can be estimated, and one who answered by chance more often
    than links are found would leave everybody without a weight.
    """
    if not len(target.covariates.columns):
        return None
    covariates = target.covariates.apply(few_at_the_mean)
    modules = target.first["module"].notna().any() and target.later["module"].notna().any()
    return response_weights(
        covariates.assign(**{"the module": target.first["module"]}) if modules else covariates,
        target.later.rename(columns={"module": "the module"}),
        target.matched,
        target.linked,
        response=list(covariates),
        linkage=["the module"] if modules else [],
        fewest=FEWEST,
        trim=(trim, 1 - trim),
    )


def few_at_the_mean(values: pd.Series) -> pd.Series:
    """Return a covariate; a number that some but fewer than ``FEWEST`` lack is taken at its mean there."""
    if not is_number(values) or not 0 < values.isna().sum() < min(FEWEST, len(values)):
        return values
    number = values.astype("float64")
    return number.fillna(number.mean())


def weights_table(target: Target, made: ResponseWeights | None) -> pd.DataFrame:
    """Return one row a first survey with its chances and its weight.

    Returns
    -------
    DataFrame
        Schema ``weights``: ``source, line, wave, module, person, p_responded, p_linked, weight`` (null where there is
        no partner, and where there is no model) and ``note``, why there is none.
    """
    table = target.first[["source", "line", "wave", "module", "person"]].copy()
    empty = np.full(len(table), np.nan)
    table["p_responded"] = empty if made is None else made.p_responded
    table["p_linked"] = empty if made is None else made.p_linked
    table["weight"] = empty if made is None else made.weights
    table["note"] = pd.array([(NO_COVARIATES if made is None else made.note) or None] * len(table), dtype="string")
    return table[list(SCHEMAS["weights"].columns)]
