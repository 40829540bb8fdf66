"""Which small counts of people could be worked out from the shares of a survey, row by row.

A share and its base tell how many gave the answer and how many did not. Two shares of one answer over bases of which
one lies within the other tell those who are in the one alone. And where all groups of a base are told, the last one
follows from the others and the whole. The wall (`release`) withholds the estimates of a row whose `n_told` is below
the threshold.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np


class Counted(NamedTuple):
    """Whom one row is about: ``base`` who is asked, ``hits`` who gave the answer (boolean, shape (n,))."""

    base: np.ndarray
    hits: np.ndarray


def told(rows: Sequence[Counted]) -> list[int]:
    """Smallest count that can be worked out from each row, alone or beside the others about the same answer.

    Parameters
    ----------
    rows : sequence of Counted
        Rows about one answer over several bases.

    Returns
    -------
    list of int
        0 where only counts of nobody follow. Where two rows tell of a few by their difference, the row of the smaller
        base bears it: without that row the other tells nothing of them.

    Examples
    --------
    Of 40 people 20 said yes; of 38 of them 19 did. Alone 20 and 19 follow, together one who said yes and one who did
    not, so the smaller row bears 1.

    >>> base, part = np.ones(40, dtype=bool), np.arange(40) < 38
    >>> told([Counted(base, np.arange(40) % 2 == 0), Counted(part, np.arange(40) % 2 == 0)])
    [20, 1]
    """
    found = [_least((row.base & row.hits).sum(), (row.base & ~row.hits).sum()) for row in rows]
    for one, row in enumerate(rows):
        for other in rows:
            beyond = other.base & ~row.base
            if not beyond.any() or (row.base & ~other.base).any():
                continue
            few = _least(found[one], (beyond & other.hits).sum(), (beyond & ~other.hits).sum())
            found[one] = few
    return found


def _least(*counts: int) -> int:
    positive = [int(count) for count in counts if count > 0]
    return min(positive, default=0)


def shared(counts: Sequence[int], more: int = 1, keep: Sequence[int] = ()) -> list[int]:
    """Let further rows of a sum bear the smallest count, so that it does not follow from them.

    Parameters
    ----------
    counts : sequence of int
        `n_told` of rows that sum to a row which stands.
    more : int
        How many rows besides the smallest bear it: one for each sum that holds among them.
    keep : sequence of int
        Places that bear no more than their own count, since another row tells the same.

    Returns
    -------
    list of int

    Examples
    --------
    >>> shared([40, 6, 15]), shared([40, 6, 15, 90], more=2)
    ([40, 6, 6], [6, 6, 6, 90])
    """
    found = list(counts)
    positive = [place for place in range(len(found)) if found[place] > 0]
    if not positive:
        return found
    low = min(positive, key=lambda place: found[place])
    free = sorted((p for p in positive if p != low and p not in keep), key=lambda place: found[place])
    for place in free[:more]:
        found[place] = found[low]
    return found
