"""Reads a ``.qmd``: front matter, prose, Python cells, inline expressions. What it does not know it refuses by name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from prepost.errors import Fault, StudyError, did_you_mean

CELL_OPTIONS = ("label", "fig-cap", "fig-alt", "tbl-cap", "output", "echo", "include", "warning", "message")
FRONT_MATTER = (
    "title", "subtitle", "author", "date", "lang", "description", "abstract", "bibliography", "csl", "nocite",
    "link-citations", "number-sections", "toc", "toc-depth", "toc-title", "execute", "jupyter", "engine", "format",
    "filters", "css", "crossref",
)  # fmt: skip
EXECUTE_OPTIONS = ("echo", "warning", "message", "output", "include", "enabled", "cache", "freeze")
CALLOUTS = ("callout-note", "callout-tip", "callout-warning", "callout-important", "callout-caution")

# Classes and attributes that Quarto gives a meaning which the embedded renderer does not have.
_FOREIGN_CLASS = re.compile(
    r"\.(panel-[\w-]+|column-[\w-]+|content-(?:visible|hidden)|incremental|nonincremental|aside|margin-\w+"
    r"|callout(?:-[\w-]+)?|columns?|fragment|hidden|landscape|cell-[\w-]+)(?=[\s}.]|$)"
)
_FOREIGN_ATTRIBUTE = re.compile(r"(?<=[\s{])(layout(?:-[\w-]+)?|when-[\w-]+|unless-[\w-]+|lightbox|group)\s*=")
_FOREIGN_ID = re.compile(r"\{[^}]*#((?:thm|lem|cor|prp|cnj|def|exm|exr|sol|rem|alg|lst|suppfig)-[\w-]+)")
_FENCE = re.compile(r"^(\s*)(`{3,}|~{3,})\s*(.*?)\s*$")
_DIV = re.compile(r"^\s*:{3,}\s*(\S.*)$")
_SHORTCODE = re.compile(r"\{\{<\s*(/?[\w-]+)\s*(.*?)\s*>\}\}")
_INLINE = re.compile(r"(?<!`)`\{(\w+)\}\s+([^`]+?)\s*`(?!`)")
_RAW_INLINE = re.compile(r"`\{=(\w+)\}")
_HTML_TAG = re.compile(r"^\s*</?([a-zA-Z][\w-]*)(?=[\s/>])[^:@]*>?")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


@dataclass(frozen=True)
class Inline:
    """An expression inside prose, ``{python} fact("…")`` between back-ticks, and where it stands."""

    expression: str
    where: str


@dataclass(frozen=True)
class Prose:
    """Markdown, in pieces: text as it stands, and inline expressions to be replaced by their value."""

    parts: tuple[str | Inline, ...]


@dataclass(frozen=True)
class Cell:
    """A Python cell: its code without the option lines, its options, and where it stands."""

    code: str
    options: Mapping[str, Any]
    where: str


@dataclass(frozen=True)
class Document:
    """A whole ``.qmd``: front matter and blocks in order."""

    meta: Mapping[str, Any]
    blocks: tuple[Prose | Cell, ...]


@dataclass
class _Line:
    text: str
    file: str
    number: int

    @property
    def where(self) -> str:
        return f"{self.file} · line {self.number}"


@dataclass
class _Reader:
    """Collects blocks and faults while the lines go by."""

    blocks: list[Prose | Cell] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    prose: list[_Line] = field(default_factory=list)

    def refuse(self, line: _Line, what: str, expected: str = "", fix: str = "") -> None:
        fix = fix or f"write {line.file} without it, or render with Quarto"
        self.faults.append(Fault(line.where, what, expected=expected, fix=fix))


def read_qmd(path: Path) -> Document:
    """Read a ``.qmd`` and the files that it includes.

    Parameters
    ----------
    path : Path
        The ``.qmd``. Included files are looked for beside the file that includes them.

    Returns
    -------
    Document
        ``meta``: the front matter; ``blocks``: ``Prose`` and ``Cell`` in the order of the text.

    Raises
    ------
    StudyError
        All at once, each with file and line: front matter that is not YAML, an unknown front matter key or cell
        option, an engine other than Python, a shortcode other than ``include``, a fenced div or attribute of
        Quarto's that the embedded renderer does not have, raw HTML or TeX, an include that is missing or circular.
    """
    reader = _Reader()
    lines = _read_lines(path, path.name, reader, seen=())
    meta = _take_front_matter(lines, path.name, reader)
    _read_blocks(lines, reader)
    if reader.faults:
        raise StudyError(*reader.faults, kind="study")
    return Document(meta=meta, blocks=tuple(reader.blocks))


def _read_lines(path: Path, name: str, reader: _Reader, seen: tuple[Path, ...]) -> list[_Line]:
    raw = path.read_text(encoding="utf-8-sig").splitlines()
    lines: list[_Line] = []
    fence = None
    for number, text in enumerate(raw, start=1):
        line = _Line(text, name, number)
        fence = _next_fence(fence, text)
        include = None if fence else re.fullmatch(r"\s*\{\{<\s*include\s+(\S+)\s*>\}\}\s*", text)
        if include is None:
            lines.append(line)
            continue
        target = (path.parent / include[1].strip("\"'")).resolve()
        if target in (*seen, path.resolve()):
            reader.refuse(line, f"includes '{include[1]}', which includes this file", fix="take one of the two away")
        elif not target.is_file():
            near = did_you_mean(include[1], [item.name for item in path.parent.glob("*.qmd")])
            reader.refuse(line, f"includes '{include[1]}', which is not there", near, fix=f"mend the name in {name}")
        else:
            blank = _Line("", name, number)
            lines += [blank, *_read_lines(target, target.name, reader, (*seen, path.resolve())), blank]
    return lines


def _next_fence(fence: str | None, text: str) -> str | None:
    """Follow code fences: the fence that is open after this line, or None."""
    match = _FENCE.match(text)
    if fence is None:
        return match[2] if match and not (match[2][0] == "`" and "`" in match[3]) else None
    closes = match and not match[3] and match[2][0] == fence[0] and len(match[2]) >= len(fence)
    return None if closes else fence


def _take_front_matter(lines: list[_Line], name: str, reader: _Reader) -> dict[str, Any]:
    if not lines or lines[0].text.rstrip() != "---":
        return {}
    end = next((i for i, line in enumerate(lines[1:], 1) if line.text.rstrip() in ("---", "...")), None)
    if end is None:
        reader.refuse(lines[0], "the front matter is not closed", "a line of three dashes", f"close it in {name}")
        return {}
    text = "\n".join(line.text for line in lines[1:end])
    del lines[: end + 1]
    try:
        meta = yaml.safe_load(text) or {}
    except yaml.YAMLError as error:
        problem = getattr(error, "problem", None) or "it cannot be read"
        reader.faults.append(Fault(f"{name} · front matter", f"not valid YAML: {problem}", fix=f"mend {name}"))
        return {}
    for key in meta:
        if key not in FRONT_MATTER:
            _refuse_key(reader, f"{name} · front matter · {key}", key, FRONT_MATTER, "front matter key")
    for key in meta.get("execute") or {}:
        if key not in EXECUTE_OPTIONS:
            _refuse_key(reader, f"{name} · front matter · execute.{key}", key, EXECUTE_OPTIONS, "execution option")
    if meta.get("engine", "jupyter") != "jupyter":
        reader.faults.append(
            Fault(f"{name} · front matter · engine", f"engine '{meta['engine']}' is not known", "jupyter")
        )
    return meta


def _refuse_key(reader: _Reader, where: str, key: str, known: tuple[str, ...], kind: str) -> None:
    expected = did_you_mean(str(key), known) or "one of " + ", ".join(known)
    what = f"{kind} '{key}' is not known to the embedded renderer"
    reader.faults.append(Fault(where, what, expected=expected, fix="take it away or mend its name"))


def _read_blocks(lines: list[_Line], reader: _Reader) -> None:
    i = 0
    while i < len(lines):
        match = _FENCE.match(lines[i].text)
        if not match or _next_fence(None, lines[i].text) is None:
            reader.prose.append(lines[i])
            i += 1
            continue
        fence = match[2]
        end = next((j for j in range(i + 1, len(lines)) if _next_fence(fence, lines[j].text) is None), None)
        if end is None:
            reader.refuse(lines[i], "a code fence is not closed", fence, f"close it in {lines[i].file}")
            end = len(lines)
        _read_fenced(lines[i], match[3], lines[i + 1 : end], lines[i : end + 1], reader)
        i = end + 1
    _flush_prose(reader)


def _read_fenced(head: _Line, info: str, body: list[_Line], whole: list[_Line], reader: _Reader) -> None:
    _flush_prose(reader)
    if re.fullmatch(r"\{python\}", info):
        _read_cell(head, body, reader)
    elif re.match(r"\{=", info):
        reader.refuse(head, f"a raw block '{info}' is refused: the page holds no live HTML", "markdown")
    elif re.match(r"\{\s*[A-Za-z]", info):
        engine = re.sub(r"[{}]", "", info).strip()
        reader.refuse(head, f"a cell '{{{engine}}}' is not known", "```{python}, its options as '#| key: value' lines")
    else:  # a listing to be shown: prose, and nothing in it is looked at
        reader.blocks.append(Prose(("\n".join(line.text for line in whole) + "\n",)))


def _read_cell(head: _Line, body: list[_Line], reader: _Reader) -> None:
    count = next((n for n, line in enumerate(body) if not line.text.startswith("#|")), len(body))
    text = "\n".join(line.text[2:].removeprefix(" ") for line in body[:count])
    try:
        options = yaml.safe_load(text) or {}
    except yaml.YAMLError:
        options = None
    if not isinstance(options, dict):
        reader.refuse(head, "the cell's options are not YAML", "'#| key: value' lines", f"mend {head.file}")
        options = {}
    for key in options:
        if key not in CELL_OPTIONS:
            _refuse_key(reader, f"{head.where} · {key}", key, CELL_OPTIONS, "cell option")
    if options.get("output", True) not in (True, False, "asis"):
        reader.refuse(head, f"output '{options['output']}' is not known", "true, false or asis")
    label = str(options.get("label", ""))
    for caption, prefix in (("fig-cap", "fig-"), ("tbl-cap", "tbl-")):
        if caption in options and not label.startswith(prefix):
            reader.refuse(head, f"{caption} without a label", f"a label that begins '{prefix}'", f"mend {head.file}")
        elif label.startswith(prefix) and caption not in options:
            reader.refuse(head, f"label '{label}' without {caption}", f"{caption}: a caption", f"mend {head.file}")
    code = "\n".join(line.text for line in body[count:])
    reader.blocks.append(Cell(code=code, options=options, where=head.where))


def _flush_prose(reader: _Reader) -> None:
    lines, reader.prose = reader.prose, []
    if not lines:
        return
    text = _COMMENT.sub(lambda m: "\n" * m[0].count("\n"), "\n".join(line.text for line in lines))
    for line, clean in zip(lines, text.split("\n"), strict=True):
        line.text = clean
        _check_prose(line, reader)
    parts: list[str | Inline] = []
    for line in lines:
        start = 0
        for match in _INLINE.finditer(line.text):
            parts += [line.text[start : match.start()], Inline(match[2], line.where)]
            if match[1] != "python":
                reader.refuse(line, f"inline engine '{match[1]}' is not known", "`{python} expression`")
            start = match.end()
        parts += [line.text[start:] + "\n"]
    reader.blocks.append(Prose(tuple(parts)))


def _check_prose(line: _Line, reader: _Reader) -> None:
    bare = re.sub(r"`[^`]*`", "`code`", line.text)
    for match in _SHORTCODE.finditer(bare):
        reader.refuse(line, f"shortcode '{match[1]}' is not known", "include, alone on its line")
    for match in _RAW_INLINE.finditer(line.text):
        reader.refuse(line, f"raw inline '{match[1]}' is refused: the page holds no live HTML", "markdown")
    if (tag := _HTML_TAG.match(bare)) is not None:
        reader.refuse(line, f"raw HTML '<{tag[1]}>' is refused: the page holds no live HTML", "markdown or a ::: div")
    if (foreign := _FOREIGN_ID.search(bare)) is not None:
        reader.refuse(line, f"label '{foreign[1]}' is not known", "a label that begins fig-, tbl-, sec- or eq-")
    attributes = [m[1] for m in re.finditer(r"(\{[^}]*\})", bare)]
    div = _DIV.match(bare)
    if div is not None and "{" not in div[1]:
        attributes.append("{." + div[1].split()[0] + "}")
    for attribute in attributes:
        for match in _FOREIGN_CLASS.finditer(attribute):
            if match[1] not in CALLOUTS:
                reader.refuse(line, f"'.{match[1]}' is not known", did_you_mean(match[1], CALLOUTS))
        for match in _FOREIGN_ATTRIBUTE.finditer(attribute):
            reader.refuse(line, f"attribute '{match[1]}' is not known")
