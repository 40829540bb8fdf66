"""Single questions as ordered answers: predicted shares before and after, tests, and who changed otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import stats

from prepost.comparing import result_rows
from prepost.items_groups import interaction
from prepost.items_told import told_by_agreement, told_by_shares
from prepost.multiplicity import adjust
from prepost.ordinal.fit import ClmmFit, fit_clmm
from prepost.ordinal.marginal import marginal_homogeneity, mcnemar, share_change
from prepost.ordinal.parallel import ProportionalOdds, proportional_odds
from prepost.ordinal.shares import predicted_agreement, predicted_changes, predicted_shares
from prepost.paired import OVERALL, Floor, Paired, Sides, groups
from prepost.questions import MODEL, Question, ask, stacked
from prepost.schemas import TOLD
from prepost.sheets import ItemRow
from prepost.specifications.latent import latent_change
from prepost.study import Comparison, Outcome, Statistics
from prepost.study_secondary import Items

#: Below this p one effect of time over all thresholds is taken to fail, and each threshold gets its own.
LACK_OF_FIT = 0.05
PARTIAL = "each answer has its own effect of time, since one effect over all answers does not fit"
AVERAGE = "one effect of time over all answers does not fit: an average of several"
SCALE_METHOD = "cumulative logits of all its questions, sandwich variance on the person, normal"


class Shown(NamedTuple):
    """The model that shares are predicted from, its thresholds before and after, and what a reader must know."""

    fit: ClmmFit
    designs: tuple[np.ndarray, np.ndarray]
    strata: tuple[int, int]
    note: str


def items_table(
    floor: Floor,
    outcomes: Sequence[Outcome],
    items: Sequence[ItemRow],
    primary: Comparison | None,
    plan: Items,
    fewest: int,
    statistics: Statistics,
) -> pd.DataFrame:
    """Estimate the change of every ordinal question of the primary comparison, and of each scale on the latent scale.

    Parameters
    ----------
    floor : Floor
        Floors 2 to 4.
    outcomes : sequence of Outcome
        The study's scales.
    items : sequence of ItemRow
        The codebook.
    primary : Comparison or None
        The primary comparison; None gives an empty table.
    plan : Items
        Categories whose change may differ, and how many of the highest answers count as agreement.
    fewest : int
        Groups of fewer people are too few to say.
    statistics : Statistics
        Level of the intervals.

    Returns
    -------
    DataFrame
        Schema ``items``; ``outcome`` is a question, or a scale for its ``latent_change``. Of a question:
        ``share_before_<answer>`` and ``share_after_<answer>`` (0 to 1, averaged over people), ``agree_before``,
        ``agree_after``, ``agree_change`` (the highest answers together), ``latent_change`` (standard deviations of a
        latent answer), ``top_change`` (agreement as counted), ``mcnemar``, ``marginal_homogeneity``,
        ``proportional_odds``; where that fails ``change_from_<answer>`` (of the share from this answer upwards). For
        each category of ``plan.by``: ``interaction_<category>``, and ``agree_change`` of each group.

    Notes
    -----
    One completion a person: an intercept for the person, by quadrature. Several: intercepts for person and completion,
    by Laplace's approximation, since quadrature over two is slow. Interactions have the person's intercept alone.
    """
    if primary is None:
        return result_rows([], "items")
    found = Sides(floor).paired(primary)
    by = {name: groups(found, name).to_numpy(dtype=object) for name in plan.by}
    codebook = {item.item: item for item in items}
    scales = [part for part in outcomes if part.name in primary.outcomes]
    found = found.only([name for part in scales for name in (part.name, *part.items)])
    rows: list[dict] = []
    seen: set[str] = set()
    for outcome in scales:
        rows.append(_scale(found, primary, outcome, codebook, statistics.ci_level))
        for name in outcome.items:
            asked = name in found.before and name in found.after and codebook[name].scale == "ordinal"
            if asked and name not in seen:
                question = ask(found, primary, codebook[name], plan.top)
                rows += _question(question, statistics.ci_level)
                for category, group in by.items():
                    rows += interaction(question, category, group, fewest, statistics.ci_level)
            seen.add(name)
    return _adjusted(result_rows([{"ci_level": statistics.ci_level, **row} for row in rows], "items"))


def _question(question: Question, level: float) -> Iterator[dict]:
    y, time, who = stacked(question)
    odds = proportional_odds(y, time, None, who)
    main = odds.common
    merged = not np.array_equal(main.categories, np.unique(y))  # answers used at one wave only were taken together
    if merged:
        main = fit_clmm(y, pd.DataFrame({"time": time}), who)
    fails = odds.p < LACK_OF_FIT
    one = (np.array([[0.0]]), np.array([[1.0]]))
    shown = Shown(main, one, (0, 0), AVERAGE if fails else "")
    if fails and not merged:
        shown = Shown(odds.free, (np.empty((1, 0)),) * 2, (0, 1), PARTIAL)
    made = [
        *_shares(question, shown, level),
        *_agreement(question, shown, level),
        _latent(main, AVERAGE if fails else "", level),
        *_counted(question, level),
        _homogeneity(question),
        _odds(odds),
        *(_partial(question, odds.free, level) if fails else ()),
    ]
    yield from ({**question.common, **row} for row in made)


def _shares(question: Question, shown: Shown, level: float) -> Iterator[dict]:
    sides = {"before": question.before, "after": question.after}
    names = dict(zip(sides, shown.designs, strict=True))
    strata = dict(zip(sides, shown.strata, strict=True))
    found = predicted_shares(shown.fit, names, strata=strata, level=level).set_index(["when", "category"])
    for when, answers in sides.items():
        counts = [int(np.sum(answers == code)) for code in question.codes]
        told = told_by_shares(counts, [code >= question.cut for code in question.codes])
        for code, count in zip(question.codes, told, strict=True):
            row = {"estimate_name": f"share_{when}_{code:g}", TOLD: count}
            if (when, code) in found.index:
                yield row | _predicted(found.loc[(when, code)], shown)
            elif shown.fit.converged:
                yield row | {"estimate": 0.0, "note": "nobody gave this answer"}
            else:
                yield row | {"note": shown.fit.note}


def _agreement(question: Question, shown: Shown, level: float) -> Iterator[dict]:
    options = {"strata": shown.strata, "level": level}
    found = predicted_agreement(shown.fit, *shown.designs, question.cut, **options)
    n = len(question.before)
    agree = [(int(np.sum(side >= question.cut)), n) for side in (question.before, question.after)]
    for when, pairs in (("before", agree[:1]), ("after", agree[1:]), ("change", agree)):
        row = {"estimate_name": f"agree_{when}", "statistic_name": f"answers from {question.cut:g} upwards"}
        yield {**row, TOLD: told_by_agreement(*pairs), **_predicted(found.loc[when], shown)}


def _predicted(row: pd.Series, shown: Shown) -> dict:
    method = f"{row['ci_method']}, {MODEL}, {shown.fit.method}" if row["ci_method"] else None
    numbers = {name: float(row[name]) for name in ("estimate", "ci_low", "ci_high")}
    return numbers | {"ci_method": method, "note": "; ".join(filter(None, (row["note"], shown.note)))}


def _latent(fit: ClmmFit, note: str, level: float) -> dict:
    changes = predicted_changes(fit, [[0.0]], [[1.0]], level=level).set_index("quantity")
    row = changes.loc["latent"]
    z = float(fit.beta[0] / fit.se[0]) if fit.converged else np.nan
    return {
        "estimate_name": "latent_change",
        **_predicted(row, Shown(fit, (np.empty(0),) * 2, (0, 0), note if fit.converged else "")),
        "statistic_name": "z",
        "statistic": z,
        "p": float(2 * stats.norm.sf(abs(z))),
        "family": "items",
    }


def _counted(question: Question, level: float) -> Iterator[dict]:
    """Agreement as it was counted, and McNemar's test, which takes pairs as independent."""
    first, last = question.before >= question.cut, question.after >= question.cut
    n, gained, lost = len(first), int(np.sum(last & ~first)), int(np.sum(first & ~last))
    moved = [count for count in (gained, lost) if count]
    shares = told_by_agreement((int(first.sum()), n), (int(last.sum()), n))
    told = min([*moved, *([shares] if shares else [])], default=0)
    change = share_change(first.astype(float), last.astype(float), question.person, level=level)
    yield {
        "estimate_name": "top_change",
        "estimate": change.estimate,
        "ci_low": change.ci_low,
        "ci_high": change.ci_high,
        "ci_method": change.ci_method,
        "statistic_name": change.test,
        "p": change.p,
        "note": change.note,
        TOLD: told,
    }
    test = mcnemar(gained, lost)
    several = len(pd.unique(question.person)) < n
    note = "takes the completions of one person as independent" if several and not test.note else test.note
    yield {
        "estimate_name": "mcnemar",
        "statistic_name": "McNemar without correction",
        "statistic": test.statistic,
        "df": 1,
        "p": test.p,
        "note": note,
        TOLD: told,
    }


