"""The error of linking carried to the end: what was found among linked pairs, and what would be among true ones.

A linked pair is false with the share q. Then its second response is a stranger's of the same stratum (the same module
and role), and has nothing in common with the first but the stratum. So

- the correlation before with after is a mixture: r_observed = (1 - q) r + q r_strata, r_strata being the correlation
  that the strata alone make between strangers;
- so are the shares of better, same and worse, and every cell of a table from-to: observed = (1 - q) true + q strangers,
  strangers being row times column within strata;
- both sides' means and standard deviations, and with them the mean change and d_av, stay as they are, as far as the
  strangers linked in resemble the true partners of their stratum. That cannot be shown, only looked at: by other
  procedures of linking.

Neter, Maynes & Ramanathan 1965, doi:10.1080/01621459.1965.10480846 (mismatched pairs shrink a slope by 1 - q); Lahiri &
Larsen 2005, doi:10.1198/016214504000001277 (estimates under linkage error as a mixture over what may be linked).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy import stats

from prepost.alike import profiles
from prepost.pairs import TIE_TOLERANCE
from prepost.resample import FEWEST_PEOPLE, people_weights, weighted_sums

MOVES = ("better", "same", "worse")
OUTSIDE = "corrected beyond what is possible: the false links cannot be as many, or not random"
NO_SHARE = "how many links are false is not known"


class Corrected(NamedTuple):
    """One estimate as found, as corrected with its interval, and why something is missing."""

    observed: float
    corrected: float
    ci_low: float
    ci_high: float
    note: str


class FalseShare(NamedTuple):
    """The share q of links that are false, and how unsure it is: `draws` of it, empty where it is not known."""

    estimate: float
    draws: np.ndarray


def false_share(
    estimate: float, low: float, high: float, *, size: int, rng: np.random.Generator, level: float = 0.95
) -> FalseShare:
    """Draw q from the beta distribution that has its estimate and the width of its interval.

    Parameters
    ----------
    estimate, low, high : float
        q, and its interval, between 0 and 1; not finite where it is not known.
    size : int
        Number of draws.
    rng : numpy.random.Generator
    level : float
        Level of the interval.

    Returns
    -------
    FalseShare
        The draws are q itself where there is no interval; none where q is not known.

    Notes
    -----
    Mean m and variance v give the parameters m (m (1 - m) / v - 1) and (1 - m) (m (1 - m) / v - 1); v is that of a
    normal interval as wide. A width that no beta distribution has is taken at the widest.
    """
    if not np.isfinite(estimate):
        return FalseShare(np.nan, np.empty(0))
    if not (np.isfinite(low) and np.isfinite(high)) or high <= low or not 0 < estimate < 1:
        return FalseShare(estimate, np.full(size, estimate))
    variance = ((high - low) / (2 * stats.norm.ppf((1 + level) / 2))) ** 2
    certainty = max(estimate * (1 - estimate) / variance - 1, 0.1)
    return FalseShare(estimate, rng.beta(estimate * certainty, (1 - estimate) * certainty, size))


def corrected_correlation(observed, between, q):
    """Return (r_observed - q r_strata) / (1 - q); missing where it lies beyond -1 and 1.

    Examples
    --------
    >>> float(corrected_correlation(0.54, 0.0, 0.10))
    0.6
    """
    found = (np.asarray(observed, dtype=float) - np.asarray(q) * between) / (1 - np.asarray(q))
    return np.where(np.abs(found) <= 1 + TIE_TOLERANCE, found, np.nan)


def observed_correlation(true, between, q):
    """Return (1 - q) r + q r_strata, what is found where a share q of the links is false."""
    return (1 - np.asarray(q)) * true + np.asarray(q) * between


def d_z(mean_change, sd_before, sd_after, correlation):
    """Return the mean change over the standard deviation of changes, s1² + s2² - 2 r s1 s2.

    Examples
    --------
    >>> float(np.round(d_z(0.5, 1, 1, 0.6), 3)), float(np.round(d_z(0.5, 1, 1, observed_correlation(0.6, 0, 0.2)), 3))
    (0.559, 0.49)
    """
    variance = sd_before**2 + sd_after**2 - 2 * correlation * sd_before * sd_after
    return mean_change / np.sqrt(np.where(variance > 0, variance, np.nan))


def corrected_shares(observed, strangers, q):
    """Return (observed - q strangers) / (1 - q) for each share, or missing for all where one lies outside 0 and 1.

    Parameters
    ----------
    observed, strangers : array-like, shape (…, k)
        Shares that sum to 1 over the last axis: of linked pairs, and of strangers of the same stratum.
    q : float or array-like
        Share of false links, of the shape of the other axes.
    """
    q = np.asarray(q, dtype=float)[..., None]
    found = (np.asarray(observed, dtype=float) - q * np.asarray(strangers, dtype=float)) / (1 - q)
    inside = ((found >= -TIE_TOLERANCE) & (found <= 1 + TIE_TOLERANCE)).all(axis=-1, keepdims=True)
    return np.where(inside, np.clip(found, 0, 1), np.nan)


def strangers_table(before: np.ndarray, after: np.ndarray, stratum: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the values of the scale, and the table from-to of strangers: row times column within each stratum.

    Parameters
    ----------
    before, after : ndarray, shape (n,)
        Scores of linked pairs.
    stratum : ndarray of int, shape (n,)
        Strangers are linked within it.

    Returns
    -------
    values : ndarray, shape (v,)
    table : ndarray, shape (v, v)
        Shares that sum to 1, rows before, columns after.
    """
    values, place = np.unique(np.concatenate([before, after]), return_inverse=True)
    place = place.reshape(2, -1)
    table = np.zeros((len(values), len(values)))
    for one in np.unique(stratum):
        inside = stratum == one
        rows, columns = (np.bincount(side[inside], minlength=len(values)) for side in place)
        table += np.outer(rows, columns) / inside.sum()
    return values, table / len(before)


