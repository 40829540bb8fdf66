"""How a column writes its dates: decided from the evidence of all of them, or not at all."""

from __future__ import annotations

import re
from typing import NamedTuple

import pandas as pd

EXCEL = "excel"
ISO = "iso"
_DAYS = ("%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y/%m/%d", "%Y.%m.%d", "%d/%m/%y", "%m/%d/%y")
_TIMES = ("", " %H:%M:%S", " %H:%M", " %I:%M:%S %p", " %I:%M %p", " %H.%M.%S", " %H.%M", " klo %H.%M.%S", " klo %H.%M")
_WORDED = ("%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%d-%b-%Y", "%d-%b-%y")
#: Every way of writing that is tried, ISO 8601 apart.
PATTERNS = tuple(day + time for day in (*_DAYS, *_WORDED) for time in _TIMES)
_SERIAL = (20_000, 80_000)  # Excel's days since 1899-12-30: the years 1954 to 2119
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_OFFSET = re.compile(r"(?<=:\d\d)(\.\d+)?\s*(?:Z|[+-]\d\d:?\d\d)$")
_ZONE = re.compile(r"\s+(?!(?:AM|PM)$)(?:[A-Z]{2,5}|(?:GMT|UTC)[+-]\d{1,2}(?::?\d\d)?)$")
_CENTURIES = (pd.Timestamp(1900, 1, 1), pd.Timestamp(2200, 1, 1))  # a date beyond them is a slip of the pen
_TRIED_FIRST = 500


class DateFormat(NamedTuple):
    """What the dates of a column say of their own format.

    Parameters
    ----------
    pattern : str or None
        A strptime pattern, ``iso``, ``excel``, or None where it cannot be told.
    why : str
        In words.
    fits : int
        How many of the dates it fits; where nothing is chosen, how many fit the candidates.
    n : int
        How many dates there are.
    candidates : tuple of str
        Patterns that fit alike and read some date differently; blank but where nothing is chosen between them.
    """

    pattern: str | None
    why: str
    fits: int
    n: int
    candidates: tuple[str, ...] = ()


def date_format(values: pd.Series, *, dated: bool = False) -> DateFormat:
    """Find the format of the dates of a column.

    Parameters
    ----------
    values : Series of text
        Dates as written; blank or missing ones say nothing.
    dated : bool
        Whether the column is known to hold dates: whole numbers are then serial dates, and the format may leave slips.

    Returns
    -------
    DateFormat
        The one format that fits every date, or, where the column is known to hold dates, the most of them. Day first
        and month first are told apart by the evidence of all dates together. Nothing is chosen where both fit alike
        and would read some date differently, or where some dates fit the one alone and some the other alone.
    """
    text = _plain(values)
    counts = text.value_counts()
    given = pd.Series(counts.index, dtype="string")
    times = counts.to_numpy()
    n = int(times.sum())
    if given.empty:
        return DateFormat(None, "there are no dates", 0, 0)
    numbers = pd.to_numeric(given.where(given.str.fullmatch(_NUMBER)), errors="coerce")
    if numbers.notna().all():
        serial = numbers.between(*_SERIAL).all() and (dated or bool((numbers % 1 != 0).any()))
        why = "serial numbers, as spreadsheets count days" if serial else "numbers, not dates"
        return DateFormat(EXCEL if serial else None, why, n if serial else 0, n)
    iso = _iso(given)
    if iso.notna().all():
        return DateFormat(ISO, "every date begins with its year, then month and day", n, n)
    read = {ISO: iso} if iso.notna().any() else {}
    tried = given.head(_TRIED_FIRST)
    for pattern in PATTERNS:
        if read_with(tried, pattern).notna().any():
            read[pattern] = read_with(given, pattern)
    fits = {pattern: int(times[moments.notna().to_numpy()].sum()) for pattern, moments in read.items()}
    return _choose(read, fits, n, dated)


def _choose(read: dict[str, pd.Series], fits: dict[str, int], n: int, dated: bool) -> DateFormat:
    most = max(fits.values(), default=0)
    if most == 0 or (most < n and not dated):
        return DateFormat(None, "no format fits every one", most, n)
    best = [pattern for pattern in fits if fits[pattern] == most]
    first = best[0]
    rivals = [pattern for pattern in best[1:] if not read[pattern].equals(read[first])]
    if rivals:
        alike = (first, *rivals)
        return DateFormat(None, f"{most:,} of {n:,} dates fit {' and '.join(alike)} alike", most, n, alike)
    mirror = _mirror(first)
    if mirror in read and bool((read[mirror].notna() & read[first].isna()).any()):
        why = f"some dates fit {first} alone and some {mirror} alone"
        return DateFormat(None, why, most, n, (first, mirror))
    return DateFormat(first, f"{most:,} of {n:,} dates fit it, and no other fits as many", most, n)


def _mirror(pattern: str) -> str:
    """Return the pattern with day and month in each other's place."""
    return pattern.translate(str.maketrans("dm", "md")) if "%b" not in pattern.lower() else ""


def _plain(values: pd.Series) -> pd.Series:
    text = values.astype("string").str.strip().replace("", pd.NA).dropna()
    return text.str.replace(_ZONE, "", regex=True)


def _iso(text: pd.Series) -> pd.Series:
    # The day alone, or with a time: a bare year or a year and month are numbers to most people, and no day.
    whole = text.where(text.str.match(r"\d{4}-\d\d-\d\d"))
    moments = pd.to_datetime(whole.str.replace(_OFFSET, r"\1", regex=True), format="ISO8601", errors="coerce")
    return _within(moments)


def _within(moments: pd.Series) -> pd.Series:
    return moments.astype("datetime64[us]").where(moments.between(*_CENTURIES))


def read_with(values: pd.Series, pattern: str | None) -> pd.Series:
    """Read dates by one format.

    Parameters
    ----------
    values : Series of text
        Dates as written.
    pattern : str or None
        A strptime pattern, ``excel``, ``iso``, or None, which is ISO 8601 too.

    Returns
    -------
    Series of datetime64[us]
        As the clock showed where the survey was answered: an offset or the name of a zone at the end is let go. Null
        where the cell is blank, does not fit, or lies outside the years 1900 to 2199.
    """
    text = values.astype("string").str.strip().replace("", pd.NA)
    if pattern in (None, ISO):
        return _iso(text.str.replace(_ZONE, "", regex=True))
    if pattern == EXCEL:
        serial = text.where(text.str.fullmatch(_NUMBER).fillna(False)).astype("Float64").astype("float64")
        moments = pd.Timestamp(1899, 12, 30) + pd.to_timedelta(serial, unit="D")
        return _within(moments.fillna(_iso(text.where(serial.isna()))))
    if "%z" not in pattern.lower():
        text = text.str.replace(_ZONE, "", regex=True)
    moments = pd.to_datetime(text, format=pattern, errors="coerce")
    return _within(moments.dt.tz_localize(None) if getattr(moments.dtype, "tz", None) is not None else moments)


def as_text(moments: pd.Series, instead: pd.Series) -> pd.Series:
    """Return dates as ISO 8601 text: the day alone where no date of the column has a time of day.

    Parameters
    ----------
    moments : Series of datetime64
        Null where there is none.
    instead : Series of text
        What stays where there is none.

    Returns
    -------
    Series of text
    """
    given = moments.dropna()
    timed = bool((given != given.dt.normalize()).any())
    text = moments.dt.strftime("%Y-%m-%dT%H:%M:%S" if timed else "%Y-%m-%d").astype("string")
    return text.where(moments.notna(), instead)
