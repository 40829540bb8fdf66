"""Draw the quotations that people may approve, by a seeded rule, without identifiers."""

import logging
from pathlib import Path

from prepost import steps, tables
from prepost.deidentify.listed import finders, listed
from prepost.interviews.coding import settled
from prepost.interviews.sheets import ParticipantRow
from prepost.interviews.turns import PARTICIPANTS
from prepost.quotes.about import about_authors, cells_of
from prepost.quotes.approve import to_approve
from prepost.quotes.choose import choose_comments, choose_segments, eligible_comments, finished
from prepost.sheets import ItemRow, read_sheet
from prepost.study import Comparison, Release
from prepost.study_interviews import Deidentify, Quotes

log = logging.getLogger("prepost")


def main(
    *,
    comments: list[Path],
    segments: list[Path],
    participants: list[Path],
    responses: Path,
    people: Path,
    scores: Path,
    codebook: Path,
    names: list[Path],
    candidates: Path,
    sheet: Path,
    plan: Quotes,
    deidentify: Deidentify,
    primary: Comparison | None,
    release: Release,
    seed: int,
) -> None:
    """Read floors 2 to 5, write the candidates and the sheet for their approval."""
    drawn = []
    if comments:
        texts, codes = (tables.read(path, path.stem) for path in comments)
        known = tables.read(people, "people")
        items = read_sheet(codebook, ItemRow, key="item")
        answered, scored = tables.read(responses, "responses"), tables.read(scores, "scores")
        about = about_authors(answered, texts, known, scored, plan, items, primary)
        rows = eligible_comments(texts, codes, about, plan)
        drawn.append(choose_comments(rows, plan, cells_of(about, texts, plan, release.threshold), seed))
    if segments:
        coded, differing = tables.read(segments[0], "segments"), tables.read(segments[1], "interview_disagreements")
        said = [row for path in participants for row in read_sheet(path, ParticipantRow, where=PARTICIPANTS)]
        may_quote = {row.source for row in said if row.consent and row.consent_quotes}
        drawn.append(choose_segments(settled(coded, differing), may_quote, plan, seed))
    found = finished(drawn, listed(names), finders(deidentify.model))
    tables.write(found, candidates, "quote_candidates")
    tables.write(to_approve(found), sheet, "quotes_to_approve")
    log.info("%d quotations to be approved, on %d themes", len(found), found["theme"].nunique())


steps.run(main, globals().get("snakemake"))
