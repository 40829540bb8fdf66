"""Questions over their parts: a header of two rows, as SurveyMonkey, SmartSurvey and Webropol write it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from prepost.readers.grid import Grid, read_grid
from prepost.readers.multiple import Combined, with_combined
from prepost.readers.recognise import require
from prepost.readers.table import (
    Column,
    RawTable,
    ReadOptions,
    file_error,
    find_meta,
    make_table,
    take_records,
    unique_names,
)

_WHOLE = {"", "response", "open-ended response"}
_OTHER = re.compile(r"other\b.*\((?:please|pls)\b.*\)", re.I | re.S)

Records = Sequence[tuple[int, Sequence[str]]]


def padded(cells: Sequence[str], width: int) -> list[str]:
    """Return a row of exactly that many cells."""
    return [*cells[:width], *[""] * (width - len(cells))]


def check_widths(path: Path, grid: Grid, heads: int) -> None:
    """Refuse header rows of which nobody can say which question a surplus cell belongs to.

    Parameters
    ----------
    path : pathlib.Path
        For the words of a fault only.
    grid : Grid
        The file.
    heads : int
        How many of its rows are header.

    Raises
    ------
    StudyError
        A further header row holds a filled cell beyond the width of the first; blank ones say nothing.
    """
    width = len(grid.records[0][1])
    for line, cells in grid.records[1:heads]:
        surplus = sum(bool(cell.strip()) for cell in cells[width:])
        if surplus:
            raise file_error(
                path,
                f"a header row holds {surplus:,} cells beyond the {width:,} of the first header row",
                expected="as many cells in each header row",
                fix="export again; the file was changed in another program",
                rows=[line],
            )


def has_parts(grid: Grid, key: str) -> bool:
    """Tell whether the second row is a header: blank, or the same again, under a column that every response fills.

    Parameters
    ----------
    grid : Grid
        The file.
    key : str
        Header of that column, small letters, single blanks, no underscores.
    """
    if len(grid.records) < 2:
        return False
    header, second = grid.records[0][1], grid.records[1][1]
    position = next((i for i, cell in enumerate(header) if _folded(cell).replace("_", " ") == key), 0)
    under = _folded(second[position]) if position < len(second) else ""
    return under in ("", _folded(header[position]))


def _folded(cell: str) -> str:
    return " ".join(cell.split()).casefold()


def question_groups(questions: Sequence[str]) -> list[list[int]]:
    """Return the positions of each question: a blank cell of the first row continues the question before it."""
    groups: list[list[int]] = []
    for position, cell in enumerate(questions):
        if cell.strip() or not groups:
            groups.append([])
        groups[-1].append(position)
    return groups


def _is_whole(question: str, part: str) -> bool:
    return _folded(part) in _WHOLE or _folded(part) == _folded(question)


def part_columns(questions: Sequence[str], parts: Sequence[str], groups: Sequence[Sequence[int]]) -> list[Column]:
    """Return a column a position.

    Parameters
    ----------
    questions, parts : sequence of str
        The two header rows, of one width.
    groups : sequence of sequence of int
        As `question_groups` gives them.

    Returns
    -------
    list of Column
        A question of one column is named by it; the parts of any other are ``Question [Part]``.
    """
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


def option_given(cell: str, option: str) -> str | None:
    """Return the option where its cell is filled."""
    return option if cell.strip() else None


def multiple_answer(
    questions: Sequence[str], parts: Sequence[str], group: Sequence[int], taken: Records
) -> Combined | None:
    """Return the combined column of a multiple-answer question, or None where the parts are rows of a grid.

    Parameters
    ----------
    questions, parts : sequence of str
        The two header rows, of one width.
    group : sequence of int
        Positions of one question.
    taken : sequence of (int, sequence of str)
        Line and cells.

    Returns
    -------
    Combined or None
        Of the options, each of whose cells is blank or repeats the option or its number; "Other" is one of them.
    """
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


def spanned_columns(headers: Sequence[Sequence[str]], *, no_part: str = "") -> list[Column]:
    """Return the columns of one header row, or of headings that span columns over a row of their parts.

    Parameters
    ----------
    headers : sequence of sequence of str
        One or two rows of one width.
    no_part : str
        What stands in the second row below a heading that has no parts; a blank cell always says so.

    Returns
    -------
    list of Column
        ``Heading [Part]``, whose ``question`` is the part; a heading without parts by itself.
    """
    header = headers[0]
    if len(headers) == 1:
        return [Column(name=name, header=cell) for name, cell in zip(unique_names(header), header, strict=True)]
    heading, named, questions = "", [], []
    parts = ["" if part.strip() == no_part else part for part in headers[1]]
    for cell, part in zip(header, parts, strict=True):
        heading = cell if cell.strip() else heading
        named.append(f"{heading} [{part}]" if part.strip() and heading else part if part.strip() else heading)
        questions.append(part if part.strip() else cell or None)
    return [
        Column(name=name, header=cell or part, question=question)
        for name, cell, part, question in zip(unique_names(named), header, parts, questions, strict=True)
    ]


def read_in_parts(
    path: Path, options: ReadOptions, *, platform: str, first: str, meta: Mapping[str, Sequence[str]]
) -> RawTable:
    """Read an export whose second header row, where it has one, names the parts of the questions above it.

    Parameters
    ----------
    path : Path
        CSV or .xlsx.
    options : ReadOptions
        Where the file leaves a doubt.
    platform : str
        Whose marks the file must bear.
    first : str
        Header of the first column, folded, by which a second header row is known.
    meta : mapping of str to sequence of str
        The columns that every platform has under a name of its own.

    Raises
    ------
    StudyError
        The file lacks the platform's marks.
    """
    grid = read_grid(path, options)
    require(path, platform, grid)
    heads = 2 if has_parts(grid, first) else 1
    check_widths(path, grid, heads)
    headers = [cells for _, cells in grid.records[:heads]]
    taken, refused = take_records(grid.records[heads:], headers)
    questions, parts = headers[0], padded(headers[1] if heads == 2 else [], len(headers[0]))
    groups = question_groups(questions)
    columns = part_columns(questions, parts, groups)
    combined = [item for group in groups if (item := multiple_answer(questions, parts, group, taken))]
    found = find_meta([column.name for column in columns], meta)
    columns, taken = with_combined(columns, combined, taken, option_given)
    return make_table(columns, taken, refused, meta=found, notes={**grid.notes, "header_rows": str(heads)})
