"""Write interviews and comments as REFI-QDA projects, and the interviews' code book."""

import logging
from datetime import date
from pathlib import Path

from prepost import steps, tables
from prepost.exchange import codebook_bytes, project_bytes
from prepost.exchange.study import comment_project, frame_codes, interview_project
from prepost.interviews.sheets import ThemeRow
from prepost.sheets import read_sheet
from prepost.study_interviews import Interviews

log = logging.getLogger("prepost")


def main(
    *,
    interviews: list[Path],
    comments: list[Path],
    frames: list[Path],
    of_interviews: list[Path],
    of_comments: list[Path],
    title: str,
    when: date,
    plan: Interviews | None,
) -> None:
    """Read floors 3 and 5, write what a program for qualitative analysis imports."""
    said = []
    if interviews:
        turns, segments = (
            tables.read(path, name) for path, name in zip(interviews, ("coded_turns", "segments"), strict=True)
        )
        frame = read_sheet(frames[0], ThemeRow, key="theme")
        project = interview_project(turns, segments, frame, [coder.name for coder in plan.coders], title)
        tables.write_bytes(project_bytes(project, when), of_interviews[0])
        tables.write_bytes(codebook_bytes(frame_codes(frame), title), of_interviews[1])
        said.append(f"{len(project.sources)} interviews with {len(project.segments)} segments")
    if comments:
        from prepost.comments.frame import read_frame

        texts, codes = (tables.read(path, path.stem) for path in comments)
        project = comment_project(texts, codes, frame_codes(read_frame(frames[-1])), f"{title}: comments")
        tables.write_bytes(project_bytes(project, when), of_comments[0])
        said.append(f"{len(project.sources):,} comments with {len(project.segments):,} codes")
    log.info("%s", "; ".join(said) or "nothing to exchange")


steps.run(main, globals().get("snakemake"))
