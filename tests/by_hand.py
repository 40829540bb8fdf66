"""Small floors made by hand, for tests of scoring, comparing and describing."""

from __future__ import annotations

import pandas as pd
from prepost.matching import match
from prepost.paired import Floor
from prepost.scoring import score_all
from prepost.study import Index, Outcome

WHERE = ["source", "line", "wave"]


def response_table(rows: list[dict], text: tuple[str, ...] = ()) -> pd.DataFrame:
    """Floor 2 responses: each row gives wave, key, and answers by item; the line is the row's place, from 2."""
    items = sorted({name for row in rows for name in row} - {"wave", "key", "module"} - set(text))
    frame = pd.DataFrame(rows, columns=["wave", "key", "module", *items, *text])
    frame.insert(0, "source", frame["wave"].map(lambda wave: f"{wave}_file") if len(frame) else [])
    frame.insert(1, "line", pd.Series(range(2, len(frame) + 2), dtype="int64"))
    for item in items:
        frame[item] = frame[item].astype("float64")
        frame[f"{item}_missing"] = pd.Series("skipped", index=frame.index, dtype="string").mask(frame[item].notna())
    for name in ("speeder", "straight_liner"):
        frame[name] = pd.Series(False, index=frame.index, dtype="boolean")
    frame["received"] = pd.Series(pd.NaT, index=frame.index, dtype="datetime64[us]")
    frame["response_id"] = pd.Series(pd.NA, index=frame.index)
    names = ["source", "wave", "key", "module", "response_id", *text]
    return frame.astype(dict.fromkeys(names, "string"))


def about_table(rows: list[dict], numbers: tuple[str, ...] = ()) -> pd.DataFrame:
    """Floor 2 about: each row gives the key and what is known; `numbers` names the columns that are numbers."""
    frame = pd.DataFrame(rows, columns=["key", *sorted({name for row in rows for name in row} - {"key"})])
    frame = frame.astype({name: "float64" if name in numbers else "string" for name in frame})
    where = pd.DataFrame({"source": "about_file", "line": range(2, len(frame) + 2), "wave": "about_person"})
    return pd.concat([where, frame], axis=1)


def scale(name: str, items: list[str], **options) -> Outcome:
    """An outcome with the words that nobody reads here."""
    options = {"label": name, "phrase": name, "smallest_effect": 0.5, **options}
    return Outcome(name=name, items=items, **options)


def floor_of(
    responses: pd.DataFrame,
    about: pd.DataFrame,
    outcomes: list[Outcome],
    indices: list[Index] | None = None,
    waves: tuple[str, ...] = ("pre", "post"),
) -> Floor:
    """Floors 3 and 4 from floor 2, with the usual settings."""
    found = match(responses, about, key=["key"], rules=["trim"], waves=list(waves), several="last")
    scores = score_all(responses, found.people, found.links, outcomes, indices or [])
    return Floor(responses, found.people, found.links, found.pairs, scores)
