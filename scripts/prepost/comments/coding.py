"""All codes of all comments: people's, the keywords' and the machine's, each with who or what gave it and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
BACKGROUND, BATCH = 20_000, 20_000  # comments from which words are learnt, and comments coded at a time
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
    at = known["place"].to_numpy()
    target = np.array([[name in themes for name in names] for themes in known["themes"]])
    learnt, rows = learn(comments, at, target, names, embeddings=plan.machine.embeddings)
    parts = list(code_batches(learnt, comments))
    scores = np.concatenate([part for part, _ in parts])
    held = _held_out(rows, target, writers(comments)[at], plan.machine.folds, seed)
    note = f"the machine learnt {len(names)} themes from {len(at)} comments, penalty {learnt.fitted.penalty:g}"
    return Coded(
        _together(people, keywords, *[codes for _, codes in parts]),
        comments[KEY].join(pd.DataFrame(scores, columns=names, index=comments.index)),
        _compared(comments.iloc[at], names, target, held, frame),
        found.apart,
        note,
    )


class Learnt(NamedTuple):
    """A machine that has learnt: its features, its models, the themes in their order, and its name.

    ``left_out`` holds the scores of the comments that it learnt from, by their place among all, each from a machine
    that saw nothing of its writer.
    """

    features: Features
    fitted: Fitted
    names: list[str]
    coder: str
    left_out: dict[int, np.ndarray]


def learn(
    comments: pd.DataFrame, at: np.ndarray, target: np.ndarray, names: Sequence[str], *, embeddings: bool = False
) -> tuple[Learnt, Rows]:
    """Learn to code from the comments that people coded.

    Parameters
    ----------
    comments : DataFrame
        Schema ``comments``.
    at : ndarray of int, shape (n,)
        The places of the coded ones.
    target : ndarray of bool, shape (n, k)
        Which of the k themes people gave.
    names : sequence of str
        The themes.
    embeddings : bool
        Take what comments mean as well (an extra).

    Returns
    -------
    Learnt, Rows
        The machine, and the coded comments as rows. Which words there are and how common they are is learnt from at
        most `BACKGROUND` comments and the coded ones, so that millions cost no more memory than thousands.
    """
    background = np.unique(np.linspace(0, len(comments) - 1, min(len(comments), BACKGROUND)).astype(int))
    texts = comments["text"].to_numpy(dtype=object)
    seen = texts[np.union1d(background, at)]
    features = Features(sorted(set(comments["item"]))).fit(seen)
    part = comments.iloc[at]
    rows = _rows(features, part, embeddings)
    fitted = fit(rows, target, writers(comments)[at])
    left_out = dict(zip(at.tolist(), fitted.left_out, strict=True))
    return Learnt(features, fitted, list(names), WITH_MEANING if embeddings else CODER, left_out), rows


def code_batches(
    learnt: Learnt, comments: pd.DataFrame, batch: int = BATCH
) -> Iterator[tuple[np.ndarray, pd.DataFrame]]:
    """Code comments batch by batch: yields the scores (N, k) of each, and its codes in the columns of ``codes``."""
    for start in range(0, len(comments), batch):
        part = comments.iloc[start : start + batch]
        scores = learnt.fitted.scores(_rows(learnt.features, part, learnt.coder == WITH_MEANING))
        for place in range(start, start + len(part)):
            if place in learnt.left_out:
                scores[place - start] = learnt.left_out[place]
        yield scores, machine_codes(part, learnt.features, learnt.fitted, scores, learnt.names, learnt.coder)


def _rows(features: Features, comments: pd.DataFrame, embeddings: bool) -> Rows:
    texts = list(comments["text"])
    return features.transform(texts, list(comments["item"]), meaning(texts) if embeddings else None)


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
