"""SurveyMonkey exports (CSV or .xlsx, condensed or expanded columns)."""

from __future__ import annotations

from pathlib import Path

from prepost.readers.grid import read_grid
from prepost.readers.multiple import with_combined
from prepost.readers.parts import (
    check_widths,
    has_parts,
    multiple_answer,
    option_given,
    padded,
    part_columns,
    question_groups,
)
from prepost.readers.recognise import require
from prepost.readers.table import RawTable, ReadOptions, find_meta, make_table, take_records

_META = {
    "response_id": ("Respondent ID", "respondent_id"),
    "received": ("End Date", "date_modified", "Date Modified"),
    "started": ("Start Date", "date_created", "Date Created"),
    "status": ("Response Status", "Status"),
}


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
    heads = 2 if has_parts(grid, "respondent id") else 1
    check_widths(path, grid, heads)
    headers = [cells for _, cells in grid.records[:heads]]
    taken, refused = take_records(grid.records[heads:], headers)
    questions, parts = headers[0], padded(headers[1] if heads == 2 else [], len(headers[0]))
    groups = question_groups(questions)
    columns = part_columns(questions, parts, groups)
    combined = [item for group in groups if (item := multiple_answer(questions, parts, group, taken))]
    meta = find_meta([column.name for column in columns], _META)
    columns, taken = with_combined(columns, combined, taken, option_given)
    return make_table(columns, taken, refused, meta=meta, notes={**grid.notes, "header_rows": str(heads)})
