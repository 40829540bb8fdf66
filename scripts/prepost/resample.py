"""Bootstrap intervals that resample people, never pairs, so that one person's pairs stay together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from scipy import stats

#: Below this many people a bootstrap interval is not given: it would be far too short.
FEWEST_PEOPLE = 10
RESAMPLES = 10_000
CI_METHOD = "BCa bootstrap of people"
_BATCH_CELLS = 1_000_000  # weights held at once: 8 MB, whatever the number of people
_MOST_LEFT_OUT = 2_500  # people, or beyond as many groups of people, that the jackknife leaves out in turn


class Interval(NamedTuple):
    """A confidence interval, or NaN and the reason."""

    ci_low: float
    ci_high: float
    ci_method: str
    note: str


def no_interval(note: str) -> Interval:
    """Return an empty interval that says why it is empty."""
    return Interval(np.nan, np.nan, "", note)


def bca_interval(
    statistic: Callable[[np.ndarray], np.ndarray],
    n_people: int,
    *,
    rng: np.random.Generator | None,
    resamples: int = RESAMPLES,
    level: float = 0.95,
    of_person: np.ndarray | None = None,
) -> Interval:
    """Bias-corrected and accelerated bootstrap interval of any statistic that can be written on weights of people.

    Parameters
    ----------
    statistic : callable
        Takes weights, shape (b, n_people): how often each person stands in each of b samples. Returns b values.
    n_people : int
        Number of people, not of pairs.
    rng : numpy.random.Generator
        Seeded by the calling step: one generator a statistic, so that a new row never moves an old one.
    resamples : int
        Number of bootstrap samples.
    level : float
        Confidence level, between 0 and 1.
    of_person : ndarray of int or None, shape (n_people,)
        The profile of each person (``alike.profiles``): weights then have a column a profile, not a person.

    Returns
    -------
    Interval
        ``ci_low``, ``ci_high``, ``ci_method``, ``note``. Bounds are NaN, with a note, below 10 people, where more than
        1 in 20 samples give no value, and where all samples give the same value.

    Raises
    ------
    ValueError
        No generator was given.

    Notes
    -----
    Efron 1987, doi:10.1080/01621459.1987.10478410; samples that tie with the estimate count half in the bias
    correction; the acceleration is the jackknife over people, beyond 2,500 of them over as many groups of
    neighbours, so that its cost stays linear. Resampling whole people: Field & Welsh 2007,
    doi:10.1111/j.1467-9868.2007.00593.x. BCa for standardised mean differences: Kelley 2005,
    doi:10.1177/0013164404264850.
    """
    options = {"rng": rng, "resamples": resamples, "level": level, "of_person": of_person}
    return bca_intervals(lambda w: statistic(w)[:, None], n_people, **options)[0]


def bca_intervals(
    statistics: Callable[[np.ndarray], np.ndarray],
    n_people: int,
    *,
    rng: np.random.Generator | None,
    resamples: int = RESAMPLES,
    level: float = 0.95,
    of_person: np.ndarray | None = None,
) -> list[Interval]:
    """Intervals of several statistics from one set of bootstrap samples, so that each sample is drawn once.

    Parameters
    ----------
    statistics : callable
        Takes weights, shape (b, n_people), as in ``bca_interval``. Returns shape (b, k), one column a statistic.
    n_people, rng, resamples, level, of_person
        As in ``bca_interval``, which gives the method.

    Returns
    -------
    list of Interval
        One a statistic; what one lacks, and why, leaves the others alone.

    Raises
    ------
    ValueError
        No generator was given.
    """
    of_person = np.arange(n_people) if of_person is None else of_person
    sizes = np.bincount(of_person)
    estimates = statistics(sizes[None, :].astype(float))[0]
    if n_people < FEWEST_PEOPLE:
        return [no_interval(f"fewer than {FEWEST_PEOPLE} people: no bootstrap interval")] * len(estimates)
    if rng is None:
        raise ValueError("a bootstrap needs a seeded numpy Generator: pass rng")
    batch = max(1, _BATCH_CELLS // len(sizes))
    draws = np.concatenate([statistics(_weights(rng, sizes, size)) for size in _batches(resamples, batch)])
    groups = min(n_people, _MOST_LEFT_OUT)
    jackknife = np.concatenate(
        [statistics(_leave_one_out(start, size, of_person, groups)) for start, size in _starts(groups, batch)]
    )
    return [
        _bca(float(estimate), drawn, left_out, level)
        for estimate, drawn, left_out in zip(estimates, draws.T, jackknife.T, strict=True)
    ]


def _bca(estimate: float, draws: np.ndarray, jackknife: np.ndarray, level: float) -> Interval:
    finite = draws[np.isfinite(draws)]
    if len(finite) < 0.95 * len(draws):
        return no_interval("the statistic cannot be computed in many bootstrap samples: no interval")
    if np.ptp(finite) <= 1e-12 * max(1.0, abs(estimate)):
        return no_interval("every bootstrap sample gives the same value: no interval")
    below = (np.sum(finite < estimate) + 0.5 * np.sum(finite == estimate)) / len(finite)
    if not 0 < below < 1 or not np.isfinite(jackknife).all():
        return no_interval("the bootstrap distribution does not reach round the estimate: no interval")
    influence = jackknife.mean() - jackknife
    spread = np.sum(influence**2)
    acceleration = float(np.sum(influence**3) / (6 * spread**1.5)) if spread > 0 else 0.0
    bias = stats.norm.ppf(below)
    z = bias + stats.norm.ppf([(1 - level) / 2, (1 + level) / 2])
    low, high = np.quantile(finite, stats.norm.cdf(bias + z / (1 - acceleration * z)))
    return Interval(float(low), float(high), CI_METHOD, "")


def people_weights(rng: np.random.Generator, sizes: np.ndarray, resamples: int) -> Iterator[np.ndarray]:
    """Draw samples of people batch by batch: how often each kind of people stands in each, shape (b, kinds).

    `sizes` (kinds,) says how many people are of each kind (``alike.profiles``); ones where each person stands alone.
    """
    for size in _batches(resamples, max(1, _BATCH_CELLS // len(sizes))):
        yield _weights(rng, sizes, size)


def weighted_sums(weights: np.ndarray, table: np.ndarray) -> np.ndarray:
    """Sum the people's rows of ``table`` (n_people, k) with ``weights`` (b, n_people); returns (b, k).

    Not ``@``: a threaded matrix product may differ in the last digit with the number of cores.
    """
    return np.einsum("bg,gk->bk", weights, table, optimize=False)


def _batches(total: int, size: int) -> list[int]:
    return [min(size, total - start) for start in range(0, total, size)]


def _starts(total: int, size: int) -> list[tuple[int, int]]:
    return [(start, min(size, total - start)) for start in range(0, total, size)]


def _weights(rng: np.random.Generator, sizes: np.ndarray, size: int) -> np.ndarray:
    n_people = int(sizes.sum())
    if len(sizes) < n_people:
        return rng.multinomial(n_people, sizes / n_people, size=size).astype(float)
    # Counts of uniform draws are multinomial; five times faster than rng.multinomial with thousands of people.
    chosen = rng.integers(0, n_people, size=(size, n_people))
    chosen += np.arange(size)[:, None] * n_people
    return np.bincount(chosen.ravel(), minlength=size * n_people).reshape(size, n_people).astype(float)


def _leave_one_out(start: int, size: int, of_person: np.ndarray, groups: int) -> np.ndarray:
    """Weights of profiles without the people of one group each; a group is one person unless people are very many."""
    sizes = np.bincount(of_person)
    group = np.arange(len(of_person)) * groups // len(of_person) - start
    inside = (group >= 0) & (group < size)
    left = np.bincount(group[inside] * len(sizes) + of_person[inside], minlength=size * len(sizes))
    return (sizes - left.reshape(size, -1)).astype(float)
