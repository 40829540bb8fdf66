"""Asks pandoc: the command that the page and its twins share, the front matter, and pandoc's warnings as faults."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pypandoc

from prepost.errors import Fault, StudyError

# Raw HTML, TeX and native divs are off: "<script>" in a value is text, whoever wrote it.
READER = "markdown-raw_html-raw_tex-raw_attribute-native_divs-native_spans-markdown_in_html_blocks"
_OWN_LOOKS = Path(__file__).resolve().parents[3] / "notebooks"
_OURS = ("format", "execute", "jupyter", "engine", "filters", "css", "crossref", "toc", "toc-depth")


def begin(meta: Mapping[str, Any], source: Path, workdir: Path) -> list[str]:
    """Return the part of the command that is the same whatever is written: reader, filter, citations, places."""
    command = [pypandoc.get_pandoc_path(), "--from", READER, "--standalone", "--wrap=preserve"]
    command += ["--syntax-highlighting=none", "--lua-filter", str(look("report.lua", source))]
    places = dict.fromkeys((str(workdir.resolve()), str(source.resolve().parent)))
    command += ["--resource-path", os.pathsep.join(places)]
    return [*command, "--citeproc"] if "bibliography" in meta else command


def front_matter(meta: Mapping[str, Any], **further: str) -> str:
    """Return the front matter as a block of markdown.

    It goes in as text, not as ``--metadata-file``, so that a block written by a cell can override it.
    """
    settings = {key: value for key, value in meta.items() if key not in _OURS}
    settings.setdefault("lang", "en-GB")
    settings["report-number-sections"] = bool(html_option(meta, "number-sections", True))
    title = html_option(meta, "toc-title", None)
    settings |= further if title is None else {**further, "toc-title": title}
    return "---\n" + json.dumps(settings, ensure_ascii=False, default=str) + "\n---\n\n"


def html_option(meta: Mapping[str, Any], key: str, default: Any) -> Any:
    """Return an option of the front matter, as ``format: html:`` or the document gives it."""
    formats = meta.get("format")
    html = formats.get("html") if isinstance(formats, dict) else None
    return (html if isinstance(html, dict) else {}).get(key, meta.get(key, default))


def look(name: str, source: Path) -> Path:
    """Return the style sheet, template or filter beside the ``.qmd``, or else the project's own."""
    beside = source.resolve().parent / name
    return beside if beside.is_file() else _OWN_LOOKS / name


def run_pandoc(command: list[str], markdown: str, source: Path, workdir: Path, **environment: str) -> bytes:
    """Run pandoc over markdown; what it warns of is a StudyError, and what else goes wrong is ours."""
    env = {**os.environ, **environment}
    done = subprocess.run(command, input=markdown.encode(), capture_output=True, cwd=workdir, env=env, check=False)
    told = done.stderr.decode(errors="replace")
    faults = [_fault_of_line(line, source) for line in told.splitlines() if _is_fault(line)]
    if faults:
        raise StudyError(*dict.fromkeys(faults), kind="study")
    if done.returncode:
        raise RuntimeError(f"pandoc ended with {done.returncode}: {told.strip()}")
    return done.stdout


def _is_fault(line: str) -> bool:
    return line.startswith(("REPORT-FAULT\t", "[WARNING]"))


def _fault_of_line(line: str, source: Path) -> Fault:
    if line.startswith("REPORT-FAULT"):
        _, what, expected = line.split("\t")
        return Fault(source.name, what, expected=expected, fix=f"mend {source.name} or the part that it includes")
    what = line.removeprefix("[WARNING]").strip()
    return Fault(source.name, what, fix=f"mend {source.name} or the file that it names")
