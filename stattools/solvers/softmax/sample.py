"""Softmax regressions with many rows: the maximum of a sample of them, and its information as a metric for all.

    m = 150 p rows, or so many that the rarest category has 10 p of them;   metric (n / m) H_m

A row says something of each of K - 1 linear predictors, so that H_m is within sqrt(p / m) of the information of all
rows, and a step by their score leaves about an eighth of the error. H_m is taken at the end of a first such step, since
at its own maximum a sample looks better determined than it is. That step is by conjugate gradients. Later steps are,
too, where they take few products; otherwise the matrix is formed, which costs more where coefficients are many. Where a
sample does not pay, or does not determine the coefficients, the answer is None.
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
"""Rows of the sample for each column: its information is then within sqrt(1 / 150), a twelfth, of that of all rows."""

SHARE = 8
"""A sample of more than one in this many rows does not pay: its own climb takes as long as the steps that it saves."""

LEFT = 8
"""A step divides the decrement by about this where the metric is within a twelfth, as said above."""

STEPS = 30
"""The most reads of a sample. More are needed only where it does not determine the coefficients."""

CLOSE = 10.0
"""The distance from the sample's maximum, in its standard errors, at which the steps by all rows begin."""

ACCURACY = 0.1
"""The relative error of the first step by conjugate gradients. The metric is wrong by about as much, so that more
accuracy would be lost.
"""

CLOSER = 0.03
"""The relative error of later steps, which takes a product or two more and does not slow the contraction."""

FORMED = 32
"""The most coefficients, for each step and each product of the first one, for which the information is formed: forming
it costs as much as a tenth of their number of products, and a step needs three times as many products as the first.
"""


class ByProducts:
    """The information of all rows as a sample knows it, by products with it: `factor` times that of the sample, at the
    probabilities that it keeps. `rough` is the preconditioner of the conjugate gradients that solve for a step.
    """

    def __init__(self, sample: SoftmaxPasses, rough: SharedMetric, factor: float) -> None:
        self.sample, self.rough, self.factor = sample, rough, factor

    @property
    def rcond(self) -> float:
        """The reciprocal condition of the metric of the products."""
        return self.rough.rcond

    def solve(self, score: Floats) -> Floats:
        """The inverse times a score, with a relative error of a thirtieth."""
        return self._step(score)[0]

    def norm(self, score: Floats) -> float:
        """The decrement of a score; infinite where the score has a direction of which the sample knows nothing."""
        return sqrt(self.factor) * self._step(score)[1]

    def length(self, step: Floats) -> float:
        """A step in standard errors."""
        return sqrt(max(self.factor * float(step @ self.sample.times(step)), 0.0))

    def _step(self, score: Floats) -> tuple[Floats, float]:
        return newton_step(self.sample.times, score / self.factor, self.rough, CLOSER, STEPS)


class Begun(NamedTuple):
    """The model on columns standardized as in the sample, and the map back; a start near the maximum of the sample,
    whose passes keep the probabilities there; a metric of the sample; and the columns that do not vary in it.
    """

    model: Model
    T: Floats
    theta: Floats
    sample: SoftmaxPasses
    rough: SharedMetric
    still: NDArray[np.intp]

    def ahead(self, score: Floats, tolerance: float) -> tuple[Floats, Metric | ByProducts] | None:
        """Where a step by the score of all rows leads from theta, and the information there as the sample knows it, for
        further steps to the tolerance.
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
    """A start within sampling error of the maximum; None where the usual climb is better."""
    n, p = model.rows.X.shape
    rarest = np.bincount(model.rows.y.astype(np.intp), minlength=model.predictor.width + 1).min() / n
    size = int(max(ROWS, DIFFERENT / max(rarest, 1.0 / n)) * p)
    if SHARE * size > n or (p * model.predictor.width) ** 2 > 10 * n * p:
        return None
    rows, T = model.rows.sample(size).standardized()
    still = np.flatnonzero(np.max(rows.X, axis=0) == np.min(rows.X, axis=0))
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
