"""Identifiers brought into one form, so that how something is written does not keep a person from being known again."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import pandas as pd

#: Characters that are taken for each other when a code is copied by hand: the first of each set stands for all.
_CONFUSED = ("o0O", "l1iIL|", "s5S", "b8B", "z2Z")
_CONFUSABLES = {ord(other): group[0] for group in _CONFUSED for other in group[1:]}


def normalise(values: pd.Series, rules: Sequence[str]) -> pd.Series:
    """Bring identifiers into one form.

    Parameters
    ----------
    values : Series of text
        As written.
    rules : sequence of str
        What is evened out, in any order: trim, lower, accents, blanks, punctuation, and what follows.
        ``plus_tags``: what follows a plus before the @ of an e-mail address. ``confusables``: 0 and O, 1 and l and I,
        5 and S, 8 and B, 2 and Z. ``leading_zeros``: those that a spreadsheet drops.

    Returns
    -------
    Series of text
        Null where nothing is left.

    Examples
    --------
    >>> normalise(pd.Series([" LN-7 "]), ["trim", "lower"]).tolist()
    ['ln-7']
    >>> normalise(pd.Series(["122o", "007"]), ["confusables", "leading_zeros"]).tolist()
    ['lzzo', '7']
    """
    found = values.astype("string")
    if "accents" in rules:
        found = found.map(_without_accents, na_action="ignore").astype("string")
    if "lower" in rules:
        found = found.str.casefold()
    if "plus_tags" in rules:
        found = found.str.replace(r"\+[^@]*(?=@)", "", regex=True)
    if "punctuation" in rules:
        found = found.str.replace(r"[^\w\s]|_", "", regex=True)
    if "blanks" in rules:
        found = found.str.replace(r"\s+", "", regex=True)
    if "trim" in rules:
        found = found.str.strip()
    if "leading_zeros" in rules:
        found = found.str.replace(r"^0+(?=.)", "", regex=True)
    if "confusables" in rules:
        found = found.str.translate(_CONFUSABLES)
    return found.where(found.str.strip() != "")


def _without_accents(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
