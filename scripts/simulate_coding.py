"""Fill in the coding sheets of the bundled study's synthetic comments, as two coders and an adjudicator would."""

import logging
from pathlib import Path

import pandas as pd
from prepost import steps, tables
from prepost.comments.frame import read_frame
from prepost.comments.write_sheets import as_csv
from prepost.simulation.coding import filled_in
from prepost.simulation.plan import read_plan

log = logging.getLogger("prepost")


def main(
    *,
    mark: Path,
    simulation: Path,
    frame: Path,
    truth: Path,
    comments: Path,
    coding_sample: Path,
    sheets: list[Path],
    seed: int,
) -> None:
    """Write a sheet each; their names say that they are synthetic."""
    if not mark.is_file():
        raise FileNotFoundError("the mark of synthetic data is not there")
    themes = [row.theme for row in read_frame(frame)]
    planted = pd.read_csv(truth, dtype={"source": "string", "wave": "string", "item": "string", "theme": "string"})
    drawn, texts = tables.read(coding_sample, "coding_sample"), tables.read(comments, "comments")
    found = filled_in(drawn, texts, planted, themes, read_plan(simulation).coding, seed)
    for path in sheets:
        coder = path.stem.removeprefix("synthetic_")
        tables.write_text(as_csv(found[coder]), path)
    log.info("; ".join(f"{coder} {len(lines)} comments" for coder, lines in found.items()))


steps.run(main, globals().get("snakemake"))
