"""No identifier stands where it need not: every file that a study leaves is opened and looked through."""

from __future__ import annotations

from pathlib import Path

import pytest
from leaks import LET, leaks, make_each, needles, raw_identifiers

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize(
    "person", ["LN-004711", "SYN-Q-00042", "Zoë van der Beek", "zoe.beek@example.org", "00447911123456"]
)
def test_a_planted_identifier_is_found_in_each_kind_of_file(person: str, tmp_path: Path):
    made = make_each(tmp_path / "planted", person)
    found = leaks(tmp_path / "planted", needles([person, "LN-999999"]))
    assert set(found) == {path.name for path in made}
    assert all(who == [person] for who in found.values())


@pytest.mark.parametrize("written", ["ln 004711", "LN004711", "Ln_004711", "ln-004711,", "LN-\n004711"])
def test_an_identifier_written_otherwise_is_found_too(written: str, tmp_path: Path):
    (tmp_path / "a.log").write_text(f"person {written} twice")
    assert leaks(tmp_path, needles(["LN-004711"])) == {"a.log": ["LN-004711"]}


def test_what_is_not_an_identifier_is_none(tmp_path: Path):
    (tmp_path / "a.log").write_text("ln 0047110 LN-00471 0.004711 1234567.5")
    assert leaks(tmp_path, needles(["LN-004711", "12", "ann", "234567"])) == {}


def test_where_identifiers_are_let_stand(tmp_path: Path):
    for place in ("1_ingested/post.parquet", "2_cleaned/learners/identifiers.parquet", "3_matched/review.xlsx"):
        assert any(pattern.search(place) for pattern in LET)
    for place in ("2_cleaned/learners/responses.parquet", "3_matched/learners/links.parquet", "1_ingested/a.csv"):
        assert not any(pattern.search(place) for pattern in LET)


@pytest.mark.parametrize("name", ["toy", "bundled"])
def test_no_identifier_on_a_later_floor(name: str, request: pytest.FixtureRequest):
    results = request.getfixturevalue(f"{name}_results")
    who = needles(raw_identifiers(results.parent))
    assert len(who) > {"toy": 40, "bundled": 8_000}[name], "the raw identifiers were not found"
    assert leaks(results / "1_ingested", who, let=()), "they stand on floor 1"
    found = leaks(results, who)
    assert not found, {place: len(told) for place, told in found.items()}
