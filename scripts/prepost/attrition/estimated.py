"""What it does to a weighted mean that its weights are estimated: the stacked sandwich, unit by unit."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import special

from prepost.logistic import Logistic


class WeightModel(NamedTuple):
    """How weights hang on the coefficients of the models they come from, and these on each answer.

    With n first surveys, m later responses that are not linked, and k coefficients, linkage before response:
    ``slope`` (n, k) derivatives of a log weight by the coefficients; ``first`` (n, k) what each first survey, with the
    later response linked to it, adds to the coefficients (their influence); ``later`` (m, k) what each later
    response without a partner adds. The influence is the unit's own share: its sum over units is 0.
    """

    slope: np.ndarray
    first: np.ndarray
    later: np.ndarray

    def shares(self, pull: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Influence on an estimate through its weights.

        Parameters
        ----------
        pull : ndarray, shape (n,)
            What the estimate gains where a log weight rises by one: w (d - mean) / Σw, 0 where there is no pair.

        Returns
        -------
        tuple of ndarray
            One entry a first survey, one a later response without a partner.
        """
        along = np.einsum("i,ik->k", pull, self.slope, optimize=False)
        return tuple(np.einsum("ik,k->i", one, along, optimize=False) for one in (self.first, self.later))


class Linkage(NamedTuple):
    """The linkage model, the chance of each first survey, and the columns of the model.

    ``first`` and ``later`` hold its columns for first surveys and for later responses; rows of 0 where linkage is
    certain, since nothing about it is estimated there.
    """

    fit: Logistic
    chance: np.ndarray
    first: np.ndarray
    later: np.ndarray
    note: str


def weight_model(
    linkage: Linkage,
    linked: np.ndarray,
    response: Logistic,
    columns: np.ndarray,
    matched: np.ndarray,
    sensitivity: np.ndarray,
    free: np.ndarray,
) -> WeightModel:
    """Take apart how weights depend on the models of linkage and response.

    Parameters
    ----------
    linkage : Linkage
        Of k later responses and n first surveys.
    linked : ndarray of bool, shape (k,)
        Whether a later response has its first partner.
    response : Logistic
        The response model, fitted with that sensitivity.
    columns : ndarray, shape (n, p)
        Its columns.
    matched : ndarray of bool, shape (n,)
        Whether a first survey has its later partner.
    sensitivity : ndarray, shape (n,)
        Chance of being linked; where it is 1 it is known.
    free : ndarray of bool, shape (n,)
        Whether a weight moves with the models: those brought to a limit by trimming do not.

    Returns
    -------
    WeightModel

    Notes
    -----
    Estimating equations are stacked: Σ z (linked - s) = 0 over later responses; Σ x (y - sp)(1 - p) / (1 - sp) = 0 over
    first surveys, the score of a logistic regression whose event is seen with chance s; and Σ w (d - mean) = 0 with
    w = 1 / (sp). The influence of a unit on the coefficients is -A⁻¹ψ with A the derivative of the equations at
    the data, not its expectation, so that the variance holds where a model is somewhat wrong too (Stefanski & Boos
    2002, doi:10.1198/000313002753631330; for weighted means Lunceford & Davidian 2004, doi:10.1002/sim.1903; for two
    steps Newey & McFadden 1994, doi:10.1016/S1573-4412(05)80005-4). A linked later response is one unit with its first
    survey, whose answers to the linkage columns (the module) are taken for its own. The limits of trimming are
    taken as known.
    """
    x, s, p, y = columns, sensitivity, response.chance, matched.astype(float)
    z = np.where((s < 1)[:, None], linkage.first, 0.0)
    unseen = np.maximum(1 - s * p, np.finfo(float).tiny)
    score = x * ((y - s * p) * (1 - p) / unseen)[:, None]
    # minus the derivatives of the score by xβ and by zγ
    curve = p * (1 - p) / unseen**2 * (s * (1 - p) * unseen + (y - s * p) * (1 - s))
    cross = p * (1 - p) / unseen**2 * s * (1 - s) * (1 - y)
    inverse = np.linalg.pinv(np.einsum("ni,nj->ij", x * curve[:, None], x, optimize=False), hermitian=True)
    crossed = np.einsum("ni,nj->ij", z * cross[:, None], x, optimize=False) @ inverse
    of_linked, alone = _of_linkage(linkage, linked, matched)
    first = np.hstack([of_linked, score @ inverse - of_linked @ crossed])
    slope = -np.hstack([(1 - s)[:, None] * z, (1 - p)[:, None] * x])
    return WeightModel(np.where(free[:, None], slope, 0.0), first, np.hstack([alone, -alone @ crossed]))


def _of_linkage(linkage: Linkage, linked: np.ndarray, matched: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Influence on the linkage model: of those linked, by first survey, and of later responses without a partner."""
    lost = linkage.later[~linked]
    inside = linkage.first * np.where(matched, 1 - linkage.chance, 0.0)[:, None]
    outside = -lost * special.expit(np.einsum("nj,j->n", lost, linkage.fit.beta, optimize=False))[:, None]
    return inside @ linkage.fit.cov, outside @ linkage.fit.cov
