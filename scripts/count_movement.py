"""Count who moved from where to where, over matched completions."""

import logging
from pathlib import Path

from prepost import steps, tables
from prepost.floors import read_floor
from prepost.movement import movement as count
from prepost.sheets import ItemRow, read_sheet
from prepost.study import Comparison, Outcome

log = logging.getLogger("prepost")


def main(
    *,
    responses: Path,
    people: Path,
    links: Path,
    pairs: Path,
    scores: Path,
    codebook: Path,
    movement: Path,
    transitions: Path,
    outcomes: list[Outcome],
    plan: list[Comparison],
) -> None:
    """Read floors 2 to 4 and the codebook, write the counts of floor 6."""
    floor = read_floor(responses=responses, people=people, links=links, pairs=pairs, scores=scores)
    moves, cells = count(floor, outcomes, read_sheet(codebook, ItemRow, key="item"), plan)
    tables.write(moves, movement, "movement")
    tables.write(cells, transitions, "transitions")
    log.info("%d counts of movement, %d of transitions", len(moves), len(cells))


steps.run(main, globals().get("snakemake"))
