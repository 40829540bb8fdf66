"""Execute the audit page of one floor: what came in, what left, what was set aside and why."""

import json
import logging
import os
from pathlib import Path

from prepost import audit_notebook, audit_run, steps, tables
from prepost.audit_view import FAILS, HOLDS

ROOT = Path(audit_run.__file__).parents[2]
log = logging.getLogger("prepost")


def main(*, run_config: Path, artefacts: list[Path], notebook: Path, page: Path, floor: str) -> None:
    """Run the floor's notebook over the study, and leave it with its page."""
    study = run_config.resolve().parents[1]
    names = sorted(Path(os.path.relpath(path.resolve(), study)).as_posix() for path in artefacts)
    done = audit_notebook.execute(
        ROOT / "notebooks" / f"audit_{floor}.ipynb",
        workdir=study,
        env={
            "PYTHONPATH": str(ROOT / "scripts"),
            audit_run.STUDY_KEY: str(study),
            audit_run.ARTEFACTS_KEY: json.dumps(names),
        },
    )
    settings = audit_run.Run(study, names).study["settings"]
    title = f"Audit of {floor}: {settings['title']}"
    html = audit_notebook.to_html(done, title=title, lang=settings["language"])
    tables.write_text(audit_notebook.as_ipynb(done), notebook)
    tables.write_text(html, page)
    holds, fails = (html.count(f">{word}</td>") for word in (HOLDS, FAILS))
    if fails:
        log.warning("%d sums of %s do not hold", fails, floor)
    log.info("%d sums hold, %d do not", holds, fails)


steps.run(main, globals().get("snakemake"))
