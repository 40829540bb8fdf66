"""Themes beside change: whether those who speak of a theme change otherwise than those who do not."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import stats

from prepost.comments.cells import STRAND, Cell, Counted
from prepost.comments.prevalence import corrected_means
from prepost.comments.themes_table import common, enough
from prepost.comparing import result_rows
from prepost.paired import Floor, Sides
from prepost.schemas import ALL, TOLD
from prepost.study import Comparison
from prepost.study_comments import Comments

DIFFERENCE = "difference_in_change"
METHOD = "machine corrected by people's codes (PPI++), delta method, clustered on the person"
NO_MACHINE = "people's codes alone, delta method, clustered on the person"


def change_table(
    found: Counted,
    scores: pd.DataFrame,
    themes: Sequence[str],
    floor: Floor,
    comparison: Comparison | None,
    plan: Comments,
    level: float,
) -> pd.DataFrame:
    """Compare the change behind comments with a theme and behind comments without it.

    Parameters
    ----------
    found, scores, themes, plan, level
        As in `prepost.comments.themes_table.themes_table`.
    floor : Floor
        Floors 2 to 4.
    comparison : Comparison or None
        The primary comparison.

    Returns
    -------
    DataFrame
        Schema ``comments_change``: ``difference_in_change`` a theme (``family``) and outcome, over the comments of
        matched completions; ``n`` of them coded by people. It is association: what people write and how they change
        may both come from something else.
    """
    rows: list[dict] = []
    if comparison is not None:
        changes = changes_of(found.comments, floor, comparison)
        for theme in themes:
            machine = scores[theme].to_numpy(dtype=float) if theme in scores else None
            for outcome in comparison.outcomes:
                change = changes[outcome].to_numpy(dtype=float)
                cell = Cell(ALL, ALL, np.isfinite(change))
                row = common(found, cell, outcome) | {"family": theme, "estimate_name": DIFFERENCE}
                row |= {"wave_from": comparison.wave_from, "wave_to": comparison.wave_to}
                lacks = enough(found, cell, theme, plan)
                rows.append(
                    row | ({"note": lacks} if lacks else _difference(found, cell, theme, machine, change, level))
                )
    table = result_rows(rows, "comments_change").assign(strand=STRAND)
    if len(table):  # two themes share an outcome: the theme is part of the address
        table["row_id"] = [f"{STRAND}.{r.outcome}.{r.family}.{r.estimate_name}" for r in table.itertuples()]
    return table


def changes_of(comments: pd.DataFrame, floor: Floor, comparison: Comparison) -> pd.DataFrame:
    """Return the change of the completion behind each comment, outcome by outcome; missing where it has none."""
    pairs = Sides(floor).paired(comparison)
    change = pd.DataFrame({name: pairs.after[name] - pairs.before[name] for name in comparison.outcomes}, dtype=float)
    sides = []
    for side, wave in (("from", comparison.wave_from), ("to", comparison.wave_to)):
        keys = pairs.pairs[[f"source_{side}", f"line_{side}"]].set_axis(["source", "line"], axis=1)
        sides.append(keys.assign(wave=wave).join(change))
    return comments[["source", "line", "wave"]].merge(
        pd.concat(sides, ignore_index=True), on=["source", "line", "wave"], how="left", validate="many_to_one"
    )


def _difference(
    found: Counted, cell: Cell, theme: str, machine: np.ndarray | None, change: np.ndarray, level: float
) -> dict:
    given, at = found.given(theme), found.sample.at
    here = cell.inside[at]
    hits = int(given[here].sum())
    others = int(here.sum()) - hits
    told = {TOLD: min(hits, others)}
    if others < 10:
        return told | {"note": "fewer than 10 coded comments without the theme: no estimate"}
    known = np.nan_to_num(change)
    scores = np.zeros(len(known)) if machine is None else machine
    # the share with the theme; change times the theme; and change itself, known for every comment
    coded = np.stack([given, given * known[at], known[at]], axis=1)
    guessed = np.stack([scores, scores * known, known], axis=1)
    means = corrected_means(coded, guessed, found.sample, cell.inside)
    share, part, whole = means.estimate
    share = float(np.clip(share, 1e-6, 1 - 1e-6))
    slope = np.array(
        [
            -part / share**2 - (whole - part) / (1 - share) ** 2,
            1 / share + 1 / (1 - share),
            -1 / (1 - share),
        ]
    )
    estimate = part / share - (whole - part) / (1 - share)
    error = float(np.sqrt(slope @ means.covariance() @ slope))
    half = stats.t.ppf((1 + level) / 2, max(means.persons - 1, 1)) * error
    return told | {
        "estimate": estimate,
        "ci_low": estimate - half,
        "ci_high": estimate + half,
        "ci_level": level,
        "ci_method": METHOD if machine is not None else NO_MACHINE,
    }
