"""Planted truth for the coverage study: invented evaluations, what is estimated from each, and what must come out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd
from prepost import effects
from prepost.attrition.chances import response_weights
from prepost.attrition.weighting import weighted_mean_change
from prepost.contrasts import group_contrasts
from prepost.everyone import wave_changes
from prepost.ordinal.fit import fit_clmm
from prepost.ordinal.shares import predicted_changes
from prepost.pooling import pool
from prepost.retention import retention_ratio
from prepost.robust import mean_change
from prepost.specifications.latent import latent_change
from scipy import stats

GATED, FAILS, LISTED = "gated", "expected to fail", "listed"
Z = stats.norm.ppf(0.975)
RESAMPLES = 1999  # of people for the bootstrapped interval here; the report takes the study's number
Data = Mapping[str, np.ndarray]


class Estimate(NamedTuple):
    """What one run gives; NaN where there is no number."""

    estimate: float
    se: float
    low: float
    high: float


class Estimator(NamedTuple):
    """A way of estimating, the planted truth, and what is claimed for it here."""

    name: str
    truth: float
    claim: str
    run: Callable[[Data, np.random.Generator], Estimate]


class Scenario(NamedTuple):
    """A way of inventing an evaluation."""

    name: str
    draw: Callable[[np.random.Generator], Data]
    estimators: tuple[Estimator, ...]


def _known(found) -> Estimate:
    return Estimate(found.estimate, found.se, found.ci_low, found.ci_high)


def _row(row: pd.Series) -> Estimate:
    return Estimate(row["estimate"], row["se"], row["ci_low"], row["ci_high"])


def _width_as_se(estimate: float, low: float, high: float) -> Estimate:
    """Where an interval comes without a standard error, half its width over 1.96 stands for it."""
    return Estimate(estimate, (high - low) / (2 * Z), low, high)


# Mean change, by people who give several pairs ------------------------------------------------------------------------
GAIN, SD_PERSON, SD_PAIR = 0.30, 0.5, 0.5  # intraclass correlation of the changes .5


def clustered(people: int) -> Callable[[np.random.Generator], Data]:
    """Changes of people who took one to four modules: 1, 2, 3, 4 with chances .3, .3, .2, .2."""

    def draw(rng: np.random.Generator) -> Data:
        person = np.repeat(np.arange(people), rng.choice([1, 2, 3, 4], people, p=[0.3, 0.3, 0.2, 0.2]))
        own = rng.normal(0, SD_PERSON, people)[person]
        before = rng.normal(3.2, 0.7, people)[person] + rng.normal(0, 0.3, len(person))
        change = GAIN + own + rng.normal(0, SD_PAIR, len(person))
        return {"person": person, "before": before, "after": before + change, "change": change}

    return draw


def cr2(data: Data, _: np.random.Generator) -> Estimate:
    """Mean change, CR2 on the person."""
    return _known(mean_change(data["change"], data["person"]))


def naive(data: Data, _: np.random.Generator) -> Estimate:
    """Mean change as if each pair were another person."""
    return _known(mean_change(data["change"]))


def g_av(data: Data, rng: np.random.Generator) -> Estimate:
    """Hedges' g_av."""
    found = effects.hedges_g_av(data["before"], data["after"], data["person"], rng=rng, resamples=RESAMPLES)
    return _width_as_se(found.estimate, found.ci_low, found.ci_high)


def d_z(data: Data, rng: np.random.Generator) -> Estimate:
    """d_z."""
    found = effects.d_z(data["change"], data["person"], rng=rng, resamples=RESAMPLES)
    return _width_as_se(found.estimate, found.ci_low, found.ci_high)


_BEFORE = np.hypot(0.7, 0.3)
_AFTER = np.sqrt(0.7**2 + 0.3**2 + SD_PERSON**2 + SD_PAIR**2)
CLUSTERED = (
    Estimator("mean change, CR2", GAIN, GATED, cr2),
    Estimator("mean change, pairs taken as people", GAIN, FAILS, naive),
)
CLUSTERED_G = (*CLUSTERED, Estimator("Hedges g_av, BCa over people", GAIN / ((_BEFORE + _AFTER) / 2), GATED, g_av))

