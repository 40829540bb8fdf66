"""What is known about who wrote a comment: consent to be quoted, role, and how they changed."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from prepost.paired import NOT_STATED, first_stated
from prepost.quotes.choose import Cells
from prepost.sheets import ItemRow
from prepost.study import Comparison
from prepost.study_interviews import Quotes

RESPONSE = ["source", "line", "wave"]


def about_authors(
    responses: pd.DataFrame,
    comments: pd.DataFrame,
    people: pd.DataFrame,
    scores: pd.DataFrame,
    plan: Quotes,
    items: Sequence[ItemRow],
    primary: Comparison | None,
) -> pd.DataFrame:
    """Return one row a response with comments.

    Parameters
    ----------
    responses, comments, people, scores : DataFrame
        Floors 2, 5, 3 and 4.
    plan : Quotes
    items : sequence of ItemRow
        For the codes and labels of the question of consent.
    primary : Comparison or None
        Its first outcome says how a person changed in a module.

    Returns
    -------
    DataFrame
        ``source``, ``line``, ``wave``; ``consented``; each of ``plan.said_by`` and ``plan.strata`` as first stated in
        the response or by the person; ``change``, missing where the person was not matched in that module.
    """
    rows = comments.drop_duplicates(RESPONSE)[[*RESPONSE, "module", "person"]].reset_index(drop=True)
    answers = rows[RESPONSE].merge(responses, on=RESPONSE, how="left")
    stated = people.set_index("person").reindex(rows["person"]).reset_index(drop=True)
    earlier = _of_the_person(rows, responses, comments, plan)
    found = rows[RESPONSE].copy()
    found["consented"] = _consented(answers, plan, items)
    for name in dict.fromkeys([plan.strata, *plan.said_by]):
        said = [frame[name] for frame in (answers, stated, earlier) if name in frame]
        found[name] = first_stated(said, found.index).mask(lambda cells: cells == NOT_STATED) if said else pd.NA
    found["change"] = _change(rows, scores, primary)
    return found


def _consented(answers: pd.DataFrame, plan: Quotes, items: Sequence[ItemRow]) -> pd.Series:
    item = next((row for row in items if row.item == plan.consent.item), None)
    if plan.consent.item not in answers:
        return pd.Series(False, index=answers.index)
    labels = {label.casefold(): code for code, label in (item.codes if item else {}).items()}
    yes = {word.casefold() for word in plan.consent.accept}
    yes |= {labels[word] for word in yes if word in labels}
    yes |= {label for label, code in labels.items() if code in yes}
    given = answers[plan.consent.item].astype("string").str.strip().str.casefold().str.removesuffix(".0")
    return given.isin(yes).fillna(False)


def _of_the_person(rows: pd.DataFrame, responses: pd.DataFrame, comments: pd.DataFrame, plan: Quotes) -> pd.DataFrame:
    """What the person said in another of their responses with a comment, where this one did not ask."""
    names = [name for name in dict.fromkeys([plan.strata, *plan.said_by]) if name in responses]
    whose = comments.drop_duplicates(RESPONSE)[[*RESPONSE, "person"]].merge(responses[[*RESPONSE, *names]], on=RESPONSE)
    first = whose.dropna(subset=["person"]).groupby("person")[names].first()
    return first.reindex(rows["person"]).reset_index(drop=True)


def _change(rows: pd.DataFrame, scores: pd.DataFrame, primary: Comparison | None) -> pd.Series:
    if primary is None or primary.outcomes[0] not in scores:
        return pd.Series(float("nan"), index=rows.index)
    outcome, keys = primary.outcomes[0], ["person", "module"]
    sides = [
        scores[scores["wave"] == wave].dropna(subset=["person"]).groupby(keys, dropna=False)[outcome].last()
        for wave in (primary.wave_from, primary.wave_to)
    ]
    change = (sides[1] - sides[0]).rename("change")
    return rows[keys].merge(change, on=keys, how="left")["change"].astype("float64")


def cells_of(about: pd.DataFrame, comments: pd.DataFrame, plan: Quotes, threshold: int) -> Cells:
    """Return of how many people with comments each category consists."""
    whose = about.merge(comments.drop_duplicates(RESPONSE)[[*RESPONSE, "person"]], on=RESPONSE)
    sizes = {
        (name, str(category)): int(n)
        for name in plan.said_by
        for category, n in whose.groupby(name)["person"].nunique().items()
    }
    return Cells(sizes, threshold)
