"""Count who answered: the flow, Table 1, participation and completion."""

import logging
from pathlib import Path

import pandas as pd
from prepost import steps, tables
from prepost.describing import Floors, flow, missing_answers, participants, participation
from prepost.paired import Floor, Sides
from prepost.study import Comparison, Outcome, Wave

log = logging.getLogger("prepost")


def main(
    *,
    ingested: list[Path],
    refused: list[Path],
    responses: Path,
    enrolments: Path,
    exclusions: Path,
    people: Path,
    links: Path,
    pairs: Path,
    triples: Path,
    unmatched: Path,
    scores: Path,
    flow_table: Path,
    participants_table: Path,
    participation_table: Path,
    missing_table: Path,
    waves: list[Wave],
    outcomes: list[Outcome],
    comparisons: list[Comparison],
    participants_by: list[str],
) -> None:
    """Read floors 1 to 3, write the counts of floor 6."""
    floors = Floors(
        ingested=_stack(ingested, "ingested", ["source", "line", "wave"]),
        refused=_stack(refused, "refused", ["source", "line", "wave"]),
        responses=tables.read(responses, "responses"),
        enrolments=tables.read(enrolments, "enrolments"),
        exclusions=tables.read(exclusions, "exclusions"),
        people=tables.read(people, "people"),
        links=tables.read(links, "links"),
        pairs=tables.read(pairs, "pairs"),
        triples=tables.read(triples, "triples"),
        unmatched=tables.read(unmatched, "unmatched"),
    )
    primary = next((comparison for comparison in comparisons if comparison.role == "primary"), None)
    included = None
    if primary is not None and primary.include is not None:
        sides = Sides(Floor(floors.responses, floors.people, floors.links, floors.pairs, tables.read(scores, "scores")))
        included = len(sides.paired(primary).pairs)
    boxes = flow(floors, waves, primary, included)
    tables.write(boxes, flow_table, "flow")
    tables.write(participants(floors, primary, participants_by), participants_table, "participants")
    tables.write(participation(floors, waves, outcomes, participants_by), participation_table, "participation")
    tables.write(missing_answers(floors.responses, waves, outcomes), missing_table, "missing")
    kept = boxes.loc[boxes["box"] == "kept", "n"].iloc[0]
    log.info("%s responses kept", f"{kept:,}")


def _stack(paths: list[Path], schema: str, columns: list[str]) -> pd.DataFrame:
    return pd.concat([tables.read(path, schema)[columns] for path in paths], ignore_index=True)


steps.run(main, globals().get("snakemake"))
