"""Judge whether each scale measures one thing, and the same at every survey and in every role."""

import logging
from pathlib import Path

from prepost import steps, tables
from prepost.floors import read_answers
from prepost.measurement_table import invariance_table, measurement_table
from prepost.study import Comparison, Outcome, Wave
from prepost.study_secondary import Measurement

log = logging.getLogger("prepost")


def main(
    *,
    responses: Path,
    people: Path,
    links: Path,
    measurement: Path,
    invariance: Path,
    outcomes: list[Outcome],
    waves: list[Wave],
    primary: Comparison | None,
    plan: Measurement,
) -> None:
    """Read floors 2 and 3, write fit and invariance of the scales on floor 6."""
    known, linked = tables.read(people, "people"), tables.read(links, "links")
    answers = read_answers(responses, linked)
    fits = measurement_table(answers, linked, outcomes, waves)
    same = invariance_table(answers, known, linked, outcomes, waves, primary, plan.by)
    tables.write(fits, measurement, "measurement")
    tables.write(same, invariance, "invariance")
    log.info("%d measures of scales, %d of their sameness", len(fits), len(same))


steps.run(main, globals().get("snakemake"))
