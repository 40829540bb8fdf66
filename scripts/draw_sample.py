"""Draw the comments that people code: at random within strata, with the chance of each."""

import logging
from pathlib import Path

from prepost import steps, tables
from prepost.comments.sampling import draw_sample
from prepost.study_comments import Comments

log = logging.getLogger("prepost")


def main(*, comments: Path, coding_sample: Path, plan: Comments, seed: int) -> None:
    """Read the comments, write the sample, both on floor 5."""
    drawn = draw_sample(tables.read(comments, "comments"), plan.sample, seed)
    tables.write(drawn, coding_sample, "coding_sample")
    log.info(
        "%d comments in %d strata, %d for both coders",
        len(drawn),
        drawn["stratum"].nunique(),
        sum(drawn["coders"] == "both"),
    )


steps.run(main, globals().get("snakemake"))
