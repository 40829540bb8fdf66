"""Identifiers become keyed hashes, the key stays outside, and nothing after floor 3 depends on it."""

from __future__ import annotations

import hashlib
import hmac
import logging
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from prepost import tables
from prepost.errors import StudyError
from prepost.keyed import (
    SYNTHETIC_KEY,
    identifier_items,
    joined,
    keyed_hash,
    nameless,
    person_hashes,
    separate,
    the_key,
)
from prepost.matching import match
from prepost.sheets import ItemRow
from prepost.study_linkage import Person
from prepost.tables import check
from test_matching import about, responses

ROOT = Path(__file__).resolve().parents[1]
RULES = ["trim", "lower"]


def test_the_hash_is_hmac_sha256():
    # RFC 4231, test case 2
    told = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    assert keyed_hash("what do ya want for nothing?", b"Jefe") == told
    assert keyed_hash("Zoë", b"k" * 16) == hmac.new(b"k" * 16, "Zoë".encode(), hashlib.sha256).hexdigest()


def test_a_key_is_made_once_outside_with_a_warning_that_does_not_tell_it(tmp_path: Path, caplog):
    study, home = tmp_path / "study", tmp_path / "config"
    study.mkdir()
    logging.getLogger("prepost").propagate = True
    first = the_key(synthetic=False, study=study, environment={"XDG_CONFIG_HOME": str(home)})
    path = home / "prepost" / "study.key"
    assert path.stat().st_mode & 0o777 == 0o600 and len(first) == 64
    assert str(path) in caplog.text and first.decode() not in caplog.text
    caplog.clear()
    assert the_key(synthetic=False, study=study, environment={"XDG_CONFIG_HOME": str(home)}) == first
    assert not caplog.text and not list(study.iterdir())


def test_the_environment_gives_the_key_or_its_file(tmp_path: Path):
    named = tmp_path / "elsewhere"
    named.write_bytes(b"a" * 32 + b"\n")
    named.chmod(0o600)
    assert the_key(synthetic=False, study=tmp_path / "s", environment={"PREPOST_KEY_FILE": str(named)}) == b"a" * 32
    both = {"PREPOST_KEY_FILE": str(named), "PREPOST_KEY": "b" * 32}
    assert the_key(synthetic=False, study=tmp_path / "s", environment=both) == b"b" * 32


def test_a_synthetic_study_has_a_fixed_key_that_says_so(tmp_path: Path):
    assert the_key(synthetic=True, study=tmp_path, environment={"PREPOST_KEY": "b" * 32}) == SYNTHETIC_KEY
    assert b"SYNTHETIC" in SYNTHETIC_KEY and not list(tmp_path.iterdir())


@pytest.mark.parametrize("inside", [True, False])
def test_a_key_in_the_study_or_in_the_project_is_refused(inside: bool, tmp_path: Path):
    path = tmp_path / "results" / "k" if inside else ROOT / "config" / "k"
    with pytest.raises(StudyError, match="leave with it"):
        the_key(synthetic=False, study=tmp_path, environment={"PREPOST_KEY_FILE": str(path)})
    assert not path.exists()


def test_a_key_that_others_can_read_or_guess_is_refused_without_telling_it(tmp_path: Path):
    path = tmp_path / "k"
    path.write_bytes(b"z" * 32)
    path.chmod(0o644)
    with pytest.raises(StudyError, match="others than its owner") as told:
        the_key(synthetic=False, study=tmp_path / "s", environment={"PREPOST_KEY_FILE": str(path)})
    assert "zzz" not in str(told.value)
    with pytest.raises(StudyError, match="could be guessed") as told:
        the_key(synthetic=False, study=tmp_path / "s", environment={"PREPOST_KEY": "short"})
    assert "short" not in str(told.value)


def _floor_2():
    answers = responses(
        ("s", 2, "pre", "M", "L1", 1),
        ("s", 3, "post", "M", " l1", 2),
        ("s", 4, "pre", "M", "L2", 3),
        ("s", 5, "pre", "M", None, 3),
    )
    people = about({"key": "L1", "mail": "a@b.org", "mail_missing": None, "role": "Nurse"})
    return answers, people


