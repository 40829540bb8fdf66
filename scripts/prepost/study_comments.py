"""What a study declares of its free text: the questions, the coding frame, how comments are drawn, and thresholds."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from prepost.study_parts import Name, Part
from prepost.study_secondary import Sheet


class CodingSample(Part):
    """The comments that people code. `size` are drawn at random within strata; at least `both` go to both coders.

    `next_round` comments of which the machine is least sure can be added; with `floor` above 0 they are drawn by
    Poisson sampling, each comment with at least that chance.
    """

    size: Annotated[int, Field(ge=1)] = 600
    both: Annotated[int, Field(ge=1)] = 300
    strata: Annotated[list[Literal["item", "wave", "module"]], Field(min_length=1)] = ["item"]
    fewest_a_stratum: Annotated[int, Field(ge=1)] = 20
    next_round: Annotated[int, Field(ge=0)] = 0
    floor: Annotated[float, Field(ge=0, lt=1)] = 0.0

    @model_validator(mode="after")
    def _both_of_them(self):
        if self.both < min(self.size, 300):
            raise ValueError(f"both is {self.both}: agreement needs at least 300 comments (or all {self.size}) by both")
        return self


class Machine(Part):
    """What codes the comments that nobody coded. `embeddings` needs make embeddings; `folds` are by respondent.

    Below `fewest` human-coded comments there is no machine: the frame's keywords stand alone, and say so.
    """

    embeddings: bool = False
    fewest: Annotated[int, Field(ge=50)] = 200
    folds: Annotated[int, Field(ge=2, le=20)] = 5


class Comments(Part):
    """Free text of the learners. `by` are the groupings in which themes are counted: wave, module, categories.

    A cell with fewer than `fewest_coded` comments coded by people, or fewer than `fewest_positive` of them with the
    theme, gets no estimate.
    """

    questions: Annotated[list[Name], Field(min_length=1)]
    frame: Sheet = "themes.csv"
    sample: CodingSample = CodingSample()
    machine: Machine = Machine()
    by: list[Name] = []
    fewest_coded: Annotated[int, Field(ge=100)] = 100
    fewest_positive: Annotated[int, Field(ge=10)] = 10
    topics: Annotated[int, Field(ge=2, le=40)] = 12