def moves_of(change: np.ndarray, smallest: float) -> np.ndarray:
    """Return for each change whether it is better, same or worse: three columns of 0 and 1, by the rule of movement."""
    better = change > smallest + TIE_TOLERANCE
    worse = change < -smallest - TIE_TOLERANCE
    return np.stack([better, ~(better | worse), worse], axis=-1).astype(float)


def carry(
    before: np.ndarray,
    after: np.ndarray,
    person: np.ndarray,
    stratum: np.ndarray,
    smallest: float,
    shares: Sequence[FalseShare],
    *,
    level: float,
    rng: np.random.Generator,
) -> list[dict[str, Corrected]]:
    """Estimate what true pairs would give where a share q of the linked ones is false, for each of several q.

    Parameters
    ----------
    before, after : ndarray, shape (n,)
        Scores of linked pairs, without missing values.
    person : ndarray of int, shape (n,)
        Who gave each pair, from 0.
    stratum : ndarray of int, shape (n,)
        Within which a false link finds its stranger, from 0.
    smallest : float
        Change beyond which a pair is better or worse.
    shares : sequence of FalseShare
        Those that are known with as many draws as people are resampled; all stand on the same samples of people.
    level : float
        Level of the intervals.
    rng : numpy.random.Generator

    Returns
    -------
    list of dict of str to Corrected
        One a share: ``correlation``, ``d_z``, ``better``, ``same``, ``worse``. Intervals are percentiles over samples
        of people, each with a draw of q of its own. The shares of strangers are taken as found: what sampling does to
        them counts only q times. A sample whose correction is impossible is left out, and there is no interval where
        more than one in twenty are.

    Examples
    --------
    See ``tests/test_carried.py``, where false links are put into real pairs.
    """
    change = after - before
    columns = [before, after, before**2, after**2, before * after]
    strata = [stratum == one for one in range(int(stratum.max()) + 1)] if len(stratum) else []
    columns += [part for inside in strata for part in (inside, inside * before, inside * after)]
    moved = moves_of(change, smallest)
    table = np.column_stack([np.ones(len(before)), *columns, moved]).astype(float)
    values, strangers = strangers_table(before, after, stratum)
    step = values[None, :] - values[:, None]
    random_moves = (moves_of(step, smallest) * strangers[..., None]).sum(axis=(0, 1))
    kinds = profiles(person, before, after, stratum)
    sizes = np.bincount(kinds.of_person)
    by_kind = np.zeros((kinds.count, table.shape[1]))
    np.add.at(by_kind, kinds.codes, table[kinds.rows])

    def found(sums: np.ndarray, share: np.ndarray) -> np.ndarray:
        return _estimates(sums, len(strata), share, random_moves)

    everyone = weighted_sums(sizes[None, :].astype(float), by_kind)
    observed = found(everyone, np.zeros(1))[0]
    corrected = [found(everyone, np.array([q.estimate]))[0] for q in shares]
    drawn: list[list[np.ndarray]] = [[] for _ in shares]
    wanted = max((len(q.draws) for q in shares), default=0) if sizes.sum() >= FEWEST_PEOPLE else 0
    done = 0
    for weights in people_weights(rng, sizes, wanted):
        sums = weighted_sums(weights, by_kind)
        for q, estimates in zip(shares, drawn, strict=True):
            if len(q.draws):
                estimates.append(found(sums, q.draws[done : done + len(weights)]))
        done += len(weights)
    intervals = [_interval(q, estimates, int(sizes.sum()), level) for q, estimates in zip(shares, drawn, strict=True)]
    return [_told(observed, *one) for one in zip(corrected, intervals, shares, strict=True)]


