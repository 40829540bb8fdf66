"""Write the study as it is understood: its settings over the defaults, and its sheets."""

import logging
from pathlib import Path

from prepost import steps, tables
from prepost.study_loading import load, resolved

log = logging.getLogger("prepost")


def main(*, settings: Path, sheets: list[Path], run_config: Path) -> None:
    """Load the study whole and write it."""
    study = load(settings.parent)
    tables.write_text(resolved(study), run_config)
    log.info("%d sources, %d items", len(study.sources), len(study.items))


steps.run(main, globals().get("snakemake"))
