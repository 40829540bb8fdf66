"""Estimate changes from everyone's answers, linked or not."""

import logging
from pathlib import Path

from prepost import steps, tables
from prepost.everyone_table import everyone_table
from prepost.floors import read_floor
from prepost.study import Comparison, Outcome, Statistics

log = logging.getLogger("prepost")


def main(
    *,
    responses: Path,
    people: Path,
    links: Path,
    pairs: Path,
    scores: Path,
    everyone: Path,
    outcomes: list[Outcome],
    comparison: Comparison | None,
    later: str | None,
    statistics: Statistics,
) -> None:
    """Read floors 2 to 4, write one table of floor 6."""
    floor = read_floor(responses=responses, people=people, links=links, pairs=pairs, scores=scores)
    found = everyone_table(floor, outcomes, comparison, later, statistics)
    tables.write(found, everyone, "everyone")
    log.info("%d changes from everyone's answers", len(found))


steps.run(main, globals().get("snakemake"))
