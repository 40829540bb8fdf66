"""The one place where numbers become text: decimals, thousands, the minus sign, percentages, p values, marks."""

from __future__ import annotations

import math
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

MINUS = "\u2212"
NOT_AVAILABLE = "not available"
WITHHELD = "withheld"
LARGE_BASE = 200  # above it a percentage has one decimal


def number(value: float | None, decimals: int = 2) -> str:
    """Write a number with a fixed number of decimals, thousands separated, and a proper minus sign.

    Parameters
    ----------
    value : float or None
        The number; a missing one gives "not available".
    decimals : int
        Digits after the point.

    Returns
    -------
    str

    Notes
    -----
    Halves are rounded away from zero, on the shortest decimal that stands for the float: 0.125 gives 0.13. What rounds
    to zero has no sign.

    Examples
    --------
    >>> number(0.8406, 2), number(-1234.5, 1), number(-0.001, 2)
    ('0.84', '−1,234.5', '0.00')
    """
    if value is None or not math.isfinite(value):
        return NOT_AVAILABLE
    exact = Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    text = f"{abs(exact):,.{decimals}f}"
    return f"{MINUS}{text}" if exact < 0 else text


def count(value: int | float | None) -> str:
    """Write a count: ``2,473``."""
    return number(value, 0)


def percent(share: float | None, base: int | float | None) -> str:
    """Write a share as a percentage: one decimal where the base is above 200, else none.

    Parameters
    ----------
    share : float or None
        A share from 0 to 1.
    base : int or None
        What it is a share of; unknown counts as small.

    Examples
    --------
    >>> percent(0.5834, 2473), percent(0.5834, 48)
    ('58.3%', '58%')
    """
    if share is None or not math.isfinite(share):
        return NOT_AVAILABLE
    large = base is not None and base > LARGE_BASE
    return number(float(Decimal(repr(float(share))) * 100), 1 if large else 0) + "%"


def p_value(p: float | None) -> str:
    """Write a p value without its leading zero: ``.034``; below .001 as ``<.001``, and never as 1 or 0.

    Examples
    --------
    >>> p_value(0.0341), p_value(1e-9), p_value(0.9999)
    ('.034', '<.001', '>.999')
    """
    if p is None or not math.isfinite(p):
        return NOT_AVAILABLE
    if p < 0.001:
        return "<.001"
    if p > 0.999:
        return ">.999"
    return number(p, 3).removeprefix("0")


def degrees_of_freedom(df: float | None) -> str:
    """Write degrees of freedom: whole ones without decimals, others with one."""
    if df is None or not math.isfinite(df):
        return NOT_AVAILABLE
    return number(df, 0 if abs(df - round(df)) < 1e-6 else 1)


def interval(low: float | None, high: float | None, decimals: int = 2) -> str:
    """Write an interval in words: ``0.77 to 0.83``."""
    if low is None or high is None or not (math.isfinite(low) and math.isfinite(high)):
        return NOT_AVAILABLE
    return f"{number(low, decimals)} to {number(high, decimals)}"


def percent_decimals(bases: Iterable[int | float | None]) -> int:
    """Decide the decimals of a column of percentages once, by its smallest base: one above 200, else none."""
    stated = [base for base in bases if base is not None and math.isfinite(base)]
    return 1 if stated and min(stated) > LARGE_BASE else 0


def fewer_than(threshold: int) -> str:
    """Write what stands for a small count: ``fewer than 10``."""
    return f"fewer than {threshold}"


def marked(mark: str, *, counts: bool, threshold: int) -> str:
    """Write what stands in place of a number that is not shown.

    Parameters
    ----------
    mark : {"c", "w", "x"}
        Below the threshold, withheld to protect another, missing.
    counts : bool
        Whether the number counts what the threshold is about. An estimate over a small base is "withheld".
    threshold : int
        The study's threshold.

    Examples
    --------
    >>> [marked(mark, counts=True, threshold=10) for mark in "cwx"]
    ['fewer than 10', 'withheld', 'not available']
    >>> marked("c", counts=False, threshold=10)
    'withheld'
    """
    if mark == "x":
        return NOT_AVAILABLE
    return fewer_than(threshold) if mark == "c" and counts else WITHHELD
