"""Score scales and indices for each response that is used."""

import logging
from pathlib import Path

from prepost import steps, tables
from prepost.floors import read_answers
from prepost.scoring import score_all
from prepost.study import Index, Outcome

log = logging.getLogger("prepost")


def main(
    *,
    responses: Path,
    people: Path,
    links: Path,
    scores: Path,
    outcomes: list[Outcome],
    indices: list[Index],
) -> None:
    """Read floors 2 and 3, write floor 4."""
    linked = tables.read(links, "links")
    found = score_all(read_answers(responses, linked), tables.read(people, "people"), linked, outcomes, indices)
    tables.write(found, scores, "scores")
    log.info("%s responses, %d scales", f"{len(found):,}", len(outcomes) + len(indices))


steps.run(main, globals().get("snakemake"))
