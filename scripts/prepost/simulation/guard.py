"""Whether a data folder may be filled by the generator: only an empty one, or one that it filled itself."""

from __future__ import annotations

from pathlib import Path

from prepost.errors import Fault

MARK = "SYNTHETIC"
MARK_TEXT = (
    "This folder holds synthetic data, written by prepost from config/simulation.yaml. Nobody in it exists.\n"
    "prepost overwrites these files; while this mark stands, put no other file beside them.\n"
)
TRUTH = (
    *("truth/people.csv", "truth/responses.csv", "truth/warts.csv", "truth/themes.csv"),
    *("truth/identifiers.csv", "truth/interviews.csv", "truth/interview_identifiers.csv"),
)
RETURNED = "returned"  # sheets that people send back; the generator writes there only files that say synthetic
_LITTER = {".gitkeep", ".DS_Store", "Thumbs.db", "desktop.ini"}


def refusal(data: Path, expected: set[str]) -> Fault | None:
    """Return why the generator may not write into a data folder, or None where it may.

    Parameters
    ----------
    data : Path
        The study's data folder; it need not exist.
    expected : set of str
        The files of sources.csv, relative to the folder.

    Returns
    -------
    Fault or None
        None where the folder is absent, empty, or holds our mark and only files that we write. The mark is a file
        ``SYNTHETIC`` whose text names prepost.

    Notes
    -----
    Real exports cannot be made again, so anything unknown is left alone and the run does not start.
    """
    if not data.exists():
        return None if not data.is_symlink() else _fault("data is a link to nowhere", "a folder, or nothing")
    if not data.is_dir():
        return _fault("data is a file", "a folder, or nothing")
    there = _files(data)
    if not there:
        return None
    if not _is_ours(data / MARK):
        return _fault(
            f"the folder holds {len(there):,} file(s) that prepost did not write (first: {there[0]}), "
            "and the study would fill it with synthetic exports",
            "an empty folder, or one that holds prepost's own mark SYNTHETIC",
        )
    known = {*expected, MARK, *TRUTH}
    strangers = [name for name in there if name not in known]
    if strangers:
        return _fault(
            f"beside the synthetic exports stand {len(strangers):,} file(s) that prepost did not write "
            f"(first: {strangers[0]})",
            "only the files of config/sources.csv, SYNTHETIC, truth/ and returned/",
        )
    return None


def _files(data: Path) -> list[str]:
    found = [path for path in data.rglob("*") if path.is_symlink() or not path.is_dir()]
    names = sorted(path.relative_to(data).as_posix() for path in found if path.name not in _LITTER)
    return [name for name in names if not name.startswith(f"{RETURNED}/")]


def _is_ours(mark: Path) -> bool:
    if mark.is_symlink() or not mark.is_file():
        return False
    return b"prepost" in mark.read_bytes()[:1000]


def _fault(what: str, expected: str) -> Fault:
    return Fault(
        "data/",
        what,
        expected,
        "move the files elsewhere; for real exports begin a study of their own with make study NAME=<name>, "
        "which has no simulation.yaml",
    )
