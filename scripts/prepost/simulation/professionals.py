"""The invented professionals and the invented appointments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from prepost.simulation.quotas import pick
from prepost.study_surveys import Appointments, Professionals
from prepost.survey_sheets import ShareRow

YES, NO, NOT_ASKED = "yes", "no", "Not asked"
NEAR = 0.0015  # half a person of the smallest base, and no more


def professionals(
    plan: Mapping, survey: Professionals, lines: Sequence[ShareRow], rng: np.random.Generator
) -> pd.DataFrame:
    """Invent the professionals: the share of each answer as survey_shares.csv has it.

    Parameters
    ----------
    plan : mapping
        The part ``professionals`` of simulation_surveys.yaml.
    survey : Professionals
        Which items stand side by side.
    lines : sequence of ShareRow
    rng : Generator

    Returns
    -------
    DataFrame
        A column an item with the code of each answer.
    """
    n, equal = int(plan["respondents"]), np.ones(int(plan["respondents"]))
    share = {line.item: line.value / 100 for line in lines}
    share |= {item: people / n for item, people in plan["counts"].items()}
    everyone, frame = equal > 0, pd.DataFrame(index=range(n))
    frame["profession"] = rng.choice(list(plan["professions"]), n, p=list(plan["professions"].values()))
    place = rng.normal(size=n)  # how much an organisation does
    none = pick(-place, everyone, equal, share[survey.organisation.name], NEAR)
    grid = {}
    for item in survey.organisation.items:
        of_others = share[item] * n / (~none).sum()
        grid[item] = pick(place + rng.normal(size=n), everyone & ~none, equal, of_others, NEAR)
    _somebody_does(grid, ~none, rng)
    for own, organisation in zip(survey.own.items, survey.organisation.items, strict=True):
        lean = float(plan["joint"]) * 2 * grid[organisation]
        frame[own] = _words(pick(lean + rng.normal(size=n), everyone, equal, share[own], NEAR))
    for item, yes in grid.items():
        frame[item] = _words(yes)
    for line in lines:
        if line.item not in frame and line.item != survey.organisation.name:
            frame[line.item] = _words(pick(rng.normal(size=n), everyone, equal, line.value / 100, NEAR))
    return frame


def _words(yes: np.ndarray) -> np.ndarray:
    return np.where(yes, YES, NO)


def _somebody_does(grid: dict[str, np.ndarray], among: np.ndarray, rng: np.random.Generator) -> None:
    """Give everyone among these an element at least, by exchange, so that every share stays."""
    names = list(grid)
    for person in np.flatnonzero(among & ~np.any(list(grid.values()), axis=0)):
        item = grid[names[rng.integers(len(names))]]
        rich = np.flatnonzero(item & (np.sum(list(grid.values()), axis=0) > 2))
        item[person], item[rng.choice(rich)] = True, False


def appointments(
    plan: Mapping, survey: Appointments, lines: Sequence[ShareRow], rng: np.random.Generator
) -> pd.DataFrame:
    """Invent appointments, of people who tell of one to three.

    Parameters
    ----------
    plan : mapping
        The part ``appointments`` of simulation_surveys.yaml, with the planted risk ratios.
    survey : Appointments
        Elements and outcomes.
    lines : sequence of ShareRow
        What is asked once a person.
    rng : Generator

    Returns
    -------
    DataFrame
        A row an appointment: `person` (number) and a column an item with codes.
    """
    people = int(plan["people"])
    several = {int(number): chance for number, chance in plan["several"].items()}
    person = np.repeat(np.arange(people), rng.choice(list(several), people, p=list(several.values())))
    n = len(person)

    def drawn(chances: Mapping, size: int) -> np.ndarray:
        return rng.choice(list(chances), size, p=list(chances.values()))

    frame = pd.DataFrame({"person": person, "visit_kind": drawn(plan["kinds"], n)})
    frame["visit_face"] = _words(rng.random(n) < plan["face_to_face"])
    frame["patient_age"] = drawn(plan["ages"], people)[person]
    frame["patient_conditions"] = drawn(plan["conditions"], people)[person]
    spread, mean = plan["elements"]["spread"], plan["elements"]["mean"]
    lived = np.log(mean / (1 - mean)) + spread * (0.6 * rng.normal(size=people)[person] + 0.8 * rng.normal(size=n))
    grid = rng.random((len(survey.elements.items), n)) < 1 / (1 + np.exp(-lived))
    for item, yes in zip(survey.elements.items, grid, strict=True):
        frame[item] = _words(yes)
    own = rng.normal(0, plan["person"], people)[person]
    known = plan["ratios"]["face_to_face"] ** frame["visit_face"].eq(YES).to_numpy()
    known = known * plan["ratios"]["several"] ** frame["patient_conditions"].eq("several").to_numpy()
    for outcome, planted in plan["outcomes"].items():
        chance = planted["without"] * planted["ratio"] ** grid.sum(axis=0) * np.exp(own) * known
        frame[outcome] = _words(rng.random(n) < np.minimum(chance, 0.97))
    first = np.r_[True, person[1:] != person[:-1]]
    for line in lines:
        yes = pick(rng.normal(size=n), first, np.ones(n), line.value / 100, NEAR)
        frame[line.item] = np.where(first, _words(yes), NOT_ASKED)
    return frame
