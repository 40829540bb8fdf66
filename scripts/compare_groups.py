"""Set each group's change against everyone else's, and say who of it was matched."""

import logging
from pathlib import Path

from prepost import steps, tables
from prepost.floors import read_floor
from prepost.groups_table import groups_table
from prepost.study import Comparison, Outcome, Statistics
from prepost.study_secondary import Subgroups

log = logging.getLogger("prepost")


def main(
    *,
    responses: Path,
    people: Path,
    links: Path,
    pairs: Path,
    scores: Path,
    found: Path,
    outcomes: list[Outcome],
    primary: Comparison | None,
    plan: Subgroups,
    counted: list[str],
    statistics: Statistics,
) -> None:
    """Read floors 2 to 4, write floor 6: the groups."""
    floor = read_floor(responses=responses, people=people, links=links, pairs=pairs, scores=scores)
    table = groups_table(floor, outcomes, primary, plan, counted, statistics)
    tables.write(table, found, "groups")
    log.info("%d estimates over %d groupings", len(table), len(plan.by))


steps.run(main, globals().get("snakemake"))
