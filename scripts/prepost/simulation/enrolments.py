"""The e-learning platform's table of who enrolled and completed, by module, role and board."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from prepost.simulation.people import OTHER
from prepost.simulation.plan import Plan


def enrolments(table: pd.DataFrame, learners: pd.DataFrame, plan: Plan, rng: np.random.Generator) -> pd.DataFrame:
    """Count enrolments and completions: everyone who answered, and more who did not.

    Parameters
    ----------
    table : DataFrame
        Completions with their states (see `people.states`).
    learners : DataFrame
    plan : Plan
    rng : numpy Generator

    Returns
    -------
    DataFrame
        ``record``, ``module``, ``role``, ``board``, ``enrolled``, ``completed``; ``completed`` is at most
        ``enrolled``, and at least the number who answered afterwards.
    """
    person = learners.iloc[table["place"].to_numpy()].reset_index(drop=True)
    cells = pd.DataFrame(
        {
            "module": table["module"].to_numpy(),
            "role": person["role"].where(person["role"] != OTHER, "Other (please specify)"),
            "board": person["icb"],
            "after": ~table["state"].isin(["before_only", "blank_before_only"]).to_numpy(),
        }
    )
    counts = cells.groupby(["module", "role", "board"], sort=True)["after"].agg(["size", "sum"]).reset_index()
    size = plan.invented.enrolments
    more = rng.poisson(counts["size"] * (size.per_response - 1))
    counts["enrolled"] = counts["size"] + more
    counts["completed"] = counts["sum"] + rng.binomial(counts["enrolled"] - counts["sum"], size.completed_share)
    counts.insert(0, "record", [f"SYN-E{number:05d}" for number in range(1, len(counts) + 1)])
    return counts[["record", "module", "role", "board", "enrolled", "completed"]]


def write_enrolments(counts: pd.DataFrame, path: Path) -> None:
    """Write the table as a plain CSV."""
    counts.to_csv(path, index=False, lineterminator="\n", encoding="utf-8")
