"""Does a scale measure the same thing at every wave: one factor, and how far it stays the same over time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import stats

from prepost.measurement.factor_model import FactorFit, FactorModel, Parameter, empty_model, fit, one_factor_model

LEVELS = ("configural", "metric", "scalar")
#: A level holds where CFI falls by no more, and RMSEA rises by no more (Chen 2007).
CFI_FALL, RMSEA_RISE = 0.010, 0.015
#: The first level holds where the model fits as well as this: SRMR as in Hu & Bentler 1999, CFI as is usual.
LEAST_CFI, MOST_SRMR = 0.90, 0.08
FEWEST_PEOPLE = 100
ALPHA = 0.05
_COLUMNS = ["level", "chi2", "df", "p", "cfi", "tli", "rmsea", "rmsea_low", "rmsea_high", "srmr"]
_CHANGES = ["delta_chi2", "delta_df", "delta_p", "delta_cfi", "delta_rmsea"]


class OneFactor(NamedTuple):
    """A one-factor model of a scale in one wave; ``loadings`` is a DataFrame."""

    fit: FactorFit
    omega: float
    loadings: pd.DataFrame
    n: int
    note: str


class Invariance(NamedTuple):
    """Invariance over waves: ``levels``, ``items`` and ``means`` are DataFrames."""

    levels: pd.DataFrame
    items: pd.DataFrame
    means: pd.DataFrame
    holds: str
    consequence: str
    n: int
    note: str


def one_factor(items: pd.DataFrame) -> OneFactor:
    """Fit one factor to the items of a scale in one wave, the answers taken as numbers.

    Parameters
    ----------
    items : DataFrame, one row a response, one numeric column an item
        Reversed items already turned round; three items or more. One response a person. Responses with a missing item
        are left out.

    Returns
    -------
    OneFactor
        ``fit`` (``factor_model.fit``; with three items df is 0 and the fit says nothing); ``omega``: reliability of
        the sum of the items, (Σλ)² / ((Σλ)² + Σθ), McDonald 1999, ISBN 9780805830750; ``loadings``: ``item``,
        ``loading``, ``se``, ``standardised``; ``n``; ``note``.

    Notes
    -----
    Maximum likelihood on the answers as numbers, and not weighted least squares on polychoric correlations: it is the
    model of the mean score that the report shows, and means over waves need it. ``consistency`` has the ordinal side.
    Equal to R lavaan ``cfa(std.lv = TRUE)``.
    """
    names = [str(name) for name in items]
    values = _complete([items])
    n, k = len(values), len(names)
    empty = pd.DataFrame({"item": names, "loading": np.nan, "se": np.nan, "standardised": np.nan})
    if k < 3:
        found = FactorFit(
            {}, {}, np.nan, 0, *[np.nan] * 7, n, False, "fewer than three items: one factor is not determined"
        )
        return OneFactor(found, np.nan, empty, n, found.note)
    sd = values.std(axis=0) if n else np.ones(k)
    found = fit(values, one_factor_model(sd, values.mean(axis=0) if n else sd))
    if not found.converged:
        return OneFactor(found, np.nan, empty, n, found.note)
    loading = np.array([found.estimates[f"loading {i}"] for i in range(k)])
    sign = 1 if loading.sum() >= 0 else -1
    residual = np.array([found.estimates[f"residual {i}"] for i in range(k)])
    table = pd.DataFrame({"item": names, "loading": sign * loading, "se": [found.se[f"loading {i}"] for i in range(k)]})
    table["standardised"] = table["loading"] / np.sqrt(loading**2 + residual)
    common = loading.sum() ** 2
    omega = float(common / (common + residual.sum())) if residual.min() >= 0 else np.nan
    note = "; ".join(filter(None, [found.note, "three items: the fit cannot be judged" if k == 3 else ""]))
    return OneFactor(found, omega, table, n, note)


def longitudinal_invariance(
    waves: Mapping[str, pd.DataFrame], scale: str = "the scale", *, fewest_people: int = FEWEST_PEOPLE
) -> Invariance:
    """Test whether a scale keeps its pattern, its loadings and its intercepts over two or three waves.

    Parameters
    ----------
    waves : mapping of wave name to DataFrame
        Items of the scale, the same columns in each; row i is the same completion of the same person in each, one a
        person. Rows with anything missing in any wave are left out.
    scale : str
        Name of the scale, for the sentences.
    fewest_people : int
        Complete rows needed.

    Returns
    -------
    Invariance
        ``levels``: a row each for configural, metric and scalar with ``level``, ``chi2``, ``df``, ``p``, ``cfi``,
        ``tli``, ``rmsea``, ``rmsea_low``, ``rmsea_high``, ``srmr``, ``delta_chi2``, ``delta_df``, ``delta_p``,
        ``delta_cfi``, ``delta_rmsea`` (each against the row above), ``holds``, ``note``. ``items``: ``item``,
        ``chi2``, ``df``, ``p``: what freeing this item's intercepts alone takes from the scalar model; ``freed``: its
        place among the items freed in turn, worst first, while p times the items left is below .05 and two others
        stay tied; ``note``. ``means``: ``model`` (``scalar``, ``partial scalar`` with those items freed), ``wave``,
        ``estimate``: factor mean of a later wave in standard deviations of the first; ``se``; ``note``. ``holds``:
        the highest level that holds, or ``none``; ``consequence``: one sentence; ``n`` people; ``note``.

    Notes
    -----
    A factor a wave, factors free to correlate, residuals of one item free to correlate over waves. Configural: the
    same items on each factor; metric: loadings equal over waves; scalar: intercepts too, and factor means free from
    the second wave on. A level holds where CFI falls by at most .010 and RMSEA rises by at most .015 (Chen 2007,
    doi:10.1080/10705510701301834; Cheung & Rensvold 2002, doi:10.1207/S15328007SEM0902_5); the first where CFI is at
    least .90 and SRMR at most .08. Chi-squared is given and does not decide: with thousands of people any shift is
    significant. Answers are taken as numbers (``factor_model.CAVEAT``). Equal to R lavaan.
    """
    names = [str(name) for name in next(iter(waves.values()))] if waves else []
    values = _complete(list(waves.values()))
    n, k, w = len(values), len(names), len(waves)
    why = ""
    if w < 2:
        why = "one wave only: nothing to compare"
    elif k < 3:
        why = "fewer than three items: a factor is not determined in each wave"
    elif n < fewest_people:
        why = f"fewer than {fewest_people} people with complete answers at every wave"
    fits = [] if why else [fit(values, _model(level, values, k, w)) for level in LEVELS]
    why = why or next((found.note for found in fits if not found.converged), "")
    levels = _levels(fits) if fits else pd.DataFrame(columns=[*_COLUMNS, *_CHANGES, "holds", "note"])
    holds = "none"
    for row in levels.itertuples():
        if not row.holds:
            break
        holds = row.level
    scalar = fits[2] if fits and fits[2].converged else None
    items, partial = _items(values, names, w, scalar)
    means = _means(list(waves), {"scalar": scalar, "partial scalar": partial}, why)
    moved = items.sort_values("freed").loc[items["freed"].notna(), "item"].tolist()
    unknown = f"Whether {scale} measures the same at every wave cannot be said: {why}."
    consequence = unknown if why else _consequence(holds, scale, moved)
    return Invariance(levels, items, means, "" if why else holds, consequence, n, why)


def _complete(frames: list[pd.DataFrame]) -> np.ndarray:
    values = (
        np.column_stack([frame.to_numpy(dtype=float, na_value=np.nan) for frame in frames])
        if frames
        else np.empty((0, 0))
    )
    return values[np.isfinite(values).all(axis=1)]


def _model(level: str, values: np.ndarray, k: int, w: int, loose: tuple[int, ...] = ()) -> FactorModel:
    """Build the model of a level; ``loose`` are items whose intercepts stay free under scalar."""
    sd, mean = np.maximum(values.std(axis=0), 1e-6), values.mean(axis=0)
    fixed = empty_model(k * w, w)
    np.fill_diagonal(fixed["factor_cov"], 1.0)
    free: list[Parameter] = []

    def share(part: str, name: str, start: np.ndarray, equal: bool) -> None:
        for item in range(k):
            cells = [(part, wave * k + item, wave if part == "loading" else 0) for wave in range(w)]
            if equal and not (part == "intercept" and item in loose):
                free.append(Parameter(f"{name} {item}", float(start[item]), tuple(cells)))
            else:
                free.extend(
                    Parameter(f"{name} {item} at {wave}", float(start[wave * k + item]), (cell,))
                    for wave, cell in enumerate(cells)
                )

    share("loading", "loading", 0.7 * sd, level != "configural")
    share("intercept", "intercept", mean, level == "scalar")
    free += [Parameter(f"residual {i}", 0.5 * sd[i] ** 2, (("residual_cov", i, i),)) for i in range(k * w)]
    for a in range(w):
        if a and level != "configural":
            fixed["factor_cov"][a, a] = 0.0
            free.append(Parameter(f"variance {a}", 1.0, (("factor_cov", a, a),)))
        if a and level == "scalar":
            free.append(Parameter(f"mean {a}", 0.0, (("factor_mean", a, 0),)))
        for b in range(a):
            free.append(Parameter(f"factors {b} {a}", 0.5, (("factor_cov", a, b), ("factor_cov", b, a))))
            for item in range(k):
                i, j = a * k + item, b * k + item
                free.append(Parameter(f"same item {j} {i}", 0.0, (("residual_cov", i, j), ("residual_cov", j, i))))
    return FactorModel(fixed, tuple(free))


def _levels(fits: list[FactorFit]) -> pd.DataFrame:
    table = pd.DataFrame([found._asdict() for found in fits]).assign(level=LEVELS)
    table = table[[*_COLUMNS, "note", "converged"]].copy()
    table["delta_chi2"], table["delta_df"] = table["chi2"].diff(), table["df"].diff()
    table["delta_p"] = stats.chi2.sf(table["delta_chi2"], table["delta_df"])
    table["delta_cfi"], table["delta_rmsea"] = table["cfi"].diff(), table["rmsea"].diff()
    holds = (table["delta_cfi"] >= -CFI_FALL) & (table["delta_rmsea"] <= RMSEA_RISE)
    holds[0] = table["cfi"][0] >= LEAST_CFI and table["srmr"][0] <= MOST_SRMR
    table["holds"] = holds & table["converged"]
    return table[[*_COLUMNS, *_CHANGES, "holds", "note"]]


def _items(
    values: np.ndarray, names: list[str], w: int, scalar: FactorFit | None
) -> tuple[pd.DataFrame, FactorFit | None]:
    """Free the intercepts of one item at a time; then of the worst, of the worst beside it, and so on, leaving two."""
    table = pd.DataFrame({"item": names, "chi2": np.nan, "df": w - 1, "p": np.nan, "freed": pd.NA})
    table["note"] = "" if scalar else "no scalar model to compare with"
    best, loose = scalar, ()
    while best is not None and len(loose) < len(names) - 2:
        tied = [item for item in range(len(names)) if item not in loose]
        tried = {item: fit(values, _model("scalar", values, len(names), w, (*loose, item))) for item in tied}
        fall = pd.Series({item: best.chi2 - found.chi2 for item, found in tried.items()}).clip(lower=0)
        p = pd.Series(stats.chi2.sf(fall, w - 1), index=fall.index)
        if not loose:
            table["chi2"], table["p"], table["note"] = fall, p, [found.note for found in tried.values()]
        if not p.min() * len(p) < ALPHA:
            break
        worst = int(fall.idxmax())
        loose, best = (*loose, worst), tried[worst]
        table.loc[worst, "freed"] = len(loose)
    return table.astype({"freed": "Int64"}), best


def _means(waves: list[str], fits: Mapping[str, FactorFit | None], why: str) -> pd.DataFrame:
    rows = []
    for model, found in fits.items():
        for place, wave in enumerate(waves[1:], start=1):
            estimate, se = (found.estimates[f"mean {place}"], found.se[f"mean {place}"]) if found else (np.nan, np.nan)
            rows.append({"model": model, "wave": wave, "estimate": estimate, "se": se, "note": "" if found else why})
    return pd.DataFrame(rows, columns=["model", "wave", "estimate", "se", "note"])


def _consequence(holds: str, scale: str, moved: list[str]) -> str:
    if holds == "scalar":
        return f"{_upper(scale)} measures the same at every wave: its means may be compared over the waves."
    if holds == "metric":
        which = f" They shifted most clearly for: {', '.join(moved)}." if moved else ""
        return (
            f"Means of {scale} may not be compared item for item: over the waves some items moved more, or less, than "
            f"what the items share.{which} Read its change beside the changes of its items."
        )
    if holds == "configural":
        return (
            f"Means of {scale} may not be compared over the waves as one quality: its items do not weigh the same at "
            "every wave. Read the changes of its items."
        )
    return (
        f"The items of {scale} do not form one factor in the same way at every wave: a change of its mean is a change "
        "of several things. Read the changes of its items."
    )


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
