"""Begin a new study: copy config/ to studies/<name>/config, without its simulation and not synthetic.

Usage: make study NAME=x
"""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from answering import answer
from prepost.errors import Fault, StudyError

ROOT = Path(__file__).resolve().parents[1]
NAME = re.compile(r"[a-z][a-z0-9_-]*")
LEFT_BEHIND = ("simulation.yaml", "simulation_interviews.yaml", "simulation_surveys.yaml")
SYNTHETIC = re.compile(r"^synthetic:[ \t]*\S+", re.MULTILINE)


def new_study(name: str, root: Path = ROOT) -> Path:
    """Copy the bundled study's description.

    Parameters
    ----------
    name : str
        Lower-case letters, digits, hyphens and underscores, beginning with a letter.
    root : Path
        The project's folder.

    Returns
    -------
    Path
        The new study's ``config/``.

    Raises
    ------
    StudyError
        If the name is not allowed, or something stands there already; nothing is written then.
    """
    if not NAME.fullmatch(name):
        raise StudyError(
            Fault(
                f"NAME={name}",
                "this cannot be a study's name" if name else "the new study has no name",
                "lower-case letters, digits, hyphens and underscores, beginning with a letter",
                "make study NAME=wards_2025",
            )
        )
    study = root / "studies" / name
    if study.exists():
        raise StudyError(
            Fault(
                f"studies/{name}",
                "it is there already, and is not overwritten",
                "a new name",
                "choose another NAME, or move the folder away first",
            ),
            kind="refused",
        )
    config = study / "config"
    shutil.copytree(root / "config", config, ignore=shutil.ignore_patterns(*LEFT_BEHIND))
    settings = config / "study.yaml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(_not_synthetic(text), encoding="utf-8", newline="\n")
    return config


def _not_synthetic(text: str) -> str:
    changed, times = SYNTHETIC.subn("synthetic: false", text)
    return changed if times else f"synthetic: false\n{text}"


def main(words: list[str]) -> int:
    """Begin the study that is named and say what to do next."""
    return answer(lambda: _begun(words[0].strip() if words else ""))


def _begun(name: str) -> Iterator[str]:
    new_study(name)
    place = f"studies/{name}"
    yield f"{place}/config is yours to edit; config/README.md says what each file means."
    yield f"Put the raw exports into {place}/data and name them in {place}/config/sources.csv, then:"
    yield f"  make report STUDY={place}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
