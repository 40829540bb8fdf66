"""Whether the answers as a whole shifted between two waves: marginal homogeneity and McNemar, for pairs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import linalg, stats

from prepost.pairs import complete_pairs
from prepost.proportions import wilson
from prepost.robust import mean_change

#: A covariance whose smallest eigenvalue is below this share of its largest is singular.
_SINGULAR = 1e-10


class Homogeneity(NamedTuple):
    """A chi-squared test of equal margins; NaN where ``note`` says why there is none."""

    test: str
    statistic: float
    df: int
    p: float
    n: int
    n_people: int
    note: str


class Discordance(NamedTuple):
    """McNemar's test three ways; NaN where ``note`` says why there is none."""

    statistic: float
    p: float
    statistic_corrected: float
    p_corrected: float
    p_exact: float
    gained: int
    lost: int
    note: str


class ShareChange(NamedTuple):
    """Change of a share between two waves of the same people; NaN where ``note`` says why there is none."""

    before: float
    after: float
    estimate: float
    ci_low: float
    ci_high: float
    ci_method: str
    p: float
    test: str
    n: int
    n_people: int
    note: str


def transition_counts(before: ArrayLike, after: ArrayLike, categories: Sequence[float]) -> pd.DataFrame:
    """Count pairs from each answer to each.

    Parameters
    ----------
    before, after : array-like, shape (n,)
        Answers of a pair. Pairs with a missing side are dropped.
    categories : sequence of float
        The declared answers, in order.

    Returns
    -------
    DataFrame
        Rows ``before``, columns ``after``, pairs; every declared answer has its row and column.

    Raises
    ------
    ValueError
        An answer outside ``categories``.
    """
    _, first, last = complete_pairs(None, before, after)
    if not np.isin(np.r_[first, last], categories).all():
        raise ValueError("an answer is none of the declared categories")
    index = pd.Index(categories)
    counts = np.zeros((len(index), len(index)), dtype=int)
    np.add.at(counts, (index.get_indexer(first), index.get_indexer(last)), 1)
    return pd.DataFrame(counts, index=index.rename("before"), columns=index.rename("after"))


def marginal_homogeneity(before: ArrayLike, after: ArrayLike, person: ArrayLike | None = None) -> list[Homogeneity]:
    """Test whether the shares of the answers are the same at both waves, answers taken as mere categories.

    Parameters
    ----------
    before, after : array-like, shape (n,)
        Answers of a pair. Pairs with a missing side are dropped; so are answers that nobody gave.
    person : array-like or None, shape (n,)
        Who gave each pair. None: each pair is another person.

    Returns
    -------
    list of Homogeneity
        Stuart-Maxwell, then Bhapkar. Where people gave several pairs: Bhapkar with the covariance clustered on the
        person, alone, since the other two hold for independent pairs only.

    Notes
    -----
    With d the differences of the margins in counts (one answer left out) and S their covariance, d'S⁻¹d is chi-squared.
    Stuart-Maxwell takes S under equal margins (Stuart 1955, doi:10.1093/biomet/42.3-4.412; Maxwell 1970,
    doi:10.1192/bjp.116.535.651), Bhapkar takes S as it is (Bhapkar 1966, JASA 61:228):
    B = M / (1 - M/n). Clustered: S sums the products of each person's residual sums. Equal to R
    ``coin::mh_test`` for Stuart-Maxwell; with two answers that is McNemar without correction.

    Examples
    --------
    >>> tests = marginal_homogeneity([1, 1, 1, 2], [1, 2, 2, 1])
    >>> [(one.test, f"{one.statistic:.4f}") for one in tests]
    [('Stuart-Maxwell', '0.3333'), ('Bhapkar', '0.3636')]
    """
    codes, first, last = complete_pairs(person, before, after)
    n, n_people = len(codes), int(codes.max()) + 1 if len(codes) else 0
    names = ["Stuart-Maxwell", "Bhapkar"] if n_people == n else ["Bhapkar, clustered on the person"]
    used = np.unique(np.r_[first, last])
    difference = (last[:, None] == used[:-1]).astype(float) - (first[:, None] == used[:-1])
    total, why = difference.sum(axis=0), _no_test(n, n_people, len(used), difference)
    found = []
    for name in names:
        residual = difference if name == "Stuart-Maxwell" else difference - total / max(n, 1)
        sums = np.array([np.bincount(codes, column) for column in residual.T])
        statistic, note = (np.nan, why) if why else _quadratic(total, sums @ sums.T)
        df = max(len(used) - 1, 0)
        p = float(stats.chi2.sf(statistic, df)) if np.isfinite(statistic) else np.nan
        found.append(Homogeneity(name, statistic, df, p, n, n_people, note))
    return found


