"""SurveyMonkey exports (CSV or .xlsx, condensed or expanded columns)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from prepost.readers.grid import Grid, read_grid
from prepost.readers.multiple import Combined, with_combined
from prepost.readers.recognise import require
from prepost.readers.table import Column, RawTable, ReadOptions, find_meta, make_table, take_records, unique_names

_META = {
    "response_id": ("Respondent ID", "respondent_id"),
    "received": ("End Date", "date_modified", "Date Modified"),
    "started": ("Start Date", "date_created", "Date Created"),
    "status": ("Response Status", "Status"),
}
_WHOLE = {"", "response", "open-ended response"}
_OTHER = re.compile(r"other\b.*\((?:please|pls)\b.*\)", re.I | re.S)

Records = Sequence[tuple[int, Sequence[str]]]


def read_surveymonkey(path: Path, options: ReadOptions) -> RawTable:
    """Read a SurveyMonkey export.

    Parameters
    ----------
    path : pathlib.Path
        CSV or .xlsx, "all individual responses".
    options : ReadOptions
        Where the file leaves a doubt.

    Returns
    -------
    RawTable
        Two header rows: the question over its first column, and its parts. A question of one column (``Response``,
        ``Open-Ended Response``, or condensed) keeps the question as its name, and its further columns are
        ``Question [Other (please specify)]``. The parts of any other are ``Question [Part]``; where they are the
        options of one multiple-answer question (each cell repeats its option, or its number), a column ``Question``
        before them joins the ticked ones by ``" | "``, of which "Other" is one where its text is given.
        Condensed multiple answers, serial dates and no-break spaces stay as exported.

    Raises
    ------
    StudyError
        The file lacks SurveyMonkey's marks.
    """
    grid = read_grid(path, options)
    require(path, "surveymonkey", grid)
    heads = 2 if _has_parts(grid) else 1
    headers = [cells for _, cells in grid.records[:heads]]
    taken, refused = take_records(grid.records[heads:], headers)
    questions, parts = headers[0], _padded(headers[1] if heads == 2 else [], len(headers[0]))
    groups = _groups(questions)
    columns = _columns(questions, parts, groups)
    combined = [item for group in groups if (item := _multiple_answer(questions, parts, group, taken))]
    meta = find_meta([column.name for column in columns], _META)
    columns, taken = with_combined(columns, combined, taken, _option)
    return make_table(columns, taken, refused, meta=meta, notes={**grid.notes, "header_rows": str(heads)})


def _padded(cells: Sequence[str], width: int) -> list[str]:
    return [*cells[:width], *[""] * (width - len(cells))]


def _has_parts(grid: Grid) -> bool:
    """Tell whether the second row is a header: blank, or the same again, under Respondent ID."""
    if len(grid.records) < 2:
        return False
    header, second = grid.records[0][1], grid.records[1][1]
    position = next((i for i, cell in enumerate(header) if _folded(cell).replace("_", " ") == "respondent id"), 0)
    under = _folded(second[position]) if position < len(second) else ""
    return under in ("", _folded(header[position]))


def _folded(cell: str) -> str:
    return " ".join(cell.split()).casefold()


def _groups(questions: Sequence[str]) -> list[list[int]]:
    groups: list[list[int]] = []
    for position, cell in enumerate(questions):
        if cell.strip() or not groups:
            groups.append([])
        groups[-1].append(position)
    return groups


def _is_whole(question: str, part: str) -> bool:
    return _folded(part) in _WHOLE or _folded(part) == _folded(question)


def _columns(questions: Sequence[str], parts: Sequence[str], groups: Sequence[Sequence[int]]) -> list[Column]:
    named, wordings = [], []
    for group in groups:
        question = questions[group[0]]
        for position in group:
            part = parts[position]
            whole = position == group[0] and (len(group) == 1 and not _OTHER.match(part) or _is_whole(question, part))
            spread = part.strip() or f"column {position + 1}"
            named.append(question if whole else f"{question} [{spread}]")
            wordings.append(question if whole or not part.strip() else f"{question} - {part}")
    return [
        Column(name=name, header=part or question, question=wording or None)
        for name, part, question, wording in zip(unique_names(named), parts, questions, wordings, strict=True)
    ]


def _option(cell: str, option: str) -> str | None:
    return option if cell.strip() else None


def _multiple_answer(
    questions: Sequence[str], parts: Sequence[str], group: Sequence[int], taken: Records
) -> Combined | None:
    """Return the combined column of a multiple-answer question, or None where the parts are rows of a grid."""
    question = questions[group[0]]
    if len(group) < 2 or not question.strip() or _is_whole(question, parts[group[0]]):
        return None
    options, after_other = [], False
    for number, position in enumerate(group, start=1):
        other = bool(_OTHER.match(parts[position].strip()))
        after_other = after_other or other
        known = {"", _folded(parts[position]), str(number)}
        if other or all(_folded(cells[position]) in known for _, cells in taken):
            options += [position] if parts[position].strip() else []
        elif not after_other:  # behind "Other" someone's recoding may stand, which is no option
            return None
    return Combined(
        column=Column(name=question, header=question, question=question),
        parts=tuple((position, parts[position].strip()) for position in options),
    )
