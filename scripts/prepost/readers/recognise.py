"""Which platform wrote a file, by the marks that its first rows bear: for the words of a fault, never to decide."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from prepost.errors import StudyError
from prepost.readers.grid import Grid
from prepost.readers.table import file_error

Rows = Sequence[Sequence[str]]

_JISC_QUESTION = re.compile(r"\s*\d+(?:\.(?:\d+|[a-z]|[ivx]+))*\.\s+\S")
_JISC_CODE = re.compile(r"Q\d+(?:_\w+)*$")
_REDCAP_COLUMN = re.compile(r"record_id$|redcap_\w+$|\w+_complete$|\w+___\w+$|.*\(choice=.*\)$|complete\?$", re.S)


def _folded(row: Sequence[str]) -> set[str]:
    return {cell.strip().casefold() for cell in row}


def is_qualtrics(rows: Rows) -> bool:
    """Tell whether the rows bear Qualtrics' marks: ImportIds in the third row, or its columns in the first."""
    if len(rows) > 2 and any('"ImportId"' in cell for cell in rows[2]):
        return True
    header = _folded(rows[0])
    own = {"recordeddate", "responseid", "duration (in seconds)", "distributionchannel", "userlanguage", "progress"}
    return {"startdate", "enddate"} <= header and len(own & header) >= 1


def is_microsoft_forms(rows: Rows) -> bool:
    """Tell whether the header has Microsoft Forms' ID, Start time and Completion time."""
    return {"id", "start time", "completion time"} <= _folded(rows[0])


def is_surveymonkey(rows: Rows) -> bool:
    """Tell whether the header has SurveyMonkey's respondent and its collector or dates."""
    header = {name.replace("_", " ") for name in _folded(rows[0])}
    others = {"collector", "collector id", "start date", "date created"}
    return "respondent id" in header and bool(others & header)


def is_jisc(rows: Rows) -> bool:
    """Tell whether the header has Jisc's response number, or mostly questions numbered as Jisc does."""
    header = [cell for cell in rows[0] if cell.strip()]
    if "unique response number" in _folded(header):
        return True
    if "urn" in _folded(header) and any(_JISC_CODE.match(cell) for cell in header):
        return True
    numbered = sum(bool(_JISC_QUESTION.match(cell)) for cell in header)
    return numbered >= 2 and numbered >= len(header) / 2


def is_redcap(rows: Rows) -> bool:
    """Tell whether the header has REDCap's record id, its own columns or its multiple-answer columns."""
    header = _folded(rows[0])
    return "record id" in header or any(_REDCAP_COLUMN.match(cell) for cell in header)


# The surest marks first; a plain REDCap header has the weakest.
MARKS: dict[str, tuple[str, Callable[[Rows], bool]]] = {
    "qualtrics": ("a Qualtrics export", is_qualtrics),
    "microsoft_forms": ("a Microsoft Forms export", is_microsoft_forms),
    "surveymonkey": ("a SurveyMonkey export", is_surveymonkey),
    "jisc": ("a Jisc Online Surveys export", is_jisc),
    "redcap": ("a REDCap export", is_redcap),
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
        A name of ``MARKS``.
    """
    return next((name for name, (_, bears) in MARKS.items() if bears(rows)), None)


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
        seen, fix = f"this looks like {MARKS[found][0]}", f"set platform to {found} for this source in sources.csv"
    else:
        seen = f"this looks like a plain table of {width:,} columns"
        fix = "set platform to plain for this source in sources.csv, or export the file again"
    return file_error(path, f"declared as {platform}, but {seen}", expected=_EXPECTED[platform], fix=fix)


_EXPECTED = {
    "qualtrics": "a header with StartDate, EndDate and RecordedDate or ResponseId, or ImportIds in the third row",
    "microsoft_forms": "a header with ID, Start time and Completion time",
    "surveymonkey": "a first header row with Respondent ID and Collector ID, Start Date or date_created",
    "jisc": "a header with Unique Response Number, with URN and Q1, or with questions numbered 1. and 1.a.",
    "redcap": "a header with record_id, a redcap_… or …_complete column, or multiple answers as name___1",
}


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
    _, bears = MARKS[platform]
    if not bears(grid.rows):
        raise wrong_platform(path, platform, grid)
