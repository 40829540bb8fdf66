"""What an economic model gives: its chain line by line, its plausible range, and what it depends on."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import stats

from prepost.economics.inputs import Economics, Model, factor
from prepost.schemas import TOLD
from prepost.schemas_published import SCHEMAS
from prepost.units import months

STRAND = "economics"
LEVEL = 0.95
TAILS = ((1 - LEVEL) / 2, (1 + LEVEL) / 2)


def beta_of(share: float, n: float, deff: float) -> tuple[float, float]:
    """Return the two parameters of a beta distribution by moments.

    Parameters
    ----------
    share : float
        The mean, between 0 and 1.
    n : float
        People asked.
    deff : float
        Design effect: the variance is that of a simple random sample times so much.

    Returns
    -------
    (float, float)
        alpha = share * k and beta = (1 - share) * k with k = n / deff - 1, for which the variance is
        share (1 - share) deff / n.

    Notes
    -----
    Briggs, Claxton & Sculpher 2006, Decision Modelling for Health Economic Evaluation, section 4.3, by moments; the
    design effect after Kish 1965.

    Examples
    --------
    >>> beta_of(0.2, 101, 1.0)
    (20.0, 80.0)
    """
    k = n / deff - 1
    return share * k, (1 - share) * k


def gamma_of(mean: float, se: float) -> tuple[float, float]:
    """Return shape and scale of a gamma distribution with this mean and standard deviation `se`, by moments.

    Examples
    --------
    >>> gamma_of(4.0, 2.0)
    (4.0, 1.0)
    """
    return (mean / se) ** 2, se**2 / mean


def distribution(model: Economics, name: str):
    """Return the distribution of an input in plain units, or None for a fixed one."""
    given, value = model.inputs[name], model.plain(name)
    if given.distribution == "beta":
        return stats.beta(*beta_of(value, model.people(name), given.deff))
    if given.distribution == "gamma":
        se = given.sd * factor(given.unit) * (given.deff / model.people(name)) ** 0.5
        shape, scale = gamma_of(value, se)
        return stats.gamma(shape, scale=scale)
    return None


def ends(model: Economics, name: str) -> tuple[float, float]:
    """Return the range of an input in plain units: the central 95 % of its distribution, or the range given."""
    found = distribution(model, name)
    if found is not None:
        return tuple(float(found.ppf(tail)) for tail in TAILS)
    given = model.inputs[name]
    low, high = given.range or (given.value, given.value) if given.formula is None else (None, None)
    return (low * factor(given.unit), high * factor(given.unit)) if low is not None else (model.plain(name),) * 2


def draws(model: Economics, name: str, seed: int) -> np.ndarray:
    """Draw an input, in plain units; the draws depend on the seed and the input's name alone.

    Returns
    -------
    ndarray of float, shape (model.draws,)
        Or of shape (1,) for a fixed input.
    """
    found = distribution(model, name)
    if found is None:
        return np.array([model.plain(name)])
    rng = np.random.default_rng([seed, zlib.crc32(name.encode())])
    return found.rvs(size=model.draws, random_state=rng)


def told(model: Economics, name: str) -> int | None:
    """Return the smallest count of people that can be worked out from an input; None where it has no people."""
    people = model.people(name)
    if people != people:
        return None
    share = model.plain(name) if model.inputs[name].unit.strip() == "%" else 1.0
    parts = [people * share, *([people * (1 - share)] if share < 1 else [])]
    return int(min(parts) + 0.5)


def chain(model: Economics, seed: int) -> pd.DataFrame:
    """Write each model line by line: every input, and every product that has a name.

    Parameters
    ----------
    model : Economics
        Inputs and chains.
    seed : int
        Of the draws.

    Returns
    -------
    DataFrame
        Schema ``economics_chain``: ``estimate`` in ``unit``; ``ci_low`` and ``ci_high`` the 95 % range of an input's
        distribution (or the range given), and of the draws for a product; ``n`` people behind an input.
    """
    rows = []
    for part in model.models:
        product, drawn, names = 1.0, np.array([1.0]), []
        for link in part.chain:
            rows.append(_input_row(model, part, link.times))
            price = model.price_factor(link.times)
            product, drawn = product * model.plain(link.times) * price, drawn * draws(model, link.times, seed) * price
            names.append(link.times)
            if link.gives is not None:
                low, high = np.quantile(drawn, TAILS) if drawn.size > 1 else (np.nan, np.nan)
                rows.append(
                    {
                        "row_id": f"{part.name}.after.{link.times}",
                        "model": part.name,
                        "kind": "product",
                        "name": f"after_{link.times}",
                        "label": link.gives,
                        "formula": " × ".join(model.inputs[name].label for name in names),
                        "estimate": product / factor(link.unit),
                        "ci_low": low / factor(link.unit),
                        "ci_high": high / factor(link.unit),
                        "unit": link.unit,
                        "period": part.window,
                        **_carried(model, names),
                    }
                )
    return _table(rows, "economics_chain")


def _input_row(model: Economics, part: Model, name: str) -> dict[str, object]:
    given = model.inputs[name]
    low, high = (end / factor(given.unit) for end in ends(model, name))
    spread = given.distribution != "fixed"
    year = given.price_year
    return {
        "row_id": f"{part.name}.{name}",
        "model": part.name,
        "kind": "input",
        "name": name,
        "label": given.label,
        "formula": given.formula,
        "estimate": model.value(name),
        "ci_low": low if spread else np.nan,
        "ci_high": high if spread else np.nan,
        "unit": given.unit,
        "base": given.base,
        "period": given.period,
        "price_year": (str(year) if year else "not stated") if "GBP" in given.unit else None,
        "distribution": _said(model, name),
        "source": given.source,
        "note": given.note,
        **_carried(model, [name]),
    }


def _said(model: Economics, name: str) -> str:
    given = model.inputs[name]
    if given.distribution == "beta":
        return f"beta, design effect {given.deff:g}"
    if given.distribution == "gamma":
        return f"gamma, standard deviation {given.sd:g} between people"
    return "fixed"


def _carried(model: Economics, names: Sequence[str]) -> dict[str, object]:
    people = [model.people(name) for name in names]
    known = [int(n + 0.5) for n in people if n == n]
    counts = [count for name in names if (count := told(model, name)) is not None]
    return {
        "n": min(known) if known else None,
        "n_unit": "people" if known else None,
        TOLD: min(counts) if counts else None,
    }


def value(model: Economics, part: Model) -> float:
    """Return what a chain gives over its window, in pounds, from its inputs as they stand."""
    found = 1.0
    for link in part.chain:
        found *= model.plain(link.times) * model.price_factor(link.times)
    return found


def drawn_values(model: Economics, part: Model, seed: int) -> np.ndarray:
    """Return what a chain gives over its window, in pounds, once a draw."""
    found = np.ones(1)
    for link in part.chain:
        found = found * draws(model, link.times, seed) * model.price_factor(link.times)
    return found


def values(model: Economics, seed: int) -> pd.DataFrame:
    """Give each model's value over its window and a year, for each share of it that might count.

    Returns
    -------
    DataFrame
        Schema ``economics_values``: ``attribution`` is the per cent of the visits that count; ``estimate`` from the
        inputs as they stand, ``psa_mean`` over the draws, ``ci_low`` and ``ci_high`` the central 95 % of them.

    Notes
    -----
    Probabilistic sensitivity analysis: inputs are drawn independently of each other (Briggs et al. 2006, chapter 4).
    """
    rows = []
    for part in model.models:
        unit = part.chain[-1].unit
        drawn = drawn_values(model, part, seed) / factor(unit)
        low, high = np.quantile(drawn, TAILS) if drawn.size > 1 else (np.nan, np.nan)
        point, mean = value(model, part) / factor(unit), float(drawn.mean()) if drawn.size > 1 else np.nan
        for measure, share_of_window, period in (
            ("per_window", 1.0, part.window),
            ("per_year", 12.0 / months(part.window), "1 year"),
        ):
            for attribution in model.attribution:
                scale = share_of_window * attribution / 100
                rows.append(
                    {
                        "row_id": f"{part.name}.{measure}.{attribution}",
                        "model": part.name,
                        "label": part.label,
                        "measure": measure,
                        "attribution": str(attribution),
                        "estimate": point * scale,
                        "psa_mean": mean * scale,
                        "ci_low": low * scale,
                        "ci_high": high * scale,
                        "ci_level": LEVEL,
                        "unit": unit,
                        "period": period,
                        **_carried(model, [link.times for link in part.chain]),
                    }
                )
    return _table(rows, "economics_values")


def tornado(model: Economics) -> pd.DataFrame:
    """Move one input at a time to either end of its range, the others as they stand.

    Returns
    -------
    DataFrame
        Schema ``economics_tornado``, the widest first within each model: ``ci_low`` and ``ci_high`` are the values at
        ``input_low`` and ``input_high``.
    """
    rows = []
    for part in model.models:
        unit = part.chain[-1].unit
        point = value(model, part) / factor(unit)
        own = []
        for link in part.chain:
            given, at = model.inputs[link.times], model.plain(link.times)
            low, high = ends(model, link.times)
            own.append(
                {
                    "row_id": f"{part.name}.{link.times}",
                    "model": part.name,
                    "name": link.times,
                    "label": given.label,
                    "input_low": low / factor(given.unit),
                    "input_high": high / factor(given.unit),
                    "input_unit": given.unit,
                    "estimate": point,
                    "ci_low": point * low / at,
                    "ci_high": point * high / at,
                    "unit": unit,
                    **_carried(model, [one.times for one in part.chain]),  # each row tells the whole value
                }
            )
        rows += sorted(own, key=lambda row: row["ci_low"] - row["ci_high"])
    return _table(rows, "economics_tornado")


def _table(rows: list[dict[str, object]], schema: str) -> pd.DataFrame:
    return pd.DataFrame(rows).assign(strand=STRAND).reindex(columns=list(SCHEMAS[schema].columns))
