"""Write what the bundled study's invented coders send back: a sheet, a project of another program, and summaries."""

import logging
from pathlib import Path

import yaml
from prepost import steps, tables
from prepost.exchange import project_bytes
from prepost.interviews.sheets import ThemeRow
from prepost.sheets import read_sheet
from prepost.simulation.coders import returned
from prepost.simulation.interviews import read_interview_plan

log = logging.getLogger("prepost")


def main(
    *,
    simulation: Path,
    study: Path,
    frame: Path,
    turns: Path,
    sheet: Path,
    project: Path,
    adjudications: Path,
    summaries: Path,
) -> None:
    """Code the turns twice, with slips at stated rates, and decide where the two differ."""
    settings = yaml.safe_load(study.read_text(encoding="utf-8"))
    rows, themes = tables.read(turns, "coded_turns"), read_sheet(frame, ThemeRow)
    found = returned(rows, read_interview_plan(simulation), themes, int(settings["seed"]), settings["title"])
    for path, table in ((sheet, found.sheet), (adjudications, found.adjudications), (summaries, found.summaries)):
        tables.write_text(table.to_csv(index=False, lineterminator="\n"), path)
    tables.write_bytes(project_bytes(found.project, settings["data_date"]), project)
    log.info("%d segments by the first coder, %d by the second", len(found.sheet), len(found.project.segments))


steps.run(main, globals().get("snakemake"))
