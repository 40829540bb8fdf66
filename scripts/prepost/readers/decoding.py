"""Bytes to text, and text to records that know the line on which they start."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from charset_normalizer import from_bytes

from prepost.errors import StudyError
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
    (b"PK\x05\x06", "an empty zip file"),
    (b"\x1f\x8b", "a gzip file"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z file"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"GIF8", "an image"),
    (b"II*\0", "an image"),
    (b"MM\0*", "an image"),
)
_SNIFFED_RECORDS = 200
# The csv module stops at 131,072 characters a field; `take_records` refuses such a line and goes on with the next.
csv.field_size_limit(2**31 - 1)
_TELLING_BYTES = 50_000
_WORD = re.compile(r"[^\W\d_]+")
_ODD_SYMBOL = re.compile(r"(?<=[^\W\d_])[^\w\x00-\x7f\s\u00ad\u2010-\u2027](?=[^\W\d_])")


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
    r"""Return the text of a file and the encoding that gave it.

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
    Windows-1252 (of which printable Latin-1 is a part) or Mac Roman, whichever gives fewer words that no Western
    European text has (``cafÈ``, ``ÒRÓ``), Mac Roman winning a tie only where a lone \r ends the lines; and
    charset-normalizer where neither reads well. A study that states the encoding needs none of this.
    """
    name = encoding or _find_encoding(data)
    try:
        text = data.decode(name)
    except LookupError:
        raise file_error(
            path, f"'{name}' is no known encoding", expected="for instance utf-8, cp1252 or latin-1", fix="sources.csv"
        ) from None
    except UnicodeDecodeError as error:
        line = len(re.findall(rb"\r\n|\r|\n", data[: error.start])) + 1
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
        loose = data.decode("utf-8", "replace")
        broken = loose.count("\ufffd")
        # Mostly UTF-8: damaged or pasted together. To read it as a single-byte encoding would spoil every accent.
        mostly = sum(letter > "\x7f" for letter in loose) > 2 * broken
        return "utf-8" if mostly else _single_byte(data)


def _single_byte(data: bytes) -> str:
    # Only lines with a byte above ASCII say anything.
    telling = b"\n".join(line for line in data.splitlines() if not line.isascii())[:_TELLING_BYTES]
    odd = {name: _odd_words(telling.decode(name)) for name in ("cp1252", "mac_roman") if _decodes(data, name)}
    # A lone \r ends lines where a spreadsheet of an old Macintosh wrote the file, in that machine's encoding.
    order = ("mac_roman", "cp1252") if b"\n" not in data and b"\r" in data else ("cp1252", "mac_roman")
    best = min((name for name in order if name in odd), key=odd.__getitem__, default="latin-1")
    high = sum(byte > 127 for byte in telling)
    if best != "latin-1" and odd[best] * 4 <= high:
        return best
    guess = from_bytes(telling).best()
    return guess.encoding if guess and _decodes(data, guess.encoding) else best


def _odd_words(text: str) -> int:
    """Count what no Western European text has: ``cafÈ``, ``M¸ller``, words mostly of accented letters."""
    odd = len(_ODD_SYMBOL.findall(text))
    for word in _WORD.findall(text):
        accented = sum(letter > "\x7f" for letter in word)
        if accented:
            capital = any(
                letter > "\x7f" and letter.isupper() and (word[i].islower() or word[i + 2 : i + 3].islower())
                for i, letter in enumerate(word[1:])
            )
            odd += capital or (len(word) > 2 and accented * 2 > len(word))
    return odd


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
        cells = next(reader, None)
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
    A delimiter fits as far as the first 200 records have as many fields as the first of them. Of two that fit alike
    (as in a header without data) one is taken only if it gives at least twice as many fields.
    """
    fits, wide = {}, {}
    for delimiter in DELIMITERS:
        widths, header = _widths(text, delimiter, path)
        if header > 1:
            fits[delimiter] = sum(width in (widths[0], header) for width in widths) / len(widths)
            wide[delimiter] = header
    if not fits:
        return ","
    best = max(fits.values())
    winners = sorted((d for d, fit in fits.items() if fit == best), key=wide.__getitem__, reverse=True)
    doubtful = len(winners) > 1 and wide[winners[0]] < 2 * wide[winners[1]]
    if doubtful or best < 0.5:
        tried = ", ".join(f"{DELIMITER_NAMES[d]} {fit:.0%}" for d, fit in sorted(fits.items()))
        raise file_error(
            path,
            f"cannot tell what separates the fields (records as wide as the header: {tried})",
            expected="one of comma, semicolon, tab or bar that gives every record the width of the header",
            fix="state the delimiter of this source, or export again",
        )
    return winners[0]


def _widths(text: str, delimiter: str, path: Path) -> tuple[list[int], int]:
    """Return the widths of the first records, and that of the first without blank cells at its end."""
    widths, header = [], 0
    try:
        for _, cells in islice(split_records(text, delimiter, path), _SNIFFED_RECORDS):
            if cells:
                header = header or len(",".join(cell and "x" for cell in cells).rstrip(",").split(","))
                widths.append(len(cells))
    except StudyError:  # under a wrong delimiter a quote may well stay open; under the right one it is told later
        pass
    return widths, header