def mcnemar(gained: int, lost: int) -> Discordance:
    """McNemar's test from the pairs that changed sides.

    Parameters
    ----------
    gained, lost : int
        Pairs that went from no to yes, and from yes to no.

    Returns
    -------
    Discordance
        ``statistic``, ``p`` without continuity correction; ``statistic_corrected``, ``p_corrected`` with it;
        ``p_exact`` two-sided binomial; ``gained``, ``lost``; ``note``.

    Raises
    ------
    ValueError
        A negative count.

    Notes
    -----
    (b - c)²/(b + c) on one degree of freedom (McNemar 1947, doi:10.1007/BF02295996); corrected, abs(b - c) is lessened
    by 1 (Edwards 1948, doi:10.1007/BF02289261). Equal to R ``mcnemar.test`` and ``binom.test(b, b + c)``.

    Examples
    --------
    >>> test = mcnemar(86, 150)
    >>> f"{test.statistic:.4f} {test.statistic_corrected:.4f}"
    '17.3559 16.8178'
    """
    if gained < 0 or lost < 0:
        raise ValueError("counts of pairs cannot be negative")
    moved = int(gained) + int(lost)
    if moved == 0:
        return Discordance(*[np.nan] * 5, 0, 0, "no pair changed sides: no test")
    apart = abs(int(gained) - int(lost))
    plain, corrected = apart**2 / moved, max(apart - 1, 0) ** 2 / moved
    exact = float(stats.binomtest(int(gained), moved, 0.5).pvalue)
    tails = [float(stats.chi2.sf(value, 1)) for value in (plain, corrected)]
    return Discordance(plain, tails[0], corrected, tails[1], exact, int(gained), int(lost), "")


def share_change(
    before: ArrayLike, after: ArrayLike, person: ArrayLike | None = None, *, level: float = 0.95
) -> ShareChange:
    """Change of a share among pairs (top-box: answers at or above a value), with its interval and test.

    Parameters
    ----------
    before, after : array-like, shape (n,)
        1 or True where the answer counts, 0 or False where not. Pairs with a missing side are dropped.
    person : array-like or None, shape (n,)
        Who gave each pair. None: each pair is another person.
    level : float
        Confidence level, between 0 and 1.

    Returns
    -------
    ShareChange
        ``before``, ``after`` shares; ``estimate`` after minus before, -1 to 1; ``ci_low``, ``ci_high``, ``ci_method``;
        ``p`` and the ``test`` it comes from; ``n`` pairs; ``n_people``; ``note``.

    Raises
    ------
    ValueError
        A value other than 0 and 1.

    Notes
    -----
    One pair a person: Newcombe's square-and-add interval from two Wilson intervals, with the correlation of the pairs
    (Newcombe 1998, method 10, doi:10.1002/(SICI)1097-0258(19981130)17:22<2635::AID-SIM954>3.0.CO;2-C); exact McNemar.
    Otherwise the mean of the differences with CR2 variance and Satterthwaite degrees of freedom, cut at -1 and 1.
    """
    codes, first, last = complete_pairs(person, before, after)
    if not np.isin(np.r_[first, last], (0.0, 1.0)).all():
        raise ValueError("successes are 1 or 0")
    n, n_people = len(codes), int(codes.max()) + 1 if len(codes) else 0
    if n == 0:
        return ShareChange(*[np.nan] * 5, "", np.nan, "", 0, 0, "no complete pairs")
    shares = float(first.mean()), float(last.mean()), float((last - first).mean())
    if n_people == n:
        gained, lost = int(np.sum(last > first)), int(np.sum(last < first))
        test = mcnemar(gained, lost)
        interval = newcombe(int(np.sum(first * last)), gained, lost, int(np.sum((1 - first) * (1 - last))), level)
        name = "McNemar, exact" if gained + lost else ""
        return ShareChange(*shares, *interval, "Newcombe, paired", test.p_exact, name, n, n_people, test.note)
    mean = mean_change(last - first, codes, level)
    low, high = np.clip([mean.ci_low, mean.ci_high], -1, 1)
    named = np.isfinite(mean.p)
    method, test_name = ("CR2, clustered on the person", "t on CR2") if named else ("", "")
    return ShareChange(*shares, float(low), float(high), method, mean.p, test_name, n, n_people, mean.note)


