"""The Fellegi-Sunter model: how often elements agree in one person's pairs and by chance, found without labels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from prepost.linkage.blocking import chance_blocked

FEWEST_ELEMENTS = 3  # two latent classes of independent elements are identified from three on
FEWEST_LINKS = 10  # fewer pairs that look like one person's say nothing about how codes go wrong
_PRIOR = 0.5  # pseudo-pairs a level, so that a level never seen among links keeps a chance
_LEAST = 1e-9


class Seen(NamedTuple):
    """What was seen when pairs were compared.

    ``patterns`` (P, E) is the level of each element, 0 the same, -1 blank; ``counts`` (P,) pairs of each pattern;
    ``pairs`` all pairs that the constraints allow; ``rules`` places of elements that must agree for a pair to be
    compared (an empty rule compares all); ``chance`` for each element how often each level is found among all allowed
    pairs with both answers; ``present`` (E,) share of them with both answers; ``most`` the most links there can be.
    ``cells`` are the counts by ``pattern, group_left, group_right``, for resampling.
    """

    patterns: np.ndarray
    counts: np.ndarray
    pairs: float
    rules: list[list[int]]
    chance: list[np.ndarray]
    present: np.ndarray
    most: float
    cells: pd.DataFrame


class Model(NamedTuple):
    """Chances of each level of each element among links (``m``) and others (``u``), and the number of ``links``."""

    m: list[np.ndarray]
    u: list[np.ndarray]
    links: float
    steps: int


def unidentified(seen: Seen, names: Sequence[str]) -> str | None:
    """Say why the model cannot be identified from what was seen, or None where it can.

    Parameters
    ----------
    seen : Seen
    names : sequence of str
        Names of the elements.

    Returns
    -------
    str or None
        In an evaluator's words.

    Notes
    -----
    Two latent classes with conditionally independent elements are identified from three elements on that vary (Goodman
    1974, doi:10.1093/biomet/61.2.215); with as many parameters as patterns nothing is left to be fitted; and where
    all elements agree by chance in more pairs than there can be links, agreement does not tell a link.
    """
    varies = [bool(f[0] < 1 - 1e-6 and p > 0) for f, p in zip(seen.chance, seen.present, strict=True)]
    if not seen.counts.sum():
        return "no two responses could be compared"
    if sum(varies) < FEWEST_ELEMENTS:
        return too_few(names, [name for name, one in zip(names, varies, strict=True) if not one])
    parameters = 1 + sum(len(f) - 1 for f, one in zip(seen.chance, varies, strict=True) if one)
    possible = np.prod([len(f) for f, one in zip(seen.chance, varies, strict=True) if one]) - 1
    if parameters > possible:
        return f"{parameters} unknowns and {possible:g} different patterns of agreement"
    together = float(np.prod([f[0] for f, one in zip(seen.chance, varies, strict=True) if one])) * seen.pairs
    if together > seen.most:
        chance = f"by chance alone about {together:,.0f} pairs agree in every element"
        return f"{chance}, and there can be {seen.most:,.0f} links"
    return None


def too_few(names: Sequence[str], still: Sequence[str]) -> str:
    """Say that too few elements vary, and which do not."""
    vary = len(names) - len(still)
    told = f"; blank or the same for everybody: {', '.join(still)}" if still else ""
    verb = "element varies" if vary == 1 else "elements vary"
    return f"{vary} {verb}, and {FEWEST_ELEMENTS} are needed to tell agreement from chance{told}"


def fit(seen: Seen, *, start: Model | None = None, steps: int = 500, tolerance: float = 1e-8) -> Model:
    """Estimate the model by expectation and maximisation.

    Parameters
    ----------
    seen : Seen
    start : Model or None
        Where to begin; else at 90 % agreement in links.
    steps : int
        At most so many.
    tolerance : float
        Ends when no chance moves by more.

    Returns
    -------
    Model
        `links` is bounded by ``seen.most``.

    Notes
    -----
    Fellegi & Sunter 1969, doi:10.1080/01621459.1969.10501049; Winkler 1988. The chances of others follow from what is
    seen over all allowed pairs, which links are part of: u = (f - share m) / (1 - share). Pairs that no rule compared
    are missing data: how many of them are links, and at which levels, follows from the model by inclusion and
    exclusion, so that blocking on an element does not make it look more reliable than it is.
    """
    model = start or _start(seen)
    hot = _hot(seen)
    for step in range(1, steps + 1):
        new = _step(seen, model, hot)
        moved = max(
            max(float(np.abs(a - b).max()) for a, b in zip(new.m, model.m, strict=True)),
            abs(new.links - model.links) / max(1.0, model.links),
        )
        model = new._replace(steps=step)
        if moved < tolerance:
            break
    return model


def unlikely(model: Model, names: Sequence[str]) -> str | None:
    """Say why a fitted model cannot be what it is meant to be, or None."""
    if model.links < FEWEST_LINKS:
        return f"fewer than {FEWEST_LINKS} pairs look like one person's"
    swapped = [name for name, m, u in zip(names, model.m, model.u, strict=True) if m[0] <= u[0]]
    if len(swapped) * 2 > len(names):
        return f"{', '.join(swapped)} agree no more often in links than by chance: the model has found something else"
    return None


def weights_of(model: Model) -> list[np.ndarray]:
    """Return the match weight of each level of each element: log2 of m over u, to 6 decimals."""
    return [np.round(np.log2(m / u), 6) for m, u in zip(model.m, model.u, strict=True)]


def log_ratios(patterns: np.ndarray, model: Model) -> np.ndarray:
    """Return the natural log of the likelihood ratio of each pattern; a blank says nothing."""
    total = np.zeros(len(patterns))
    for place, (m, u) in enumerate(zip(model.m, model.u, strict=True)):
        each = np.append(np.log(m / u), 0.0)  # the last is for -1, a blank
        total += each[patterns[:, place]]
    return total


def _start(seen: Seen) -> Model:
    m = []
    for found in seen.chance:
        rest = np.geomspace(1, 0.5, len(found) - 1)
        m.append(np.append(0.9, 0.1 * rest / rest.sum()))
    links = 0.5 * seen.most
    return Model(m, _others(seen, m, links), links, 0)


def _others(seen: Seen, m: list[np.ndarray], links: float) -> list[np.ndarray]:
    share = links / seen.pairs
    found = [np.maximum((f - share * each) / (1 - share), _LEAST) for f, each in zip(seen.chance, m, strict=True)]
    return [each / each.sum() for each in found]


def _hot(seen: Seen) -> list[list[np.ndarray]]:
    return [
        [np.flatnonzero(seen.patterns[:, place] == level) for level in range(len(found))]
        for place, found in enumerate(seen.chance)
    ]


def expected_links(seen: Seen, model: Model) -> float:
    """Return how many links the model expects among the pairs that were seen, and among those no rule compared."""
    return float(links_by_pattern(seen, model).sum()) + _unseen(seen, model, model.links / seen.pairs)[1]


def links_by_pattern(seen: Seen, model: Model) -> np.ndarray:
    """Return how many links the model expects among the pairs of each pattern."""
    share = model.links / seen.pairs
    odds = np.exp(log_ratios(seen.patterns, model)) * share / (1 - share)
    return seen.counts * odds / (1 + odds)


def _step(seen: Seen, model: Model, hot: list[list[np.ndarray]]) -> Model:
    share = model.links / seen.pairs
    expected = links_by_pattern(seen, model)
    unseen, hidden = _unseen(seen, model, share)
    links = min(float(expected.sum()) + hidden, seen.most)
    m = []
    for place, rows in enumerate(hot):
        at = np.array([expected[row].sum() for row in rows]) + unseen[place] + _PRIOR
        m.append(at / at.sum())
    return Model(m, _others(seen, m, links), links, 0)


def _unseen(seen: Seen, model: Model, share: float) -> tuple[list[np.ndarray], float]:
    """Expected links among pairs that no rule compared, by level of each element, and how many in all."""
    if any(not rule for rule in seen.rules):
        return [np.zeros(len(each)) for each in model.m], 0.0
    same = np.array([each[0] for each in model.m]) * seen.present
    by_chance = np.array([each[0] for each in model.u]) * seen.present
    missed = 1 - chance_blocked(same, seen.rules)
    others = 1 - chance_blocked(by_chance, seen.rules)
    left = max(seen.pairs - float(seen.counts.sum()), 0.0)
    hidden = left * share * missed / (share * missed + (1 - share) * others) if left else 0.0
    levels = []
    for place, each in enumerate(model.m):
        given = [np.where(np.arange(len(same)) == place, float(level == 0), same) for level in range(len(each))]
        not_seen = np.array([1 - chance_blocked(row, seen.rules) for row in given])
        levels.append(hidden * seen.present[place] * each * not_seen / max(missed, 1e-12))
    return levels, hidden
