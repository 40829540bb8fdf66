"""Which platform wrote a file, by the marks that its first rows bear: sure ones, and those that others may bear too."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from prepost.errors import StudyError
from prepost.readers.grid import Grid
from prepost.readers.table import file_error

Rows = Sequence[Sequence[str]]

_JISC_QUESTION = re.compile(r"\s*\d+(?:\.(?:\d+|[a-z]|[ivx]+))*\.\s+\S")
_JISC_CODE = re.compile(r"Q\d+(?:_\w+)*$")
_REDCAP_COLUMN = re.compile(r"record_id$|redcap_\w+$|\w+___\w+$|.*\(choice=.*\)$", re.S)
_REDCAP_PERHAPS = re.compile(r"record id$|\w+_complete$|complete\?$", re.I)
_LIME_PART = re.compile(r"[A-Za-z]\w*\[SQ\d+\w*\]")
#: A question as LimeSurvey heads it where code and wording are exported together.
LIME_QUESTION = re.compile(r"(?P<code>[A-Za-z]\w*(?:\[[^\]\s]+\])*)\.\s+(?=\S)")
_LIME_CODE = re.compile(r"G\d\dQ\d\d\b")
_LIME_CODES = {"lastpage", "startlanguage", "seed", "startdate", "datestamp"}
_LIME_WORDS = {"last page", "start language", "seed", "date started", "date last action"}
_SMART = {"started", "ended", "unique id", "ip address", "tracking link"}
_NUMBER = re.compile(r"\s*(?:[-+]?\d+(?:[.,]\d+)?)?\s*$")
#: A day with a time of day, however its parts are ordered.
MOMENT = re.compile(
    r"\s*\d{1,4}[./-]\d{1,2}[./-]\d{1,4}\.?,?[T\s]+(?:klo\.?\s+|kl\.?\s+)?\d{1,2}[:.]\d{2}|\s*\d{5}\.\d+\s*$", re.I
)
#: The first header of a Google Forms export, in the language of the form's owner.
TIMESTAMPS = {
    *("timestamp", "aikaleima", "tidstämpel", "tidsstempel", "tidsmerke", "zeitstempel", "tijdstempel", "horodateur"),
    *("marca temporal", "marca de temps", "carimbo de data/hora", "informazioni cronologiche", "sygnatura czasowa"),
    *("časové razítko", "časová pečiatka", "időbélyeg", "marcaj de timp", "zaman damgası", "χρονική σήμανση"),
    *("отметка времени", "позначка часу", "ajatempel", "laika zīmogs", "laiko žyma", "stamp amser"),
    *("タイムスタンプ", "타임스탬프", "时间戳记", "時間戳記"),
}


def _folded(row: Sequence[str]) -> set[str]:
    return {" ".join(cell.split()).casefold() for cell in row}


def _named(words: set[str], header: set[str]) -> str:
    return ", ".join(sorted(words & header))


def _qualtrics(rows: Rows) -> str:
    if len(rows) > 2 and any('"ImportId"' in cell for cell in rows[2]):
        return "ImportIds in the third row"
    header = _folded(rows[0])
    own = {"recordeddate", "responseid", "duration (in seconds)", "distributionchannel", "userlanguage", "progress"}
    found = {"startdate", "enddate"} <= header and own & header
    return f"columns StartDate, EndDate and {_named(own, header)}" if found else ""


def _microsoft_forms(rows: Rows) -> str:
    return (
        "columns ID, Start time and Completion time"
        if {"id", "start time", "completion time"} <= _folded(rows[0])
        else ""
    )


def _surveymonkey(rows: Rows) -> str:
    header = {name.replace("_", " ") for name in _folded(rows[0])}
    others = {"collector", "collector id", "start date", "date created"}
    found = "respondent id" in header and others & header
    return f"columns Respondent ID and {_named(others, header)}" if found else ""


def _jisc(rows: Rows) -> str:
    header = _folded(rows[0])
    if "unique response number" in header:
        return "the column Unique Response Number"
    if "urn" in header and any(_JISC_CODE.match(cell) for cell in rows[0]):
        return "the column URN and questions by codes such as Q1_a"
    return ""


def _perhaps_jisc(rows: Rows) -> str:
    header = [cell for cell in rows[0] if cell.strip()]
    numbered = sum(bool(_JISC_QUESTION.match(cell)) for cell in header)
    many = numbered >= 2 and numbered >= len(header) / 2
    return f"{numbered:,} of {len(header):,} headers numbered as Jisc numbers questions" if many else ""


def _redcap(rows: Rows) -> str:
    found = [cell for cell in rows[0] if _REDCAP_COLUMN.match(cell.strip())]
    return f"{len(found):,} columns of REDCap's own, such as {_short(found[0])}" if found else ""


def _perhaps_redcap(rows: Rows) -> str:
    found = [cell for cell in rows[0] if _REDCAP_PERHAPS.match(cell.strip())]
    return f"a column named as REDCap names its own, {_short(found[0])}" if found else ""


def _google_forms(rows: Rows) -> str:
    moments = [row[0] for row in rows[1:] if row and row[0].strip()]
    found = _is_timestamp(rows) and moments and all(MOMENT.match(cell) for cell in moments)
    return f"the first column is {_short(rows[0][0])} and holds days with times" if found else ""


def _perhaps_google_forms(rows: Rows) -> str:
    return f"the first column is {_short(rows[0][0])}" if _is_timestamp(rows) else ""


def _is_timestamp(rows: Rows) -> bool:
    return " ".join(rows[0][0].split()).casefold() in TIMESTAMPS


def _limesurvey(rows: Rows) -> str:
    header = _folded(rows[0])
    coded = {re.split(r"[.\s\]]", name.lstrip("["), maxsplit=1)[0] for name in header}
    for names in (header, coded):
        if {"id", "submitdate"} <= names and _LIME_CODES & names:
            return f"columns id, submitdate and {_named(_LIME_CODES, names)}"
    if {"response id", "date submitted"} <= header and _LIME_WORDS & header:
        return f"columns Response ID, Date submitted and {_named(_LIME_WORDS, header)}"
    parts = [cell for cell in rows[0] if _LIME_PART.match(cell.strip().lstrip("["))]
    return f"{len(parts):,} subquestions named as {_short(parts[0])}" if parts else ""


def _perhaps_limesurvey(rows: Rows) -> str:
    header = [cell for cell in rows[0] if cell.strip()]
    coded = sum(bool(LIME_QUESTION.match(cell)) for cell in header)
    if coded >= 3 and coded >= len(header) / 2:
        return f"{coded:,} of {len(header):,} headers are a code, a point and a question"
    codes = sum(bool(_LIME_CODE.match(cell)) for cell in header)
    many = codes >= 2 and codes >= len(header) / 2
    return f"{codes:,} of {len(header):,} headers are codes of a group and a question, such as G01Q02" if many else ""


def _webropol(rows: Rows) -> str:
    header = _folded(rows[0])
    if "vastausaika" in header and len(rows) > 1 and any(cell.strip() == "-" for cell in rows[1]):
        return "the column Vastausaika, and '-' in a second header row below headings without parts"
    return ""


def _perhaps_webropol(rows: Rows) -> str:
    if len(rows) < 3 or len(rows[1]) != len(rows[0]):
        return ""
    blanks = [position for position, cell in enumerate(rows[0]) if not cell.strip()]
    worded = all(not _NUMBER.match(rows[1][position]) for position in blanks)
    below = [row[position] for row in rows[2:] for position in blanks if len(row) > position]
    found = len(blanks) >= 2 and worded and all(_NUMBER.match(cell) for cell in below)
    return "headings over a second header row of their parts, with codes below" if found else ""


def _smartsurvey(rows: Rows) -> str:
    header = _folded(rows[0])
    found = {"userid", "userno"} <= header and _SMART & header
    return f"columns UserID, UserNo and {_named(_SMART, header)}" if found else ""


def _never(rows: Rows) -> str:
    return ""


def _short(cell: str) -> str:
    flat = " ".join(cell.split())
    return f"'{flat[:40]}…'" if len(flat) > 40 else f"'{flat}'"


class Mark(NamedTuple):
    """What tells one platform's exports: its words, and two questions to the first rows, answered by a reason or blank.

    `sure` is what no other tool writes; `perhaps` is what a table of any origin may have too.
    """

    words: str
    sure: Callable[[Rows], str]
    perhaps: Callable[[Rows], str]
    expected: str


MARKS: dict[str, Mark] = {
    "qualtrics": Mark(
        "a Qualtrics export",
        _qualtrics,
        _never,
        "a header with StartDate, EndDate and RecordedDate or ResponseId, or ImportIds in the third row",
    ),
    "microsoft_forms": Mark(
        "a Microsoft Forms export", _microsoft_forms, _never, "a header with ID, Start time and Completion time"
    ),
    "surveymonkey": Mark(
        "a SurveyMonkey export",
        _surveymonkey,
        _never,
        "a first header row with Respondent ID and Collector ID, Start Date or date_created",
    ),
    "smartsurvey": Mark(
        "a SmartSurvey export", _smartsurvey, _never, "a first header row with UserID, UserNo, and Started or Ended"
    ),
    "jisc": Mark(
        "a Jisc Online Surveys export",
        _jisc,
        _perhaps_jisc,
        "a header with Unique Response Number, with URN and Q1, or with questions numbered 1. and 1.a.",
    ),
    "limesurvey": Mark(
        "a LimeSurvey export",
        _limesurvey,
        _perhaps_limesurvey,
        "a header with id and submitdate (Response ID and Date submitted), or questions as 'code. question'",
    ),
    "google_forms": Mark(
        "a Google Forms export",
        _google_forms,
        _perhaps_google_forms,
        "a first column Timestamp (in the form's language) of days with times",
    ),
    "webropol": Mark(
        "a Webropol export",
        _webropol,
        _perhaps_webropol,
        "two header rows: headings that span columns, and their parts",
    ),
    "redcap": Mark(
        "a REDCap export",
        _redcap,
        _perhaps_redcap,
        "a header with record_id, a redcap_… or …_complete column, or multiple answers as name___1",
    ),
}


def looks_like(rows: Rows) -> str | None:
    """Return the platform whose marks the rows bear, or None.

    Parameters
    ----------
    rows : sequence of sequence of str
        The first rows, at least the header.

    Returns
    -------
    str or None
        A name of ``MARKS``: the first with a sure mark, else the first with another.
    """
    sure = next((name for name, mark in MARKS.items() if mark.sure(rows)), None)
    return sure or next((name for name, mark in MARKS.items() if mark.perhaps(rows)), None)


def wrong_platform(path: Path, platform: str, grid: Grid) -> StudyError:
    """Return the fault of a file that lacks the marks of the platform declared.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    platform : str
        As declared, a name of ``MARKS``.
    grid : Grid
        What was read.

    Returns
    -------
    StudyError
        Which says what the file looks like instead, and what the platform's marks would be.
    """
    found = looks_like(grid.rows)
    width = len(grid.records[0][1])
    if found:
        seen, fix = f"this looks like {MARKS[found].words}", f"set platform to {found} for this source in sources.csv"
    else:
        seen = f"this looks like a plain table of {width:,} columns"
        fix = "set platform to plain for this source in sources.csv, or export the file again"
    return file_error(path, f"declared as {platform}, but {seen}", expected=MARKS[platform].expected, fix=fix)


def require(path: Path, platform: str, grid: Grid) -> None:
    """Refuse a file that lacks the marks of the platform declared.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    platform : str
        A name of ``MARKS``.
    grid : Grid
        What was read.

    Raises
    ------
    StudyError
        As `wrong_platform` words it.
    """
    mark = MARKS[platform]
    if not (mark.sure(grid.rows) or mark.perhaps(grid.rows)):
        raise wrong_platform(path, platform, grid)
