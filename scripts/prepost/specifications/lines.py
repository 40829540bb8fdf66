"""Which completions stand behind a row of the specification curve."""

from __future__ import annotations

import pandas as pd

from prepost.paired import Floor, Paired
from prepost.specifications.curve import AS_PRIMARY, SPECIFICATION, choose
from prepost.study import Comparison


def behind(
    row: pd.Series, found: Paired, floor: Floor, comparison: Comparison, later: str | None, weights: pd.DataFrame
) -> pd.DataFrame:
    """Return the pairs that a row was computed from.

    Parameters
    ----------
    row : Series
        A row of schema ``specifications``; a row of the summary stands on the primary analysis's pairs.
    found : Paired
        The completions of the primary comparison.
    floor : Floor
        Floors 2 to 4.
    comparison : Comparison
        The primary comparison.
    later : str or None
        The third wave.
    weights : DataFrame
        Floor 4 ``weights``.

    Returns
    -------
    DataFrame
        Rows of ``pairs``: those with the outcome on both sides; for the latent metric all that were kept.
    """
    said = row["group"].split("; ") if row["group_by"] == SPECIFICATION and "=" in row["group"] else []
    options = AS_PRIMARY | dict(part.split("=") for part in said)
    sample = choose(found, options, floor, comparison, later, weights)
    if sample is None:
        return found.pairs.head(0)
    kept = sample.pairs
    if options["metric"] == "scale":
        kept = kept.take(kept.before[row["outcome"]].notna() & kept.after[row["outcome"]].notna())
    return kept.pairs
