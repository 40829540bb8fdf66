"""Planted truth for the surveys beside the learners': a raked panel, appointments, two answers of one person."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from coverage_cells import FAILS, GATED, LISTED, Data, Estimate, Estimator, Scenario
from prepost.surveys import design as designs
from prepost.surveys.design import Design, jackknife, jackknife_weights, projection
from prepost.surveys.raking import rake
from prepost.surveys.ratios import modified_poisson
from prepost.surveys.two_answers import difference
from scipy import stats

Z = stats.norm.ppf(0.975)
# A panel of adults, raked on age and sex -----------------------------------------------------------------------------
AGES, SEXES = np.array([0.3, 0.4, 0.3]), np.array([0.52, 0.48])
JOINS_BY_AGE, JOINS_BY_SEX = np.array([0.5, 1.0, 1.6]), np.array([1.25, 0.8])
YES = np.array([[0.20, 0.28], [0.35, 0.43], [0.55, 0.63]])  # chance of a yes by age and sex
SHARE = float(AGES @ YES @ SEXES)
PART, PANEL, GROUPS = 0.12, 900, 30  # of the panel; sub-base of about 108 people


def panel(hidden: float = 1.0) -> Callable[[np.random.Generator], Data]:
    """Nine hundred who joined a panel; whoever says yes joins `hidden` times as readily, which no margin knows."""

    def draw(rng: np.random.Generator) -> Data:
        chance = np.outer(AGES * JOINS_BY_AGE, SEXES * JOINS_BY_SEX)
        cells = chance * (1 + (hidden - 1) * YES)
        cell = rng.choice(6, PANEL, p=(cells / cells.sum()).ravel())
        age, sex = np.divmod(cell, 2)
        p = YES[age, sex]
        p = hidden * p / (1 + (hidden - 1) * p)
        return {
            "codes": np.c_[age, sex],
            "yes": (rng.random(PANEL) < p).astype(float),
            "part": rng.random(PANEL) < PART,
            "group": rng.permutation(PANEL) % GROUPS,
        }

    return draw


TARGETS = [AGES * PANEL, SEXES * PANEL]


def _design(data: Data) -> Design:
    return Design(rake(data["codes"], TARGETS).weights, data["codes"], cluster=None)


def _shown(found: designs.Estimate) -> Estimate:
    return Estimate(found.estimate, found.se, found.ci_low, found.ci_high)


def weighted(data: Data, _: np.random.Generator) -> Estimate:
    """Raked share, linearised with the raking residual, logit interval."""
    design = _design(data)
    return _shown(designs.share(data["yes"], np.ones(PANEL, bool), design, projection(design)))


def without_residual(data: Data, _: np.random.Generator) -> Estimate:
    """The same, as if the margins were random."""
    return _shown(designs.share(data["yes"], np.ones(PANEL, bool), _design(data), None))


def in_part(data: Data, _: np.random.Generator) -> Estimate:
    """Raked share of a sub-base of about a hundred."""
    design = _design(data)
    return _shown(designs.share(data["yes"], data["part"], design, projection(design)))


def replicated(data: Data, _: np.random.Generator) -> Estimate:
    """Raked share, jackknife over thirty random groups, raked again each time."""
    design = _design(data)._replace(cluster=data["group"])
    yes = data["yes"]
    return _shown(jackknife(jackknife_weights(design, TARGETS), design, lambda w: float(w @ yes / w.sum())))


def unweighted(data: Data, _: np.random.Generator) -> Estimate:
    """Share of the panel as it is."""
    return _shown(designs.share(data["yes"], np.ones(PANEL, bool), Design(np.ones(PANEL)), None))


# Appointments of people who tell of one to six ------------------------------------------------------------------------
RATIO, WITHOUT, PERSON = 1.35, 0.25, 0.4


def visits(rng: np.random.Generator) -> Data:
    """Three hundred people; a yes is 1.35 times as likely after personalised care, and people differ in saying yes."""
    person = np.repeat(np.arange(300), rng.choice([1, 3, 6], 300, p=[0.4, 0.3, 0.3]))
    kind = rng.normal(size=300)[person]
    care = (0.9 * kind + 0.4 * rng.normal(size=len(person)) > 0).astype(float)
    own = np.exp(PERSON * rng.normal(size=300) - PERSON**2 / 2)[person]
    chance = np.minimum(WITHOUT * RATIO**care * own, 1.0)
    return {"person": person, "care": care, "yes": (rng.random(len(person)) < chance).astype(float)}


def _ratio(data: Data, people: np.ndarray) -> Estimate:
    x = np.c_[np.ones(len(data["yes"])), data["care"]]
    found = modified_poisson(data["yes"], x, people)
    log, se = float(found.coefficients[1]), float(np.sqrt(found.covariance[1, 1]))
    return Estimate(log, se, log - Z * se, log + Z * se)


def clustered_ratio(data: Data, _: np.random.Generator) -> Estimate:
    """Log risk ratio, modified Poisson clustered by person."""
    return _ratio(data, data["person"])


def one_by_one(data: Data, _: np.random.Generator) -> Estimate:
    """The same, as if each appointment were another person's."""
    return _ratio(data, np.arange(len(data["yes"])))


# Two answers of one person -------------------------------------------------------------------------------------------
JOINT = np.array([0.50, 0.34, 0.06, 0.10])  # both, oneself alone, the organisation alone, neither


def two_answers(rng: np.random.Generator) -> Data:
    """Two hundred professionals: .84 of themselves, .56 of their organisation."""
    cell = rng.choice(4, 200, p=JOINT)
    return {"own": (cell < 2).astype(float), "its": (cell % 2 == 0).astype(float)}


def apart(data: Data, _: np.random.Generator) -> Estimate:
    """Difference of two shares of the same people, Bonett and Price."""
    found = difference(data["own"], data["its"])
    return Estimate(found.estimate, (found.ci_high - found.ci_low) / (2 * Z), found.ci_low, found.ci_high)


SURVEYS = (
    Scenario(
        "900 of a panel, joining by age and sex",
        panel(),
        (
            Estimator("raked share, linearised", SHARE, GATED, weighted),
            Estimator("raked share, jackknife", SHARE, GATED, replicated),
            Estimator("raked share of a sub-base of 108", SHARE, GATED, in_part),
            Estimator("raked share, margins taken as random", SHARE, LISTED, without_residual),
            Estimator("unweighted share", SHARE, FAILS, unweighted),
        ),
    ),
    Scenario(
        "900 of a panel, those who say yes join 1.5 times as readily",
        panel(1.5),
        (Estimator("raked share, linearised", SHARE, FAILS, weighted),),
    ),
    Scenario(
        "300 people, 1 to 6 appointments each",
        visits,
        (
            Estimator("log risk ratio, clustered", float(np.log(RATIO)), GATED, clustered_ratio),
            Estimator("log risk ratio, appointments taken as people", float(np.log(RATIO)), FAILS, one_by_one),
        ),
    ),
    Scenario(
        "200 professionals, two answers each",
        two_answers,
        (Estimator("difference of two shares", float(JOINT[1] - JOINT[2]), GATED, apart),),
    ),
)
