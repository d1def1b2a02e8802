"""Majorizing steps: from any start they bring theta near enough for Newton's method, and never raise -2 log L.

    T T' <- the S that minimizes tr(M S) + tr(N T T'S^-1T T'),  M, N the two parts of Gamma = M - N

Source: Zhou, Hu, Zhou & Lange, J. Comput. Graph. Stat. 28 (2019), 350-361.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from stattools.interface.arrays import Floats
from stattools.latent.deviance import Deviance, Profile
from stattools.latent.few_effects import AtFew
from stattools.latent.lower import lower
from stattools.numerics.few_columns import eigen

FIRST = 4
"""Majorizing steps before Newton's method: each costs one evaluation, and they bring any start near enough."""
FLATTEST = 1e-9
"""A curvature below this share of the largest is taken as this: what is flatter is not known in float64, or is a
rotation of a singular T, which changes nothing.
"""


def first_steps(deviance: Deviance, point: Callable[[Floats], Profile | AtFew]) -> Floats:
    """theta after the first steps, from effects as large as the residual; `point` is what is known at theta."""
    theta = deviance.theta(tuple(np.eye(q) for q in deviance.structure.widths))
    for _ in range(FIRST):
        theta = majorized(point(theta))
    return theta


def majorized(at: Profile | AtFew) -> Floats:
    """theta after one majorizing step, which never raises -2 log L."""
    factors = []
    for T, M, pull in at.two_parts:
        half = T @ T.T @ pull  # S N S = half half'
        values, vectors = eigen(0.5 * (M + M.T))
        if not values[-1] > 0.0:  # the fixed effects make these effects: the likelihood does not depend on T
            factors.append(T)
            continue
        root = np.sqrt(np.maximum(values, FLATTEST * abs(values[-1])))
        left = (root[:, None] * vectors.T) @ half
        values, inner = eigen(left @ left.T)
        quarter = np.maximum(values, 0.0) ** 0.25
        factors.append(lower((vectors / root) @ (inner * quarter)))
    return at.of.theta(tuple(factors))