def test_answers_and_identifiers_are_parted_and_come_together_again():
    answers, people = _floor_2()
    plain, known, who = separate(answers, people, ["key", "mail"])
    check(who, "identifiers", "x")
    for frame in (plain, known):
        assert not {"key", "key_missing", "mail", "mail_missing", "response_id"} & set(frame)
    assert len(who) == len(answers) + len(people)
    again = joined(plain, who)[list(answers)]
    assert again["key"].tolist() == answers["key"].tolist()
    matched = match(
        joined(plain, who), joined(known, who), key=["key"], rules=RULES, waves=["pre", "post"], several="last"
    )
    before = match(answers, people, key=["key"], rules=RULES, waves=["pre", "post"], several="last")
    for name in ("links", "pairs", "unmatched"):
        pd.testing.assert_frame_equal(getattr(matched, name), getattr(before, name))
    assert "mail" in matched.people and list(nameless(matched.people, who)) == ["person", "role"]


def test_what_people_are_known_again_by_is_an_identifier_and_their_role_is_none():
    items = [
        ItemRow(item=name, wording=name, scale=scale)
        for name, scale in {"mail": "identifier", "born": "date", "street": "text", "said": "text"}.items()
    ]
    items.append(ItemRow(item="role", wording="role", scale="category"))
    person = Person(key=["street"], normalise=["trim"], elements=[{"item": "born"}, {"item": "role"}])
    assert identifier_items(items, person) == ["mail", "born", "street"]


def test_a_persons_hash_is_of_the_key_as_compared_and_a_blank_key_has_none():
    answers, people = _floor_2()
    links = match(answers, people, key=["key"], rules=RULES, waves=["pre", "post"], several="last").links
    found = check(person_hashes(answers, links, items=["key"], rules=RULES, key=SYNTHETIC_KEY), "hashes", "x")
    assert found["person"].tolist() == ["P00001", "P00002"]
    assert found["person_hash"].tolist() == [keyed_hash(text, SYNTHETIC_KEY) for text in ("l1", "l2")]
    other = person_hashes(answers, links, items=["key"], rules=RULES, key=b"x" * 16)
    assert not set(other["person_hash"]) & set(found["person_hash"])
    assert other["person"].tolist() == found["person"].tolist()


def test_two_keys_give_the_same_bytes_from_floor_4_on(toy_results: Path, tmp_path: Path):
    # The step runs by the command of its log under two keys of a study that is not synthetic. Only the hashes differ;
    # and no rule but those that list every file reads the hashes, so no later floor can.
    command = (toy_results / "logs" / "match.log").read_text(encoding="utf-8").splitlines()[0]
    assert "--synthetic true" in command
    for key in ("first", "second"):
        words = command.replace("--synthetic true", "--synthetic false")
        words = words.replace("results/3_matched/learners", str(tmp_path / key)).replace("python", sys.executable, 1)
        environment = {**os.environ, "PREPOST_KEY": f"a {key} key, long enough"}
        subprocess.run(shlex.split(words), cwd=toy_results.parent, check=True, env=environment, capture_output=True)
    made = sorted(path.name for path in (tmp_path / "first").iterdir())
    differ = [name for name in made if (tmp_path / "first" / name).read_bytes() != _bytes(tmp_path / "second" / name)]
    assert differ == ["hashes.parquet"]
    for name in made:
        if name != "hashes.parquet":
            assert (tmp_path / "first" / name).read_bytes() == _bytes(toy_results / "3_matched" / "learners" / name)
    hashes = tables.read(tmp_path / "first" / "hashes.parquet", "hashes")
    assert hashes["person"].nunique() > 30


@pytest.mark.parametrize(("table", "readers"), [("hashes", set()), ("identifiers", {"match.smk"})])
def test_who_reads_identifiers_and_hashes(table: str, readers: set[str]):
    # common.smk lists every file for the audit pages and the manifest, which show neither
    place = re.compile(rf"^ +\w+=.*learners/{table}\.parquet", re.M)
    found = {}
    for path in (ROOT / "workflow/rules").glob("*.smk"):
        for part in re.split(r"^rule ", path.read_text(encoding="utf-8"), flags=re.M)[1:]:
            reads, _, _ = part.partition("    output:")
            if place.search(reads):
                found[path.name] = part
    assert set(found) == readers


def _bytes(path: Path) -> bytes:
    return path.read_bytes()
