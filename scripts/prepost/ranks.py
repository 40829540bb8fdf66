"""Paired change by ranks: how much of the movement went up, and its test."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from prepost.alike import profiles
from prepost.pairs import TIE_TOLERANCE, Effect, base, complete_pairs, no_effect, snap_ties
from prepost.resample import RESAMPLES, Interval, bca_interval, no_interval


class SignedRank(NamedTuple):
    """A Wilcoxon signed-rank test; NaN where ``note`` says why there is none."""

    statistic: float
    p: float
    method: str
    n: int
    n_zero: int
    n_people: int
    note: str


class SignTest(NamedTuple):
    """A sign test; NaN where ``note`` says why there is none."""

    estimate: float
    ci_low: float
    ci_high: float
    p: float
    method: str
    n: int
    n_zero: int
    n_people: int
    note: str


_EXACT = "exact binomial, Clopper-Pearson"
_CLUSTERED_SIGNS = "people give several pairs: no exact interval of the share"
_FEW_SIZES = 200  # above it a table of people by size of change would be larger than the pairs themselves


def rank_biserial(
    change: ArrayLike,
    person: ArrayLike | None = None,
    *,
    level: float = 0.95,
    rng: np.random.Generator | None = None,
    resamples: int = RESAMPLES,
) -> Effect:
    """Matched-pairs rank-biserial correlation: share of the rank sum that went up, minus the share that went down.

    Parameters
    ----------
    change : array-like, shape (n,)
        After minus before. Missing values are dropped.
    person, level, rng, resamples
        As in ``hedges_g_av``.

    Returns
    -------
    Effect
        ``estimate`` from -1 to 1; ``n`` all pairs, zeros among them; ``note`` says how many pairs did not move.

    Notes
    -----
    (W⁺ - W⁻) / (W⁺ + W⁻) (Kerby 2014, doi:10.2466/11.IT.3.1). Zero changes are dropped before ranking (Wilcoxon),
    ties share their midrank. It is therefore silent on people who did not move: show ``net_improvement`` beside it.
    Interval, one pair a person: normal on Fisher's z with the null variance of the rank sum, n without zeros, as in
    R effectsize. Otherwise a bootstrap of people.

    Examples
    --------
    >>> rank_biserial([0.952, -0.147, 1.022, 0.43, 0.62, 0.59, 0.49, -0.08, 0.01]).estimate == 35 / 45
    True
    """
    codes, d = complete_pairs(person, change)
    n, n_people = base(codes)
    moved = np.abs(d) > TIE_TOLERANCE
    m = int(moved.sum())
    if m == 0:
        return no_effect(n, n_people, "no complete pairs" if n == 0 else "no pair moved: no ranks to compare")
    alike = profiles(codes, d)
    rows = alike.rows[moved[alike.rows]]
    statistic = rank_biserial_of(alike.codes[moved[alike.rows]], d[rows], alike.count)
    estimate = float(statistic(np.bincount(alike.of_person)[None, :].astype(float))[0])
    if n_people < n:
        options = {"rng": rng, "resamples": resamples, "level": level, "of_person": alike.of_person}
        interval = bca_interval(statistic, n_people, **options)
    elif abs(estimate) == 1:
        interval = no_interval("every pair that moved went the same way: no interval")
    else:
        se = np.sqrt((2 * m**3 + 3 * m**2 + m) / 6) / ((m**2 + m) / 2)
        low, high = np.tanh(np.arctanh(estimate) + stats.norm.ppf([(1 - level) / 2, (1 + level) / 2]) * se)
        interval = Interval(float(low), float(high), "normal on Fisher's z", "")
    return with_ranks_note(Effect(estimate, *interval[:3], n, n_people, interval.note), n - m)


def with_ranks_note(effect: Effect, n_still: int) -> Effect:
    """Say with a rank-biserial that some pairs did not move; without their count, since notes pass the release wall."""
    still = "pairs that did not move are not ranked" if n_still else ""
    return effect._replace(note="; ".join(filter(None, [still, effect.note])))


def wilcoxon(
    change: ArrayLike, person: ArrayLike | None = None, *, zeros: Literal["wilcox", "pratt", "zsplit"] = "wilcox"
) -> SignedRank:
    """Wilcoxon signed-rank test, two-sided; where people give several pairs, its version for clusters.

    Parameters
    ----------
    change : array-like, shape (n,)
        After minus before. Missing values are dropped.
    person : array-like or None, shape (n,)
        Who gave each pair. None: each pair is another person.
    zeros : {"wilcox", "pratt", "zsplit"}
        ``wilcox`` drops zero changes before ranking; ``pratt`` ranks them and then drops their ranks; ``zsplit`` ranks
        them and gives half of their ranks to each direction.

    Returns
    -------
    SignedRank
        ``statistic`` V, the sum of the ranks that went up; ``p``; ``method``; ``n`` pairs; ``n_zero`` pairs that
        did not move; ``n_people``; ``note``.

    Notes
    -----
    Ties share their midrank. With R the signed ranks, z = Σ R / √Σ R²; under ``zsplit`` the ranks of the zeros count in
    the lower sum only, each with a sign by toss. The three rules part where most people do not move, as is usual on
    answers in few steps; state which was used (Pratt 1959, doi:10.1080/01621459.1959.10501526).

    One pair a person: as R ``wilcox.test(paired = TRUE)``, exact below 50 pairs without zeros and ties, else normal
    with tie and continuity correction. Otherwise Rosner, Glynn & Lee 2006, doi:10.1111/j.1541-0420.2005.00389.x, with
    equal weights: z = Σ S_g / √Σ S_g², S_g a person's sum of signed ranks, no continuity correction; under ``zsplit``
    S_g² has the squared ranks of that person's zeros added.

    Examples
    --------
    >>> result = wilcoxon([0.952, -0.147, 1.022, 0.43, 0.62, 0.59, 0.49, -0.08, 0.01])
    >>> result.statistic, result.p
    (40.0, 0.0390625)
    """
    if zeros not in ("wilcox", "pratt", "zsplit"):
        raise ValueError(f"zeros is wilcox, pratt or zsplit, not {zeros}")
    codes, d = complete_pairs(person, change)
    n, n_people = base(codes)
    moved = np.abs(d) > TIE_TOLERANCE
    m = int(moved.sum())
    if m == 0:
        note = "no complete pairs" if n == 0 else "no pair moved: nothing to test"
        return SignedRank(np.nan, np.nan, "", n, n - m, n_people, note)
    sizes = snap_ties(np.abs(d[moved]))
    ranks = stats.rankdata(sizes) if zeros == "wilcox" else stats.rankdata(np.r_[sizes, np.zeros(n - m)])[:m]
    signed = ranks * np.sign(d[moved])
    rank_of_zero = (n - m + 1) / 2 if zeros == "zsplit" else 0.0
    v = float(signed[signed > 0].sum()) + (n - m) * rank_of_zero / 2
    if n_people < n:
        sums = np.bincount(codes[moved], signed, minlength=n_people)
        still = np.bincount(codes[~moved], minlength=n_people) * rank_of_zero**2
        if np.sum(sums != 0) < 2:
            return SignedRank(v, np.nan, "", n, n - m, n_people, "fewer than two people moved: no test")
        p = float(2 * stats.norm.sf(abs(sums.sum()) / np.sqrt(np.sum(sums**2 + still))))
        return SignedRank(v, p, "Rosner-Glynn-Lee, normal", n, n - m, n_people, "")
    if m == n and n < 50 and len(np.unique(sizes)) == m:
        p = float(stats.wilcoxon(sizes * np.sign(d), method="exact").pvalue)
        return SignedRank(v, p, "exact", n, n - m, n_people, "")
    net = max(abs(signed.sum()) - 1, 0.0)  # V moves in halves of the net sum: 1/2 of V is 1 of the net sum
    p = float(2 * stats.norm.sf(net / np.sqrt(np.sum(signed**2) + (n - m) * rank_of_zero**2)))
    return SignedRank(v, p, "normal, tie and continuity correction", n, n - m, n_people, "")


def sign_test(change: ArrayLike, person: ArrayLike | None = None, *, level: float = 0.95) -> SignTest:
    """Test whether as many pairs went down as up; sizes do not count, pairs that did not move are left out.

    Parameters
    ----------
    change : array-like, shape (n,)
        After minus before. Missing values are dropped.
    person : array-like or None, shape (n,)
        Who gave each pair. None: each pair is another person.
    level : float
        Confidence level, between 0 and 1.

    Returns
    -------
    SignTest
        ``estimate`` share up of those that moved; ``ci_low``, ``ci_high`` (one pair a person only); ``p`` two-sided;
        ``method``; ``n`` pairs; ``n_zero``; ``n_people``; ``note``.

    Notes
    -----
    One pair a person: exact binomial with Clopper-Pearson bounds, as R ``binom.test``; it is McNemar's exact test of
    up against down. Otherwise the clustered signed-rank test with every rank 1: z = Σ S_g / √Σ S_g², S_g a person's
    ups less downs; no interval: ``net_improvement`` has one.

    Examples
    --------
    >>> sign_test([1, 2, 1, 0, 3, 1]).p
    0.0625
    """
    codes, d = complete_pairs(person, change)
    n, n_people = base(codes)
    signs = np.where(np.abs(d) > TIE_TOLERANCE, np.sign(d), 0.0)
    up, m = int(np.sum(signs > 0)), int(np.sum(signs != 0))
    if m == 0:
        note = "no complete pairs" if n == 0 else "no pair moved: nothing to test"
        return SignTest(*[np.nan] * 4, "", n, n, n_people, note)
    if n_people == n:
        test = stats.binomtest(up, m)
        bounds = test.proportion_ci(level, "exact")
        return SignTest(up / m, float(bounds.low), float(bounds.high), float(test.pvalue), _EXACT, n, n - m, n, "")
    sums = np.bincount(codes, signs)
    if np.sum(sums != 0) < 2:
        note = "fewer than two people moved: no test"
        return SignTest(up / m, *[np.nan] * 3, "", n, n - m, n_people, note)
    p = float(2 * stats.norm.sf(abs(sums.sum()) / np.sqrt(np.sum(sums**2))))
    return SignTest(up / m, np.nan, np.nan, p, "clustered signs, normal", n, n - m, n_people, _CLUSTERED_SIGNS)


def rank_biserial_of(codes: np.ndarray, moved: np.ndarray, n_people: int) -> Callable[[np.ndarray], np.ndarray]:
    """Rank-biserial on weights of people: midranks follow from how often each size of change stands in a sample.

    Parameters
    ----------
    codes : ndarray of int, shape (m,)
        Who gave each pair that moved, 0 … n_people - 1.
    moved : ndarray, shape (m,)
        Changes, none of them 0.
    n_people : int
        Number of people, those who did not move among them.

    Returns
    -------
    callable
        Takes weights, shape (b, n_people); returns b values.
    """
    sizes, kind = np.unique(snap_ties(np.abs(moved)), return_inverse=True)
    few = len(sizes) <= _FEW_SIZES
    ups, downs = (np.zeros((n_people, len(sizes))) if few else None for _ in range(2))
    order = np.argsort(kind, kind="stable")
    who, up = codes[order], moved[order] > 0
    starts = np.flatnonzero(np.diff(kind[order], prepend=-1))
    if few:
        np.add.at(ups, (codes[moved > 0], kind[moved > 0]), 1.0)
        np.add.at(downs, (codes[moved < 0], kind[moved < 0]), 1.0)

    def statistic(weights: np.ndarray) -> np.ndarray:
        if few:  # sums of whole numbers are exact in any order, and so this product is, with any number of cores
            rose, fell = weights @ ups, weights @ downs
        else:
            each = weights[:, who]
            rose = np.add.reduceat(each * up, starts, axis=1)
            fell = np.add.reduceat(each * ~up, starts, axis=1)
        count = rose + fell
        midrank = np.cumsum(count, axis=1) - (count - 1) / 2
        total = np.sum(count * midrank, axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(total > 0, np.sum((rose - fell) * midrank, axis=1) / total, np.nan)

    return statistic
