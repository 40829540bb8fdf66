"""Ceiling and floor: how many stand at the ends of a scale, and what selecting those with room does by itself."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import stats

from prepost.pairs import TIE_TOLERANCE, base, complete_pairs
from prepost.robust import mean_change

CI_METHOD = "CR2 on the person with Satterthwaite t"
#: Says what an adjusted change is wherever it is shown. It is never a key message.
LABEL = "change of those with room, minus what regression to the mean gives them under no change"


class WithRoom(NamedTuple):
    """Change among those who started below a cut, beside what no change would show; NaN with a ``note``."""

    observed: float
    expected: float
    expected_normal: float
    estimate: float
    se: float
    ci_low: float
    ci_high: float
    ci_method: str
    reliability: float
    n: int
    n_people: int
    n_all: int
    note: str


def at_the_ends(
    before: ArrayLike,
    after: ArrayLike,
    person: ArrayLike | None = None,
    *,
    low: float,
    high: float,
    level: float = 0.95,
) -> pd.DataFrame:
    """Count who stands at the lowest and highest score before and after.

    Parameters
    ----------
    before, after : array-like, shape (n,)
        Scores of a pair in scale points. Pairs with a missing side are dropped.
    person : array-like or None, shape (n,)
        Who gave each pair. None: each pair is another person.
    low, high : float
        Ends of the scale.
    level : float
        Confidence level, between 0 and 1.

    Returns
    -------
    DataFrame
        Two rows, ``end`` highest and lowest. ``count_before``, ``count_after``, ``count_both`` of ``n`` pairs by
        ``n_people``; ``share_before``, ``share_after`` (proportions); ``change`` of the share with ``ci_low``,
        ``ci_high``, ``ci_method``; ``note``.

    Raises
    ------
    ValueError
        ``low`` not below ``high``, columns of unequal length, or a pair without a person.

    Notes
    -----
    The change of a share is the mean of the differences of two indicators (`prepost.robust.mean_change`). Who stands at
    the top before cannot show a gain, so that a small mean change may be a ceiling and no failure.

    Examples
    --------
    >>> table = at_the_ends([5, 4, 5, 1], [5, 5, 4, 2], low=1, high=5)
    >>> table[["count_before", "count_after", "count_both"]].values.tolist()
    [[2, 2, 1], [1, 0, 0]]
    """
    if not low < high:
        raise ValueError("the low end of a scale lies below its high end")
    codes, x, y = complete_pairs(person, before, after)
    n, n_people = base(codes)
    rows = []
    for end, first, last in (
        ("highest", x >= high - TIE_TOLERANCE, y >= high - TIE_TOLERANCE),
        ("lowest", x <= low + TIE_TOLERANCE, y <= low + TIE_TOLERANCE),
    ):
        change = mean_change(last.astype(float) - first.astype(float), codes, level)
        rows.append(
            {
                "end": end,
                "count_before": int(first.sum()),
                "count_after": int(last.sum()),
                "count_both": int((first & last).sum()),
                "n": n,
                "n_people": n_people,
                "share_before": first.mean() if n else np.nan,
                "share_after": last.mean() if n else np.nan,
                "change": change.estimate,
                "ci_low": change.ci_low,
                "ci_high": change.ci_high,
                "ci_method": CI_METHOD if np.isfinite(change.ci_low) else "",
                "note": change.note,
            }
        )
    return pd.DataFrame(rows)


def change_with_room(
    before: ArrayLike,
    after: ArrayLike,
    person: ArrayLike | None = None,
    *,
    below: float,
    reliability: float,
    level: float = 0.95,
) -> WithRoom:
    """Mean change of those who started below a score, minus what regression to the mean alone would show.

    Parameters
    ----------
    before, after : array-like, shape (n,)
        Scores of a pair in scale points. Pairs with a missing side are dropped.
    person : array-like or None, shape (n,)
        Who gave each pair. None: each pair is another person.
    below : float
        Pairs whose first score lies below it are looked at (the highest score of the scale: those with room).
    reliability : float
        Correlation that two scores of unchanged people would have, above 0 up to 1: a retest, from elsewhere. Not the
        correlation of these two waves: it holds every true difference in change to be error, and taking it would only
        give back the mean change of everyone. Alpha is too high, as it knows nothing of the day: the expectation is
        then too small.
    level : float
        Confidence level, between 0 and 1.

    Returns
    -------
    WithRoom
        ``observed`` mean change of those selected; ``expected`` under no change; ``expected_normal`` the same if first
        scores were normal; ``estimate`` observed minus expected, with ``se``, ``ci_low``, ``ci_high``; ``reliability``;
        ``n`` pairs selected by ``n_people``; ``n_all`` pairs; ``note``. To be labelled by ``LABEL``.

    Raises
    ------
    ValueError
        A reliability outside 0 to 1, columns of unequal length, or a pair without a person.

    Notes
    -----
    With equal means and spreads and a linear regression of slope ρ between two measurements of unchanged people,
    selecting by the first gives, with nothing changed (Barnett, van der Pols & Dobson 2005, doi:10.1093/ije/dyh299),

        expected        = (1 - ρ) (mean of all first scores - mean of those selected)
        expected_normal = (1 - ρ) σ φ(z) / Φ(z),    z = (below - mean) / σ

    The first takes the first scores as they are, the second as normal. Error by linearisation over all pairs with ρ as
    given, CR2 clustered on the person: with S_i = 1 if selected and p its mean,

        ψ_i = estimate + S_i ((d_i - mean_S d) + (1 - ρ)(x_i - mean_S x)) / p - (1 - ρ)(x_i - mean x)

    Examples
    --------
    >>> room = change_with_room([2, 3, 4, 5, 5], [3, 3, 4, 5, 4], below=5, reliability=0.75)
    >>> f"{room.observed:.4f} {room.expected:.4f}"  # (1 + 0 + 0) / 3; 0.25 × (3.8 - 3)
    '0.3333 0.2000'
    """
    if not 0 < reliability <= 1:
        raise ValueError("a reliability lies above 0 and is at most 1")
    codes, x, y = complete_pairs(person, before, after)
    chosen = x < below - TIE_TOLERANCE
    n, n_people = int(chosen.sum()), len(np.unique(codes[chosen]))
    if n == 0:
        return WithRoom(*[np.nan] * 7, "", reliability, 0, 0, len(x), "nobody started below the cut")
    d, rest = y - x, 1 - reliability
    observed, expected = float(d[chosen].mean()), float(rest * (x.mean() - x[chosen].mean()))
    normal, estimate = _if_normal(x, below, rest), observed - expected
    pull = chosen * (d - observed + rest * (x - x[chosen].mean())) / chosen.mean()
    inference = mean_change(estimate + pull - rest * (x - x.mean()), codes, level)
    note = inference.note
    if n_people < 2:
        noun = "one pair" if n == 1 else "one person's pairs"
        inference, note = mean_change([], level=level), f"{noun} only: no standard error can be computed"
    interval = (inference.se, inference.ci_low, inference.ci_high, CI_METHOD if np.isfinite(inference.ci_low) else "")
    return WithRoom(observed, expected, normal, estimate, *interval, reliability, n, n_people, len(x), note)


def _if_normal(x: np.ndarray, below: float, rest: float) -> float:
    spread = float(x.std(ddof=1)) if len(x) > 1 else 0.0
    if spread <= TIE_TOLERANCE:
        return 0.0 if len(x) > 1 else np.nan
    z = (below - float(x.mean())) / spread
    return rest * spread * float(np.exp(stats.norm.logpdf(z) - stats.norm.logcdf(z)))
