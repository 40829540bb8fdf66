"""Code every comment: what people gave, what the frame's keywords find, what the machine makes of the rest."""

import logging
from pathlib import Path

from prepost import steps, tables
from prepost.comments.coding import code_comments
from prepost.comments.frame import read_frame
from prepost.comments.returned import read_returned
from prepost.study_comments import Comments

log = logging.getLogger("prepost")


def main(
    *,
    comments: Path,
    frame: Path,
    returned: list[Path],
    codes: Path,
    scores: Path,
    held_out: Path,
    apart: Path,
    plan: Comments,
    seed: int,
) -> None:
    """Read the comments, the frame and the sheets that came back; leave all codes on floor 5."""
    texts, themes = tables.read(comments, "comments"), read_frame(frame)
    people = read_returned(returned, texts, [row.theme for row in themes])
    found = code_comments(texts, themes, people, plan, seed)
    tables.write(found.codes, codes, "codes")
    tables.write(found.scores, scores, "theme_scores")
    tables.write(found.held_out, held_out, "held_out")
    tables.write(found.apart, apart, "disagreements")
    log.info("%s codes; %s", f"{len(found.codes):,}", found.note)


steps.run(main, globals().get("snakemake"))