def newcombe(both: int, gained: int, lost: int, neither: int, level: float = 0.95) -> tuple[float, float]:
    """Newcombe's interval for the difference of two shares of the same people, after minus before.

    Parameters
    ----------
    both, gained, lost, neither : int
        Pairs yes-yes, no-yes, yes-no and no-no; at least one pair.
    level : float
        Confidence level, between 0 and 1.

    Returns
    -------
    tuple of float
        ``ci_low``, ``ci_high``, within -1 and 1.

    Raises
    ------
    ValueError
        No pair.

    Notes
    -----
    δ = √(dl₂² - 2φ dl₂ du₁ + du₁²) below and √(du₂² - 2φ du₂ dl₁ + dl₁²) above, dl and du the distances of either
    share to its Wilson bounds, φ the correlation with the product ad - bc lessened by n/2 where it is positive, but
    not below 0 (Newcombe 1998, method 10).

    Examples
    --------
    >>> low, high = newcombe(36, 2, 12, 0)
    >>> f"{-high:.4f} {-low:.4f}"
    '0.0569 0.3404'
    """
    n = both + gained + lost + neither
    if n == 0:
        raise ValueError("an interval needs at least one pair")
    first, last = (both + lost) / n, (both + gained) / n
    (low1, high1), (low2, high2) = wilson(both + lost, n, level), wilson(both + gained, n, level)
    margins = float(both + lost) * (gained + neither) * (both + gained) * (lost + neither)
    product = float(both) * neither - float(gained) * lost
    if product > 0:
        product = max(product - n / 2, 0.0)
    phi = product / np.sqrt(margins) if margins > 0 else 0.0
    down = (last - low2) ** 2 - 2 * phi * (last - low2) * (high1 - first) + (high1 - first) ** 2
    up = (high2 - last) ** 2 - 2 * phi * (high2 - last) * (first - low1) + (first - low1) ** 2
    return float(last - first - np.sqrt(max(down, 0.0))), float(last - first + np.sqrt(max(up, 0.0)))


def _no_test(n: int, n_people: int, used: int, difference: np.ndarray) -> str:
    if n == 0:
        return "no complete pairs"
    if n_people == 1:
        return "all pairs come from one person: no test"
    if used < 2:
        return "every answer is the same: no test"
    return "" if difference.any() else "no pair changed its answer: no test"


def _quadratic(total: np.ndarray, covariance: np.ndarray) -> tuple[float, str]:
    values = linalg.eigvalsh(covariance)
    if values[0] <= _SINGULAR * max(values[-1], 1e-300):
        return np.nan, "the covariance of the margins is singular: too few changes for this many answers"
    return float(total @ linalg.solve(covariance, total, assume_a="pos")), ""
