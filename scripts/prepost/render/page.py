"""Makes one self-contained HTML page from markdown with pandoc, and checks what came out."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pypandoc

from prepost.errors import Fault, StudyError, did_you_mean

# Raw HTML, TeX and native divs are off: "<script>" in a value is text, whoever wrote it.
READER = "markdown-raw_html-raw_tex-raw_attribute-native_divs-native_spans-markdown_in_html_blocks"
LOOKS = ("report.css", "report.html.template", "report.lua")
_OWN_LOOKS = Path(__file__).resolve().parents[3] / "notebooks"
_LOADING_ATTRIBUTES = ("src", "srcset", "poster", "data", "background", "action", "formaction", "manifest")
_CSS_LOAD = re.compile(r"url\(\s*['\"]?\s*([^'\")\s]+)|@import\s+['\"]?([^'\";\s]+)", re.IGNORECASE)


def make_page(markdown: str, meta: Mapping[str, Any], html: Path, *, source: Path, workdir: Path) -> None:
    """Write markdown as one self-contained HTML page.

    Parameters
    ----------
    markdown : str
        As ``run_document`` gives it. A YAML block in it overrides the front matter key by key.
    meta : mapping
        The front matter.
    html : Path
        The page to write; it appears only when it is finished and has no fault.
    source : Path
        The ``.qmd``: bibliography and style sheets are looked for beside it, and it is named in faults.
    workdir : Path
        The folder in which the cells left figures.

    Raises
    ------
    StudyError
        References that lead nowhere, labels given twice, figures without alternative text, pictures or citations
        that are not there, headings out of order, anything that the page would load from elsewhere.
    RuntimeError
        Pandoc failed otherwise: our fault.
    """
    settings = _pandoc_metadata(meta)
    command = [pypandoc.get_pandoc_path(), "--from", READER, "--to", "html5", "--standalone", "--embed-resources"]
    command += ["--mathml", "--section-divs", "--wrap=preserve", "--syntax-highlighting=none", "--eol=lf"]
    command += ["--template", str(_look("report.html.template", source)), "--css", str(_look("report.css", source))]
    command += ["--lua-filter", str(_look("report.lua", source)), "--resource-path", _resource_path(source, workdir)]
    if "bibliography" in settings:
        command += ["--citeproc"]
    if _html_option(meta, "toc", True):
        command += ["--toc", f"--toc-depth={int(_html_option(meta, 'toc-depth', 3))}"]
    # The front matter goes in as text, not as --metadata-file, so that a block written by a cell can override it.
    front = "---\n" + json.dumps(settings, ensure_ascii=False, default=str) + "\n---\n\n"
    text = _run_pandoc(command, front + markdown, source, workdir)
    if faults := find_page_faults(text, source.name):
        raise StudyError(*faults, kind="study")
    html.parent.mkdir(parents=True, exist_ok=True)
    unfinished = html.with_name(html.name + ".part")
    unfinished.write_text(text, encoding="utf-8", newline="\n")
    os.replace(unfinished, html)


def _pandoc_metadata(meta: Mapping[str, Any]) -> dict[str, Any]:
    ours = ("format", "execute", "jupyter", "engine", "filters", "css", "crossref", "toc", "toc-depth")
    settings = {key: value for key, value in meta.items() if key not in ours}
    settings.setdefault("lang", "en-GB")
    settings["report-number-sections"] = bool(_html_option(meta, "number-sections", True))
    title = _html_option(meta, "toc-title", None)
    return settings if title is None else {**settings, "toc-title": title}


def _html_option(meta: Mapping[str, Any], key: str, default: Any) -> Any:
    formats = meta.get("format")
    html = formats.get("html") if isinstance(formats, dict) else None
    return (html if isinstance(html, dict) else {}).get(key, meta.get(key, default))


def _look(name: str, source: Path) -> Path:
    """Return the style sheet, template or filter beside the ``.qmd``, or else the project's own."""
    beside = source.resolve().parent / name
    return beside if beside.is_file() else _OWN_LOOKS / name


def _resource_path(source: Path, workdir: Path) -> str:
    return os.pathsep.join(dict.fromkeys((str(workdir.resolve()), str(source.resolve().parent))))


def _run_pandoc(command: list[str], markdown: str, source: Path, workdir: Path) -> str:
    done = subprocess.run(command, input=markdown.encode(), capture_output=True, cwd=workdir, check=False)
    told = done.stderr.decode(errors="replace")
    faults = [_fault_of_line(line, source) for line in told.splitlines() if _is_fault(line)]
    if faults:
        raise StudyError(*dict.fromkeys(faults), kind="study")
    if done.returncode:
        raise RuntimeError(f"pandoc ended with {done.returncode}: {told.strip()}")
    return done.stdout.decode()


def _is_fault(line: str) -> bool:
    return line.startswith(("REPORT-FAULT\t", "[WARNING]"))


def _fault_of_line(line: str, source: Path) -> Fault:
    if line.startswith("REPORT-FAULT"):
        _, what, expected = line.split("\t")
        return Fault(source.name, what, expected=expected, fix=f"mend {source.name} or the part that it includes")
    what = line.removeprefix("[WARNING]").strip()
    return Fault(source.name, what, fix=f"mend {source.name} or the file that it names")


class _Page(HTMLParser):
    """What a page loads, links to and is made of."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.loads: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.tags: list[str] = []
        self._in_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in_style = tag == "style"
        self.tags.append(tag)
        for name, value in attrs:
            value = value or ""
            if name == "id":
                self.ids.append(value)
            elif name in _LOADING_ATTRIBUTES or (name in ("href", "xlink:href") and tag not in ("a", "area")):
                self.loads.append(value)
            elif name == "href":
                self.links.append(value)
            elif name == "style":
                self._style(value)

    def handle_endtag(self, tag: str) -> None:
        self._in_style = False

    def handle_data(self, data: str) -> None:
        if self._in_style:
            self._style(data)

    def _style(self, text: str) -> None:
        self.loads += [first or second for first, second in _CSS_LOAD.findall(text)]


def find_page_faults(html: str, name: str) -> list[Fault]:
    """Return what is wrong with a finished page as a page.

    Parameters
    ----------
    html : str
        The page.
    name : str
        The ``.qmd``, as the user knows it.

    Returns
    -------
    list of Fault
        Scripts and frames, what the page would load from elsewhere, links that lead nowhere, ids given twice.
    """
    page = _Page()
    page.feed(html)
    faults = []
    for tag in sorted(set(page.tags) & {"script", "iframe", "object", "embed", "frame", "base"}):
        faults.append(Fault(name, f"the page holds a live <{tag}>", "text and pictures only"))
    for address in sorted({load for load in page.loads if load and not load.startswith(("data:", "#"))}):
        faults.append(Fault(name, f"the page would load '{address[:80]}'", "everything inside the page"))
    known = set(page.ids)
    for link in sorted({link[1:] for link in page.links if link.startswith("#")} - known):
        faults.append(Fault(f"{name} · link to #{link}", "leads nowhere", did_you_mean(link, known)))
    seen: set[str] = set()
    twice = sorted({one for one in page.ids if one in seen or seen.add(one)})
    faults += [Fault(f"{name} · #{one}", "this id is given twice", "one thing for each id") for one in twice]
    return faults
