"""Folds that keep what one person wrote together and give every fold its part of each theme."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike


def grouped_folds(codes: ArrayLike, people: ArrayLike, many: int, seed: int) -> np.ndarray:
    """Share people out over folds, the rarest theme first.

    Parameters
    ----------
    codes : array-like of bool, shape (n, k)
        Themes of each comment.
    people : array-like of int, shape (n,)
        Who wrote it.
    many : int
        Number of folds.
    seed : int
        Decides among people alike.

    Returns
    -------
    ndarray of int, shape (n,)
        The fold of each comment, from 0.

    Notes
    -----
    Iterative stratification of Sechidis, Tsoumakas & Vlahavas 2011, doi:10.1007/978-3-642-23808-6_10, over people
    in place of single comments.
    """
    codes = np.asarray(codes, dtype=int)
    _, person = np.unique(np.asarray(people), return_inverse=True)
    persons = person.max() + 1
    size = np.bincount(person, minlength=persons)
    has = np.zeros((persons, codes.shape[1]), dtype=int)
    np.add.at(has, person, codes)
    wanted = np.tile(has.sum(axis=0) / many, (many, 1))
    room = np.full(many, len(codes) / many)
    order = np.random.default_rng(seed).permutation(persons)
    fold = np.full(persons, -1)
    while (fold < 0).any():
        free = order[fold[order] < 0]
        left = has[free].sum(axis=0)
        if left.any():
            rarest = int(np.where(left > 0, left, np.iinfo(int).max).argmin())
            free = free[has[free, rarest] > 0]
            free = free[np.argsort(-has[free, rarest], kind="stable")]
        else:
            rarest, free = -1, free[np.argsort(-size[free], kind="stable")]
        for one in free:
            want = wanted[:, rarest] if rarest >= 0 else room
            chosen = int(np.lexsort((-room, -want))[0])
            fold[one] = chosen
            wanted[chosen] -= has[one]
            room[chosen] -= size[one]
    return fold[person]
