"""Building studies in copies, so that a test never writes into the checkout."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import psutil

ROOT = Path(__file__).resolve().parents[1]
LEFT_BEHIND = shutil.ignore_patterns("results", ".snakemake", "__pycache__")


def run_build(
    study: Path,
    *targets: str,
    data: Path | None = None,
    cores: int = 2,
    root: Path = ROOT,
    preexec_fn: Callable[[], None] | None = None,
    **environment: str,
):
    """Run the workflow as `make report` does and return the finished process; its output is text."""
    command = [sys.executable, str(root / "workflow" / "build.py"), "--study", str(study), "--cores", str(cores)]
    command += ["--data", str(data)] if data else []
    clean = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    return subprocess.run(
        [*command, *targets],
        capture_output=True,
        text=True,
        check=False,
        cwd=study,
        env={**clean, **environment},
        preexec_fn=preexec_fn,
    )


def copy_toy(to: Path) -> Path:
    """Copy the toy study's config and data and return the copy."""
    for part in ("config", "data"):
        shutil.copytree(ROOT / "tests" / "toy_study" / part, to / part)
    return to


def copy_bundled(to: Path) -> Path:
    """Copy the bundled study's config; its data are simulated by the build."""
    shutil.copytree(ROOT / "config", to / "config")
    return to


def copy_checkout(to: Path) -> Path:
    """Copy what builds a study: a second checkout, in another folder."""
    for part in ("workflow", "scripts", "notebooks"):
        shutil.copytree(ROOT / part, to / part, ignore=LEFT_BEHIND)
    return to


def killed(
    study: Path, log: str, left: str, *, root: Path, everything: bool, wait: float = 900, **environment: str
) -> bool:
    """Kill a build on one core by SIGKILL while a job runs; whether the job was met before it left its file.

    Parameters
    ----------
    study : Path
        The study.
    log, left : str
        The log that the job begins with and a file that it has not left yet, below results.
    root : Path
        The checkout.
    everything : bool
        The jobs and Snakemake are killed at the same time; else the command's process group alone, as `kill -9` by
        hand does, and Snakemake learns of it from the system.
    wait : float
        Seconds; on a machine with nothing else to do the last moment comes within a minute.
    """
    command = [sys.executable, str(root / "workflow/build.py"), "--study", str(study), "--cores", "1"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "start_new_session": True}
    clean = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    running = subprocess.Popen(command, cwd=study, env={**clean, **environment}, **quiet)
    process, begun = psutil.Process(running.pid), time.time()
    begins, met = study / "results" / "logs" / log, False
    while time.time() < begun + wait and running.poll() is None and not met:
        met = begins.exists() and begins.stat().st_mtime > begun
        time.sleep(0.01)
    group = process.children(recursive=True) if everything else []
    os.killpg(running.pid, signal.SIGKILL)
    for child in group:
        with contextlib.suppress(psutil.NoSuchProcess):
            child.kill()
    return running.wait() == -signal.SIGKILL and met and not (study / "results" / left).exists()


def built_once(home: Path, name: str, prepare) -> Path:
    """Build a study once for all workers of a test run and return its results folder.

    The first worker that asks builds, under a lock; a build that failed is told to every test that asks.
    """
    home.mkdir(parents=True, exist_ok=True)
    study, done = home / name, home / f"{name}.done"
    with open(home / f"{name}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            study.mkdir()
            ended = run_build(prepare(study))
            done.write_text(f"{ended.returncode}\n{ended.stdout}\n{ended.stderr}")
    code, _, told = done.read_text().partition("\n")
    if code != "0":
        raise RuntimeError(f"the {name} study did not build:\n{told}")
    return study / "results"


#: Each moment at which a build is killed, by the log that a job begins with and a file that it has not left yet.
MOMENTS = {
    "ingest": ("ingest.before.log", "1_ingested/before.parquet"),
    "statistics": ("compare.log", "6_statistics/comparisons.csv"),
    "report": ("report.log", "9_report/report.html"),
}


class Interrupted(NamedTuple):
    """A checkout of its own with the toy study in it, whose build was killed at three moments and then went on."""

    home: Path
    study: Path
    met: list[str]
    kept: bool
    code: int
    told: str


def interrupted_once(home: Path) -> Interrupted:
    """Build the toy study once for all workers as another user might: elsewhere, on one core, killed on the way.

    What is compared with a build in peace therefore differs from it in everything that the law of bytes names.
    """
    home.mkdir(parents=True, exist_ok=True)
    checkout, done = home / "another folder", home / "interrupted.json"
    study = checkout / "studies" / "toy"
    with open(home / "interrupted.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            copy_checkout(checkout)
            study.mkdir(parents=True)
            copy_toy(study)
            other = {"root": checkout, "LC_ALL": "C", "TZ": "Asia/Kathmandu"}
            moments = enumerate(MOMENTS.items())
            met = [name for place, (name, at) in moments if killed(study, *at, everything=place != 1, **other)]
            kept = (study / "results/6_statistics/comparisons.csv").exists()
            ended = run_build(study, cores=1, **other)
            done.write_text(json.dumps([met, kept, ended.returncode, ended.stdout + ended.stderr]))
    return Interrupted(checkout, study, *json.loads(done.read_text()))
