"""Ask what those who were lost may have done to the result: weights, bounds, tipping points, and balance."""

import logging
from pathlib import Path

from prepost import steps, tables
from prepost.attrition.rows import attrition_table, balance_table
from prepost.attrition.target import target_population
from prepost.comparing import result_rows
from prepost.floors import read_floor
from prepost.sheets import ItemRow, read_sheet
from prepost.study import Comparison, Outcome, Statistics
from prepost.study_secondary import Attrition

log = logging.getLogger("prepost")


def main(
    *,
    responses: Path,
    people: Path,
    links: Path,
    pairs: Path,
    scores: Path,
    weights: Path,
    codebook: Path,
    attrition: Path,
    balance: Path,
    outcomes: list[Outcome],
    comparison: Comparison | None,
    plan: Attrition,
    statistics: Statistics,
) -> None:
    """Read floors 2 to 4, write two tables of floor 6."""
    found, balanced = result_rows([], "attrition"), result_rows([], "balance")
    if comparison is not None:
        floor = read_floor(responses=responses, people=people, links=links, pairs=pairs, scores=scores)
        target = target_population(floor, comparison, plan.covariates)
        weighed = tables.read(weights, "weights")
        items = {item.item: item for item in read_sheet(codebook, ItemRow, key="item")}
        found = attrition_table(target, weighed, comparison, outcomes, items, statistics.ci_level, plan.trim)
        balanced = balance_table(target, weighed, comparison)
    tables.write(found, attrition, "attrition")
    tables.write(balanced, balance, "balance")
    log.info("%d estimates of what loss may do, %d of balance", len(found), len(balanced))


steps.run(main, globals().get("snakemake"))
