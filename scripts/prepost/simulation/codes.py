"""A cohort whose people give self-made codes, and give them wrongly now and then: the second synthetic study."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, NamedTuple

import numpy as np
import pandas as pd
from pydantic import Field, ValidationError

from prepost.errors import Fault, StudyError
from prepost.simulation.plan import WHERE, Part
from prepost.study_loading import read_yaml

Share = Annotated[float, Field(ge=0, le=1)]
LETTERS = "abcdefghijklmnopqrstuvwxyz"


class CodeElement(Part):
    """One element of the code: its possible answers and their shares, or how many equally likely ones there are.

    `mistaken` is the chance that it is given wrongly a second time; `blank` that it is left out; `near` the share of
    the mistakes that are a slip of the pen (two characters exchanged, one left out or another).
    """

    answers: dict[str, float] | None = None
    numbers: Annotated[int, Field(ge=2)] | None = None
    letters: Annotated[int, Field(ge=1)] | None = None
    mistaken: Share
    blank: Share = 0.0
    near: Share = 0.0


class Codes(Part):
    """What simulation.yaml holds where people give self-made codes.

    `people` take part in the first wave with the chance `before`, in the second with `after`, independently; a share
    `no_code` of each wave's responses has no code at all. `sloppiness` is the standard deviation of a person's own
    log odds of mistakes; `change` and `spread` make the answers.
    """

    people: Annotated[int, Field(ge=10)]
    before: Share
    after: Share
    no_code: Share
    sloppiness: Annotated[float, Field(ge=0)]
    elements: dict[str, CodeElement]
    modules: dict[str, float]
    questions: dict[str, float]  # item: latent level before
    change: float
    spread: float


class CodesPlan(Part):
    """simulation.yaml of such a study."""

    codes: Codes


class Cohort(NamedTuple):
    """Responses of both waves, one row each; ``person`` is known here alone."""

    before: pd.DataFrame
    after: pd.DataFrame


def read_codes_plan(path: Path) -> Codes:
    """Read simulation.yaml; every fault is told with its place."""
    try:
        return CodesPlan.model_validate(read_yaml(path, WHERE)).codes
    except ValidationError as error:
        raise StudyError(
            *[
                Fault(f"{WHERE} · {'.'.join(map(str, e['loc']))}", e["msg"], "", f"mend it in {WHERE}")
                for e in error.errors()
            ]
        ) from error


def cohort(plan: Codes, seed: int) -> Cohort:
    """Make both waves of a cohort.

    Parameters
    ----------
    plan : Codes
    seed : int

    Returns
    -------
    Cohort
        Columns ``person, module, received``, the elements and the questions (codes 1 to 5).
    """
    rng = np.random.default_rng([seed, 5])
    n = plan.people
    truth = pd.DataFrame({name: _answers(element, n, rng) for name, element in plan.elements.items()})
    module = rng.choice(list(plan.modules), n, p=_shares(plan.modules.values()))
    sloppy = np.exp(rng.normal(0, plan.sloppiness, n))
    latent = rng.normal(0, 1, n)
    started = pd.Timestamp("2025-01-06") + pd.to_timedelta(rng.integers(0, 200, n), "D")
    sides = []
    for wave, share in enumerate((plan.before, plan.after)):
        there = rng.random(n) < share
        side = pd.DataFrame({"person": np.arange(n), "module": module})
        side["received"] = started + pd.to_timedelta(56 * wave + rng.integers(0, 7, n), "D")
        no_code = rng.random(n) < plan.no_code
        for name, element in plan.elements.items():
            side[name] = _given(truth[name], element, sloppy, rng).mask(no_code)
        for item, level in plan.questions.items():
            score = level + plan.change * wave + plan.spread * (0.7 * latent + 0.7 * rng.normal(0, 1, n))
            side[item] = np.searchsorted([-1.5, -0.5, 0.5, 1.5], score) + 1
        sides.append(side[there].sample(frac=1, random_state=rng).reset_index(drop=True))
    return Cohort(*sides)


def _shares(values) -> np.ndarray:
    given = np.array(list(values), dtype=float)
    return given / given.sum()


def _answers(element: CodeElement, n: int, rng: np.random.Generator) -> np.ndarray:
    if element.answers:
        return rng.choice(list(element.answers), n, p=_shares(element.answers.values())).astype(object)
    if element.letters:
        # Initials are not equally frequent: a rank's share falls as in English names.
        shares = _shares(1 / (np.arange(26) + 4.0))
        drawn = rng.choice(np.array(list("jsamcdrlkpebhtngfwivoyzqux")), (n, element.letters), p=shares)
        return np.array(["".join(row) for row in drawn], dtype=object)
    return rng.integers(1, element.numbers + 1, n).astype(str).astype(object)


def _given(true: pd.Series, element: CodeElement, sloppy: np.ndarray, rng: np.random.Generator) -> pd.Series:
    """Answers as given: the true one, one of another person, or a slip of the pen; both waves may be wrong."""
    # Two waves differ where either is wrong, so each is wrong in half as many; a slip may hit upon the true answer.
    odds = element.mistaken / 2 / (1 - element.mistaken / 2) * sloppy
    wrong = rng.random(len(true)) < odds / (1 + odds)
    other = true.sample(frac=1, random_state=rng).to_numpy(dtype=object)
    slips = rng.random(len(true)) < element.near
    found = true.to_numpy(dtype=object).copy()
    for place in np.flatnonzero(wrong):
        found[place] = _slip(found[place], rng) if slips[place] else other[place]
    return pd.Series(found, index=true.index, dtype="object").mask(rng.random(len(true)) < element.blank)


def _slip(text: str, rng: np.random.Generator) -> str:
    at = int(rng.integers(0, len(text)))
    kind = rng.random()
    if kind < 0.4 and at + 1 < len(text):
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    pool = "0123456789" if text[at].isdigit() else LETTERS
    if kind < 0.6 and len(text) > 1:
        return text[:at] + text[at + 1 :]
    return text[:at] + pool[int(rng.integers(0, len(pool)))] + text[at + 1 :]


def truth_of(found: Cohort) -> pd.DataFrame:
    """Return who gave each response: ``source, line, person``; a line is counted as in the file, the header being 1."""
    names = {"before": found.before, "after": found.after}
    sides = [
        pd.DataFrame({"source": n, "line": np.arange(len(s)) + 2, "person": s["person"]}) for n, s in names.items()
    ]
    return pd.concat(sides, ignore_index=True)
