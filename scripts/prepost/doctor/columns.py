"""What a column of an export seems to hold, with the reason: a draft for people to read, never a decision."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

import pandas as pd

from prepost.dates import date_format
from prepost.readers import MULTIPLE_SEPARATOR
from prepost.wording import fold

MOST_CATEGORIES = 15
FEWEST_EACH = 2  # an answer given once may be somebody's own words, and is not written into a draft
LONG = 60
NAMED_KEY = re.compile(r"\b(id|code|key|e-?mail|learner|participant|respondent|record|number|tunnus)\b|_id$", re.I)


class Guess(NamedTuple):
    """What a column seems to be; `doubt` is blank where nothing is left to decide."""

    scale: str
    low: float | None
    high: float | None
    labels: dict[str, str]
    reason: str
    doubt: str


def guess_column(answers: pd.Series, name: str, scales: Mapping[str, Mapping[str, str]]) -> Guess:
    """Say what a column seems to hold.

    Parameters
    ----------
    answers : Series of text
        One answer a response; missing where blank.
    name : str
        The column's name and question, for hints such as "code".
    scales : mapping
        Known scales: name to code and label, in order.

    Returns
    -------
    Guess
        ``scale`` as items.csv names it (ordinal, number, category, text, date, identifier), ``low``, ``high``,
        ``labels`` (code to label), the ``reason``, and the ``doubt`` that is left.
    """
    given = answers.dropna().astype("string").str.strip()
    given = given[given != ""]
    if given.empty:
        return Guess("text", None, None, {}, "nobody answered it", "blank throughout: is it needed?")
    distinct = given.nunique()
    numbers = pd.to_numeric(given, errors="coerce")
    found = _known_scale(given, scales)
    if found:
        return found
    if numbers.notna().all():
        return _of_numbers(numbers, distinct, len(given), name)
    written = date_format(given)
    if written.pattern or written.candidates:
        doubt = f"{written.why}: write date_format in fields.csv" if written.candidates else ""
        return Guess("date", None, None, {}, "every answer is a date", doubt)
    own = distinct / len(given)
    if NAMED_KEY.search(name) and own > 0.5 and given.str.len().median() <= 40:
        return Guess("identifier", None, None, {}, "its name says so, and most answers differ", "")
    ticked = given.str.split(MULTIPLE_SEPARATOR, regex=False).explode().str.strip()
    several = given.str.contains(MULTIPLE_SEPARATOR, regex=False).any()
    counts = ticked.value_counts() if several else given.value_counts()
    distinct = len(counts)
    if distinct <= MOST_CATEGORIES and counts.min() >= FEWEST_EACH and counts.index.str.len().max() <= LONG:
        labels = {_slug(label): str(label).replace("|", "/") for label in sorted(counts.index)}
        doubt = "" if len(labels) == distinct else "two answers give the same code: name the codes yourself"
        return Guess(
            "multiple" if several else "category",
            None,
            None,
            labels,
            f"{distinct} answers that recur",
            doubt or "if the answers have an order, make it ordinal and number them",
        )
    return Guess("text", None, None, {}, "answers differ from person to person", "")


def _known_scale(given: pd.Series, scales: Mapping[str, Mapping[str, str]]) -> Guess | None:
    """The known scale that holds every answer given; of several the one with fewest steps."""
    folded = {fold(answer) for answer in given.unique()}
    if len(folded) < 2:
        return None
    fitting = [
        (len(labels), name, labels) for name, labels in scales.items() if folded <= {fold(v) for v in labels.values()}
    ]
    if not fitting:
        return None
    steps, name, labels = min(fitting, key=lambda found: (found[0], found[1]))
    codes = [float(code) for code in labels]
    unused = steps - len(folded)
    doubt = f"{unused} of its steps were used by nobody: is it this scale?" if unused else ""
    return Guess("ordinal", min(codes), max(codes), dict(labels), f"the answers of the scale '{name}'", doubt)


def _of_numbers(numbers: pd.Series, distinct: int, n: int, name: str) -> Guess:
    low, high = float(numbers.min()), float(numbers.max())
    whole = (numbers % 1 == 0).all()
    if NAMED_KEY.search(name) and distinct / n > 0.5:
        return Guess("identifier", None, None, {}, "its name says so, and most numbers differ", "")
    if whole and low >= 0 and high <= 10 and distinct <= 11 and high > low:
        seen = f"{low:g} to {high:g}"
        return Guess(
            "ordinal",
            low,
            high,
            {},
            f"whole numbers from {seen}",
            f"low and high are those that were seen ({seen}), and what each means is not in the file",
        )
    return Guess("number", None, None, {}, "numbers", "give low and high, so that slips are seen")


def _slug(label: str) -> str:
    words = re.findall(r"[a-z0-9]+", label.casefold())
    return "_".join(words)[:30] or "other"
