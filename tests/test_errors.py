"""What a fault says, and which exit code it ends with."""

from __future__ import annotations

import pickle

import pytest
from prepost.errors import EXIT_CODES, Fault, StudyError, did_you_mean


def test_a_fault_says_where_what_rows_expected_and_fix() -> None:
    fault = Fault("a.csv · column x", "is odd", "a number", "mend a.csv", rows=[4, 7, 9, 12])
    assert str(fault).splitlines() == [
        "a.csv · column x",
        "  what      is odd",
        "  rows      4 rows; first: 4, 7, 9",
        "  expected  a number",
        "  fix       mend a.csv",
    ]


def test_one_row_is_a_row_thousands_have_a_comma_and_blanks_are_left_out() -> None:
    assert str(Fault("a", "b", rows=[3])).splitlines()[-1] == "  rows      1 row; first: 3"
    assert "  rows      1,200 rows; first: 0, 1, 2" in str(Fault("a", "b", rows=range(1200)))
    assert str(Fault("a", "b")) == "a\n  what      b"


def test_several_faults_are_counted_and_one_is_not() -> None:
    one, two = Fault("a", "b"), Fault("c", "d")
    assert str(StudyError(one)) == str(one)
    assert str(StudyError(one, two)) == f"2 faults\n\n{one}\n\n{two}"


@pytest.mark.parametrize("kind", list(EXIT_CODES))
def test_each_kind_has_an_exit_code_of_its_own_that_survives_pickling(kind) -> None:
    error = pickle.loads(pickle.dumps(StudyError(Fault("a", "b", rows=[1]), kind=kind)))
    assert (error.kind, error.exit_code, error.faults) == (kind, EXIT_CODES[kind], (Fault("a", "b", rows=[1]),))
    assert len(set(EXIT_CODES.values())) == len(EXIT_CODES) and 0 not in EXIT_CODES.values()


@pytest.mark.parametrize(
    ("name", "known", "said"),
    [
        ("confidnce", ["confidence", "readiness"], "did you mean 'confidence'?"),
        ("CONFIDENCE", ["confidence", "readiness"], "did you mean 'confidence'?"),
        ("wave_form", ["wave_from", "wave_to"], "did you mean 'wave_from' or 'wave_to'?"),
        ("zzz", ["b", "a"], "one of 'a', 'b'"),
        ("zzz", [f"name_{i}" for i in range(13)], ""),
        ("zzz", [], ""),
    ],
)
def test_the_nearest_names_or_the_few_there_are(name, known, said) -> None:
    assert did_you_mean(name, known) == said
