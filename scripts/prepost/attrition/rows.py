"""What those lost may have done to the result: weighted change, bounds, tipping points, and balance, as rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from prepost.attrition.balance import balance
from prepost.attrition.bounds import change_bounds
from prepost.attrition.estimated import WeightModel
from prepost.attrition.target import FEWEST, Target, few_at_the_mean, weigh
from prepost.attrition.tipping import tipping_points
from prepost.attrition.weighting import effective_n, weighted_mean_change
from prepost.ceiling_table import limits
from prepost.comparing import result_rows
from prepost.paired import OVERALL
from prepost.schemas import TOLD
from prepost.sheets import ItemRow
from prepost.study import Comparison, Outcome

WEIGHTED = "weighted, CR2 on the person with Satterthwaite t"
ESTIMATED = f"{WEIGHTED}, weights taken as estimated"
BOUNDS = "Manski bounds with the known first score, CR2 on the person"
#: Conclusions of `prepost.attrition.tipping` as names of estimates.
TIPS = {
    "the estimate is 0": "estimate_zero",
    "the lower limit is 0": "limit_zero",
    "the estimate is the smallest effect": "estimate_smallest",
    "the lower limit is the smallest effect": "limit_smallest",
}


def attrition_table(
    target: Target,
    weights: pd.DataFrame,
    comparison: Comparison,
    outcomes: Sequence[Outcome],
    items: Mapping[str, ItemRow],
    level: float,
    trim: float | None = None,
) -> pd.DataFrame:
    """Estimate each outcome's change under other assumptions about those who were lost.

    Parameters
    ----------
    target : Target
        First surveys and later responses of the primary comparison.
    weights : DataFrame
        Floor 4 ``weights``.
    comparison : Comparison
        The primary comparison.
    outcomes : sequence of Outcome
        The study's outcomes.
    items : mapping of str to ItemRow
        The codebook, for the ends of the scales.
    level : float
        Level of the intervals.
    trim : float or None
        The quantile at which the weights were trimmed: their models are fitted once more, so that the standard error
        takes account of them. None: the weights are taken as known.

    Returns
    -------
    DataFrame
        Schema ``attrition``. Of the loss itself, outcome ``all``: ``p_responded`` and ``p_linked`` (mean modelled
        chances over the first surveys), ``effective_share`` (effective number of pairs over their number),
        ``largest_weight`` (1 is average). An outcome: ``weighted_change``; ``lowest_change`` and ``highest_change`` of
        all first surveys, whatever those lost answered, each with the outer limit of its interval;
        ``tipping_delta.<where>`` and ``tipping_change.<where>``, how much more than expected, and by how much, those
        lost must have changed for the ``estimate`` or the lower ``limit`` to be ``zero`` or the ``smallest`` effect.
    """
    weighed = weights.set_index(["source", "line"]).reindex(pd.MultiIndex.from_frame(target.first[["source", "line"]]))
    common = {
        "comparison": comparison.name,
        "group_by": OVERALL,
        "group": OVERALL,
        "wave_from": comparison.wave_from,
        "wave_to": comparison.wave_to,
        "role": "sensitivity",
        "ci_level": level,
    }
    made = None if trim is None else weigh(target, trim)
    model = None if made is None else made.model
    method = WEIGHTED if model is None else ESTIMATED
    if trim:
        method = f"{method}, trimmed at the quantiles {trim:g} and {1 - trim:g}"
    rows = [{**common, **row} for row in _loss(target, weighed)]
    for outcome in outcomes:
        if outcome.name in comparison.outcomes:
            ends = limits(outcome, items)
            rows += [{**common, **row} for row in _of_outcome(target, weighed, outcome, ends, level, model, method)]
    return result_rows(rows, "attrition")


def balance_table(target: Target, weights: pd.DataFrame, comparison: Comparison) -> pd.DataFrame:
    """Compare those matched with all first surveys, before and after weighting.

    Returns
    -------
    DataFrame
        Schema ``balance``: ``smd_before`` and ``smd_after`` of each covariate (``group_by``) and answer (``group``,
        ``all`` for a number). Small answers are taken together, and no count leaves with it.
    """
    keys = pd.MultiIndex.from_frame(target.first[["source", "line"]])
    weight = weights.set_index(["source", "line"])["weight"].reindex(keys).to_numpy(dtype=float)
    why = weights["note"].dropna()
    found = balance(target.covariates.apply(few_at_the_mean), target.matched, weight, fewest=FEWEST)
    rows = []
    for row in found.to_dict("records"):
        lost, n = row["n"] - row["n_kept"], len(target.first)
        for name in ("smd_before", "smd_after"):
            note = row["note"] if not np.isfinite(row[name]) else ""
            rows.append(
                {
                    "comparison": comparison.name,
                    "outcome": OVERALL,
                    "group_by": row["covariate"],
                    "group": row["level"] or OVERALL,
                    "wave_from": comparison.wave_from,
                    "wave_to": comparison.wave_to,
                    "estimate_name": name,
                    "estimate": row[name],
                    "n": n,
                    "n_unit": "responses",
                    "n_missing": n - row["n"] if row["level"] == "" else 0,
                    "role": "secondary",
                    "note": why.iloc[0] if note == "no weights" and len(why) else note,
                    TOLD: _smallest([row["n"], row["n_kept"], lost]),
                }
            )
    return result_rows(rows, "balance")


def _smallest(counts: Sequence[int]) -> int:
    return min((int(count) for count in counts if count), default=0)


def _loss(target: Target, weighed: pd.DataFrame) -> Iterator[dict]:
    """What is modelled of the loss itself, and what the weights cost."""
    n, kept = len(target.first), int(target.matched.sum())
    weight = weighed["weight"].to_numpy(dtype=float)
    weight = weight[np.isfinite(weight)]
    note = "".join(weighed["note"].dropna().unique()[:1]) if n else "no first surveys: nothing to weigh"
    unlinked = int((~target.linked).sum())
    people = target.first["person"].nunique()
    base = {"outcome": OVERALL, "n": n, "n_unit": "responses", "n_people": people, "note": note}
    for name, told in (("p_responded", [n - kept, kept]), ("p_linked", [unlinked, len(target.linked) - unlinked])):
        chance = weighed[name].to_numpy(dtype=float)
        mean = float(chance.mean()) if len(chance) and np.isfinite(chance).all() else np.nan
        yield {**base, "estimate_name": name, "estimate": mean, TOLD: _smallest(told)}
    share, largest = (effective_n(weight) / len(weight), weight.max() / weight.mean()) if len(weight) else [np.nan] * 2
    yield {**base, "estimate_name": "effective_share", "estimate": share}
    yield {**base, "estimate_name": "largest_weight", "estimate": largest}


def _of_outcome(
    target: Target,
    weighed: pd.DataFrame,
    outcome: Outcome,
    ends: tuple[float, float] | None,
    level: float,
    model: WeightModel | None,
    method: str,
) -> Iterator[dict]:
    first = target.first[outcome.name].to_numpy(dtype=float)
    after = np.full(len(first), np.nan)
    after[target.matched] = target.found.after[outcome.name].to_numpy(dtype=float)[target.pair[target.matched]]
    person = target.first["person"].to_numpy(dtype=object)
    weight = weighed["weight"].to_numpy(dtype=float)
    why = "".join(weighed["note"].dropna().unique()[:1])
    change = after - first
    made = weighted_mean_change(change, weight, person, level, model=model)
    yield {
        **{key: getattr(made, key) for key in ("estimate", "ci_low", "ci_high", "statistic", "df", "p")},
        "outcome": outcome.name,
        "estimate_name": "weighted_change",
        "ci_method": method if np.isfinite(made.ci_low) else None,
        "statistic_name": "t" if np.isfinite(made.statistic) else None,
        "n": made.n,
        "n_unit": "pairs",
        "n_people": made.n_people,
        "note": why or made.note,
    }
    scored = np.isfinite(first)
    lost = int((scored & ~np.isfinite(change)).sum())
    base = {"outcome": outcome.name, "n": int(scored.sum()), "n_unit": "responses", "n_missing": int((~scored).sum())}
    base |= {"n_people": len(set(person[scored])), TOLD: _smallest([lost, int(scored.sum()) - lost])}
    yield from ({**base, **row} for row in _bounds(first, after, person, ends, level))
    weights = None if why or not np.isfinite(weight[scored & np.isfinite(change)]).all() else weight[scored]
    tips = tipping_points(
        change[scored],
        person[scored],
        smallest=outcome.smallest_effect,
        weights=weights,
        before=first[scored],
        scale=ends,
        level=level,
    )
    for tip in tips:
        where = TIPS[tip.conclusion]
        yield {**base, "estimate_name": f"tipping_delta.{where}", "estimate": tip.delta, "note": tip.note}
        yield {**base, "estimate_name": f"tipping_change.{where}", "estimate": tip.change_of_lost, "note": tip.note}


def _bounds(
    first: np.ndarray, after: np.ndarray, person: np.ndarray, ends: tuple[float, float] | None, level: float
) -> Iterator[dict]:
    if ends is None:
        for name in ("lowest_change", "highest_change"):
            yield {"estimate_name": name, "note": "the items have no ends or different ones: no bounds"}
        return
    found = change_bounds(first, after, person, low=ends[0], high=ends[1], level=level)
    for name, estimate, column in (
        ("lowest_change", found.lower, "ci_low"),
        ("highest_change", found.upper, "ci_high"),
    ):
        limit = getattr(found, column)
        method = BOUNDS if np.isfinite(limit) else None
        yield {"estimate_name": name, "estimate": estimate, column: limit, "ci_method": method, "note": found.note}
