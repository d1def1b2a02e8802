"""The likelihood of a mixed model at somebody's numbers: fixed effects, covariances of effects, residual variance.

Of a linear mixed model -2 log L is profiled at T with Sigma = s^2 (N T)(N T)'. At another residual variance s^2 and
other fixed effects beta it is higher by

    d (log rho - 1) + (|beta - b|^2 + r^2) / s^2,   rho = s^2 over its best value at T,   |.| in the metric of X'V^-1 X
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from stattools.errors import IdentificationError
from stattools.interface.arrays import Floats
from stattools.latent.deviance import Profile, hessian
from stattools.numerics.small_matrices import lower
from stattools.solvers.metric import Metric

STEP = 1e-6
"""Of differences by the entries of factors, as in `latent.deviance`."""
FLAT = 1e-10
"""A curvature below this share of the largest is none."""


def factors_of(covariances: Sequence[Floats], to_effects: Sequence[Floats], s2: float = 1.0) -> tuple[Floats, ...]:
    """The lower triangles T with Sigma = s2 (N T)(N T)'."""
    found = []
    for cov, back in zip(covariances, to_effects, strict=True):
        values, vectors = np.linalg.eigh(0.5 * (cov + cov.T))
        found.append(lower(np.linalg.solve(back, vectors * np.sqrt(np.maximum(values, 0.0) / s2))))
    return tuple(found)


def profile_at(found: Any, covariances: Sequence[Floats], s2: float) -> Profile | None:
    """The profiled likelihood of `found`, the maximum of a linear mixed model, at these variances; None where there is
    none.
    """
    if not (np.isfinite(s2) and s2 > 0.0 and all(np.isfinite(cov).all() for cov in covariances)):
        return None
    return found.deviance.at(found.deviance.theta(factors_of(covariances, found.coordinates.to_effects, s2)))


def decrement_of(at: Profile) -> float:
    """Standard errors of the variances from the maximum; infinite where the likelihood is not curved as at one."""
    free = _free(at)
    H, score = 0.5 * hessian(at)[np.ix_(free, free)], -0.5 * at.gradient[free]
    values, vectors = np.linalg.eigh(H)
    if len(values) and values[0] <= FLAT * abs(values[-1]):
        return float("inf") if np.abs(score).max() > 1e-6 else 0.0
    return float(np.sqrt(np.sum((vectors.T @ score) ** 2 / values)))


def _free(at: Profile) -> Any:
    """The entries of theta that are not held at 0 by the edge of their range."""
    return np.flatnonzero((at.theta != 0.0) | (at.gradient != 0.0))


def _squares(found: Any, at: Profile, beta: Floats) -> float:
    """The weighted sum of squares at the variances of `at` and fixed effects beta, in its coordinates."""
    own = found.coordinates
    away = np.append(np.linalg.solve(own.to_beta, own.beta - beta) / own.unit, 1.0)
    return float(away @ at.evaluated.cross @ away)


def linear_loglik(found: Any, at: Profile, beta: Floats, s2: float) -> float:
    """The log-likelihood, restricted where that of `found` is, at fixed effects beta and residual variance s2."""
    size, d = s2 / found.coordinates.unit**2, at.of.d
    return -0.5 * float(at.value + d * (np.log(size / at.s2) - 1.0) + _squares(found, at, beta) / size)


def linear_decrement(found: Any, at: Profile, beta: Floats, s2: float) -> float:
    """Standard errors of all parameters from the maximum."""
    size, total = s2 / found.coordinates.unit**2, _squares(found, at, beta)
    scaled = total / size
    of_scale = (scaled - at.of.d) ** 2 / (2.0 * scaled)
    return float(np.sqrt(decrement_of(at) ** 2 + max(total - at.r2, 0.0) / size + of_scale))


def fixed_errors(found: Any, at: Profile, joint: bool = False) -> Floats:
    """Standard errors of the fixed effects where the variances are those of `at`, known numbers, or `joint` with their
    uncertainty, by the observed information of both: Cov(beta) + J H^-1 J' with J the change of beta with the
    variances, H their information.
    """
    own = found.coordinates
    C = own.to_beta @ at.inverse_gram @ own.to_beta.T * at.s2 * own.unit**2
    free = np.flatnonzero(at.theta != 0.0)
    if joint and len(free):
        J = np.empty((len(at.b), len(free)))
        for place, k in enumerate(free):
            step = np.zeros(len(at.theta))
            step[k] = STEP * max(1.0, abs(at.theta[k]))
            ahead, behind = at.of.at(at.theta + step).b, at.of.at(at.theta - step).b
            J[:, place] = own.to_beta @ (ahead - behind) / (2.0 * step[k]) * own.unit
        try:
            C = C + J @ Metric(0.5 * hessian(at)[np.ix_(free, free)]).covariance() @ J.T
        except IdentificationError:  # not curved as at a maximum
            return np.full(len(C), np.nan)
    return np.sqrt(np.diagonal(C))
