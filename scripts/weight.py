"""Weigh each pair of the primary comparison for all the first surveys it stands for."""

import logging
from pathlib import Path

import pandas as pd
from prepost import steps, tables
from prepost.attrition.target import NO_COVARIATES, target_population, weigh, weights_table
from prepost.floors import read_floor
from prepost.schemas import SCHEMAS
from prepost.study import Comparison
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
    comparison: Comparison | None,
    plan: Attrition,
) -> None:
    """Read floors 2 and 3 and the scores of floor 4, write the weights of floor 4."""
    if comparison is None:
        tables.write(pd.DataFrame(columns=list(SCHEMAS["weights"].columns)), weights, "weights")
        log.info("no primary comparison, nothing to weigh")
        return
    floor = read_floor(responses=responses, people=people, links=links, pairs=pairs, scores=scores)
    target = target_population(floor, comparison, plan.covariates)
    made = weigh(target, plan.trim)
    tables.write(weights_table(target, made), weights, "weights")
    note = NO_COVARIATES if made is None else made.note
    if made is not None and not note:
        log.info("%d of %d trimmed, largest %.6g times the mean", made.n_trimmed, made.n_matched, made.largest)
    log.info("%s first surveys, %s", f"{len(target.first):,}", note or f"{int(made.n_matched):,} with a weight")


steps.run(main, globals().get("snakemake"))
