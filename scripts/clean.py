"""Make the answers of all sources into values, and set aside the responses that are unfit."""

import logging
from pathlib import Path

from prepost import steps, tables
from prepost.clean import Codebook, clean, of_sources, sources_in
from prepost.keyed import identifier_items, nameless, separate
from prepost.sheets import FieldRow, ItemRow, RecodeRow, read_sheet
from prepost.study import Cleaning, Outcome, Person, Vocabulary, Wave
from prepost.vocabularies import read_vocabulary

log = logging.getLogger("prepost")


def main(
    *,
    ingested: list[Path],
    codebook: Path,
    fields: list[Path],
    recodes: list[Path],
    vocabularies: list[Path],
    responses: Path,
    about: Path,
    identifiers: Path,
    enrolments: Path,
    exclusions: Path,
    unmapped: Path,
    unfitting: Path,
    cleaning: Cleaning,
    waves: list[Wave],
    outcomes: list[Outcome],
    vocabulary: list[Vocabulary],
    person: Person,
) -> None:
    """Leave values, what was set aside and why, and what the evaluator should look at."""
    raw = [tables.read(path, "ingested") for path in ingested]
    mapped = [row for path in fields for row in read_sheet(path, FieldRow)]
    book = Codebook(
        items=of_sources(read_sheet(codebook, ItemRow, key="item"), mapped, sources_in(raw)),
        fields=mapped,
        recodes=[row for path in recodes for row in read_sheet(path, RecodeRow)],
        vocabularies=[(part, read_vocabulary(path, part)) for part, path in zip(vocabulary, vocabularies, strict=True)],
    )
    found = clean(raw, book, cleaning, waves, outcomes)
    names = identifier_items(book.items, person)
    answers, known, who = separate(found.responses, found.about, names)
    parted = {"responses": answers, "about": known, "identifiers": who}
    found_tables = {**found._asdict(), **parted, "enrolments": nameless(found.enrolments, who)}
    targets = {
        "responses": responses,
        "about": about,
        "identifiers": identifiers,
        "enrolments": enrolments,
        "exclusions": exclusions,
        "unmapped": unmapped,
        "unfitting": unfitting,
    }
    for name, path in targets.items():
        tables.write(found_tables[name], path, name)
    for rule, count in found.exclusions["rule"].value_counts().sort_index().items():
        log.info("set aside as %s: %s", rule, f"{count:,}")
    log.info(
        "%s kept, %s set aside, %s answers off their scale, %s not in a vocabulary",
        *[f"{n:,}" for n in (len(found.responses), len(found.exclusions), len(found.unfitting))],
        f"{int(found.unmapped['n'].sum()):,}",
    )


steps.run(main, globals().get("snakemake"))
