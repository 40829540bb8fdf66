"""Risk ratios by Poisson regression of a yes or no, with standard errors that know who gave several answers."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from prepost.errors import Fault, StudyError

STEPS, NEAR = 100, 1e-12


class Ratios(NamedTuple):
    """Coefficients on the log scale with their cluster-robust covariance.

    Attributes
    ----------
    coefficients : ndarray, shape (k,)
        exp of one is a risk ratio.
    covariance : ndarray, shape (k, k)
    clusters : int
    """

    coefficients: np.ndarray
    covariance: np.ndarray
    clusters: int


def modified_poisson(y: ArrayLike, x: ArrayLike, cluster: ArrayLike) -> Ratios:
    """Fit log P(y = 1) = xβ by Poisson score equations, with a sandwich covariance clustered by person.

    Parameters
    ----------
    y : array-like, shape (n,)
        0 or 1.
    x : array-like, shape (n, k)
        Full column rank, an intercept among the columns.
    cluster : array-like, shape (n,)
        Who gave each answer.

    Returns
    -------
    Ratios

    Raises
    ------
    StudyError
        Columns that are not independent, an answer that nobody or everybody gave, or no convergence.

    Notes
    -----
    Zou 2004, doi:10.1093/aje/kwh090; clusters: Zou & Donner 2013, doi:10.1177/0962280211427759. The covariance has the
    factor G/(G - 1) over G clusters: R ``sandwich::vcovCL(glm(family = poisson), cluster, type = "HC0")``.
    """
    y, x = np.asarray(y, dtype=float), np.asarray(x, dtype=float)
    if np.linalg.matrix_rank(x) < x.shape[1] or y.min() == y.max():
        raise _unfit("the answers or the adjustment variables do not vary enough for a model")
    beta = np.linalg.lstsq(x, np.log(np.where(y > 0, 0.9, 0.1)), rcond=None)[0]
    for _ in range(STEPS):
        mu = np.exp(np.clip(x @ beta, -30, 30))
        step = np.linalg.solve(x.T @ (x * mu[:, None]), x.T @ (y - mu))
        beta = beta + step
        if np.abs(step).max() < NEAR:
            break
    else:
        raise _unfit("the model of the risk ratios came to no end; a group may hold one answer only")
    mu = np.exp(x @ beta)
    bread = np.linalg.inv(x.T @ (x * mu[:, None]))
    groups = np.unique(np.asarray(cluster), return_inverse=True)[1].ravel()
    scores = np.array([np.bincount(groups, weights=column) for column in (x * (y - mu)[:, None]).T])
    count = scores.shape[1]
    return Ratios(beta, bread @ (scores @ scores.T) @ bread * count / (count - 1), count)


def _unfit(what: str) -> StudyError:
    return StudyError(
        Fault(
            "config/study.yaml · surveys.appointments",
            what,
            "an outcome that some and not all answered, and categories that each hold several appointments",
            "take the outcome or the adjustment variable out, or merge its small categories in recodes.csv",
        ),
        kind="data",
    )
