"""Whether each scale measures one thing, and the same thing at every survey and in every role, in result rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
from scipy import stats

from prepost.comparing import result_rows
from prepost.matching import NOT_STATED, completions
from prepost.measurement.consistency import ordinal_reliability
from prepost.measurement.invariance import LEVELS, Invariance, longitudinal_invariance, one_factor
from prepost.measurement.item_functioning import FEWEST_IN_GROUP, item_functioning
from prepost.paired import OVERALL, first_stated
from prepost.study import Comparison, Outcome, Wave

WAVES = "waves"  # the group of rows that compare surveys
RMSEA_LEVEL = 0.90  # as is usual for RMSEA
RMSEA_METHOD = "noncentral chi-squared"
ROLE = "sensitivity"
HOLDS = "levels_that_hold"
FREED = "place_among_those_that_shifted"
ROLE_EFFECT = "role_delta_r2"


def measurement_table(
    responses: pd.DataFrame, links: pd.DataFrame, outcomes: Sequence[Outcome], waves: Sequence[Wave]
) -> pd.DataFrame:
    """Reliability of each scale's answers as ordered answers, and the fit of one factor, a wave each.

    Parameters
    ----------
    responses, links : DataFrame
        Floor 2 ``responses`` and floor 3 ``links``.
    outcomes, waves : sequence
        The study's scales and waves.

    Returns
    -------
    DataFrame
        Schema ``measurement``: a row each for ``ordinal_alpha``, ``ordinal_omega``, ``omega`` (of the answers as
        numbers), ``cfi`` (with the model's chi-squared), ``tli``, ``rmsea`` (90 % interval) and ``srmr``;
        ``group_by`` wave. The bases are those of ``reliability``: one response a person with every item answered. A
        scale of one item has no rows.
    """
    used = completions(responses, links)
    rows: list[dict] = []
    for outcome in outcomes:
        if len(outcome.items) < 2:
            continue
        for wave in waves:
            if outcome.waves is None or wave.name in outcome.waves:
                rows += _of_wave(used, outcome, wave.name)
    return result_rows(rows, "measurement")


def _of_wave(used: pd.DataFrame, outcome: Outcome, wave: str) -> Iterator[dict]:
    items = _numbers(used[used["wave"] == wave].drop_duplicates("person"), outcome.items)
    ordered, factor = ordinal_reliability(items), one_factor(items)
    common = {
        "role": ROLE,
        "comparison": "measurement",
        "outcome": outcome.name,
        "group_by": "wave",
        "group": wave,
        "wave_to": wave,
        "n": ordered.n,
        "n_unit": "people",
        "n_people": ordered.n,
        "n_missing": len(items) - ordered.n,
    }
    fit = factor.fit
    judged = fit.converged and fit.df > 0
    note = factor.note or None
    yield {**common, "estimate_name": "ordinal_alpha", "estimate": ordered.alpha, "note": ordered.note or None}
    yield {**common, "estimate_name": "ordinal_omega", "estimate": ordered.omega, "note": ordered.note or None}
    loose = None if np.isfinite(factor.omega) else "an item is all factor (a residual variance below 0): no omega"
    yield {**common, "estimate_name": "omega", "estimate": factor.omega, "note": note or loose}
    test = {"statistic_name": "chi-squared", "statistic": fit.chi2, "df": fit.df, "p": fit.p} if judged else {}
    yield {**common, "estimate_name": "cfi", "estimate": fit.cfi if judged else np.nan, **test, "note": note}
    yield {**common, "estimate_name": "tli", "estimate": fit.tli if judged else np.nan, "note": note}
    yield {**common, **_rmsea("rmsea", fit.rmsea, fit.rmsea_low, fit.rmsea_high), "note": note}
    yield {**common, "estimate_name": "srmr", "estimate": fit.srmr if judged else np.nan, "note": note}


def invariance_table(
    responses: pd.DataFrame,
    people: pd.DataFrame,
    links: pd.DataFrame,
    outcomes: Sequence[Outcome],
    waves: Sequence[Wave],
    primary: Comparison | None,
    by: str | None,
) -> pd.DataFrame:
    """Whether each scale measures the same at the surveys that are compared, and its items alike in every role.

    Parameters
    ----------
    responses, people, links : DataFrame
        Floor 2 ``responses``, floor 3 ``people`` and ``links``.
    outcomes, waves : sequence
        The study's scales and waves.
    primary : Comparison or None
        Its scales are judged over its two waves, and over all waves at which they were asked. None: no rows.
    by : str or None
        The category in which items may work differently (`secondary.measurement.by`).

    Returns
    -------
    DataFrame
        Schema ``invariance``. A scale over waves (``group_by`` waves, ``group`` their names):
        ``levels_that_hold`` from 0 (none) to 3 (configural, metric, scalar), with the consequence in ``note``;
        ``<level>_cfi``, ``<level>_rmsea``, ``<level>_srmr``; ``metric_delta_cfi`` …; ``latent_change`` between first
        and last wave in standard deviations of the first, all intercepts held equal, and ``latent_change_partial``
        with those freed that moved; for each of these (``outcome`` the item) its place among them, worst first. An
        item in roles (``outcome`` the item): ``role_delta_r2``, what the role adds to
        Nagelkerke's R² beyond the scale, with its size in ``note``.
    """
    if primary is None:
        return result_rows([], "invariance")
    used = completions(responses, links)
    by_name = {outcome.name: outcome for outcome in outcomes}
    rows: list[dict] = []
    for name in primary.outcomes:
        outcome = by_name[name]
        if len(outcome.items) < 2:
            continue
        for compared in _sets_of_waves(outcome, waves, primary):
            rows += _over(used, outcome, compared, primary)
        if by is not None:
            rows += _in_roles(used, people, outcome, primary, by)
    return result_rows(rows, "invariance")


def over_waves(used: pd.DataFrame, waves: Sequence[str]) -> dict[str, pd.DataFrame]:
    """Return each wave's responses of the people who answered all of them, row by row alike, one completion a person.

    Parameters
    ----------
    used : DataFrame
        From `prepost.matching.completions`.
    waves : sequence of str
        Their names.
    """
    keys = ["person", "module"]
    at = {wave: used[used["wave"] == wave] for wave in waves}
    both = at[waves[0]][keys]
    for wave in waves[1:]:
        both = both.merge(at[wave][keys], on=keys)
    both = both.sort_values(keys, kind="stable").drop_duplicates("person").reset_index(drop=True)
    return {wave: both.merge(at[wave], on=keys, how="left", validate="one_to_one") for wave in waves}


def in_roles(used: pd.DataFrame, people: pd.DataFrame, wave: str, by: str) -> tuple[pd.DataFrame, pd.Series]:
    """Return one response a person at a wave, and the category that the response or else the person states."""
    rows = used[used["wave"] == wave].drop_duplicates("person").reset_index(drop=True)
    about = people.set_index("person").reindex(rows["person"]).reset_index(drop=True)
    stated = first_stated([frame[by] for frame in (rows, about) if by in frame], rows.index)
    return rows, stated.mask(stated == NOT_STATED)


def _sets_of_waves(outcome: Outcome, waves: Sequence[Wave], primary: Comparison) -> list[list[str]]:
    pair = [primary.wave_from, primary.wave_to]
    true = [wave.name for wave in waves if wave.thinking_back_to is None]
    asked = [name for name in true if outcome.waves is None or name in outcome.waves]
    return [pair, asked] if len(asked) > 2 and set(pair) <= set(asked) else [pair]


def _over(used: pd.DataFrame, outcome: Outcome, waves: Sequence[str], primary: Comparison) -> Iterator[dict]:
    answers = {wave: _numbers(rows, outcome.items) for wave, rows in over_waves(used, waves).items()}
    found = longitudinal_invariance(answers, outcome.label.lower())
    common = {
        "role": ROLE,
        "comparison": primary.name,
        "outcome": outcome.name,
        "group_by": WAVES,
        "group": ", ".join(waves),
        "wave_from": waves[0],
        "wave_to": waves[-1],
        "n": found.n,
        "n_unit": "people",
        "n_people": found.n,
        "n_missing": len(answers[waves[0]]) - found.n,
    }
    held = np.nan if found.note else ["none", *LEVELS].index(found.holds)
    yield {**common, "estimate_name": HOLDS, "estimate": held, "note": found.consequence}
    if not found.note:
        yield from ({**common, **row} for row in _levels_and_means(found, waves[-1]))
        for row in found.items[found.items["freed"].notna()].sort_values("freed").itertuples():
            yield {
                **common,
                "outcome": row.item,
                "estimate_name": FREED,
                "estimate": float(row.freed),
                "statistic_name": "chi-squared",
                "statistic": row.chi2,
                "df": row.df,
                "p": row.p,
            }


def _levels_and_means(found: Invariance, last: str) -> Iterator[dict]:
    for place, row in found.levels.reset_index(drop=True).iterrows():
        name, note = row["level"], row["note"] or None
        test = {"statistic_name": "chi-squared", "statistic": row["chi2"], "df": row["df"], "p": row["p"]}
        yield {"estimate_name": f"{name}_cfi", "estimate": row["cfi"], **test, "note": note}
        yield {**_rmsea(f"{name}_rmsea", row["rmsea"], row["rmsea_low"], row["rmsea_high"]), "note": note}
        yield {"estimate_name": f"{name}_srmr", "estimate": row["srmr"], "note": note}
        if place:
            yield {"estimate_name": f"{name}_delta_cfi", "estimate": row["delta_cfi"], "note": note}
            yield {"estimate_name": f"{name}_delta_rmsea", "estimate": row["delta_rmsea"], "note": note}
    wide = stats.norm.ppf(0.975)
    for row in found.means[found.means["wave"] == last].itertuples():
        yield {
            "estimate_name": "latent_change" if row.model == "scalar" else "latent_change_partial",
            "estimate": row.estimate,
            "ci_low": row.estimate - wide * row.se,
            "ci_high": row.estimate + wide * row.se,
            "ci_level": 0.95,
            "ci_method": "normal, expected information",
            "note": row.note or None,
        }


def _in_roles(
    used: pd.DataFrame, people: pd.DataFrame, outcome: Outcome, primary: Comparison, by: str
) -> Iterator[dict]:
    rows, stated = in_roles(used, people, primary.wave_from, by)
    items = _numbers(rows, outcome.items)
    complete = int(items.notna().all(axis=1).sum())
    for row in item_functioning(items, stated).itertuples():
        n = complete if row.note else row.n  # those whom the groups would have been made of
        yield {
            "role": ROLE,
            "comparison": primary.name,
            "outcome": row.item,
            "group_by": by,
            "group": OVERALL,
            "wave_to": primary.wave_from,
            "estimate_name": ROLE_EFFECT,
            "estimate": row.delta_r2,
            "n": n,
            "n_unit": "people",
            "n_people": n,
            "n_missing": complete - n,
            "statistic_name": "likelihood ratio" if not row.note else None,
            "statistic": row.chi2_any,
            "df": row.df_any,
            "p": row.p_any,
            "p_adjusted": row.p_adjusted,
            "note": row.note or row.size,
        }


def _rmsea(name: str, value: float, low: float, high: float) -> dict:
    known = np.isfinite(low)
    return {
        "estimate_name": name,
        "estimate": value,
        "ci_low": low,
        "ci_high": high,
        "ci_level": RMSEA_LEVEL if known else None,
        "ci_method": RMSEA_METHOD if known else None,
    }


def _numbers(rows: pd.DataFrame, items: Sequence[str]) -> pd.DataFrame:
    return rows.reindex(columns=list(items)).astype("float64")


def base_of(row: pd.Series, used: pd.DataFrame, people: pd.DataFrame, scales: Sequence[Outcome]) -> pd.DataFrame:
    """Return the responses behind a row of ``invariance``: complete at every wave, or in the roles compared.

    Parameters
    ----------
    row : Series
        The private row.
    used, people : DataFrame
        As in `over_waves` and `in_roles`.
    scales : sequence of Outcome
        The study's outcomes.
    """
    if row["group_by"] == WAVES:
        items = next(s.items for s in scales if s.name == row["outcome"] or row["outcome"] in s.items)
        at = over_waves(used, row["group"].split(", "))
        whole = np.all([_numbers(rows, items).notna().all(axis=1) for rows in at.values()], axis=0)
        return pd.concat([rows[whole] for rows in at.values()])
    items = next(scale.items for scale in scales if row["outcome"] in scale.items)
    rows, stated = in_roles(used, people, row["wave_to"], row["group_by"])
    inside = _numbers(rows, items).notna().all(axis=1)
    counts = stated[inside & stated.notna()].value_counts()
    enough = counts.index[counts >= FEWEST_IN_GROUP]
    # where no two roles are large enough nothing is estimated, and the row counts everybody who answered
    return rows[inside & stated.isin(enough)] if len(enough) > 1 else rows[inside]
