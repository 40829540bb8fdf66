"""What a project for exchange holds: codes, texts, and who gave which code to which stretch of which text."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

PROJECT = "urn:QDA-XML:project:1.0"
CODEBOOK = "urn:QDA-XML:codebook:1.0"
#: Every GUID that we write is made from a name within this space, so that two exports of one study agree.
SPACE = uuid.UUID("5f1b6c0e-52a5-5d0c-9c0b-6d1f0b7a2e11")
#: What XML 1.0 cannot hold, in an attribute or a memo (section 2.2); in a text file anything may stand.
NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Code(NamedTuple):
    """A code: its name, its parent's name or the empty text, and what it takes in and leaves out."""

    name: str
    parent: str = ""
    description: str = ""


class TextSource(NamedTuple):
    """A text by its name, which is unique in a project; line ends and accents exactly as they are."""

    name: str
    text: str


class Segment(NamedTuple):
    """A code that a coder gave to a stretch of a text.

    Attributes
    ----------
    source : str
        The text's name.
    start, end : int
        Unicode code points from the text's beginning, end exclusive, as REFI-QDA 1.5 counts them.
    code : str
    coder : str
    memo : str
    """

    source: str
    start: int
    end: int
    code: str
    coder: str
    memo: str = ""


@dataclass(frozen=True)
class Project:
    """A whole project.

    Parameters
    ----------
    name : str
    codes : list of Code
        Parents before their children.
    sources : list of TextSource
    segments : list of Segment
    coders : list of str
        Those of the segments, and others who take part.
    """

    name: str
    codes: list[Code] = field(default_factory=list)
    sources: list[TextSource] = field(default_factory=list)
    segments: list[Segment] = field(default_factory=list)
    coders: list[str] = field(default_factory=list)

    def faults(self) -> Iterator[str]:
        """Yield what would make the project unreadable elsewhere, in a sentence each; never a word of a text."""
        names = [code.name for code in self.codes]
        yield from (f"the code '{name}' stands twice" for name in sorted({n for n in names if names.count(n) > 1}))
        for place, code in enumerate(self.codes):
            if code.parent and code.parent not in names[:place]:
                yield f"the code '{code.name}' stands before its parent '{code.parent}', or has none"
        texts = {source.name: source.text for source in self.sources}
        if len(texts) < len(self.sources):
            yield "two texts have one name"
        lone = sum(any("\ud800" <= sign <= "\udfff" for sign in text) for text in texts.values())
        if lone:
            yield f"{lone:,} texts hold half of a surrogate pair, which no file can"
        known = set(names)
        for segment in self.segments:
            if segment.source not in texts:
                yield f"a segment names the text '{segment.source}', which is not in the project"
            elif not 0 <= segment.start < segment.end <= len(texts[segment.source]):
                yield f"a segment of '{segment.source}' goes from {segment.start} to {segment.end}, beyond its text"
            if segment.code not in known:
                yield f"a segment bears the code '{segment.code}', which is not in the project"


def guid(*parts: object) -> str:
    """Return the GUID of a thing, the same for the same parts."""
    return str(uuid.uuid5(SPACE, "\x1f".join(str(part) for part in parts)))


def for_xml(text: str) -> str:
    """Return a text with what XML cannot hold replaced by the replacement character."""
    return NOT_IN_XML.sub("\ufffd", text)
