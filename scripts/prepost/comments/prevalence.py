"""How often a theme is spoken of: people's codes of a random sample correct the machine's scores of all comments.

The machine alone is off, by many points for a rare theme. On the sample it is known by how much, so the share is the
machine's mean over all comments plus the sample's mean error, with as much of the machine (``lam``) as makes the
interval narrowest. The estimate is right on average however bad the machine is; a good one only makes it narrower.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from prepost.proportions import score_interval


class Sample(NamedTuple):
    """The comments that people coded, among all.

    Attributes
    ----------
    at : ndarray of int, shape (n,)
        Their places among all N comments.
    weight : ndarray of float, shape (n,)
        One over the chance of each to be drawn.
    stratum : ndarray of int, shape (n,)
        In which each was drawn.
    people : ndarray of int, shape (N,)
        Who wrote each comment, of all N; numbers from 0.
    """

    at: np.ndarray
    weight: np.ndarray
    stratum: np.ndarray
    people: np.ndarray


class Means(NamedTuple):
    """Corrected means of k columns, and the share of each person in their error (rows sum to the variance)."""

    estimate: np.ndarray  # (k,)
    by_person: np.ndarray  # (people, k)
    lam: np.ndarray  # (k,)
    persons: int  # people among the coded

    def covariance(self) -> np.ndarray:
        """Return the covariance of the means, clustered on the person."""
        return self.persons / max(self.persons - 1, 1) * self.by_person.T @ self.by_person


class Share(NamedTuple):
    """A share with its interval; ``n_effective`` is the simple random sample that would be as sure."""

    estimate: float
    ci_low: float
    ci_high: float
    n_effective: float
    lam: float


def corrected_means(
    coded: ArrayLike, machine: ArrayLike, sample: Sample, inside: ArrayLike, *, finite: bool = False, tune: bool = True
) -> Means:
    """Correct the machine's means by people's codes.

    Parameters
    ----------
    coded : array-like, shape (n, k)
        What people say of the sampled comments: 0 or 1, or that times a known number.
    machine : array-like, shape (N, k)
        What the machine says of all comments, from models that did not see the comment: any scale.
    sample : Sample
        Which comments were coded, with which chance.
    inside : array-like of bool, shape (N,)
        The cell: the comments whose mean is asked for.
    finite : bool
        The mean of just these N comments is asked for, all of which the machine has read; else that of all that such
        people would write.
    tune : bool
        Choose ``lam``; without it the machine is left out, which gives the sample's own weighted mean.

    Returns
    -------
    Means

    Notes
    -----
    Power-tuned prediction-powered inference: Angelopoulos, Duchi & Zrnic 2023, arXiv:2311.01453, there written with
    the mean over the comments that were not coded; here over all N, so ``lam`` is N / (N - n) times as large and the
    estimate is the same. For a finite population it is the regression estimator of Cochran 1977, Sampling Techniques,
    chapter 7. Unequal chances enter as weights (Hajek), strata by centring within them.
    """
    coded, machine, inside = np.atleast_2d(coded.T).T, np.atleast_2d(machine.T).T, np.asarray(inside, dtype=bool)
    here = inside[sample.at]
    weight = np.where(here, sample.weight, 0.0)
    total = weight.sum()
    predicted = machine[sample.at]
    lam = _tuned(coded, predicted, weight) if tune else np.zeros(coded.shape[1])
    rest = coded - lam * predicted
    error = weight @ rest / total
    whole = machine[inside].mean(axis=0)
    # each comment's share in the error of the estimate; centred in its stratum, which was drawn by itself
    parts = weight[:, None] * (rest - error) / total
    parts = _centred(parts, sample.stratum)
    if finite:
        parts = parts * np.sqrt(1 - np.minimum(1 / sample.weight, 1))[:, None]
    by_person = np.zeros((sample.people.max() + 1, coded.shape[1]))
    np.add.at(by_person, sample.people[sample.at], parts)
    if not finite:
        spread = lam * (machine[inside] - whole) / inside.sum()
        np.add.at(by_person, sample.people[inside], spread)
    persons = len(np.unique(sample.people[sample.at[here]]))
    return Means(lam * whole + error, by_person, lam, persons)


def _tuned(coded: np.ndarray, predicted: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """How much of the machine to use: the slope of people's codes on its scores, and none where that is negative."""
    share = weight / weight.sum()
    off = predicted - share @ predicted
    spread = share @ off**2
    slope = share @ (off * (coded - share @ coded))
    return np.where(spread > 1e-12, np.maximum(slope, 0) / np.where(spread > 1e-12, spread, 1), 0.0)


def _centred(parts: np.ndarray, stratum: np.ndarray) -> np.ndarray:
    size = np.bincount(stratum)
    found = np.empty_like(parts)
    for column in range(parts.shape[1]):
        mean = np.bincount(stratum, parts[:, column]) / np.maximum(size, 1)
        found[:, column] = parts[:, column] - mean[stratum]
    # a stratum of n loses one degree of freedom
    return found * np.sqrt(size / np.maximum(size - 1, 1))[stratum][:, None]


def corrected_share(
    coded: ArrayLike,
    machine: ArrayLike,
    sample: Sample,
    inside: ArrayLike,
    *,
    level: float = 0.95,
    finite: bool = False,
    tune: bool = True,
) -> Share:
    """Return the share of comments with a theme, corrected, with a score interval on the effective sample size.

    Parameters
    ----------
    coded : array-like of {0, 1}, shape (n,)
    machine : array-like, shape (N,)
    sample, inside, finite, tune
        As in `corrected_means`.
    level : float
        Of the interval.

    Returns
    -------
    Share
        The interval is Wilson's, for the simple random sample that would have the same variance (Korn & Graubard
        1998, Survey Methodology 24): it never leaves 0 to 1, and holds for rare themes where Wald's does not.
    """
    means = corrected_means(
        np.asarray(coded, float), np.asarray(machine, float), sample, inside, finite=finite, tune=tune
    )
    share = float(np.clip(means.estimate[0], 0, 1))
    variance = float(means.covariance()[0, 0])
    coded_here = int(np.asarray(inside, dtype=bool)[sample.at].sum())
    # a share of 0 or 1 in the sample has no variance to go by: the comments themselves are counted
    size = share * (1 - share) / variance if variance > 0 and 0 < share < 1 else float(coded_here)
    quantile = stats.t.ppf((1 + level) / 2, max(means.persons - 1, 1))
    low, high = score_interval(share, size, quantile)
    return Share(share, low, high, size, float(means.lam[0]))
