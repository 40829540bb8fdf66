"""Transcripts of interviews: Word documents, plain text and WebVTT, one row a speaking turn."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from prepost.readers.decoding import decode, kind_of
from prepost.readers.table import Column, RawTable, ReadOptions, file_error, make_table, steady

COLUMNS = ("participant", "speaker", "start", "text")
#: What stands at a transcript's head, before the first blank line: nobody's words.
HEADINGS = {
    "participant",
    "date",
    "title",
    "interview",
    "duration",
    "recorded",
    "transcribed",
    "location",
    "note",
    "file",
}
NO_SPEAKER = "words before the first speaker is named"
_LONGEST_NAME = 60
_TIME = r"(?:\d{1,3}:)?\d{1,2}:\d{2}(?:[.,]\d{1,3})?"
_STAMP = re.compile(rf"^\s*[\[(<]?\s*(?P<start>{_TIME})\s*(?:(?:-->|-|–|to)\s*{_TIME})?\s*[\])>]?\s*[-–]?\s*(?=\S|$)")
_SPEAKER = re.compile(
    rf"^(?P<name>[^\W\d_][^:\t\n]{{0,{_LONGEST_NAME}}}?)\s*(?:[\[(]\s*(?P<start>{_TIME})\s*[\])]\s*)?(?::|\t+)\s*(?P<text>.*)$",
    re.S,
)
_CUE = re.compile(rf"^(?P<start>{_TIME})\s+-->\s+{_TIME}")
_VOICE = re.compile(r"<v(?:\.[\w.-]+)?\s+(?P<name>[^>]+)>(?P<text>.*?)(?=<v[\s.]|$)", re.S)
_TAG = re.compile(r"</?[a-z][^>]*>|<\d[\d:.]*>", re.I)


class _Line(NamedTuple):
    """A line, paragraph or cue: where it stands, and what it says."""

    number: int
    text: str
    start: str = ""
    speaker: str = ""


class _Turn(NamedTuple):
    number: int
    speaker: str
    start: str
    texts: list[str]


def read_transcript(path: Path, options: ReadOptions) -> RawTable:
    """Read one interview.

    Parameters
    ----------
    path : pathlib.Path
        ``.docx`` (paragraphs, or a table of speakers and words), ``.vtt`` or ``.srt``; everything else is plain text.
        A speaker's name ends with a colon or a tab, in WebVTT it may stand in a voice tag; a time may stand before
        it. Lines ``Participant: …`` and the like before the first blank line are a heading.
    options : ReadOptions
        The encoding, where the file leaves a doubt.

    Returns
    -------
    RawTable
        Columns ``participant`` (from the heading, also the response's id), ``speaker`` and ``start`` as they stand, and
        ``text``. A turn's ``line`` is that of its first words: a line of the text file, or the paragraph or table row
        of the document. Lines without a speaker go on with the turn before; those before the first speaker are refused.

    Raises
    ------
    StudyError
        ``kind="file"``: no document, or no speaker anywhere in it.
    """
    suffix = path.suffix.lower()
    with steady(path):
        if suffix == ".docx":
            lines, notes = list(_of_document(path)), {}
        else:
            content = path.read_bytes()
            if kind := kind_of(content[:64]):
                what = f"declared as a transcript, but this looks like {kind}"
                raise file_error(path, what, expected=".docx, .vtt, .srt or plain text", fix="save it as one of these")
            text, encoding = decode(content, path, options.encoding)
            cues = suffix in (".vtt", ".srt") or text.lstrip("\ufeff").startswith("WEBVTT")
            lines, notes = list(_of_cues(text) if cues else _of_text(text)), {"encoding": encoding}
    heading, body = _parted(lines)
    turns, refused = _turns(body)
    if not turns:
        raise file_error(
            path,
            "no speaker is named in it",
            expected="lines such as 'Interviewer: How did you come to …'",
            fix="name the speaker at the beginning of each turn, or see platform in config/sources.csv",
        )
    participant = heading.get("participant", "")
    taken = [(t.number, [participant, t.speaker, t.start, " ".join(t.texts).strip()]) for t in turns]
    columns = [Column(name, name) for name in COLUMNS]
    return make_table(columns, taken, refused, meta={"response_id": "participant"}, notes=notes)


def _of_text(text: str) -> Iterator[_Line]:
    for number, line in enumerate(re.split(r"\r\n|\r|\n", text), start=1):
        stamp = _STAMP.match(line)
        yield _Line(number, line[stamp.end() :], stamp["start"]) if stamp else _Line(number, line)


def _of_cues(text: str) -> Iterator[_Line]:
    """Cues of WebVTT or SubRip; a NOTE of ``key: value`` is part of the heading."""
    lines = re.split(r"\r\n|\r|\n", text.lstrip("\ufeff"))
    start, note = "", False
    for number, line in enumerate(lines, start=1):
        cue = _CUE.match(line.strip())
        if cue:
            start, note = cue["start"], False
        elif not line.strip():
            start, note = "", False
            yield _Line(number, "")
        elif line.startswith("NOTE"):
            note = True
            yield _Line(number, line.removeprefix("NOTE").strip())
        elif note:
            yield _Line(number, line)
        elif start:
            yield from _voices(number, line, start)


def _voices(number: int, line: str, start: str) -> Iterator[_Line]:
    voices = list(_VOICE.finditer(line))
    for voice in voices:
        yield _Line(number, _bare(voice["text"]), start, html.unescape(voice["name"]).strip())
    if not voices:
        yield _Line(number, _bare(line), start)


def _bare(text: str) -> str:
    return html.unescape(_TAG.sub("", text)).strip()


def _of_document(path: Path) -> Iterator[_Line]:
    """Paragraphs and table rows of a Word document, in their order; the archive is looked at before it is opened."""
    from docx import Document
    from docx.table import Table

    from prepost.exchange.archive import opened

    files = opened(path)
    try:
        document = Document(io.BytesIO(path.read_bytes()))
    except (KeyError, ValueError) as error:
        what = f"it is no Word document ({type(error).__name__}; {len(files):,} files inside)"
        raise file_error(path, what, expected="a .docx", fix="save it again as a Word document") from None
    number = 0
    for block in document.iter_inner_content():
        if isinstance(block, Table):
            for row in block.rows:
                number += 1
                yield _of_cells(number, [cell.text.strip() for cell in row.cells])
        else:
            number += 1
            stamp = _STAMP.match(block.text)
            yield _Line(number, block.text[stamp.end() :], stamp["start"]) if stamp else _Line(number, block.text)


def _of_cells(number: int, cells: list[str]) -> _Line:
    """A row of a table: a time, where there is one, the speaker, and the words."""
    start = next((cell for cell in cells if re.fullmatch(rf"[\[(]?{_TIME}[\])]?", cell)), "")
    rest = [cell for cell in cells if cell != start]
    if len(rest) < 2:
        return _Line(number, " ".join(rest), start.strip("[]()"))
    return _Line(number, " ".join(rest[1:]), start.strip("[]()"), rest[0].rstrip(":"))


def _parted(lines: list[_Line]) -> tuple[dict[str, str], list[_Line]]:
    """The heading's keys, and the lines below it."""
    heading: dict[str, str] = {}
    for place, line in enumerate(lines):
        key, colon, value = line.text.partition(":")
        if not line.text.strip():
            if heading:
                return heading, lines[place:]
        elif (
            colon and not line.speaker and key.strip().casefold() in HEADINGS and key.strip().casefold() not in heading
        ):
            heading[key.strip().casefold()] = value.strip()
        else:
            break
    return ({}, lines) if not heading or place == 0 else (heading, lines[place:])


def _turns(lines: Iterable[_Line]) -> tuple[list[_Turn], list[tuple[int, str]]]:
    """Lines as turns: what one speaker says until another does."""
    turns: list[_Turn] = []
    refused = []
    for line in lines:
        found = None if line.speaker else _SPEAKER.match(line.text)
        speaker = line.speaker or (found["name"].strip() if found else "")
        text = (found["text"] if found else line.text).strip()
        if not speaker:
            if turns and text:
                turns[-1].texts.append(text)
            elif text:
                refused.append((line.number, NO_SPEAKER))
        elif turns and turns[-1].speaker == speaker:
            turns[-1].texts.append(text)
        else:
            turns.append(_Turn(line.number, speaker, line.start or (found["start"] if found else "") or "", [text]))
    return turns, refused
