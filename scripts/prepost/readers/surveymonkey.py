"""SurveyMonkey exports (CSV or .xlsx, condensed or expanded columns)."""

from __future__ import annotations

from pathlib import Path

from prepost.readers.parts import read_in_parts
from prepost.readers.table import RawTable, ReadOptions

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
    return read_in_parts(path, options, platform="surveymonkey", first="respondent id", meta=_META)
