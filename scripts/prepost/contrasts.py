"""Do groups differ in their change, and by how much: regressions that know who gave several pairs.

A group is set against the rest, with an interval for the difference. That one group's change is clear and another's
is not says nothing about their difference, and so no table here holds the groups' own tests.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import stats

from prepost.pairs import TIE_TOLERANCE, base, complete_pairs

#: Groups of fewer people are told to be too few, not compared.
FEWEST_PEOPLE = 10
TOO_FEW = "too few to say: fewer than {} people"
_INFERRED = ("mean", "mean_rest", "estimate", "se", "ci_low", "ci_high", "statistic", "df", "p")
DOSE_CAVEAT = (
    "Learners chose how many modules to take: those who took more may differ from the others in more than what they "
    "learned."
)
WEAK = "fewer than 4 degrees of freedom: interval and p are weak"


class Regression(NamedTuple):
    """A least-squares fit with its CR2 variance, and what degrees of freedom need of each kind of cluster.

    Clusters with the same rows of the design are one kind: `own` and `cross` hold a matrix a kind, `alike` how many
    clusters are of it.
    """

    coefficients: np.ndarray
    covariance: np.ndarray
    n: int
    n_people: int
    note: str
    bread: np.ndarray
    own: np.ndarray
    cross: np.ndarray
    alike: np.ndarray


class Contrast(NamedTuple):
    """A linear combination of coefficients; NaN where ``note`` says why there is none."""

    estimate: float
    se: float
    ci_low: float
    ci_high: float
    statistic: float
    df: float
    p: float
    n: int
    n_people: int
    note: str


class Wald(NamedTuple):
    """A joint test; NaN where ``note`` says why there is none."""

    statistic: float
    df_num: float
    df_denom: float
    p: float
    n: int
    n_people: int
    note: str


def cr2_regression(outcome: ArrayLike, design: np.ndarray, person: ArrayLike | None = None) -> Regression:
    """Ordinary least squares with cluster-robust CR2 variance, people being the clusters.

    Parameters
    ----------
    outcome : array-like, shape (n,)
        Missing values are dropped with their row.
    design : ndarray, shape (n, p)
        Columns of the regression, the intercept among them; finite.
    person : array-like or None, shape (n,)
        Who gave each pair. None: each pair is another person.

    Returns
    -------
    Regression
        ``coefficients`` (p,); ``covariance`` (p, p); ``n``; ``n_people``; ``note``, with NaN where there is no fit.

    Notes
    -----
    Bias-reduced linearisation with an independent working model (Bell & McCaffrey 2002, Survey Methodology 28:169;
    Pustejovsky & Tipton 2018, doi:10.1080/07350015.2016.1247004): with M = (X'X)⁻¹ and A_g the symmetric inverse
    square root of I - X_g M X_g', V = M (Σ X_g' A_g e_g e_g' A_g X_g) M. Equal to R clubSandwich; with an intercept
    alone it is ``robust.mean_change``.
    """
    design = np.asarray(design, dtype=float)
    codes, y, *columns = complete_pairs(person, outcome, *design.T)
    x = np.column_stack(columns) if len(y) else np.empty((0, design.shape[1]))
    kinds, kind = np.unique(x, axis=0, return_inverse=True)
    return _regression(codes, y, kinds, kind.ravel())


def _regression(codes: np.ndarray, y: np.ndarray, kinds: np.ndarray, kind: np.ndarray) -> Regression:
    """Fit rows of which each has one of a few kinds of design, ``kinds`` (k, p)."""
    n, n_people = base(codes)
    p = kinds.shape[1]
    missing = (np.full(p, np.nan), np.full((p, p), np.nan), n, n_people)
    empty = (np.zeros((p, p)), np.zeros((0, p, p)), np.zeros((0, p, p)), np.zeros(0))
    if n <= p:
        return Regression(*missing, "no more pairs than coefficients: no regression", *empty)
    if np.linalg.matrix_rank(kinds) < p:
        return Regression(*missing, "a column does not vary, or follows from others: no regression", *empty)
    counts = np.bincount(kind, minlength=len(kinds))
    bread = np.linalg.inv((kinds * counts[:, None]).T @ kinds)
    coefficients = bread @ (kinds.T @ np.bincount(kind, y, len(kinds)))
    if n_people == 1:
        return Regression(coefficients, *missing[1:], "all pairs come from one person: no standard error", *empty)
    meat, *parts = _by_cluster(codes, kinds, kind, y - (kinds @ coefficients)[kind], bread)
    return Regression(coefficients, bread @ meat @ bread, n, n_people, "", bread, *parts)


def _by_cluster(
    codes: np.ndarray, kinds: np.ndarray, kind: np.ndarray, residual: np.ndarray, bread: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return the meat; of each kind of cluster P'P and X'P with P = A X M; and how many clusters are of it.

    Clusters whose rows are of the same kinds, in any order, share A, so that only their residuals are summed one by
    one. Clusters of one size are taken at a time.
    """
    order = np.lexsort((kind, codes))
    sizes = np.bincount(codes)
    starts = np.cumsum(sizes) - sizes
    p = kinds.shape[1]
    meat, own, cross, alike = np.zeros((p, p)), [], [], []
    for size in np.unique(sizes):
        rows = order[starts[sizes == size][:, None] + np.arange(size)]
        held, which, many = _distinct_rows(kind[rows], len(kinds))
        mine, e = kinds[held], residual[rows]
        value, vector = np.linalg.eigh(np.eye(size) - mine @ bread @ mine.transpose(0, 2, 1))
        root = np.where(value > 1e-10, 1 / np.sqrt(np.maximum(value, 1e-10)), 0.0)
        adjusted = (vector * root[:, None, :]) @ vector.transpose(0, 2, 1) @ mine
        # Σ e e' over the clusters of a kind, one cell of the matrix at a time
        squares = [[np.bincount(which, e[:, a] * e[:, b], len(held)) for b in range(size)] for a in range(size)]
        meat += np.sum(adjusted.transpose(0, 2, 1) @ np.array(squares).transpose(2, 0, 1) @ adjusted, axis=0)
        projected = adjusted @ bread
        own.append(projected.transpose(0, 2, 1) @ projected)
        cross.append(mine.transpose(0, 2, 1) @ projected)
        alike.append(many)
    return meat, np.concatenate(own), np.concatenate(cross), np.concatenate(alike).astype(float)


def _distinct_rows(rows: np.ndarray, many: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The distinct rows (r, s) of whole numbers below `many`, sorted; which of them each row is; how often each is.

    As ``np.unique`` by rows, by one number a row wherever that fits, since sorting rows costs ten times as much.
    """
    shape = (many,) * rows.shape[1]
    if many ** rows.shape[1] >= 2**62:
        found, which, times = np.unique(rows, axis=0, return_inverse=True, return_counts=True)
        return found, which.ravel(), times
    numbers = np.ravel_multi_index(tuple(rows.T), shape)
    found, which, times = np.unique(numbers, return_inverse=True, return_counts=True)
    return np.column_stack(np.unravel_index(found, shape)), which, times


def linear_contrast(fit: Regression, weights: ArrayLike, level: float = 0.95) -> Contrast:
    """Estimate a linear combination of coefficients with Satterthwaite degrees of freedom.

    Parameters
    ----------
    fit : Regression
        From ``cr2_regression``.
    weights : array-like, shape (p,)
        Weight of each coefficient.
    level : float
        Confidence level, between 0 and 1.

    Returns
    -------
    Contrast
        ``estimate``; ``se``; ``ci_low``, ``ci_high`` t interval on ``df``; ``statistic`` t against 0; ``df``; ``p``;
        ``n`` pairs; ``n_people``; ``note``.

    Notes
    -----
    df = (tr Ω)² / tr Ω², Ω_gh = p_g'(I - H)p_h with p_g = A_g X_g M c (Bell & McCaffrey 2002). Equal to clubSandwich.
    """
    c = np.asarray(weights, dtype=float)
    estimate = float(c @ fit.coefficients)
    if fit.note:
        return Contrast(estimate, *[np.nan] * 6, fit.n, fit.n_people, fit.note)
    variance = float(c @ fit.covariance @ c)
    if variance <= (TIE_TOLERANCE * max(1.0, abs(estimate))) ** 2:
        note = "nothing varies within the groups: no interval and no test"
        return Contrast(estimate, 0.0, *[np.nan] * 5, fit.n, fit.n_people, note)
    own, cross = np.einsum("gpq,p,q->g", fit.own, c, c), fit.cross @ c
    first = np.einsum("gp,pq,gq->g", cross, fit.bread, cross)
    between = fit.bread @ (cross.T @ (cross * fit.alike[:, None]))
    trace = np.sum(fit.alike * (own - first))
    squares = np.sum(fit.alike * own * (own - 2 * first)) + np.trace(between @ between)
    df, se = trace**2 / squares, float(np.sqrt(variance))
    half = float(stats.t.ppf((1 + level) / 2, df)) * se
    p = float(2 * stats.t.sf(abs(estimate / se), df))
    note = WEAK if df < 4 else ""
    return Contrast(estimate, se, estimate - half, estimate + half, estimate / se, df, p, fit.n, fit.n_people, note)


def wald_htz(fit: Regression, weights: np.ndarray) -> Wald:
    """Test several linear combinations at once, by Hotelling's T² with estimated degrees of freedom.

    Parameters
    ----------
    fit : Regression
        From ``cr2_regression``.
    weights : ndarray, shape (q, p)
        One combination a row, none following from the others.

    Returns
    -------
    Wald
        ``statistic`` F; ``df_num`` q; ``df_denom``; ``p``; ``n``; ``n_people``; ``note``.

    Notes
    -----
    The test HTZ of Tipton & Pustejovsky 2015, doi:10.3102/1076998615606099: η = q(q + 1) / Σ_s Σ_t Var(v_st), with v
    the CR2 variance of the combinations in units of its expectation; F = (η - q + 1)/(η q) · Q on q and η - q + 1.
    Equal to R clubSandwich ``Wald_test(test = "HTZ")``.
    """
    c = np.atleast_2d(np.asarray(weights, dtype=float))
    q = len(c)
    if fit.note:
        return Wald(*[np.nan] * 4, fit.n, fit.n_people, fit.note)
    variance = c @ fit.covariance @ c.T
    if np.linalg.matrix_rank(variance, tol=1e-12) < q:
        return Wald(*[np.nan] * 4, fit.n, fit.n_people, "too little varies within the groups: no joint test")
    many = fit.alike[:, None, None]
    inner = np.einsum("gpi,gpj->ij", (many * fit.cross), fit.bread @ fit.cross, optimize=True)
    value, vector = np.linalg.eigh(c @ (np.sum(many * fit.own, axis=0) - inner) @ c.T)
    unit = (vector / np.sqrt(value)) @ vector.T @ c
    eta = q * (q + 1) / _variances(unit @ fit.own @ unit.T, fit.cross @ unit.T, fit.bread, fit.alike)
    joint = c @ fit.coefficients
    if eta - q + 1 <= 0:
        return Wald(*[np.nan] * 4, fit.n, fit.n_people, "too few people for a joint test of so many groups")
    statistic = (eta - q + 1) / (eta * q) * float(joint @ np.linalg.solve(variance, joint))
    p = float(stats.f.sf(statistic, q, eta - q + 1))
    note = WEAK if eta - q + 1 < 4 else ""
    return Wald(statistic, float(q), float(eta - q + 1), p, fit.n, fit.n_people, note)


def _variances(own: np.ndarray, cross: np.ndarray, bread: np.ndarray, alike: np.ndarray) -> float:
    """Sum the variances of all entries of the variance matrix: tr Ω_ss Ω_tt + Σ Ω_st ∘ Ω_ts, over s and t.

    Ω_st is diag(own_st) - cross_s M cross_t' over clusters, and is not built: what clusters have in common is a p × p
    matrix W for each s and t.
    """
    kinds, p, q = cross.shape
    inner = cross.transpose(0, 2, 1) @ bread @ cross  # of each kind of cluster, what stands on the diagonal
    traces = np.einsum("gss->g", own), np.einsum("gss->g", inner)
    total = np.sum(alike * traces[0] * (traces[0] - 2 * traces[1]))
    total += np.sum(alike[:, None, None] * own * (own - 2 * inner))
    flat = cross.reshape(kinds, p * q)
    w = (flat.T @ (alike[:, None] * flat)).reshape(p, q, p, q)
    mwm = np.tensordot(np.tensordot(bread, w, (1, 0)), bread, (2, 0)).transpose(0, 1, 3, 2)
    return float(total + np.sum(mwm * w) + np.sum(mwm * w.transpose(2, 1, 0, 3)))


def group_contrasts(
    change: ArrayLike,
    group: ArrayLike,
    person: ArrayLike | None = None,
    *,
    level: float = 0.95,
    fewest_people: int = FEWEST_PEOPLE,
) -> pd.DataFrame:
    """Set the mean change of each group against that of everybody else.

    Parameters
    ----------
    change : array-like, shape (n,)
        After minus before, in scale points. Missing values are dropped.
    group : array-like, shape (n,)
        Module, role group, region …; pairs without one are dropped.
    person : array-like or None, shape (n,)
        Who gave each pair; a person may stand in several groups.
    level : float
        Confidence level, between 0 and 1.
    fewest_people : int
        A group of fewer people, or one that leaves fewer in the rest, has no contrast and says so.

    Returns
    -------
    DataFrame
        One row a group, sorted: ``group``; ``mean`` change of the group; ``mean_rest``; ``estimate`` of their
        difference; ``se``; ``ci_low``; ``ci_high``; ``statistic``; ``df``; ``p``; ``n`` pairs and ``n_people`` of the
        group; ``note``.

    Notes
    -----
    Regression of the change on an intercept and the group's indicator, CR2 variance on the person, Satterthwaite df
    (``cr2_regression``): the interaction of time and group.
    """
    codes, d, labels = labelled_pairs(change, group, person)
    rows = []
    place, names = pd.factorize(labels, sort=True)
    for number, label in enumerate(names):
        inside = place == number
        people = len(np.unique(codes[inside]))
        fit = _regression(codes, d, *_indicator(inside))
        found = linear_contrast(fit, [0.0, 1.0], level)
        note = found.note
        if people < fewest_people:
            note = TOO_FEW.format(fewest_people)
        elif len(np.unique(codes[~inside])) < fewest_people:
            note = f"too few to say: fewer than {fewest_people} people in the rest"
        row = {"group": label, "mean": d[inside].mean(), "mean_rest": d[~inside].mean() if (~inside).any() else np.nan}
        row |= {**found._asdict(), "n": int(inside.sum()), "n_people": people, "note": note}
        if note.startswith("too few to say"):
            row |= dict.fromkeys(_INFERRED, np.nan)
        rows.append(row)
    return pd.DataFrame(rows, columns=["group", "mean", "mean_rest", *Contrast._fields])


def _indicator(inside: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The kinds of design of an intercept and an indicator, and the kind of each pair."""
    if inside.all():
        return np.array([[1.0, 1.0]]), np.zeros(len(inside), dtype="int64")
    return np.array([[1.0, 0.0], [1.0, 1.0]]), inside.astype("int64")


def any_difference(
    change: ArrayLike, group: ArrayLike, person: ArrayLike | None = None, *, fewest_people: int = FEWEST_PEOPLE
) -> Wald:
    """Test whether the groups' mean changes differ at all; groups of too few people stay out.

    Parameters
    ----------
    change, group, person, fewest_people
        As in ``group_contrasts``.

    Returns
    -------
    Wald
        ``wald_htz`` of all differences to the first group; ``n`` and ``n_people`` of the groups that took part.
    """
    codes, d, labels = labelled_pairs(change, group, person)
    place, names = pd.factorize(labels, sort=True)
    people = pd.Series(codes).groupby(place).nunique().reindex(range(len(names)), fill_value=0).to_numpy()
    large = np.flatnonzero(people >= fewest_people)
    taking = np.isin(place, large)
    n, n_people = int(taking.sum()), len(np.unique(codes[taking]))
    if len(large) < 2:
        note = f"fewer than two groups of {fewest_people} people: nothing to compare"
        return Wald(*[np.nan] * 4, n, n_people, note)
    differences = np.column_stack([-np.ones(len(large) - 1), np.eye(len(large) - 1)])
    who = pd.factorize(codes[taking])[0]
    return wald_htz(_regression(who, d[taking], np.eye(len(large)), np.searchsorted(large, place[taking])), differences)


def dose_response(
    change: ArrayLike, dose: ArrayLike, person: ArrayLike | None = None, *, level: float = 0.95
) -> Contrast:
    """Slope of the change on the number of modules a person took; always shown with ``DOSE_CAVEAT``.

    Parameters
    ----------
    change : array-like, shape (n,)
        After minus before, in scale points.
    dose : array-like, shape (n,)
        Number of modules of the person of each pair.
    person : array-like or None, shape (n,)
        Who gave each pair.
    level : float
        Confidence level, between 0 and 1.

    Returns
    -------
    Contrast
        ``estimate``: difference in mean change a module more, in scale points; CR2 on the person.
    """
    codes, d, x = complete_pairs(person, change, dose)
    if len(x) and np.ptp(x) <= TIE_TOLERANCE:
        return Contrast(*[np.nan] * 7, *base(codes), "everybody took the same number of modules: no slope")
    x = x - x.mean() if len(x) else x
    return linear_contrast(cr2_regression(d, np.column_stack([np.ones(len(d)), x]), codes), [0.0, 1.0], level)


def labelled_pairs(
    change: ArrayLike, group: ArrayLike, person: ArrayLike | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return people's codes, changes and groups of the pairs that have both a change and a group."""
    labels = pd.Series(group, dtype="object").astype("string")
    people = np.arange(len(labels)) if person is None else pd.Series(person).to_numpy()
    values = np.asarray(pd.array(change, dtype="Float64").to_numpy(dtype=float, na_value=np.nan))
    if not len(labels) == len(people) == len(values):
        raise ValueError("change, group and person must be equally long")
    keep = labels.notna().to_numpy() & np.isfinite(values)
    return *complete_pairs(people[keep], values[keep]), labels.to_numpy(dtype=object)[keep]
