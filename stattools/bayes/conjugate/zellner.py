"""Zellner's g-prior of a linear regression: as informative as 1 / g of the data, in the directions of the data.

    beta | variance ~ Normal(m, g variance (X^T W X)^-1)

Source: Zellner (1986); Liang et al., "Mixtures of g priors for Bayesian variable selection" (2008).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from stattools.bayes.conjugate.belief import numbers
from stattools.bayes.conjugate.data.regression_data import stacked, triangular
from stattools.errors import DomainError
from stattools.inference.existence.rank import check_rank, check_size
from stattools.interface.arrays import Floats
from stattools.models.model import Model


def zellner(
    model: Model, g: Any, *, mean: ArrayLike | None = None, shape: float = 0.5, scale: float | None = None
) -> tuple[Floats, Floats, float, float]:
    """mean (p,), root of the precision (p, p), shape and scale of the g-prior of a model."""
    size = float(numbers(g, "g_prior needs g", positive=True))
    check_size(model)
    check_rank(model)
    root, z, rest = triangular(stacked(model))
    spare = model.n - len(root)
    if scale is None:
        if spare <= 0 or rest <= 0:
            raise DomainError("g_prior needs scale=, as these data leave nothing to estimate the variance from.")
        scale = shape * rest / spare
    center = _no_effect(model) if mean is None else numbers(mean, "g_prior needs mean")
    if center.shape not in ((), z.shape):
        raise DomainError(f"g_prior needs mean=, one number per coefficient ({len(z)}); got shape {center.shape}.")
    return np.broadcast_to(center, z.shape), root / np.sqrt(size), shape, scale


def _no_effect(model: Model) -> Floats:
    """The mean of y for a constant column, 0 for the others."""
    center = np.zeros(len(model.names))
    X = model.rows.X
    constant = np.flatnonzero((np.ptp(X, axis=0) == 0) & (X[0] != 0))
    if constant.size:
        y = model.rows.y if model.rows.offset is None else model.rows.y - model.rows.offset
        center[constant[0]] = np.average(y, weights=model.rows.importance) / X[0, constant[0]]
    return center
