"""What the parts of a study have in common: names, texts, and the refusal of unknown keys."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from prepost.sheets import NAME

Name = Annotated[str, Field(pattern=NAME)]
Text = Annotated[str, Field(min_length=1)]


class Part(BaseModel):
    """A part of the study; unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)
