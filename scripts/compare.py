"""Estimate the declared changes and levels."""

import logging
from pathlib import Path

from prepost import steps, tables
from prepost.comparing import compare, levels
from prepost.floors import read_floor
from prepost.study import Comparison, Level, Outcome, Statistics

log = logging.getLogger("prepost")


def main(
    *,
    responses: Path,
    people: Path,
    links: Path,
    pairs: Path,
    scores: Path,
    comparisons: Path,
    levels_table: Path,
    outcomes: list[Outcome],
    plan: list[Comparison],
    levels_plan: list[Level],
    statistics: Statistics,
    seed: int,
) -> None:
    """Read floors 2 to 4, write the estimates of floor 6."""
    floor = read_floor(responses=responses, people=people, links=links, pairs=pairs, scores=scores)
    found = compare(floor, outcomes, plan, statistics, seed)
    tables.write(found, comparisons, "comparisons")
    tables.write(levels(floor, levels_plan, statistics), levels_table, "levels")
    log.info("%d estimates of %d comparisons", len(found), len(plan))


steps.run(main, globals().get("snakemake"))
