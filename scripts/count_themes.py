"""How often each theme is spoken of, who leaves a comment, and themes beside change."""

import logging
from pathlib import Path

from prepost import steps, tables
from prepost.comments.cells import counted
from prepost.comments.change_table import change_table
from prepost.comments.frame import OUTSIDE, read_frame
from prepost.comments.left_table import left_table
from prepost.comments.settle import settle
from prepost.comments.themes_table import themes_table
from prepost.floors import read_floor
from prepost.study import Comparison, Outcome, Statistics, Wave
from prepost.study_comments import Comments

log = logging.getLogger("prepost")


def main(
    *,
    responses: Path,
    people: Path,
    links: Path,
    pairs: Path,
    scores: Path,
    comments: Path,
    coding_sample: Path,
    codes: Path,
    theme_scores: Path,
    frame: Path,
    themes: Path,
    left: Path,
    change: Path,
    plan: Comments,
    waves: list[Wave],
    outcomes: list[Outcome],
    primary: Comparison | None,
    statistics: Statistics,
) -> None:
    """Read floors 2 to 5, write floor 6."""
    floor = read_floor(responses=responses, people=people, links=links, pairs=pairs, scores=scores)
    texts, machine = tables.read(comments, "comments"), tables.read(theme_scores, "theme_scores")
    names = [*[row.theme for row in read_frame(frame)], *OUTSIDE]
    settled = settle(tables.read(codes, "codes"))
    found = counted(texts, tables.read(coding_sample, "coding_sample"), settled, floor.responses, floor.links, plan.by)
    level = statistics.ci_level
    spoken = themes_table(found, machine, names, plan, level)
    tables.write(spoken, themes, "comments_themes")
    tables.write(left_table(floor, texts, waves, plan.by, primary, outcomes, level), left, "comments_left")
    tables.write(change_table(found, machine, names, floor, primary, plan, level), change, "comments_change")
    log.info("%d themes over %s comments, %d coded by people", len(names), f"{len(texts):,}", len(found.themes))


steps.run(main, globals().get("snakemake"))
