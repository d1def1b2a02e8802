"""Softmax regressions with many rows: the maximum of a sample of them, and its information as a metric for all.

    m = 150 p rows, or so many that the rarest category has 10 p of them;   metric (n / m) H_m

A row tells of K - 1 linear predictors, so that H_m is within sqrt(p / m) of the information of all rows: a step by
their score leaves about an eighth of the error. H_m is taken where a first such step leads, since a sample fits itself
too well at its own maximum; that step is by conjugate gradients, and so are those that follow where they take few
products: of many coefficients, the matrix costs more. Samples that do not pay or do not determine the coefficients give
None.
"""

from __future__ import annotations

from dataclasses import replace
from math import log, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stattools.errors import IdentificationError
from stattools.interface.arrays import Floats
from stattools.models.model import Model
from stattools.numerics.conjugate_gradients import newton_step
from stattools.solvers.metric import Metric
from stattools.solvers.newton_steps import WELL_PLACED
from stattools.solvers.quasi_newton import ascend
from stattools.solvers.samples.subsampled_newton import DIFFERENT
from stattools.solvers.softmax.metric import SharedMetric
from stattools.solvers.softmax.passes import SoftmaxPasses

ROWS = 150
"""So many rows for each column: the sample's information is within sqrt(1 / 150), a twelfth, of that of all rows."""

SHARE = 8
"""Samples of more than one in so many rows do not pay: their own climb takes as long as the steps that they spare."""

LEFT = 8
"""A step divides the decrement by about this, as said above, when the metric is within a twelfth or so."""

STEPS = 30
"""Reads of a sample at most; more are needed only where it does not determine the coefficients."""

CLOSE = 10.0
"""At this distance from the sample's maximum, in its standard errors, steps by all rows begin."""

ACCURACY = 0.1
"""The relative error of the first step: about that of the metric, so that more accuracy would be lost."""

CLOSER = 0.03
"""The relative error of later steps, which takes a product or two more and leaves the contraction as it is."""

FORMED = 32
"""Coefficients, for each step and each product of the first one, up to which the information is formed: that costs a
tenth of their number of products, and a step needs three times as many as the first one.
"""


class ByProducts:
    """The information of all rows as a sample knows it, `factor` times that of the sample at the probabilities that it
    keeps, by products with it; `rough` is the metric of the conjugate gradients that solve for a step.
    """

    def __init__(self, sample: SoftmaxPasses, rough: SharedMetric, factor: float) -> None:
        self.sample, self.rough, self.factor = sample, rough, factor

    @property
    def rcond(self) -> float:
        """That of the metric of the products."""
        return self.rough.rcond

    def solve(self, score: Floats) -> Floats:
        """The inverse times a score, to a thirtieth."""
        return self._step(score)[0]

    def norm(self, score: Floats) -> float:
        """The decrement of a score; infinite where the sample has nothing of a direction that the score has."""
        return sqrt(self.factor) * self._step(score)[1]

    def length(self, step: Floats) -> float:
        """A step in standard errors."""
        return sqrt(max(self.factor * float(step @ self.sample.times(step)), 0.0))

    def _step(self, score: Floats) -> tuple[Floats, float]:
        return newton_step(self.sample.times, score / self.factor, self.rough, CLOSER, STEPS)


class Begun(NamedTuple):
    """The model on columns standardized as in the sample, the map back, a start near the maximum of the sample, whose
    passes keep the probabilities there, a metric of the sample, and the columns that do not vary in it.
    """

    model: Model
    T: Floats
    theta: Floats
    sample: SoftmaxPasses
    rough: SharedMetric
    still: NDArray[np.intp]

    def ahead(self, score: Floats, tolerance: float) -> tuple[Floats, Metric | ByProducts] | None:
        """Where a step by the score of all rows at theta leads, and there the information as the sample knows it, for
        steps to the tolerance.
        """
        times, before = self.model.n / self.sample.n, self.sample.passes
        step, decrement = newton_step(self.sample.times, score / times, self.rough, ACCURACY, STEPS)
        theta = self.theta + step
        steps = log(max(sqrt(times) * decrement / tolerance, LEFT), LEFT)
        if len(theta) > FORMED * steps * (self.sample.passes - before) and self.rough.rcond >= WELL_PLACED:
            self.sample.keep_probabilities(theta)
            products = ByProducts(self.sample, self.rough, times)
            return (theta, products) if products.length(step) > 0.0 else None
        metric = Metric.where_definite(self.sample.information(theta).astype(float))
        return None if metric is None or metric.rcond < WELL_PLACED else (theta, metric.times(times))


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
        rough = SharedMetric(passes, size)
    except IdentificationError:
        return None
    found = ascend(
        lambda theta: passes.evaluate(theta, order=1),
        start,
        lambda _theta: rough,
        tolerance=CLOSE,
        max_steps=STEPS,
        rebuild=(),
        n=passes.n,
    )
    if found.here.decrement > CLOSE:
        return None
    theta = found.here.theta
    passes.keep_probabilities(theta)
    model = replace(model, rows=replace(model.rows, center=rows.center, scale=rows.scale))
    return Begun(model, T, theta, passes, rough, still)
