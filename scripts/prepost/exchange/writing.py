"""Writing REFI-QDA: the code book as XML, the project as a ZIP of XML and one text file a source.

Programs differ where the standard is silent, and this is what suits them all: texts are UTF-8 without a byte order mark
(some count it as a character), line ends stay as they are, the folder is called ``Sources``, and each selection and
coding has its time, without which QualCoder does not take it.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping
from datetime import date

from lxml import etree

from prepost.errors import Fault, StudyError
from prepost.exchange.model import CODEBOOK, PROJECT, Code, Project, Segment, for_xml, guid

ORIGIN = "prepost"
#: Colours of codes in turn: the charts' palette and its lighter companions.
COLOURS = ("#12436D", "#28A197", "#801650", "#F46A25", "#3D3D3D", "#A285D1", "#2073BC", "#6BACE6")
#: The earliest time that a ZIP can hold: no clock enters a file.
ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_SHOWN = 60  # characters of a selection that its name repeats, as NVivo and MAXQDA do


def codebook_bytes(codes: Iterable[Code], study: str) -> bytes:
    """Return a code book (.qdc).

    Parameters
    ----------
    codes : iterable of Code
        Parents before their children.
    study : str
        The study's title; its codes have GUIDs of their own.

    Returns
    -------
    bytes
    """
    root = etree.Element(f"{{{CODEBOOK}}}CodeBook", nsmap={None: CODEBOOK}, origin=ORIGIN)
    _codes(etree.SubElement(root, f"{{{CODEBOOK}}}Codes"), list(codes), study, CODEBOOK)
    etree.SubElement(root, f"{{{CODEBOOK}}}Sets")
    return _xml(root)


def project_bytes(project: Project, when: date) -> bytes:
    """Return a project (.qdpx); the same project and date give the same bytes.

    Parameters
    ----------
    project : Project
    when : date
        The time of every selection, since the standard's readers want one: the date of the data.

    Returns
    -------
    bytes

    Raises
    ------
    StudyError
        Where the project cannot be exchanged, with every reason.
    """
    faults = [Fault(f"exchange of '{project.name}'", what, "codes, texts and segments that fit") for what in
              dict.fromkeys(project.faults())]  # fmt: skip
    if faults:
        raise StudyError(*faults, kind="data")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        _add(archive, "project.qde", _xml(_project(project, f"{when.isoformat()}T00:00:00Z")))
        for source in project.sources:
            _add(archive, f"Sources/{guid(project.name, 'source', source.name)}.txt", source.text.encode("utf-8"))
    return packed.getvalue()


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, date_time=ZIP_TIME)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.create_system, entry.external_attr = 3, 0o644 << 16  # the same on every machine
    archive.writestr(entry, content)


def _xml(root: etree._Element) -> bytes:
    return etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=True)


def _codes(parent: etree._Element, codes: list[Code], study: str, space: str) -> None:
    made: dict[str, etree._Element] = {}
    for place, code in enumerate(codes):
        above = made[code.parent] if code.parent else parent
        element = etree.SubElement(
            above,
            f"{{{space}}}Code",
            guid=guid(study, "code", code.name),
            name=for_xml(code.name),
            isCodable="true",
            color=COLOURS[place % len(COLOURS)],
        )
        if code.description:
            etree.SubElement(element, f"{{{space}}}Description").text = for_xml(code.description)
        made[code.name] = element


def _project(project: Project, time: str) -> etree._Element:
    def tag(name: str) -> str:
        return f"{{{PROJECT}}}{name}"

    root = etree.Element(
        tag("Project"), nsmap={None: PROJECT}, name=for_xml(project.name), origin=ORIGIN, creationDateTime=time
    )
    coders = list(dict.fromkeys([*project.coders, *(segment.coder for segment in project.segments)]))
    if coders:
        users = etree.SubElement(root, tag("Users"))
        for coder in coders:
            etree.SubElement(users, tag("User"), guid=guid(project.name, "user", coder), name=for_xml(coder))
    if project.codes:
        _codes(
            etree.SubElement(etree.SubElement(root, tag("CodeBook")), tag("Codes")),
            project.codes,
            project.name,
            PROJECT,
        )
    if project.sources:
        _sources(etree.SubElement(root, tag("Sources")), project, time)
    return root


def _sources(parent: etree._Element, project: Project, time: str) -> None:
    by_source: dict[str, list[Segment]] = {}
    for segment in project.segments:
        by_source.setdefault(segment.source, []).append(segment)
    for source in project.sources:
        own = guid(project.name, "source", source.name)
        element = etree.SubElement(
            parent,
            f"{{{PROJECT}}}TextSource",
            guid=own,
            name=for_xml(source.name),
            plainTextPath=f"internal://{own}.txt",
            creationDateTime=time,
        )
        stretches: dict[tuple[int, int, str, str], list[Segment]] = {}
        for segment in sorted(by_source.get(source.name, [])):
            stretches.setdefault((segment.start, segment.end, segment.coder, segment.memo), []).append(segment)
        for (start, end, coder, memo), segments in stretches.items():
            _selection(element, project, source.text[start:end], (start, end, coder, memo), segments, time)


def _selection(
    parent: etree._Element,
    project: Project,
    words: str,
    stretch: tuple[int, int, str, str],
    segments: Iterable[Segment],
    time: str,
) -> None:
    start, end, coder, memo = stretch
    source = parent.get("guid")
    by: Mapping[str, str] = {"creatingUser": guid(project.name, "user", coder), "creationDateTime": time}
    selection = etree.SubElement(
        parent,
        f"{{{PROJECT}}}PlainTextSelection",
        guid=guid(project.name, "selection", source, *stretch),
        name=for_xml(" ".join(words.split())[:_SHOWN]),
        startPosition=str(start),
        endPosition=str(end),
        **by,
    )
    if memo:
        etree.SubElement(selection, f"{{{PROJECT}}}Description").text = for_xml(memo)
    for code in dict.fromkeys(segment.code for segment in segments):
        coding = etree.SubElement(
            selection, f"{{{PROJECT}}}Coding", guid=guid(project.name, "coding", source, *stretch, code), **by
        )
        etree.SubElement(coding, f"{{{PROJECT}}}CodeRef", targetGUID=guid(project.name, "code", code))
