"""Which platform wrote a file, for a draft: all marks are asked, and what they say is told."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from prepost.errors import Fault, StudyError
from prepost.readers import ReadOptions
from prepost.readers.grid import read_grid
from prepost.readers.recognise import MARKS

WEAK = {"redcap"}  # one column that ends in _complete may stand in any file


class Detected(NamedTuple):
    """A platform as sources.csv names it, and why."""

    platform: str
    reason: str


def detect(path: Path) -> Detected:
    """Say which platform a file seems to come from.

    Parameters
    ----------
    path : pathlib.Path
        A raw export.

    Returns
    -------
    Detected
        ``spss`` and ``plain`` are told by the file's ending or by the lack of any platform's marks.

    Raises
    ------
    StudyError
        The marks of several platforms stand in the file.
    """
    if path.suffix.lower() in (".sav", ".zsav"):
        return Detected("spss", "an SPSS file by its ending")
    if path.suffix.lower() == ".parquet":
        return Detected("plain", "a Parquet file by its ending")
    rows = read_grid(path, ReadOptions()).rows
    found = [name for name, (_, bears) in MARKS.items() if bears(rows)]
    sure = [name for name in found if name not in WEAK] or found
    if len(sure) > 1:
        raise StudyError(
            Fault(
                path.name,
                f"it bears the marks of {' and of '.join(sure)}",
                "the marks of one platform",
                "name its platform in sources.csv yourself",
            ),
            kind="file",
        )
    if sure:
        return Detected(sure[0], f"it bears the marks of {MARKS[sure[0]][0]}")
    return Detected("plain", "a table without any platform's marks")
