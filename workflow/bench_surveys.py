"""What weighting a survey costs, however many respondents it has."""

from __future__ import annotations

import resource
import sys
import time

from benching import ROOT, Place, Table, measure

RESPONDENTS, ESTIMATES = 1_000_000, 50
#: Categories of each margin: gender, age, ethnicity, region, socio-economic status, employment.
SIZES = (2, 6, 5, 12, 4, 5)


@measure
def raking(_: Place) -> Table:
    """Raking a million respondents on six margins, then fifty shares with linearised intervals."""
    sys.path.insert(0, str(ROOT / "scripts"))
    import numpy as np
    from prepost.surveys.design import Design, projection, share
    from prepost.surveys.raking import design_effect, rake

    rng = np.random.default_rng(1)
    codes = np.column_stack([rng.integers(0, size, RESPONDENTS) for size in SIZES])
    targets = [rng.dirichlet(np.full(size, 30.0)) * RESPONDENTS for size in SIZES]
    answers = [rng.random(RESPONDENTS) < chance for chance in rng.uniform(0.05, 0.95, ESTIMATES)]
    everyone = np.ones(RESPONDENTS, dtype=bool)
    rows: list[tuple[object, ...]] = []

    def take(what: str, work):
        wall, cpu = time.perf_counter(), time.process_time()
        found = work()
        rows.append((what, time.perf_counter() - wall, time.process_time() - cpu))
        return found

    raked = take("raking to 1e-12 of each margin", lambda: rake(codes, targets))
    design = Design(raked.weights, codes)
    made = take("the regression on all margins, once", lambda: projection(design))
    found = take(f"{ESTIMATES} shares with intervals", lambda: [share(hit, everyone, design, made) for hit in answers])
    rows.append(("together", sum(row[1] for row in rows), sum(row[2] for row in rows)))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    worst = max(float(abs(np.bincount(c, raked.weights) - t).max()) for c, t in zip(codes.T, targets, strict=True))
    sizes, effect = ", ".join(map(str, SIZES)), design_effect(raked.weights)
    width = 100 * float(np.mean([f.ci_high - f.ci_low for f in found])) / 2
    note = (
        f"{RESPONDENTS:,} respondents, margins of {sizes} categories; {raked.rounds} rounds. Every "
        f"margin is met within {worst:.1e} people; design effect {effect:.3f}. Mean half width of "
        f"an interval {width:.3f} points. Peak memory {peak:,.0f} MB, "
        "the answers themselves among it. The work is done on the cells of the cross table, not on respondents."
    )
    return Table("Raking a million respondents on six margins", ("what", "wall s", "CPU s"), rows, note)