# A scale of four five-point items near its top ------------------------------------------------------------------------
CUTS, HIGH, SHIFT = np.array([-2.0, -1.0, 0.0, 1.0]), 0.9, 0.5


def ceiling(rng: np.random.Generator) -> Data:
    """Two hundred people, four items, a third of the answers at the top before and half of them after."""
    person = rng.normal(0, np.sqrt(0.5), 200)
    scores = []
    for mean in (HIGH, HIGH + SHIFT):
        latent = mean + person[:, None] + rng.normal(0, np.sqrt(0.5), (200, 4))
        scores.append(1 + (latent[:, :, None] > CUTS).sum(axis=2).mean(axis=1))
    return {"person": np.arange(200), "change": scores[1] - scores[0]}


#: A latent answer has variance 1, so an item's mean is 1 + Σ Φ(mean - cut).
CEILING_GAIN = float(np.sum(stats.norm.cdf(HIGH + SHIFT - CUTS) - stats.norm.cdf(HIGH - CUTS)))

# Loss between the surveys ---------------------------------------------------------------------------------------------
FIRST, SD_TRAIT, SD_ERROR = 400, 0.65, 0.45


def lost(how: str, squeeze: float = 1.0) -> Callable[[np.random.Generator], Data]:
    """First surveys of which a part has a partner; nine in ten later responses can be linked.

    `how`: "at random" 60 % respond; "by before" low scorers respond less (MAR); "by change" those who gained little
    respond less (MNAR). `squeeze` below 1: low scorers gain more than regression to the mean alone.
    """

    def draw(rng: np.random.Generator) -> Data:
        trait = rng.normal(0, SD_TRAIT, FIRST)
        before = 3.3 + trait + rng.normal(0, SD_ERROR, FIRST)
        after = 3.3 + GAIN + squeeze * trait + rng.normal(0, SD_ERROR, FIRST)
        lean = {"at random": 0.0, "by before": (before - 3.3) / 0.79, "by change": (after - before - GAIN) / 0.64}[how]
        responds = rng.random(FIRST) < 1 / (1 + np.exp(-0.4 - lean))
        linked = rng.random(FIRST) < 0.9
        return {"before": before, "after": after, "responds": responds, "linked": linked}

    return draw


def pairs_only(data: Data, _: np.random.Generator) -> Estimate:
    """Mean change of the linked pairs."""
    kept = data["responds"] & data["linked"]
    return _known(mean_change((data["after"] - data["before"])[kept]))


def _weighted(data: Data, trim: float) -> Estimate:
    matched = data["responds"] & data["linked"]
    later = pd.DataFrame(index=range(int(data["responds"].sum())))
    first = pd.DataFrame({"score": data["before"]})
    linked = data["linked"][data["responds"]]
    found = response_weights(first, later, matched, linked, response=["score"], trim=(trim, 1 - trim))
    change = np.where(matched, data["after"] - data["before"], np.nan)
    return _known(weighted_mean_change(change, found.weights, model=found.model))


def weighted(data: Data, _: np.random.Generator) -> Estimate:
    """Mean change with weights for response and linkage, modelled from the score before."""
    return _weighted(data, 0.0)


def trimmed(data: Data, _: np.random.Generator) -> Estimate:
    """The same, with weights brought to their 1st and 99th percentile, as studies do by default."""
    return _weighted(data, 0.01)


def everyone(data: Data, _: np.random.Generator) -> Estimate:
    """Mixed model on all responses; later ones that failed to link are left out."""
    here, number = data["responds"] & data["linked"], np.arange(FIRST)
    score = np.r_[data["before"], data["after"][here]]
    wave = np.r_[np.repeat("pre", FIRST), np.repeat("post", int(here.sum()))]
    table = wave_changes(score, wave, np.r_[number, number[here]], waves=["pre", "post"])
    return _row(table.iloc[0])


