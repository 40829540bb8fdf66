"""Find groups of words that stand together in the comments, for the frame's authors; shown on the audit page alone."""

import logging
from pathlib import Path

from prepost import steps, tables
from prepost.comments.frame import read_frame
from prepost.comments.topics import find_topics
from prepost.study_comments import Comments

log = logging.getLogger("prepost")


def main(*, comments: Path, frame: Path, topics: Path, plan: Comments, seed: int) -> None:
    """Read the comments, leave the topics on the same floor."""
    found = find_topics(tables.read(comments, "comments"), read_frame(frame), plan.topics, seed)
    tables.write(found, topics, "topics")
    log.info("%d topics", len(found))


steps.run(main, globals().get("snakemake"))
