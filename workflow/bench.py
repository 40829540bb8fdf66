"""Measure what the workflow costs on this machine: make bench [ARGS='--only rules --write'].

A measure is a function that returns a `Table`, registered by `@measure`; `--write` keeps it in docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
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
KEPT = ROOT / "docs" / "benchmarks.md"
THROUGH_RELEASE = "results/7_release/withheld.csv"
RESPONSES = "results/2_cleaned/learners/responses.parquet"
SIMULATED = "data/SYNTHETIC"
SCORES = "results/4_scored/learners/scores.parquet"
FLOORS = {"people": "3_matched", "links": "3_matched", "pairs": "3_matched", "scores": "4_scored"}
RESAMPLES = 10_000
STEP = 0.2  # seconds between two looks at the memory
NOT_MINE = ("simulate",)  # the generator is no part of an evaluation


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
    """Register a measure under its function's name; they run in the order in which they are written."""
    MEASURES[function.__name__] = function
    return function


# Measures ------------------------------------------------------------------------------------------------------------
@measure
def rules(place: Place) -> Table:
    """Each rule on the bundled study, from scratch."""
    study = bundled(place, 1, "whole")
    run = build(study, place.cores)
    found = costs(study / "results" / "benchmarks")
    rows: list[tuple[object, ...]] = [(c.rule, c.jobs, c.wall, c.cpu, c.peak) for c in found]
    total = sum(c.cpu for c in found)
    rows.append(
        ("all rules", sum(c.jobs for c in found), sum(c.wall for c in found), total, max(c.peak for c in found))
    )
    rows.append((f"the whole run, {place.cores} cores", "", run.wall, run.cpu, run.peak))
    rows.append(("the rules' CPU over the cores", "", total / place.cores, "", ""))
    again = build(study, place.cores)
    rows.append(("nothing to be done", "", again.wall, again.cpu, again.peak))
    note = (
        f"The whole run takes {run.wall * place.cores / total:.2f} times the rules' CPU over the cores. Memory: of a "
        "rule, its largest job; of a run, all its processes at once (shared pages counted in each)."
    )
    return Table("Each rule on the bundled study", ("rule", "jobs", "wall s", "CPU s", "memory MB"), rows, note)


@measure
def scaling(place: Place) -> Table:
    """The bundled study with more learners, from the raw exports through `release`."""
    rows: list[tuple[object, ...]] = []
    first = 0.0
    for factor in place.factors:
        study = bundled(place, factor)
        made = build(study, place.cores, SIMULATED)
        run = build(study, place.cores, THROUGH_RELEASE)
        responses = rows_of(study / RESPONSES)
        each = 1000 * run.cpu / responses
        first = first or each
        memory = 1024 * run.peak / responses
        rows.append((f"×{factor}", responses, run.wall, run.cpu, run.peak, each, memory, each / first, made.wall))
    columns = ("learners", "responses", "wall s", "CPU s", "memory MB", "CPU ms a response", "memory kB a response")
    columns += ("times the first", "simulate, wall s")
    note = (
        f"From the raw exports through `release` on {place.cores} cores; the generator's own time stands apart. "
        "Memory is that of all processes at once."
    )
    return Table("The bundled study with more learners", columns, rows, note)


@measure
def scaling_rules(place: Place) -> Table:
    """Which rules grow with the responses, and how."""
    by_rule: list[dict[str, Cost]] = []
    for factor in place.factors:
        study = bundled(place, factor)
        if not (study / THROUGH_RELEASE).exists():
            build(study, place.cores, THROUGH_RELEASE)
        by_rule.append({cost.rule: cost for cost in costs(study / "results" / "benchmarks")})
    rows: list[tuple[object, ...]] = []
    for rule in by_rule[-1]:
        cells = [there.get(rule) for there in by_rule]
        rows.append((rule, *[c.cpu if c else "" for c in cells], *[c.peak if c else "" for c in cells]))
    columns = ("rule", *[f"CPU s ×{f}" for f in place.factors], *[f"memory MB ×{f}" for f in place.factors])
    return Table("Rule by rule with more learners", columns, rows, "From the runs of the table above.")


