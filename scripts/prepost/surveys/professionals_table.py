"""The tables of the professionals' survey: what they do beside what their organisation does, and what they think."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from prepost.multiplicity import adjust
from prepost.proportions import proportion
from prepost.study_surveys import Professionals
from prepost.survey_sheets import BaseRow, ShareRow
from prepost.surveys.answers import YES, Answers
from prepost.surveys.rows import as_table, note_of, row
from prepost.surveys.two_answers import allowed_by_margins, difference

STRAND = "professionals"
ELEMENTS, OTHERS = "professionals_elements", "professionals_estimates"
FAMILY = "professionals_elements"
Rows = list[dict[str, object]]


def professionals_tables(
    answers: Answers, settings: Professionals, bases: Sequence[BaseRow], lines: Sequence[ShareRow], level: float
) -> dict[str, pd.DataFrame]:
    """Return the two tables of the professionals' survey.

    Parameters
    ----------
    answers : Answers
    settings : Professionals
        Which items stand side by side.
    bases, lines : sequence of BaseRow and of ShareRow
        The strand's lines of the sheets.
    level : float
        Confidence level, between 0 and 1.

    Returns
    -------
    dict of str to DataFrame
        `professionals_elements`: for each element, under the item about oneself, ``share_self``,
        ``share_organisation``, ``difference`` with the exact McNemar test, adjusted by Holm over all elements, and
        what the two margins alone allow. `professionals_estimates`: every other line of the sheet.
    """
    named = {base.base: base for base in bases}
    of_lines = {line.item: line for line in lines}
    rows: Rows = []
    for own, organisation in zip(settings.own.items, settings.organisation.items, strict=True):
        rows += _element(answers, own, organisation, of_lines, level)
    table = as_table(rows, ELEMENTS)
    table["p_adjusted"] = adjust(table["p"].astype("float64"), table["family"].astype("string"), "holm")
    apart = {*settings.own.items, *settings.organisation.items}
    others = [plain_share(answers, named[line.base], line, level) for line in lines if line.item not in apart]
    return {ELEMENTS: table, OTHERS: as_table(others, OTHERS)}


def _element(answers: Answers, own: str, organisation: str, lines: Mapping[str, ShareRow], level: float) -> Rows:
    one, two = answers.hit(own, [YES]), answers.hit(organisation, [YES])
    known = ~(np.isnan(one) | np.isnan(two))
    n, missing = int(known.sum()), int((~known).sum())
    common = {"n": n, "n_missing": missing, "ci_level": level}
    rows: Rows = []
    for name, values, item in (("share_self", one, own), ("share_organisation", two, organisation)):
        found = proportion(values[known], level=level)
        said = {"estimate": found.estimate, "ci_low": found.ci_low, "ci_high": found.ci_high, "ci_method": "Wilson"}
        few = {"n_told": _least(found.count, n - found.count), "note": note_of(lines.get(item))}
        rows.append(row(STRAND, "elements", own, name, **common, **said, **few))
    found = difference(one, two, level)
    cells = (found.both, found.first_only, found.second_only, found.neither)
    test = {"statistic_name": "exact McNemar", "p": found.p, "family": FAMILY, "n_told": _least(*cells)}
    said = {"estimate": found.estimate, "ci_low": found.ci_low, "ci_high": found.ci_high}
    rows.append(row(STRAND, "elements", own, "difference", ci_method="Bonett-Price", **common, **said, **test))
    return rows + _allowed(own, int(np.nansum(one[known])), int(np.nansum(two[known])), n, level)


def _allowed(own: str, first: int, second: int, n: int, level: float) -> Rows:
    """What the two shares alone would allow, for a reader who has no more than they."""
    if n == 0:
        return []
    found = allowed_by_margins(first, second, n, level)
    few = {"n": n, "n_told": _least(first, n - first, second, n - second), "ci_level": level}
    rows = []
    for name, interval in (("difference_widest", found.widest), ("difference_narrowest", found.narrowest)):
        said = {"estimate": found.estimate, "ci_low": interval[0], "ci_high": interval[1]}
        rows.append(row(STRAND, "elements", own, name, ci_method="Wald, from margins", **said, **few))
    low, high = found.statistic
    said = {"estimate": low, "ci_low": low, "ci_high": high, "ci_method": "all joint tables"}
    return [*rows, row(STRAND, "elements", own, "mcnemar_from_margins", **said, **few)]


def plain_share(answers: Answers, base: BaseRow, line: ShareRow, level: float) -> dict[str, object]:
    """Return the row of an unweighted share with its Wilson interval, one answer a person."""
    inside, values = answers.inside(base), answers.value(line)
    known = inside & ~np.isnan(values)
    found = proportion(values[known], level=level)
    theme = "_".join(line.theme.lower().split())
    return row(
        line.strand,
        theme,
        line.share,
        "share",
        estimate=found.estimate,
        ci_low=found.ci_low,
        ci_high=found.ci_high,
        ci_level=level,
        ci_method="Wilson",
        n=int(known.sum()),
        n_missing=int(inside.sum() - known.sum()),
        n_told=_least(found.count, int(known.sum()) - found.count),
        note=note_of(line),
    )


def _least(*counts: int) -> int:
    return min((count for count in counts if count > 0), default=0)
