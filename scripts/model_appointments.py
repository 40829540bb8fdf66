"""Say how people felt after appointments, by how many elements of personalised care they experienced."""

import logging
from pathlib import Path

from prepost import steps, tables
from prepost.sheets import ItemRow, read_sheet
from prepost.study_surveys import Appointments
from prepost.survey_sheets import BaseRow, ShareRow
from prepost.surveys.answers import Answers
from prepost.surveys.appointments_table import appointments_table

log = logging.getLogger("prepost")


def main(
    *,
    responses: Path,
    codebook: Path,
    bases: Path,
    shares: Path,
    outcomes: Path,
    settings: Appointments,
    level: float,
) -> None:
    """Read floor 2, write floor 6."""
    rows = tables.read(responses, "responses")
    answers = Answers(rows, read_sheet(codebook, ItemRow, key="item"), [settings.elements])
    asked = [base for base in read_sheet(bases, BaseRow, key="base") if base.strand == "appointments"]
    told = [line for line in read_sheet(shares, ShareRow) if line.strand == "appointments"]
    found = appointments_table(answers, settings, asked, told, level)
    tables.write(found, outcomes, outcomes.stem)
    people = rows[settings.person].nunique()
    log.info("%d estimates of %s appointments of %s people", len(found), f"{len(rows):,}", f"{people:,}")


steps.run(main, globals().get("snakemake"))
