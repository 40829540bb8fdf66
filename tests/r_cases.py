"""Expected numbers that R left in tests/reference/<name>.csv, and a way to let R say them again."""

from __future__ import annotations

import csv
import io
import os
import shutil
import subprocess
from pathlib import Path

import pytest

REFERENCE = Path(__file__).parent / "reference"


def _read(text: str) -> dict[str, list[float]]:
    return {row[0]: [float(value) for value in row[1:] if value != ""] for row in csv.reader(io.StringIO(text)) if row}


def frozen(name: str) -> dict[str, list[float]]:
    """Read the cases of tests/reference/<name>.csv: each line a case and its numbers."""
    return _read((REFERENCE / f"{name}.csv").read_text(encoding="utf-8"))


def said_again(name: str, *packages: str) -> dict[str, list[float]]:
    """Run tests/reference/<name>.R and read what it prints; skip where R or a package of it is not installed."""
    if shutil.which("Rscript") is None:
        pytest.skip("R is not on this machine")
    needs = "quit(status = !all(sapply(commandArgs(TRUE), requireNamespace, quietly = TRUE)))"
    if subprocess.run(["Rscript", "-e", needs, *packages], capture_output=True, check=False).returncode:
        pytest.skip(f"R lacks one of {', '.join(packages)}")
    script = REFERENCE / f"{name}.R"
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(["Rscript", str(script)], capture_output=True, text=True, check=True, env=environment)
    return _read(done.stdout)


def same_again(name: str, *packages: str) -> None:
    """Hold the frozen cases to what R says now."""
    now, then = said_again(name, *packages), frozen(name)
    assert now.keys() == then.keys()
    for case, numbers in then.items():
        assert now[case] == pytest.approx(numbers, rel=1e-5, abs=1e-6), case
