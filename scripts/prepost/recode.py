"""Answers as exported made into values on an item's scale, with the kind of missing where there is none."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from prepost.errors import Fault, StudyError
from prepost.sheets import MISSING_KINDS, ItemRow, RecodeRow
from prepost.wording import fold

SCORED = ("ordinal", "number")
NOT_SHOWN, SKIPPED = "not_shown", "skipped"
MULTIPLE_JOIN = "__"  # <item>__<code>
NO_LABEL = "none of the item's answers"
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?", re.I)
_BETWEEN_TICKS = re.compile(r"[|;,\s]*")
_END_OF_TICK = re.compile(r"[|;,]|$")


def answer_key(text: str) -> str:
    """Return one key for answers that are the same: `fold`, and one text for one number, so that 1, 1.0 and 01 are.

    Parameters
    ----------
    text : str
        An answer, a label or a code.

    Returns
    -------
    str
        Only for comparison.

    Examples
    --------
    >>> answer_key(" 3.0 "), answer_key("Strongly  Agree")
    ('3', 'strongly agree')
    """
    if not _NUMBER.fullmatch(text.strip()):
        return fold(text)
    value = float(text)
    return str(int(value)) if value.is_integer() else repr(value)


class Reading(NamedTuple):
    """What one answer means: a value, or a kind of missing; why it does not fit; the text that no label matches."""

    value: object = None
    missing: str | None = None
    unfit: str | None = None
    unlisted: str | None = None


@dataclass(frozen=True)
class Recoded:
    """One item over all responses.

    Parameters
    ----------
    values : dict of str to Series
        The columns of floor 2 without `_missing`: the item (float64 in scale points after reversal, or text), or one
        float64 column of 0 and 1 for each code of a multiple item.
    missing : Series of str
        A kind of missing, null where answered.
    unfit : Series of str
        Why an answer is off the item's scale, null where it fits.
    unlisted : Series of str
        An answer that counts as the item's "Other" because no label matches it, null elsewhere.
    as_ticked : Series of float or None
        Ordinal and number items before reversal.
    """

    values: dict[str, pd.Series]
    missing: pd.Series
    unfit: pd.Series
    unlisted: pd.Series
    as_ticked: pd.Series | None = None


def recode(
    answers: pd.Series,
    item: ItemRow,
    sources: pd.Series,
    modes: Mapping[str, str | None],
    recodes: Sequence[RecodeRow],
) -> Recoded:
    """Make the answers to one item into values.

    Parameters
    ----------
    answers : Series of str
        As exported; the empty text where the item was left blank, null where it was not asked.
    item : ItemRow
        Its line of items.csv.
    sources : Series of str
        Source of each answer.
    modes : mapping of str to str or None
        Source to ``labels`` or ``codes``, as sources.csv declares; either is taken of a source that is not there.
    recodes : sequence of RecodeRow
        The whole sheet; only this item's lines count.

    Returns
    -------
    Recoded
        An answer off the scale is missing as ``skipped`` and says why in `unfit`.

    Raises
    ------
    StudyError
        A recode gives no value of the scale; an item without range is reversed; an answer is one label's words and
        another's code while sources.csv does not say which it is.

    Notes
    -----
    In this order: recodes.csv, the item's allowed missing answers, its labels, its codes. Reversal is
    ``low + high - x``. Each different answer of a source is read once.
    """
    plain = answers.astype("string")
    if item.scale in ("text", "identifier", "date") and not item.missing and not recodes_of(recodes, item.item):
        return _as_it_stands(plain, item)
    of_source, names = pd.factorize(sources)
    of_answer, texts = pd.factorize(plain, use_na_sentinel=True)
    texts = texts.tolist()
    # Each pair of source and answer is one number; an answer not asked (-1) is the last of its source's.
    pairs, which = np.unique(
        of_source * (len(texts) + 1) + np.where(of_answer < 0, len(texts), of_answer), return_inverse=True
    )
    readers = [reader(item, name, modes.get(name), recodes) for name in names]
    readings = [
        Reading(missing=NOT_SHOWN) if answer == len(texts) else readers[source](texts[answer])
        for source, answer in zip(*np.divmod(pairs, len(texts) + 1), strict=True)
    ]
    return _spread(readings, which, answers.index, item)


def recodes_of(recodes: Sequence[RecodeRow], item: str, source: str | None = None) -> dict[str, str]:
    """Return what recodes.csv makes of an item's answers (by `answer_key`), in one source or in any."""
    rows = [row for row in recodes if row.item == item and (source is None or source in row.sources)]
    return {answer_key(row.answer): row.value for row in rows}


