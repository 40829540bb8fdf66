"""The specification curve: one estimate a combination of declared choices, and what the choices make of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import NamedTuple

import numpy as np
import pandas as pd

from prepost.attrition.weighting import weighted_mean_change
from prepost.comparing import STRAND, row_id, unique_ids
from prepost.paired import OVERALL, Floor, Paired, Sides
from prepost.robust import MeanChange, mean_change
from prepost.schemas import SCHEMAS
from prepost.specifications.latent import latent_change
from prepost.study import Comparison, Outcome
from prepost.study_secondary import Choice

#: What is done where a choice is not declared: what the primary analysis does.
AS_PRIMARY = {
    "flagged": "kept",
    "completions": "all",
    "waves": "two",
    "metric": "scale",
    "weights": "none",
    "pairs": "headline",
}
ESTIMATE = "standardised_change"
SUMMARY = "summary"
SPECIFICATION = "specification"


class Sample(NamedTuple):
    """The completions of one combination, and the weight of each or none."""

    pairs: Paired
    weights: np.ndarray | None


def estimate_all(
    floor: Floor,
    outcome: Outcome,
    comparison: Comparison,
    choices: Sequence[Choice],
    *,
    later: str | None,
    weights: pd.DataFrame | None,
    level: float,
) -> pd.DataFrame:
    """Estimate the change of one outcome under every combination of the declared choices.

    Parameters
    ----------
    floor : Floor
        Floors 2 to 4.
    outcome : Outcome
        The outcome.
    comparison : Comparison
        The primary comparison.
    choices : sequence of Choice
        Declared choices with their options; the primary analysis's stands first.
    later : str or None
        The third wave, for the choice ``waves``.
    weights : DataFrame or None
        Floor 4 ``weights``: ``source, line, wave, weight`` of the first response of each pair.
    level : float
        Level of the intervals.

    Returns
    -------
    DataFrame
        Schema ``specifications``: ``estimate_name`` standardised_change, in standard deviations before; ``group_by``
        specification; ``group`` the options, joined; role sensitivity. A combination that leaves the very same
        completions, weights and metric as one before it is left out, since it cannot change the estimate. Then the
        rows of `summarise`.

    Notes
    -----
    Steegen et al. 2016, doi:10.1177/1745691616658637; Simonsohn, Simmons & Nelson 2020,
    doi:10.1038/s41562-020-0912-z. The change of a scale is divided by the standard deviation before, taken as known;
    ``items`` is the mean of the items' own standardised changes; ``latent`` the shift of a cumulative logit model of
    all items' answers in latent standard deviations.
    """
    found = _slim(Sides(floor).paired(comparison), outcome)
    rows: list[dict] = []
    seen = set()
    for options in combinations(choices):
        sample = choose(found, options, floor, comparison, later, weights)
        if sample is None or (key := _fingerprint(sample, options["metric"])) in seen:
            continue
        seen.add(key)
        change = estimate(sample, outcome, options["metric"], level)
        rows.append(_row(comparison, outcome, options, choices, sample, change, level))
    spread = _spread(found.before[outcome.name].dropna().to_numpy(dtype=float), None)
    rows += summarise(rows, outcome.smallest_effect / spread if spread > 0 else np.nan)
    table = pd.DataFrame(rows, columns=list(SCHEMAS["specifications"].columns))
    table["row_id"] = unique_ids(table["row_id"])
    return table


def _slim(found: Paired, outcome: Outcome) -> Paired:
    """Keep of both sides what a choice or an estimate asks for, since a combination at a time takes a part of it.

    `who` numbers the people and `place` the completions: numbers are compared and hashed more quickly than names.
    """
    names = ["received", "speeder", "straight_liner", outcome.name, *outcome.items]
    sides = [side[[name for name in names if name in side]] for side in (found.before, found.after)]
    numbered = found.pairs.assign(who=pd.factorize(found.pairs["person"])[0], place=np.arange(len(found.pairs)))
    return Paired(numbered, *sides, found.people[[]])


def combinations(choices: Sequence[Choice]) -> Iterator[dict[str, str]]:
    """Yield every combination of options, the primary analysis's first."""
    for options in product(*[choice.options for choice in choices]):
        yield AS_PRIMARY | {choice.choice: option for choice, option in zip(choices, options, strict=True)}


