"""What the invented coders send back: they know the clauses, and miss or mistake some at stated rates."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd

from prepost.exchange import Code, Project, Segment, TextSource
from prepost.interviews.coding import Frame, disagreements, from_project, from_sheets, settled
from prepost.interviews.framework import fingerprint
from prepost.interviews.sheets import AdjudicationRow, SegmentRow, ThemeRow
from prepost.interviews.turns import PARTICIPANT, documents
from prepost.simulation.interviews import InterviewPlan

#: How often a coder passes over a clause, and how often they put it under another theme.
MISSES, MISTAKES = 0.06, 0.05
FIRST, SECOND = "first", "second"
BOTH = 4  # interviews that the second coder codes too
ON, BY = "2024-09-16", "invented reviewer"


class Returned(NamedTuple):
    """The first coder's sheet, the second's project, what the adjudicator decided, and the summaries."""

    sheet: pd.DataFrame
    project: Project
    adjudications: pd.DataFrame
    summaries: pd.DataFrame


def returned(turns: pd.DataFrame, plan: InterviewPlan, frame: Sequence[ThemeRow], seed: int, title: str) -> Returned:
    """Code the turns as two invented people would, and decide where they differ.

    Parameters
    ----------
    turns : DataFrame
        Without identifiers, as coders are given them.
    plan : InterviewPlan
    frame : sequence of ThemeRow
    seed : int
    title : str
        The study's, for the project's name.

    Returns
    -------
    Returned
    """
    rng = random.Random(f"{seed} coders")
    themes = [row.theme for row in frame]
    found = _clauses(turns, plan)
    sheet = pd.DataFrame(
        _coded(found, themes, rng), columns=["source", "line", "words", "theme", "coder", "stance", "negative", "memo"]
    )
    shared = sorted(set(turns["source"]))[:BOTH]
    project = _project(turns, [one for one in found if one[0] in shared], themes, rng, title, frame)
    known = Frame(frozenset(themes), frozenset([FIRST, SECOND]))
    rows = [
        SegmentRow.model_validate({k: "" if v is None else v for k, v in row.items()})
        for row in sheet.to_dict("records")
    ]
    coded = pd.concat(
        [from_sheets(turns, {"": rows}, known).segments, from_project(turns, "", project, known).segments]
    )
    differing = disagreements(coded, [])
    decided = differing[["source", "line", "theme"]].copy()
    true = {(source, line, theme) for source, line, _, theme, _, _ in found}
    keys = list(decided.itertuples(index=False, name=None))
    decided["decision"] = ["keep" if key in true else "drop" for key in keys]
    decided["reason"] = [
        "the words say it" if key in true else "other words of the turn, or another theme" for key in keys
    ]
    rulings = [AdjudicationRow.model_validate(row) for row in decided.to_dict("records")]
    kept = settled(coded, disagreements(coded, rulings))
    return Returned(sheet, project, decided, _summaries(kept, themes))


def _clauses(turns: pd.DataFrame, plan: InterviewPlan) -> list[tuple]:
    """Each planted clause in the turns: source, line, place in the turn, theme, stance, words."""
    stances = plan.stances()
    return [
        (row.source, row.line, row.offset + row.text.index(clause), *stances[clause], clause)
        for row in turns[turns["speaker"] == PARTICIPANT].itertuples()
        for clause in stances
        if clause in row.text
    ]


def _slip(theme: str, themes: Sequence[str], rng: random.Random) -> str | None:
    if rng.random() < MISSES:
        return None
    return rng.choice([other for other in themes if other != theme]) if rng.random() < MISTAKES else theme


def _coded(found: list[tuple], themes: Sequence[str], rng: random.Random) -> list[tuple]:
    usual = {
        theme: max(("supports", "against"), key=[s for *_, t, s, _ in found if t == theme].count) for theme in themes
    }
    rows = []
    for source, line, _, theme, stance, words in found:
        given = _slip(theme, themes, rng)
        if given is not None:
            negative = "yes" if stance != usual[theme] else "no"
            rows.append((source, line, words, given, FIRST, stance, negative, None))
    return rows


def _project(turns, found, themes, rng, title, frame) -> Project:
    texts = documents(turns)
    segments = []
    for source, _, place, theme, stance, words in found:
        given = _slip(theme, themes, rng)
        if given is not None:
            segments.append(Segment(source, place, place + len(words), given, SECOND, f"[{stance}]"))
    codes = [Code(row.theme, row.parent or "", row.definition) for row in frame]
    return Project(title, codes, [TextSource(name, text) for name, text in texts.items()], sorted(segments), [SECOND])


#: Written for the invented interviews; a real study's are written by people who read them.
SUMMARIES = {
    "conversations": (
        "Several saw other conversations: a different first question, more listening, options before advice.",
        "One heard the new words and beneath them the old conversation.",
    ),
    "time": (
        "Several said that nobody had been given more time, and that what was learnt goes first on a full list.",
        "One thought that it takes no longer once people can do it.",
    ),
    "organisation": (
        "Several spoke of people who come back keen and find nobody above them who has heard of it.",
        "One told of a team whose manager had taken a module as well, and of what that made possible.",
    ),
    "systems": (
        "Several said that templates have no place for what a person wants, and that plans cannot be found again.",
        "One had seen a page in the record that people began to read.",
    ),
    "lasting": (
        "Several expected it to fade without somebody to practise with.",
        "One saw it kept a year on, and by then without thinking about it.",
    ),
    "reach": (
        "Several thought that those sign up who need it least.",
        "One had not expected receptionists and drivers, and met them.",
    ),
    "measures": ("Several held that certificates and self-ratings say little, and missed the plans themselves.", None),
}


def _summaries(kept: pd.DataFrame, themes: Sequence[str]) -> pd.DataFrame:
    """Summaries of all themes but one, which is left open, each with the fingerprint of what it sums up."""
    rows = [(theme, fingerprint(kept, theme), *SUMMARIES[theme], BY, ON) for theme in themes if theme in SUMMARIES]
    return pd.DataFrame(
        rows, columns=["theme", "fingerprint", "summary", "negative_case", "approved_by", "approved_on"]
    )
