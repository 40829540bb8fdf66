"""What simulation.yaml holds: the sizes, effects and warts that the generator plants."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, PositiveInt, ValidationError, model_validator

from prepost.errors import Fault, StudyError
from prepost.study_loading import read_yaml

WHERE = "config/simulation.yaml"
LATENT = ("understanding", "confidence", "motivation", "readiness")
WAVES = ("pre", "post", "followup")
NO_COUNTS = {"modules_a_person", "enrolments"}  # shares


class Part(BaseModel):
    """A part of the plan; unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Published(Part):
    """Counts that the programme has published."""

    responses: int
    pairs: int
    free_text_more_than: int


class Waves(Part):
    """A count for each wave."""

    pre: int
    post: int
    followup: int = 0

    def total(self) -> int:
        """Return the sum over the waves."""
        return self.pre + self.post + self.followup


class Enrolments(Part):
    """How many enrol for each one who answers, and how many of them complete."""

    per_response: float
    completed_share: float


class Invented(Part):
    """Counts that nobody has published."""

    kept: Waves
    second_responses: Waves
    blank_keys: Waves
    blank_before_with_after: int
    mistyped_keys: int
    triples: int
    followup_without_post: int
    followup_without_pre: int
    earlier_cohort: Waves
    modules_a_person: list[float]
    enrolments: Enrolments


class Module(Part):
    """A module's share of completions; `only` names the roles that it is for."""

    share: float
    only: list[str] = []
    earlier_cohort: bool = True


class Role(Part):
    """A role's share of people, log odds of answering afterwards, and level before."""

    share: float
    stays: float
    level: float


class OtherRoles(Part):
    """People who specify another role."""

    share: float
    texts: list[str]


class Dropout(Part):
    """Log odds of answering for a latent standard deviation more at the start."""

    first_score: float
    third_wave_score: float


class Change(Part):
    """An outcome's latent level before, change afterwards, and share of it kept at three months."""

    level: float
    change: float
    kept: float


class Application(Part):
    """Application in practice: its level, loading on confidence, and share of "not applicable"."""

    level: float
    of_confidence: float
    not_applicable: float


class Variance(Part):
    """Shares of the latent variance; what is shared between the modules of a person is its intraclass correlation."""

    person: float
    person_outcome: float
    completion: float
    occasion: float


class Items(Part):
    """How items are answered from the latent score (graded response)."""

    noise: float
    thresholds: list[float]
    offsets: list[float]
    skipped: float


class Plan(Part):
    """What simulation.yaml holds."""

    factor: PositiveInt = 1  # times as many learners as the counts below say, for measuring
    published: Published
    invented: Invented
    modules: dict[str, Module]
    roles: dict[str, Role]
    other_roles: OtherRoles
    dropout: Dropout
    outcomes: dict[str, Change]
    application: Application
    module_change: list[float]
    variance: Variance
    items: Items
    categories: dict[str, dict[str, float]]
    heard_from: dict[str, float]
    outside_england: float
    earlier_labels: dict[str, list[str]]  # outcome: labels of its scale in the earlier cohort
    warts: dict[str, dict[str, int]]
    comments: Comments
    coding: Coding | None = None

    @model_validator(mode="after")
    def _adds_up(self) -> Plan:
        if self.invented.kept.total() != self.published.responses:
            raise ValueError(
                f"invented.kept sums to {self.invented.kept.total():,}, "
                f"published.responses is {self.published.responses:,}"
            )
        if set(self.outcomes) != set(LATENT):
            raise ValueError(f"outcomes are {', '.join(LATENT)}")
        if len(self.module_change) != len(self.modules):
            raise ValueError("module_change needs one factor a module")
        short = [name for name, count in self.states().items() if count < 0]
        if short:
            raise ValueError(f"the sizes leave fewer than no completions that are {', '.join(short)}")
        return self

    def states(self) -> dict[str, int]:
        """Return how many completions (a person and a module) are in each state of the first two waves.

        Returns
        -------
        dict of str to int
            ``linked``: both answered, with one key. ``before_only``; ``after_only``. ``blank_after`` and
            ``mistyped_after``: both answered, the key afterwards blank or mistyped. ``blank_before``: both answered,
            the first without key; ``blank_before_only``: only before, without key.
        """
        size = self.invented
        before = size.kept.pre - size.second_responses.pre
        after_keyed = size.kept.post - size.second_responses.post - size.blank_keys.post
        loose_after = after_keyed - self.published.pairs
        return {
            "linked": self.published.pairs,
            "before_only": before
            - size.blank_keys.pre
            - self.published.pairs
            - size.blank_keys.post
            - size.mistyped_keys,
            "after_only": loose_after - size.mistyped_keys - size.blank_before_with_after,
            "blank_after": size.blank_keys.post,
            "mistyped_after": size.mistyped_keys,
            "blank_before": size.blank_before_with_after,
            "blank_before_only": size.blank_keys.pre - size.blank_before_with_after,
        }


class Comments(Part):
    """Free text: share answered by question, which stances suit a question, and clauses by stance and theme."""

    answered: dict[str, float]
    none: list[str]  # clauses that speak of no theme
    themes: list[str]
    stances: dict[str, list[str]]  # question: stances
    clauses: dict[str, dict[str, list[str]]]  # stance: theme: clauses; one that begins with "not:" denies its theme


class CoderErrors(Part):
    """How a simulated coder errs: chance to miss a theme that is there, and to give one that is not, theme by theme."""

    miss: float
    add: float


class Coding(Part):
    """How the coding sheets of the synthetic comments are filled in.

    `stands_for` gives the frame's themes for a planted theme, or for `question.theme` where a question has its own;
    `question` the themes that every comment on a question has. Clauses of `cannot` are no answers.
    """

    coders: dict[str, CoderErrors]
    stands_for: dict[str, list[str]]
    question: dict[str, list[str]]
    cannot: list[str]


Plan.model_rebuild()


def scaled(plan: Plan) -> Plan:
    """Multiply every count of a plan by its factor; shares, effects and drop-out stay.

    Parameters
    ----------
    plan : Plan

    Returns
    -------
    Plan
        With factor 1.

    Examples
    --------
    With ``factor: 10`` the bundled plan's 8,186 responses and 2,473 pairs become 81,860 and 24,730.
    """
    counts = {
        "published": _times(plan.published.model_dump(), plan.factor),
        "invented": _times(plan.invented.model_dump(exclude=NO_COUNTS), plan.factor)
        | plan.invented.model_dump(include=NO_COUNTS),
        "warts": _times(plan.warts, plan.factor),
    }
    return Plan.model_validate(plan.model_dump() | counts | {"factor": 1})


def _times(counts: Any, factor: int) -> Any:
    """Multiply the numbers of a tree."""
    if isinstance(counts, dict):
        return {name: _times(part, factor) for name, part in counts.items()}
    return counts * factor


def read_plan(path: Path) -> Plan:
    """Read simulation.yaml.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    Plan
        Its counts multiplied by its factor.

    Raises
    ------
    StudyError
        With every fault found.
    """
    try:
        return scaled(Plan.model_validate(read_yaml(path, WHERE)))
    except ValidationError as error:
        faults = [
            Fault(
                f"{WHERE} · {'.'.join(str(part) for part in entry['loc'])}",
                entry["msg"].removeprefix("Value error, "),
                "",
                f"mend it in {WHERE}",
            )
            for entry in error.errors()
        ]
        raise StudyError(*faults) from error
