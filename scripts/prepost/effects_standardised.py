"""Mean change divided by a standard deviation, in the forms that have a name, and an interval for each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, special, stats

from prepost.alike import profiles
from prepost.pairs import TIE_TOLERANCE, Effect, base, complete_pairs, no_effect
from prepost.resample import RESAMPLES, Interval, bca_intervals, no_interval, weighted_sums

#: Standardised mean changes: what each divides by (``_spread``), and whether it is corrected for small samples.
STANDARDISED = {
    "hedges_g_av": ("av", True),
    "d_av": ("av", False),
    "g_rms": ("rms", True),
    "d_rms": ("rms", False),
    "g_rm": ("rm", True),
    "d_rm": ("rm", False),
    "g_z": ("z", True),
    "d_z": ("z", False),
}
_NOTE = {
    "av": "the scores do not vary: no standardised effect",
    "rms": "the scores do not vary: no standardised effect",
    "rm": "no correlation below 1 between before and after: d_rm has no value",
    "z": "every change is the same: d_z has no finite value",
}


class Moments(NamedTuple):
    """Mean change, variances and covariance, one value a sample."""

    n: np.ndarray
    change: np.ndarray
    var_before: np.ndarray
    var_after: np.ndarray
    var_change: np.ndarray

    @property
    def covariance(self) -> np.ndarray:
        """Covariance of before and after."""
        return (self.var_before + self.var_after - self.var_change) / 2


def small_sample_correction(nu: float) -> float:
    """Hedges' J(ν) = 1 - 3/(4ν - 1), which takes the small-sample bias out of a standardised mean difference.

    Parameters
    ----------
    nu : float
        Degrees of freedom, above 1.

    Returns
    -------
    float
        A factor below 1.

    Notes
    -----
    Hedges 1981, doi:10.3102/10769986006002107.

    Examples
    --------
    >>> small_sample_correction(9) == 32 / 35
    True
    """
    return 1 - 3 / (4 * nu - 1)


def standardised(
    before: ArrayLike,
    after: ArrayLike,
    person: ArrayLike | None = None,
    *,
    names: Sequence[str] = tuple(STANDARDISED),
    level: float = 0.95,
    rng: np.random.Generator | None = None,
    resamples: int = RESAMPLES,
) -> dict[str, Effect]:
    """Mean change divided by a standard deviation, in the named forms, from one set of bootstrap samples.

    Parameters
    ----------
    before, after : array-like, shape (n,)
        Scores of a pair in scale points. Pairs with a missing side are dropped.
    person : array-like or None, shape (n,)
        Who gave each pair. None: each pair is another person.
    names : sequence of str
        Keys of ``STANDARDISED``.
    level : float
        Confidence level, between 0 and 1.
    rng : numpy.random.Generator
        Needed where a person gives several pairs.
    resamples : int
        Bootstrap samples.

    Returns
    -------
    dict of str to Effect
        Per name ``estimate``; ``ci_low``, ``ci_high``; ``ci_method``; ``n`` pairs; ``n_people``; ``note``.

    Notes
    -----
    With M the mean change, s_b and s_a the standard deviations before and after, s_d that of the changes and r the
    correlation (Lakens 2013, doi:10.3389/fpsyg.2013.00863):

    - ``d_av`` M / ((s_b + s_a) / 2); ``d_rms`` M / √((s_b² + s_a²) / 2), which pingouin calls Cohen's d
    - ``d_z`` M / s_d, specific to the paired design; ``d_rm`` M / s_d · √(2(1 - r))
    - ``hedges_g_av``, ``g_rms``, ``g_z``, ``g_rm``: the same times J(n - 1), n the number of pairs (pingouin and
      others use 2n - 2)

    Intervals, one pair a person: av and rms from the large-sample variance of a standardised contrast of paired means
    (Bonett 2008, doi:10.1037/1082-989X.13.2.99), for av by the delta method; rm from its variance in Borenstein et
    al. 2009, eq. 4.28, doi:10.1002/9780470743386; z from the noncentral t, exact under normality (Goulet-Pelletier &
    Cousineau 2018, doi:10.20982/tqmp.14.4.p242). Otherwise a bootstrap of people (``resample.bca_intervals``).

    Examples
    --------
    >>> found = standardised([9, 6, 7, 8, 7, 9, 8, 8, 8, 7], [9, 7, 8, 9, 8, 9, 9, 10, 9, 9])
    >>> [f"{found[name].estimate:.4f}" for name in ("hedges_g_av", "d_av", "d_rms", "d_z", "d_rm")]
    ['1.0320', '1.1287', '1.1259', '1.5000', '1.1113']
    """
    codes, x, y = complete_pairs(person, before, after)
    n, n_people = base(codes)
    found, measured = estimates(names, x, y, n, n_people, level)
    if measured and n_people < n:
        alike = profiles(codes, x, y)
        table = moments_table(alike.codes, x[alike.rows], y[alike.rows])
        options = {"rng": rng, "resamples": resamples, "level": level, "of_person": alike.of_person}
        intervals = bca_intervals(lambda w: values_on(measured, w, table, n), n_people, **options)
        found |= {k: with_interval(found[k], interval) for k, interval in zip(measured, intervals, strict=True)}
    return found


def _pairs(n: int) -> str:
    return {0: "no complete pairs", 1: "one pair only"}.get(n, f"{n} pairs only")


def with_interval(effect: Effect, interval: Interval) -> Effect:
    """Give an effect size its interval, and the interval's note."""
    return effect._replace(**interval._asdict())


