"""Choosing whose answer is yes, so that a weighted share comes out as planned."""

from __future__ import annotations

import numpy as np

PAIRS = 400  # on each side that are tried for an exchange


def pick(score: np.ndarray, base: np.ndarray, weights: np.ndarray, share: float, near: float = 0.002) -> np.ndarray:
    """Choose those of highest score, so many that their weighted share is as planned.

    Parameters
    ----------
    score : ndarray, shape (n,)
        Who says yes first.
    base : ndarray of bool, shape (n,)
        Of whom the share is.
    weights : ndarray, shape (n,)
    share : float
        From 0 to 1.
    near : float
        How near the share must come; where the order alone does not, one is exchanged for another of like score.

    Returns
    -------
    ndarray of bool, shape (n,)
        Nobody outside the base.

    Raises
    ------
    ValueError
        No choice comes near enough.
    """
    who = np.flatnonzero(base)
    who = who[np.argsort(-score[who], kind="stable")]
    w = weights[who] / weights[who].sum()
    count = int(np.argmin(np.abs(np.concatenate([[0.0], np.cumsum(w)]) - share)))
    chosen = np.zeros(len(who), dtype=bool)
    chosen[:count] = True
    for _ in range(20):
        off = share - float(w[chosen].sum())
        if abs(off) <= near:
            break
        out, into = np.flatnonzero(chosen)[-PAIRS:], np.flatnonzero(~chosen)[:PAIRS]
        if not len(out) or not len(into):
            break
        gain = w[into][None, :] - w[out][:, None]
        a, b = np.unravel_index(np.argmin(np.abs(gain - off)), gain.shape)
        if abs(off - gain[a, b]) >= abs(off):
            break
        chosen[out[a]], chosen[into[b]] = False, True
    if abs(share - float(w[chosen].sum())) > near:
        raise ValueError(f"no choice comes near a share of {share:.3f}: {float(w[chosen].sum()):.3f}")
    found = np.zeros(len(base), dtype=bool)
    found[who[chosen]] = True
    return found


def pick_by_group(
    score: np.ndarray,
    base: np.ndarray,
    weights: np.ndarray,
    share: float,
    groups: dict[str, np.ndarray],
    shares: dict[str, float],
    near: float = 0.002,
) -> np.ndarray:
    """Choose so that the share of all is as planned, and that of some groups too; the other groups take the rest."""
    found = np.zeros(len(base), dtype=bool)
    rest = base.copy()
    for name, planned in shares.items():
        found |= pick(score, base & groups[name], weights, planned)
        rest &= ~groups[name]
    left = (share * weights[base].sum() - weights[found].sum()) / weights[rest].sum()
    return found | pick(score, rest, weights, left, near * float(weights[base].sum() / weights[rest].sum()))


def whole_numbers(
    rng: np.random.Generator, weights: np.ndarray, mean: float, low: int, high: int, near: float
) -> np.ndarray:
    """Draw whole numbers whose weighted mean is as planned.

    Parameters
    ----------
    rng : Generator
    weights : ndarray, shape (n,)
    mean : float
        Planned.
    low, high : int
        Least and most.
    near : float
        How near the weighted mean must come.

    Returns
    -------
    ndarray of int, shape (n,)

    Raises
    ------
    ValueError
        No numbers come near enough.
    """
    w = weights / weights.sum()
    numbers = np.clip(low + rng.poisson(rng.gamma(2.0, (mean - low) / 2, len(w))), low, high)
    for _ in range(20_000):
        off = mean - float(w @ numbers)
        if abs(off) <= near:
            return numbers
        up, down = np.flatnonzero(numbers < high), np.flatnonzero(numbers > low)
        if abs(off) > w.max():
            place = rng.choice(up if off > 0 else down)
            numbers[place] += 1 if off > 0 else -1
            continue
        up, down = rng.choice(up, 40), rng.choice(down, 40)
        gain = w[up][None, :] - w[down][:, None]
        a, b = np.unravel_index(np.argmin(np.abs(gain - off)), gain.shape)
        if up[a] != down[b]:
            numbers[up[a]] += 1
            numbers[down[b]] -= 1
    raise ValueError(f"no whole numbers come near a mean of {mean}")
