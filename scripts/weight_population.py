"""Weight the respondents of the population survey to the margins of the study."""

import logging
from pathlib import Path

from prepost import steps, tables
from prepost.sheets import ItemRow, read_sheet
from prepost.study_surveys import Trim
from prepost.survey_sheets import TargetRow
from prepost.surveys.margins import read_margins, weigh, weights_table
from prepost.surveys.raking import design_effect

log = logging.getLogger("prepost")


def main(*, responses: Path, targets: Path, codebook: Path, weights: Path, trim: Trim) -> None:
    """Read floor 2, write the weight of each respondent on floor 4."""
    rows = tables.read(responses, "responses")
    items = {item.item: item for item in read_sheet(codebook, ItemRow, key="item")}
    margins = read_margins(read_sheet(targets, TargetRow), rows, items, targets.name)
    found = weigh(margins, trim.low, trim.high, targets.name)
    tables.write(weights_table(rows, margins, found.weights), weights, "survey_weights")
    effect = design_effect(found.weights)
    log.info(
        "%s respondents on %d margins in %d rounds; design effect %.3f, effective number %s",
        *(f"{len(rows):,}", len(margins.names), found.rounds, effect, f"{len(rows) / effect:,.0f}"),
    )


steps.run(main, globals().get("snakemake"))
