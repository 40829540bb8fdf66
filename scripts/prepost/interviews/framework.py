"""The framework matrix, and its public form: themes with what was said, and no count of anybody."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence

import pandas as pd

from prepost.deidentify import found_in
from prepost.errors import Fault, StudyError
from prepost.interviews.sheets import SummaryRow, ThemeRow

SUMMARIES = "data/returned/interviews/summaries.csv"
NOBODY, ONE, SOME, SEVERAL = "none", "one", "some", "several"
SUPPORTS, AGAINST, MIXED, UNSAID = "supports", "against", "both", "neither"
#: The share of those who take a stance from which the interviews lean one way.
LEANS = 2 / 3
NOT_YET = "not yet approved"
STALE = "approved, but the coded words have changed since"
MATRIX = ["participant", "source", "theme", "lines", "stance", "negative", "words"]
PUBLIC = ["row_id", "theme", "label", "definition", "extent", "stance", "summary", "negative_case", "approved_on"]
#: What would count people in a summary, or let a reader build one up: digits, number words before people, labels.
_PEOPLE = r"(?:people|participants?|interviewees?|experts?|informants?|of them|of the|of those|said|spoke|told|felt)"
_COUNTS = re.compile(
    r"\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|both|half|most|all but|majority|minority)\b"
    rf"(?=(?:\W+\w+){{0,2}}\W+{_PEOPLE}\b)|\b(?:majority|minority|per cent|percent)\b|%",
    re.I,
)


def matrix(segments: pd.DataFrame) -> pd.DataFrame:
    """Return the framework matrix, a row a cell: private, since its lines lead to people.

    Parameters
    ----------
    segments : DataFrame
        The settled ones; see `prepost.interviews.coding.settled`.

    Returns
    -------
    DataFrame
        ``participant``, ``source``, ``theme``, ``lines`` (of the transcript, divided by commas), ``stance``
        (supports, against, both, neither), ``negative`` (whether a negative case is among them), ``words`` (the
        segments, divided by " … "). Sorted.
    """
    rows = []
    for (participant, source, theme), part in segments.groupby(["participant", "source", "theme"], sort=True):
        lines = ", ".join(str(line) for line in sorted(set(part["line"])))
        words = " … ".join(dict.fromkeys(part.sort_values("start")["text"]))
        rows.append((participant, source, theme, lines, stance_of(part["stance"]), bool(part["negative"].any()), words))
    return pd.DataFrame(rows, columns=MATRIX)


def stance_of(stances: pd.Series) -> str:
    """Return what several segments say together: supports, against, both or neither."""
    said = set(stances.dropna())
    if len(said) == 2:
        return MIXED
    return next(iter(said), UNSAID)


def leaning(segments: pd.DataFrame) -> str:
    """Return which way the interviews lean: a stance that `LEANS` of those who take one take, both, or neither.

    Parameters
    ----------
    segments : DataFrame
        Of one theme.

    Returns
    -------
    str
        supports, against, both or neither; what goes against a leaning is a negative case.
    """
    said = segments[segments["stance"].notna()]
    if said.empty:
        return UNSAID
    by_person = said.groupby("participant")["stance"].agg(stance_of)
    return next((stance for stance in (SUPPORTS, AGAINST) if (by_person == stance).mean() >= LEANS), MIXED)


def extent(people: int) -> str:
    """Return how many spoke of something, in a word. With eight people a number or a share would name them.

    Examples
    --------
    >>> [extent(people) for people in (0, 1, 2, 3, 4, 8)]
    ['none', 'one', 'some', 'some', 'several', 'several']
    """
    if people <= 1:
        return ONE if people else NOBODY
    return SOME if people <= 3 else SEVERAL


def fingerprint(segments: pd.DataFrame, theme: str) -> str:
    """Return a short hash of a theme's segments: a summary that was approved for others is stale."""
    own = segments[segments["theme"] == theme].sort_values(["source", "start", "end"])
    content = "\x1e".join(
        f"{row.source}\x1f{row.start}\x1f{row.end}\x1f{row.text}\x1f{row.stance}" for row in own.itertuples()
    )
    return hashlib.sha256(content.encode("utf-8")).hexdigest()[:16]


def public_matrix(segments: pd.DataFrame, frame: Sequence[ThemeRow], summaries: Sequence[SummaryRow]) -> pd.DataFrame:
    """Return the matrix as it may leave: theme × summary, with words for how many.

    Parameters
    ----------
    segments : DataFrame
        The settled ones.
    frame : sequence of ThemeRow
    summaries : sequence of SummaryRow
        Written and approved by people.

    Returns
    -------
    DataFrame
        ``row_id`` and ``theme``; ``label``; ``definition``; ``extent`` (none, one, some, several); ``stance``;
        ``summary`` and ``negative_case``, blank unless approved for the very segments that stand now; ``approved_on``,
        the date, or why there is none.

    Raises
    ------
    StudyError
        ``kind="refused"``: a summary that counts people, holds an identifier, or is of no theme.
    """
    check_summaries(summaries, {row.theme for row in frame})
    by_theme = {row.theme: row for row in summaries}
    rows = []
    for theme in frame:
        own = segments[segments["theme"] == theme.theme]
        summary = by_theme.get(theme.theme)
        state = _state(summary, fingerprint(segments, theme.theme))
        approved = state not in (NOT_YET, STALE)
        words = (summary.summary, summary.negative_case) if approved else (None, None)
        told = (extent(own["participant"].nunique()), leaning(own))
        rows.append((theme.theme, theme.theme, theme.label, theme.definition, *told, *words, state))
    return pd.DataFrame(rows, columns=PUBLIC)


def _state(summary: SummaryRow | None, now: str) -> str:
    if summary is None or summary.approved_on is None:
        return NOT_YET
    return summary.approved_on.isoformat() if summary.fingerprint == now else STALE


def check_summaries(summaries: Sequence[SummaryRow], themes: set[str]) -> None:
    """Refuse summaries that would let a reader count or know people; every one is told, none is repeated."""
    faults = []
    for row in summaries:
        where = f"{SUMMARIES} · line {row.line}"
        if row.theme not in themes:
            faults.append(Fault(f"{where} · theme", f"'{row.theme}' is no theme of the frame", "", "mend the theme"))
        for column in ("summary", "negative_case"):
            text = getattr(row, column) or ""
            if counts_people(text):
                what, fix = "it counts people, or names a share of them", "write several, some or one"
                faults.append(Fault(f"{where} · {column}", what, "no number of people", fix))
            if found_in(text):
                kinds = ", ".join(sorted({span.kind for span in found_in(text)}))
                faults.append(Fault(f"{where} · {column}", f"it holds an identifier ({kinds})", "none", "take it out"))
    if faults:
        raise StudyError(*faults, kind="refused")


def counts_people(text: str) -> bool:
    """Say whether a text counts people or labels one of them.

    Examples
    --------
    >>> [counts_people(text) for text in ("Several spoke of time.", "Six of them did.", "P3 did.", "Two things help.")]
    [False, True, True, False]
    """
    return bool(_COUNTS.search(text))


def wide(cells: pd.DataFrame, themes: Mapping[str, str]) -> pd.DataFrame:
    """Return the matrix as people read it: a row a participant, a column a theme, in each cell its lines and stance."""
    said = cells.assign(cell="lines " + cells["lines"] + " (" + cells["stance"] + ")")
    table = said.pivot(index="participant", columns="theme", values="cell").fillna("")
    table = table.reindex(columns=[theme for theme in themes if theme in table])
    return table.rename(columns=dict(themes)).rename_axis(columns=None).reset_index()
