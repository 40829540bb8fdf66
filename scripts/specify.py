"""Estimate the change of one outcome under every combination of the declared choices."""

import logging
from pathlib import Path

from prepost import steps, tables
from prepost.floors import read_floor
from prepost.linkage.procedures import with_tolerant
from prepost.specifications import estimate_all
from prepost.study import Comparison, Outcome, Statistics
from prepost.study_secondary import Choice

log = logging.getLogger("prepost")


def main(
    *,
    responses: Path,
    people: Path,
    links: Path,
    pairs: Path,
    scores: Path,
    weights: list[Path],
    candidates: Path,
    batch: Path,
    outcome: str,
    outcomes: list[Outcome],
    comparison: Comparison,
    choices: list[Choice],
    later: str | None,
    statistics: Statistics,
) -> None:
    """Read floors 2 to 4, write one batch of the curve."""
    floor = read_floor(responses=responses, people=people, links=links, pairs=pairs, scores=scores)
    if any(part.choice == "pairs" for part in choices):
        more = tables.read(candidates, "candidates")
        floor = floor._replace(pairs=with_tolerant(floor.pairs, floor.links, more))
    found = estimate_all(
        floor,
        next(part for part in outcomes if part.name == outcome),
        comparison,
        choices,
        later=later,
        weights=tables.read(weights[0], "weights") if weights else None,
        level=statistics.ci_level,
    )
    tables.write(found, batch, "specifications")
    log.info("%s: %d combinations of choices", outcome, len(found))


steps.run(main, globals().get("snakemake"))
