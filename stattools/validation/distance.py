"""How far a point is from the maximum of a likelihood, in standard errors."""

from __future__ import annotations

import numpy as np

from stattools.errors import IdentificationError
from stattools.interface.arrays import Floats
from stattools.models.model import Model
from stattools.solvers.metric import metric_for


def decrement(model: Model, theta: Floats) -> float:
    """Newton's decrement at theta, sqrt(g^T H^-1 g) over the scale; infinite where it cannot be measured.

    >>> import stattools as st
    >>> model = st.ols([1.0, 2.0, 4.0], [[1.0], [1.0], [1.0]], intercept=False)
    >>> decrement(model, np.array([7.0 / 3.0])) < 1e-12
    True
    """
    if not np.isfinite(theta).all():
        return float("inf")
    work, T = model.standardized()
    phi = T.solve(theta)
    now = work.evaluate(phi)
    if not now.is_finite:
        return float("inf")
    try:
        return metric_for(now.information)(now.information).norm(now.score) / float(np.sqrt(work.dispersion(phi)))
    except IdentificationError:
        return float("inf")