def _told(observed: np.ndarray, corrected: np.ndarray, interval: tuple, q: FalseShare) -> dict[str, Corrected]:
    low, high, why = interval
    result = {}
    for place, name in enumerate(("correlation", "d_z", *MOVES)):
        known = np.isfinite(corrected[place])
        note = NO_SHARE if not len(q.draws) else "" if known or not np.isfinite(observed[place]) else OUTSIDE
        limits = (low[place], high[place]) if known else (np.nan, np.nan)
        result[name] = Corrected(observed[place], corrected[place], *limits, note or (why if known else ""))
    return result


def _estimates(sums: np.ndarray, strata: int, q: np.ndarray, random_moves: np.ndarray) -> np.ndarray:
    """Correlation, d_z and the three shares of each row of sums, corrected by its q."""
    n = sums[:, 0]
    means = sums[:, 1:6] / n[:, None]
    sd = np.sqrt(np.maximum((means[:, 2:4] - means[:, :2] ** 2), 0) * (n / (n - 1))[:, None])
    scale = np.where((sd > 0).all(axis=1), sd[:, 0] * sd[:, 1] * (n - 1) / n, np.nan)
    both = means[:, 0] * means[:, 1]
    correlation = (means[:, 4] - both) / scale
    inside = sums[:, 6 : 6 + 3 * strata].reshape(len(sums), strata, 3)
    with np.errstate(invalid="ignore", divide="ignore"):
        product = np.where(inside[..., 0] > 0, inside[..., 1] * inside[..., 2] / inside[..., 0], 0)
    between = (product.sum(axis=1) / n - both) / scale
    true = corrected_correlation(correlation, between, q)
    shares = corrected_shares(sums[:, -3:] / n[:, None], random_moves, q)
    return np.column_stack([true, d_z(means[:, 1] - means[:, 0], sd[:, 0], sd[:, 1], true), shares])


def _interval(q: FalseShare, drawn: list[np.ndarray], people: int, level: float) -> tuple[np.ndarray, np.ndarray, str]:
    nothing = np.full(2 + len(MOVES), np.nan)
    if not len(q.draws):
        return nothing, nothing, NO_SHARE
    if people < FEWEST_PEOPLE:
        return nothing, nothing, f"fewer than {FEWEST_PEOPLE} people: no bootstrap interval"
    draws = np.concatenate(drawn)
    usable = np.isfinite(draws).mean(axis=0) >= 0.95
    tails = [(1 - level) / 2, (1 + level) / 2]
    low, high = (
        np.array([np.nanquantile(column, tail) if ok else np.nan for column, ok in zip(draws.T, usable, strict=True)])
        for tail in tails
    )
    return low, high, "" if usable.all() else "impossible in many samples: no interval"
