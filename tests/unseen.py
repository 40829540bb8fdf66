"""A folder of exports that no study of ours describes: Google Forms before, LimeSurvey after, Webropol months later."""

from __future__ import annotations

import csv
import io
from pathlib import Path

PEOPLE = 30
AFTER = 24  # of whom this many answered after, two of them only in part, and
LATER = 15  # this many months later
AGREE = ["Strongly disagree", "Disagree", "Neither agree nor disagree", "Agree", "Strongly agree"]
ASKED = ["I can listen without interrupting", "I can agree a plan with the person", "I know whom to ask"]
CODE = "Your participant code"


def code(person: int) -> str:
    """The code that a person writes each time, small letters after."""
    return f"QX{person:03d}{'abc'[person % 3]}"


def answer(person: int, question: int, wave: int) -> str:
    """Answers rise by wave; every step of the scale is used before."""
    return AGREE[min(4, (person + question) % 4 + (wave > 0 and person % 3 > 0))]


def text(rows: list[list[str]], delimiter: str) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return out.getvalue()


def google() -> str:
    rows = [["Timestamp", CODE, *ASKED, "What is your job?", "Anything else?"]]
    for person in range(PEOPLE):
        stamp = f"{person % 28 + 1:02d}/03/2025 09:{person:02d}:00"
        job = ["Nurse", "Doctor", "Link worker"][person % 3]
        own = f"my own words, number {person}" if person % 4 else ""
        rows.append([stamp, code(person), *(answer(person, q, 0) for q in range(3)), job, own])
    return text(rows, ",")


def limesurvey() -> str:
    head = [f"{name}. {name}" for name in ("id", "submitdate", "lastpage", "startlanguage", "seed")]
    rows = [[*head, f"G01Q01. {CODE}", *(f"G01Q0{q + 2}. {words}" for q, words in enumerate(ASKED))]]
    for person in range(AFTER):
        answers = [answer(person, q, 1) for q in range(3)]
        part = person in (5, 6)
        submitted = "" if part else f"2025-04-{person % 28 + 1:02d} 10:00:00"
        rows.append([str(person + 1), submitted, "1" if part else "3", "en", "7", code(person).lower(), *answers])
    return text(rows, ";")


def webropol() -> str:
    rows = [["Vastausaika", CODE, "How far do you agree?", "", ""], ["-", "-", *ASKED]]
    for person in range(LATER):
        stamp = f"{person % 28 + 1:02d}.09.2025 11:00:00"
        rows.append([stamp, code(person), *(str(AGREE.index(answer(person, q, 2)) + 1) for q in range(3))])
    legend = [["", "", *[f"{step}: {label}"] * 3] for step, label in enumerate(AGREE, start=1)]
    return text([*rows, [""] * 5, *legend], "\t")


def write(data: Path) -> None:
    """Leave the three exports."""
    data.mkdir(parents=True)
    (data / "start_form.csv").write_text(google(), encoding="utf-8")
    (data / "results_after.csv").write_text(limesurvey(), encoding="utf-8-sig")
    (data / "followup.csv").write_text(webropol(), encoding="utf-16")
