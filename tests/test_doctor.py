"""Drafting a study from its exports: what a column is, which questions recur, and what is left to people."""

from __future__ import annotations

import csv
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import unseen
from builds import ROOT, copy_toy
from prepost.clean import Codebook, clean
from prepost.dates import date_format
from prepost.doctor.alignment import Asked, align
from prepost.doctor.columns import Guess, guess_column
from prepost.doctor.draft import Examined, as_csv, draft, scales_of
from prepost.fields import map_columns, waves_of
from prepost.ingest import ingest
from prepost.matching import match
from prepost.readers import read
from prepost.readers.detect import candidates
from prepost.scoring import score_all
from prepost.sheets import FieldRow, ItemRow, SourceRow, read_sheet
from prepost.study_loading import load
from prepost.wording import drift

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


def doctor(study: Path) -> subprocess.CompletedProcess:
    command = [sys.executable, str(ROOT / "workflow" / "doctor.py"), "--study", str(study)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_make_doctor_drafts_sheets_and_touches_nothing_else(tmp_path: Path) -> None:
    study = copy_toy(tmp_path)
    before = {path: path.read_bytes() for path in study.rglob("*") if path.is_file()}
    ended = doctor(study)
    assert ended.returncode == 0, ended.stderr
    assert "before_qualtrics.csv\n    qualtrics" in ended.stdout and "What is left to decide" in ended.stdout
    assert all(path.read_bytes() == held for path, held in before.items())
    drafted = {path.name for path in (study / "config" / "draft").iterdir()}
    sheets = {"sources.csv", "fields.csv", "items.csv"}
    assert drafted == sheets | {"study.yaml", "governance.yaml", "assumptions.md"}
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


# --- a folder of exports nobody has seen, to scores of matched people, with nothing but the drafts moved


@pytest.fixture(scope="module")
def drafted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The study folder after `make doctor` and the move of its drafts to config/, and what the doctor said."""
    study = tmp_path_factory.mktemp("unseen")
    unseen.write(study / "data")
    ended = doctor(study)
    assert ended.returncode == 0, ended.stderr
    for path in (study / "config" / "draft").iterdir():
        shutil.move(path, study / "config" / path.name)
    return study, ended.stdout


def test_the_doctor_says_what_each_unseen_export_is(drafted) -> None:
    said = drafted[1]
    for file, platform, rows in (
        ("start_form.csv", "google_forms", f"{unseen.PEOPLE} responses"),
        ("results_after.csv", "limesurvey", f"{unseen.AFTER} responses"),
        ("followup.csv", "webropol", f"{unseen.LATER} responses, 6 lines not taken"),  # a blank line, a legend of five
    ):
        assert f"{file}\n    {platform}: certain; " in said and f"    {rows}\n" in said
    assert "followup gives numbers, not words: are they these codes, in this order?" in said
    assert f"and {unseen.LATER} of its values are in all of them" in said
    assert not any(unseen.code(person) in said for person in range(unseen.PEOPLE)) and "my own words" not in said


def test_the_drafts_of_an_unseen_folder_are_a_study(drafted) -> None:
    study = load(drafted[0] / "config")
    assert [(row.source, row.wave, row.platform) for row in study.sources] == [
        ("start_form", "pre", "google_forms"),
        ("results_after", "post", "limesurvey"),
        ("followup", "followup", "webropol"),
    ]
    assert study.settings.person.key == ["participant_code"]
    rated = [row for row in study.items if row.scale == "ordinal"]
    assert [row.wording for row in rated] == unseen.ASKED
    assert all(list(row.codes.values()) == unseen.AGREE for row in rated)
    assert study.settings.primary.wave_from == "pre" and study.settings.primary.wave_to == "post"
    assert study.settings.data_date.isoformat() == "2025-09-15"  # the fifteenth person answered last


def test_an_unseen_folder_comes_to_scores_of_matched_people(drafted) -> None:
    folder, _ = drafted
    study = load(folder / "config")
    settings, parts = study.settings, []
    for source in study.sources:
        table = read(folder / "data" / source.file, source.platform)
        mapping = map_columns(table.columns, source, study.fields, study.items)
        assert drift(mapping, table.columns, study.items, source.source, source.file) == []
        parts.append(ingest(table, source, mapping, waves_of(source, study.fields), study.items).responses)
    # Broken off, and kept: persons 5 and 6 of those who answered after.
    assert parts[1].loc[parts[1]["status"].eq("incomplete"), "line"].tolist() == [7, 8]
    book = Codebook(items=study.items, fields=study.fields, recodes=study.recodes, vocabularies=[])
    cleaned = clean(parts, book, settings.cleaning, settings.waves, settings.outcomes)
    assert len(cleaned.responses) == unseen.PEOPLE + unseen.AFTER + unseen.LATER and len(cleaned.exclusions) == 0
    found = match(
        cleaned.responses,
        cleaned.about,
        key=settings.person.key,
        rules=settings.person.normalise,
        waves=[wave.name for wave in settings.waves],
        several=settings.matching.several_in_wave,
    )
    pairs = (found.pairs["wave_from"] + " " + found.pairs["wave_to"]).value_counts().to_dict()
    assert pairs == {"pre post": unseen.AFTER, "pre followup": unseen.LATER, "post followup": unseen.LATER}
    scores = score_all(cleaned.responses, found.people, found.links, settings.outcomes, settings.indices)
    wide = scores.pivot(index="person", columns="wave", values="outcome_1")
    # Two of three people answer each question one step higher after and later: 16 of 24, and 10 of 15.
    assert (wide["post"] - wide["pre"]).sum() == pytest.approx(16)
    assert (wide["followup"] - wide["pre"]).sum() == pytest.approx(10)
    assert (wide["followup"] - wide["post"]).abs().sum() == pytest.approx(0)


def test_the_real_exports_of_a_folder_are_drafted_without_a_fault(shared: Path, tmp_path: Path) -> None:
    """Three pairs of Google Forms, and a Qualtrics export without a wave in its name."""
    files = []
    for path in sorted((shared / "raw_exports").iterdir()):
        if path.name.startswith(("googleforms", "qualtrics_exceed")):
            what = candidates(path)[0]
            files.append(Examined(path.name, what.platform, what.reason, read(path, what.platform)))
    found = draft(files, SCALES)
    for kind, row in (("sources", SourceRow), ("fields", FieldRow), ("items", ItemRow)):
        (tmp_path / f"{kind}.csv").write_text(as_csv(kind, getattr(found, kind)), encoding="utf-8")
        assert read_sheet(tmp_path / f"{kind}.csv", row)
    starts = {row["source"]: row["wave"] for row in found.sources if row["source"].startswith("googleforms")}
    assert starts == {name: "pre" if name.endswith("start") else "post" for name in starts} and len(starts) == 6
    assert sum("its name does not say which wave it is" in doubt for doubt in found.doubts) == 1
