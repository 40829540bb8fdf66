"""How often each theme is spoken of, of all comments: overall and in each cell that holds enough coded comments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from prepost.comments.cells import STRAND, Cell, Counted, cells
from prepost.comments.prevalence import Share, corrected_share
from prepost.comparing import result_rows
from prepost.schemas import ALL, TOLD
from prepost.study_comments import Comments

SHARE, ALONE, READ = "share_of_comments", "share_by_people_alone", "comments"
CORRECTED = "machine corrected by people's codes (PPI++), Wilson on the effective n, clustered on the person"
PEOPLE = "people's codes alone, Wilson on the effective n, clustered on the person"
FEW_CODED = "fewer than {} comments coded by people here: no estimate"
FEW_POSITIVE = "fewer than {} coded comments with the theme here: no estimate"
NO_SAMPLE = "no comment of the random sample has come back coded: no estimate"


def themes_table(
    found: Counted, scores: pd.DataFrame, themes: Sequence[str], plan: Comments, level: float
) -> pd.DataFrame:
    """Estimate the share of comments with each theme.

    Parameters
    ----------
    found : Counted
        Comments, and the coded sample.
    scores : DataFrame
        Schema ``theme_scores``; themes that the machine does not know have no column.
    themes : sequence of str
        The frame's themes, and those outside it.
    plan : Comments
        Groupings and thresholds.
    level : float
        Of the intervals.

    Returns
    -------
    DataFrame
        Schema ``comments_themes``. Rows ``share_of_comments`` a theme and cell: ``n`` comments of it that people
        coded, ``n_missing`` drawn and not coded. Overall also ``share_by_people_alone``, without the machine. A row
        ``comments`` a cell: ``n`` comments of it in all, by ``n_people`` people. All are shares of comments, not of
        people; the machine's own count is nowhere.
    """
    aligned = {name: scores[name].to_numpy(dtype=float) for name in themes if name in scores}
    rows: list[dict] = []
    for cell in cells(found, plan.by):
        rows.append(_read(found, cell))
        rows += [row for theme in themes for row in _shares(found, aligned, theme, cell, plan, level)]
    return result_rows(rows, "comments_themes").assign(strand=STRAND)


def common(found: Counted, cell: Cell, theme: str) -> dict:
    """Return what every row about a theme in a cell says."""
    here = cell.inside[found.sample.at]
    return {
        "role": "secondary",
        "comparison": STRAND,
        "outcome": theme,
        "group_by": cell.group_by,
        "group": cell.group,
        "n": int(here.sum()),
        "n_unit": "comments",
        "n_missing": int((cell.inside & found.drawn).sum()) - int(here.sum()),
    }


def enough(found: Counted, cell: Cell, theme: str, plan: Comments) -> str:
    """Return why a cell gets no estimate, or nothing where it gets one."""
    here = cell.inside[found.sample.at]
    if not here.any():
        return NO_SAMPLE
    if here.sum() < plan.fewest_coded:
        return FEW_CODED.format(plan.fewest_coded)
    if found.given(theme)[here].sum() < plan.fewest_positive:
        return FEW_POSITIVE.format(plan.fewest_positive)
    return ""


def _read(found: Counted, cell: Cell) -> dict:
    people = found.sample.people[cell.inside]
    row = common(found, cell, ALL) | {"estimate_name": READ, "n": int(cell.inside.sum()), "n_missing": None}
    return row | {"n_people": len(np.unique(people))}


def _shares(
    found: Counted, scores: Mapping[str, np.ndarray], theme: str, cell: Cell, plan: Comments, level: float
) -> Iterator[dict]:
    row = common(found, cell, theme)
    lacks = enough(found, cell, theme, plan)
    if lacks:
        yield row | {"estimate_name": SHARE, "note": lacks}
        return
    given, here = found.given(theme), cell.inside[found.sample.at]
    hits = int(given[here].sum())
    row[TOLD] = min(hits, int(here.sum()) - hits)
    machine = scores.get(theme)
    nothing = np.zeros(len(found.comments))
    share = corrected_share(
        given, nothing if machine is None else machine, found.sample, cell.inside, level=level, tune=machine is not None
    )
    yield row | _estimate(SHARE, share, CORRECTED if machine is not None else PEOPLE, level)
    if machine is not None and cell.group_by == ALL:
        alone = corrected_share(given, nothing, found.sample, cell.inside, level=level, tune=False)
        yield row | _estimate(ALONE, alone, PEOPLE, level)


def _estimate(name: str, share: Share, method: str, level: float) -> dict:
    return {
        "estimate_name": name,
        "estimate": share.estimate,
        "ci_low": share.ci_low,
        "ci_high": share.ci_high,
        "ci_level": level,
        "ci_method": method,
        "statistic_name": "effective n",
        "statistic": share.n_effective,
    }
