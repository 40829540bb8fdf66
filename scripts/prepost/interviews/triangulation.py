"""Survey, comments and interviews laid beside each other: where they agree, are silent, or dissent."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from prepost.interviews.framework import AGAINST, MIXED, SUPPORTS, UNSAID, leaning
from prepost.interviews.sheets import TriangulationRow

SILENT = "silent"
AGREE, DISSENT, ALONE = "agree", "dissent", "one source alone"
COLUMNS = ["row_id", "finding", "statement", "survey", "comments", "interviews", "verdict", "note"]
MEAN_CHANGE = "mean_change"
#: Fewer comments than this with a theme, and the comments count as silent on it.
FEWEST_COMMENTS = 10


def triangulate(
    plan: Sequence[TriangulationRow],
    changes: pd.DataFrame,
    codes: pd.DataFrame | None,
    segments: pd.DataFrame,
    threshold: int = FEWEST_COMMENTS,
) -> pd.DataFrame:
    """Return what each source says on each finding, in words only.

    Parameters
    ----------
    plan : sequence of TriangulationRow
        What was declared: the statement, and where each source would speak of it.
    changes : DataFrame
        The primary comparison's estimates, in the columns of results.
    codes : DataFrame or None
        Codes of comments, where comments are coded; those by people alone are asked.
    segments : DataFrame
        The settled segments of the interviews.
    threshold : int
        The wall's; a theme that fewer comments speak of counts as silent.

    Returns
    -------
    DataFrame
        ``row_id``, ``finding``, ``statement``; ``survey``, ``comments`` and ``interviews``, each supports, against,
        both (interviews alone: they lean neither way) or silent; ``verdict``: agree (all that speak say the same),
        dissent, one source alone, or silent; ``note``.

    Notes
    -----
    After Farmer et al. (2006, 10.1177/1049732305285708). A change whose interval holds zero is silent: it neither bears
    the statement out nor contradicts it.
    """
    rows = []
    for row in plan:
        said = [_survey(row, changes), _comments(row, codes, threshold), _interviews(row, segments)]
        rows.append((row.finding, row.finding, row.statement, *said, verdict(said), row.note))
    return pd.DataFrame(rows, columns=COLUMNS)


def verdict(said: Sequence[str]) -> str:
    """Return what sources say together.

    Examples
    --------
    >>> verdict(["supports", "silent", "supports"]), verdict(["supports", "against", "silent"])
    ('agree', 'dissent')
    """
    speaking = [one for one in said if one != SILENT]
    if not speaking:
        return SILENT
    if MIXED in speaking or len(set(speaking)) > 1:
        return DISSENT
    return AGREE if len(speaking) > 1 else ALONE


def _survey(row: TriangulationRow, changes: pd.DataFrame) -> str:
    found = changes[(changes["outcome"] == row.outcome) & (changes["estimate_name"] == MEAN_CHANGE)]
    if row.outcome is None or found.empty or found[["ci_low", "ci_high"]].isna().any(axis=None):
        return SILENT
    if float(found["ci_low"].iloc[0]) > 0:
        return SUPPORTS
    return AGAINST if float(found["ci_high"].iloc[0]) < 0 else SILENT


def _comments(row: TriangulationRow, codes: pd.DataFrame | None, threshold: int) -> str:
    if codes is None or row.comment_theme is None or row.comment_means is None:
        return SILENT
    own = codes[(codes["theme"] == row.comment_theme) & codes["by"].isin(["human", "adjudicated"])]
    return row.comment_means if len(own.drop_duplicates(["source", "line", "wave", "item"])) >= threshold else SILENT


def _interviews(row: TriangulationRow, segments: pd.DataFrame) -> str:
    said = leaning(segments[segments["theme"] == row.interview_theme])
    return SILENT if said == UNSAID else said
