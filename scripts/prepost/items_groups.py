"""Whether the change of one question differs between groups, and the change of each; some are too few to say."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from scipy import stats

from prepost.matching import NOT_STATED
from prepost.ordinal.fit import ClmmFit, fit_clmm
from prepost.ordinal.shares import predicted_agreement
from prepost.questions import MODEL, Question

TOO_FEW = "too few to say"
ALIKE = "everybody in this group gave the same answer at one of the waves: too few to say"
UNKNOWN = "the group is not stated: no group to estimate"


def interaction(question: Question, by: str, group: np.ndarray, fewest: int, level: float) -> Iterator[dict]:
    """Test time × group, and predict the change of agreement in each group from the model with the interaction.

    Parameters
    ----------
    question : Question
        Pairs with both answers.
    by : str
        The category.
    group : ndarray, shape (pairs,)
        The group of every pair of the comparison, with both answers or not.
    fewest : int
        Groups of fewer people are left out of the model.
    level : float
        Confidence level.

    Yields
    ------
    dict
        ``interaction_<by>``: a likelihood ratio test against groups that change alike; its base is the question's, and
        the note names the groups left out. Then ``agree_change`` of every group: after minus before, or a note.
    """
    inside = group[question.both]
    left = {value: _left_out(question, inside == value, str(value), fewest) for value in sorted(set(group))}
    fitted = [value for value, why in left.items() if not why]
    y, x, who = _design(question, inside, fitted)
    full, without = None, [name for name in x if not name.startswith("time: ")]
    if len(fitted) > 1:
        full = fit_clmm(y, x, who)
    yield _test(question, by, full, fit_clmm(y, x[without], who) if full is not None else None, left)
    for value, why in left.items():
        here = group == value
        row = {
            **question.common,
            "group_by": by,
            "group": str(value),
            "n": int(np.sum(inside == value)),
            "n_people": len(pd.unique(question.person[inside == value])),
            "n_missing": int(np.sum(here & ~question.both)),
            "estimate_name": "agree_change",
        }
        if why or full is None:
            yield row | {"note": why or "no other group to compare with"}
        else:
            yield row | _change(question, full, x.columns, str(value), level)


def _left_out(question: Question, here: np.ndarray, value: str, fewest: int) -> str:
    """Why a group is not in the model; blank where it is."""
    if value == NOT_STATED:
        return UNKNOWN
    if len(pd.unique(question.person[here])) < fewest:
        return TOO_FEW
    return ALIKE if any(len(np.unique(side[here])) < 2 for side in (question.before, question.after)) else ""


def _design(question: Question, inside: np.ndarray, fitted: list) -> tuple[np.ndarray, pd.DataFrame, np.ndarray]:
    """Answers, covariates and people of the groups in the model: time, groups but the first, and their products."""
    kept = np.isin(inside, fitted)
    time = np.repeat([0.0, 1.0], kept.sum())
    columns = {"time": time}
    for value in fitted[1:]:
        columns[f"group: {value}"] = np.tile(inside[kept] == value, 2).astype(float)
    for value in fitted[1:]:
        columns[f"time: {value}"] = columns[f"group: {value}"] * time
    answers = np.r_[question.before[kept], question.after[kept]]
    return answers, pd.DataFrame(columns), np.tile(question.person[kept], 2)


def _test(question: Question, by: str, full: ClmmFit | None, alike: ClmmFit | None, left: dict) -> dict:
    row = {
        **question.common,
        "estimate_name": f"interaction_{by}",
        "statistic_name": f"likelihood ratio, time by {by}",
        "family": f"items_by_{by}",
    }
    out = [str(value) for value, why in left.items() if why]
    told = f"too few to say, and left out: {', '.join(out)}" if out else ""
    if full is None or alike is None:
        return row | {"note": "; ".join(filter(None, ("fewer than two groups to compare", told)))}
    if not (full.converged and alike.converged):
        why = full.note if not full.converged else alike.note
        return row | {"note": "; ".join(filter(None, (why, told)))}
    statistic = max(2 * (full.loglik - alike.loglik), 0.0)
    df = len(full.names) - len(alike.names)
    return row | {"statistic": statistic, "df": df, "p": float(stats.chi2.sf(statistic, df)), "note": told}


def _change(question: Question, full: ClmmFit, columns: pd.Index, value: str, level: float) -> dict:
    before, after = (pd.DataFrame(0.0, index=[0], columns=columns) for _ in range(2))
    after["time"] = 1.0
    if f"group: {value}" in columns:
        before[f"group: {value}"] = after[f"group: {value}"] = after[f"time: {value}"] = 1.0
    row = predicted_agreement(full, before, after, question.cut, level=level).loc["change"]
    method = f"{row['ci_method']}, {MODEL}, {full.method}" if row["ci_method"] else None
    return {**row[["estimate", "ci_low", "ci_high", "note"]].to_dict(), "ci_method": method}
