"""Numbers as text, by the manner that the report keeps."""

from __future__ import annotations

import doctest

import pytest
from prepost import formatting


def test_the_examples_of_the_docstrings_hold():
    assert doctest.testmod(formatting).failed == 0


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (0.8, 2, "0.80"),
        (0.125, 2, "0.13"),  # exactly half in binary too: away from zero
        (2.675, 2, "2.68"),  # the float lies below; the decimal that it stands for does not
        (-0.5, 2, "−0.50"),
        (-0.004, 2, "0.00"),  # no minus before nothing
        (1234567.891, 1, "1,234,567.9"),
        (None, 2, "not available"),
        (float("nan"), 2, "not available"),
        (float("inf"), 2, "not available"),
    ],
)
def test_numbers(value, decimals, text):
    assert formatting.number(value, decimals) == text


@pytest.mark.parametrize(
    ("share", "base", "text"),
    [
        (0.5834, 201, "58.3%"),
        (0.5834, 200, "58%"),  # one decimal only above 200
        (0.285, 48, "29%"),  # 0.285 * 100 is 28.499999999999996 as floats
        (1.0, 300, "100.0%"),
        (0.0, None, "0%"),
        (None, 300, "not available"),
    ],
)
def test_percentages(share, base, text):
    assert formatting.percent(share, base) == text


@pytest.mark.parametrize(
    ("p", "text"),
    [(0.05, ".050"), (0.001, ".001"), (0.00099, "<.001"), (0.0, "<.001"), (1.0, ">.999"), (None, "not available")],
)
def test_p_values(p, text):
    assert formatting.p_value(p) == text


def test_counts_degrees_of_freedom_and_intervals():
    assert formatting.count(8186) == "8,186"
    assert formatting.degrees_of_freedom(47.0) == "47"
    assert formatting.degrees_of_freedom(1312.46) == "1,312.5"
    assert formatting.interval(-0.1, 0.25) == "−0.10 to 0.25"
    assert formatting.percent_decimals([2473, 150]) == 0
    assert formatting.percent_decimals([2473, 201]) == 1


def test_what_stands_for_a_number_that_is_not_shown():
    assert formatting.marked("c", counts=True, threshold=7) == "fewer than 7"
    assert formatting.marked("w", counts=True, threshold=7) == "withheld"
    assert formatting.marked("c", counts=False, threshold=7) == "withheld"
    assert formatting.marked("x", counts=True, threshold=7) == "not available"
