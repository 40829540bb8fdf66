"""Run the workflow for one study: one live run at a time, its own errors last, the report's path at the end."""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import json
import os
import re
import sys
import time
from pathlib import Path
from typing import TextIO

import keeping
from supervise import run

WORKFLOW = Path(__file__).resolve().parent
EXIT_STUDY, EXIT_FILE, EXIT_BUSY = 10, 11, 13  # as prepost.errors.EXIT_CODES
# What Snakemake itself, or a program that a step started, says of a disk on which it cannot write.
DISK = re.compile(r"No space left on device|Disk quota exceeded|File too large|Read-only file system")
PATIENCE = 60  # seconds that the jobs of a killed run may take to end


def main() -> int:
    """Read the command line, take the study's lock, run Snakemake, and tell how it ended."""
    given = _given()
    profiles = sorted(path.name for path in (WORKFLOW / "profiles").iterdir())
    study = Path(given.study).resolve()
    if not (study / "config").is_dir():
        expected = "STUDY=<folder that holds config/study.yaml>; make study NAME=x begins one"
        return _refuse(given.study, "there is no config/ folder in it, so it is not a study", expected)
    if given.cores != "all" and not re.fullmatch(r"[1-9]\d*", given.cores):
        return _refuse("CORES", f"'{given.cores}' is no number of cores", "CORES=all, or a whole number from 1")
    if given.profile not in profiles:
        return _refuse("PROFILE", f"there is no profile '{given.profile}'", f"PROFILE={' or PROFILE='.join(profiles)}")
    try:
        lock = _lock(study / "results")
        if lock is not None:
            keeping.set_aside(study / "results")
    except OSError as error:
        expected = "a folder in which you may write, on a disk with room"
        return _refuse(f"{given.study}/results", f"cannot be written ({error.strerror})", expected, EXIT_FILE)
    if lock is None:
        sys.stderr.write(f"Another run of this study is under way ({given.study}); wait for it, or stop it first.\n")
        return EXIT_BUSY
    return _build(study, Path(given.data).resolve() if given.data else study / "data", given, lock)


def _given() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--study", default=".", help="folder that holds config/")
    parser.add_argument("--data", default=None, help="folder of the raw exports; default <study>/data")
    parser.add_argument("--cores", default="all")
    parser.add_argument("--profile", default="default")
    parser.add_argument("targets", nargs="*", help="files to make; default everything")
    return parser.parse_args()


def _refuse(where: str, what: str, expected: str, code: int = EXIT_STUDY) -> int:
    sys.stderr.write(f"{where}\n  what      {what}\n  expected  {expected}\n")
    return code


def _lock(results: Path) -> TextIO | None:
    """Our lock on the study, or None while another run lives; what a killed run left behind is waited for."""
    results.mkdir(exist_ok=True)
    lock = open(results / ".lock", "a+", encoding="ascii")  # noqa: SIM115 - held until the process ends
    for second in range(PATIENCE):
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            lock.truncate(0)
            os.write(lock.fileno(), str(os.getpid()).encode())
            return lock
        lock.seek(0)
        if not _is_gone(lock.read()):
            break
        if second == 0:
            sys.stderr.write("A run of this study was killed, and its last jobs are ending; waiting for them …\n")
        time.sleep(1)
    return None


def _is_gone(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except (ValueError, PermissionError):
        pass
    return False


def _build(study: Path, data: Path, given: argparse.Namespace, lock: TextIO) -> int:
    logs = study / "results" / "logs"
    # With our own lock in hand no other run is alive, so a lock that Snakemake holds is left from a killed run.
    if any((study / ".snakemake" / "locks").glob("*")):
        run([*_snakemake(study, data, given), "--unlock"], lock)
    started, before = time.time(), _written(logs)
    code, held = run(_snakemake(study, data, given, *given.targets), lock)
    report = study / "results" / "9_report" / "report.html"
    if code:
        with contextlib.suppress(OSError):
            keeping.put_back(study / "results")
        _tell(code, held, _study_errors(logs, before))
        if report.exists():
            sys.stderr.write(f"\nThe report of the last good run stays: {os.path.relpath(report)}\n")
            old = [twin.name for twin in report.parent.glob("report.[dp]*") if _older(twin, report)]
            if old:
                sys.stderr.write(f"Older than it: {' and '.join(sorted(old))}; the next good run makes them anew.\n")
    else:
        keeping.let_go(study / "results")
        if not given.targets:
            sys.stdout.write(f"\nThe report: {os.path.relpath(report)}   ({time.time() - started:.0f} s)\n")
    return code


def _older(twin: Path, report: Path) -> bool:
    return twin.stat().st_mtime_ns < report.stat().st_mtime_ns


def _tell(code: int, held: list[str], errors: list[str]) -> None:
    """Tell why a run did not end well: faults of the study or the disk in words, a fault of ours with its traceback."""
    whose = "This is a fault of prepost itself, not of the study; results/logs has the whole story."
    ours = any(line.startswith("Traceback") for line in held)
    errors = errors or _marked(held)
    if code > 128:
        sys.stderr.write("\nStopped. What was finished stays; the same command goes on from there.\n")
    elif disk := next((found[0] for line in held if (found := DISK.search(line))), ""):
        fault = f"results\n  what      it cannot be written ({disk})\n  fix       make room, then run again"
        sys.stderr.write("\nThe disk needs mending:\n\n" + "\n\n".join(errors or [fault]) + "\n")
    else:
        if ours or not errors:
            sys.stderr.writelines(held)
        if errors:
            sys.stderr.write("\nThe study needs mending:\n\n" + "\n\n".join(errors) + "\n")
        elif ours:
            sys.stderr.write(f"\n{whose}\n")


def _marked(held: list[str]) -> list[str]:
    """The faults that steps wrote to stderr, since their logs could not be written."""
    lines = [line.removeprefix("StudyError: ").rstrip() for line in held if line.startswith("StudyError: ")]
    return list(dict.fromkeys(fault.strip() for fault in re.split(r"\n(?=\S)", "\n".join(lines)) if fault))


def _snakemake(study: Path, data: Path, given: argparse.Namespace, *targets: str) -> list[str]:
    return [
        *(sys.executable, "-m", "snakemake", *targets),
        *("--snakefile", str(WORKFLOW / "Snakefile")),
        *("--profile", str(WORKFLOW / "profiles" / given.profile)),
        *("--directory", str(study)),
        *("--cores", given.cores),
        "--keep-going",  # so that the faults of all exports are told at once
        *("--config", f"data={json.dumps(str(data), ensure_ascii=False)}"),  # Snakemake reads it as YAML
    ]


def _written(logs: Path) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in sorted(logs.glob("*.log"))}


def _study_errors(logs: Path, before: dict[Path, int]) -> list[str]:
    """Every StudyError that a step of this run wrote into its log, without repeating one."""
    found: list[str] = []
    for path, time_written in _written(logs).items():
        if time_written != before.get(path):
            _, mark, message = path.read_text(encoding="utf-8").partition("StudyError\n")
            if mark and message.strip() not in found:
                found.append(message.strip())
    return found


if __name__ == "__main__":
    sys.exit(main())
