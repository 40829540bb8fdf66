"""Say what the interviews say, in words that may leave; keep the agreement and the accumulation of codes private."""

import logging
from pathlib import Path

from prepost import steps, tables
from prepost.interviews import measures
from prepost.interviews.coding import settled
from prepost.interviews.framework import SUMMARIES, fingerprint, public_matrix
from prepost.interviews.sheets import SummaryRow, ThemeRow
from prepost.sheets import read_sheet
from prepost.study_interviews import COUNTS_AGREEMENT, Interviews

log = logging.getLogger("prepost")
NOT_COUNTED = (
    "The declared approach is reflexive: agreement of coders is no measure of its quality and is not computed."
)


def main(
    *,
    turns: Path,
    segments: Path,
    disagreements: Path,
    frame: Path,
    summaries: list[Path],
    themes: Path,
    method: Path,
    agreement: Path,
    accumulation: Path,
    plan: Interviews,
) -> None:
    """Read floors 3 and 5 and the summaries, write floor 6."""
    rows, coded = tables.read(turns, "coded_turns"), tables.read(segments, "segments")
    settled_ones = settled(coded, tables.read(disagreements, "interview_disagreements"))
    known = read_sheet(frame, ThemeRow, key="theme")
    written = [row for path in summaries for row in read_sheet(path, SummaryRow, key="theme", where=SUMMARIES)]
    public = public_matrix(settled_ones, known, written)
    counted = plan.approach in COUNTS_AGREEMENT
    agreed = measures.agreement(rows, coded if counted else coded.head(0), [row.theme for row in known])
    curve = measures.accumulation(settled_ones, rows["source"].nunique())
    said = {
        "Agreement": measures.agreement_in_words(agreed) if counted else NOT_COUNTED,
        "Accumulation": measures.accumulation_in_words(curve),
    }
    tables.write(public, themes, "interviews_themes")
    tables.write(measures.statements(said), method, "interviews_method")
    tables.write(agreed, agreement, "interviews_agreement")
    tables.write(curve, accumulation, "interviews_accumulation")
    for theme in known:
        log.info("fingerprint of %s: %s", theme.theme, fingerprint(settled_ones, theme.theme))
    approved = int(public["summary"].notna().sum())
    log.info("%d of %d themes have an approved summary", approved, len(public))


steps.run(main, globals().get("snakemake"))
