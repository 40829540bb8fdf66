"""Model single questions as ordered answers."""

import logging
from pathlib import Path

from prepost import steps, tables
from prepost.floors import read_floor
from prepost.items_table import items_table
from prepost.sheets import ItemRow, read_sheet
from prepost.study import Comparison, Outcome, Statistics
from prepost.study_secondary import Items

log = logging.getLogger("prepost")


def main(
    *,
    responses: Path,
    people: Path,
    links: Path,
    pairs: Path,
    scores: Path,
    codebook: Path,
    items_results: Path,
    outcomes: list[Outcome],
    comparison: Comparison | None,
    plan: Items,
    fewest: int,
    statistics: Statistics,
) -> None:
    """Read floors 2 to 4 and the codebook, write the estimates of single questions."""
    floor = read_floor(responses=responses, people=people, links=links, pairs=pairs, scores=scores)
    questions = read_sheet(codebook, ItemRow, key="item")
    found = items_table(floor, outcomes, questions, comparison, plan, fewest, statistics)
    tables.write(found, items_results, "items")
    log.info("%d estimates of %d questions and scales", len(found), found["outcome"].nunique())


steps.run(main, globals().get("snakemake"))
