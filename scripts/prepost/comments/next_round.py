"""A further round of coding: the comments of which the machine is least sure."""

from __future__ import annotations

import pandas as pd

from prepost.comments.coder import tuned_thresholds
from prepost.comments.gather import KEY
from prepost.comments.sampling import unsure
from prepost.comments.settle import settle
from prepost.schemas_comments import SCHEMAS
from prepost.study_comments import Comments


def next_round(
    scores: pd.DataFrame, codes: pd.DataFrame, drawn: pd.DataFrame, plan: Comments, seed: int
) -> pd.DataFrame:
    """Draw the next comments to code.

    Parameters
    ----------
    scores : DataFrame
        Schema ``theme_scores``; without a theme there is no machine, and no next round.
    codes : DataFrame
        Schema ``codes``.
    drawn : DataFrame
        Schema ``coding_sample``: the first round.
    plan : Comments
        ``sample.next_round`` comments.
    seed : int

    Returns
    -------
    DataFrame
        Schema ``coding_sample``, round 2; empty where the study asks for none.
    """
    themes = [name for name in scores if name not in KEY]
    settled = settle(codes).themes
    if not plan.sample.next_round or not themes or settled.empty:
        return pd.DataFrame(columns=list(SCHEMAS["coding_sample"].columns))
    coded = scores.merge(settled, on=KEY, how="inner")
    given = pd.DataFrame({name: [name in one for one in coded["themes"]] for name in themes})
    limits = pd.Series(tuned_thresholds(coded[themes].to_numpy(dtype=float), given.to_numpy(dtype=bool)), index=themes)
    known = pd.concat([drawn[KEY], settled[KEY]]).drop_duplicates()
    return unsure(scores, themes, limits, known, plan.sample, seed)
