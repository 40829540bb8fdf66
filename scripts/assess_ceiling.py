"""Count who stands at the ends of each scale, and give the change of those with room to rise."""

import logging
from pathlib import Path

from prepost import steps, tables
from prepost.ceiling_table import ceiling_tables
from prepost.floors import read_floor
from prepost.sheets import ItemRow, read_sheet
from prepost.study import Comparison, Outcome, Statistics

log = logging.getLogger("prepost")


def main(
    *,
    responses: Path,
    people: Path,
    links: Path,
    pairs: Path,
    scores: Path,
    codebook: Path,
    ceiling: Path,
    room: Path,
    outcomes: list[Outcome],
    primary: Comparison | None,
    statistics: Statistics,
) -> None:
    """Read floors 2 to 4 and the codebook, write who stands where on floor 6."""
    floor = read_floor(responses=responses, people=people, links=links, pairs=pairs, scores=scores)
    standing, rows = ceiling_tables(floor, outcomes, read_sheet(codebook, ItemRow, key="item"), primary, statistics)
    tables.write(standing, ceiling, "ceiling")
    tables.write(rows, room, "room")
    log.info("%d counts of who stands at an end, %d estimates for those with room", len(standing), len(rows))


steps.run(main, globals().get("snakemake"))
