"""Comments in learners' own words, put together from clauses: several themes or none, negated, misspelt."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import NamedTuple

from prepost.simulation.plan import Comments

NOT = "not:"
NO_THEME = "none"
JOINS = (". ", ". ", ". ", ". ", "; ", ", and ", ". Also, ", " - ", ", but ")
SHARE_WITHOUT_THEME = 0.13
SHARE_MISSPELT = 0.14
MANY = (1, 1, 1, 2, 2, 3)


class Comment(NamedTuple):
    """A comment and what was planted in it: (theme, denied) pairs; ``none`` where it speaks of no theme."""

    text: str
    themes: tuple[tuple[str, bool], ...]


class Writer:
    """Writes comments; the same seed gives the same comments in the same order.

    Parameters
    ----------
    comments : Comments
        Clauses by stance and theme, and which stances suit a question.
    seed : int
    """

    def __init__(self, comments: Comments, seed: int) -> None:
        self._plan = comments
        self._random = random.Random(seed)
        self._clauses = {
            question: {
                theme: [clause for stance in stances for clause in comments.clauses[stance].get(theme, [])]
                for theme in comments.themes
            }
            for question, stances in comments.stances.items()
        }
        # Themes are not equally common, and not in the same order for each question.
        self._weights = {
            question: [
                0.0 if not clauses else self._random.choice((0.4, 0.7, 1.0, 1.6, 2.4)) for clauses in by_theme.values()
            ]
            for question, by_theme in self._clauses.items()
        }

    def write(self, question: str) -> Comment | None:
        """Return a comment on a question, or None where it stays blank.

        Parameters
        ----------
        question : str
            A key of ``comments.stances``.
        """
        chance = self._random
        if chance.random() > self._plan.answered[question]:
            return None
        if chance.random() < SHARE_WITHOUT_THEME:
            return Comment(self._finish([chance.choice(self._plan.none)]), ((NO_THEME, False),))
        clauses: list[str] = []
        found: list[tuple[str, bool]] = []
        by_theme, weights = self._clauses[question], self._weights[question]
        for theme in self._several(list(by_theme), weights, chance.choice(MANY)):
            clause = chance.choice(by_theme[theme])
            found.append((theme, clause.startswith(NOT)))
            clauses.append(clause.removeprefix(NOT).strip())
        if chance.random() < 0.1:
            clauses.append(chance.choice(self._plan.none))
        return Comment(self._finish(clauses), tuple(found))

    def _several(self, themes: Sequence[str], weights: Sequence[float], many: int) -> list[str]:
        drawn: list[str] = []
        many = min(many, sum(weight > 0 for weight in weights))
        while len(drawn) < many:
            theme = self._random.choices(themes, weights)[0]
            if theme not in drawn:
                drawn.append(theme)
        return drawn

    def _finish(self, clauses: Sequence[str]) -> str:
        chance = self._random
        text = clauses[0]
        for clause in clauses[1:]:
            join = chance.choice(JOINS)
            text += join + (clause[0].upper() + clause[1:] if join == ". " else clause)
        if chance.random() > 0.15:
            text = text[0].upper() + text[1:]
        if chance.random() < SHARE_MISSPELT:
            text = self._misspell(text)
        return text + (chance.choice((".", ".", ".", "!")) if chance.random() > 0.3 else "")

    def _misspell(self, text: str) -> str:
        """Swap, drop or double a letter inside one longer word."""
        chance = self._random
        words = text.split(" ")
        long = [place for place, word in enumerate(words) if len(word) > 5 and word.isalpha()]
        if not long:
            return text
        place = chance.choice(long)
        word, at = words[place], chance.randrange(1, len(words[place]) - 2)
        kind = chance.randrange(3)
        if kind == 0:
            word = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        elif kind == 1:
            word = word[:at] + word[at + 1 :]
        else:
            word = word[:at] + word[at] + word[at:]
        words[place] = word
        return " ".join(words)
