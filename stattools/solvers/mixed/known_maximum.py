"""A maximum, and how it is known where a search ended at it: its decrement is measured, and nothing is climbed.

decrement = sqrt(g'H^-1 g),    g the score and H the second derivatives of -log L by theta
"""

from __future__ import annotations

from math import prod, sqrt

import numpy as np
from scipy.linalg import get_lapack_funcs

from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.interface.time_limit import ENDS, require_time
from stattools.latent.deviance import Profile, Reached
from stattools.latent.few_effects import AtFew
from stattools.latent.lower import least_size
from stattools.numerics.few_columns import eigen
from stattools.solvers.climb import noted
from stattools.solvers.metric import nrm2
from stattools.solvers.mixed.majorizing import FLATTEST
from stattools.solvers.solution import Status, TraceStep

(posv,) = get_lapack_funcs(("posv",), dtype=np.float64)

EXACT = 1e-11
"""A climb that ends farther than this takes one step more, which squares the distance: all digits of the variances."""
SMALL = 1e-3
"""An effect of a standard deviation below this share of the residual's is tried at 0, in orthonormal coordinates."""


@record
class Maximum:
    """Where a search ended: the point `at`, the Newton decrement, why it ended, its steps and its trace.

    `least` are the smallest eigenvalues of Gamma_k among the directions in which T_k T_k' is 0, infinite where it is
    regular: none is negative at a maximum. `is_flat` says that log L hardly bends along a combination of variances.
    """

    at: Profile | Reached
    decrement: float
    status: Status
    steps: int
    trace: tuple[TraceStep, ...]
    least: tuple[float, ...]
    is_flat: bool = False

    @property
    def profile(self) -> Profile:
        """Everything that is known there."""
        return self.at.profile

    @property
    def converged(self) -> bool:
        """Is it within the tolerance, or within round-off?"""
        return self.status in ("converged", "round-off")


def known_maximum(at: Profile | AtFew, H: Floats, trace: list[TraceStep]) -> Maximum | None:
    """The maximum at a point, where -log L bends by H (t, t); `trace` are the steps before. None where log L does not
    bend down, or its slope is not 0 in float64, or effects are so small that 0 is to be tried: there a climb is needed.
    """
    if ENDS.get():
        require_time()
    if not all(least_size(T) > SMALL for T in at.factors):
        return None
    score = -0.5 * at.gradient
    triangle, step, info = posv(H, score)
    squared = float(score @ step)
    if info or not 0.0 <= squared <= EXACT * EXACT:
        return None
    steps = (*trace, noted((len(trace), -0.5 * at.value, nrm2(score) / at.of.n)))
    is_flat = not _bends(triangle, H) and hardly_bends(H, at.theta)
    return Maximum(at.reached, sqrt(squared), "converged", len(trace), steps, (np.inf,) * len(at.factors), is_flat)


def _bends(triangle: Floats, H: Floats) -> bool:
    """Does the Cholesky factor of H tell that `hardly_bends` is false? In units of the diagonal the eigenvalues have
    the mean 1, so that the least of them is more than their product over e.
    """
    own = H.diagonal().tolist()
    if len(own) == 1:
        return own[0] > FLATTEST
    share = prod(root * root / size for root, size in zip(triangle.diagonal().tolist(), own, strict=True))
    return share > 3.0 * FLATTEST and min(own) > FLATTEST


def hardly_bends(H: Floats, theta: Floats) -> bool:
    """Is a direction next to flat? In units of 1 + |theta| every curvature is about 1 or more, where the data tell."""
    curved = H.diagonal() * (1.0 + np.abs(theta)) ** 2
    if curved.min(initial=1.0) < FLATTEST:
        return True
    unit = np.sqrt(H.diagonal())
    return bool(eigen(H / unit[:, None] / unit)[0][0] < FLATTEST)
