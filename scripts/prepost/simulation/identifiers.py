"""Identifiers that a few invented learners write into their comments, so that it can be shown that none of them leaves.

Each is of a form that the rules of `prepost.deidentify` find, names by a title or by the list. What they do not find a
person has to, and an invented reviewer reads nothing: such names are planted in the tests' sentences alone.
"""

from __future__ import annotations

import random
from collections.abc import Mapping

import pandas as pd

from prepost.simulation.text import Comment

SHARE = 0.006
#: Sentences, with what identifies somebody in each.
SENTENCES: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    ("Ask Dr Halloran-Reyes, she knows", (("name", "Halloran-Reyes"),)),
    ("My number is 07700 900861 if you want to hear more", (("phone", "07700 900861"),)),
    ("write to sam.holloway@example.nhs.uk", (("email", "sam.holloway@example.nhs.uk"),)),
    ("Sunita Rao showed me how", (("name", "Sunita Rao"),)),
    ("a lady, NHS number 450 557 7104, told me so", (("nhs_number", "450 557 7104"),)),
    ("we are at M13 9ZX now", (("postcode", "M13 9ZX"),)),
    ("it's on www.example.org/staff/pemberton", (("url", "www.example.org/staff/pemberton"),)),
    ("Mrs Pemberton, born 14/02/1951, was glad", (("name", "Pemberton"), ("date_of_birth", "14/02/1951"))),
    ("thanks to Tomasz Lewandowski", (("name", "Tomasz Lewandowski"),)),
)


def plant(
    source: str, lines: pd.DataFrame, planted: Mapping[tuple[int, str, str], Comment], seed: int
) -> list[tuple[int, str, str, str, str]]:
    """Add a sentence with an identifier to a few comments.

    Parameters
    ----------
    source : str
    lines : DataFrame
        See `prepost.simulation.lines.lay_out`; its cells are changed in place.
    planted : mapping
        The comments that stand in them, by uid, wave and item.
    seed : int
        Draws of its own, so that nothing else of the exports moves.

    Returns
    -------
    list of tuple
        uid, wave, item, kind, value.
    """
    rng = random.Random(f"{seed} identifiers {source}")
    place_of = {int(uid): place for place, uid in enumerate(lines["uid"])}
    found = []
    for uid, wave, item in sorted(planted):
        if rng.random() >= SHARE:
            continue
        sentence, values = SENTENCES[rng.randrange(len(SENTENCES))]
        column = lines.columns.get_loc(f"{wave}.{item}")
        lines.iat[place_of[uid], column] = f"{planted[uid, wave, item].text.rstrip('.! ')}. {sentence}"
        found += [(uid, wave, item, kind, value) for kind, value in values]
    return found
