"""The rules by which a response is set aside, each with its reason; never a word of what was answered."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from prepost.recode import accepted, answer_key
from prepost.sheets import ItemRow
from prepost.study import Cleaning, Outcome, Wave
from prepost.wording import fold

#: In the order in which they are tried; the first that fits is the one that is told.
RULES = (
    "preview_or_test",
    "no_consent",
    "outside_window",
    "empty",
    "duplicate_response",
    "speeder",
    "straight_liner",
)
_PREVIEW = re.compile(r"\b(?:previews?|tests?|spam)\b")
_CLOCK = re.compile(r"(?:(?P<hours>\d+):)?(?P<minutes>\d+):(?P<seconds>\d+(?:\.\d+)?)")


@dataclass(frozen=True)
class Responses:
    """What the rules look at; the frames and series share one index, one row a response.

    Parameters
    ----------
    raw : DataFrame
        Floor 1: known columns and answers as exported.
    values : DataFrame
        One float64 column an ordinal or number item, in scale points.
    as_ticked : DataFrame
        One float64 column an ordinal item, before reversal.
    items : list of ItemRow
        The code book.
    survey : Series of bool
        Responses of a wave of the study; the others say what is known of people, or count enrolments.
    """

    raw: pd.DataFrame
    values: pd.DataFrame
    as_ticked: pd.DataFrame
    items: list[ItemRow]
    survey: pd.Series

    def nothing(self) -> pd.Series:
        """No reason for any response."""
        return pd.Series(pd.NA, index=self.raw.index, dtype="string")

    def item(self, name: str) -> ItemRow:
        """The item of that name."""
        return next(item for item in self.items if item.item == name)


def exclude(
    responses: Responses, cleaning: Cleaning, waves: Sequence[Wave], outcomes: Sequence[Outcome]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return which responses are set aside, by which rule and why, and which are flagged.

    Parameters
    ----------
    responses : Responses
        All responses of all sources.
    cleaning : Cleaning
        The study's rules.
    waves : sequence of Wave
        With their windows.
    outcomes : sequence of Outcome
        Their items make a response empty or not.

    Returns
    -------
    excluded : DataFrame
        Index of `responses`, `rule`, `why`: both null where the response is kept.
    flags : DataFrame
        `speeder`, `straight_liner` (bool).

    Notes
    -----
    A duplicate is sought only among responses that no rule before it sets aside, so that a preview never stands in
    for the response itself. Rows about a person and enrolments know no windows, outcomes and speed.
    """
    flags = pd.DataFrame(
        {"speeder": speeders(responses, cleaning), "straight_liner": straight_liners(responses, cleaning)}
    )
    rules: dict[str, Callable[[pd.Series], pd.Series]] = {
        "preview_or_test": lambda alive: previews(responses, cleaning),
        "no_consent": lambda alive: no_consent(responses, cleaning),
        "outside_window": lambda alive: outside_window(responses, waves),
        "empty": lambda alive: empty(responses, cleaning, outcomes),
        "duplicate_response": lambda alive: duplicates(responses, cleaning, alive),
        "speeder": lambda alive: _dropped(flags["speeder"], cleaning.speeders, _too_fast(cleaning)),
        "straight_liner": lambda alive: _dropped(flags["straight_liner"], cleaning.straight_liners, _ONE_ANSWER),
    }
    excluded = pd.DataFrame({"rule": responses.nothing(), "why": responses.nothing()})
    for rule in RULES:
        alive = excluded["rule"].isna()
        why = rules[rule](alive)
        hit = alive & why.notna()
        excluded.loc[hit, "rule"], excluded.loc[hit, "why"] = rule, why[hit]
    return excluded, flags


_ONE_ANSWER = "one and the same answer to every item"


def _too_fast(cleaning: Cleaning) -> str:
    return f"answered in less than {cleaning.speeders.seconds:g} seconds" if cleaning.speeders else ""


def _dropped(flag: pd.Series, setting, why: str) -> pd.Series:
    none = pd.Series(pd.NA, index=flag.index, dtype="string")
    return none.mask(flag.astype(bool), why) if setting is not None and setting.drop else none


def previews(responses: Responses, cleaning: Cleaning) -> pd.Series:
    """Why a response is a preview or a test: the platform's status, or an answer that study.yaml names."""
    status = responses.raw["status"].fillna("")
    words = {text: bool(_PREVIEW.search(fold(text))) for text in status.unique()}
    why = responses.nothing().mask(status.map(words).astype(bool), "the platform marks it as a preview or a test")
    for test in cleaning.tests:
        if test.item in responses.raw:
            hit = _answered_with(responses, test.item, test.answers)
            why = why.mask(why.isna() & hit, f"its answer to '{test.item}' marks it as a test")
    return why


def _answered_with(responses: Responses, item: str, answers: Sequence[str]) -> pd.Series:
    cells, wanted = responses.raw[item], accepted(responses.item(item), answers)
    words = {text: answer_key(text) in wanted for text in cells.dropna().unique()}
    return cells.map(words).fillna(False).astype(bool)


def no_consent(responses: Responses, cleaning: Cleaning) -> pd.Series:
    """Why a response lacks consent, where its source asks for it."""
    why, consent = responses.nothing(), cleaning.consent
    if consent is None or consent.item not in responses.raw:
        return why
    cells = responses.raw[consent.item]
    asked, blank = cells.notna(), cells.str.strip().eq("").fillna(False).astype(bool)
    given = _answered_with(responses, consent.item, consent.accept)
    why = why.mask(asked & ~given, f"its answer to '{consent.item}' is not consent")
    return why.mask(asked & blank, f"no answer to '{consent.item}'")


