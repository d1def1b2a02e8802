"""The metric of the directions that linear hypotheses leave free, R d = 0, without a basis of these directions.

    P = H^-1 - G S^-1 G',   G = H^-1 R' (p, r),   S = R H^-1 R'       d = P g: the Newton step with R d = 0

Where the information solves quickly, as an `Arrow` does, so does this; a basis of p - r directions would be an array of
p (p - r) numbers. Source: Nocedal & Wright, Numerical Optimization (2006), 16.1.
"""

from __future__ import annotations

from typing import Any

from stattools.interface.arrays import Floats
from stattools.solvers.level_metric import metric_for
from stattools.solvers.metric import Metric


class HeldMetric:
    """Steps and lengths with R d = 0, for R (r, p) of full rank.

    >>> import numpy as np
    >>> metric = HeldMetric(np.array([[1.0, 0.0]]), np.array([[2.0, 1.0], [1.0, 4.0]]))
    >>> abs(metric.solve(np.array([1.0, 4.0]))).round(12), round(metric.norm(np.array([1.0, 4.0])), 12)
    (array([0., 1.]), 2.0)
    >>> metric.toward(np.array([1.0]))  # the point nearest to 0, in standard errors, where the first is 1
    array([ 1.  , -0.25])
    """

    def __init__(self, R: Floats, information: Any) -> None:
        self.whole: Any = metric_for(information).for_ascent(information)
        self.R, self.G = R, self.whole.solve(R.T)
        self.spread = Metric(R @ self.G)

    def solve(self, score: Floats) -> Floats:
        """P g: the Newton step; of each column where g is (p, k)."""
        step = self.whole.solve(score)
        for _ in range(2):  # the second time takes off what rounding left of the first
            step = step - self.G @ self.spread.solve(self.R @ step)
        return step

    def norm(self, score: Floats) -> float:
        """sqrt(g'P g), from the step: a difference of squares would lose the digits of small ones."""
        return self.whole.length(self.solve(score))

    def toward(self, gap: Floats) -> Floats:
        """The shortest d with R d = gap, (r,)."""
        return self.G @ self.spread.solve(gap)
