"""Execute the audit page of one floor: what came in, what left, what was set aside and why."""

import json
import logging
import os
from pathlib import Path

from prepost import steps, tables
from prepost.audit import notebook as pages
from prepost.audit import run
from prepost.audit.view import FAILS, HOLDS

ROOT = Path(run.__file__).parents[3]
log = logging.getLogger("prepost")


def main(*, run_config: Path, artefacts: list[Path], notebook: Path, page: Path, floor: str) -> None:
    """Run the floor's notebook over the study, and leave it with its page."""
    study = run_config.resolve().parents[1]
    names = sorted(Path(os.path.relpath(path.resolve(), study)).as_posix() for path in artefacts)
    done = pages.execute(
        ROOT / "notebooks" / f"audit_{floor}.ipynb",
        workdir=study,
        env={
            "PYTHONPATH": str(ROOT / "scripts"),
            run.STUDY_KEY: str(study),
            run.ARTEFACTS_KEY: json.dumps(names),
        },
    )
    settings = run.Run(study, names).study["settings"]
    title = f"Audit of {floor}: {settings['title']}"
    html = pages.to_html(done, title=title, lang=settings["language"])
    tables.write_text(pages.as_ipynb(done), notebook)
    tables.write_text(html, page)
    holds, fails = (html.count(f">{word}</td>") for word in (HOLDS, FAILS))
    if fails:
        log.warning("%d sums of %s do not hold", fails, floor)
    log.info("%d sums hold, %d do not", holds, fails)


steps.run(main, globals().get("snakemake"))
