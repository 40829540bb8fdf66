"""Bytes to text, and text to records that know the line on which they start."""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from charset_normalizer import from_bytes

from prepost.readers.table import file_error

DELIMITERS = (",", ";", "\t", "|")
DELIMITER_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}

# UTF-32 first: its little-endian mark begins with UTF-16's.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MAGIC = (
    (b"$FL2", "an SPSS .sav file"),
    (b"$FL3", "an SPSS .zsav file"),
    (b"PAR1", "a Parquet file"),
    (b"PK\x03\x04", "an Excel workbook or another zip file"),
    (b"\xd0\xcf\x11\xe0", "an old Excel .xls or a password-protected workbook"),
    (b"%PDF", "a PDF"),
    (b"\x1f\x8b", "a gzip file"),
)
_SNIFFED_RECORDS = 200


def kind_of(head: bytes) -> str:
    """Return what the first bytes of a file say that it is, in words, or an empty string for text.

    Parameters
    ----------
    head : bytes
        At least the first 64 bytes.

    Returns
    -------
    str
        For instance ``"an SPSS .sav file"``.
    """
    for magic, words in _MAGIC:
        if head.startswith(magic):
            return words
    start = head.lstrip(codecs.BOM_UTF8 + b" \t\r\n")[:15].lower()
    return "a web page" if start.startswith((b"<!doctype html", b"<html")) else ""


def decode(data: bytes, path: Path, encoding: str | None = None) -> tuple[str, str]:
    """Return the text of a file and the encoding that gave it.

    Parameters
    ----------
    data : bytes
        The whole file.
    path : pathlib.Path
        For the words of a fault only.
    encoding : str, optional
        What the study says; nothing else is then tried.

    Returns
    -------
    text : str
        Without a byte order mark; line ends as they are.
    encoding : str
        Python's name of the codec.

    Raises
    ------
    StudyError
        The bytes are not text in the encoding, the encoding is unknown, or the text holds NUL.

    Notes
    -----
    In this order: the study's word, a byte order mark, strict UTF-8, UTF-16 without a mark (every other byte NUL),
    charset-normalizer among the single-byte encodings that survey tools and spreadsheets of Western Europe write.
    Where the bytes fit several, Windows-1252 is taken, of which printable Latin-1 is a part.
    """
    name = encoding or _find_encoding(data)
    try:
        text = data.decode(name)
    except LookupError:
        raise file_error(
            path, f"'{name}' is no known encoding", expected="for instance utf-8, cp1252 or latin-1", fix="sources.csv"
        ) from None
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise file_error(
            path,
            f"the bytes are not text in {name}; the first that does not fit is on line {line:,}",
            expected="a text export",
            fix="export again as CSV in UTF-8, or state the encoding of this source",
        ) from None
    text = text.removeprefix("\ufeff")
    if "\0" in text:
        raise file_error(
            path,
            f"the file holds {text.count(chr(0)):,} NUL characters, which no text export has: damaged or not text",
            expected="a text export",
            fix="export again, without opening the file in another program",
        )
    return text, name.lower()


def _find_encoding(data: bytes) -> str:
    for mark, name in _MARKS:
        if data.startswith(mark):
            return name
    nul = data.count(0)
    if nul > len(data) // 4:
        # ASCII letters in UTF-16 have their NUL after (little-endian) or before (big-endian).
        return "utf-16-le" if data[1::2].count(0) >= nul // 2 else "utf-16-be"
    try:
        data.decode("utf-8")
        return "utf-8"
    except UnicodeDecodeError:
        return _single_byte(data)


def _single_byte(data: bytes) -> str:
    isolation = ["cp1252", "latin_1", "mac_roman", "cp1250"]
    # Only lines with a byte above ASCII say anything, and the judgement must not depend on where a sample begins.
    telling = b"\n".join(line for line in data.splitlines() if not line.isascii())
    matches = from_bytes(telling, cp_isolation=isolation, steps=1, chunk_size=max(len(telling), 1))
    found = {match.encoding: match.chaos for match in matches}
    best = min(found.values(), default=0.0)
    for name in ("cp1252", "mac_roman", "cp1250"):
        if name in found and found[name] <= best and _decodes(data, name):
            return name
    return "cp1252" if _decodes(data, "cp1252") else "latin-1"


def _decodes(data: bytes, name: str) -> bool:
    try:
        data.decode(name)
    except UnicodeDecodeError:
        return False
    return True


class _Lines:
    """Lines of a text with their ends, which remember whether they were asked for one too many."""

    def __init__(self, text: str) -> None:
        # newline="" splits at \n, \r\n and \r alike and leaves them; str.splitlines would also split at form feeds.
        self._lines = io.StringIO(text, newline="")
        self.over = False

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._lines.readline()
        if not line:
            self.over = True
            raise StopIteration
        return line


def split_records(text: str, delimiter: str, path: Path) -> Iterator[tuple[int, list[str]]]:
    r"""Yield the records of a delimited text, each with the physical line on which it starts.

    Parameters
    ----------
    text : str
        Decoded, line ends as they are; \n, \r\n and a lone \r each end a line.
    delimiter : {",", ";", "\t", "|"}
        Between fields.
    path : pathlib.Path
        For the words of a fault only.

    Yields
    ------
    line : int
        From 1; a record with line breaks inside quotes has the first of its lines.
    cells : list of str
        As exported, quotes removed. An empty line gives an empty list.

    Raises
    ------
    StudyError
        A quoted field that never closes.
    """
    lines = _Lines(text)
    reader = csv.reader(lines, delimiter=delimiter)
    while True:
        start = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error:  # a field beyond the csv module's 131,072 characters
            cells, lines.over = [], True
        if cells is None:
            return
        if lines.over:
            raise file_error(
                path,
                'a quoted field in the record that starts here never closes (a lone ")',
                expected='each " that opens a field to have its partner, and a " inside a field to be doubled',
                fix="export again; if it stays, mend that line in the export's own tool",
                rows=[start],
            )
        yield start, cells


def find_delimiter(text: str, path: Path) -> str:
    """Return the delimiter that gives records of one width.

    Parameters
    ----------
    text : str
        Decoded.
    path : pathlib.Path
        For the words of a fault only.

    Returns
    -------
    str
        One of ``DELIMITERS``; a comma where no line holds any of them in its header (a single column).

    Raises
    ------
    StudyError
        Two delimiters fit equally well, or none does.

    Notes
    -----
    A delimiter fits as far as the first 200 records have as many fields as the first of them.
    """
    fits = {}
    for delimiter in DELIMITERS:
        widths = _widths(text, delimiter, path)
        if widths and widths[0] > 1:
            fits[delimiter] = Counter(widths)[widths[0]] / len(widths)
    if not fits:
        return ","
    best = max(fits.values())
    winners = [delimiter for delimiter, fit in fits.items() if fit == best]
    if len(winners) > 1 or best < 0.5:
        tried = ", ".join(f"{DELIMITER_NAMES[d]} {fit:.0%}" for d, fit in sorted(fits.items()))
        raise file_error(
            path,
            f"cannot tell what separates the fields (records as wide as the header: {tried})",
            expected="one of comma, semicolon, tab or bar that gives every record the width of the header",
            fix="state the delimiter of this source, or export again",
        )
    return winners[0]


def _widths(text: str, delimiter: str, path: Path) -> list[int]:
    from prepost.errors import StudyError

    widths = []
    try:
        for _, cells in islice(split_records(text, delimiter, path), _SNIFFED_RECORDS):
            if cells:
                widths.append(len(cells))
    except StudyError:  # under a wrong delimiter a quote may well stay open; under the right one it is told later
        pass
    return widths
