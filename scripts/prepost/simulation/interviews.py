"""The eight invented interviews: transcripts in three formats, put together from clauses, and what was planted."""

from __future__ import annotations

import io
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict

from prepost.study_loading import read_yaml

WHERE = "config/simulation_interviews.yaml"
ID = "SYN-E"  # how an invented participant's code begins
SHARE_PLAIN, SECONDS_A_WORD = 0.5, 0.4


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Expert(_Part):
    """Who is invented: how the transcript names them, what they speak of and which way."""

    name: str
    format: Literal["docx", "txt", "vtt"]
    quotes: bool
    label: bool
    says: dict[str, Literal["supports", "against"]]


class Planted(_Part):
    """A sentence with identifiers, each a kind and what stands there."""

    text: str
    values: list[tuple[str, str]]


class InterviewPlan(_Part):
    """What simulation_interviews.yaml holds."""

    interviewers: list[str]
    experts: list[Expert]
    questions: dict[str, str]
    plain: list[str]
    identifiers: list[Planted]
    listed: list[str]
    clauses: dict[str, dict[str, list[str]]]

    def stances(self) -> dict[str, tuple[str, str]]:
        """Return each clause with its theme and stance."""
        return {
            clause: (theme, stance)
            for theme, by_stance in self.clauses.items()
            for stance, clauses in by_stance.items()
            for clause in clauses
        }


class Interview(NamedTuple):
    """An interview: its turns (speaker, words), the clauses of each turn (theme, stance, words), and identifiers."""

    code: str
    interviewer: str
    turns: list[tuple[str, str]]
    themes: list[tuple[int, str, str, str]]
    identifiers: list[tuple[int, str, str]]


def read_interview_plan(path: Path) -> InterviewPlan:
    """Read simulation_interviews.yaml."""
    return InterviewPlan.model_validate(read_yaml(path, WHERE))


def interviews(plan: InterviewPlan, seed: int) -> Iterator[Interview]:
    """Yield the interviews in the order of `experts`; the same seed gives the same words."""
    for number, expert in enumerate(plan.experts):
        yield _interview(plan, expert, number, random.Random(f"{seed} interview {number}"))


def _interview(plan: InterviewPlan, expert: Expert, number: int, rng: random.Random) -> Interview:
    interviewer = plan.interviewers[number % len(plan.interviewers)]
    turns: list[tuple[str, str]] = []
    themes: list[tuple[int, str, str, str]] = []
    identifiers: list[tuple[int, str, str]] = []
    planted = plan.identifiers[number % len(plan.identifiers)]
    told_at = rng.choice(list(expert.says))
    for topic in ("opening", *expert.says, "closing"):
        turns.append((interviewer, plan.questions[topic]))
        words: list[str] = []
        if topic in expert.says:
            clauses = plan.clauses[topic][expert.says[topic]]
            chosen = rng.sample(clauses, min(len(clauses), rng.choice((1, 1, 2))))
            themes += [(len(turns), topic, expert.says[topic], clause) for clause in chosen]
            words += chosen
        if not words or rng.random() < SHARE_PLAIN:
            words.insert(rng.choice((0, len(words))), rng.choice(plan.plain))
        if topic == told_at:
            words.append(planted.text)
            identifiers += [(len(turns), kind, value) for kind, value in planted.values]
        turns.append((expert.name, " ".join(words)))
    return Interview(f"{ID}{number + 1}", interviewer, turns, themes, identifiers)


def transcript(interview: Interview, form: str) -> tuple[bytes, list[int]]:
    """Return a transcript's bytes and the line of each turn: of the text file, or the paragraph of the document."""
    head = [f"Participant: {interview.code}", "Title: invented interview, nobody in it exists"]
    if form == "vtt":
        return _as_cues(interview, head)
    said = [f"{speaker}: {words}" for speaker, words in interview.turns]
    if form == "docx":
        return _as_document([*head, "", *said]), list(range(len(head) + 2, len(head) + 2 + len(said)))
    lines, starts = [*head, ""], []
    for words in said:
        starts.append(len(lines) + 1)
        lines += [words, ""]
    return ("\r\n".join(lines) + "\r\n").encode("utf-8"), starts


def _as_cues(interview: Interview, head: list[str]) -> tuple[bytes, list[int]]:
    lines, starts, at = ["WEBVTT", "", "NOTE", *head, ""], [], 2.0
    for speaker, words in interview.turns:
        long = max(2.0, len(words.split()) * SECONDS_A_WORD)
        lines.append(f"{_time(at)} --> {_time(at + long)}")
        starts.append(len(lines) + 1)
        lines += [f"<v {speaker}>{words.replace('&', '&amp;').replace('<', '&lt;')}</v>", ""]
        at += long + 0.5
    return "\n".join(lines).encode("utf-8"), starts


def _time(seconds: float) -> str:
    thousandths = int(seconds * 1000)
    minutes, rest = divmod(thousandths, 60_000)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{rest // 1000:02d}.{rest % 1000:03d}"


def _as_document(paragraphs: list[str]) -> bytes:
    """A Word document that is the same at every run: no clock in its properties and none in its archive."""
    import zipfile
    from datetime import datetime

    from docx import Document

    document = Document()
    about = document.core_properties
    about.created = about.modified = datetime(2024, 3, 1)
    about.author = about.last_modified_by = ""
    for words in paragraphs:
        document.add_paragraph(words)
    first, steady = io.BytesIO(), io.BytesIO()
    document.save(first)
    with zipfile.ZipFile(first) as old, zipfile.ZipFile(steady, "w", zipfile.ZIP_DEFLATED) as new:
        for name in sorted(old.namelist()):
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, 3
            new.writestr(entry, old.read(name))
    return steady.getvalue()
