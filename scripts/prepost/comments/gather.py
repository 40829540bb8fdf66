"""Comments of the cleaned responses, one row each."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

KEY = ["source", "line", "wave", "item"]


def names(rows: pd.DataFrame) -> list[str]:
    """Return the name of each comment, source:line:wave:item; by columns, since a million rows are not rare."""
    return [":".join(parts) for parts in zip(*(rows[column].astype(str) for column in KEY), strict=True)]


def gather(responses: pd.DataFrame, links: pd.DataFrame, questions: Sequence[str]) -> pd.DataFrame:
    """Take every comment that is not blank.

    Parameters
    ----------
    responses : DataFrame
        Floor 2: a row a response, with the questions as columns of text.
    links : DataFrame
        Floor 3: whose response each is.
    questions : sequence of str
        The text items that are coded, in the study's order; one that no export holds gives no comment.

    Returns
    -------
    DataFrame
        Schema ``comments``, sorted by source, line, wave and item. ``text`` is as it was written, blanks at its ends
        included, so that offsets hold; a comment of blanks alone is none.
    """
    person = links[["source", "line", "wave", "person"]]
    rows = responses[["source", "line", "wave", "module", *[q for q in questions if q in responses]]]
    rows = rows.merge(person, on=["source", "line", "wave"], how="left", validate="one_to_one")
    long = rows.melt(["source", "line", "wave", "module", "person"], var_name="item", value_name="text")
    long = long[long["text"].astype("string").str.strip().fillna("") != ""]
    found = long[[*KEY, "module", "person", "text"]].sort_values(KEY, kind="stable", ignore_index=True)
    return found.astype(dict.fromkeys(["item", "text"], "string"))
