"""How a command that answers one question ends: its lines, or what is wrong in plain words, and its exit code."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts"))

from prepost.errors import StudyError


def answer(ask: Callable[[], Iterable[str]]) -> int:
    """Write the lines that `ask` gives and return 0, or write its StudyError and return that error's exit code."""
    try:
        lines = list(ask())
    except StudyError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    return 0
