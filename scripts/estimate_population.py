"""Estimate what the public reports, with intervals that know of the weights."""

import logging
from pathlib import Path

from prepost import steps, tables
from prepost.sheets import ItemRow, read_sheet
from prepost.study_surveys import Elements
from prepost.survey_sheets import BaseRow, ShareRow
from prepost.surveys.answers import Answers
from prepost.surveys.population_table import population_tables, survey_of

log = logging.getLogger("prepost")


def main(
    *,
    responses: Path,
    weights: Path,
    codebook: Path,
    bases: Path,
    shares: Path,
    elements: Path,
    estimates: Path,
    weighting: Path,
    counted: Elements | None,
    replicates: int,
    level: float,
    seed: int,
) -> None:
    """Read floors 2 and 4, write floor 6: the elements, every other figure, and what the weights cost."""
    order = ["source", "line", "wave"]
    rows = tables.read(responses, "responses").sort_values(order, kind="stable", ignore_index=True)
    weighed = tables.read(weights, "survey_weights").sort_values(order, kind="stable", ignore_index=True)
    answers = Answers(rows, read_sheet(codebook, ItemRow, key="item"), [counted] if counted else [])
    asked = [base for base in read_sheet(bases, BaseRow, key="base") if base.strand == "population"]
    told = [line for line in read_sheet(shares, ShareRow) if line.strand == "population"]
    survey = survey_of(answers, weighed, replicates, seed, level)
    found = population_tables(survey, weighed, asked, told, counted.name if counted else None)
    for path in (elements, estimates, weighting):
        tables.write(found[path.stem], path, path.stem)
    log.info("%d estimates of %s respondents", sum(map(len, found.values())), f"{len(rows):,}")


steps.run(main, globals().get("snakemake"))
