"""From which change on a pair counts as moved, and what errors of measurement alone would give."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import pandas as pd

from prepost.effects_shares import NullShares, reliable_change, shares_by_error_alone
from prepost.reliability import cronbach_alpha
from prepost.sheets import ItemRow
from prepost.study import RELIABLE, Outcome


class Threshold(NamedTuple):
    """Beyond which change of an outcome a pair counts as moved, and the error of measurement behind it.

    ``edge`` in scale points; ``reliable`` the reliable change and ``sem`` the standard error of measurement, NaN where
    ``note`` says why there is none; ``alpha`` at that wave; ``n`` people with every item answered, ``n_missing`` people
    without.
    """

    edge: float
    reliable: float
    sem: float
    alpha: float
    n: int
    n_missing: int
    note: str


def threshold(at_wave: pd.DataFrame, outcome: Outcome) -> Threshold:
    """Find from which change on a pair counts as moved on a scale.

    Parameters
    ----------
    at_wave : DataFrame, one row a used response of the comparison's first wave
        ``person``, the items of the outcome and its score (``Sides.at_wave``).
    outcome : Outcome
        ``moves`` says which threshold is declared.

    Returns
    -------
    Threshold
        ``edge`` is the smallest effect of interest, or the reliable change where the outcome declares it and it can be
        computed.

    Notes
    -----
    Alpha and the standard deviation are taken over one response a person with every item answered, whether matched or
    not: so each group and each comparison from that wave has one threshold, and their counts sum.
    """
    one_each = at_wave.drop_duplicates("person")
    items = one_each.reindex(columns=outcome.items).astype("float64")
    whole = items.notna().all(axis=1)
    alpha = cronbach_alpha(items)
    scores = one_each.loc[whole, outcome.name].astype("float64") if outcome.name in one_each else pd.Series(dtype=float)
    found = reliable_change(float(scores.std(ddof=1)), alpha.alpha)
    declared = outcome.moves == RELIABLE and pd.notna(found.threshold)
    return Threshold(
        found.threshold if declared else outcome.smallest_effect,
        found.threshold,
        found.sem,
        alpha.alpha,
        int(whole.sum()),
        int((~whole).sum()),
        alpha.note if pd.isna(alpha.alpha) else found.note,
    )


def by_error_alone(found: Threshold, outcome: Outcome, items: Mapping[str, ItemRow]) -> NullShares:
    """Return the shares that would count as moved if nobody had changed (`prepost.effects_shares`)."""
    ordinal = all(items[name].scale == "ordinal" for name in outcome.items if name in items)
    step = (1 / len(outcome.items) if outcome.method == "mean" else 1.0) if ordinal else 0.0
    return shares_by_error_alone(found.sem, found.edge, step)
