"""Groups of words that stand together in the comments: a help for those who write the frame, and no result."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment
from sklearn.decomposition import NMF
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS, TfidfVectorizer

from prepost.comments.features import tokens
from prepost.comments.frame import ThemeRow, patterns

BOOTSTRAPS = 10
WORDS = 8
LEAST, MOST = 5, 3000  # texts in which a word has to stand; words in all
STEPS = 150


def find_topics(comments: pd.DataFrame, frame: Sequence[ThemeRow], many: int, seed: int) -> pd.DataFrame:
    """Find topics in the comments, and how surely each comes back.

    Parameters
    ----------
    comments : DataFrame
        Schema ``comments``.
    frame : sequence of ThemeRow
        To say which theme's keywords a topic's words are nearest to.
    many : int
        Number of topics.
    seed : int
        Of the bootstraps.

    Returns
    -------
    DataFrame
        Schema ``topics``, the heaviest first. ``stability`` is the mean overlap (Jaccard) of the topic's words with
        those of its partner in each of `BOOTSTRAPS` resamples of the comments, partners chosen one to one.

    Notes
    -----
    Non-negative matrix factorisation started from the singular vectors (Boutsidis & Gallopoulos 2008,
    doi:10.1016/j.patcog.2007.09.010), which is the same in every run. Stability: Greene, O'Callaghan & Cunningham
    2014, doi:10.1007/978-3-662-44848-9_32.
    """
    once = comments.drop_duplicates("text")["text"].tolist()
    words = TfidfVectorizer(analyzer=_words, sublinear_tf=True, min_df=min(LEAST, len(once)), max_features=MOST)
    try:
        rows = words.fit_transform(once)
    except ValueError:  # no word stands often enough
        return pd.DataFrame(columns=["topic", "words", "share", "stability", "nearest_theme"])
    many = min(many, min(rows.shape) - 1)
    if many < 1:
        return pd.DataFrame(columns=["topic", "words", "share", "stability", "nearest_theme"])
    names = np.array(words.get_feature_names_out())
    weights, parts = _factor(rows, many)
    tops = _tops(parts)
    rng = np.random.default_rng([seed, 7])
    overlap = np.zeros(many)
    for _ in range(BOOTSTRAPS):
        again = _tops(_factor(rows[rng.integers(0, rows.shape[0], rows.shape[0])], many)[1])
        alike = np.array([[len(one & two) / len(one | two) for two in again] for one in tops])
        mine, theirs = linear_sum_assignment(-alike)
        overlap[mine] += alike[mine, theirs] / BOOTSTRAPS
    share = weights.sum(axis=0) * parts.sum(axis=1)
    share = share / share.sum()
    order = np.argsort(-share, kind="stable")
    best = [[names[i] for i in np.argsort(-parts[topic], kind="stable")[:WORDS]] for topic in order]
    return pd.DataFrame(
        {
            "topic": np.arange(1, many + 1),
            "words": [", ".join(found) for found in best],
            "share": share[order],
            "stability": overlap[order],
            "nearest_theme": [_nearest(found, frame) for found in best],
        }
    )


def _words(text: str) -> list[str]:
    return [t.word for t in tokens(text) if len(t.word) > 2 and t.word not in ENGLISH_STOP_WORDS]


def _factor(rows, many: int) -> tuple[np.ndarray, np.ndarray]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # a help for eyes needs no more digits
        model = NMF(many, init="nndsvd", solver="cd", max_iter=STEPS, tol=1e-3, random_state=0)
        return model.fit_transform(rows), model.components_


def _tops(parts: np.ndarray) -> list[set[int]]:
    return [set(np.argsort(-part, kind="stable")[:WORDS].tolist()) for part in parts]


def _nearest(words: Sequence[str], frame: Sequence[ThemeRow]) -> str | None:
    """The theme whose keywords most of the words are; nothing where none is."""
    hits = {theme: sum(bool(p.fullmatch(word)) for word in words) for theme, p in patterns(frame).items()}
    best = max(hits, key=lambda theme: (hits[theme], theme), default=None)
    return best if best and hits[best] else None
