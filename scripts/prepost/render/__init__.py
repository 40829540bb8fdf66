"""One source, two renderers: Quarto where it is on the PATH, otherwise the embedded one."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from prepost.errors import Fault, StudyError
from prepost.render.escape import escape_markdown
from prepost.render.page import find_page_faults, make_page
from prepost.render.qmd import read_qmd
from prepost.render.run import RenderError, run_document

__all__ = ["RenderError", "escape_markdown", "find_page_faults", "render", "render_with_quarto", "renderer"]

_UNRESOLVED = re.compile(r"(?:Unable to resolve crossref|unresolved crossref|[Cc]iteproc: citation)\W+(\S+)")


def renderer() -> str:
    """Return which renderer serves here.

    Returns
    -------
    {"quarto", "embedded"}
        ``"quarto"`` where a ``quarto`` on the PATH answers; a ``quarto-cli`` wheel that could not fetch its binary
        does not answer.
    """
    found = shutil.which("quarto")
    if found is None:
        return "embedded"
    try:
        done = subprocess.run([found, "--version"], capture_output=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return "embedded"
    return "quarto" if done.returncode == 0 and done.stdout.strip() else "embedded"


def render(qmd: Path, html: Path, *, workdir: Path, env: Mapping[str, str]) -> None:
    """Render a ``.qmd`` to one self-contained HTML page with the embedded renderer.

    Parameters
    ----------
    qmd : Path
        The source. ``report.css``, ``report.html.template`` and ``report.lua`` beside it are used where they
        stand, otherwise the project's own.
    html : Path
        The page; written only when it is finished and without fault.
    workdir : Path
        The folder in which the cells run; pictures are looked for there and beside the ``.qmd``.
    env : mapping of str to str
        Added to the kernel's environment: ``PYTHONPATH`` (``scripts/``), ``PREPOST_STUDY``.

    Raises
    ------
    StudyError
        What the user or author can mend: an unknown feature, a reference that leads nowhere, an unknown fact.
    RenderError
        A cell failed otherwise; it carries the cell's traceback.
    """
    document = read_qmd(qmd)
    markdown = run_document(document, workdir=workdir, env=env)
    make_page(markdown, document.meta, html, source=qmd, workdir=workdir)


def render_with_quarto(qmd: Path, html: Path, *, workdir: Path, env: Mapping[str, str]) -> None:
    """Render a ``.qmd`` to one self-contained HTML page with Quarto; parameters as ``render``.

    Raises
    ------
    StudyError
        Quarto is not there, a reference leads nowhere, or the page would load something from elsewhere.
    RenderError
        Quarto failed otherwise; it carries what Quarto wrote.
    """
    found = shutil.which("quarto")
    if found is None:
        raise StudyError(Fault("quarto", "is not on the PATH", fix="install it, or let the embedded renderer serve"))
    command = [found, "render", str(qmd.resolve()), "--to", "html", "--output", html.name]
    command += ["-M", "embed-resources:true", "--execute-dir", str(workdir.resolve())]
    kernel = {**os.environ, "QUARTO_PYTHON": sys.executable, "SOURCE_DATE_EPOCH": "0", **env}
    done = subprocess.run(command, cwd=qmd.resolve().parent, env=kernel, capture_output=True, text=True, check=False)
    told = done.stdout + done.stderr
    if lost := sorted(set(_UNRESOLVED.findall(told))):
        raise StudyError(*(Fault(qmd.name, f"reference '{one}' leads nowhere") for one in lost))
    if done.returncode:
        raise RenderError(f"{qmd.name}: quarto ended with {done.returncode}\n{told.strip()}")
    made = qmd.resolve().parent / html.name
    if faults := find_page_faults(made.read_text(encoding="utf-8"), qmd.name):
        raise StudyError(*faults)
    html.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(made, html)
