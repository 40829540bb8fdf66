"""The machine that codes comments: one linear model a theme, tuned on the comments that people coded and nothing else.

Ridge regression of each theme's codes on weighted words and pieces of words, solved by comments and not by words. Its
prediction for a comment with all that the same person wrote left out has a closed form, so thresholds are tuned, and
people's codes compared with the machine's, on scores that never saw the comment or its writer.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from scipy.linalg import lapack

from prepost.comments.features import SAME_QUESTION, Features, Rows, alike, tokens

PENALTIES = (0.3, 0.7, 1.5, 3.0)
PENALTY = 0.7
MOST_TO_TUNE = 1500  # coded comments up to which the penalty is chosen too: it costs a matrix inversion each
FAINT = 0.08
SHRINK = 10.0  # positives at which a theme's own threshold weighs as much as the threshold of all themes


class Fitted(NamedTuple):
    """A fitted machine.

    Attributes
    ----------
    rows : Rows
        The comments that it learnt from, n of them.
    weights : ndarray, shape (n, k)
        What each adds to a theme's score, by how alike it is.
    mean : ndarray, shape (k,)
        How often each theme was given.
    left_out : ndarray, shape (n, k)
        Scores of these comments, each from a machine that saw nothing of its writer.
    thresholds : ndarray, shape (k,)
        From which score a theme is given.
    penalty : float
    """

    rows: Rows
    weights: np.ndarray
    mean: np.ndarray
    left_out: np.ndarray
    thresholds: np.ndarray
    penalty: float

    def scores(self, rows: Rows, batch: int = 4000) -> np.ndarray:
        """Return a score a comment and theme, about the chance that people would give it, shape (N, k)."""
        found = np.empty((len(rows.asked), self.weights.shape[1]))
        for start in range(0, len(found), batch):
            part = np.arange(start, min(start + batch, len(found)))
            found[part] = alike(rows.take(part), self.rows) @ self.weights + self.mean
        return found


def fit(rows: Rows, codes: np.ndarray, people: np.ndarray) -> Fitted:
    """Fit the machine.

    Parameters
    ----------
    rows : Rows
        The coded comments.
    codes : ndarray of bool, shape (n, k)
        Which themes people gave.
    people : ndarray of int, shape (n,)
        Who wrote each.

    Returns
    -------
    Fitted

    Notes
    -----
    Ridge regression in dual form (Saunders, Gammerman & Vovk 1998); scores with a person left out from the inverse
    that is there anyway: y_g - (C_gg)^-1 a_g (Pahikkala et al. 2006, "Fast n-fold cross-validation for regularized
    least-squares"). The penalty is the one with the least squared error of those scores.
    """
    target = np.asarray(codes, dtype=float)
    likeness = alike(rows, rows)
    tried = PENALTIES if len(target) <= MOST_TO_TUNE else (PENALTY,)
    found = [(_solve(likeness, target, penalty, people), penalty) for penalty in tried]
    (weights, mean, left_out), penalty = min(found, key=lambda pair: float(((pair[0][2] - target) ** 2).sum()))
    return Fitted(rows, weights, mean, left_out, tuned_thresholds(left_out, target > 0), penalty)


def _solve(
    likeness: np.ndarray, target: np.ndarray, penalty: float, people: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    matrix = likeness.copy()
    matrix[np.diag_indices(len(matrix))] += penalty
    factor, _ = lapack.dpotrf(matrix, lower=1, overwrite_a=1)
    inverse, _ = lapack.dpotri(factor, lower=1, overwrite_c=1)
    inverse = np.tril(inverse) + np.tril(inverse, -1).T
    mean = target.mean(axis=0)
    weights = inverse @ (target - mean)
    left_out = np.empty_like(weights)
    order = np.argsort(people, kind="stable")
    starts = np.flatnonzero(np.diff(people[order], prepend=people[order][0] - 1))
    groups = np.split(order, starts[1:])
    single = np.array([places[0] for places in groups if len(places) == 1], dtype=int)
    left_out[single] = target[single] - weights[single] / np.diagonal(inverse)[single][:, None]
    for places in groups:
        if len(places) > 1:
            block = inverse[np.ix_(places, places)]
            left_out[places] = target[places] - np.linalg.solve(block, weights[places])
    return weights, mean, left_out


def tuned_thresholds(scores: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Return for each theme the threshold with the best F1 on these scores, drawn towards the others where it is rare.

    Parameters
    ----------
    scores : ndarray, shape (n, k)
        From machines that did not see the comment.
    codes : ndarray of bool, shape (n, k)
    """
    own, positives = np.full(scores.shape[1], np.inf), codes.sum(axis=0)
    for theme in np.flatnonzero(positives):
        order = np.argsort(-scores[:, theme], kind="stable")
        hits = np.cumsum(codes[order, theme])
        best = int(np.argmax(2 * hits / (np.arange(1, len(order) + 1) + positives[theme])))
        after = order[min(best + 1, len(order) - 1)]
        own[theme] = (scores[order[best], theme] + scores[after, theme]) / 2
    known = positives > 0
    if not known.any():
        return own
    shared = np.average(own[known], weights=positives[known])
    own[known] = (positives[known] * own[known] + SHRINK * shared) / (positives[known] + SHRINK)
    return own


def evidence(
    fitted: Fitted, features: Features, question: str, themes: Sequence[int], texts: Sequence[str]
) -> list[tuple[int, int]]:
    """Return the words that carried each decision.

    Parameters
    ----------
    fitted : Fitted
    features : Features
        Those that made the rows.
    question : str
        Which the texts answer.
    themes : sequence of int
        The theme that each text was given.
    texts : sequence of str

    Returns
    -------
    list of (int, int)
        Start and end (exclusive) of the run of words whose weights add up to most; the whole text where no word
        speaks for the theme.
    """
    asked = features.questions.get(question, -1)
    weighed = fitted.weights * (1 + SAME_QUESTION * ((fitted.rows.asked == asked) & (asked >= 0)))[:, None]
    by_word = np.asarray(fitted.rows.texts.T @ weighed)  # what each word or piece adds, theme by theme
    rarity = np.concatenate([block.idf_ for block in features.blocks.values()])
    carried = by_word * rarity[:, None]

    @cache
    def adds_of(words: str) -> list[float]:
        """What a word, or a pair of words, says for each theme."""
        return carried[features.columns_of(words)].sum(axis=0).tolist()

    found = []
    for theme, text in zip(themes, texts, strict=True):
        words = tokens(text)
        pairs = [adds_of(f"{one.word} {two.word}")[theme] for one, two in zip(words, words[1:], strict=False)]
        around = zip([0.0, *pairs], [*pairs, 0.0], strict=True)  # a word has a part in two pairs
        adds = [adds_of(word.word)[theme] + one + two for word, (one, two) in zip(words, around, strict=False)]
        least = FAINT * max(adds, default=0.0)  # a word that says next to nothing does not lengthen a run
        first, last = _best_run([value - least for value in adds])
        found.append((words[first].start, words[last].end) if last >= 0 else (0, len(text)))
    return found


def _best_run(adds: Sequence[float]) -> tuple[int, int]:
    """First and last place of the run with the largest sum (Kadane's algorithm); (0, -1) where none is above zero."""
    best, run, start, found = 0.0, 0.0, 0, (0, -1)
    for place, value in enumerate(adds):
        if run <= 0:
            run, start = 0.0, place
        run += value
        if run > best + 1e-12:
            best, found = run, (start, place)
    return found
