"""Reading REFI-QDA as other programs write it, and refusing what would put a code on the wrong words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from lxml import etree

from prepost.errors import StudyError
from prepost.exchange.archive import opened, parsed, text_of
from prepost.exchange.model import CODEBOOK, PROJECT, Code, Project, Segment, TextSource
from prepost.readers.table import file_error

_INTERNAL = "internal://"
UNKNOWN_CODER = "unknown"


def read_codebook(path: Path) -> list[Code]:
    """Read a code book (.qdc).

    Parameters
    ----------
    path : Path

    Returns
    -------
    list of Code
        In the file's order, parents before their children. A name that stands twice gets its parent's before it.

    Raises
    ------
    StudyError
        ``kind="file"``: no XML of the standard, or a code without a name.
    """
    root = parsed(path.read_bytes(), path, CODEBOOK, "CodeBook")
    found = [code for codes in root.iter(f"{{{CODEBOOK}}}Codes") for _, code in _codes(codes, CODEBOOK, path)]
    return _single(found)


def read_project(path: Path) -> Project:
    """Read a project (.qdpx).

    Parameters
    ----------
    path : Path

    Returns
    -------
    Project
        Its texts, and each coding of a stretch of one or of a whole one. Pictures, sound and film are let go.

    Raises
    ------
    StudyError
        ``kind="file"``, with every fault: no such archive, a text that is missing or lies outside, positions beyond
        their text or reversed, a code or coder that is not there.
    """
    files = opened(path)
    names = {name.casefold(): name for name in files}
    if "project.qde" not in names:
        raise file_error(path, "the archive has no project.qde", expected="a REFI-QDA project", fix="export it again")
    root = parsed(files[names["project.qde"]], path, PROJECT, "Project")
    coders = {user.get("guid"): user.get("name") or user.get("id") or "" for user in root.iter(f"{{{PROJECT}}}User")}
    listed = [pair for codes in root.iter(f"{{{PROJECT}}}Codes") for pair in _codes(codes, PROJECT, path)]
    codes = _single([code for _, code in listed])
    by_guid = {own: code.name for (own, _), code in zip(listed, codes, strict=True)}
    sources, segments, faults = [], [], []
    for element in root.iter(f"{{{PROJECT}}}TextSource"):
        try:
            source = TextSource(element.get("name") or element.get("guid") or "", _text(element, files, names, path))
        except StudyError as error:
            faults += error.faults
            continue
        sources.append(source)
        for found in _segments(element, source, by_guid, coders, path):
            if isinstance(found, StudyError):
                faults += found.faults
            else:
                segments.append(found)
    if faults:
        raise StudyError(*faults[:20], kind="file")
    return Project(root.get("name") or "", codes, sources, segments, [name for name in coders.values() if name])


def _codes(parent: etree._Element, space: str, path: Path, above: str = "") -> Iterator[tuple[str, Code]]:
    """Each code with its GUID, depth first."""
    for element in parent.findall(f"{{{space}}}Code"):
        name = (element.get("name") or "").strip()
        if not name:
            raise file_error(
                path, "a code has no name", expected="a name for each code", fix="name it and export again"
            )
        yield element.get("guid") or "", Code(name, above, element.findtext(f"{{{space}}}Description") or "")
        yield from _codes(element, space, path, name)


def _single(codes: list[Code]) -> list[Code]:
    """Codes under names of their own: one that stands twice bears its parent's name before it."""
    taken: set[str] = set()
    found = []
    for code in codes:
        name = code.name if code.name not in taken else f"{code.parent} / {code.name}"
        while name in taken:
            name += " (again)"
        taken.add(name)
        found.append(code._replace(name=name))
    return found


def _text(element: etree._Element, files: Mapping[str, bytes], names: Mapping[str, str], path: Path) -> str:
    inline = element.findtext(f"{{{PROJECT}}}PlainTextContent")
    if inline is not None:
        return inline
    place = element.get("plainTextPath") or ""
    if not place.startswith(_INTERNAL):
        what = "a text lies outside the archive" if place else "a text source has no plain text"
        raise file_error(
            path, what, expected="texts inside the archive (internal://…)", fix="export with the texts inside"
        )
    wanted = f"sources/{place.removeprefix(_INTERNAL).lstrip('/')}".casefold()
    if wanted not in names:
        raise file_error(
            path, "a text that the project names is not in the archive", expected="every text", fix="export it again"
        )
    return text_of(files[names[wanted]], path)


def _segments(
    element: etree._Element, source: TextSource, codes: Mapping[str, str], coders: Mapping[str, str], path: Path
) -> Iterator[Segment | StudyError]:
    whole = (0, len(source.text), "")
    for coding in element.findall(f"{{{PROJECT}}}Coding"):
        yield _segment(coding, source, whole, (codes, coders), path)
    for selection in element.findall(f"{{{PROJECT}}}PlainTextSelection"):
        try:
            start, end = (int(selection.get(name, "")) for name in ("startPosition", "endPosition"))
        except ValueError:
            yield _wrong(path, f"a segment of '{source.name}' has a position that is no whole number")
            continue
        if not 0 <= start < end <= len(source.text):
            yield _wrong(
                path,
                f"a segment of '{source.name}' goes from {start} to {end}; its text has {len(source.text):,}",
            )
            continue
        memo = selection.findtext(f"{{{PROJECT}}}Description") or ""
        for coding in selection.findall(f"{{{PROJECT}}}Coding"):
            yield _segment(coding, source, (start, end, memo), (codes, coders), path, selection)


def _segment(
    coding: etree._Element,
    source: TextSource,
    stretch: tuple[int, int, str],
    known: tuple[Mapping[str, str], Mapping[str, str]],
    path: Path,
    selection: etree._Element | None = None,
) -> Segment | StudyError:
    codes, coders = known
    start, end, memo = stretch
    if start == end:
        return _wrong(path, f"a coding of '{source.name}' is of an empty text")
    target = coding.find(f"{{{PROJECT}}}CodeRef")
    own = target.get("targetGUID") if target is not None else None
    if own not in codes:
        return _wrong(path, f"a coding of '{source.name}' bears a code that the project does not hold")
    by = coding.get("creatingUser") or (selection.get("creatingUser") if selection is not None else None)
    if by is not None and by not in coders:
        return _wrong(path, f"a coding of '{source.name}' is by a coder whom the project does not hold")
    return Segment(source.name, start, end, codes[own], coders.get(by, "") or UNKNOWN_CODER, memo)


def _wrong(path: Path, what: str) -> StudyError:
    return file_error(path, what, expected="codes, coders and positions that fit their texts", fix="export it again")
