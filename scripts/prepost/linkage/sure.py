"""How many links of a procedure are false, as far as that can be told without knowing the truth."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

DRAWS = 2000
BY_CHANCE = "from how often different people write the same key; no interval"
BY_WEIGHTS = "from the links' own probabilities, the model taken as known"
UNKNOWN = "no model weighs the links, and the key is a single item"


class Sure(NamedTuple):
    """The share of false links with its interval, precision and recall likewise (estimate, low, high), and a note."""

    false_share: tuple[float, float, float]
    precision: tuple[float, float, float]
    recall: tuple[float, float, float]
    note: str


NOTHING = (np.nan, np.nan, np.nan)


def how_sure(
    linked: pd.DataFrame,
    quality: pd.DataFrame,
    procedure: str,
    threshold: float | None,
    by_chance: float,
    *,
    level: float,
    seed: int,
) -> Sure:
    """Return the share of false links of a procedure.

    Parameters
    ----------
    linked : DataFrame
        Its pairs, rows of ``candidates``.
    quality : DataFrame
        Floor 3 ``linkage_quality`` of the same two waves.
    procedure, threshold
        As in ``prepost.linkage.procedures``.
    by_chance : float
        How many exact links chance alone would make (`prepost.linkage.by_chance`); missing where it cannot be told.
    level : float
        Level of the intervals.
    seed : int

    Returns
    -------
    Sure
        From the linkage model where it was asked about this procedure and threshold; else from the probabilities of
        the links, each right or wrong by its own; else, for exact keys, from chance agreement.

    Notes
    -----
    The expected number of false links is the sum of what the probabilities lack to 1 (Fellegi & Sunter 1969,
    doi:10.1080/01621459.1969.10501049); half a false link is added to each draw, as Jeffreys' prior does.
    """
    found = _asked(quality, procedure, threshold)
    if "precision" in found:
        precision = found["precision"]
        false = (1 - precision[0], 1 - precision[2], 1 - precision[1])
        return Sure(false, precision, found.get("recall", NOTHING), "")
    chance = linked["probability"].to_numpy(dtype=float)
    chance = chance[np.isfinite(chance)]
    if len(chance) and len(chance) >= len(linked) / 2:
        false = _of_probabilities(chance, len(linked), level, seed)
        return Sure(false, (1 - false[0], 1 - false[2], 1 - false[1]), NOTHING, BY_WEIGHTS)
    if procedure == "exact" and len(linked) and np.isfinite(by_chance):
        share = min(by_chance / len(linked), 1.0)
        return Sure((share, np.nan, np.nan), (1 - share, np.nan, np.nan), NOTHING, BY_CHANCE)
    return Sure(NOTHING, NOTHING, NOTHING, UNKNOWN)


def _asked(quality: pd.DataFrame, procedure: str, threshold: float | None) -> dict[str, tuple[float, float, float]]:
    same = quality["threshold"].isna() if threshold is None else np.isclose(quality["threshold"], threshold)
    rows = quality[(quality["procedure"] == procedure) & same & quality["estimate"].notna()]
    columns = ["measure", "estimate", "ci_low", "ci_high"]
    return {measure: tuple(map(float, numbers)) for measure, *numbers in rows[columns].itertuples(index=False)}


def _of_probabilities(chance: np.ndarray, links: int, level: float, seed: int) -> tuple[float, float, float]:
    rng = np.random.default_rng([seed, links])
    wrong = np.array([(rng.random(len(chance)) > chance).sum() for _ in range(DRAWS)]) + rng.gamma(0.5, size=DRAWS)
    low, high = np.quantile(np.minimum(wrong, links), [(1 - level) / 2, (1 + level) / 2])
    estimate = float((1 - chance).sum())
    return estimate / links, min(low, estimate) / links, max(high, estimate) / links