def choose(
    found: Paired,
    options: dict[str, str],
    floor: Floor,
    comparison: Comparison,
    later: str | None,
    weights: pd.DataFrame | None,
) -> Sample | None:
    """Return the completions that a combination keeps, or None where it asks for what the study has not."""
    keep = pd.Series(True, index=found.pairs.index)
    for flag in ("speeder", "straight_liner"):
        if options["flagged"] in (f"without_{flag}s", "without_both"):
            keep &= ~(found.before[flag].astype(bool) | found.after[flag].astype(bool))
    if options["pairs"] == "exact":
        keep &= found.pairs["method"].eq("exact")
    if options["waves"] == "three":
        if later is None:
            return None
        thrice = floor.pairs[floor.pairs[["wave_from", "wave_to"]].eq([comparison.wave_from, later]).all(axis=1)]
        keys = ["person", "module"]
        keep &= pd.MultiIndex.from_frame(found.pairs[keys]).isin(pd.MultiIndex.from_frame(thrice[keys]))
    if options["completions"] != "all":
        order = found.pairs.assign(received=found.before["received"])[keep].sort_values(
            ["received", "source_from", "line_from"], kind="stable"
        )
        keep &= keep.index.isin(order.drop_duplicates("person", keep=options["completions"]).index)
    if options["weights"] == "none":
        return Sample(found.take(keep), None)
    if weights is None:
        return None
    each = weights.set_index(["source", "line"])["weight"]
    mine = each.reindex(pd.MultiIndex.from_frame(found.pairs[["source_from", "line_from"]])).to_numpy(dtype=float)
    keep &= np.isfinite(mine)
    return Sample(found.take(keep), mine[keep.to_numpy()]) if keep.any() else None


def _fingerprint(sample: Sample, metric: str) -> tuple:
    places = sample.pairs.pairs["place"].to_numpy().tobytes()
    return metric, hash(places), None if sample.weights is None else hash(sample.weights.tobytes())


def estimate(sample: Sample, outcome: Outcome, metric: str, level: float) -> MeanChange:
    """Return the standardised change of one combination."""
    if metric == "latent":
        return _latent(sample, outcome, level)
    names = outcome.items if metric == "items" else [outcome.name]
    person = sample.pairs.pairs["who"].to_numpy()
    changes = []
    for name in names:
        before, after = (side[name].to_numpy(dtype=float) for side in (sample.pairs.before, sample.pairs.after))
        both = np.isfinite(before) & np.isfinite(after)
        spread = _spread(before[both], None if sample.weights is None else sample.weights[both])
        if not spread > 0:
            why = "the first scores do not vary" if both.sum() > 1 else "fewer than two pairs"
            people = len(pd.unique(person[both]))
            return MeanChange(*[np.nan] * 7, int(both.sum()), people, f"{why}: no standardised change")
        changes.append((after - before) / spread)
    change = np.array(changes)
    answered = np.isfinite(change)
    total, asked = np.where(answered, change, 0).sum(axis=0), answered.sum(axis=0)
    mean = np.where(asked > 0, total / np.maximum(asked, 1), np.nan)
    if sample.weights is None:
        return mean_change(mean, person, level)
    return weighted_mean_change(mean, sample.weights, person, level)


def _spread(values: np.ndarray, weights: np.ndarray | None) -> float:
    if len(values) < 2:
        return np.nan
    if weights is None:
        return float(values.std(ddof=1))
    centre = np.average(values, weights=weights)
    return float(np.sqrt(np.average((values - centre) ** 2, weights=weights)))