def _losing(pairs: str, weights: str, mixed: str) -> tuple[Estimator, ...]:
    return (
        Estimator("mean change of linked pairs", GAIN, pairs, pairs_only),
        Estimator("weighted mean change", GAIN, weights, weighted),
        Estimator("weighted mean change, trimmed at 1 %", GAIN, LISTED, trimmed),
        Estimator("mixed model, everyone", GAIN, mixed, everyone),
    )


# Pairs that are not of one person -------------------------------------------------------------------------------------
MATCHED, WRONG = 200, 0.15


def matched(wrong: float) -> Callable[[np.random.Generator], Data]:
    """Two hundred pairs, before and after correlated .6; of a share, the later survey is somebody else's."""

    def draw(rng: np.random.Generator) -> Data:
        trait = rng.normal(0, np.sqrt(0.6), MATCHED)
        before, after = (trait + rng.normal(0, np.sqrt(0.4), MATCHED) for _ in range(2))
        number = round(wrong * MATCHED)
        after[:number] = rng.normal(0, 1, number)
        after = after + 0.4
        return {"person": np.arange(MATCHED), "before": before, "after": after, "change": after - before}

    return draw


def _matching(claim: str) -> tuple[Estimator, ...]:
    return (
        Estimator("mean change, CR2", 0.4, GATED, cr2),
        Estimator("Hedges g_av, analytic", 0.4, GATED, g_av),  # both standard deviations are 1
        Estimator("d_z", 0.4 / np.sqrt(0.8), claim, d_z),  # variance of a true change 2 (1 - .6)
    )


# Three surveys --------------------------------------------------------------------------------------------------------
def three_surveys(rng: np.random.Generator) -> Data:
    """A gain of .5, of which three fifths are there three months later."""
    trait = rng.normal(0, 0.6, 200)
    scores = [mean + trait + rng.normal(0, 0.5, 200) for mean in (3.0, 3.5, 3.3)]
    return dict(zip(("before", "after", "later"), scores, strict=True))


def ratio(data: Data, _: np.random.Generator) -> Estimate:
    """Share of the gain that is kept, Fieller's interval."""
    found = retention_ratio(data["before"], data["after"], data["later"], smallest=0.25)
    return _width_as_se(found.estimate, found.ci_low, found.ci_high)


# Groups ---------------------------------------------------------------------------------------------------------------
def twelve_groups(rng: np.random.Generator) -> Data:
    """Twelve modules of 20 to 80 people; their true mean changes differ with a standard deviation of .2."""
    sizes = rng.integers(20, 81, 12)
    group = np.repeat(np.arange(12), sizes)
    return {"group": group, "change": rng.normal(GAIN, 0.2, 12)[group] + rng.normal(0, 0.8, len(group))}


def pooled(data: Data, _: np.random.Generator) -> Estimate:
    """Mean over modules, partly pooled."""
    found = [mean_change(data["change"][data["group"] == group]) for group in range(12)]
    pooled_mean = pool([one.estimate for one in found], [one.se for one in found], [str(group) for group in range(12)])
    return Estimate(pooled_mean.mean, pooled_mean.se, pooled_mean.ci_low, pooled_mean.ci_high)


def modules(rng: np.random.Generator) -> Data:
    """A hundred and twenty people in one to three of four modules; in the first of them a gain of .2 more."""
    taken = [rng.permutation(4)[:count] for count in rng.integers(1, 4, 120)]
    person, group = np.repeat(np.arange(120), [len(one) for one in taken]), np.concatenate(taken)
    own = rng.normal(0, SD_PERSON, 120)[person]
    change = GAIN + 0.2 * (group == 0) + own + rng.normal(0, SD_PAIR, len(group))
    return {"person": person, "group": group.astype(str), "change": change}


def difference(data: Data, _: np.random.Generator) -> Estimate:
    """The first module against the rest."""
    return _row(group_contrasts(data["change"], data["group"], data["person"]).iloc[0])


# Ordered answers ------------------------------------------------------------------------------------------------------
THRESHOLDS, SHIFT_LOGITS, SD_INTERCEPT = np.array([-3.0, -1.5, 0.0, 1.8]), 0.8, 1.5


