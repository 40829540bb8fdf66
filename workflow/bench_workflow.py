"""What the workflow costs: rule by rule, as a whole, and with more learners."""

from __future__ import annotations

from benching import RESPONSES, Cost, Place, Table, build, bundled, costs, measure, rows_of

THROUGH_RELEASE = "results/7_release/withheld.csv"
SIMULATED = "data/SYNTHETIC"


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
        rows.append((rule, *[c.wall if c else "" for c in cells], *[c.peak if c else "" for c in cells]))
    columns = ("rule", *[f"wall s ×{f}" for f in place.factors], *[f"memory MB ×{f}" for f in place.factors])
    note = "From the runs of the table above, two jobs at a time; all jobs of a rule together."
    return Table("Rule by rule with more learners", columns, rows, note)
