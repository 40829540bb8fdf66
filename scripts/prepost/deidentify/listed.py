"""The study's list of names, and the finders that it asks for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from prepost.deidentify.text import Finder
from prepost.interviews.sheets import NameRow
from prepost.sheets import read_sheet

FOLDER = "data/returned/deidentify"


def listed(paths: Sequence[Path]) -> list[str]:
    """Return the names of the study's sheets; a StudyError where one is missing or cannot be read."""
    return [row.name for path in paths for row in read_sheet(path, NameRow, where=f"{FOLDER}/{path.name}")]


def finders(model: bool) -> list[Finder]:
    """Return the further finders of names that a study asks for; see `prepost.deidentify.model.finder`."""
    if not model:
        return []
    from prepost.deidentify.model import finder

    return [finder()]
