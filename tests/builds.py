"""Building studies in copies, so that a test never writes into the checkout."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

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
