"""Coded segments: from sheets and from projects of other programs, each on the very words that it names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import pandas as pd

from prepost.exchange import Project
from prepost.exchange.alignment import alignment
from prepost.interviews.sheets import AdjudicationRow, SegmentRow
from prepost.interviews.turns import KEY, PARTICIPANT, documents

SEGMENT = [*KEY, "participant", "theme", "coder", "stance", "negative", "start", "end", "text", "memo", "origin"]
DISAGREEMENT = [*KEY, "theme", "given_by", "not_by", "decision", "reason"]
_MARKED = re.compile(r"^\s*\[(?P<marks>[a-z ,]+)\]\s*", re.I)


class Coded(NamedTuple):
    """Segments that were taken, and the lines that were not (source: the sheet's name; line; wave blank; reason)."""

    segments: pd.DataFrame
    refused: pd.DataFrame


class Frame(NamedTuple):
    """What a segment may bear: themes and coders."""

    themes: frozenset[str]
    coders: frozenset[str]


def from_sheets(turns: pd.DataFrame, sheets: Mapping[str, Sequence[SegmentRow]], frame: Frame) -> Coded:
    """Take the segments of returned sheets.

    Parameters
    ----------
    turns : DataFrame
        See `prepost.interviews.turns.without_identifiers`.
    sheets : mapping of str to sequence of SegmentRow
        By file name.
    frame : Frame

    Returns
    -------
    Coded
    """
    at = {(row.source, row.line): row for row in turns.itertuples()}
    taken, refused = [], []
    for origin, rows in sheets.items():
        for row in rows:
            turn = at.get((row.source, row.at))
            place = _place(row, turn, frame)
            if isinstance(place, str):
                refused.append((origin, row.line, place))
                continue
            start, end = place
            words = turn.text[start:end]
            taken.append(
                (row.source, row.at, turn.wave, turn.participant, row.theme, row.coder, row.stance, row.negative)
                + (turn.offset + start, turn.offset + end, words, row.memo, origin)
            )
    return _coded(taken, refused)


def _place(row: SegmentRow, turn: object, frame: Frame) -> tuple[int, int] | str:
    """Where in its turn a segment stands, or why it is not taken."""
    if turn is None:
        return f"there is no turn at line {row.at} of '{row.source}'"
    if row.theme not in frame.themes:
        return f"the theme '{row.theme}' is not in the frame"
    if row.coder not in frame.coders:
        return f"the coder '{row.coder}' is not in the study"
    if turn.speaker != PARTICIPANT:
        return "the turn is not the participant's"
    if row.words is None:
        return 0, len(turn.text)
    times = turn.text.count(row.words)
    if times != 1:
        return "the words are not in the turn" if not times else f"the words stand {times} times in the turn"
    start = turn.text.index(row.words)
    return start, start + len(row.words)


def from_project(turns: pd.DataFrame, origin: str, project: Project, frame: Frame) -> Coded:
    """Take the segments of a project that a program wrote (.qdpx).

    Parameters
    ----------
    turns : DataFrame
        See `prepost.interviews.turns.without_identifiers`.
    origin : str
        The file's name.
    project : Project
        Its texts are the interviews' whole texts, named as the sources; line ends may have been written anew. A memo
        may begin with ``[against]``, ``[supports]`` or ``[negative case]``.
    frame : Frame

    Returns
    -------
    Coded
        A segment over several turns stands at the first of the participant's; `line` in `refused` is the segment's
        number in the file.
    """
    ours, theirs = documents(turns), {source.name: source.text for source in project.sources}
    moves = {name: alignment(text, ours[name]) for name, text in theirs.items() if name in ours}
    by_source = {str(name): list(part.itertuples()) for name, part in turns.groupby("source")}
    taken, refused = [], []
    for number, segment in enumerate(project.segments, start=1):
        reason = _unfit(segment.source, segment.code, segment.coder, moves, frame)
        if reason:
            refused.append((origin, number, reason))
            continue
        move = moves[segment.source]
        start, end = move(segment.start), move(segment.end)
        turn = next((row for row in by_source[segment.source] if _spoken(row, start, end)), None)
        if turn is None:
            refused.append((origin, number, "no turn of the participant lies under it"))
            continue
        stance, negative, memo = _marks(segment.memo)
        start, end = max(start, turn.offset), min(end, max(turn.offset + len(turn.text), turn.offset + 1))
        taken.append(
            (segment.source, turn.line, turn.wave, turn.participant, segment.code, segment.coder, stance, negative)
            + (start, end, ours[segment.source][start:end], memo, origin)
        )
    return _coded(taken, refused)


def _unfit(source: str, code: str, coder: str, moves: Mapping[str, object], frame: Frame) -> str:
    if source not in moves:
        return "its text is no interview of the study"
    if moves[source] is None:
        return "its text is not the one that went out, so its positions cannot be trusted"
    if code not in frame.themes:
        return f"the theme '{code}' is not in the frame"
    return "" if coder in frame.coders else f"the coder '{coder}' is not in the study"


def _spoken(turn: object, start: int, end: int) -> bool:
    return turn.speaker == PARTICIPANT and start < turn.offset + len(turn.text) and turn.offset < end


def _marks(memo: str) -> tuple[str | None, bool, str | None]:
    found = _MARKED.match(memo)
    marks = {mark.strip().lower() for mark in found["marks"].split(",")} if found else set()
    known = marks & {"against", "supports", "negative case"}
    stance = next((mark for mark in ("against", "supports") if mark in marks), None)
    return stance, "negative case" in marks, (memo[found.end() :] if known else memo) or None


def _coded(taken: list[tuple], refused: list[tuple]) -> Coded:
    segments = pd.DataFrame(taken, columns=SEGMENT).sort_values(
        ["source", "start", "end", "theme", "coder"], kind="stable", ignore_index=True
    )
    aside = pd.DataFrame(refused, columns=["source", "line", "reason"])
    aside.insert(2, "wave", pd.array([pd.NA] * len(aside), dtype="string"))
    return Coded(segments, aside)


def disagreements(segments: pd.DataFrame, decided: Sequence[AdjudicationRow]) -> pd.DataFrame:
    """List the turns and themes that one coder gave and another did not, in interviews that both coded.

    Parameters
    ----------
    segments : DataFrame
        All coders'.
    decided : sequence of AdjudicationRow

    Returns
    -------
    DataFrame
        ``source``, ``line``, ``wave``, ``theme``, ``given_by``, ``not_by``, ``decision`` (keep, drop, or blank where
        nobody has decided), ``reason``.
    """
    decisions = {(row.source, row.at, row.theme): (row.decision, row.reason) for row in decided}
    rows = [
        (*key, theme, ", ".join(given), ", ".join(others), *decisions.get((key[0], key[1], theme), (None, None)))
        for key, theme, given, others in _cells(segments)
        if others
    ]
    return pd.DataFrame(rows, columns=DISAGREEMENT)


def settled(segments: pd.DataFrame, differing: pd.DataFrame) -> pd.DataFrame:
    """Return the segments that count: what all who coded the interview gave, and what the adjudicator kept."""
    lost = differing[differing["decision"].fillna("") != "keep"]
    gone = pd.MultiIndex.from_frame(lost[["source", "line", "theme"]])
    cells = pd.MultiIndex.from_frame(segments[["source", "line", "theme"]])
    kept = segments[~cells.isin(gone)]
    return kept.drop_duplicates(["source", "line", "theme", "start", "end"]).reset_index(drop=True)


def _cells(segments: pd.DataFrame) -> Iterator[tuple[tuple, str, list[str], list[str]]]:
    """Each turn and theme, with the coders who gave it and those who coded the interview and did not."""
    who = segments.groupby("source")["coder"].agg(lambda coders: sorted(set(coders)))
    for cell, part in segments.groupby([*KEY, "theme"], sort=True):
        given = sorted(set(part["coder"]))
        yield cell[:3], cell[3], given, [coder for coder in who[cell[0]] if coder not in given]
