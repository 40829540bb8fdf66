"""Make the answers of each survey that was asked once into values, and set aside the responses that are unfit."""

import logging
from pathlib import Path

from prepost import steps, tables
from prepost.clean import Codebook
from prepost.sheets import FieldRow, ItemRow, RecodeRow, read_sheet
from prepost.study_surveys import Fieldwork
from prepost.surveys.cleaning import clean_survey

log = logging.getLogger("prepost")


def main(
    *,
    ingested: list[Path],
    codebook: Path,
    fields: list[Path],
    recodes: list[Path],
    responses: list[Path],
    exclusions: list[Path],
    unmapped: list[Path],
    unfitting: list[Path],
    strands: dict[str, list[str]],
    fieldwork: dict[str, Fieldwork],
    person: dict[str, str],
) -> None:
    """Clean strand by strand.

    Parameters
    ----------
    strands : dict
        The sources of each strand; the outputs stand in the same order as the strands.
    fieldwork : dict
        The rules of each strand.
    person : dict
        The identifier item of the strands in which a person may answer more than once.
    """
    book = Codebook(
        items=read_sheet(codebook, ItemRow, key="item"),
        fields=[row for path in fields for row in read_sheet(path, FieldRow)],
        recodes=[row for path in recodes for row in read_sheet(path, RecodeRow)],
        vocabularies=[],
    )
    by_name = {path.stem: path for path in ingested}
    for place, (strand, sources) in enumerate(strands.items()):
        raw = [tables.read(by_name[source], "ingested") for source in sources]
        found = clean_survey(raw, book, strand, fieldwork[strand], person.get(strand))
        targets = {
            "responses": responses,
            "exclusions": exclusions,
            "unmapped": unmapped,
            "unfitting": unfitting,
        }
        for name, paths in targets.items():
            tables.write(getattr(found, name), paths[place], name)
        for rule, count in found.exclusions["rule"].value_counts().sort_index().items():
            log.info("%s set aside as %s: %s", strand, rule, f"{count:,}")
        log.info("%s: %s kept, %s set aside", strand, f"{len(found.responses):,}", f"{len(found.exclusions):,}")


steps.run(main, globals().get("snakemake"))
