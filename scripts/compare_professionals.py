"""Set what professionals do themselves against what their organisation does, and tell what they think."""

import logging
from pathlib import Path

from prepost import steps, tables
from prepost.sheets import ItemRow, read_sheet
from prepost.study_surveys import Professionals
from prepost.survey_sheets import BaseRow, ShareRow
from prepost.surveys.answers import Answers
from prepost.surveys.professionals_table import professionals_tables

log = logging.getLogger("prepost")


def main(
    *,
    responses: Path,
    codebook: Path,
    bases: Path,
    shares: Path,
    elements: Path,
    estimates: Path,
    settings: Professionals,
    level: float,
) -> None:
    """Read floor 2, write floor 6."""
    rows = tables.read(responses, "responses")
    answers = Answers(rows, read_sheet(codebook, ItemRow, key="item"), [settings.own, settings.organisation])
    asked = [base for base in read_sheet(bases, BaseRow, key="base") if base.strand == "professionals"]
    told = [line for line in read_sheet(shares, ShareRow) if line.strand == "professionals"]
    found = professionals_tables(answers, settings, asked, told, level)
    for path in (elements, estimates):
        tables.write(found[path.stem], path, path.stem)
    log.info("%d estimates of %s professionals", sum(map(len, found.values())), f"{len(rows):,}")


steps.run(main, globals().get("snakemake"))
