"""How probable each candidate is when nobody can be in two pairs."""

from __future__ import annotations

import numpy as np

_ROUNDS = 200
_ENOUGH = 1e-7
_MOST_SCALE = 2.0  # of the log odds
_SCALES = 12  # halvings of four: to a thousandth
#: Of each wave at least so many are taken to have no partner: odds without bound would force links on everybody.
_LEAST_FREE = 0.05


def marginals(left: np.ndarray, right: np.ndarray, odds: np.ndarray) -> np.ndarray:
    """Return the chance that each candidate is a link, given that a response has at most one partner.

    Parameters
    ----------
    left, right : ndarray of int, one entry a candidate
        Which response of the earlier and of the later wave.
    odds : ndarray of float, positive
        Odds of the candidate alone: that its two responses are linked against that both are linked to nobody.

    Returns
    -------
    ndarray of float in 0 to 1
        For a candidate without rivals, odds / (1 + odds). Two equal rivals have at most one half each.

    Notes
    -----
    Probabilities of edges in a random matching (a monomer-dimer model) by belief propagation, exact where the
    candidates form no cycle (Bayati & Nair 2006, arXiv:math/0607290). It takes the place of the independent
    probabilities of Fellegi and Sunter, which sum to more than one for a response with alike candidates.

    Examples
    --------
    >>> marginals(np.array([0]), np.array([0]), np.array([3.0])).tolist()
    [0.75]
    """
    if not len(odds):
        return np.zeros(0)
    _, i = np.unique(left, return_inverse=True)
    _, j = np.unique(right, return_inverse=True)
    n_left, n_right = i.max() + 1, j.max() + 1
    out, back = np.ones(len(odds)), np.ones(len(odds))  # chance that a response is free of all its other candidates
    for _ in range(_ROUNDS):
        there, here = odds * back, odds * out
        new_out = 1 / (1 + np.maximum(np.bincount(i, there, n_left)[i] - there, 0.0))
        new_back = 1 / (1 + np.maximum(np.bincount(j, here, n_right)[j] - here, 0.0))
        moved = max(np.abs(new_out / out - 1).max(), np.abs(new_back / back - 1).max())
        # Half a step, since whole ones swing to and fro between candidates that are alike.
        out, back = (out + new_out) / 2, (back + new_back) / 2
        if moved < _ENOUGH:
            break
    joint = odds * out * back
    return joint / (1 + joint)


def scaled_marginals(
    left: np.ndarray, right: np.ndarray, odds: np.ndarray, alone: np.ndarray
) -> tuple[np.ndarray, float]:
    """Return the chances of `marginals`, the odds scaled so that as many links are expected as without rivalry.

    Parameters
    ----------
    left, right, odds : ndarray
        See `marginals`.
    alone : ndarray of float in 0 to 1
        Chance of each candidate by its own agreement, which says rightly how many links there are, but not where.

    Returns
    -------
    tuple
        Chance of each candidate, and the factor of the odds.

    Notes
    -----
    The prior odds of a matching hold where every response has as many candidates as any other; the factor makes good
    what modules of different sizes and the order in time change of that.
    """
    wanted = float(alone.sum())
    low, high = -_MOST_SCALE, _MOST_SCALE
    for _ in range(_SCALES):
        middle = (low + high) / 2
        found = marginals(left, right, odds * np.exp(middle))
        low, high = (middle, high) if found.sum() < wanted else (low, middle)
    return found, float(np.exp(middle))


def odds_alone(weight: np.ndarray, share: float) -> np.ndarray:
    """Odds of candidates of a match weight (bits) where a share of all pairs are links."""
    return np.exp2(weight) * share / (1 - share)


def prior_odds(links: float, pairs: float, n_left: int, n_right: int) -> float:
    """Return the odds that two responses are linked, against that both are linked to nobody, before any comparison.

    Parameters
    ----------
    links : float
        Expected number of links.
    pairs : float
        Pairs that the constraints allow.
    n_left, n_right : int
        Responses of the two waves.

    Notes
    -----
    With ``links`` of ``pairs`` linked, a response is free with the chance 1 - links / n; the ratio of the two is what
    a matching of that expected size gives each pair.
    """
    share = links / pairs
    free = max(1 - links / n_left, _LEAST_FREE) * max(1 - links / n_right, _LEAST_FREE)
    return share / free
