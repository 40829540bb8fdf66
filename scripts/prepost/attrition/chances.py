"""Why a first survey has no partner: not answered later, or answered and not linked; and weights for both.

What can be told and what not. A first survey whose person answered later under a key that does not match looks just
like one whose person did not answer (state ``cannot_be_told`` in floor 3's ``unmatched``). But the later file shows
every later response, and of each whether it was linked. So linkage is modelled where it is seen, on the later
responses, and response is modelled on the first surveys with that known chance of being seen:

    P(linked | answered later, z)      ordinary logistic regression on the later responses
    P(matched | x) = P(answered later | x) · P(linked | answered later, z)      on the first surveys

The second is a logistic regression whose event is seen with a known sensitivity and never wrongly (Neuhaus 1999,
doi:10.1093/biomet/86.4.843). It puts the chances of response of a module where its count of later responses says
they are: with the module in both models the expected number of responders is the number of later responses. Only where
every later response of a module is linked (``did_not_answer``) is a missing partner known to be a missing answer;
there the sensitivity is 1.

What is assumed: that linkage depends on nothing but z once a person answers, that response depends on nothing but
x (missing at random; Seaman & White 2013, doi:10.1177/0962280210395740), that a later response without a partner
comes from somebody with a valid first survey, and that links are true. Where the third is wrong (someone answered the
later survey alone) response is overstated and linkage understated by the same factor; the weights, which are made
of the product, are not touched by it unless that share differs over x.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import special

from prepost.attrition.estimated import Linkage, WeightModel, weight_model
from prepost.attrition.weighting import effective_n
from prepost.designs import Design, design, independent, levels
from prepost.logistic import INTERCEPT, Logistic, fit_logistic

TRIM = (0.01, 0.99)
FEWEST_EFFECTIVE = 10.0
LARGEST_SHARE = 0.1  # one pair that carries more of all the weight is no estimate of anything


class ResponseWeights(NamedTuple):
    """Models of response and linkage and the weights from both; NaN where ``note`` says why there are none.

    Arrays have one entry a first survey; ``weights`` is NaN where there is no partner. ``n_effective``, ``largest``
    (before trimming, 1 = average) and ``n_trimmed`` describe the weights; ``expected_responders`` is the sum of the
    chances of response, to be held against the number of later responses. ``model`` is what
    `prepost.attrition.weighting.weighted_mean_change` needs to know that the weights are estimated; None without them.
    """

    responded: Logistic
    linked: Logistic
    p_responded: np.ndarray
    p_linked: np.ndarray
    weights: np.ndarray
    n: int
    n_matched: int
    n_effective: float
    largest: float
    n_trimmed: int
    expected_responders: float
    n_later: int
    note: str
    model: WeightModel | None = None


def response_weights(
    first: pd.DataFrame,
    later: pd.DataFrame,
    matched: ArrayLike,
    linked: ArrayLike,
    *,
    response: Sequence[str],
    linkage: Sequence[str] = (),
    known: ArrayLike | None = None,
    fewest: int = 20,
    trim: tuple[float, float] = TRIM,
) -> ResponseWeights:
    """Weights that make those kept stand for every valid first survey, response and linkage apart.

    Parameters
    ----------
    first : DataFrame, n rows
        What is known of each valid first survey: the target population, those with a blank key among them.
    later : DataFrame, k rows
        What is known of each valid later response, linked or not.
    matched : array-like of bool, shape (n,)
        Whether a first survey has its later partner.
    linked : array-like of bool, shape (k,)
        Whether a later response has its first partner.
    response, linkage : sequence of str
        Columns of ``first`` for the response model; columns of both tables for the linkage model, the module first
        (none: one chance for all). A module whose later responses are all linked has chance 1 and no part in the model.
    known : array-like of bool or None, shape (n,)
        True where each later response of the module is linked, so that a missing partner is a missing answer.
        None: nowhere.
    fewest : int
        Answers of a category given by fewer rows are taken together.
    trim : tuple of float
        Quantiles to which smaller and larger weights are brought.

    Returns
    -------
    ResponseWeights
        See there. ``weights`` are stabilised: share matched / (P(responded) · P(linked)).

    Raises
    ------
    ValueError
        Columns of unequal length.

    Notes
    -----
    See the module. Stabilised and trimmed weights: Cole & Hernán 2008, doi:10.1093/aje/kwn164. Trimming trades
    a little bias for variance; how many were trimmed is told. Weights explode where one pair carries more than a tenth
    of all the weight, or where the effective number is below 10: then there are none, and the note says so.
    """
    kept, joined = np.asarray(matched, dtype=bool), np.asarray(linked, dtype=bool)
    if len(first) != len(kept) or len(later) != len(joined):
        raise ValueError("the tables and their indicators must be equally long")
    link = _linkage(first, later, joined, list(linkage), fewest)
    note = link.note
    if len(kept) and kept.all():
        note = "nobody was lost: no weights are needed"
    columns = design(first[list(response)], fewest=fewest)
    if note:
        return _without(columns, link.fit, kept, len(later), note)
    sure = np.zeros(len(kept), dtype=bool) if known is None else np.asarray(known, dtype=bool)
    sensitivity = np.where(sure, 1.0, link.chance)
    fit = fit_logistic(columns.X, kept.astype(float), columns.names, sensitivity=sensitivity)
    if fit.note:
        return _without(columns, link.fit, kept, len(later), f"response: {fit.note}", fit)
    chance = fit.chance * sensitivity
    weights, largest, n_trimmed = stabilised(chance, kept, trim)
    n_effective = effective_n(weights)
    note = _exploded(weights, n_effective)
    found = np.full(len(kept), np.nan) if note else weights
    free = np.isclose(weights * chance, kept.mean(), rtol=1e-9, atol=0.0)  # not brought to a limit
    model = None if note else weight_model(link, joined, fit, columns.X, kept, sensitivity, free)
    numbers = (len(kept), int(kept.sum()), n_effective, largest, n_trimmed, float(fit.chance.sum()), len(later))
    return ResponseWeights(fit, link.fit, fit.chance, sensitivity, found, *numbers, note, model)


def stabilised(chance: ArrayLike, kept: ArrayLike, trim: tuple[float, float] = TRIM) -> tuple[np.ndarray, float, int]:
    """Inverse chances of being kept, stabilised and trimmed.

    Parameters
    ----------
    chance : array-like, shape (n,)
        Chance of being kept, above 0.
    kept : array-like of bool, shape (n,)
        Who was kept.
    trim : tuple of float
        Quantiles (linear between order statistics, R's type 7) to which smaller and larger weights are brought.

    Returns
    -------
    tuple
        Weights, NaN for those not kept; the largest before trimming in units of the mean; how many were trimmed.

    Examples
    --------
    >>> weights, largest, trimmed = stabilised([0.5, 0.25, 0.5, 0.75], [True, True, False, False], (0, 1))
    >>> weights[:2].tolist()  # half are kept: 0.5 / 0.5, 0.5 / 0.25
    [1.0, 2.0]
    """
    p, stays = np.asarray(chance, dtype=float), np.asarray(kept, dtype=bool)
    weights = np.where(stays, stays.mean() / np.maximum(p, 1e-300), np.nan) if len(p) else p
    mine = weights[stays]
    if not len(mine):
        return weights, np.nan, 0
    low, high = np.quantile(mine, trim)
    n_trimmed = int(np.sum((mine < low) | (mine > high)))
    return np.clip(weights, low, high), float(mine.max() / mine.mean()), n_trimmed


def _linkage(first: pd.DataFrame, later: pd.DataFrame, linked: np.ndarray, names: list[str], fewest: int) -> Linkage:
    """Fit linkage on the later responses and say what it means for each first survey."""
    k, n = len(later), len(first)
    certain = _all_linked(first, later, linked, names)
    unsure = ~certain[:k]
    if not unsure.any():  # nothing was lost in linking
        empty = fit_logistic(np.empty((0, 0)), [])
        return Linkage(
            empty, np.ones(n), np.empty((n, 0)), np.empty((k, 0)), "" if k else "linkage: no later responses"
        )
    both = design(pd.concat([later[names], first[names]], ignore_index=True), fewest=fewest) if names else None
    x = np.ones((k + n, 1)) if both is None else both.X
    told = independent(x[:k][unsure])
    labels = [INTERCEPT] if both is None else [both.names[j] for j in told]
    x = np.where(certain[:, None], 0.0, x[:, told])
    fit = fit_logistic(x[:k][unsure], linked[unsure].astype(float), labels)
    if fit.note:
        return Linkage(fit, np.full(n, np.nan), x[k:], x[:k], f"linkage: {fit.note}")
    return Linkage(fit, np.where(certain[k:], 1.0, special.expit(x[k:] @ fit.beta)), x[k:], x[:k], "")


def _all_linked(first: pd.DataFrame, later: pd.DataFrame, linked: np.ndarray, names: list[str]) -> np.ndarray:
    """Rows of later, then of first, whose answer to the first column (the module) has every later response linked."""
    if not names:
        return np.full(len(later) + len(first), bool(linked.all()))
    answer = levels(pd.concat([later[names[0]], first[names[0]]], ignore_index=True)).to_numpy(dtype=object)
    all_linked = pd.Series(linked, dtype=bool).groupby(answer[: len(later)]).all()
    return np.isin(answer, all_linked.index[all_linked.to_numpy(dtype=bool)].to_numpy())


def _exploded(weights: np.ndarray, n_effective: float) -> str:
    n = int(np.isfinite(weights).sum())
    if not n:
        return "nobody was kept: no weights"
    if n > 1 / LARGEST_SHARE and np.nanmax(weights) > LARGEST_SHARE * np.nansum(weights):
        return "the weights explode: one pair carries more than a tenth of all the weight; no weighted estimate"
    if n_effective < FEWEST_EFFECTIVE:
        return f"the weights leave an effective number below {FEWEST_EFFECTIVE:.0f}: no weighted estimate"
    return ""


def _without(
    columns: Design, linked: Logistic, kept: np.ndarray, n_later: int, note: str, fit: Logistic | None = None
) -> ResponseWeights:
    nan = np.full(len(kept), np.nan)
    empty = fit or fit_logistic(columns.X[:0], [], columns.names)
    return ResponseWeights(
        empty, linked, nan, nan, nan, len(kept), int(kept.sum()), np.nan, np.nan, 0, np.nan, n_later, note
    )