@measure
def effects(place: Place) -> Table:
    """The effect layer against pingouin in a loop: every outcome in every module, 10,000 resamples."""
    groups = effect_groups(place)
    import numpy as np
    import pingouin
    from prepost.effects import effect_sizes

    pairs = sum(len(group[0]) for group in groups)
    rows: list[tuple[object, ...]] = []

    def take(what: str, work: Callable[..., int]) -> None:
        wall, cpu = time.perf_counter(), time.process_time()
        sizes = [work(*group) for group in groups][0]
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        rows.append((what, len(groups), pairs, sizes, wall, cpu, cpu / sizes))

    rng = np.random.default_rng(1)
    options = {"func": "cohen", "paired": True, "n_boot": RESAMPLES, "method": "bca", "decimals": 6, "seed": 1}
    take("prepost, people resampled in every group", lambda *group: resampled(*group, rng))
    take("prepost, as the workflow runs it", lambda *group: len(effect_sizes(*group, rng=rng, resamples=RESAMPLES)))
    take("pingouin, pairs resampled", lambda x, y, _: len(pingouin.compute_bootci(x, y, **options)) // 2)
    columns = ("what", "groups", "pairs", "effect sizes each", "wall s", "CPU s", "CPU s an effect size")
    note = (
        f"Groups: every outcome of the bundled study, over all modules together and in each. {RESAMPLES:,} resamples a "
        f"group, BCa; all in one run. An effect size costs pingouin {rows[2][-1] / rows[0][-1]:.0f} times as much. The "
        "workflow resamples only where a person gives several pairs, which within a module nobody does."
    )
    return Table("The effect layer against pingouin in a loop", columns, rows, note)


@measure
def ordinal(place: Place) -> Table:
    """The cumulative link mixed model of one question against R ordinal::clmm, where R and the package are."""
    answers = one_question(place)
    from prepost.ordinal.fit import fit_clmm

    file = place.folder / "answers.csv"
    answers.to_csv(file, index=False)
    theirs = run_r(R_CLMM, file)
    rows: list[tuple[object, ...]] = []
    for what, groups in (
        ("person, 10 nodes", ["person"]),
        ("person and completion, Laplace", ["person", "completion"]),
    ):
        wall, cpu = time.perf_counter(), time.process_time()
        fit = fit_clmm(answers["y"], answers[["time"]], answers[groups])
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        rows.append((what, "prepost", len(answers) // 2, wall, cpu, f"{fit.beta[0]:.6f}", f"{fit.loglik:.5f}"))
        if theirs:
            rows.append((what, "R ordinal", len(answers) // 2, *theirs.pop(0)))
    columns = ("intercepts", "by", "pairs", "wall s", "CPU s", "effect of time", "log likelihood")
    note = "One question of the bundled study, both answers of a pair; in one run, without the start of R or Python."
    return Table(
        "The model of one question against R", columns, rows, note if len(rows) > 2 else f"{note} R is absent."
    )


# What measures are made of -------------------------------------------------------------------------------------------
def bundled(place: Place, factor: int, name: str = "learners") -> Path:
    """The bundled study with `factor` times its learners, as a study of its own in the folder."""
    study = place.folder / f"{name}_{factor}"
    if not study.exists():
        shutil.copytree(ROOT / "config", study / "config")
        with open(study / "config" / "simulation.yaml", "a", encoding="utf-8") as plan:
            plan.write(f"\nfactor: {factor}\n")
    return study


#: Prints wall and CPU seconds, the effect of time and the log likelihood of either model, a line each.
R_CLMM = """suppressMessages(library(ordinal))
d <- read.csv(commandArgs(TRUE)[1])
d <- within(d, { y <- factor(y, ordered = TRUE); person <- factor(person); completion <- factor(completion) })
tight <- clmm.control(gradTol = 1e-5, innerCtrl = "noWarn")
show <- function(took, fit) cat(took[["elapsed"]], took[["user.self"]], fit$beta, c(logLik(fit)), "\n")
show(system.time(fit <- clmm(y ~ time + (1 | person), d, nAGQ = 10L, control = tight)), fit)
show(system.time(fit <- clmm(y ~ time + (1 | person) + (1 | completion), d, control = tight)), fit)
"""


def run_r(code: str, *arguments: Path) -> list[tuple[object, ...]]:
    """Run R and read its lines of four numbers; none where R or a package is absent."""
    try:
        done = subprocess.run(["Rscript", "-e", code, *map(str, arguments)], capture_output=True, text=True, check=True)
    except (FileNotFoundError, subprocess.CalledProcessError):
        return []
    found = [[float(part) for part in line.split()] for line in done.stdout.splitlines() if line.strip()]
    return [(wall, cpu, f"{effect:.6f}", f"{loglik:.5f}") for wall, cpu, effect, loglik in found]


def one_question(place: Place):
    """Both answers of every pair to the first question of the bundled study: y, time, person, completion."""
    import numpy as np
    import pandas as pd

    found, settings = primary_pairs(place)
    item = settings.outcome(settings.primary.outcomes[0]).items[0]
    both = (found.before[item].notna() & found.after[item].notna()).to_numpy()
    person = pd.factorize(found.pairs["person"])[0][both]
    y = [side[item].to_numpy(dtype=float)[both].astype(int) for side in (found.before, found.after)]
    n = len(person)
    time_of = np.repeat([0, 1], n)
    where = {"person": np.tile(person, 2), "completion": np.tile(np.arange(n), 2)}
    return pd.DataFrame({"y": np.concatenate(y), "time": time_of, **where})


def primary_pairs(place: Place):
    """The pairs of the bundled study's primary comparison, and its settings."""
    study = bundled(place, 1, "whole")
    if not (study / SCORES).exists():
        build(study, place.cores, SCORES)
    sys.path.insert(0, str(ROOT / "scripts"))
    from prepost.floors import read_floor
    from prepost.paired import Sides
    from prepost.study_loading import load

    places = {name: study / "results" / floor / "learners" / f"{name}.parquet" for name, floor in FLOORS.items()}
    settings = load(study / "config").settings
    return Sides(read_floor(responses=study / RESPONSES, **places)).paired(settings.primary), settings


def effect_groups(place: Place) -> list[tuple[object, object, object]]:
    """Scores before and after with their people: each outcome of the bundled study, overall and in each module."""
    found, settings = primary_pairs(place)
    from prepost.comparing import complete

    primary = settings.primary
    groups = []
    for name in primary.outcomes:
        for module in [None, *sorted(found.pairs["module"].unique())]:
            part = found if module is None else found.take(found.pairs["module"] == module)
            pairs = complete(part, primary, settings.outcome(name), "all")
            groups.append((pairs.before, pairs.after, pairs.person))
    return groups


def resampled(before: object, after: object, people: object, rng: object) -> int:
    """Resample the people of one group whether or not they give several pairs; return how many effect sizes."""
    import numpy as np
    from prepost.effects_standardised import STANDARDISED, moments_table, values_on
    from prepost.pairs import complete_pairs
    from prepost.ranks import rank_biserial_of
    from prepost.resample import bca_intervals

    codes, x, y = complete_pairs(people, before, after)
    moved, n_people = x != y, int(codes.max()) + 1
    table, ranks = moments_table(codes, x, y), rank_biserial_of(codes[moved], (y - x)[moved], n_people)
    names = list(STANDARDISED)
    found = bca_intervals(
        lambda weights: np.column_stack([values_on(names, weights, table, len(x)), ranks(weights)]),
        n_people,
        rng=rng,
        resamples=RESAMPLES,
    )
    return len(found)


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
        if rule not in NOT_MINE
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


# How it is told and kept ---------------------------------------------------------------------------------------------
def machine() -> str:
    """The machine and how busy it is, in a line."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists() and (name := re.search(r"^model name\s*: (.+)$", cpuinfo.read_text(), flags=re.M)):
        model = name[1].strip()
    memory = psutil.virtual_memory().total / 2**30
    system = f"{platform.system()}, Python {platform.python_version()}"
    return f"{model}, {os.cpu_count()} cores, {memory:.0f} GB, {system}; load {os.getloadavg()[0]:.1f} at the start"


def as_markdown(table: Table, where: str) -> str:
    """Write a table, with the machine that it was measured on; numbers get three figures."""
    lines = [f"## {table.title}", "", f"*{where}.*", "", f"| {' | '.join(table.columns)} |"]
    lines.append("|" + "|".join(["---", *["---:"] * (len(table.columns) - 1)]) + "|")
    lines += [f"| {' | '.join(_cell(value) for value in row)} |" for row in table.rows]
    return "\n".join([*lines, *(["", table.note] if table.note else [])]) + "\n"


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def kept(page: str, name: str, text: str) -> str:
    """Put a table between its marks in the page, at the end where it has none yet; all else stays."""
    section = f"<!-- {name} -->\n{text}<!-- /{name} -->\n"
    pattern = re.compile(rf"<!-- {name} -->\n.*?<!-- /{name} -->\n", flags=re.S)
    if pattern.search(page):
        return pattern.sub(lambda _: section, page)
    return f"{page.rstrip()}\n\n{section}"


def main() -> int:
    """Run the measures that are asked for, print each table as soon as it stands, and keep it if so told."""
    given = _given()
    where = machine()
    with tempfile.TemporaryDirectory(prefix="prepost_bench_") as scratch:
        folder = (given.folder or Path(scratch)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        place = Place(folder, given.cores, tuple(given.factors))
        for name in given.only or MEASURES:
            text = as_markdown(MEASURES[name](place), where)
            sys.stdout.write(f"\n{text}")
            sys.stdout.flush()
            if given.write:
                KEPT.write_text(kept(KEPT.read_text(encoding="utf-8"), name, text), encoding="utf-8")
    return 0


def _given() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="*", choices=list(MEASURES), help="these measures; default all")
    parser.add_argument("--cores", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--factors", type=int, nargs="+", default=[1, 10, 100], help="times the learners")
    parser.add_argument("--folder", type=Path, help="where to build, and keep what is built; default a scratch folder")
    parser.add_argument("--write", action="store_true", help="keep the tables in docs/benchmarks.md")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