def one_item(people: int) -> Callable[[np.random.Generator], Data]:
    """One five-point item before and after, cumulative logits with a normal intercept a person."""

    def draw(rng: np.random.Generator) -> Data:
        time = np.tile([0, 1], people)
        person = np.repeat(np.arange(people), 2)
        latent = SHIFT_LOGITS * time + rng.normal(0, SD_INTERCEPT, people)[person] + rng.logistic(size=2 * people)
        return {"person": person, "time": time, "answer": 1 + (latent[:, None] > THRESHOLDS).sum(axis=1)}

    return draw


def clmm(data: Data, _: np.random.Generator) -> Estimate:
    """Latent change from the cumulative link mixed model, adaptive quadrature."""
    fit = fit_clmm(data["answer"], data["time"][:, None], data["person"], names=["time"])
    table = predicted_changes(fit, [[0.0]], [[1.0]])
    return _row(table[table["quantity"] == "latent"].iloc[0])


def four_items(rng: np.random.Generator) -> Data:
    """Four items of two hundred people at two waves: each latent answer logistic, correlated within the person."""
    trait = rng.normal(0, np.sqrt(0.5), 200)
    person, after, item = (grid.ravel() for grid in np.meshgrid(np.arange(200), [0, 1], np.arange(4), indexing="ij"))
    normal = trait[person] + rng.normal(0, np.sqrt(0.5), len(person))
    latent = stats.logistic.ppf(stats.norm.cdf(normal)) + SHIFT_LOGITS * after + 0.3 * item
    answer = 1 + (latent[:, None] > THRESHOLDS).sum(axis=1)
    return {"person": person, "after": after.astype(bool), "item": item, "answer": answer}


def marginal(data: Data, _: np.random.Generator) -> Estimate:
    """Latent change from cumulative logits of all items, sandwich variance."""
    return _known(latent_change(data["answer"], data["item"], data["after"], data["person"]))


LOGISTIC_SD = np.pi / np.sqrt(3)
LATENT = SHIFT_LOGITS / np.hypot(LOGISTIC_SD, SD_INTERCEPT)
SCENARIOS = (
    Scenario("150 people, 1 to 4 pairs each", clustered(150), CLUSTERED_G),
    Scenario("30 people, 1 to 4 pairs each", clustered(30), CLUSTERED),
    Scenario("200 people near the top of a scale", ceiling, (Estimator("mean change, CR2", CEILING_GAIN, GATED, cr2),)),
    Scenario("lost at random (MCAR)", lost("at random"), _losing(GATED, GATED, GATED)),
    Scenario("low scorers lost (MAR)", lost("by before"), _losing(FAILS, GATED, GATED)),
    Scenario("low scorers lost, and gain more (MAR)", lost("by before", 0.7), _losing(FAILS, GATED, LISTED)),
    Scenario("those who gained little lost (MNAR)", lost("by change"), _losing(FAILS, FAILS, FAILS)),
    Scenario("200 right pairs", matched(0), _matching(GATED)),
    Scenario("200 pairs, 15 % with somebody else's after", matched(WRONG), _matching(FAILS)),
    Scenario("200 people, three surveys", three_surveys, (Estimator("share of the gain kept", 0.6, GATED, ratio),)),
    Scenario("12 modules, 20 to 80 people", twelve_groups, (Estimator("mean over modules", GAIN, GATED, pooled),)),
    Scenario("120 people in 1 to 3 of 4 modules", modules, (Estimator("module against rest", 0.2, GATED, difference),)),
    Scenario("200 people, one item", one_item(200), (Estimator("latent change, CLMM", LATENT, GATED, clmm),)),
    Scenario("400 people, one item", one_item(400), (Estimator("latent change, CLMM", LATENT, GATED, clmm),)),
    Scenario(
        "200 people, four items",
        four_items,
        (Estimator("latent change, marginal", SHIFT_LOGITS / LOGISTIC_SD, GATED, marginal),),
    ),
)
