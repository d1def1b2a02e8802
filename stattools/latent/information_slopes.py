"""How the information about the first linear predictor of a row moves with each of its linear predictors.

    c_ik = d I_i00 / d eta_ik,   minus the third derivative of the log-likelihood of the row

Exact where the linear predictor is the natural parameter; otherwise differences of sixth order of the information,

    c = [45 (I_1 - I_-1) - 9 (I_2 - I_-2) + (I_3 - I_-3)] / (60 h) + O(h^6),

whose error is about 1e-11 of the information: steps are 1/50 of the scale on which it moves.
"""

from __future__ import annotations

import numpy as np

from stattools.interface.arrays import Floats
from stattools.likelihoods import Likelihood

STEP = 0.02
"""Of differences, as a share of the scale on which the information moves: 1, or the size of an error where less."""
WEIGHTS = ((1, 45.0), (2, -9.0), (3, 1.0))
SHORTER = 8
"""So often is a step that leaves the domain of the likelihood divided by ten."""


def information_slopes(likelihood: Likelihood, eta: Floats, y: Floats, information: Floats) -> Floats:
    """c (n, width) at eta (n,) or (n, width); `information` (n,) are the I_i00 there.

    >>> from stattools.likelihoods import Poisson
    >>> information_slopes(Poisson(), np.zeros(1), np.ones(1), np.ones(1)).tolist()
    [[1.0]]
    """
    if likelihood.canonical and eta.ndim == 1:
        return likelihood.cumulants(eta, y, np.ones(len(eta))).third(np.ones((len(eta), 1, 1)))
    width = 1 if eta.ndim == 1 else eta.shape[1]
    with np.errstate(divide="ignore"):
        scale = np.minimum(1.0, 1.0 / np.sqrt(np.abs(information)))
    found = np.empty((len(eta), width))
    for k in range(width):
        found[:, k] = _differences(likelihood, eta, y, k, STEP * scale)
    return found


@np.errstate(over="ignore", invalid="ignore", divide="ignore")  # a step beyond the domain is seen and shortened
def _differences(likelihood: Likelihood, eta: Floats, y: Floats, k: int, step: Floats) -> Floats:
    found, left = np.zeros(len(eta)), np.arange(len(eta))
    for _ in range(SHORTER):
        total = np.zeros(len(left))
        for times, weight in WEIGHTS:
            ahead, behind = (_first(likelihood, eta[left], y[left], k, by * step[left]) for by in (times, -times))
            total += weight * (ahead - behind)
        found[left] = total / (60.0 * step[left])
        left = left[~np.isfinite(found[left])]
        if not len(left):
            break
        step = 0.1 * step
    return found


def _first(likelihood: Likelihood, eta: Floats, y: Floats, k: int, by: Floats) -> Floats:
    moved = eta.copy()
    if eta.ndim == 1:
        return likelihood.information(moved + by, y)
    moved[:, k] += by
    return likelihood.information(moved, y)[:, 0, 0]
