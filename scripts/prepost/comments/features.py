"""Comments as numbers: weighted words, pairs of words and pieces of words, with where in the text each stands.

The vectors are made here from tokens with offsets, so that a decision can be walked back to the words that carried it.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import TfidfTransformer, TfidfVectorizer

WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")
SHORTEST, LONGEST = 2, 5  # letters of a piece of a word, the blanks at its ends included
SHARES = {"words": 0.5, "pieces": 0.5}
SAME_QUESTION, QUESTION = 0.5, 0.1
MEANING, WIDTH = 0.5, 2.0  # of an extra's vectors: their weight, and how fast likeness falls with distance


class Token(NamedTuple):
    """A word of a text: where it stands (end exclusive), and as it is compared."""

    start: int
    end: int
    word: str


@lru_cache(maxsize=40_000)
def tokens(text: str) -> tuple[Token, ...]:
    """Return the words of a text with their places; those of a batch of texts are kept, as they are asked for thrice.

    Examples
    --------
    >>> [tuple(token) for token in tokens("I don't, yet")]
    [(0, 1, 'i'), (2, 7, "don't"), (9, 12, 'yet')]
    """
    return tuple(Token(m.start(), m.end(), m.group().lower().replace("\u2019", "'")) for m in WORD.finditer(text))


@lru_cache(maxsize=200_000)
def pieces(word: str) -> tuple[str, ...]:
    """Return the pieces of a word of two to five letters, a blank before and after it counted as letters."""
    padded = f" {word} "
    lengths = range(SHORTEST, min(LONGEST, len(padded)) + 1)
    return tuple(padded[at : at + size] for size in lengths for at in range(len(padded) - size + 1))


def words_and_pairs(text: str) -> list[str]:
    """Return the words of a text, and each with the next."""
    words = [token.word for token in tokens(text)]
    return words + [f"{one} {two}" for one, two in zip(words, words[1:], strict=False)]


def all_pieces(text: str) -> list[str]:
    """Return the pieces of every word of a text."""
    return [piece for token in tokens(text) for piece in pieces(token.word)]


class Rows(NamedTuple):
    """Comments as numbers: their texts, the question of each (-1: unknown), and what an extra adds, if any."""

    texts: sparse.csr_matrix
    asked: np.ndarray
    meaning: np.ndarray | None = None

    def take(self, places: np.ndarray) -> Rows:
        """Return the rows at these places."""
        meaning = None if self.meaning is None else self.meaning[places]
        return Rows(self.texts[places], self.asked[places], meaning)


class Features:
    """Learns the words of a study and turns comments into rows.

    Parameters
    ----------
    questions : sequence of str
        The known questions; another one counts as none of them.
    least : int
        Texts in which a word or piece has to stand.
    """

    def __init__(self, questions: Sequence[str], *, least: int = 2) -> None:
        self.questions = {name: place for place, name in enumerate(sorted(set(questions)))}
        self.least = least
        self.blocks: dict[str, TfidfVectorizer] = {}
        self.rarity_of_pieces = TfidfTransformer(sublinear_tf=True)

    def fit(self, texts: Iterable[str]) -> Features:
        """Learn which words there are and how common each is. No code is looked at."""
        texts = list(texts)
        analysers: dict[str, Callable[[str], list[str]]] = {"words": words_and_pairs, "pieces": all_pieces}
        for name, analyser in analysers.items():
            block = TfidfVectorizer(analyzer=analyser, sublinear_tf=True, min_df=min(self.least, len(texts)))
            self.blocks[name] = block.fit(texts)
        self.rarity_of_pieces.fit(self._pieces_counted(texts))
        return self

    def transform(self, texts: Sequence[str], questions: Sequence[str], meaning: np.ndarray | None = None) -> Rows:
        """Return one row a comment."""
        whole = {"words": self.blocks["words"].transform(texts)}
        whole["pieces"] = self.rarity_of_pieces.transform(self._pieces_counted(texts))
        parts = [np.sqrt(share) * whole[name] for name, share in SHARES.items()]
        asked = np.array([self.questions.get(name, -1) for name in questions], dtype=int)
        return Rows(sparse.hstack(parts).tocsr(), asked, meaning)

    def _pieces_counted(self, texts: Sequence[str]) -> sparse.csr_matrix:
        """How often each text has each piece: each word is cut once, however many texts have it."""
        known, place = self.blocks["pieces"].vocabulary_, {}
        said, starts = array("q"), array("q", [0])
        for text in texts:
            said.extend(place.setdefault(token.word, len(place)) for token in tokens(text))
            starts.append(len(said))
        cut = [[known[piece] for piece in pieces(word) if piece in known] for word in place]
        ends = np.cumsum([0, *map(len, cut)])
        flat = np.fromiter((column for columns in cut for column in columns), dtype=np.int64, count=ends[-1])
        by_word = sparse.csr_matrix((np.ones(len(flat)), flat, ends), shape=(len(place), len(known)))
        by_text = sparse.csr_matrix(
            (np.ones(len(said)), np.frombuffer(said, np.int64), np.frombuffer(starts, np.int64)),
            shape=(len(texts), len(place)),
        )
        found = (by_text @ by_word).tocsr()
        found.sort_indices()
        return found

    def columns_of(self, words: str) -> list[int]:
        """Return the columns of a word and its pieces, or that of a pair of words with a blank between them."""
        known, letters = self.blocks["words"].vocabulary_, self.blocks["pieces"].vocabulary_
        own = [known[words]] if words in known else []
        return own if " " in words else own + [len(known) + letters[p] for p in pieces(words) if p in letters]


def alike(first: Rows, second: Rows) -> np.ndarray:
    """Say how alike each of the first comments is to each of the second: the inner product of their rows.

    The same words on the same question count for more (`SAME_QUESTION`) than on another, and one question alone makes
    two comments a little alike (`QUESTION`). What a comment means (an extra) is added by its distance.
    """
    same = (first.asked[:, None] == second.asked[None, :]) & (first.asked >= 0)[:, None]
    found = (first.texts @ second.texts.T).toarray()
    if first.meaning is not None and second.meaning is not None:
        found += MEANING * np.exp(-2 * WIDTH * (1 - first.meaning @ second.meaning.T))
    return found * (1 + SAME_QUESTION * same) + QUESTION * same
