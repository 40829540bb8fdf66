"""Write the synthetic exports of a study of self-made codes, and who truly is whom, from config/simulation.yaml."""

import logging
from pathlib import Path

import yaml
from prepost import steps, tables
from prepost.sheets import FieldRow, read_sheet
from prepost.simulation.codes import cohort, read_codes_plan, truth_of
from prepost.simulation.guard import MARK_TEXT


def main(*, simulation: Path, study: Path, fields: Path, mark: Path, exports: list[Path], truth: Path) -> None:
    """Write the mark first, so that a run that is cut off leaves a folder that the next one may fill."""
    tables.write_text(MARK_TEXT, mark)
    seed = int(yaml.safe_load(study.read_text(encoding="utf-8"))["seed"])
    headings = {row.item: row.column for row in read_sheet(fields, FieldRow)}
    found = cohort(read_codes_plan(simulation), seed)
    for path, side in zip(exports, found, strict=True):
        shown = side.drop(columns="person").rename(columns=headings)
        letter = path.stem[0].upper()
        shown.insert(0, headings["response_id"], [f"SYN-{letter}{number:05d}" for number in range(1, len(side) + 1)])
        tables.write_text(shown.to_csv(index=False, lineterminator="\n", date_format="%Y-%m-%d"), path)
    tables.write_text(truth_of(found).to_csv(index=False, lineterminator="\n"), truth)
    sizes = [f"{len(side):,}" for side in found]
    logging.getLogger("prepost").info("%s synthetic responses before and %s after", *sizes)


steps.run(main, globals().get("snakemake"))
