"""Run Snakemake as a child: what an evaluator sees of it, its environment, and how it ends when we are ended."""

from __future__ import annotations

import contextlib
import ctypes
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import TextIO

NOISE = (
    *("Using ", "Assuming ", "Singularity containers", "Select jobs", "Execute ", "Elapsed time", "Shutting down"),
    *("Unlocking ", "Nothing to be done", "Complete log", "host:", "Building DAG", "Exiting because a job"),
)
TROUBLE = (
    *("StudyError", "Traceback", "RuleException", "CalledProcessError", "WorkflowError", "OSError", "PermissionError"),
    *("Error in ", "Terminating", "Will exit"),
)
PROGRESS = re.compile(r"  \S.*\(\d+\.\d s\)$")


def run(command: list[str], lock: TextIO) -> tuple[int, list[str]]:
    """Run Snakemake; progress is passed on at once, and from the first sign of trouble the rest is held back.

    Parameters
    ----------
    command : list of str
        Snakemake's command.
    lock : file
        Our lock on the study. The child holds it too, so that a run is not taken for ended while it goes on after us.

    Returns
    -------
    code : int
        The child's exit code, or 128 and the signal that stopped us.
    held : list of str
        The lines that were held back.

    Notes
    -----
    A signal to us ends Snakemake and its jobs, which are a group of their own: asked first, then made to.
    """
    process = subprocess.Popen(
        command,
        env=environment(),
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        start_new_session=True,
        pass_fds=[lock.fileno()],
        preexec_fn=_prepare,
    )
    harder = iter((signal.SIGINT, signal.SIGTERM))
    stopped: list[int] = []

    def stop(number: int, _frame: object) -> None:
        stopped.append(number)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, next(harder, signal.SIGKILL))
        signal.alarm(4)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM):
        signal.signal(number, stop)
    held: list[str] = []
    for line in process.stderr:
        if PROGRESS.match(line) or not (held or line.startswith((*NOISE, *TROUBLE))):
            sys.stderr.write(line)
        elif not line.startswith(NOISE):
            held.append(line)
    code = process.wait()
    signal.alarm(0)
    return (128 + stopped[0] if stopped else code), held


def _prepare() -> None:
    """Hear an interruption even where we were started in the background, and, on Linux, end when we are killed."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG


def environment() -> dict[str, str]:
    """The environment of every step: one BLAS thread, one locale, one time zone, no colours, byte-code kept."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    return environment | {
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONNOUSERSITE": "1",
        "MPLBACKEND": "Agg",
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "SOURCE_DATE_EPOCH": "0",
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{environment.get('PATH', '')}",
    }
