"""All codes of all comments: people's, the keywords' and the machine's, each with who or what gave it and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from prepost.comments.coder import Fitted, evidence, fit
from prepost.comments.features import Features, Rows
from prepost.comments.folds import grouped_folds
from prepost.comments.frame import NONE, OUTSIDE, ThemeRow, patterns
from prepost.comments.gather import KEY
from prepost.comments.keywords import keyword_codes
from prepost.comments.meaning import meaning
from prepost.comments.settle import Settled, settle
from prepost.study_comments import Comments

CODER = "prepost, ridge on words and pieces of words"
WITH_MEANING = f"{CODER}, and sentence embeddings"
MACHINE_COLUMNS = ["theme", "by", "coder", "score", "start", "end", "note"]


class Coded(NamedTuple):
    """Tables of the schemas ``codes``, ``theme_scores``, ``held_out`` and ``disagreements``, and how it went."""

    codes: pd.DataFrame
    scores: pd.DataFrame
    held_out: pd.DataFrame
    apart: pd.DataFrame
    note: str


def code_comments(
    comments: pd.DataFrame, frame: Sequence[ThemeRow], people: pd.DataFrame, plan: Comments, seed: int
) -> Coded:
    """Code every comment.

    Parameters
    ----------
    comments : DataFrame
        Schema ``comments``.
    frame : sequence of ThemeRow
        The coding frame.
    people : DataFrame
        Schema ``codes``: what people gave.
    plan : Comments
        The study's settings.
    seed : int
        Of the folds.

    Returns
    -------
    Coded
        With fewer coded comments than the machine needs, the keywords stand alone: no scores, and the note says so.
    """
    found = settle(people)
    keywords = keyword_codes(comments, frame)
    known = comments[KEY].reset_index(names="place").merge(found.themes, on=KEY, how="inner")
    names = learnable([row.theme for row in frame], found, plan)
    if len(known) < plan.machine.fewest or not names:
        note = f"{len(known)} comments coded by people, {plan.machine.fewest} needed: the keywords stand alone"
        nothing = pd.DataFrame(columns=[*KEY, "theme", "people", "machine", "keyword"])
        return Coded(_together(people, keywords), comments[KEY], nothing, found.apart, note)
    features = Features(list(comments["item"])).fit(comments["text"])
    vectors = meaning(list(comments["text"])) if plan.machine.embeddings else None
    rows = features.transform(list(comments["text"]), list(comments["item"]), vectors)
    at = known["place"].to_numpy()
    target = np.array([[name in themes for name in names] for themes in known["themes"]])
    people_of = writers(comments)
    fitted = fit(rows.take(at), target, people_of[at])
    scores = fitted.scores(rows)
    scores[at] = fitted.left_out
    held = _held_out(rows.take(at), target, people_of[at], plan.machine.folds, seed)
    codes = machine_codes(comments, features, fitted, scores, names, WITH_MEANING if plan.machine.embeddings else CODER)
    note = f"the machine learnt {len(names)} themes from {len(at)} comments, penalty {fitted.penalty:g}"
    return Coded(
        _together(people, keywords, codes),
        comments[KEY].join(pd.DataFrame(scores, columns=names, index=comments.index)),
        _compared(comments.iloc[at], names, target, held, frame),
        found.apart,
        note,
    )


def learnable(themes: Sequence[str], found: Settled, plan: Comments) -> list[str]:
    """Return the themes, and `none` and `cannot_be_coded`, that people gave often enough to be learnt."""
    sets = list(found.themes["themes"])
    often = {name: sum(name in one for one in sets) for name in (*themes, *OUTSIDE)}
    return [name for name, count in often.items() if plan.fewest_positive <= count < len(sets)]


def machine_codes(
    comments: pd.DataFrame, features: Features, fitted: Fitted, scores: np.ndarray, names: Sequence[str], coder: str
) -> pd.DataFrame:
    """Return the machine's codes with the words that carried each.

    A comment in which no theme reaches its threshold is coded ``none``, and its note says so.
    """
    over = scores > fitted.thresholds
    inside = np.array([name not in OUTSIDE for name in names])
    over[:, ~inside] &= ~over[:, inside].any(axis=1)[:, None]  # none and cannot be coded stand alone
    place, theme = np.nonzero(over)
    rows = comments[KEY].iloc[place].reset_index(drop=True)
    rows["theme"] = np.array(names, dtype=object)[theme]
    rows["score"] = scores[place, theme]
    spans = np.zeros((len(rows), 2), dtype=int)
    texts = comments["text"].to_numpy(dtype=object)
    for question in sorted(set(rows["item"])):
        part = np.flatnonzero(rows["item"] == question)
        spans[part] = evidence(fitted, features, question, theme[part], texts[place[part]])
    rows["start"], rows["end"] = spans[:, 0], spans[:, 1]
    rows["note"] = "score above " + pd.Series(fitted.thresholds[theme]).map("{:.3f}".format)
    nothing = comments[KEY][~over.any(axis=1)].copy()
    nothing["theme"], nothing["note"] = NONE, "no theme reaches its threshold"
    nothing["score"] = scores[~over.any(axis=1)].max(axis=1)
    found = pd.concat([rows, nothing], ignore_index=True)
    found["by"], found["coder"] = "machine", coder
    return _typed(found)


def _held_out(rows: Rows, target: np.ndarray, writers: np.ndarray, folds: int, seed: int) -> np.ndarray:
    """Codes of comments in folds that the machine did not see, its thresholds tuned without them."""
    fold = grouped_folds(target, writers, folds, seed)
    given = np.zeros_like(target)
    for number in range(folds):
        train, test = np.flatnonzero(fold != number), np.flatnonzero(fold == number)
        fitted = fit(rows.take(train), target[train], writers[train])
        given[test] = fitted.scores(rows.take(test)) > fitted.thresholds
    return given


def _compared(
    coded: pd.DataFrame, names: Sequence[str], target: np.ndarray, held: np.ndarray, frame: Sequence[ThemeRow]
) -> pd.DataFrame:
    found = patterns(frame)
    parts = []
    for number, name in enumerate(names):
        part = coded[KEY].reset_index(drop=True)
        part["theme"], part["people"], part["machine"] = name, target[:, number], held[:, number]
        pattern = found.get(name)
        part["keyword"] = [bool(pattern and pattern.search(text)) for text in coded["text"]]
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def writers(comments: pd.DataFrame) -> np.ndarray:
    """Return a number for each comment's writer; who has no key is taken for as many people as responses."""
    alone = comments["source"].astype(str) + ":" + comments["line"].astype(str)
    return pd.factorize(comments["person"].astype("object").where(comments["person"].notna(), alone))[0]


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    frame = frame[[*KEY, *MACHINE_COLUMNS]]
    texts = ["source", "wave", "item", "theme", "by", "coder", "note"]
    return frame.astype(dict.fromkeys(texts, "string") | {"score": "float64", "start": "Int64", "end": "Int64"})


def _together(*parts: pd.DataFrame) -> pd.DataFrame:
    filled = [_typed(part) for part in parts if len(part)] or [_typed(parts[0])]
    whole = pd.concat(filled, ignore_index=True)
    return whole.sort_values([*KEY, "by", "coder", "theme"], kind="stable", ignore_index=True)
