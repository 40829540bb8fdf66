"""The coverage study: make coverage. Invents evaluations with planted truth and holds the estimators to it.

A, D, E and M of ADEMP (aims, data, estimands, methods) stand in docs/coverage.md; the performance is printed here and
kept there with `--write`. Each run has random numbers of its own, so that the table does not depend on the cores.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import re
import sys
import time
import warnings
import zlib
from pathlib import Path

import numpy as np
import pandas as pd
from coverage_all import SCENARIOS
from coverage_cells import FAILS, GATED, Estimator, Scenario

ROOT = Path(__file__).resolve().parents[1]
KEPT = ROOT / "docs" / "coverage.md"
BEGIN, END = "<!-- performance -->", "<!-- /performance -->"
SEED, RUNS, BLOCK = 20240611, 2000, 50
#: What a gated estimator must do; the coverage of naive intervals and of expected failures lies outside.
COVERAGE, BIAS, SE_RATIO = (0.935, 0.965), 0.1, (0.95, 1.05)
LEVEL = 0.95


def run_block(scenario: int, first: int, count: int) -> np.ndarray:
    """Return estimates of so many runs of a scenario: shape (runs, estimators, 4)."""
    found = SCENARIOS[scenario]
    address = zlib.crc32(found.name.encode())
    rows = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for run in range(first, first + count):
            rng = np.random.default_rng([SEED, address, run])
            data = found.draw(rng)
            rows.append([tuple(estimator.run(data, rng)) for estimator in found.estimators])
    return np.array(rows, dtype=float)


def performance(values: np.ndarray, estimator: Estimator) -> dict[str, float]:
    """Measure what an estimator did over runs.

    Parameters
    ----------
    values : ndarray, shape (runs, 4)
        Estimate, standard error, lower and upper limit.
    estimator : Estimator
        With the planted truth.

    Returns
    -------
    dict
        ``runs`` with an estimate; ``missing`` runs without; ``coverage`` with its Monte Carlo error ``coverage_se``;
        ``bias`` in empirical standard errors; ``se_ratio`` mean model standard error over empirical; ``width`` mean.
    """
    known = np.isfinite(values).all(axis=1)
    estimate, se, low, high = values[known].T
    covered = float(np.mean((low <= estimator.truth) & (estimator.truth <= high)))
    spread = estimate.std(ddof=1)
    return {
        "runs": int(known.sum()),
        "missing": int((~known).sum()),
        "coverage": covered,
        "coverage_se": float(np.sqrt(covered * (1 - covered) / known.sum())),
        "bias": float((estimate.mean() - estimator.truth) / spread),
        "se_ratio": float(se.mean() / spread),
        "width": float(np.mean(high - low)),
    }


def faults(found: dict[str, float], slack: float = 0.0) -> list[str]:
    """Name what a gated estimator does not keep; `slack` Monte Carlo standard errors are allowed on top."""
    runs = found["runs"]
    by_chance = {
        "coverage": slack * np.sqrt(LEVEL * (1 - LEVEL) / runs),
        "bias": slack / np.sqrt(runs),
        "se_ratio": slack / np.sqrt(2 * runs),
    }
    gates = {"coverage": COVERAGE, "bias": (-BIAS, BIAS), "se_ratio": SE_RATIO}
    said = []
    for name, (low, high) in gates.items():
        if not low - by_chance[name] <= found[name] <= high + by_chance[name]:
            said.append(name)
    return said + (["missing"] if found["missing"] > 0.01 * (runs + found["missing"]) else [])


def verdict(found: dict[str, float], estimator: Estimator, slack: float = 0.0) -> str:
    """Say whether what is claimed for an estimator came out: "holds", "fails, as expected", or what is wrong."""
    wrong = faults(found, slack)
    if estimator.claim == GATED:
        return "holds" if not wrong else "BROKEN: " + ", ".join(wrong)
    if estimator.claim == FAILS:
        # expected to fail is to cover less than 19 in 20: a wide interval is no failure of this kind
        return "fails, as expected" if found["coverage"] < COVERAGE[0] else "BROKEN: does not fail"
    return "not gated" + (f" ({', '.join(wrong)})" if wrong else "")


def study(runs: int, cores: int, only: str = "") -> pd.DataFrame:
    """Run the scenarios whose names hold `only`, and measure every estimator of each."""
    chosen = [number for number, scenario in enumerate(SCENARIOS) if only in scenario.name]
    jobs = [(n, first, min(BLOCK, runs - first)) for n in chosen for first in range(0, runs, BLOCK)]
    if cores > 1:
        with multiprocessing.get_context("spawn").Pool(cores) as pool:
            blocks = pool.starmap(run_block, jobs, chunksize=1)
    else:
        blocks = [run_block(*job) for job in jobs]
    rows = []
    for number in chosen:
        scenario: Scenario = SCENARIOS[number]
        values = np.concatenate([block for block, job in zip(blocks, jobs, strict=True) if job[0] == number])
        for place, estimator in enumerate(scenario.estimators):
            found = performance(values[:, place], estimator)
            names = {"scenario": scenario.name, "estimator": estimator.name, "claim": estimator.claim}
            rows.append(names | found | {"verdict": verdict(found, estimator)})
    return pd.DataFrame(rows)


def markdown(table: pd.DataFrame) -> str:
    """Write the performance as a table."""
    head = ["Data", "Estimator", "Claim", "Coverage", "Bias / SE", "Mean SE / SE", "Mean width", "Runs", "Came out"]
    lines = ["| " + " | ".join(head) + " |", "|:--|:--|:--|--:|--:|--:|--:|--:|:--|"]
    for row in table.itertuples():
        numbers = [f"{100 * row.coverage:.1f} %", f"{row.bias:+.3f}", f"{row.se_ratio:.3f}", f"{row.width:.3f}"]
        cells = [row.scenario, row.estimator, row.claim, *numbers, f"{row.runs:,}", row.verdict]
        lines.append("| " + " | ".join(cells).replace("-0.000", "+0.000") + " |")
    return "\n".join(lines)


def keep(text: str) -> None:
    """Put the table in its place in docs/coverage.md."""
    page = KEPT.read_text(encoding="utf-8")
    place = re.compile(re.escape(BEGIN) + ".*?" + re.escape(END), re.S)
    KEPT.write_text(place.sub(lambda _: f"{BEGIN}\n{text}\n{END}", page), encoding="utf-8")


def main() -> int:
    """Run the study, print it, and say by the exit code whether every claim came out."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--runs", type=int, default=RUNS)
    asked.add_argument("--cores", type=int, default=os.cpu_count() or 1)
    asked.add_argument("--only", default="", help="scenarios whose names hold this")
    asked.add_argument("--write", action="store_true", help="keep the table in docs/coverage.md")
    args = asked.parse_args()
    start = time.monotonic()
    table = study(args.runs, args.cores, args.only)
    text = markdown(table)
    broken = int(table["verdict"].str.startswith("BROKEN").sum())
    seconds = time.monotonic() - start
    sys.stdout.write(f"{text}\n\n{args.runs:,} runs a row, {seconds:.0f} s on {args.cores} cores; {broken} broken\n")
    if args.write:
        keep(text)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
