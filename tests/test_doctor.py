"""Drafting a study from its exports: what a column is, which questions recur, and what is left to people."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from builds import ROOT, copy_toy
from prepost.dates import date_format
from prepost.doctor.alignment import Asked, align
from prepost.doctor.columns import Guess, guess_column
from prepost.doctor.draft import scales_of

with open(ROOT / "workflow" / "known_scales.csv", encoding="utf-8", newline="") as sheet:
    SCALES = scales_of(pd.DataFrame(list(csv.DictReader(sheet))))


def column(*answers: str) -> pd.Series:
    return pd.Series(list(answers), dtype="string")


@pytest.mark.parametrize(
    ("answers", "name", "scale"),
    [
        (["Agree", "strongly agree ", "Disagree"], "Q1", "ordinal"),
        (["1", "5", "3"], "Q1", "ordinal"),
        (["1.5", "2.25"], "score", "number"),
        (["Nurse", "Nurse", "GP", "GP"], "role", "category"),
        (["LN-1", "LN-2", "LN-3"], "learner id", "identifier"),
        (["Film | Quiz", "Film | Quiz", "Film"], "what", "multiple"),
        (["2024-01-02", "2024-03-04"], "when", "date"),
        (["I liked it", "too long for me"], "comment", "text"),
        ([], "empty", "text"),
    ],
)
def test_what_a_column_seems_to_be(answers, name, scale) -> None:
    assert guess_column(column(*answers), name, SCALES).scale == scale


def test_a_known_scale_gives_all_its_steps_and_says_which_nobody_used() -> None:
    guess = guess_column(column("Agree", "Disagree", "Agree"), "Q1", SCALES)
    # The four-point scale of agreement is the smallest that holds both answers.
    assert (guess.low, guess.high, list(guess.labels)) == (1, 4, ["1", "2", "3", "4"])
    assert "2 of its steps" in guess.doubt


def test_an_answer_given_once_is_not_written_into_a_draft() -> None:
    guess = guess_column(column("Nurse", "Nurse", "my own words"), "role", SCALES)
    assert guess.scale == "text" and guess.labels == {}


@pytest.mark.parametrize(
    ("dates", "pattern"),
    [
        (["13/02/2024", "01/02/2024"], "%d/%m/%Y"),
        (["02/13/2024", "01/02/2024"], "%m/%d/%Y"),
        (["01/02/2024", "03/04/2024"], None),  # either may be the month: refused
        (["45292.5", "45293.25"], "excel"),
        (["2024-02-13 09:00:00"], "iso"),
        (["soon"], None),
    ],
)
def test_the_format_of_dates_is_decided_by_the_evidence_of_a_column(dates, pattern) -> None:
    assert date_format(column(*dates))[0] == pattern


def asked(source: str, wording: str, scale: str = "ordinal") -> Asked:
    return Asked(source, wording[:5], wording, Guess(scale, 1, 5, {}, "", ""))


def test_questions_that_recur_are_one_item_and_near_ones_are_told() -> None:
    found = align(
        [
            asked("a", "1. I feel confident asking open questions"),
            asked("a", "How old are you?", "number"),
            asked("b", "I feel confident asking open questions."),
            asked("c", "I feel confident about asking open questions"),
            asked("c", "What is your role?", "category"),
        ]
    )
    assert [one.item for one in found][::2] == [found[0].item, found[0].item, found[4].item]
    assert found[2].similarity == 1 and 0.85 <= found[3].similarity < 1 and found[3].item == found[0].item
    assert len({one.item for one in found}) == 3


def test_one_file_gives_an_item_one_column() -> None:
    found = align([asked("a", "Same words"), asked("a", "Same words")])
    assert len({one.item for one in found}) == 2


def test_make_doctor_drafts_sheets_and_touches_nothing_else(tmp_path: Path) -> None:
    study = copy_toy(tmp_path)
    before = {path: path.read_bytes() for path in study.rglob("*") if path.is_file()}
    command = [sys.executable, str(ROOT / "workflow" / "doctor.py"), "--study", str(study)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    assert "before_qualtrics.csv\n    qualtrics" in ended.stdout and "What is left to decide" in ended.stdout
    assert all(path.read_bytes() == held for path, held in before.items())
    drafted = {path.name for path in (study / "config" / "draft").iterdir()}
    assert drafted == {"sources.csv", "fields.csv", "items.csv"}
    from prepost.sheets import FieldRow, ItemRow, SourceRow, read_sheet

    home = study / "config" / "draft"
    assert len(read_sheet(home / "sources.csv", SourceRow, key="source")) == 4
    items = {row.item for row in read_sheet(home / "items.csv", ItemRow, key="item")}
    fields = read_sheet(home / "fields.csv", FieldRow)
    assert {row.item for row in fields} == items
    shared = [item for item in items if len({row.source for row in fields if row.item == item}) >= 2]
    assert len(shared) >= 3  # the toy study asks the same questions in several files
    keys = {line.split(",")[0] for line in (study / "data" / "about_redcap.csv").read_text().splitlines()[1:]}
    told = ended.stdout + "".join((home / name).read_text() for name in drafted)
    assert not any(key and len(key) > 4 and key in told for key in keys)
