"""How far coders agree beyond chance: Cohen's kappa, Krippendorff's alpha, positive agreement, with intervals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

LEVELS = ("nominal", "ordinal", "interval", "ratio")


class Interval(NamedTuple):
    """An estimate with its bootstrap interval; NaN where it is not defined."""

    estimate: float
    ci_low: float
    ci_high: float


# Two coders ----------------------------------------------------------------------------------------------------------
def kappa(table: ArrayLike, weights: str | None = None) -> float:
    """Return Cohen's kappa of a square table of two coders.

    Parameters
    ----------
    table : array-like of int, shape (k, k) or (..., k, k)
        Counts: rows the first coder, columns the second; categories in their order.
    weights : {None, "linear", "quadratic"}
        Credit for near misses, by the distance between categories (None: none).

    Returns
    -------
    float or ndarray
        NaN where chance alone would always agree.

    Notes
    -----
    Cohen 1960, doi:10.1177/001316446002000104; weighted: Cohen 1968, doi:10.1037/h0026256. Equal to `vcd::Kappa` in R,
    whose "Equal-Spacing" weights are "linear".

    Examples
    --------
    >>> float(kappa([[20, 5], [10, 15]]))
    0.4
    """
    counts = np.asarray(table, dtype=float)
    place = np.arange(counts.shape[-1])
    apart = np.abs(place[:, None] - place[None, :]) / max(len(place) - 1, 1)
    off = {None: (apart > 0).astype(float), "linear": apart, "quadratic": apart**2}[weights]
    n = counts.sum(axis=(-1, -2))
    chance = counts.sum(axis=-1)[..., :, None] * counts.sum(axis=-2)[..., None, :]
    with np.errstate(divide="ignore", invalid="ignore"):
        return 1 - (counts * off).sum(axis=(-1, -2)) * n / (chance * off).sum(axis=(-1, -2))


def positive_agreement(table: ArrayLike) -> float:
    """Return twice the units that both gave, over all givings: what kappa hides where a code is rare.

    Parameters
    ----------
    table : array-like of int, shape (2, 2) or (..., 2, 2)
        Not given and given, by the first coder (rows) and the second.

    Notes
    -----
    Cicchetti & Feinstein 1990, doi:10.1016/0895-4356(90)90159-M; the same as F1 between two coders.
    """
    counts = np.asarray(table, dtype=float)
    both, apart = counts[..., 1, 1], counts[..., 0, 1] + counts[..., 1, 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        return 2 * both / (2 * both + apart)


# Any number of coders ------------------------------------------------------------------------------------------------
def alpha(values: ArrayLike, level: str = "nominal") -> float:
    """Return Krippendorff's alpha of numbers.

    Parameters
    ----------
    values : array-like of float, shape (coders, units)
        NaN where a coder did not code a unit; that is not a value of its own.
    level : {"nominal", "ordinal", "interval", "ratio"}
        What a difference means.

    Returns
    -------
    float
        1 - observed over expected disagreement; NaN where fewer than two values differ.

    Notes
    -----
    Krippendorff 2019, Content Analysis, 4th ed., chapter 12, doi:10.4135/9781071878781.

    Examples
    --------
    Four coders and twelve units of Krippendorff's example give .7434 nominal, .8154 ordinal, .8491 interval and .7974
    ratio; the test holds them.
    """
    data = np.asarray(values, dtype=float)
    known = np.unique(data[np.isfinite(data)])
    units = np.stack([(data == value).sum(axis=0) for value in known], axis=1).astype(float)
    counts = units[units.sum(axis=1) > 1].sum(axis=0)
    return alpha_of_counts(units, _metric(known, counts, level))


def _metric(known: np.ndarray, counts: np.ndarray, level: str) -> np.ndarray:
    """Squared differences between values; those of ranks hang on how often each value was given."""
    first, second = known[:, None], known[None, :]
    if level == "nominal":
        return (first != second).astype(float)
    if level == "interval":
        return (first - second) ** 2
    if level == "ratio":
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.nan_to_num(((first - second) / (first + second)) ** 2)
    if level == "ordinal":
        middle = np.cumsum(counts) - counts / 2
        return (middle[:, None] - middle[None, :]) ** 2
    raise ValueError(f"level must be one of {LEVELS}, not {level!r}")


def alpha_of_counts(units: np.ndarray, apart: np.ndarray, times: np.ndarray | None = None) -> float | np.ndarray:
    """Return alpha from how often each value was given to each unit.

    Parameters
    ----------
    units : ndarray, shape (units, values)
        Counts; a unit with fewer than two values says nothing.
    apart : ndarray, shape (values, values)
        Distance between values, zero on the diagonal.
    times : ndarray, shape (resamples, units), optional
        How often each unit stands in each resample.

    Returns
    -------
    float or ndarray of shape (resamples,)
    """
    size = units.sum(axis=1)
    use = size > 1
    units, size = units[use], size[use]
    observed = np.einsum("uv,vw,uw->u", units, apart, units) / (size - 1)
    weight = np.ones((1, len(units))) if times is None else times[:, use]
    n, counts = weight @ size, weight @ units
    with np.errstate(divide="ignore", invalid="ignore"):
        expected = np.einsum("bv,vw,bw->b", counts, apart, counts) / (n * (n - 1))
        found = 1 - (weight @ observed / n) / expected
    return float(found[0]) if times is None else found


def masi(first: frozenset[str], second: frozenset[str]) -> float:
    """Return the distance between two sets of codes: 0 where they are the same, 1 where they share nothing.

    Notes
    -----
    Passonneau 2006, "Measuring agreement on set-valued items (MASI)", LREC: one minus Jaccard's overlap times 1 for the
    same set, 2/3 where one holds the other, 1/3 where they overlap.

    Examples
    --------
    >>> round(masi(frozenset("ab"), frozenset("a")), 4)
    0.6667
    """
    both, either = len(first & second), len(first | second)
    if first == second:
        return 0.0
    nested = first <= second or second <= first
    return 1 - (both / either) * (2 / 3 if nested else 1 / 3 if both else 0)


def jaccard(first: frozenset[str], second: frozenset[str]) -> float:
    """Return one minus the shared over all codes of two sets."""
    return 1 - len(first & second) / len(first | second) if first != second else 0.0


def sets_of(
    coders: Sequence[Sequence[frozenset[str] | None]], distance: Callable[[frozenset[str], frozenset[str]], float]
) -> tuple[np.ndarray, np.ndarray]:
    """Turn the sets that coders gave to units into counts and distances for `alpha_of_counts`.

    Parameters
    ----------
    coders : sequence of sequence
        For each coder, one set a unit; None where the coder did not code it.
    distance : callable
        `masi` or `jaccard`.
    """
    known = sorted({given for coder in coders for given in coder if given is not None}, key=sorted)
    place = {given: number for number, given in enumerate(known)}
    units = np.zeros((len(coders[0]), len(known)))
    for coder in coders:
        for unit, given in enumerate(coder):
            if given is not None:
                units[unit, place[given]] += 1
    return units, np.array([[distance(one, other) for other in known] for one in known])


# Intervals -----------------------------------------------------------------------------------------------------------
def resamples(people: ArrayLike, many: int, rng: np.random.Generator) -> np.ndarray:
    """Return how often each unit stands in each resample of people.

    Parameters
    ----------
    people : array-like, shape (units,)
        Who wrote each unit: all that one person wrote are drawn together.
    many : int
        Number of resamples.
    rng : numpy.random.Generator

    Returns
    -------
    ndarray of float, shape (many, units)
    """
    _, codes = np.unique(np.asarray(people, dtype=str), return_inverse=True)
    persons = codes.max() + 1 if len(codes) else 0
    return rng.multinomial(persons, np.full(persons, 1 / max(persons, 1)), size=many)[:, codes].astype(float)


def interval(estimate: float, drawn: np.ndarray, level: float) -> Interval:
    """Return an estimate with the percentile interval of its resamples; those where it is not defined are left out."""
    drawn = drawn[np.isfinite(drawn)]
    if not np.isfinite(estimate) or len(drawn) < 2:
        return Interval(float(estimate), np.nan, np.nan)
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(estimate), float(low), float(high))


def tables_of(first: np.ndarray, second: np.ndarray, times: np.ndarray | None = None) -> np.ndarray:
    """Return the 2 x 2 table of two coders, or one a resample; units that either did not code are left out first.

    Parameters
    ----------
    first, second : ndarray of bool, shape (units,)
    times : ndarray, shape (resamples, units), optional
    """
    weight = np.ones((1, len(first))) if times is None else times
    cells = [[weight @ ((first == a) & (second == b)).astype(float) for b in (False, True)] for a in (False, True)]
    found = np.moveaxis(np.array(cells), -1, 0)
    return found[0] if times is None else found
