"""The log-likelihood of outcomes 0 and 1 as a sampler wants it: value and score at one point, as fast as they can be.

    m = S beta + o,  S = (2 y - 1) X     log p = sum (m - |m|) / 2 - log prod (1 + e^-|m|)
    score = S^T expit(-m),               expit(-m) = 1/2 - sign(m) (1 / (1 + e^-|m|) - 1/2)

One exponential per row and no logarithm but of products, each of at most 1,000 factors between 1 and 2.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stattools.bayes.sampling.regressions import MOST_CELLS, FastRegression, Regression
from stattools.interface.arrays import Floats
from stattools.likelihoods import Bernoulli
from stattools.models.evaluation import Evaluation

FACTORS = 1000
"""2 to this power is a float."""


@dataclass(frozen=True, eq=False)
class Logistic(FastRegression):
    """A logistic regression with rows that count once; `signed` is S (n, p), `offset` is o (n,) or None.

    `total` are the sums of the columns of S, `shift` is the sum of o, `starts` are where products begin.
    """

    signed: Floats
    offset: Floats | None
    total: Floats
    shift: float
    starts: NDArray[np.intp]

    @staticmethod
    def of(slow: Regression) -> Logistic | None:
        """The fast form, or None where there is none: other likelihoods, weights, too many rows to copy."""
        rows = slow.model.rows
        if not isinstance(slow.model.likelihood, Bernoulli) or not slow.may_be_copied or rows.importance is not None:
            return None
        sign = 2.0 * rows.y - 1.0
        signed = np.ascontiguousarray(sign[:, None] * rows.X)
        offset = None if rows.offset is None else sign * rows.offset
        shift = 0.0 if offset is None else float(offset.sum())
        starts = np.arange(0, len(sign), FACTORS)
        return Logistic(slow, signed, offset, signed.sum(axis=0), shift, starts)

    def value_and_score(self, theta: Floats) -> Evaluation:
        margin = self.signed @ theta
        if self.offset is not None:
            margin += self.offset
        size = np.abs(margin)
        below = float(self.total @ theta) + self.shift - float(size.sum())
        np.negative(size, out=size)
        np.exp(size, out=size)
        size += 1.0
        value = 0.5 * below - float(np.log(np.multiply.reduceat(size, self.starts)).sum())
        np.reciprocal(size, out=size)
        size -= 0.5
        return Evaluation(value, 0.5 * self.total - np.copysign(size, margin) @ self.signed)

    def logliks(self, theta: Floats) -> Floats:
        """Log-likelihoods at many points, (S, q)."""
        step = max(1, MOST_CELLS // len(self.signed))
        return np.concatenate([self._logliks(theta[i : i + step]) for i in range(0, len(theta), step)])

    def _logliks(self, theta: Floats) -> Floats:
        margin = theta @ self.signed.T
        if self.offset is not None:
            margin += self.offset
        return (np.minimum(margin, 0.0) - np.log1p(np.exp(-np.abs(margin)))).sum(axis=1)
