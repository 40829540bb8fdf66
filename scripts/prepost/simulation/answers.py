"""The responses that cleaning should keep: who, when, with which key, and the answers from the latent scores."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.special import ndtr

from prepost.simulation.people import AFTER, BEFORE, dates, swaps
from prepost.simulation.plan import LATENT, WAVES, Plan

APPLICATION = "application"
NOT_APPLICABLE = 9
SKIPPED = 0
SOURCE = {"pre": "pre_qualtrics", "post": "post_forms", "followup": "followup_surveymonkey"}
EARLIER_SOURCE = "cohort_jisc"


def responses(
    table: pd.DataFrame, learners: pd.DataFrame, plan: Plan, reversed_items: Sequence[str], rng: np.random.Generator
) -> pd.DataFrame:
    """Lay out every response that cleaning keeps, with its answers to the scales.

    Parameters
    ----------
    table : DataFrame
        Completions with their states (see `people.states`).
    learners : DataFrame
        See `people.people`.
    plan : Plan
    reversed_items : sequence of str
        Items whose shown answer is 6 minus what the latent score says.
    rng : numpy Generator

    Returns
    -------
    DataFrame
        One row a response: ``unit`` (row of `table`), ``place`` (row of the person), ``wave``, ``source``, ``module``,
        ``second`` (the same person, wave and module again), ``received``, ``key`` (as written, "" for none),
        ``key_state`` (right, blank, mistyped), each item as shown (1 to 5, 0 skipped, 9 not applicable), and
        ``expected_<outcome>``: the scale score that the latent score leads one to expect.
    """
    rows = _rows(table, plan, rng)
    rows = _keys(rows, table, learners, rng)
    latent = _latent(rows, table, plan, rng)
    for outcome, scores in latent.items():
        shown, expected = _graded(scores, plan, rng)
        rows[f"expected_{outcome}"] = expected
        for number in range(4):
            item = f"{outcome}_{number + 1}"
            answer = shown[:, number]
            if item in reversed_items:
                answer = np.where(answer == SKIPPED, SKIPPED, 6 - answer)
            rows[item] = answer
    return _only_at_three_months(rows, plan, rng)


def _rows(table: pd.DataFrame, plan: Plan, rng: np.random.Generator) -> pd.DataFrame:
    when = dates(table, rng)
    answers = {
        "pre": table["state"].isin(BEFORE).to_numpy(),
        "post": table["state"].isin(AFTER).to_numpy(),
        "followup": table["followup"].to_numpy(),
    }
    parts = []
    for wave in WAVES:
        unit = np.flatnonzero(answers[wave])
        part = pd.DataFrame({"unit": unit, "wave": wave, "second": False, "received": when[wave].to_numpy()[unit]})
        parts += [part, _second(part, table, wave, plan, rng)]
    rows = pd.concat(parts, ignore_index=True)
    earlier = table["earlier"].to_numpy()[rows["unit"]] & rows["wave"].ne("followup")
    rows["source"] = rows["wave"].map(SOURCE).mask(earlier, EARLIER_SOURCE)
    rows["place"] = table["place"].to_numpy()[rows["unit"]]
    rows["module"] = table["module"].to_numpy()[rows["unit"]]
    return rows


def _second(part: pd.DataFrame, table: pd.DataFrame, wave: str, plan: Plan, rng: np.random.Generator) -> pd.DataFrame:
    """Responses of people who answer a wave twice: earlier at the start (tried, then came back), later afterwards."""
    sure = (table["state"].isin(["linked", "before_only", "after_only"]) & ~table["earlier"]).to_numpy()
    if wave == "followup":
        sure = sure & ~table["followup_blank"].to_numpy()
    suits = np.flatnonzero(sure[part["unit"]])
    again = part.iloc[np.sort(rng.permutation(suits)[: getattr(plan.invented.second_responses, wave)])].copy()
    shift = pd.to_timedelta(rng.integers(1440, 5760, len(again)), unit="min")
    again["received"] = again["received"] - shift if wave == "pre" else again["received"] + shift
    return again.assign(second=True)


def _keys(rows: pd.DataFrame, table: pd.DataFrame, learners: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    state = table["state"].to_numpy()[rows["unit"]]
    wave = rows["wave"].to_numpy()
    no_key = (wave == "pre") & np.isin(state, ["blank_before", "blank_before_only"])
    no_key |= (wave == "post") & (state == "blank_after")
    no_key |= (wave == "followup") & table["followup_blank"].to_numpy()[rows["unit"]]
    mistyped = (wave == "post") & (state == "mistyped_after")
    key = learners["learner_id"].to_numpy()[rows["place"]].astype(object)
    for row in np.flatnonzero(mistyped):
        others = swaps(key[row])
        key[row] = others[int(rng.integers(len(others)))]
    key[no_key] = ""
    named = np.select([no_key, mistyped], ["blank", "mistyped"], "right")
    return rows.assign(key=key, key_state=named)


def _latent(rows: pd.DataFrame, table: pd.DataFrame, plan: Plan, rng: np.random.Generator) -> dict[str, np.ndarray]:
    unit, wave = rows["unit"].to_numpy(), rows["wave"].to_numpy()
    found = {}
    for outcome in LATENT:
        by_wave = table[[f"{name}.{outcome}" for name in WAVES]].to_numpy()
        found[outcome] = by_wave[unit, [WAVES.index(name) for name in wave]]
    own = plan.application
    rest = rng.normal(0, np.sqrt(1 - own.of_confidence**2), len(rows))
    found[APPLICATION] = own.level + own.of_confidence * (found["confidence"] - found["confidence"].mean()) + rest
    return found


def _graded(scores: np.ndarray, plan: Plan, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Answers of a graded response model (Samejima 1969) with normal noise, and the score that it leads to expect.

    A step is passed where latent score + item offset + noise exceeds its threshold, so high scores meet a ceiling.
    """
    part = plan.items
    steps, offsets = np.array(part.thresholds), np.array(part.offsets)
    centre = scores[:, None] + offsets
    noisy = centre + rng.normal(0, part.noise, centre.shape)
    shown = 1 + (noisy[:, :, None] > steps).sum(axis=2)
    expected = 1 + ndtr((centre[:, :, None] - steps) / part.noise).sum(axis=2)
    shown[rng.random(shown.shape) < part.skipped] = SKIPPED
    return shown, expected.mean(axis=1)


def _only_at_three_months(rows: pd.DataFrame, plan: Plan, rng: np.random.Generator) -> pd.DataFrame:
    items = [f"{APPLICATION}_{number}" for number in range(1, 5)]
    other = rows["wave"].ne("followup").to_numpy()
    unfit = rng.random((len(rows), 4)) < plan.application.not_applicable
    for place, item in enumerate(items):
        rows[item] = np.select([other, unfit[:, place]], [SKIPPED, NOT_APPLICABLE], rows[item])
    rows.loc[other, f"expected_{APPLICATION}"] = np.nan
    return rows