def estimates(
    names: Sequence[str], x: np.ndarray, y: np.ndarray, n: int, n_people: int, level: float
) -> tuple[dict[str, Effect], list[str]]:
    """Estimate each form, with its interval where every pair is another person; say which forms could be measured."""
    found: dict[str, Effect] = {}
    measured = []
    table = moments_table(np.arange(n), x, y) if n else None
    for name in names:
        form, corrected = STANDARDISED[name]
        if n < (2 if name == "d_z" else 3):
            found[name] = no_effect(n, n_people, f"{_pairs(n)}: no standardised effect")
            continue
        estimate = float(values_on([name], np.ones((1, n)), table, n)[0, 0])
        if not np.isfinite(estimate):
            found[name] = no_effect(n, n_people, _NOTE[form])
            continue
        measured.append(name)
        found[name] = Effect(estimate, np.nan, np.nan, "", n, n_people, "")
        if n_people == n:
            found[name] = with_interval(
                found[name], _analytic_interval(form, estimate, _factor(corrected, n), x, y, level)
            )
    return found, measured


def moments_table(codes: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Sums per person from which every form follows; about a near point, so that squares keep their digits."""
    change = y - x
    x, y, change = x - x.mean(), y - x.mean(), change - change.mean()
    columns = (np.ones(len(x)), x, y, x**2, y**2, change, change**2)
    return np.column_stack([np.bincount(codes, column) for column in columns])


def _moments(sums: np.ndarray) -> Moments:
    n, sx, sy, sxx, syy, sd, sdd = sums.T

    def variance(total: np.ndarray, squares: np.ndarray) -> np.ndarray:
        about = squares - total**2 / n
        return np.where(about > 1e-13 * squares, about, 0.0) / (n - 1)  # below: equal values and their rounding

    with np.errstate(invalid="ignore", divide="ignore"):
        return Moments(n, (sy - sx) / n, variance(sx, sxx), variance(sy, syy), variance(sd, sdd))


def _spread(form: str, m: Moments) -> np.ndarray:
    """Return what a form divides the mean change by."""
    before, after, change = np.sqrt(m.var_before), np.sqrt(m.var_after), np.sqrt(m.var_change)
    if form == "av":
        return (before + after) / 2
    if form == "rms":
        return np.sqrt((m.var_before + m.var_after) / 2)
    if form == "z":
        return change
    unlike = 1 - m.covariance / (before * after)
    return np.where(unlike > 1e-12, change / np.sqrt(2 * np.maximum(unlike, 1e-12)), np.nan)


def _factor(corrected: bool, n: int) -> float:
    return small_sample_correction(n - 1) if corrected else 1.0


def values_on(names: Sequence[str], weights: np.ndarray, table: np.ndarray, n: int) -> np.ndarray:
    """Compute the named forms on samples of people, corrected as for `n` pairs: shape (b, len(names))."""
    m = _moments(weighted_sums(weights, table))
    columns = []
    with np.errstate(invalid="ignore", divide="ignore"):
        for name in names:
            form, corrected = STANDARDISED[name]
            spread = _spread(form, m)
            columns.append(np.where(spread > TIE_TOLERANCE, _factor(corrected, n) * m.change / spread, np.nan))
    return np.column_stack(columns) if columns else np.empty((len(weights), 0))


def _analytic_interval(
    form: str, estimate: float, factor: float, x: np.ndarray, y: np.ndarray, level: float
) -> Interval:
    n, d = len(x), estimate / factor
    if form == "z":
        found = _noncentral_interval(d, n, level)
        return found._replace(ci_low=factor * found.ci_low, ci_high=factor * found.ci_high)
    (vx, cov), (_, vy) = np.cov(x, y)
    df, r = n - 1, cov / np.sqrt(vx * vy) if vx > 0 and vy > 0 else 0.0
    if form == "rm":
        variance, method = (1 / n + d**2 / (2 * n)) * 2 * (1 - r), "Borenstein 2009"
    elif form == "rms":
        spread = (vx + vy) / 2
        of_spread = d**2 * (vx**2 + vy**2 + 2 * r**2 * vx * vy) / (8 * df * spread**2)
        variance, method = (vx + vy - 2 * cov) / (df * spread) + of_spread, "Bonett 2008"
    else:
        spread = ((np.sqrt(vx) + np.sqrt(vy)) / 2) ** 2
        of_spread = d**2 * (vx + vy + 2 * r**2 * np.sqrt(vx * vy)) / (8 * df * spread)
        variance, method = (vx + vy - 2 * cov) / (df * spread) + of_spread, "Bonett 2008, delta method"
    half = float(stats.norm.ppf((1 + level) / 2) * factor * np.sqrt(variance))
    return Interval(estimate - half, estimate + half, method, "")


def _noncentral_interval(d: float, n: int, level: float) -> Interval:
    t, root = abs(d) * np.sqrt(n), np.sqrt(n)
    bounds = []
    for tail in ((1 + level) / 2, (1 - level) / 2):
        near = float(special.nctdtrinc(n - 1, tail, t))  # right to five digits or so: the root below mends it
        reach = 0.01 * (1 + abs(near))

        def miss(shift: float, tail: float = tail) -> float:
            return float(stats.nct.cdf(t, n - 1, shift)) - tail

        if not miss(near - reach) > 0 > miss(near + reach):
            return no_interval("the noncentral t has no solution here: no interval")
        bounds.append(float(optimize.brentq(miss, near - reach, near + reach, xtol=1e-13)) / root)
    low, high = bounds if d >= 0 else (-bounds[1], -bounds[0])
    return Interval(low, high, "noncentral t", "")
