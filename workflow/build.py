"""Run the workflow for one study: one live run at a time, its own errors last, the report's path at the end."""

from __future__ import annotations

import argparse
import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

WORKFLOW = Path(__file__).resolve().parent
EXIT_BUSY = 13
NOISE = (
    *("Using ", "Assuming ", "Singularity containers", "Select jobs", "Execute ", "Elapsed time", "Shutting down"),
    "Unlocking ",
    "Nothing to be done",
    "Complete log",
    "host:",
    "Building DAG",
)


def main() -> int:
    """Read the command line, take the study's lock, run Snakemake, and tell how it ended."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--study", default=".", help="folder that holds config/")
    parser.add_argument("--data", default=None, help="folder of the raw exports; default <study>/data")
    parser.add_argument("--cores", default="all")
    parser.add_argument("--profile", default="default")
    parser.add_argument("targets", nargs="*", help="files to make; default everything")
    given = parser.parse_args()
    study = Path(given.study).resolve()
    data = Path(given.data).resolve() if given.data else study / "data"
    if not (study / "config").is_dir():
        sys.stderr.write(
            f"{given.study}\n  what      there is no config/ folder in it, so it is not a study\n"
            "  expected  STUDY=<folder that holds config/study.yaml>; make study NAME=x begins one\n"
        )
        return 10
    results = study / "results"
    try:
        results.mkdir(exist_ok=True)
        lock = open(results / ".lock", "w")  # noqa: SIM115 - held until the process ends
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        sys.stderr.write(f"Another run of this study is under way ({given.study}); wait for it, or stop it first.\n")
        return EXIT_BUSY
    except OSError as error:
        sys.stderr.write(f"{given.study}/results\n  what      cannot be written ({error.strerror})\n")
        return 11
    return _build(study, data, given)


def _build(study: Path, data: Path, given: argparse.Namespace) -> int:
    # With our own lock in hand no other run is alive, so a lock that Snakemake holds is left from a killed run.
    if any((study / ".snakemake" / "locks").glob("*")):
        _run([*_snakemake(study, data, given), "--unlock"])
    started = time.time()
    returncode = _run(_snakemake(study, data, given, given.targets))
    if returncode:
        errors = _study_errors(study / "results" / "logs", started)
        if errors:
            sys.stderr.write("\nThe study needs mending:\n\n" + "\n\n".join(errors) + "\n")
        return returncode
    report = study / "results" / "9_report" / "report.html"
    if not given.targets:
        sys.stdout.write(f"\nThe report: {os.path.relpath(report)}   ({time.time() - started:.0f} s)\n")
    return 0


def _run(command: list[str]) -> int:
    """Run Snakemake, passing on what it says except the lines that tell an evaluator nothing."""
    with subprocess.Popen(command, env=_environment(), stderr=subprocess.PIPE, text=True) as process:
        for line in process.stderr:
            if not line.startswith(NOISE):
                sys.stderr.write(line)
        return process.wait()


def _snakemake(study: Path, data: Path, given: argparse.Namespace, targets: Sequence[str] = ()) -> list[str]:
    return [
        *(sys.executable, "-m", "snakemake", *targets),
        *("--snakefile", str(WORKFLOW / "Snakefile")),
        *("--profile", str(WORKFLOW / "profiles" / given.profile)),
        *("--directory", str(study)),
        *("--cores", given.cores),
        *("--config", f"data={data}"),
    ]


def _environment() -> dict[str, str]:
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


def _study_errors(logs: Path, started: float) -> list[str]:
    """Every StudyError that a step of this run wrote into its log, without repeating one."""
    found: list[str] = []
    for path in sorted(logs.glob("*.log")):
        if path.stat().st_mtime >= started - 1:
            _, mark, message = path.read_text(encoding="utf-8").partition("StudyError\n")
            if mark and message.strip() not in found:
                found.append(message.strip())
    return found


if __name__ == "__main__":
    sys.exit(main())
