"""The tables of the population survey: the weights, the elements of personalised care, and every other figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from prepost.schemas import ALL
from prepost.survey_sheets import BaseRow, ShareRow
from prepost.surveys import design as designs
from prepost.surveys.answers import NOT_STATED, Answers
from prepost.surveys.design import Design, Estimate, Projection, jackknife, jackknife_weights, projection
from prepost.surveys.margins import PREFIX
from prepost.surveys.raking import design_effect
from prepost.surveys.rao_scott import association
from prepost.surveys.rows import as_table, note_of, row
from prepost.surveys.telling import Counted, shared, told

STRAND = "population"
ELEMENTS, OTHERS, WEIGHTING = "population_elements", "population_estimates", "population_weighting"
Rows = list[dict[str, object]]


class Survey(NamedTuple):
    """The respondents with their weights; ``replicates`` is None where no jackknife is asked for."""

    answers: Answers
    design: Design
    made: Projection | None
    replicates: np.ndarray | None
    level: float


class Told(NamedTuple):
    """One figure over one base: the line it comes from, its values, and who is asked."""

    line: ShareRow
    group_by: str
    group: str
    values: np.ndarray
    base: np.ndarray
    note: str | None


def survey_of(answers: Answers, weights: pd.DataFrame, replicates: int, seed: int, level: float) -> Survey:
    """Join responses and weights, and make what every estimate needs once.

    Parameters
    ----------
    answers : Answers
        Responses in the order of `weights`.
    weights : DataFrame
        Table `survey_weights`.
    replicates : int
        Random groups of the jackknife.
    seed : int
        For the groups.
    level : float
        Confidence level, between 0 and 1.

    Returns
    -------
    Survey

    Notes
    -----
    Delete-a-group jackknife: Kott 2001, Journal of Official Statistics 17:521.
    """
    names = [name for name in weights.columns if name.startswith(PREFIX)]
    codes = np.array([pd.factorize(weights[name], sort=True)[0] for name in names]).T
    w = weights["weight"].to_numpy(dtype=float)
    design = Design(w, codes)
    count = min(replicates, len(w))
    order = np.random.default_rng([seed, count]).permutation(len(w))
    groups = np.empty(len(w), dtype=np.int64)
    groups[order] = np.arange(len(w)) % count
    targets = [np.bincount(column, weights=w) for column in codes.T]
    again = jackknife_weights(design._replace(cluster=groups), targets)
    return Survey(answers, design, projection(design), again, level)


def figures(survey: Survey, bases: Mapping[str, BaseRow], lines: Sequence[ShareRow]) -> list[list[Told]]:
    """Return the figures that the sheet asks for, those about one answer together.

    Parameters
    ----------
    survey : Survey
    bases : mapping of str to BaseRow
    lines : sequence of ShareRow
        The strand's lines of the sheet.

    Returns
    -------
    list of list of Told
        In the sheet's order; each line that names a category is followed by its groups.
    """
    of_groups = {(line.share, line.group): line for line in lines if line.group}
    found: dict[tuple, list[Told]] = {}
    for line in lines:
        if line.group:
            continue
        base, values = survey.answers.inside(bases[line.base]), survey.answers.value(line)
        together = found.setdefault((line.item, line.answer), [])
        together.append(Told(line, ALL, ALL, values, base, note_of(line)))
        for group, who in survey.answers.groups(line.by) if line.by else ():
            if (base & who).any():
                note = note_of(of_groups.get((line.share, group))) or note_of(line.model_copy(update=_ILLUSTRATIVE))
                together.append(Told(line, line.by, group, values, base & who, note if line.basis else None))
    return list(found.values())


_ILLUSTRATIVE = {"basis": "illustrative"}


def estimates(survey: Survey, bases: Mapping[str, BaseRow], lines: Sequence[ShareRow]) -> Rows:
    """Return the rows of every figure: the estimate, the jackknife beside it, and a test between groups."""
    rows: Rows = []
    for together in figures(survey, bases, lines):
        counts = _counts(together)
        for figure, few in zip(together, counts, strict=True):
            rows += _of_figure(survey, figure, few)
        for line in {figure.line.share: figure.line for figure in together if figure.group_by != ALL}.values():
            rows += _test(survey, line, [figure for figure in together if figure.line.share == line.share])
    return rows


def _counts(together: Sequence[Told]) -> list[int]:
    """The smallest count told by each figure of one answer; groups of one base share the smallest of them."""
    if not together[0].line.answers:
        return [int((figure.base & ~np.isnan(figure.values)).sum()) for figure in together]
    known = [figure.base & ~np.isnan(figure.values) for figure in together]
    counts = told([Counted(base, figure.values == 1) for base, figure in zip(known, together, strict=True)])
    for key in {(figure.line.share, figure.group_by) for figure in together if figure.group_by != ALL}:
        places = [p for p, figure in enumerate(together) if (figure.line.share, figure.group_by) == key]
        for place, count in zip(places, shared([counts[p] for p in places]), strict=True):
            counts[place] = count
    return counts


def _of_figure(survey: Survey, figure: Told, few: int) -> Rows:
    known = figure.base & ~np.isnan(figure.values)
    is_share = bool(figure.line.answers)
    estimate = (designs.share if is_share else designs.mean)(
        figure.values, known, survey.design, survey.made, survey.level
    )
    where = {
        "group_by": figure.group_by,
        "group": figure.group,
        "n": int(known.sum()),
        "n_missing": int(figure.base.sum() - known.sum()),
        "n_told": few,
        "note": figure.note,
    }
    name = "share" if is_share else "mean"
    rows = [_row(figure.line, name, estimate, survey.level, where)]
    if survey.replicates is not None and figure.group_by == ALL and known.any():
        values = np.where(known, figure.values, 0.0)
        again = jackknife(survey.replicates, survey.design, lambda w: float(w @ values / (w @ known)), survey.level)
        rows.append(_row(figure.line, f"{name}_jackknife", again, survey.level, where))
    return rows


def _row(line: ShareRow, name: str, estimate: Estimate, level: float, where: Mapping[str, object]) -> dict[str, object]:
    numbers = {
        "estimate": estimate.estimate,
        "ci_low": estimate.ci_low,
        "ci_high": estimate.ci_high,
        "ci_level": level,
        "ci_method": estimate.ci_method,
        "df": estimate.df,
    }
    return row(STRAND, _slug(line.theme), line.share, name, **numbers, **where)


def _slug(theme: str) -> str:
    return "_".join(theme.lower().split())


def _test(survey: Survey, line: ShareRow, own: Sequence[Told]) -> Rows:
    """Whether the groups of one figure differ, by Rao and Scott; those who gave no group are left out."""
    groups = [f for f in own if f.group_by != ALL and f.group != NOT_STATED]
    if len(groups) < 2 or not line.answers:
        return []
    inside = np.any([figure.base & ~np.isnan(figure.values) for figure in groups], axis=0)
    group = np.select([figure.base for figure in groups], list(range(len(groups))), default=0)
    hits = np.where(inside, own[0].values == 1, False).astype(int)
    found = association(hits, group, inside, survey.design, survey.made)
    cells = np.bincount(2 * group[inside] + hits[inside])
    test = {"statistic_name": "F, Rao-Scott", "statistic": found.statistic, "df": found.df, "p": found.p}
    few = {"n": int(inside.sum()), "n_told": int(cells[cells > 0].min()), "note": found.note or None}
    return [row(STRAND, _slug(line.theme), line.share, "any_difference", group_by=groups[0].group_by, **test, **few)]


def distribution(survey: Survey, name: str, base: BaseRow) -> Rows:
    """Return the share with each number of elements, and the mean number.

    Parameters
    ----------
    survey : Survey
    name : str
        A set of elements.
    base : BaseRow
        Of whom.

    Returns
    -------
    list of dict
        Outcome `name`, grouped by ``number``; the shares sum to 1 and to the mean number, so that where one is too
        small to tell, two more bear it. Those with none and with all stand in the sheet as well.
    """
    counts = survey.answers.count(name)
    known = survey.answers.inside(base) & ~np.isnan(counts)
    most = len(survey.answers.elements[name].items)
    who = [known & (counts == number) for number in range(most + 1)]
    few = shared([int(found.sum()) for found in who], more=2, keep=(0, most))
    rows: Rows = []
    common = {"n": int(known.sum()), "ci_level": survey.level}
    for number, (found, count) in enumerate(zip(who, few, strict=True)):
        estimate = designs.share(found, known, survey.design, survey.made, survey.level)
        said = {"group_by": "number", "group": f"{number}", "n_told": count} | common | _interval(estimate)
        rows.append(row(STRAND, "elements", name, "share_with", **said))
    mean = designs.mean(counts, known, survey.design, survey.made, survey.level)
    return [*rows, row(STRAND, "elements", name, "mean", n_told=int(known.sum()), **common, **_interval(mean))]


def _interval(found: Estimate) -> dict[str, object]:
    return {"estimate": found.estimate, "ci_low": found.ci_low, "ci_high": found.ci_high, "ci_method": found.ci_method}


def weighting(survey: Survey, weights: pd.DataFrame, bases: Sequence[BaseRow]) -> Rows:
    """Return what the weights cost: design effect and effective number of each base, and the margins before weighting.

    Notes
    -----
    No single weight is told: it would be one person's.
    """
    rows: Rows = []
    for base in bases:
        inside = survey.answers.inside(base)
        if inside.sum() < 2:
            continue
        effect = design_effect(survey.design.weights[inside])
        for name, value in (("design_effect", effect), ("n_effective", inside.sum() / effect)):
            rows.append(row(STRAND, "bases", base.base, name, estimate=float(value), n=int(inside.sum())))
    for column in [name for name in weights.columns if name.startswith(PREFIX)]:
        margin = column.removeprefix(PREFIX)
        for category in sorted(weights[column].unique()):
            here = (weights[column] == category).to_numpy()
            for name, value in (("share_sample", here.mean()), ("share_weighted", _share(survey.design.weights, here))):
                where = {"group_by": margin, "group": str(category), "n": int(here.sum())}
                rows.append(row(STRAND, "margins", margin, name, estimate=float(value), **where))
    return rows


def _share(weights: np.ndarray, here: np.ndarray) -> float:
    return float(weights[here].sum() / weights.sum())


def population_tables(
    survey: Survey, weights: pd.DataFrame, bases: Sequence[BaseRow], lines: Sequence[ShareRow], elements: str | None
) -> dict[str, pd.DataFrame]:
    """Return the three tables of the population survey.

    Parameters
    ----------
    survey : Survey
    weights : DataFrame
        Table `survey_weights`.
    bases, lines : sequence of BaseRow and of ShareRow
        The strand's lines of the sheets.
    elements : str or None
        The name of the set of elements.

    Returns
    -------
    dict of str to DataFrame
        `population_elements` holds the lines of the theme "elements" and the distribution of their number,
        `population_estimates` all others, `population_weighting` the weights.
    """
    named = {base.base: base for base in bases}
    of_elements = [line for line in lines if line.theme == "elements"]
    others = [line for line in lines if line.theme != "elements"]
    found = estimates(survey, named, of_elements)
    if elements is not None and of_elements:
        found += distribution(survey, elements, named[of_elements[0].base])
    return {
        ELEMENTS: as_table(found, ELEMENTS),
        OTHERS: as_table(estimates(survey, named, others), OTHERS),
        WEIGHTING: as_table(weighting(survey, weights, bases), WEIGHTING),
    }
