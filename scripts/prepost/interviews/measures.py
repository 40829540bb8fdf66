"""How far coders agree, and how codes accumulate over interviews: private numbers, and the words that may leave."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from math import comb

import krippendorff
import numpy as np
import pandas as pd

from prepost.interviews.turns import PARTICIPANT

FIRM, TENTATIVE = 0.80, 0.667  # Krippendorff (2004), Content Analysis, chapter 11
AGREEMENT = ["row_id", "coders", "theme", "n_units", "n_both", "n_either", "kappa", "alpha", "positive_agreement"]
ACCUMULATION = ["row_id", "interviews", "themes_mean", "themes_fewest", "themes_most", "themes_new"]
ALL_THEMES = "all"


def agreement(turns: pd.DataFrame, segments: pd.DataFrame, themes: list[str]) -> pd.DataFrame:
    """Return how far each pair of coders agrees, theme by theme, over turns of interviews that both coded.

    Parameters
    ----------
    turns : DataFrame
        See `prepost.interviews.turns.without_identifiers`.
    segments : DataFrame
        All coders'.
    themes : list of str

    Returns
    -------
    DataFrame
        ``row_id``; ``coders``; ``theme`` (and ``all``: every turn × theme as one unit); ``n_units`` turns; ``n_both``
        and ``n_either``, turns that both, or one at least, gave the theme; ``kappa`` (Cohen, 1960,
        10.1177/001316446002000104); ``alpha`` (Krippendorff, nominal); ``positive_agreement`` = 2a / (2a + b + c)
        (Cicchetti and Feinstein, 1990, 10.1016/0895-4356(90)90159-M). Blank where nobody gave the theme.
    """
    rows = []
    for one, other in combinations(sorted(set(segments["coder"])), 2):
        shared = set(segments.loc[segments["coder"] == one, "source"]) & set(
            segments.loc[segments["coder"] == other, "source"]
        )
        units = turns[turns["source"].isin(shared) & (turns["speaker"] == PARTICIPANT)]
        if units.empty:
            continue
        keys = list(units[["source", "line"]].itertuples(index=False, name=None))
        sides = [_given(segments[segments["coder"] == coder], keys, themes) for coder in (one, other)]
        pairs = [(theme, sides[0][:, place], sides[1][:, place]) for place, theme in enumerate(themes)]
        pairs.append((ALL_THEMES, sides[0].ravel(), sides[1].ravel()))
        rows += [(f"{one}.{other}.{theme}", f"{one}, {other}", theme, *_agreed(a, b)) for theme, a, b in pairs]
    return pd.DataFrame(rows, columns=AGREEMENT)


def _given(segments: pd.DataFrame, keys: list[tuple], themes: list[str]) -> np.ndarray:
    """Turns by themes: whether the coder gave the theme to the turn."""
    given = set(segments[["source", "line", "theme"]].itertuples(index=False, name=None))
    return np.array([[(*key, theme) in given for theme in themes] for key in keys], dtype=bool)


def _agreed(one: np.ndarray, other: np.ndarray) -> tuple:
    both, either = int((one & other).sum()), int((one | other).sum())
    if not either:
        return len(one), both, either, np.nan, np.nan, np.nan
    observed = float((one == other).mean())
    expected = float(one.mean() * other.mean() + (1 - one.mean()) * (1 - other.mean()))
    kappa = (observed - expected) / (1 - expected) if expected < 1 else np.nan
    alpha = krippendorff.alpha(np.vstack([one, other]).astype(float), level_of_measurement="nominal")
    return len(one), both, either, kappa, float(alpha), 2 * both / (2 * both + (either - both))


def accumulation(segments: pd.DataFrame, interviews: int) -> pd.DataFrame:
    """Return how many themes are heard after k interviews, over every order in which they could have been held.

    Parameters
    ----------
    segments : DataFrame
        The settled ones.
    interviews : int
        How many interviews there are, those without a segment included.

    Returns
    -------
    DataFrame
        ``interviews`` k from 1; ``themes_mean``, the mean over all orders; ``themes_fewest`` and ``themes_most``, over
        all sets of k; ``themes_new``, what the k-th adds in the mean.

    Notes
    -----
    A theme heard in m of n interviews is missed by a random set of k with chance C(n-m, k) / C(n, k), so the mean over
    orders is the sum of 1 minus that, as in rarefaction by samples (Colwell et al., 2012, 10.1093/jpe/rtr044). The
    curve tells how many themes were heard in exactly one interview, in two, and so on: it never leaves the building.
    """
    heard = segments.groupby("theme")["source"].nunique()
    sets = [frozenset(part["theme"]) for _, part in segments.groupby("source")]
    sets += [frozenset()] * (interviews - len(sets))
    rows, before = [], 0.0
    for k in range(1, interviews + 1):
        mean = float(sum(1 - comb(interviews - int(m), k) / comb(interviews, k) for m in heard))
        sizes = [len(frozenset().union(*chosen)) for chosen in combinations(sets, k)]
        rows.append((f"{k}", k, mean, min(sizes), max(sizes), mean - before))
        before = mean
    return pd.DataFrame(rows, columns=ACCUMULATION)


def agreement_in_words(found: pd.DataFrame) -> str:
    """Say how far the coders agreed without a number: a coefficient over so few turns would tell some of them."""
    overall = found.loc[found["theme"] == ALL_THEMES, "alpha"].dropna()
    if overall.empty:
        return "No interview was coded twice, so the coders' agreement cannot be said."
    worst = float(overall.min())
    band = "firm" if worst >= FIRM else "tentative" if worst >= TENTATIVE else "weak"
    return (
        "Some interviews were coded twice, by coders who worked apart. By Krippendorff's alpha over turns and themes "
        f"their agreement was {band}; where they differed the adjudicator decided."
    )


def accumulation_in_words(found: pd.DataFrame) -> str:
    """Say whether late interviews still brought themes that were new, without the curve and without a claim."""
    if len(found) < 2:
        return "With one interview there is nothing to accumulate."
    last = float(found["themes_new"].iloc[-1])
    said = (
        "the last interviews brought hardly a theme that was new"
        if last < 0.5
        else "the last interviews still brought themes that were new"
    )
    orders = "Averaged over every order in which the interviews could have been held"
    return f"{orders}, {said}. This is not evidence of saturation."


def statements(texts: Mapping[str, str]) -> pd.DataFrame:
    """Return statements about the method as a table of words: ``row_id``, ``aspect``, ``statement``."""
    rows = [(aspect.lower().replace(" ", "_"), aspect, text) for aspect, text in texts.items()]
    return pd.DataFrame(rows, columns=["row_id", "aspect", "statement"])
