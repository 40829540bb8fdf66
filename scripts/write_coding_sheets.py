"""Write the coding sheets: a workbook and a CSV for each coder, the adjudicator's, and those of a next round."""

import logging
from pathlib import Path

from prepost import steps, tables
from prepost.comments.frame import read_frame
from prepost.comments.next_round import next_round
from prepost.comments.write_sheets import adjudicators, as_csv, sheet, workbook
from prepost.sheets import ItemRow, read_sheet
from prepost.study_comments import Comments

log = logging.getLogger("prepost")


def main(
    *,
    comments: Path,
    coding_sample: Path,
    codes: Path,
    theme_scores: Path,
    apart: Path,
    frame: Path,
    codebook: Path,
    workbooks: list[Path],
    texts: list[Path],
    drawn_next: Path,
    plan: Comments,
    seed: int,
) -> None:
    """Leave results/coding/: first and second coder, adjudicator (what they saw differently), and the next round."""
    rows, words = read_frame(frame), tables.read(comments, "comments")
    asked = {row.item: row.wording for row in read_sheet(codebook, ItemRow, key="item")}
    first_round = tables.read(coding_sample, "coding_sample")
    given, scores = tables.read(codes, "codes"), tables.read(theme_scores, "theme_scores")
    further = next_round(scores, given, first_round, plan, seed)
    sheets = {coder: sheet(first_round, words, asked, coder) for coder in ("first", "second")}
    sheets["adjudicator"] = adjudicators(tables.read(apart, "disagreements"), words, asked)
    sheets["next_round"] = sheet(further, words, asked, "first")
    for path in workbooks:
        tables.write_bytes(workbook(sheets[path.stem], rows), path)
    for path in texts:
        tables.write_text(as_csv(sheets[path.stem]), path)
    tables.write(further, drawn_next, "coding_sample")
    many = ", ".join(f"{name} {len(lines)}" for name, lines in sheets.items())
    log.info("sheets in results/coding, comments of each: %s", many)


steps.run(main, globals().get("snakemake"))
