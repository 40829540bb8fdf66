"""A study's interviews and comments as projects for exchange, and such a project's codes as coding sheets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from prepost.errors import Fault, StudyError
from prepost.exchange.alignment import alignment
from prepost.exchange.model import Code, Project, Segment, TextSource
from prepost.interviews.sheets import ThemeRow
from prepost.interviews.turns import documents

KEY = ["source", "line", "wave", "item"]
#: Codes that are exchanged: the machine's are no coder's.
BY_PEOPLE = ("human", "adjudicated")
MOST_THEMES = 6
DEFUSED = ("=", "+", "-", "@", "\t", "\r")


def frame_codes(frame: Sequence[ThemeRow]) -> list[Code]:
    """Return a coding frame as codes, parents before their children; what it takes in and leaves out as description."""
    by_name = {row.theme: row for row in frame}

    def above(row: ThemeRow) -> int:
        return 1 + above(by_name[row.parent]) if row.parent in by_name else 0

    codes = []
    for row in sorted(frame, key=above):
        parts = [
            row.definition,
            f"Takes in: {row.include}" if row.include else "",
            f"Leaves out: {row.exclude}" if row.exclude else "",
        ]
        codes.append(Code(row.theme, row.parent or "", "\n".join(part for part in parts if part)))
    return codes


def interview_project(
    turns: pd.DataFrame, segments: pd.DataFrame, frame: Sequence[ThemeRow], coders: Sequence[str], title: str
) -> Project:
    """Return the interviews, without identifiers, with all coders' segments; stances stand at the memos' beginning."""
    found = [
        Segment(row.source, int(row.start), int(row.end), row.theme, row.coder, _memo(row))
        for row in segments.itertuples()
    ]
    sources = [TextSource(name, text) for name, text in documents(turns).items()]
    return Project(title, frame_codes(frame), sources, sorted(found), list(coders))


def _memo(row) -> str:
    marks = [row.stance] if isinstance(row.stance, str) else []
    marks += ["negative case"] if row.negative else []
    mark = f"[{', '.join(marks)}] " if marks else ""
    return (mark + (row.memo if isinstance(row.memo, str) else "")).strip()


def comment_project(comments: pd.DataFrame, codes: pd.DataFrame, frame: Sequence[Code], title: str) -> Project:
    """Return the comments as they were written, with people's codes; without a place a code is of the whole comment.

    Parameters
    ----------
    comments, codes : DataFrame
        Schemas ``comments`` and ``codes``.
    frame : sequence of Code
    title : str

    Returns
    -------
    Project
        A text a comment, named ``source:line:wave:item`` as the coding sheets name it.
    """
    sources = [TextSource(name, row.text) for name, row in zip(_names(comments), comments.itertuples(), strict=True)]
    lengths = {source.name: len(source.text) for source in sources}
    given = codes[codes["by"].isin(BY_PEOPLE)]
    segments = [
        Segment(
            name,
            *_stretch(row, lengths[name]),
            row.theme,
            row.coder or row.by,
            row.note if isinstance(row.note, str) else "",
        )
        for name, row in zip(_names(given), given.itertuples(), strict=True)
    ]
    known = {code.name for code in frame}
    further = [Code(theme) for theme in sorted({segment.code for segment in segments} - known)]
    return Project(title, [*frame, *further], sources, sorted(segments), [])


def _names(rows: pd.DataFrame) -> list[str]:
    return [":".join(str(part) for part in key) for key in rows[KEY].itertuples(index=False, name=None)]


def _stretch(row, length: int) -> tuple[int, int]:
    placed = pd.notna(row.start) and pd.notna(row.end)
    return (int(row.start), int(row.end)) if placed else (0, length)


def coding_sheets(
    project: Project, comments: pd.DataFrame, questions: Mapping[str, str], where: str
) -> dict[str, list[list[str]]]:
    """Return a project's codes of comments as coding sheets, one a coder.

    Parameters
    ----------
    project : Project
        As a program gave it back; line ends may have been written anew.
    comments : DataFrame
        Schema ``comments``.
    questions : mapping of str to str
        Item to its wording.
    where : str
        The file, for faults.

    Returns
    -------
    dict
        Coder to rows ``comment, question, text, theme_1 … theme_6, note``, the header first.

    Raises
    ------
    StudyError
        A text that is no comment of the study, or is not as it went out; more than `MOST_THEMES` themes on one.
    """
    known = dict(zip(_names(comments), comments.itertuples(), strict=True))
    faults = list(_strangers(project, known, where))
    if faults:
        raise StudyError(*faults[:20], kind="data")
    given: dict[str, dict[str, dict[str, str]]] = {}
    for segment in project.segments:
        given.setdefault(segment.coder, {}).setdefault(segment.source, {})[segment.code] = segment.memo
    head = ["comment", "question", "text", *[f"theme_{n}" for n in range(1, MOST_THEMES + 1)], "note"]
    sheets = {}
    for coder, by_comment in sorted(given.items()):
        rows = [head]
        for name, themes in sorted(by_comment.items()):
            if len(themes) > MOST_THEMES:
                faults.append(
                    Fault(f"{where} · {name}", f"{len(themes)} themes", f"at most {MOST_THEMES}", "keep the main ones")
                )
            row, names = known[name], sorted(themes)[:MOST_THEMES]
            text = f"'{row.text}" if row.text.startswith(DEFUSED) else row.text
            note = " · ".join(dict.fromkeys(memo for memo in themes.values() if memo))
            rows.append(
                [name, questions.get(row.item, row.item), text, *names, *[""] * (MOST_THEMES - len(names)), note]
            )
        sheets[coder] = rows
    if faults:
        raise StudyError(*faults, kind="data")
    return sheets


def _strangers(project: Project, known: Mapping[str, object], where: str) -> Iterator[Fault]:
    coded = {segment.source for segment in project.segments}
    for source in project.sources:
        if source.name not in coded:
            continue
        if source.name not in known:
            yield Fault(
                f"{where} · text '{source.name}'",
                "it is no comment of the study",
                "the texts as exported",
                "export again",
            )
        elif alignment(source.text, known[source.name].text) is None:
            what = "its words are not those that went out"
            yield Fault(
                f"{where} · text '{source.name}'", what, "the texts as exported", "make exchange, and code that project"
            )
