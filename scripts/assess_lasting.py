"""Estimate what is left of the changes at the wave after the primary comparison."""

import logging
from pathlib import Path

from prepost import steps, tables
from prepost.floors import read_floor
from prepost.lasting_table import lasting_table
from prepost.study import Comparison, Outcome, Statistics
from prepost.study_secondary import Lasting

log = logging.getLogger("prepost")


def main(
    *,
    responses: Path,
    people: Path,
    links: Path,
    pairs: Path,
    scores: Path,
    lasting: Path,
    outcomes: list[Outcome],
    comparison: Comparison | None,
    plan: Lasting,
    statistics: Statistics,
) -> None:
    """Read floors 2 to 4, write one table of floor 6."""
    floor = read_floor(responses=responses, people=people, links=links, pairs=pairs, scores=scores)
    found = lasting_table(floor, outcomes, comparison, plan.later, plan.margin, statistics)
    tables.write(found, lasting, "lasting")
    log.info("%d estimates of what lasts", len(found))


steps.run(main, globals().get("snakemake"))
