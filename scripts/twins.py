"""Make the report's twins for paper, a Word document and a PDF, from the page's own source and released tables."""

import logging
import os
import shutil
from pathlib import Path

from prepost import steps
from prepost.figures import FIGURES, Setting, to_svg
from prepost.figures.style import as_wide_as
from prepost.released import read_released
from prepost.render.twins import render_twins
from prepost.study_loading import load_resolved
from prepost.tables import write_text

log = logging.getLogger("prepost")
NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
PAPER = 720.0  # points that a figure is wide: over the text's width on A4, its letters are as large as the text's


def main(
    *,
    run_config: Path,
    tables: list[Path],
    words: list[Path],
    plan: Path,
    withheld: Path,
    alt: Path,
    facts: Path,
    governance: Path,
    assumptions: Path,
    prose: list[Path],
    sheets: list[Path],
    docx: Path,
    pdf: Path,
) -> None:
    """Copy the notebooks to a scratch folder, draw the figures there for paper, render, keep the two files."""
    results = run_config.resolve().parent
    scratch = results / ".twins"
    shutil.rmtree(scratch, ignore_errors=True)
    (scratch / "exhibits").mkdir(parents=True)
    for path in sorted(NOTEBOOKS.iterdir()):
        if path.is_file() and path.suffix != ".ipynb":
            shutil.copy(path, scratch / path.name)
    study = load_resolved(run_config)
    chosen = study.settings
    words = {row.item: row for row in study.items}
    setting = Setting(words, chosen.outcomes, chosen.waves, chosen.nouns, chosen.synthetic)
    released = {path.stem: read_released(path) for path in tables}
    with as_wide_as(PAPER):
        for name, draw in FIGURES.items():
            write_text(to_svg(draw(released, setting)), scratch / "exhibits" / f"{name}.svg")
    paths = os.pathsep.join(filter(None, [str(Path(__file__).resolve().parent), os.environ.get("PYTHONPATH")]))
    env = {"PYTHONPATH": paths, "PREPOST_STUDY": str(results.parent)}
    render_twins(scratch / "report.qmd", docx, pdf, workdir=scratch, env=env)
    shutil.rmtree(scratch)
    log.info("Word %d kB, PDF %d kB", docx.stat().st_size // 1024, pdf.stat().st_size // 1024)


steps.run(main, globals().get("snakemake"))