def outside_window(responses: Responses, waves: Sequence[Wave]) -> pd.Series:
    """Why a response is outside its wave's window; the closing day is inside, an unknown date is no reason."""
    why, day = responses.nothing(), responses.raw["received"].dt.normalize()
    for wave in waves:
        here = responses.raw["wave"] == wave.name
        if wave.opens:
            why = why.mask(here & (day < pd.Timestamp(wave.opens)), f"received before {wave.opens.isoformat()}")
        if wave.closes:
            why = why.mask(here & (day > pd.Timestamp(wave.closes)), f"received after {wave.closes.isoformat()}")
    return why


def empty(responses: Responses, cleaning: Cleaning, outcomes: Sequence[Outcome]) -> pd.Series:
    """Why a response is empty: too few outcome items of its wave are answered.

    A file that asks none of the wave's outcome items (a wave may be split over files) has no empty responses.
    """
    why, raw, least = responses.nothing(), responses.raw, cleaning.min_answered
    for wave in raw.loc[responses.survey, "wave"].unique():
        here = raw["wave"] == wave
        names = {i for outcome in outcomes if outcome.waves is None or wave in outcome.waves for i in outcome.items}
        listed = [name for name in sorted(names) if name in responses.values]
        asked = raw.loc[here, listed].notna().groupby(raw.loc[here, "source"]).any().any(axis=1)
        answered = responses.values.loc[here, listed].notna().sum(axis=1)
        short = (answered < least) & raw.loc[here, "source"].map(asked)
        told = [f"{n} outcome items answered, {least} needed" for n in answered[short]]
        why.loc[short[short].index] = told
    return why


def duplicates(responses: Responses, cleaning: Cleaning, alive: pd.Series) -> pd.Series:
    """Why a response is a duplicate, within one source, wave and module.

    Parameters
    ----------
    responses : Responses
        All responses.
    cleaning : Cleaning
        ``duplicates`` says which is kept.
    alive : Series of bool
        Responses that no earlier rule sets aside.

    Returns
    -------
    Series of str
        Names the line that is kept.

    Notes
    -----
    Two things make a duplicate: the same response id, or the same key (not blank), the same time of receipt and the
    same answer to every item. A response id may stand beside several modules, each a completion of its own.
    "First" and "last" go by time of receipt, then by line; equally complete ones by the last.
    """
    raw = responses.raw
    answers = [item.item for item in responses.items if item.item in raw]
    keys = [item.item for item in responses.items if item.scale == "identifier" and item.item in raw]
    plain = raw[["source", "wave", "module", "response_id", *answers]].apply(lambda column: column.str.strip())
    plain["received"] = raw["received"]
    order = raw[["received", "line"]].assign(answered=plain[answers].fillna("").ne("").sum(axis=1))
    blank_id = plain["response_id"].fillna("").eq("")
    has_key = plain[keys].fillna("").ne("").any(axis=1)
    same_id = _doubles(plain[alive & ~blank_id], ["source", "wave", "module", "response_id"], order, cleaning)
    left = alive & has_key & ~alive.index.isin(same_id)
    same_all = _doubles(plain[left], ["source", "wave", "module", "received", *answers], order, cleaning)
    why = responses.nothing()
    for found, words in ((same_id, "the same response id as"), (same_all, "the same key, time and answers as")):
        if found:
            told = [f"{words} line {raw.at[kept, 'line']}, which is kept" for kept in found.values()]
            why.loc[list(found)] = told
    return why


def _doubles(plain: pd.DataFrame, by: list[str], order: pd.DataFrame, cleaning: Cleaning) -> Mapping[int, int]:
    """Each row that is not kept, with the row that is kept in its stead."""
    several = plain[plain.duplicated(by, keep=False)]
    found: dict[int, int] = {}
    for _, rows in several.groupby(by, dropna=False, sort=False):
        ranked = order.loc[rows.index].sort_values(["received", "line"], kind="stable", na_position="first")
        if cleaning.duplicates == "most_complete":
            ranked = ranked.sort_values("answered", kind="stable")
        kept = ranked.index[0] if cleaning.duplicates == "first" else ranked.index[-1]
        found |= {index: kept for index in rows.index if index != kept}
    return found


def speeders(responses: Responses, cleaning: Cleaning) -> pd.Series:
    """Survey responses answered in less time than the study sets; False where the time is not known."""
    if cleaning.speeders is None:
        return pd.Series(False, index=responses.raw.index)
    return (duration(responses.raw["duration_seconds"]) < cleaning.speeders.seconds) & responses.survey


def duration(cells: pd.Series) -> pd.Series:
    """Seconds from a number of seconds or from ``h:mm:ss`` and ``mm:ss``; null where it is neither.

    Examples
    --------
    >>> duration(pd.Series(["90", "1:30", "0:01:30", "long"], dtype="string")).tolist()
    [90.0, 90.0, 90.0, nan]
    """
    text = cells.astype("string").str.strip()
    parts = text.str.extract(_CLOCK.pattern + "$")
    whole = parts.apply(pd.to_numeric, errors="coerce").astype("float64")
    clock = whole["hours"].fillna(0.0) * 3600 + whole["minutes"] * 60 + whole["seconds"]
    return pd.to_numeric(text, errors="coerce").astype("float64").fillna(clock)


def straight_liners(responses: Responses, cleaning: Cleaning) -> pd.Series:
    """Survey responses with one answer to every ordinal item answered, where at least the study's number are.

    Compared as ticked, before reversed items are turned: agreeing with a statement and with its opposite is the sign.
    """
    if cleaning.straight_liners is None or responses.as_ticked.empty:
        return pd.Series(False, index=responses.raw.index)
    ticked = responses.as_ticked
    one = ticked.min(axis=1) == ticked.max(axis=1)
    return one & (ticked.notna().sum(axis=1) >= cleaning.straight_liners.items) & responses.survey
