"""What a good run left stays until it is made anew: Snakemake deletes a job's old files before it runs the job."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

RESULTS = ("[1-9]_*/**/*", "audit/*", "manifest.csv", "run_config.yaml")
# Older than anything that a job reads, so that the next run makes what was put back anew.
LONG_AGO = 1_000_000_000


def set_aside(results: Path) -> None:
    """Give each file of the floors and beside them a second name in results/.kept, which costs no space.

    Parameters
    ----------
    results : Path
        The study's results. What a killed run left set aside is put back first.

    Raises
    ------
    OSError
        Nothing can be written there.
    """
    put_back(results)
    for path in _files(results):
        kept = results / ".kept" / path.relative_to(results)
        kept.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(path, kept)
        except OSError:  # a file system without hard links, or another user's file; a full disk speaks below
            shutil.copy2(path, kept)


def put_back(results: Path) -> list[str]:
    """Put back each file that was set aside and is gone, and end the keeping; what was made anew stays.

    Parameters
    ----------
    results : Path
        The study's results.

    Returns
    -------
    list of str
        The files put back, below results. Each is dated long ago, so that the next run makes it anew.
    """
    back = []
    for kept in _files(results / ".kept"):
        name = kept.relative_to(results / ".kept")
        if not (results / name).exists():
            (results / name).parent.mkdir(parents=True, exist_ok=True)
            os.rename(kept, results / name)
            os.utime(results / name, (LONG_AGO, LONG_AGO))
            back.append(name.as_posix())
    let_go(results)
    return back


def let_go(results: Path) -> None:
    """End the keeping: everything was made anew."""
    shutil.rmtree(results / ".kept", ignore_errors=True)


def _files(home: Path) -> list[Path]:
    return sorted(path for pattern in RESULTS for path in home.glob(pattern) if path.is_file())
