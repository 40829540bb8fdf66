"""Makes one self-contained HTML page from markdown with pandoc, and checks what came out."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from prepost.errors import Fault, StudyError, did_you_mean
from prepost.render.pandoc import begin, front_matter, html_option, look, run_pandoc

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
    command = [*begin(meta, source, workdir), "--to", "html5", "--embed-resources", "--mathml", "--section-divs"]
    command += ["--eol=lf", "--template", str(look("report.html.template", source))]
    command += ["--css", str(look("report.css", source))]
    if html_option(meta, "toc", True):
        command += ["--toc", f"--toc-depth={int(html_option(meta, 'toc-depth', 3))}"]
    text = run_pandoc(command, front_matter(meta) + markdown, source, workdir).decode()
    if faults := find_page_faults(text, source.name):
        raise StudyError(*faults, kind="study")
    html.parent.mkdir(parents=True, exist_ok=True)
    unfinished = html.with_name(html.name + ".part")
    try:
        unfinished.write_text(text, encoding="utf-8", newline="\n")
        os.replace(unfinished, html)
    finally:
        unfinished.unlink(missing_ok=True)


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
