"""Readers of raw exports: one room a platform, all leaving the same `RawTable`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from prepost.errors import Fault, StudyError, did_you_mean
from prepost.readers.detect import AUTO, detect
from prepost.readers.google_forms import read_google_forms
from prepost.readers.jisc import read_jisc
from prepost.readers.limesurvey import read_limesurvey
from prepost.readers.microsoft_forms import read_microsoft_forms
from prepost.readers.plain import read_plain
from prepost.readers.qualtrics import read_qualtrics
from prepost.readers.redcap import read_redcap
from prepost.readers.smartsurvey import read_smartsurvey
from prepost.readers.spss import read_spss
from prepost.readers.surveymonkey import read_surveymonkey
from prepost.readers.table import MULTIPLE_SEPARATOR, Column, RawTable, ReadOptions, file_error, steady
from prepost.readers.transcript import read_transcript
from prepost.readers.webropol import read_webropol

__all__ = ["AUTO", "MULTIPLE_SEPARATOR", "PLATFORMS", "Column", "RawTable", "ReadOptions", "read"]

#: Platform, as ``sources.csv`` names it, to its reader. A new platform is a new room and a line here.
PLATFORMS: dict[str, Callable[[Path, ReadOptions], RawTable]] = {
    "qualtrics": read_qualtrics,
    "microsoft_forms": read_microsoft_forms,
    "google_forms": read_google_forms,
    "surveymonkey": read_surveymonkey,
    "smartsurvey": read_smartsurvey,
    "jisc": read_jisc,
    "limesurvey": read_limesurvey,
    "webropol": read_webropol,
    "redcap": read_redcap,
    "spss": read_spss,
    "plain": read_plain,
    "transcript": read_transcript,
}


def read(path: Path, platform: str, *, options: ReadOptions | None = None) -> RawTable:
    """Read one raw export as text.

    Parameters
    ----------
    path : pathlib.Path
        The file; it is only read.
    platform : str
        A name of ``PLATFORMS``, or ``auto``: the file's own marks decide.
    options : ReadOptions, optional
        Encoding, sheet and delimiter where the file leaves a doubt.

    Returns
    -------
    RawTable
        Rows, refused lines and how the file was read. A header without data gives no rows and is no fault.
        ``notes`` has ``platform``, and with ``auto`` the ``confidence`` and ``reason`` of the detection.

    Raises
    ------
    StudyError
        ``kind="study"``: no such platform. ``kind="file"``: missing, empty, damaged, of another platform, or, with
        ``auto``, of none that its marks tell surely.
    """
    path = Path(path)
    if platform not in (AUTO, *PLATFORMS):
        raise StudyError(
            Fault(
                where=f"sources.csv · platform of {path.name}",
                what=f"there is no reader for '{platform}'",
                expected=did_you_mean(platform, [AUTO, *PLATFORMS]) or "one of " + ", ".join([AUTO, *PLATFORMS]),
                fix="config/sources.csv",
            )
        )
    if not path.is_file():
        what = "it is a folder, not a file" if path.is_dir() else "the file is not there"
        raise file_error(path, what, expected="the raw export", fix="put the export into the data folder by this name")
    if path.stat().st_size == 0:
        raise file_error(path, "the file is empty (0 bytes)", expected="a header row", fix="export it again")
    try:
        return _read(path, platform, options or ReadOptions())
    except PermissionError:
        raise file_error(
            path, "the file may not be read by you", expected="a readable file", fix="its permissions"
        ) from None


def _read(path: Path, platform: str, options: ReadOptions) -> RawTable:
    if platform != AUTO:
        table = PLATFORMS[platform](path, options)
        return replace(table, notes={**table.notes, "platform": platform})
    with steady(path):  # it is opened twice, and both have to see the same file
        found = detect(path, options)
        table = PLATFORMS[found.platform](path, options)
    return replace(table, notes={**table.notes, **found._asdict()})
