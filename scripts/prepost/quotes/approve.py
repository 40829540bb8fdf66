"""What people decided on each quotation, and the last look before one leaves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from prepost.deidentify import found_in
from prepost.errors import Fault, StudyError, did_you_mean
from prepost.interviews.framework import counts_people
from prepost.interviews.sheets import ApprovalRow
from prepost.quotes.choose import fingerprint

APPROVED, REFUSED, STALE, UNDECIDED = "approved", "refused", "stale", "undecided"
FOLDER = "data/returned/quotes"
QUOTES = ["row_id", "theme", "kind", "origin", "said_by", "text", "approval", "approved_on", "fingerprint"]
TO_APPROVE = ["quote", "fingerprint", "decision", "by", "on", "note", "theme", "kind", "said_by", "text"]


def to_approve(candidates: pd.DataFrame) -> pd.DataFrame:
    """Return the sheet that people fill in: decision, by, on and note are theirs."""
    empty = dict.fromkeys(("decision", "by", "on", "note"), pd.array([pd.NA] * len(candidates), dtype="string"))
    return candidates.assign(**empty)[TO_APPROVE]


def decided(candidates: pd.DataFrame, sheets: Mapping[str, Sequence[ApprovalRow]]) -> pd.DataFrame:
    """Return the candidates with what people decided.

    Parameters
    ----------
    candidates : DataFrame
        Schema ``quote_candidates``.
    sheets : mapping of str to sequence of ApprovalRow
        Returned sheets by file name.

    Returns
    -------
    DataFrame
        ``row_id``, ``theme``, ``kind``, ``origin``, ``said_by``, ``text``; ``approval``: approved, refused, stale (its
        words or who is said to have spoken them have changed since) or undecided; ``approved_on``; ``fingerprint``. A
        refusal by anyone outweighs approvals.

    Raises
    ------
    StudyError
        ``kind="data"``: a row of a quotation that was never drawn and whose fingerprint is of none either.
    """
    known = set(candidates["quote"])
    faults = [
        Fault(
            f"{FOLDER}/{name} · line {row.line} · quote",
            f"'{row.quote}' is no quotation of this study",
            did_you_mean(row.quote, known) or "a quote of to_approve.csv",
            "mend it; a row whose quotation is drawn no longer keeps its quote and is told as stale",
        )
        for name, rows in sheets.items()
        for row in rows
        if row.quote not in known and not row.fingerprint.startswith(row.quote.removeprefix("q"))
    ]
    if faults:
        raise StudyError(*faults, kind="data")
    every = [row for rows in sheets.values() for row in rows]
    rows = []
    for found in candidates.itertuples():
        state, on = _state(found.fingerprint, [row for row in every if row.quote == found.quote])
        shown = (found.quote, found.theme, found.kind, found.origin, found.said_by, found.text)
        rows.append((*shown, state, on, found.fingerprint))
    return pd.DataFrame(rows, columns=QUOTES)


def _state(now: str, said: Sequence[ApprovalRow]) -> tuple[str, str | None]:
    current = [row for row in said if row.fingerprint == now]
    if not current:
        return (STALE if said else UNDECIDED), None
    if any(row.decision == "refuse" for row in current):
        return REFUSED, None
    return APPROVED, max(row.on for row in current).isoformat()


def gone(candidates: pd.DataFrame, sheets: Mapping[str, Sequence[ApprovalRow]]) -> int:
    """Return how many returned rows are of quotations that are no longer drawn."""
    known = set(candidates["quote"])
    return sum(row.quote not in known for rows in sheets.values() for row in rows)


def let_out(quotes: pd.DataFrame) -> pd.DataFrame:
    """Return the quotations that a person approved as they stand: what `release` lets through.

    Parameters
    ----------
    quotes : DataFrame
        Schema ``quotes``.

    Returns
    -------
    DataFrame
        Approved rows whose fingerprint is that of their words, less what is for the building alone.

    Raises
    ------
    StudyError
        ``kind="refused"``: an approved quotation that is not the one of its fingerprint, or holds an identifier.
    """
    rows = quotes[quotes["approval"] == APPROVED].fillna({"said_by": ""})  # nobody is named where few are alike
    faults = []
    for row in rows.itertuples():
        where = f"6_statistics/quotes.csv · {row.row_id}"
        if fingerprint(row.theme, row.kind, row.said_by, row.text) != row.fingerprint:
            faults.append(Fault(where, "its words are not those that were approved", "the words as drawn", "run again"))
        if found_in(row.text):
            faults.append(Fault(where, "it holds an identifier", "none", "refuse it in the sheet, and tell us"))
    if faults:
        raise StudyError(*faults, kind="refused")
    return rows.drop(columns=["approval", "fingerprint"]).reset_index(drop=True)


def words_alone(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table of words as it leaves; a number of people or an identifier in it stops the release.

    Parameters
    ----------
    name : str
        Of `prepost.schemas_words.WORDS`.
    frame : DataFrame

    Returns
    -------
    DataFrame

    Raises
    ------
    StudyError
        ``kind="refused"``.
    """
    if name == "quotes":
        return let_out(frame)
    faults = []
    for row in frame.to_dict("records"):
        texts = {column: text for column, text in row.items() if column not in ("row_id", "approved_on", "theme")}
        for column, text in texts.items():
            if isinstance(text, str) and (counts_people(text) or found_in(text)):
                what = "it counts people, holds a digit or an identifier"
                faults.append(
                    Fault(f"6_statistics/{name}.csv · {row['row_id']} · {column}", what, "words", "mend its sheet")
                )
    if faults:
        raise StudyError(*faults, kind="refused")
    return frame
