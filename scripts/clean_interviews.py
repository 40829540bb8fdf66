"""Take the transcripts as turns: who asks, who answers, whose interview it is; without consent they are set aside."""

import logging
from pathlib import Path

import pandas as pd
from prepost import steps, tables
from prepost.interviews.sheets import ParticipantRow
from prepost.interviews.turns import PARTICIPANTS, turns_of
from prepost.sheets import read_sheet

log = logging.getLogger("prepost")


def main(*, ingested: list[Path], participants: list[Path], turns: Path, exclusions: Path) -> None:
    """Read floor 1 and the sheet of participants, write floor 2."""
    people = [
        row for path in participants for row in read_sheet(path, ParticipantRow, key="source", where=PARTICIPANTS)
    ]
    rows = pd.concat([tables.read(path, "ingested") for path in ingested], ignore_index=True)
    taken, aside = turns_of(rows, people)
    tables.write(taken, turns, "interview_turns")
    tables.write(aside, exclusions, "interview_exclusions")
    log.info("%s turns of %d interviews, %s set aside", f"{len(taken):,}", taken["source"].nunique(), f"{len(aside):,}")


steps.run(main, globals().get("snakemake"))
