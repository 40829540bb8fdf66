"""Set the plan beside what was done, with the fingerprint of the plan."""

import logging
from pathlib import Path

from prepost import steps
from prepost import tables as files
from prepost.plan import plan_against_done
from prepost.study import Comparison, Level, Outcome, Wave
from prepost.study_secondary import Secondary
from prepost.table_names import RESULT_TABLES

log = logging.getLogger("prepost")


def main(
    *,
    tables: list[Path],
    plan: Path,
    waves: list[Wave],
    outcomes: list[Outcome],
    comparisons: list[Comparison],
    levels: list[Level],
    secondary: Secondary,
) -> None:
    """Read every table of estimates, write plan.csv."""
    found = {path.stem: files.read(path, path.stem) for path in tables if path.stem in RESULT_TABLES}
    rows = plan_against_done(
        found, waves=waves, outcomes=outcomes, comparisons=comparisons, levels=levels, secondary=secondary
    )
    files.write(rows, plan, "plan")
    planned = rows[rows["planned"] == "yes"]
    log.info("%d of %d planned analyses done in full", (planned["done"] == "yes").sum(), len(planned))


steps.run(main, globals().get("snakemake"))
