"""Set each region's and board's change beside the limits of chance, on the old and the new map, and give its reach."""

import logging
from pathlib import Path

from prepost import steps, tables
from prepost.floors import read_floor
from prepost.place_sheets import PlaceRow, WorkforceRow
from prepost.places_table import coarser, maps, places_table
from prepost.sheets import read_sheet
from prepost.study import Comparison, Outcome, Statistics, Vocabulary
from prepost.study_secondary import Places
from prepost.vocabularies import read_vocabulary

log = logging.getLogger("prepost")


def main(
    *,
    responses: Path,
    enrolments: Path,
    people: Path,
    links: Path,
    pairs: Path,
    scores: Path,
    vocabularies: list[Path],
    workforce: list[Path],
    successors: list[Path],
    found: Path,
    outcomes: list[Outcome],
    primary: Comparison | None,
    plan: Places | None,
    vocabulary: list[Vocabulary],
    statistics: Statistics,
    seed: int,
) -> None:
    """Read floors 2 to 4 and the sheets of places, write floor 6: the places."""
    floor = read_floor(responses=responses, people=people, links=links, pairs=pairs, scores=scores)
    lines = [read_vocabulary(path, part).values() for path, part in zip(vocabularies, vocabulary, strict=True)]
    staff = {row.place: row.staff for path in workforce for row in read_sheet(path, WorkforceRow, key="place")}
    rows = [row for path in successors for row in read_sheet(path, PlaceRow)]
    drawn = maps(plan.by, coarser(plan.by, lines, [part.columns for part in vocabulary]), rows) if plan else []
    enrolled = tables.read(enrolments, "enrolments")
    table = places_table(floor, enrolled, outcomes, primary, drawn, (staff, rows), statistics, seed)
    tables.write(table, found, "places")
    log.info("%d estimates over %d maps", len(table), len(drawn))


steps.run(main, globals().get("snakemake"))
