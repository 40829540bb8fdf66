"""Lay survey, comments and interviews beside each other: where they agree, are silent, or dissent."""

import logging
from pathlib import Path

from prepost import steps, tables
from prepost.interviews.coding import settled
from prepost.interviews.sheets import TriangulationRow
from prepost.interviews.triangulation import triangulate
from prepost.sheets import read_sheet
from prepost.study import Release

log = logging.getLogger("prepost")


def main(
    *,
    declared: list[Path],
    comparisons: Path,
    codes: list[Path],
    segments: Path,
    disagreements: Path,
    triangulation: Path,
    primary: str,
    release: Release,
) -> None:
    """Read what was declared and the three sources, write floor 6."""
    plan = [row for path in declared for row in read_sheet(path, TriangulationRow, key="finding")]
    changes = tables.read(comparisons, "comparisons")
    changes = changes[(changes["comparison"] == primary) & (changes["group"] == "all")]
    coded = tables.read(codes[0], "codes") if codes else None
    said = settled(tables.read(segments, "segments"), tables.read(disagreements, "interview_disagreements"))
    found = triangulate(plan, changes, coded, said, release.threshold)
    tables.write(found, triangulation, "triangulation")
    log.info(
        "%d findings: %d agree, %d dissent", len(found), *(found["verdict"].eq(v).sum() for v in ("agree", "dissent"))
    )


steps.run(main, globals().get("snakemake"))