def reader(item: ItemRow, source: str, mode: str | None, recodes: Sequence[RecodeRow]) -> Callable[[str], Reading]:
    """Return the function that reads one answer to an item in one source.

    Parameters
    ----------
    item : ItemRow
        Its line of items.csv.
    source : str
        The source, for its lines of recodes.csv.
    mode : {"labels", "codes"} or None
        How the source writes answers; None takes either.
    recodes : sequence of RecodeRow
        The whole sheet.

    Returns
    -------
    callable
        From an answer to its `Reading`.

    Raises
    ------
    StudyError
        See `recode`.
    """
    book = _Book(item, mode, recodes_of(recodes, item.item, source), source)
    if item.scale == "multiple":
        return book.read_several
    return book.read_one


class _Book:
    """What each folded answer to one item means in one source."""

    def __init__(self, item: ItemRow, mode: str | None, recodes: dict[str, str], source: str) -> None:
        self.item, self.source, self.recodes = item, source, recodes
        self.labels = (
            {} if mode == "codes" else {answer_key(label): code for code, label in item.codes.items() if label}
        )
        takes_codes = mode != "labels" or not item.codes
        self.codes = {answer_key(code): code for code in item.codes} if takes_codes else {}
        self.takes_numbers = takes_codes and item.scale in SCORED
        self.missing = {answer_key(answer): kind for answer, kind in item.missing.items()}
        self.other = next((code for code, label in item.codes.items() if fold(label).startswith("other")), None)
        both = {word for word in self.labels if self.codes.get(word, self.labels[word]) != self.labels[word]}
        self.ambiguous = both if mode is None else set()
        self._check_recodes()
        if item.reversed and (item.low is None or item.high is None):
            raise StudyError(
                Fault(
                    f"config/items.csv · {item.item} · reversed",
                    "a reversed item needs low and high: it is turned by low + high - x",
                    "both ends of the scale",
                    "give low and high, or take the mark off",
                )
            )

    def _check_recodes(self) -> None:
        faults = [
            Fault(
                f"config/recodes.csv · {self.item.item} · value",
                f"'{value}' is no value of '{self.item.item}'",
                f"{self.scale()}, or one of {', '.join(MISSING_KINDS)}",
                "mend the value",
            )
            for value in sorted(set(self.recodes.values()))
            if value not in MISSING_KINDS and self.item.scale in SCORED and self.number(value).unfit
        ]
        if faults:
            raise StudyError(*faults)

    def scale(self) -> str:
        low, high = self.item.low, self.item.high
        if low is not None and high is not None:
            return f"{low:g} to {high:g}"
        if low is not None or high is not None:
            return f"at least {low:g}" if low is not None else f"at most {high:g}"
        return "a number" if self.item.scale in SCORED else "one of " + ", ".join(self.item.codes)

    def read_one(self, answer: str) -> Reading:
        key = answer_key(answer)
        if not key:
            return Reading(missing=SKIPPED)
        found = self.listed(key)
        if found is not None:
            return found
        if self.item.scale in SCORED:
            return self.number(answer) if self.takes_numbers else _unfit(NO_LABEL)
        if self.item.scale != "category":
            return Reading(value=answer)
        if not self.item.codes:
            return Reading(value=" ".join(answer.split()))
        if self.other is not None and not _NUMBER.fullmatch(key):
            return Reading(value=self.value(self.other), unlisted=" ".join(answer.split()))
        return _unfit(NO_LABEL)

    def listed(self, key: str) -> Reading | None:
        """What recodes, allowed missing answers, labels and codes say, in this order."""
        if key in self.recodes:
            value = self.recodes[key]
            return Reading(missing=value) if value in MISSING_KINDS else Reading(value=self.value(value))
        if key in self.missing:
            return Reading(missing=self.missing[key])
        code = self.code(key)
        if code is None:
            return None
        kind = self.missing.get(answer_key(code)) or self.missing.get(answer_key(self.item.codes[code]))
        return Reading(missing=kind) if kind else Reading(value=self.value(code))

    def code(self, key: str) -> str | None:
        if key in self.ambiguous:
            raise StudyError(
                Fault(
                    f"config/sources.csv · {self.source} · answers",
                    f"item '{self.item.item}' has an answer that is one label's words and another label's code",
                    "labels or codes",
                    "say in the column answers how this export writes its answers",
                )
            )
        return self.labels.get(key) or self.codes.get(key)

    def value(self, code: str) -> object:
        if self.item.scale in SCORED:
            return float(code)
        return self.item.codes.get(code) or code if self.item.scale == "category" else code

    def number(self, answer: str) -> Reading:
        text = answer.strip()
        if not _NUMBER.fullmatch(text):
            return _unfit("not a number" if not self.item.codes else NO_LABEL)
        value = float(text)
        low, high = self.item.low, self.item.high
        beyond = (low is not None and value < low) or (high is not None and value > high)
        between = self.item.scale == "ordinal" and not float(value - (low or 0)).is_integer()
        if beyond or between or value in (float("inf"), float("-inf")):
            return _unfit(f"off the scale ({self.scale()})")
        return Reading(value=value)

    def read_several(self, answer: str) -> Reading:
        rest = fold(answer)
        if not rest:
            return Reading(missing=SKIPPED)
        whole = self.listed(answer_key(rest))
        if whole is not None and whole.missing:
            return whole
        ticked, unknown = set(), []
        for tick in self._ticks(rest):
            found = self.listed(answer_key(tick))
            if found is None:
                unknown.append(tick)
            elif found.value is not None:
                ticked.add(found.value)
        if unknown and self.other is not None:
            return Reading(value=frozenset(ticked | {self.other}), unlisted=", ".join(unknown))
        unfit = f"{len(unknown)} of the options ticked: {NO_LABEL}" if unknown else None
        return Reading(frozenset(ticked), None, unfit) if ticked else Reading(missing=SKIPPED, unfit=unfit)

    def _ticks(self, rest: str) -> list[str]:
        """The options of one answer; a label may itself hold the comma or semicolon that joins them."""
        known = sorted({*self.recodes, *self.missing, *self.labels, *self.codes}, key=len, reverse=True)
        ticks = []
        while rest := rest[_BETWEEN_TICKS.match(rest).end() :]:
            here = next((name for name in known if rest.startswith(name) and _ends(rest[len(name) :])), None)
            here = here or rest[: _END_OF_TICK.search(rest).start()].strip()
            ticks.append(here)
            rest = rest[len(here) :]
        return ticks


