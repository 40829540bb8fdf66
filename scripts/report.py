"""Render the report in a scratch folder of the study, and move only the finished page to floor 9."""

import logging
import os
import shutil
from pathlib import Path

from prepost import render, steps

log = logging.getLogger("prepost")
NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"


def main(
    *,
    run_config: Path,
    tables: list[Path],
    words: list[Path],
    plan: Path,
    withheld: Path,
    figures: list[Path],
    alt: Path,
    facts: Path,
    governance: Path,
    assumptions: Path,
    prose: list[Path],
    sheets: list[Path],
    html: Path,
) -> None:
    """Copy the notebooks and figures to a scratch folder, render there, keep the page."""
    results = run_config.resolve().parent
    scratch = results / ".report"
    shutil.rmtree(scratch, ignore_errors=True)
    (scratch / "exhibits").mkdir(parents=True)
    for path in sorted(NOTEBOOKS.iterdir()):
        if path.is_file() and path.suffix != ".ipynb":
            shutil.copy(path, scratch / path.name)
    for figure in figures:
        shutil.copy(figure, scratch / "exhibits" / figure.name)
    which = render.renderer()
    make = render.render_with_quarto if which == "quarto" else render.render
    paths = os.pathsep.join(filter(None, [str(Path(__file__).resolve().parent), os.environ.get("PYTHONPATH")]))
    env = {"PYTHONPATH": paths, "PREPOST_STUDY": str(results.parent)}
    make(scratch / "report.qmd", html, workdir=scratch, env=env)
    shutil.rmtree(scratch)
    log.info("%d kB, by the %s renderer", html.stat().st_size // 1024, which)


steps.run(main, globals().get("snakemake"))