def _latent(sample: Sample, outcome: Outcome, level: float) -> MeanChange:
    person, _ = pd.factorize(sample.pairs.pairs["who"])
    parts = []
    for after, side in enumerate((sample.pairs.before, sample.pairs.after)):
        answers = side.reindex(columns=outcome.items).to_numpy(dtype=float)
        rows, items = np.nonzero(np.isfinite(answers))
        weight = np.ones(len(rows)) if sample.weights is None else sample.weights[rows]
        given = answers[rows, items].astype("int64")
        parts.append((given, items, np.full(len(rows), bool(after)), person[rows], weight))
    answers, items, after, who, weight = (np.concatenate(column) for column in zip(*parts, strict=True))
    people, who = np.unique(who, return_inverse=True)
    fitted = latent_change(answers, items, after, who, weight, level)
    return fitted._replace(n=len(sample.pairs.pairs), n_people=len(people))


def _row(
    comparison: Comparison,
    outcome: Outcome,
    options: dict[str, str],
    choices: Sequence[Choice],
    sample: Sample,
    change: MeanChange,
    level: float,
) -> dict:
    said = "; ".join(f"{choice.choice}={options[choice.choice]}" for choice in choices)
    weighted = "" if sample.weights is None else "weighted, "
    method = "cluster-robust normal interval" if options["metric"] == "latent" else f"{weighted}CR2 on the person"
    return {
        "row_id": row_id(comparison.name, outcome.name, SPECIFICATION, said, ESTIMATE),
        "strand": STRAND,
        "role": "sensitivity",
        "comparison": comparison.name,
        "outcome": outcome.name,
        "group_by": SPECIFICATION,
        "group": said or OVERALL,
        "wave_from": comparison.wave_from,
        "wave_to": comparison.wave_to,
        "estimate_name": ESTIMATE,
        "estimate": change.estimate,
        "ci_low": change.ci_low,
        "ci_high": change.ci_high,
        "ci_level": level if np.isfinite(change.ci_low) else None,
        "ci_method": method if np.isfinite(change.ci_low) else None,
        "n": change.n,
        "n_unit": "pairs",
        "n_people": change.n_people,
        "note": change.note or None,
    }


def summarise(rows: Sequence[dict], edge: float) -> list[dict]:
    """Sum up the curve of one outcome.

    Parameters
    ----------
    rows : sequence of dict
        Its combinations, the primary analysis's first.
    edge : float
        The smallest effect of interest in standard deviations before.

    Returns
    -------
    list of dict
        Rows with ``group_by`` summary: ``median``, ``lowest``, ``highest``, ``beyond_smallest`` (share of the
        combinations whose estimate lies beyond the edge), and ``variance_of_<choice>`` (share of the estimates'
        variance that lies between the options of a choice). `n` is that of the primary analysis.
    """
    made = [row for row in rows if np.isfinite(row["estimate"])]
    if not made:
        return []
    values = np.array([row["estimate"] for row in made])
    found = {"median": np.median(values), "lowest": values.min(), "highest": values.max()}
    found["beyond_smallest"] = float(np.mean(values > edge)) if np.isfinite(edge) else np.nan
    found |= {f"variance_of_{choice}": share for choice, share in _variances(made, values).items()}
    kept = ("strand", "role", "comparison", "outcome", "wave_from", "wave_to", "n", "n_unit", "n_people")
    return [
        {
            **{key: rows[0][key] for key in kept},
            "row_id": row_id(rows[0]["comparison"], rows[0]["outcome"], SUMMARY, OVERALL, name),
            "group_by": SUMMARY,
            "group": OVERALL,
            "estimate_name": name,
            "estimate": value,
            "note": None if np.isfinite(value) else "the estimates do not vary, or the first scores do not",
        }
        for name, value in found.items()
    ]


def _variances(made: Sequence[dict], values: np.ndarray) -> dict[str, float]:
    """Share of the variance between the options of each choice, one choice at a time."""
    told = [row["group"].split("; ") for row in made if "=" in row["group"]]
    said = pd.DataFrame([dict(part.split("=") for part in parts) for parts in told])
    total = float(np.sum((values - values.mean()) ** 2))
    shares = {}
    for choice in said.columns[said.nunique() > 1]:
        means = pd.Series(values).groupby(said[choice].to_numpy()).transform("mean").to_numpy()
        shares[choice] = float(np.sum((means - values.mean()) ** 2) / total) if total > 1e-18 else np.nan
    return shares