def _ends(rest: str) -> bool:
    return not rest.strip() or rest.lstrip()[0] in "|;,"


def _unfit(why: str) -> Reading:
    return Reading(missing=SKIPPED, unfit=why)


def _as_it_stands(answers: pd.Series, item: ItemRow) -> Recoded:
    """Text that no sheet speaks of: kept to the letter."""
    nothing = pd.Series(pd.NA, index=answers.index, dtype="string")
    blank = answers.str.strip().eq("").fillna(False).astype(bool)
    missing = nothing.mask(blank, SKIPPED).mask(answers.isna(), NOT_SHOWN)
    return Recoded({item.item: answers.mask(blank)}, missing, nothing, nothing)


def _spread(readings: Sequence[Reading], which, index: pd.Index, item: ItemRow) -> Recoded:
    """The readings of the different answers, given to every response."""

    def take(cells: Sequence[object], dtype: str) -> pd.Series:
        return pd.Series(pd.array(list(cells), dtype=dtype).take(which), index=index)

    missing = take([reading.missing for reading in readings], "string")
    unfit = take([reading.unfit for reading in readings], "string")
    unlisted = take([reading.unlisted for reading in readings], "string")
    if item.scale == "multiple":
        values = {
            f"{item.item}{MULTIPLE_JOIN}{code}": take(
                [None if r.value is None else float(code in r.value) for r in readings], "Float64"
            ).astype("float64")
            for code in item.codes
        }
        return Recoded(values, missing, unfit, unlisted)
    if item.scale not in SCORED:
        return Recoded({item.item: take([r.value for r in readings], "string")}, missing, unfit, unlisted)
    ticked = take([r.value for r in readings], "Float64").astype("float64")
    value = item.low + item.high - ticked if item.reversed else ticked
    return Recoded({item.item: value}, missing, unfit, unlisted, ticked)


def accepted(item: ItemRow, answers: Sequence[str]) -> set[str]:
    """Return every way to write these answers: each label with its code, each code with its label.

    Parameters
    ----------
    item : ItemRow
        The item answered.
    answers : sequence of str
        Codes or labels.

    Returns
    -------
    set of str
        For comparison with the `answer_key` of an answer.
    """
    wanted = {answer_key(answer) for answer in answers}
    pairs = [{answer_key(code), answer_key(label)} for code, label in item.codes.items()]
    return wanted.union(*[pair for pair in pairs if pair & wanted]) - {""}
