"""SmartSurvey exports (CSV or .xlsx, raw data)."""

from __future__ import annotations

from pathlib import Path

from prepost.readers.parts import read_in_parts
from prepost.readers.table import RawTable, ReadOptions

_META = {
    "response_id": ("UserID",),
    "received": ("Ended", "Completed"),
    "started": ("Started",),
    "status": ("Status", "Response Status"),
}


def read_smartsurvey(path: Path, options: ReadOptions) -> RawTable:
    """Read a SmartSurvey export.

    Parameters
    ----------
    path : pathlib.Path
        CSV or .xlsx.
    options : ReadOptions
        Where the file leaves a doubt.

    Returns
    -------
    RawTable
        ``UserID, UserNo, Name, Email, IP Address, Unique ID, Started, Ended``, then the questions, ``Q1. How sure?``.
        Where a second header row names the parts of questions, they are ``Question [Part]``, and several ticked
        options are joined in a column ``Question`` as for SurveyMonkey. Dates are day first or month first as the
        account is set.

    Raises
    ------
    StudyError
        The file lacks SmartSurvey's marks.
    """
    return read_in_parts(path, options, platform="smartsurvey", first="userid", meta=_META)
