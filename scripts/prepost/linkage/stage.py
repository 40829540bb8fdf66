"""The tolerant stage over all waves of a study: candidates, the models behind them, how good the links are, reviews."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from prepost.linkage.elements import levels_of
from prepost.linkage.model import weights_of
from prepost.linkage.persons import consistent
from prepost.linkage.quality import estimate_quality
from prepost.linkage.review import Decided, decisions_of, looked_at, pair_id, response_id, sheet_of
from prepost.linkage.tolerant import WHY, Weighed, decide, side_of, weigh
from prepost.linkage.weigh import ID
from prepost.schemas import SCHEMAS
from prepost.study_linkage import Matching, Person

RESPONSE = ["source", "line", "wave"]
THE_MODEL = "the model"


class Linked(NamedTuple):
    """What the stage leaves: the tables of floor 3, and the rows of the sheet for a reviewer."""

    candidates: pd.DataFrame
    model: pd.DataFrame
    quality: pd.DataFrame
    reviewed: pd.DataFrame
    sheet: pd.DataFrame

    @property
    def counts(self) -> tuple[int, int, int]:
        """Pairs whose keys agree, pairs accepted beyond them, and rows of the review sheet."""
        accepted = self.candidates["decision"] == "accepted"
        exact = self.candidates["stage"] == "exact"
        return int((accepted & exact).sum()), int((accepted & ~exact).sum()), len(self.sheet)

    @property
    def stale(self) -> int:
        """Rows of returned sheets that count no more."""
        return int((self.reviewed["state"] == "stale").sum())


def link(
    responses: pd.DataFrame,
    links: pd.DataFrame,
    pairs: pd.DataFrame,
    *,
    person: Person,
    matching: Matching,
    waves: Sequence[str],
    returned: pd.DataFrame,
    level: float,
    seed: int,
    scratch: Path | None = None,
) -> Linked:
    """Weigh what the exact stage has left, wave by wave.

    Parameters
    ----------
    responses : DataFrame
        Floor 2 with the identifiers beside the answers.
    links, pairs : DataFrame
        What the exact stage found (schemas ``links`` and ``pairs``).
    person, matching : Person, Matching
        Elements and settings.
    waves : sequence of str
        In time order; each is held to each later one.
    returned : DataFrame
        Rows of returned review sheets (`prepost.linkage.review.RETURNED`).
    level : float
        Level of the intervals.
    seed : int
    scratch : Path or None
        Where the database may put what does not fit into memory.

    Returns
    -------
    Linked

    Raises
    ------
    StudyError
        Where a blocking rule would compare too many pairs, or a returned sheet cannot be what a reviewer meant.
    """
    # Of the answers only those that are compared: they are parted and looked up wave by wave.
    rows = _rows(responses[[c for c in (*RESPONSE, "received", *looked_at(person)) if c in responses]], links)
    decided = decisions_of(returned, rows, pairs, person)
    parts: list[Linked] = []
    for two in combinations(waves, 2):
        parts.append(_two_waves(rows, pairs, decided, two, person, matching, level, seed, scratch))
    if not parts:  # one wave: nobody is looked for anywhere else
        parts.append(_exact_alone(pairs.iloc[:0], rows))
    candidates = consistent(pd.concat([part.candidates for part in parts], ignore_index=True), links)
    order = ["wave_from", "wave_to", "source_from", "line_from", "source_to", "line_to"]
    shown = candidates.loc[candidates.pop("shown").astype(bool), "pair_id"]
    return Linked(
        candidates.sort_values(order, kind="stable")[list(SCHEMAS["candidates"].columns)].reset_index(drop=True),
        pd.concat([part.model for part in parts], ignore_index=True),
        pd.concat([part.quality for part in parts], ignore_index=True),
        decided.reviewed,
        sheet_of(candidates[candidates["pair_id"].isin(shown)], rows, person, decided),
    )


def _rows(responses: pd.DataFrame, links: pd.DataFrame) -> pd.DataFrame:
    """Responses that may be linked: used ones, and those whose key is blank but whose other elements may speak."""
    known = links[links["state"].isin(["used", "blank_key"])]
    if links["module"].notna().any():
        known = known[known["module"].notna()]
    answers = responses.drop(columns="module", errors="ignore")
    rows = known[[*RESPONSE, "module", "state"]].merge(answers, on=RESPONSE, how="left")
    rows = rows.sort_values(RESPONSE, kind="stable").reset_index(drop=True)
    return rows.assign(response=response_id(rows["wave"], rows["source"], rows["line"]))


def _two_waves(
    rows: pd.DataFrame,
    pairs: pd.DataFrame,
    decided: Decided,
    waves: tuple[str, str],
    person: Person,
    matching: Matching,
    level: float,
    seed: int,
    scratch: Path | None,
) -> Linked:
    found = pairs[(pairs["wave_from"] == waves[0]) & (pairs["wave_to"] == waves[1])]
    if not matching.tolerant.use or not person.elements:
        return _exact_alone(found, rows)
    sides = [side_of(rows[rows["wave"] == wave], person) for wave in waves]
    ids = [dict(zip(rows.loc[side.index, "response"], side[ID], strict=True)) for side in sides]
    by_key = _ids(response_id(found["wave_from"], found["source_from"], found["line_from"]), ids[0])
    by_key = zip(by_key, _ids(response_id(found["wave_to"], found["source_to"], found["line_to"]), ids[1]), strict=True)
    said = {
        (ids[0][left], ids[1][right]): word
        for (left, right), word in decided.said.items()
        if left in ids[0] and right in ids[1]
    }
    exact = {(a, b) for a, b in by_key if a is not None and b is not None}
    weighed = weigh(*sides, exact, set(said), person, matching.tolerant, waves, scratch)
    done = decide(weighed.candidates, matching.tolerant, said, model=weighed.model is not None)
    names = [element.item for element in person.elements]
    quality = _quality(done, weighed, names, waves, (len(sides[0]), len(sides[1])), matching, level, seed)
    candidates = _candidates(done, [rows.loc[side.index] for side in sides])
    blank = _exact_alone(found, rows).candidates
    blank = blank[~blank["pair_id"].isin(candidates["pair_id"])]  # the key is no element, and the elements are blank
    whole = pd.concat([candidates, blank], ignore_index=True) if len(blank) else candidates
    return Linked(whole, _model(weighed, person, waves), quality, pd.DataFrame(), pd.DataFrame())


def _ids(responses: pd.Series, ids: dict[str, int]) -> list[int | None]:
    return [ids.get(response) for response in responses]


def _exact_alone(found: pd.DataFrame, rows: pd.DataFrame) -> Linked:
    columns = ["source_from", "line_from", "wave_from", "source_to", "line_to", "wave_to", "module"]
    candidates = found[columns].assign(
        pair_id=pair_id(
            response_id(found["wave_from"], found["source_from"], found["line_from"]),
            response_id(found["wave_to"], found["source_to"], found["line_to"]),
        ),
        stage="exact",
        weight=np.nan,
        probability=np.nan,
        decision="accepted",
        why=WHY["exact"],
        evidence=pd.NA,
        shown=False,
    )
    none = {name: pd.DataFrame(columns=list(SCHEMAS[name].columns)) for name in ("linkage_model", "linkage_quality")}
    return Linked(candidates, none["linkage_model"], none["linkage_quality"], pd.DataFrame(), pd.DataFrame())


def _candidates(done: pd.DataFrame, sides: list[pd.DataFrame]) -> pd.DataFrame:
    parts = {}
    for rows, side, column in zip(sides, ("from", "to"), ("left", "right"), strict=True):
        picked = rows.iloc[done[column].to_numpy(dtype="int64")].reset_index(drop=True)
        parts |= {f"{name}_{side}": picked[name] for name in RESPONSE}
        parts[f"response_{side}"] = picked["response"]
        parts["module"] = picked["module"]
    kept = ["stage", "weight", "probability", "decision", "why", "evidence", "shown"]
    frame = pd.DataFrame(parts).join(done[kept].reset_index(drop=True))
    return frame.assign(pair_id=pair_id(frame["response_from"], frame["response_to"]))


def _model(weighed: Weighed, person: Person, waves: tuple[str, str]) -> pd.DataFrame:
    """Each level of each element with its chances, then what the model says of the whole."""
    rows = []
    model, seen = weighed.model, weighed.seen
    weights = weights_of(model) if model else None
    for place, element in enumerate(person.elements if seen else []):
        counts = np.bincount(seen.patterns[:, place] + 1, seen.counts, len(levels_of(element)) + 1)[1:]
        for at, name in enumerate(levels_of(element)):
            chances = (model.m[place][at], model.u[place][at], weights[place][at]) if model else (np.nan,) * 3
            rows.append((element.item, name, *chances, int(counts[at]), None))
    if model:
        for name, value in (
            ("share of pairs that are links", model.links / seen.pairs),
            ("expected links", model.links),
        ):
            rows.append((THE_MODEL, name, value, np.nan, np.nan, None, None))
        rows.append((THE_MODEL, "pairs allowed", np.nan, np.nan, np.nan, int(seen.pairs), None))
    else:
        rows.append((THE_MODEL, "refused", np.nan, np.nan, np.nan, None, f"{weighed.note}; exact matching stands"))
    frame = pd.DataFrame(rows, columns=["element", "level", "m", "u", "weight", "n", "note"])
    return frame.assign(wave_from=waves[0], wave_to=waves[1])[list(SCHEMAS["linkage_model"].columns)]


def _quality(
    done: pd.DataFrame,
    weighed: Weighed,
    names: list[str],
    waves: tuple[str, str],
    sizes: tuple[int, int],
    matching: Matching,
    level: float,
    seed: int,
) -> pd.DataFrame:
    columns = list(SCHEMAS["linkage_quality"].columns)
    if weighed.model is None:
        return pd.DataFrame(columns=columns)
    accepted = done["decision"] == "accepted"
    parts = []
    for procedure, keep, threshold in (
        ("exact", accepted & (done["stage"] == "exact"), np.nan),
        ("tolerant", accepted, matching.tolerant.accept),
    ):
        found = estimate_quality(done[keep], names, weighed.seen, weighed.model, sizes, level=level, seed=seed)
        parts.append(found.assign(procedure=procedure, threshold=threshold))
    return pd.concat(parts, ignore_index=True).assign(wave_from=waves[0], wave_to=waves[1])[columns]
