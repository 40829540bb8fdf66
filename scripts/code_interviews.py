"""Take what people coded of the interviews, from sheets and other programs' projects; list where coders differ."""

import logging
from pathlib import Path

import pandas as pd
from prepost import steps, tables
from prepost.exchange import read_project
from prepost.interviews.coding import Frame, from_project, from_sheets, settled
from prepost.interviews.coding import disagreements as differing
from prepost.interviews.framework import matrix as framework_matrix
from prepost.interviews.sheets import AdjudicationRow, SegmentRow, ThemeRow
from prepost.sheets import read_sheet
from prepost.study_interviews import Interviews

log = logging.getLogger("prepost")
FOLDER = "data/returned/interviews"


def main(
    *,
    turns: Path,
    frame: Path,
    sheets: list[Path],
    projects: list[Path],
    adjudications: list[Path],
    segments: Path,
    matrix: Path,
    refused: Path,
    disagreements: Path,
    plan: Interviews,
) -> None:
    """Read floor 3 and the returned sheets, write floor 5."""
    rows = tables.read(turns, "coded_turns")
    known = Frame(
        frozenset(row.theme for row in read_sheet(frame, ThemeRow, key="theme")),
        frozenset(coder.name for coder in [*plan.coders, *([plan.adjudicator] if plan.adjudicator else [])]),
    )
    given = {path.name: read_sheet(path, SegmentRow, where=f"{FOLDER}/{path.name}") for path in sheets}
    parts = [from_sheets(rows, given, known)]
    parts += [from_project(rows, path.name, read_project(path), known) for path in projects]
    coded = pd.concat([part.segments for part in parts], ignore_index=True)
    coded = coded.sort_values(["source", "start", "end", "theme", "coder"], kind="stable", ignore_index=True)
    aside = pd.concat([part.refused for part in parts], ignore_index=True)
    decided = [row for p in adjudications for row in read_sheet(p, AdjudicationRow, where=f"{FOLDER}/{p.name}")]
    differ = differing(coded, decided)
    tables.write(coded, segments, "segments")
    tables.write(framework_matrix(settled(coded, differ)), matrix, "interview_matrix")
    tables.write(aside, refused, "segments_refused")
    tables.write(differ, disagreements, "interview_disagreements")
    open_ones = int(differ["decision"].isna().sum())
    log.info("%s segments, %s not taken; %d of %d disagreements are not decided yet", f"{len(coded):,}",
             f"{len(aside):,}", open_ones, len(differ))  # fmt: skip


steps.run(main, globals().get("snakemake"))
