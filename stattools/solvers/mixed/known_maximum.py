"""The maximum over one variance ratio that was searched as a whole: its decrement is measured, nothing is climbed.

decrement = |d log L / d t| / sqrt(-d2 log L / d t^2),    t = sqrt(ratio)
"""

from __future__ import annotations

from math import sqrt

import numpy as np

from stattools.interface.time_limit import ENDS, require_time
from stattools.latent.deviance import Deviance
from stattools.solvers.climb import noted
from stattools.solvers.metric import nrm2
from stattools.solvers.mixed.maximum import EXACT, SMALL, Maximum, hardly_bends


def known_maximum(deviance: Deviance, ratio: float, bend: float) -> Maximum | None:
    """The maximum at a ratio where -log L bends by `bend` along t; None where the slope there is not 0 in float64, or
    effects are so small that 0 is to be tried: there a climb is needed.
    """
    if ENDS.get():
        require_time()
    t = sqrt(ratio)
    if not (t > SMALL and bend > 0.0):
        return None
    at = deviance.at(np.array([t]))
    gradient = at.gradient
    decrement = 0.5 * abs(float(gradient[0])) / sqrt(bend)
    if not decrement <= EXACT:
        return None
    trace = (noted((0, -0.5 * at.value, 0.5 * nrm2(gradient) / deviance.n)),)
    return Maximum(at, decrement, "converged", 0, trace, (np.inf,), hardly_bends(np.full((1, 1), bend), at.theta))
