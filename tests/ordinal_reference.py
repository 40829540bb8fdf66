"""What the tests of the ordinal models share: the frozen numbers of R, invented answers, and R itself where it is."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

ROOT = Path(__file__).resolve().parents[1]
REFERENCE = ROOT / "tests" / "reference"


def by_case(text: str) -> dict[str, dict[str, float]]:
    """Numbers by case and quantity."""
    found: dict[str, dict[str, float]] = {}
    for row in csv.DictReader(io.StringIO(text)):
        found.setdefault(row["case"], {})[row["quantity"]] = float(row["value"])
    return found


def frozen(name: str) -> dict[str, dict[str, float]]:
    """What R printed when the file was made."""
    return by_case((REFERENCE / f"{name}.csv").read_text(encoding="utf-8"))


def again(name: str, package: str, *arguments: str) -> dict[str, dict[str, float]]:
    """What R prints now; the test skips where R or the package is not installed."""
    if shutil.which("Rscript") is None:
        pytest.skip("R is not installed")
    asked = ["Rscript", "-e", f"quit(status = !requireNamespace('{package}', quietly = TRUE))"]
    if subprocess.run(asked, capture_output=True, check=False).returncode:
        pytest.skip(f"the R package {package} is not installed")
    command = ["Rscript", f"tests/reference/{name}.R", *arguments]
    return by_case(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout)


def same(now: dict[str, dict[str, float]], then: dict[str, dict[str, float]], tolerance: float) -> None:
    """Hold R's numbers of today against the frozen ones."""
    for case, numbers in now.items():
        assert numbers == pytest.approx({key: then[case][key] for key in numbers}, rel=tolerance, abs=tolerance), case


def invented() -> pd.DataFrame:
    """Every answer: ``person``, ``module``, ``role``, ``time``, ``y``, and ``pm``, one code a person and module."""
    answers = pd.read_csv(REFERENCE / "clmm_answers.csv")
    return answers.assign(pm=answers["person"] * 10 + answers["module"])


def first_completion() -> pd.DataFrame:
    """One completion a person."""
    answers = invented()
    return answers[answers["module"] == answers.groupby("person")["module"].transform("min")]


def design(answers: pd.DataFrame, by: str | None = None) -> pd.DataFrame:
    """Columns in R's order for ``time`` or ``time * by``."""
    x = {"time": answers["time"]}
    if by:
        levels = sorted(answers[by].unique())[1:]
        x |= {f"{by}{level}": answers[by] == level for level in levels}
        x |= {f"time:{by}{level}": (answers[by] == level) * answers["time"] for level in levels}
    return pd.DataFrame(x).astype(float)


def two_waves(n: int, effect: float = 0.8, spread: float = 1.5) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Invented five-point answers of ``n`` people: answers, time, person."""
    rng = np.random.default_rng(3)
    person = rng.normal(0, spread, n)
    latent = np.r_[person + rng.logistic(size=n), person + effect + rng.logistic(size=n)]
    return np.digitize(latent, [-2.5, -1, 0, 1.5]) + 1, np.repeat([0.0, 1.0], n), np.tile(np.arange(n), 2)
