"""Second derivatives along changes of V where there are too many crossed effects for exact ones: of the exact gradient.

Central differences of the gradient over +-1e-4: errors of 1e-8 of the curvature from the formula, and 1e-10 from
round-off. The rest is as in `variance_directions.py`.
"""

from __future__ import annotations

import numpy as np

from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.latent.deviance import Profile
from stattools.latent.lower import lower
from stattools.latent.variance_directions import changes_of

STEP = 1e-4


@record
class VarianceDifferences:
    """What Satterthwaite's degrees of freedom need: see `VarianceDirections`."""

    s2: float
    gram_inverse: Floats
    hessian: Floats
    covariance_slopes: Floats
    without: tuple[int, ...]


def variance_differences(at: Profile) -> VarianceDifferences:
    """The second derivatives at a maximum, two gradients for each entry of the covariances of the effects."""
    changes, without = changes_of(at.factors)

    def gradient(k: int, E: Floats, step: float) -> Floats:
        values, vectors = np.linalg.eigh(at.factors[k] @ at.factors[k].T + step * E)
        root = lower(vectors * np.sqrt(np.maximum(values, 0.0)))
        moved = at.of.at(at.of.theta((*at.factors[:k], root, *at.factors[k + 1 :])))
        return np.array([np.sum(moved.gammas[j] * other) for j, other in changes])

    rows = []
    for k, E in changes:
        rows.append((gradient(k, E, STEP) - gradient(k, E, -STEP)) / (2.0 * STEP))
    profiled = np.array(rows).reshape(len(changes), len(changes))
    first, ones = [at.evaluated.cross[:-1, :-1]], []
    for k, E in changes:
        projected = at.evaluated.projected[k]
        G, g = projected[:, :-1], at.slopes(projected)
        first.append(np.einsum("apj,ab,brj->pr", G, E, G, optimize=True))
        ones.append(np.einsum("aj,ab,bj->", g, E, g))
    beside = np.array([at.of.d, *(np.array(ones) / at.s2)])
    H = np.outer(beside, beside) / at.of.d
    H[1:, 1:] += 0.5 * (profiled + profiled.T)
    C = at.inverse_gram
    return VarianceDifferences(at.s2, C, H, at.s2 * C @ np.array(first) @ C, without)
