"""Estimate the reliability of each scale at each wave."""

import logging
from pathlib import Path

from prepost import steps, tables
from prepost.floors import read_answers
from prepost.reliability_table import reliability_table
from prepost.study import Outcome, Statistics, Wave

log = logging.getLogger("prepost")


def main(
    *,
    responses: Path,
    links: Path,
    reliability: Path,
    outcomes: list[Outcome],
    waves: list[Wave],
    statistics: Statistics,
) -> None:
    """Read floors 2 and 3, write reliability on floor 6."""
    linked = tables.read(links, "links")
    found = reliability_table(read_answers(responses, linked), linked, outcomes, waves, statistics)
    tables.write(found, reliability, "reliability")
    log.info("%d scales by wave", len(found))


steps.run(main, globals().get("snakemake"))
