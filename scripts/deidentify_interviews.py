"""Take identifiers out of the interviews: what people code, and everything after, is without them."""

import logging
from pathlib import Path

from prepost import steps, tables
from prepost.deidentify.listed import finders, listed
from prepost.interviews.turns import without_identifiers
from prepost.study_interviews import Deidentify

log = logging.getLogger("prepost")


def main(*, turns: Path, names: list[Path], coded: Path, redactions: Path, plan: Deidentify) -> None:
    """Read floor 2, write floor 3: the turns with placeholders, and where each stands."""
    rows = tables.read(turns, "interview_turns")
    found, places = without_identifiers(rows, listed(names), finders(plan.model))
    tables.write(found, coded, "coded_turns")
    tables.write(places, redactions, "redactions")
    log.info("%s identifiers in %s turns", f"{len(places):,}", f"{len(found):,}")


steps.run(main, globals().get("snakemake"))
