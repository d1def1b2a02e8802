"""Softmax regressions with many rows: the maximum of a sample of them, and its information as a metric for all.

    m = 150 p rows, or so many that the rarest category has 10 p of them;   metric (n / m) H_m

A row tells of K - 1 linear predictors, so that H_m is within sqrt(p / m) of the information of all rows: a step by
their score leaves about a fifth of the error. Samples that do not pay or do not determine the coefficients give None.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stattools.errors import IdentificationError
from stattools.model import Model
from stattools.solvers import unit_steps
from stattools.solvers.metric import Metric
from stattools.solvers.newton_steps import WELL_PLACED
from stattools.solvers.quasi_newton import ascend
from stattools.solvers.softmax_metric import SharedMetric
from stattools.solvers.softmax_passes import SoftmaxPasses
from stattools.solvers.subsample import DIFFERENT

Floats = NDArray[np.float64]

ROWS = 150
"""So many rows for each column."""

SHARE = 8
"""Samples of more than one in so many rows do not pay."""

STEPS = 30
"""So many reads of a sample come near its maximum, where it determines the coefficients."""

CLOSE = 10.0
"""The sample's information is taken so close to the sample's maximum, in standard errors of the sample."""


class Begun(NamedTuple):
    """The model on columns standardized as in the sample, the map back, a start, a metric of all rows, and the columns
    that do not vary in the sample.
    """

    model: Model
    T: Floats
    theta: Floats
    metric: Metric
    still: NDArray[np.intp]


def sample_start(model: Model) -> Begun | None:
    """A start within sampling error of the maximum; None where the usual climb is the way."""
    n, p = model.rows.X.shape
    rarest = np.bincount(model.rows.y.astype(np.intp), minlength=model.predictor.width + 1).min() / n
    size = int(max(ROWS, DIFFERENT / max(rarest, 1.0 / n)) * p)
    if SHARE * size > n or (p * model.predictor.width) ** 2 > 10 * n * p:
        return None
    rows, T = model.rows.sample(size).standardized()
    still = np.flatnonzero(np.ptp(rows.X, axis=0) == 0)
    sample = replace(model, rows=rows)
    passes = SoftmaxPasses(sample).single()
    start = np.linalg.solve(T, model.start.reshape(passes.width, p).T).T.ravel()
    passes.keep_probabilities(start)
    try:
        found = ascend(
            lambda theta: passes.evaluate(theta, order=1),
            start,
            lambda _theta: SharedMetric(passes, size),
            tolerance=CLOSE,
            max_steps=STEPS,
            rebuild=(),
            n=passes.n,
        )
        metric = Metric(passes.information(found.theta).astype(float))
    except IdentificationError:
        return None
    if metric.rcond < WELL_PLACED:
        return None
    near = unit_steps.ascend(passes, found.theta, metric, 0.5, STEPS)
    if near is None:
        return None
    model = replace(model, rows=replace(model.rows, center=rows.center, scale=rows.scale))
    return Begun(model, T, near[0], metric.times(model.n / sample.n), still)
