"""The arithmetic of the toy study: Student's t, the cluster-robust mean, ranks, adjustment; README shows it on paper.

Only the standard library; nothing of prepost, so that it can check prepost.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from fractions import Fraction
from itertools import groupby
from math import erfc, exp, inf, lgamma, log, log1p, sqrt

UNPINNED = "-"  # a cell that the golden table leaves open (bootstrap intervals depend on the seed, not on paper)


# Student's t ------------------------------------------------------------------------------------------------------
def beta_cf(a: float, b: float, x: float) -> float:
    """Continued fraction of the incomplete beta function (Abramowitz & Stegun 26.5.8), by Lentz's method."""
    c, d = 1.0, 1.0 / (1 - (a + b) * x / (a + 1))
    h = d
    for m in range(1, 300):
        for step in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d, c = 1 / (1 + step * d), 1 + step / c
            h *= d * c
    return h


def two_sided(t: float, df: float) -> float:
    """P(|T| > |t|) on df degrees of freedom: I_x(df/2, 1/2) with x = df/(df + t²)."""
    a, b, x = df / 2, 0.5, df / (df + t * t)
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x)) if 0 < x < 1 else 0.0
    if x < (a + 1) / (a + b + 2):
        return front * beta_cf(a, b, x) / a
    return 1 - front * beta_cf(b, a, 1 - x) / b


def t_quantile(df: float) -> float:
    """The t beyond which, both ways, 5 % lies."""
    low, high = 0.0, 1000.0
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if two_sided(middle, df) > 0.05 else (low, middle)
    return (low + high) / 2


# Estimates --------------------------------------------------------------------------------------------------------
def variance(values: list[Fraction]) -> Fraction | None:
    """Sum of squares about the mean over n - 1."""
    mean = Fraction(sum(values), len(values)) if values else None
    return sum((v - mean) ** 2 for v in values) / (len(values) - 1) if len(values) > 1 else None


def cr2(change: list[Fraction], people: list[str]) -> tuple[Fraction | None, Fraction | None]:
    """Variance of the mean, V = Σ r_g²/(1 - n_g/N)/N², and its degrees of freedom (README, "Clusters")."""
    n, mean = len(change), Fraction(sum(change), len(change))
    size, rest = Counter(people), defaultdict(Fraction)
    for who, d in zip(people, change, strict=True):
        rest[who] += d - mean
    if len(size) < 2:
        return None, None
    v = sum(rest[g] ** 2 / (1 - Fraction(size[g], n)) for g in size) / n**2
    w = [Fraction(size[g] ** 2) / (1 - Fraction(size[g], n)) for g in size]
    return v, n**2 / (sum(k * k for k in size.values()) + (sum(w) ** 2 - sum(x * x for x in w)) / n**2)


def inference(mean: Fraction, v: Fraction | None, df: Fraction | None) -> dict:
    """The t interval and test of a mean."""
    if not v:
        return {"estimate": float(mean)}
    se, t = sqrt(v), float(mean) / sqrt(v)
    half = t_quantile(float(df)) * se
    ends = {"ci_low": float(mean) - half, "ci_high": float(mean) + half}
    return {"estimate": float(mean), **ends, "statistic": t, "df": float(df), "p": two_sided(t, float(df))}


def ranks(change: list[Fraction], people: list[str]) -> tuple[Fraction | None, Fraction | None, float | None]:
    """Rank-biserial, V (sum of the ranks that went up), p by people's sums of signed ranks; zeros dropped, midranks."""
    moved = sorted((abs(d), d, who) for d, who in zip(change, people, strict=True) if d)
    signed, place = [], 0
    for _, tied in groupby(moved, key=lambda row: row[0]):
        tied = list(tied)
        rank = place + Fraction(len(tied) + 1, 2)
        signed += [(rank if d > 0 else -rank, who) for _, d, who in tied]
        place += len(tied)
    if not signed:
        return None, None, None
    up, total = sum((r for r, _ in signed if r > 0), Fraction(0)), sum(abs(r) for r, _ in signed)
    sums = defaultdict(Fraction)
    for r, who in signed:
        sums[who] += r
    z = float(abs(sum(sums.values()))) / sqrt(sum(s * s for s in sums.values()))
    return (2 * up - total) / total, up, erfc(z / sqrt(2))


def estimates(before: list[Fraction], after: list[Fraction], people: list[str]) -> dict[str, dict]:
    """Every estimate of one comparison, outcome and group. Intervals that a bootstrap makes are left open."""
    n, change = len(before), [b - a for a, b in zip(before, after, strict=True)]
    mean, sd = Fraction(sum(change), n), {}
    found = {"mean_change": inference(mean, *cr2(change, people))}
    for name, values in (("before", before), ("after", after)):
        sd[name] = variance(values)
        found[f"mean_{name}"] = {"estimate": float(Fraction(sum(values), n))}
        found[f"sd_{name}"] = {"estimate": None if sd[name] is None else sqrt(sd[name])}
    spread, of_change = None if n < 3 else (sqrt(sd["before"]) + sqrt(sd["after"])) / 2, variance(change)
    j = 1 - Fraction(3, 4 * (n - 1) - 1)
    open_ends = {"ci_low": UNPINNED, "ci_high": UNPINNED}
    found["hedges_g_av"] = {"estimate": float(j * mean) / spread, **open_ends} if spread else {}
    found["d_z"] = {"estimate": float(mean) / sqrt(of_change), **open_ends} if of_change else {}
    biserial, v, p = ranks(change, people)
    found["rank_biserial"] = {"estimate": float(biserial), **open_ends} if biserial is not None else {}
    # One pair a person: the library's p is scipy's, checked elsewhere against R; several: the sums above.
    found["wilcoxon"] = {"statistic": float(v), "p": p if len(set(people)) < n else UNPINNED} if v is not None else {}
    found["paired_t"] = inference(mean, of_change / n if of_change is not None else None, Fraction(n - 1))
    return found


def adjust(p: list[float], method: str) -> list[float]:
    """Holm (running maximum of (m - i) p, from the smallest) or Benjamini-Hochberg (running minimum of m p / i)."""
    order, m, found = sorted(range(len(p)), key=p.__getitem__), len(p), [0.0] * len(p)
    best = 0.0 if method == "holm" else inf
    for i in range(m) if method == "holm" else reversed(range(m)):
        k = order[i]
        best = max(best, (m - i) * p[k]) if method == "holm" else min(best, m * p[k] / (i + 1))
        found[k] = min(best, 1.0)
    return found
