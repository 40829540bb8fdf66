"""Give each change its effect sizes by name, and what errors of measurement alone would give."""

import logging
from pathlib import Path

from prepost import steps, tables
from prepost.effects_table import effects_table
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
    effects: Path,
    outcomes: list[Outcome],
    plan: list[Comparison],
    statistics: Statistics,
    seed: int,
) -> None:
    """Read floors 2 to 4 and the codebook, write the effect sizes of floor 6."""
    floor = read_floor(responses=responses, people=people, links=links, pairs=pairs, scores=scores)
    found = effects_table(floor, outcomes, read_sheet(codebook, ItemRow, key="item"), plan, statistics, seed)
    tables.write(found, effects, "effects")
    log.info("%d effect sizes and tests", len(found))


steps.run(main, globals().get("snakemake"))
