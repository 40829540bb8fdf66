"""The door of the benchmark: how a measure is registered, and what measures are made of.

A measure lives in a module `workflow/bench_<subject>.py`, which `make bench` finds by its name. It takes a `Place`,
returns a `Table`, and is registered under its own name by `@measure`:

    from benching import Place, Table, measure

    @measure
    def linkage(place: Place) -> Table:
        ...
        return Table("Two registers of 100,000 people", ("what", "pairs", "CPU s"), rows, "What a reader must know.")

Modules beside `prepost` are imported inside the measure, so that asking for one measure costs the imports of that one.
"""

from __future__ import annotations

import csv
import os
import platform
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import psutil

ROOT = Path(__file__).resolve().parents[1]
RESPONSES = "results/2_cleaned/learners/responses.parquet"
STEP = 0.2  # seconds between two looks at the memory
NOT_MINE = "simulate"  # the generator is no part of an evaluation; its rules begin so


class Table(NamedTuple):
    """What one measure found: a title, columns and rows of text or numbers, and what a reader must know."""

    title: str
    columns: tuple[str, ...]
    rows: list[tuple[object, ...]]
    note: str = ""


@dataclass(frozen=True)
class Place:
    """Where and how wide to measure."""

    folder: Path  # studies are built here, each once
    cores: int
    factors: tuple[int, ...] = (1, 10, 100)


class Run(NamedTuple):
    """Wall and CPU seconds of a command with all its children, and the most memory that they held at once, in MB."""

    wall: float
    cpu: float
    peak: float


class Cost(NamedTuple):
    """What Snakemake measured of one rule: jobs, wall and CPU seconds summed, memory of the largest in MB."""

    rule: str
    jobs: int
    wall: float
    cpu: float
    peak: float


MEASURES: dict[str, Callable[[Place], Table]] = {}


def measure(function: Callable[[Place], Table]) -> Callable[[Place], Table]:
    """Register a measure under its function's name, which marks its table in docs/benchmarks.md as well."""
    if function.__name__ in MEASURES:
        raise ValueError(f"two measures are called {function.__name__}")
    MEASURES[function.__name__] = function
    return function


def bundled(place: Place, factor: int, name: str = "learners") -> Path:
    """The bundled study with `factor` times its learners, as a study of its own in the folder."""
    study = place.folder / f"{name}_{factor}"
    if not study.exists():
        shutil.copytree(ROOT / "config", study / "config")
        with open(study / "config" / "simulation.yaml", "a", encoding="utf-8") as plan:
            plan.write(f"\nfactor: {factor}\n")
    return study


def build(study: Path, cores: int, *targets: str) -> Run:
    """Run the workflow as `make report` does."""
    command = [sys.executable, str(ROOT / "workflow" / "build.py"), "--study", str(study), "--cores", str(cores)]
    return timed([*command, *targets])


def timed(command: list[str]) -> Run:
    """Run a command and measure it with its children; a failure ends everything with what it said last."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    before, started, peak = _cpu(), time.perf_counter(), 0.0
    with tempfile.TemporaryFile("w+", encoding="utf-8") as told:
        process = subprocess.Popen(command, stdout=told, stderr=told, env=environment)
        while process.poll() is None:
            peak = max(peak, _memory(process.pid))
            time.sleep(STEP)
        wall = time.perf_counter() - started
        if process.returncode:
            told.seek(0)
            sys.exit(f"{' '.join(command)} failed:\n{told.read()[-4000:]}")
    return Run(wall, _cpu() - before, peak)


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _memory(pid: int) -> float:
    total = 0
    try:
        for process in (parent := psutil.Process(pid), *parent.children(recursive=True)):
            total += process.memory_info().rss
    except psutil.NoSuchProcess:  # it ended between two looks
        pass
    return total / 2**20


def costs(folder: Path) -> list[Cost]:
    """Read Snakemake's benchmark files, the jobs of one rule together, the dearest first; blank where not measured."""
    jobs: dict[str, list[dict[str, str]]] = {}
    for path in sorted(folder.glob("*.tsv")):
        with open(path, encoding="utf-8", newline="") as file:
            jobs.setdefault(path.stem.split(".")[0], []).extend(csv.DictReader(file, delimiter="\t"))
    found = [
        Cost(rule, len(rows), _sum(rows, "s"), _sum(rows, "cpu_time"), max(_number(row["max_rss"]) for row in rows))
        for rule, rows in jobs.items()
        if not rule.startswith(NOT_MINE)
    ]
    return sorted(found, key=lambda cost: (-cost.cpu, cost.rule))


def _sum(rows: Iterable[dict[str, str]], column: str) -> float:
    return sum(_number(row[column]) for row in rows)


def _number(text: str) -> float:
    return 0.0 if text in {"NA", "-", ""} else float(text)


def rows_of(parquet: Path) -> int:
    """How many rows a Parquet file has, without reading them."""
    import pyarrow.parquet

    return int(pyarrow.parquet.read_metadata(parquet).num_rows)


def machine() -> str:
    """The machine and how busy it is, in a line."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists() and (name := re.search(r"^model name\s*: (.+)$", cpuinfo.read_text(), flags=re.M)):
        model = name[1].strip()
    memory = psutil.virtual_memory().total / 2**30
    system = f"{platform.system()}, Python {platform.python_version()}"
    return f"{model}, {os.cpu_count()} cores, {memory:.0f} GB, {system}; load {os.getloadavg()[0]:.1f} at the start"
