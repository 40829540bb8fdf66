"""Which small counts of people the shares of one question tell, so that the wall can withhold what would give them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def told_by_shares(counts: Sequence[int], counted: Sequence[bool]) -> list[int]:
    """Smallest count that follows from the share of each answer, where shares of the same people sum.

    Parameters
    ----------
    counts : sequence of int
        People who gave each answer at one wave.
    counted : sequence of bool
        Which answers count as agreement; the share of agreement is told beside the single ones.

    Returns
    -------
    list of int
        One count an answer, 0 where nothing follows. Whatever threshold is laid on it, the answers that fall below are
        none or several, and are together at least that many people, in all and on either side of agreement.

    Notes
    -----
    In the order of their counts, each answer tells its own count and, by subtraction, the sum of those before it.

    Examples
    --------
    >>> told_by_shares([3, 12, 200, 400, 100], [False, False, False, True, True])
    [3, 3, 15, 100, 15]
    """
    whole, inside = np.asarray(counts, dtype=int), np.asarray(counted, dtype=bool)
    told = _chain(whole)
    for side in (inside, ~inside):
        told[side] = np.minimum(told[side], _chain(whole[side]))
    return [int(count) for count in told]


def told_by_agreement(*shares: tuple[int, int]) -> int:
    """Smallest count, none left out, among those who agree and those who do not, over all shares told together.

    Parameters
    ----------
    *shares : tuple of int
        How many agree, of how many.

    Examples
    --------
    >>> told_by_agreement((390, 400), (400, 400))
    10
    """
    counts = [count for agree, n in shares for count in (agree, n - agree) if count]
    return min(counts, default=0)


def _chain(counts: np.ndarray) -> np.ndarray:
    told = np.zeros(len(counts), dtype=int)
    used = np.flatnonzero(counts)
    used = used[np.argsort(counts[used], kind="stable")]
    sums = np.cumsum(counts[used])
    told[used] = np.minimum(counts[used], np.r_[counts[used[:1]], sums[:-1]])
    return told
