"""What the frame's keywords find: a rule that anyone can read, weak alone, and all there is with few human codes."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from prepost.comments.frame import ThemeRow, patterns
from prepost.comments.gather import KEY

CODER = "keywords of the frame"


def keyword_codes(comments: pd.DataFrame, frame: Sequence[ThemeRow]) -> pd.DataFrame:
    """Give each comment the themes whose keywords it holds.

    Parameters
    ----------
    comments : DataFrame
        Schema ``comments``.
    frame : sequence of ThemeRow
        The coding frame.

    Returns
    -------
    DataFrame
        Schema ``codes``, ``by`` keyword: ``start`` and ``end`` are those of the first keyword found, and ``note`` says
        how many were. A comment without any keyword gets no row: that none was found is not that it speaks of none.
    """
    parts, texts = [], list(comments["text"])
    for theme, pattern in patterns(frame).items():
        for place, text in enumerate(texts):
            found = [match.span() for match in pattern.finditer(text)]
            if found:
                parts.append((place, theme, *found[0], f"{len(found)} keyword(s)"))
    rows = pd.DataFrame(parts, columns=["place", "theme", "start", "end", "note"])
    codes = comments[KEY].take(rows["place"].astype(int)).reset_index(drop=True)
    codes["theme"] = rows["theme"].astype("string")
    codes["by"], codes["coder"] = "keyword", CODER
    codes["score"] = pd.Series(pd.NA, index=codes.index, dtype="Float64").astype("float64")
    codes["start"], codes["end"] = rows["start"].astype("Int64"), rows["end"].astype("Int64")
    codes["note"] = rows["note"].astype("string")
    return codes.astype({"by": "string", "coder": "string"})
