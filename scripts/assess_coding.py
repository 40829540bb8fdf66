"""How far the coders agree, and how well the machine does on comments that it did not see."""

import logging
from pathlib import Path

from prepost import steps, tables
from prepost.comments.coding_tables import agreement_table, machine_table
from prepost.comments.frame import read_frame
from prepost.study import Statistics

log = logging.getLogger("prepost")


def main(
    *,
    comments: Path,
    codes: Path,
    held_out: Path,
    frame: Path,
    agreement: Path,
    machine: Path,
    statistics: Statistics,
    seed: int,
) -> None:
    """Read floor 5, write floor 6: agreement and performance, theme by theme."""
    texts = tables.read(comments, "comments")
    themes = [row.theme for row in read_frame(frame)]
    agreed = agreement_table(tables.read(codes, "codes"), texts, themes, statistics, seed)
    performed = machine_table(tables.read(held_out, "held_out"), texts, statistics, seed)
    tables.write(agreed, agreement, "comments_agreement")
    tables.write(performed, machine, "comments_machine")
    log.info("%d numbers of agreement, %d of the machine", len(agreed), len(performed))


steps.run(main, globals().get("snakemake"))
