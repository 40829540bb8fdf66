"""Each response to at most one other: optimal assignment, and no guess where two assignments are as good."""

from __future__ import annotations

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

CHOSEN, NOT_BEST, TIE = "chosen", "not_best", "tie"
#: A group of alike responses larger than this on a side is not solved but listed: nothing tells its members apart.
MOST_IN_GROUP = 400
_SLACK = 1e-9


def assign(left: np.ndarray, right: np.ndarray, gain: np.ndarray) -> np.ndarray:
    """Choose pairs so that nobody is in two and the gains sum to the most, and refuse what is not unique.

    Parameters
    ----------
    left, right : ndarray of int, one entry a pair
        Which response of the earlier and of the later wave; each pair once.
    gain : ndarray of float, positive
        What choosing the pair is worth, such as its match weight above the lowest that may be linked.

    Returns
    -------
    ndarray of {"chosen", "not_best", "tie"}
        ``chosen``: in every best assignment. ``not_best``: in none. ``tie``: in some and not in all, so that choosing
        it would be a guess; also all pairs of a group with more than `MOST_IN_GROUP` responses on a side.

    Notes
    -----
    Solved within connected components (Kuhn 1955, doi:10.1002/nav.3800020109, as scipy has it). A chosen pair is
    unique when no cycle of tight pairs under optimal duals leads through it: two of its responses in one strongly
    connected component of that graph means that another assignment is as good. The result does not depend on the
    order of the pairs.

    Examples
    --------
    >>> assign(np.array([0, 0, 1]), np.array([0, 1, 1]), np.array([3.0, 2.0, 2.5])).tolist()
    ['chosen', 'not_best', 'chosen']
    >>> assign(np.array([0, 0]), np.array([0, 1]), np.array([2.0, 2.0])).tolist()
    ['tie', 'tie']
    """
    state = np.full(len(gain), NOT_BEST, dtype=object)
    if not len(gain):
        return state
    _, i = np.unique(left, return_inverse=True)
    _, j = np.unique(right, return_inverse=True)
    n_left, n_right = i.max() + 1, j.max() + 1
    graph = coo_matrix((np.ones(len(i)), (i, n_left + j)), shape=(n_left + n_right,) * 2)
    _, group = connected_components(graph, directed=False)
    of_pair = group[i]
    order = np.argsort(of_pair, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(of_pair[order]) != 0])
    sizes = np.diff(np.r_[starts, len(order)])
    state[order[starts[sizes == 1]]] = CHOSEN
    for start, size in zip(starts[sizes > 1], sizes[sizes > 1], strict=True):
        rows = order[start : start + size]
        state[rows] = _group(i[rows], j[rows], gain[rows])
    return state


def _group(i: np.ndarray, j: np.ndarray, gain: np.ndarray) -> np.ndarray:
    """One connected group: pad with nobody, solve, and ask which of the best pairs are so in every solution."""
    _, i = np.unique(i, return_inverse=True)
    _, j = np.unique(j, return_inverse=True)
    n_left, n_right = i.max() + 1, j.max() + 1
    if max(n_left, n_right) > MOST_IN_GROUP:
        return np.full(len(gain), TIE, dtype=object)
    # Rows: the left, then a nobody for each right; columns: the right, then a nobody for each left.
    size = n_left + n_right
    value = np.full((size, size), -np.inf)
    value[n_left:, n_right:] = 0.0
    value[np.arange(n_left), n_right + np.arange(n_left)] = 0.0
    value[n_left + np.arange(n_right), np.arange(n_right)] = 0.0
    value[i, j] = gain
    cost = np.where(np.isfinite(value), -value, 1e12)
    _, column = linear_sum_assignment(cost)
    tight = _tight(cost, column)
    # From a row to each column that would do as well; from a column to the row that has it.
    has = np.argsort(column)
    follows = tight[:, column]  # row r may take what row s has
    np.fill_diagonal(follows, False)
    _, strong = connected_components(coo_matrix(follows), directed=True, connection="strong")
    swaps = strong[i] == strong[has[j]]
    chosen = column[i] == j
    state = np.where(chosen, CHOSEN, NOT_BEST).astype(object)
    others = np.bincount(strong)[strong[i]] > 1
    state[chosen & others] = TIE
    state[~chosen & tight[i, j] & swaps] = TIE
    return state


def _tight(cost: np.ndarray, column: np.ndarray) -> np.ndarray:
    """Which cells have no slack under duals of this solution, by shortest paths in its residual graph."""
    rows = np.arange(len(cost))
    step = cost[:, column] - cost[rows, column][:, None]  # row r takes what row s has, in place of its own
    reach = np.zeros(len(cost))
    for _ in rows:
        shorter = np.minimum(reach, (reach[:, None] + step).min(axis=0))
        if np.array_equal(shorter, reach):
            break
        reach = shorter
    slack = reach[:, None] + step - reach[None, :]
    tight = np.zeros_like(cost, dtype=bool)
    tight[:, column] = (slack < _SLACK) & (cost[:, column] < 1e11)
    return tight
