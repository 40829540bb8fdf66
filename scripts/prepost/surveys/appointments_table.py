"""The table of the appointments survey: how people felt after appointments, by what they experienced in them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import stats

from prepost.proportions import proportion
from prepost.schemas import ALL
from prepost.study_surveys import Appointments
from prepost.survey_sheets import BaseRow, ShareRow
from prepost.surveys.answers import YES, Answers
from prepost.surveys.professionals_table import plain_share
from prepost.surveys.ratios import modified_poisson
from prepost.surveys.rows import as_table, row
from prepost.surveys.telling import shared

STRAND, TABLE, UNIT = "appointments", "appointments_outcomes", "appointments"
METHOD = "modified Poisson, clustered by person"
Rows = list[dict[str, object]]


def appointments_table(
    answers: Answers, settings: Appointments, bases: Sequence[BaseRow], lines: Sequence[ShareRow], level: float
) -> pd.DataFrame:
    """Return the table of the appointments survey.

    Parameters
    ----------
    answers : Answers
    settings : Appointments
        Elements, outcomes, what is adjusted for, and from how many elements on care counts as personalised.
    bases, lines : sequence of BaseRow and of ShareRow
        The strand's lines of the sheets; their shares are of people, each counted once.
    level : float
        Confidence level, between 0 and 1.

    Returns
    -------
    DataFrame
        Table `appointments_outcomes`. For each outcome: ``share`` by whether care was personalised and by band of the
        number of elements; ``risk_ratio`` of personalised against not and ``risk_ratio_element`` for each further
        element, both unadjusted and ``_adjusted``. `n` counts appointments, `n_people` people.
    """
    named = {base.base: base for base in bases}
    rows: Rows = []
    for outcome in settings.outcomes:
        rows += _outcome(answers, settings, outcome, level)
    first = first_of_each(answers, settings.person)
    rows += [plain_share(first, named[line.base], line, level) for line in lines]
    return as_table(rows, TABLE)


def first_of_each(answers: Answers, person: str) -> Answers:
    """One response a person: the first that answers anything at all, in the order of the lines."""
    frame = answers.responses.sort_values(["source", "line"], kind="stable").drop_duplicates(person)
    return Answers(frame.reset_index(drop=True), answers.items.values(), list(answers.elements.values()))


def _outcome(answers: Answers, settings: Appointments, outcome: str, level: float) -> Rows:
    count = answers.count(settings.elements.name)
    y = answers.hit(outcome, [YES])
    people = answers.responses[settings.person].to_numpy(dtype=object)
    known = ~(np.isnan(y) | np.isnan(count))
    missing = int((~known).sum())
    rows = _shares(outcome, y[known], count[known], people[known], settings, missing, level)
    for adjusted in (False, True) if settings.adjust else (False,):
        x = adjustment(answers, settings.adjust) if adjusted else np.empty((len(y), 0))
        full = known & ~np.isnan(x).any(axis=1)
        given = y[full], people[full], x[full]
        common = {"n_missing": int((~full).sum()), "ci_level": level}
        enough = (count[full] >= settings.enough).astype(float)
        for name, column in (("risk_ratio", enough), ("risk_ratio_element", count[full])):
            rows.append(_ratio(outcome, name + ("_adjusted" if adjusted else ""), *given, column, common))
    return rows


def _ratio(
    outcome: str, name: str, y: np.ndarray, people: np.ndarray, x: np.ndarray, column: np.ndarray, common: dict
) -> dict[str, object]:
    matrix = np.column_stack([np.ones(len(y)), column, x])
    found = modified_poisson(y, matrix, people)
    log, se = float(found.coefficients[1]), float(np.sqrt(found.covariance[1, 1]))
    half = float(stats.norm.ppf((1 + common["ci_level"]) / 2)) * se
    return row(
        STRAND,
        "after_the_appointment",
        outcome,
        name,
        **common,
        estimate=float(np.exp(log)),
        ci_low=float(np.exp(log - half)),
        ci_high=float(np.exp(log + half)),
        ci_method=METHOD,
        statistic_name="z",
        statistic=log / se,
        p=float(2 * stats.norm.sf(abs(log / se))),
        n=len(y),
        n_unit=UNIT,
        n_people=found.clusters,
        n_told=int(min(y.sum(), len(y) - y.sum())),
    )


def adjustment(answers: Answers, names: Sequence[str]) -> np.ndarray:
    """Dummies of each category but its largest, NaN where it was not answered."""
    columns = []
    for name in names:
        cells = answers.responses[name]
        levels = cells.value_counts().sort_index().sort_values(ascending=False, kind="stable").index
        for category in list(levels)[1:]:
            columns.append(np.where(cells.notna(), cells.eq(category).fillna(False).to_numpy(dtype=float), np.nan))
    return np.array(columns).T if columns else np.empty((len(answers.responses), 0))


def _shares(
    outcome: str,
    y: np.ndarray,
    count: np.ndarray,
    people: np.ndarray,
    settings: Appointments,
    missing: int,
    level: float,
) -> Rows:
    """Shares overall, by whether care was personalised, and by band; groups of one grouping bear the smallest count."""
    enough = np.where(count >= settings.enough, "personalised", "not personalised")
    groupings: list[tuple[str, list[tuple[str, np.ndarray]]]] = [
        (ALL, [(ALL, np.ones(len(y), dtype=bool))]),
        ("care", [(name, enough == name) for name in ("personalised", "not personalised")]),
        ("number", [(name, (count >= low) & (count <= high)) for name, low, high in bands(settings)]),
    ]
    rows: Rows = []
    for by, groups in groupings:
        groups = [(name, who) for name, who in groups if who.any()]
        few = [_least(int(y[who].sum()), int(who.sum() - y[who].sum())) for _, who in groups]
        few = shared(few) if by != ALL else few
        for (name, who), told in zip(groups, few, strict=True):
            found = proportion(y[who], people[who], level)
            rows.append(
                row(
                    STRAND, "after_the_appointment", outcome, "share", group_by=by, group=name,
                    estimate=found.estimate, ci_low=found.ci_low, ci_high=found.ci_high, ci_level=level,
                    ci_method=found.ci_method, n=int(who.sum()), n_unit=UNIT, n_people=found.n_people,
                    n_missing=missing if by == ALL else None, n_told=told,
                )
            )  # fmt: skip
    return rows


def bands(settings: Appointments) -> list[tuple[str, int, int]]:
    """Return the bands of the number of elements: name, lowest and highest.

    Examples
    --------
    >>> from prepost.study_surveys import Elements
    >>> elements = Elements(name="e", items=["a", "b", "c", "d"])
    >>> bands(Appointments(person="p", elements=elements, enough=2, steps=[0, 1, 4], outcomes=["o"]))
    [('0', 0, 0), ('1 to 3', 1, 3), ('4', 4, 4)]
    """
    most = len(settings.elements.items)
    starts = settings.steps or list(range(most + 1))
    ends = [start - 1 for start in starts[1:]] + [most]
    return [(f"{a}" if a == b else f"{a} to {b}", a, b) for a, b in zip(starts, ends, strict=True)]


def _least(*counts: int) -> int:
    return min((count for count in counts if count > 0), default=0)
