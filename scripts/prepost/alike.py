"""People who gave the same pairs, taken together, so that resampling very many people costs what their kinds cost."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from prepost.pairs import base, snap_ties

_FEW_PEOPLE = 5_000  # up to so many each person is drawn alone
_WORTH_JOINING = 4  # people to a profile, on average: below it drawing them one by one is as quick


class Profiles(NamedTuple):
    """The profile of each person, and the pairs of one person of each profile.

    Parameters
    ----------
    of_person : ndarray of int, shape (n_people,)
        The profile of each person, 0 … ``count`` - 1.
    count : int
        Number of profiles; that of people where each stands alone.
    codes : ndarray of int, shape (r,)
        The profile that each of ``rows`` belongs to.
    rows : ndarray of int, shape (r,)
        Places, in the columns that were given, of the pairs of one person of each profile.
    """

    of_person: np.ndarray
    count: int
    codes: np.ndarray
    rows: np.ndarray


def profiles(codes: np.ndarray, *values: np.ndarray) -> Profiles:
    """Take together the people who gave the same pairs, where people are very many; else each stands alone.

    Parameters
    ----------
    codes : ndarray of int, shape (n,)
        Who gave each pair, as ``pairs.complete_pairs`` numbers them.
    *values : ndarray, shape (n,)
        What the statistics are computed from; values within the tolerance of ties are the same.

    Returns
    -------
    Profiles

    Notes
    -----
    How often each of n people is drawn is multinomial with equal shares; so how often each profile is drawn is
    multinomial with the profiles' shares of people, and a statistic that cannot tell alike people apart has the same
    distribution on either. A person's pairs stay together, in whatever order they stand. Only beyond 5,000 people and
    where four or more share a profile: the resamples of a study of usual size stay those of its people.

    Examples
    --------
    >>> profiles(np.array([0, 1, 1]), np.array([3.0, 4.0, 4.0])).of_person
    array([0, 1])
    """
    _, n_people = base(codes)
    alone = Profiles(np.arange(n_people), n_people, codes, np.arange(len(codes)))
    if n_people <= _FEW_PEOPLE:
        return alone
    kind = np.unique(np.column_stack([snap_ties(value) for value in values]), axis=0, return_inverse=True)[1].ravel()
    order = np.lexsort((kind, codes))
    starts = np.flatnonzero(np.diff(codes[order], prepend=-1))
    lengths = np.diff(starts, append=len(order))
    given = kind[order]
    numbers: dict[bytes, int] = {}
    of_person = np.empty(n_people, dtype=np.int64)
    for person, (start, length) in enumerate(zip(starts, lengths, strict=True)):
        of_person[person] = numbers.setdefault(given[start : start + length].tobytes(), len(numbers))
    if _WORTH_JOINING * len(numbers) > n_people:
        return alone
    first = np.unique(of_person, return_index=True)[1]
    rows = np.flatnonzero(np.isin(codes, first))
    return Profiles(of_person, len(numbers), of_person[codes[rows]], rows)
