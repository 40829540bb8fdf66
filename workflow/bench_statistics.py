"""What single statistics cost, against the package that an evaluator would otherwise use."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from benching import RESPONSES, ROOT, Place, Table, build, bundled, measure

SCORES = "results/4_scored/learners/scores.parquet"
FLOORS = {"people": "3_matched", "links": "3_matched", "pairs": "3_matched", "scores": "4_scored"}
RESAMPLES = 10_000


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


# What they are made of ------------------------------------------------------------------------------------------------
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