def _homogeneity(question: Question) -> dict:
    test = marginal_homogeneity(question.before, question.after, question.person)[-1]
    return {
        "estimate_name": "marginal_homogeneity",
        "statistic_name": test.test,
        "statistic": test.statistic,
        "df": test.df,
        "p": test.p,
        "note": test.note,
    }


def _odds(odds: ProportionalOdds) -> dict:
    return {
        "estimate_name": "proportional_odds",
        "statistic_name": "likelihood ratio, one effect of time against one an answer",
        "statistic": odds.statistic,
        "df": odds.df,
        "p": odds.p,
        "note": odds.note,
    }


def _partial(question: Question, free: ClmmFit, level: float) -> Iterator[dict]:
    nothing = np.empty((1, 0))
    sides = (question.before, question.after)
    cells = [int(np.sum(side == code)) for side in sides for code in question.codes]
    told = min((count for count in cells if count), default=0)
    for code in free.categories[1:]:
        row = predicted_agreement(free, nothing, nothing, code, strata=(0, 1), level=level).loc["change"]
        shown = Shown(free, (nothing, nothing), (0, 1), "")
        yield {"estimate_name": f"change_from_{code:g}", TOLD: told, **_predicted(row, shown)}


def _scale(
    found: Paired, comparison: Comparison, outcome: Outcome, codebook: Mapping[str, ItemRow], level: float
) -> dict:
    """The latent change of a scale: all its questions at once, each with thresholds of its own."""
    sides = [side[outcome.name].to_numpy(dtype=float) for side in (found.before, found.after)]
    both = np.isfinite(sides[0]) & np.isfinite(sides[1])
    inside = found.take(pd.Series(both))
    person = inside.pairs["person"].to_numpy()
    row = {
        "comparison": comparison.name,
        "outcome": outcome.name,
        "group_by": OVERALL,
        "group": OVERALL,
        "wave_from": comparison.wave_from,
        "wave_to": comparison.wave_to,
        "n": int(both.sum()),
        "n_unit": "pairs",
        "n_people": len(pd.unique(person)),
        "n_missing": int((~both).sum()),
        "role": "secondary",
        "estimate_name": "latent_change",
    }
    if any(codebook[name].scale != "ordinal" for name in outcome.items):
        return row | {"note": "not all its questions have ordered answers: no latent change"}
    if not both.any():
        return row | {"note": "no complete pairs"}
    change = _stacked_change(inside, outcome.items, pd.factorize(person)[0], level)
    named = np.isfinite(change.estimate)
    return row | {
        "estimate": change.estimate,
        "ci_low": change.ci_low,
        "ci_high": change.ci_high,
        "ci_method": SCALE_METHOD if named else None,
        "statistic_name": "z" if named else None,
        "statistic": change.statistic,
        "p": change.p,
        "note": change.note,
    }


def _stacked_change(inside: Paired, names: Sequence[str], person: np.ndarray, level: float):
    parts = []
    for after, side in enumerate((inside.before, inside.after)):
        answers = side.reindex(columns=list(names)).to_numpy(dtype=float, na_value=np.nan)
        rows, item = np.nonzero(np.isfinite(answers))
        parts.append((answers[rows, item].astype("int64"), item, np.full(len(rows), bool(after)), person[rows]))
    answers, item, after, who = (np.concatenate(column) for column in zip(*parts, strict=True))
    return latent_change(answers, item, after, np.unique(who, return_inverse=True)[1], level=level)


def _adjusted(table: pd.DataFrame) -> pd.DataFrame:
    """Adjust the tests of one family by Benjamini and Hochberg: the questions' changes, and each interaction's."""
    inside = table["family"].notna()
    if inside.any():
        table.loc[inside, "p_adjusted"] = adjust(
            table.loc[inside, "p"].astype("float64"), table["family"][inside], "bh"
        )
    return table
