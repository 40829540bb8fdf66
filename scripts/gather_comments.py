"""Gather the comments: one row a comment that is not blank."""

import logging
from pathlib import Path

from prepost import steps, tables
from prepost.comments.gather import gather
from prepost.study_comments import Comments

log = logging.getLogger("prepost")


def main(*, responses: Path, links: Path, comments: Path, plan: Comments) -> None:
    """Read floors 2 and 3, write floor 5: the comments."""
    found = gather(tables.read(responses, "responses"), tables.read(links, "links"), plan.questions)
    tables.write(found, comments, "comments")
    log.info("%s comments on %d questions", f"{len(found):,}", found["item"].nunique())


steps.run(main, globals().get("snakemake"))
