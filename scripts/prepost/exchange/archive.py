"""Opening an archive that came from outside: what could harm is refused before a byte of it is used."""

from __future__ import annotations

import io
import re
import stat
import zipfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from lxml import etree

from prepost.errors import StudyError
from prepost.readers.table import file_error

#: A project of 10,000 comments is some megabytes; these leave room for a hundred times that.
MOST_FILES = 200_000
MOST_BYTES = 1_000_000_000
#: Text shrinks to a tenth, rarely to a hundredth; beyond, a file is a bomb. Small files are let pass.
MOST_TIMES_SMALLER = 200
_SMALL = 1_000_000
_WANTED = "a project for exchange (.qdpx) as NVivo, ATLAS.ti, MAXQDA or QualCoder write it"
_AGAIN = "export it again; take nothing from a file whose origin you do not know"


def opened(path: Path) -> Mapping[str, bytes]:
    """Return the files of a .qdpx by their names.

    Parameters
    ----------
    path : Path

    Returns
    -------
    mapping of str to bytes
        Read into memory; nothing is unpacked to the disk.

    Raises
    ------
    StudyError
        ``kind="file"``: no ZIP, damaged, encrypted, a name that leads out of the archive or stands twice, a link, more
        than `MOST_FILES` files or `MOST_BYTES` bytes, or content that shrank beyond belief.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            refusal = _refusal(entries)
            if refusal:
                raise file_error(path, refusal, expected=_WANTED, fix=_AGAIN)
            return {entry.filename: _content(path, archive, entry) for entry in entries}
    except (zipfile.BadZipFile, NotImplementedError, EOFError, zipfile.LargeZipFile, ValueError) as error:
        raise file_error(
            path, f"the archive cannot be read ({type(error).__name__})", expected=_WANTED, fix=_AGAIN
        ) from None


def _refusal(entries: list[zipfile.ZipInfo]) -> str:
    if len(entries) > MOST_FILES:
        return f"the archive holds {len(entries):,} files"
    names = [entry.filename for entry in entries]
    if len({name.casefold() for name in names}) < len(names):
        return "a file stands twice in the archive"
    for entry in entries:
        place = PurePosixPath(entry.filename.replace("\\", "/"))
        if (
            place.is_absolute()
            or ".." in place.parts
            or re.match(r"^[A-Za-z]:", entry.filename)
            or "\0" in entry.filename
        ):
            return "a file of the archive has a name that leads out of it"
        if stat.S_ISLNK(entry.external_attr >> 16):
            return "the archive holds a link"
        if entry.flag_bits & 0x1:
            return "the archive is encrypted"
        if entry.file_size > _SMALL and entry.file_size > MOST_TIMES_SMALLER * max(entry.compress_size, 1):
            return "a file of the archive is packed so tightly that it looks like a bomb"
    if sum(entry.file_size for entry in entries) > MOST_BYTES:
        return f"the archive would unpack to more than {MOST_BYTES:,} bytes"
    return ""


def _content(path: Path, archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """A file's bytes, and no more of them than its header says: a header may lie."""
    found = io.BytesIO()
    with archive.open(entry) as packed:
        while part := packed.read(1 << 20):
            found.write(part)
            if found.tell() > entry.file_size:
                raise file_error(path, "a file of the archive is larger than it says", expected=_WANTED, fix=_AGAIN)
    return found.getvalue()


def parsed(content: bytes, path: Path, space: str, root: str) -> etree._Element:
    """Return the root of an XML document from outside.

    Parameters
    ----------
    content : bytes
    path : Path
        The file it comes from, for the fault.
    space, root : str
        Namespace and name of the root that is expected.

    Returns
    -------
    Element

    Raises
    ------
    StudyError
        No XML, a document type or an entity of its own (nothing is expanded and nothing fetched), or another root.
    """
    if re.search(rb"<!\s*(?:DOCTYPE|ENTITY)", content, re.I) or _has_doctype_in_another_encoding(content):
        what = "the XML declares a document type or an entity of its own"
        raise file_error(path, what, expected="plain XML of the standard", fix=_AGAIN)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=False)
    try:
        found = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        what = f"the XML is damaged (line {error.lineno})"
        raise file_error(path, what, expected="well-formed XML", fix=_AGAIN) from None
    if found.getroottree().docinfo.doctype:
        raise file_error(path, "the XML declares a document type", expected="plain XML of the standard", fix=_AGAIN)
    if found.tag != f"{{{space}}}{root}":
        raise file_error(path, f"the XML is no {root} of REFI-QDA", expected=f"the root {root} in {space}", fix=_AGAIN)
    return found


def _has_doctype_in_another_encoding(content: bytes) -> bool:
    return any(
        f"<!{word}".encode(code) in content for word in ("DOCTYPE", "ENTITY") for code in ("utf-16-le", "utf-16-be")
    )


def text_of(content: bytes, path: Path) -> str:
    """Return a text file of an archive as it is, without a byte order mark; a StudyError where it is not UTF-8."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _not_utf8(path) from None


def _not_utf8(path: Path) -> StudyError:
    return file_error(path, "a text of the archive is not UTF-8", expected="UTF-8, as the standard has it", fix=_AGAIN)
