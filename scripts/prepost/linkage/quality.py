"""How many of the links are right, and how many were missed, without knowing the truth."""

from __future__ import annotations

import numpy as np
import pandas as pd

from prepost.linkage.chances import prior_odds
from prepost.linkage.model import Model, Seen, expected_links, fit, links_by_pattern, log_ratios
from prepost.linkage.weigh import GROUPS

DRAWS = 200
_BAND, _STEADY = 40, 10  # links in a band, and links by which a ratio is held near one
_STEPS = 60  # a resampled model begins where the fitted one ended


def estimate_quality(
    linked: pd.DataFrame,
    names: list[str],
    seen: Seen,
    model: Model,
    sizes: tuple[int, int],
    *,
    level: float,
    seed: int,
) -> pd.DataFrame:
    """Estimate how many links are false, and precision and recall, with intervals.

    Parameters
    ----------
    linked : DataFrame
        The links of a procedure: ``probability``, and the level of each element.
    names : list of str
        The elements.
    seen, model : Seen, Model
        What was seen, and the model fitted to it.
    sizes : tuple of int
        Responses of the two waves.
    level : float
        Level of the intervals.
    seed : int

    Returns
    -------
    DataFrame
        ``measure`` (links, false_links, precision, recall), ``estimate, ci_low, ci_high, ci_level, note``.

    Notes
    -----
    The expected number of right links is the sum of their probabilities (Fellegi & Sunter 1969; Blakely & Salmond
    2002, doi:10.1093/ije/31.6.1246); recall divides it by the number of links that the model expects among all pairs.
    The interval holds the uncertainty of the model (groups of responses of either wave weighted anew, Owen 2007,
    doi:10.1214/07-AOAS122, and the model fitted again, since pairs that share a response are not independent) and
    chance given the model (each link right or wrong by its own probability, the model trusted to a part where what is
    seen beyond chance says otherwise, see `excess_ratio`), to which half a false link is added as
    Jeffreys' prior does, since a sum of chances near none is never none. Where some people err more than others the
    model knows too few of those who erred often, so recall is a little less than it says.
    """
    known = linked["probability"].notna().to_numpy()
    chance = np.clip(linked["probability"].to_numpy(dtype=float)[known], 1e-12, 1 - 1e-12)
    n, unknown = len(linked), int((~known).sum())
    note = f"{unknown} links that no model weighs are taken for right" if unknown else None
    right = float(chance.sum()) + unknown
    everyone = max(model.links, right)
    draws = _draws(linked.loc[known, names].to_numpy(dtype="int64"), chance, seen, model, sizes, seed)
    tail = (1 - level) / 2
    rows = [("links", float(n), np.nan, np.nan)]
    if n:
        # The half link widens an interval and must not keep it from none.
        false, more, missed = draws[:, 0], draws[:, 0] + draws[:, 1], draws[:, 2]
        for measure, value, best, worst in (
            ("false_links", n - right, false, more),
            ("precision", right / n, 1 - false / n, 1 - more / n),
            ("recall", right / everyone, (n - false) / (n - false + missed), (n - more) / (n - more + missed)),
        ):
            top = n if measure == "false_links" else 1
            low, high = np.quantile(np.clip(best, 0, top), [tail, 1 - tail])
            other = np.quantile(np.clip(worst, 0, top), [tail, 1 - tail])
            rows.append((measure, value, min(low, other[0], value), max(high, other[1], value)))
    frame = pd.DataFrame(rows, columns=["measure", "estimate", "ci_low", "ci_high"])
    return frame.assign(ci_level=np.where(frame["ci_low"].notna(), level, np.nan), note=note)


def _draws(
    levels: np.ndarray, chance: np.ndarray, seen: Seen, model: Model, sizes: tuple[int, int], seed: int
) -> np.ndarray:
    """Draw (false links, half a false link as it may be, links missed among all pairs that were seen)."""
    rng = np.random.default_rng(seed)
    logit = np.log(chance / (1 - chance)) - log_ratios(levels, model)
    logit -= np.log(prior_odds(model.links, seen.pairs, *sizes))
    found = np.empty((DRAWS, 3))
    cells = seen.cells
    scale = seen.counts.sum() / cells["n"].sum()
    misfit = excess_ratio(seen, model, log_ratios(levels, model))
    for draw in range(DRAWS):
        left, right = (rng.dirichlet(np.ones(GROUPS)) * GROUPS for _ in range(2))
        each = cells["n"].to_numpy() * left[cells["group_left"]] * right[cells["group_right"]] * scale
        counts = np.bincount(cells["pattern"], each, len(seen.counts))
        again = fit(seen._replace(counts=counts), start=model, steps=_STEPS, tolerance=1e-5)
        prior = np.log(prior_odds(again.links, seen.pairs, *sizes))
        trust = rng.random()
        wrong = 1 / (1 + np.exp(np.clip(logit + log_ratios(levels, again) + prior + trust * misfit, -700, 700)))
        missed = max(expected_links(seen, again) - (1 - wrong).sum(), 0.0)
        found[draw] = (rng.random(len(wrong)) < wrong).sum(), rng.gamma(0.5), rng.poisson(missed)
    return found


def excess_ratio(seen: Seen, model: Model, at: np.ndarray) -> np.ndarray:
    """How many more pairs agree as links of some weight do than chance and the model account for, as a log ratio.

    Parameters
    ----------
    seen, model : Seen, Model
    at : ndarray of float
        Log likelihood ratios at which it is wanted.

    Returns
    -------
    ndarray of float
        Log of (pairs seen beyond chance) over (links that the model expects), in bands of the ratio; 0 where blocking
        hides part of the pairs.

    Notes
    -----
    By chance elements agree independently, which is well known from all pairs; that mistakes of one person are
    independent is an assumption. What is seen beyond chance does not need it. A draw of the interval trusts it to a
    part between none and all, so that the interval reaches from one to the other.
    """
    if any(seen.rules):
        return np.zeros(len(at))
    log_u = np.zeros(len(seen.counts))
    for place, u in enumerate(model.u):
        log_u += np.append(np.log(u), 0.0)[seen.patterns[:, place]]
    _, blank = np.unique(seen.patterns < 0, axis=0, return_inverse=True)
    alike = np.bincount(blank.ravel(), seen.counts)[blank.ravel()]
    excess = seen.counts - alike * (1 - model.links / seen.pairs) * np.exp(log_u)
    weight, links = log_ratios(seen.patterns, model), links_by_pattern(seen, model)
    order = np.argsort(-weight, kind="stable")
    band = (np.cumsum(links[order]) / _BAND).astype(int)
    sums = [np.bincount(band, values[order]) for values in (excess, links)]
    ratio = np.log(np.clip((sums[0] + _STEADY) / (sums[1] + _STEADY), 0.2, 5))
    ends = np.minimum.reduceat(weight[order], np.searchsorted(band, np.unique(band)))
    known = np.searchsorted(-ends, -at).clip(max=len(ends) - 1)
    return ratio[np.unique(band)][known]
