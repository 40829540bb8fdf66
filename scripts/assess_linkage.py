"""Say how many were linked, how surely, and what the error of linking does to the result."""

import logging
from pathlib import Path

from prepost import steps, tables
from prepost.floors import read_floor
from prepost.linkage.changes import changes_table
from prepost.linkage.counts import Linking, linked_table
from prepost.linkage.rates import linkage_table
from prepost.study import Comparison, Index, Outcome, Statistics
from prepost.study_secondary import Linkage

log = logging.getLogger("prepost")


def main(
    *,
    responses: Path,
    people: Path,
    links: Path,
    pairs: Path,
    scores: Path,
    candidates: Path,
    quality: Path,
    chances: Path,
    linked: Path,
    linkage: Path,
    linkage_changes: Path,
    outcomes: list[Outcome],
    indices: list[Index],
    comparison: Comparison | None,
    by: list[str],
    plan: Linkage,
    statistics: Statistics,
    seed: int,
) -> None:
    """Read floors 2 to 4, write three tables of floor 6."""
    linking = Linking(
        read_floor(responses=responses, people=people, links=links, pairs=pairs, scores=scores),
        tables.read(candidates, "candidates"),
        tables.read(quality, "linkage_quality"),
        tables.read(chances, "keys"),
    )
    tables.write(linked_table(linking, comparison, plan, by), linked, "linked")
    rates = linkage_table(linking, comparison, plan, by, statistics, seed)
    tables.write(rates, linkage, "linkage")
    changes = changes_table(linking, outcomes, indices, comparison, plan, statistics, seed)
    tables.write(changes, linkage_changes, "linkage_changes")
    log.info("%d rates, %d estimates under other ways of linking", len(rates), len(changes))


steps.run(main, globals().get("snakemake"))
