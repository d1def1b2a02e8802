"""How near an answer is to the maximum, the same measure for everyone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from stattools.models.model import Model
from stattools.solvers.metric import Metric


def decrement(model: Model, theta: NDArray[np.float64]) -> float:
    """The Newton decrement sqrt(s' I^-1 s) at `theta`: the distance from the maximum in standard errors.

    >>> import stattools as st
    >>> round(decrement(st.poisson([1.0, 2.0, 3.0], np.ones((3, 1)), intercept=False), np.log([2.0])), 12)
    0.0
    """
    now = model.evaluate(theta)
    return float(Metric(now.information).norm(now.score))
