"""Which platform wrote a file: every mark is asked, and one sure mark decides or nobody does."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from prepost.readers.grid import Grid, read_grid
from prepost.readers.recognise import MARKS
from prepost.readers.table import ReadOptions, file_error

#: What sources.csv writes where the file itself is to tell.
AUTO = "auto"
CERTAIN, HIGH, FAIR, DOUBTFUL = "certain", "high", "fair", "doubtful"


class Detected(NamedTuple):
    """A platform as sources.csv names it, how sure that is, and why.

    `confidence` is ``certain`` (the file's own format, or a sure mark beside no mark of any other tool), ``high`` (a
    sure mark of one tool, though another's weaker one stands there too), ``fair`` (a layout, or a table without any
    tool's marks, which is read as it stands) or ``doubtful`` (weak marks or several sure ones; `detect` refuses it).
    """

    platform: str
    confidence: str
    reason: str


def detect(path: Path, options: ReadOptions | None = None) -> Detected:
    """Say which platform a file comes from, or refuse to.

    Parameters
    ----------
    path : pathlib.Path
        A raw export.
    options : ReadOptions, optional
        Where the file leaves a doubt about its encoding, delimiter or sheet.

    Returns
    -------
    Detected
        Never ``doubtful``.

    Raises
    ------
    StudyError
        ``kind="file"``: several tools' sure marks, or weak ones alone; each candidate is named with its reason.
    """
    found = candidates(path, options)
    if found[0].confidence != DOUBTFUL:
        return found[0]
    raise file_error(
        path,
        "which tool wrote it cannot be told: " + "; ".join(f"{one.platform}: {one.reason}" for one in found),
        expected="the sure marks of one tool",
        fix="write its platform in sources.csv instead of auto: " + ", ".join([*(c.platform for c in found), "plain"]),
    )


def candidates(path: Path, options: ReadOptions | None = None) -> list[Detected]:
    """Return what a file may be, the likeliest first; one that is not ``doubtful`` stands alone.

    Parameters
    ----------
    path : pathlib.Path
        A raw export.
    options : ReadOptions, optional
        Where the file leaves a doubt.

    Returns
    -------
    list of Detected
        At least one.
    """
    with path.open("rb") as handle:
        head = handle.read(4)
    if head in (b"$FL2", b"$FL3"):
        return [Detected("spss", CERTAIN, "an SPSS file by its first bytes")]
    if path.suffix.lower() in (".parquet", ".pq"):
        return [Detected("plain", CERTAIN, "a Parquet file by its ending")]
    return _judge(path, read_grid(path, options or ReadOptions()))


def _judge(path: Path, grid: Grid) -> list[Detected]:
    sure = {name: reason for name, mark in MARKS.items() if (reason := mark.sure(grid.rows))}
    weak = {name: reason for name, mark in MARKS.items() if name not in sure and (reason := mark.perhaps(grid.rows))}
    if len(sure) == 1:
        name, reason = next(iter(sure.items()))
        also = "".join(f"; also {why}, as {other} would have" for other, why in weak.items())
        return [Detected(name, HIGH if weak else CERTAIN, reason + also)]
    if sure:
        return [Detected(name, DOUBTFUL, reason) for name, reason in sure.items()]
    tabs = path.suffix.lower() == ".csv" and grid.notes.get("delimiter") == "tab"
    if tabs and list(weak) == ["webropol"]:
        return [Detected("webropol", FAIR, f"{weak['webropol']}; separated by tabs under the name .csv")]
    if weak:
        return [Detected(name, DOUBTFUL, reason) for name, reason in weak.items()]
    return [Detected("plain", FAIR, f"{len(grid.records[0][1]):,} columns without any tool's marks")]
