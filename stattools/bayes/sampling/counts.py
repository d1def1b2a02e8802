"""The log-likelihood of counts as a sampler wants it: value and score at one point, as fast as they can be.

    Poisson              log p = y'eta - sum e^eta - sum log y!,         score = X'(y - e^eta)
    negative binomial    v = eta + log alpha,  r = 1 / alpha,  s = log(1 + e^v),  q = expit(v)
                         log p = sum A(y) + y'eta - sum (y + r) s,       score = X'(y - (y + r) q)
                         d log p / d log alpha = sum B(y) - sum (y + r) q + r sum s

A(y) is the sum of log(1 + i / r) - log(1 + i) over i < y, and B(y) that of i / (r + i). With N_i the number of counts
above i, sum A(y) = sum N_i (log(1 + i / r) - log(1 + i)), and so for B: no row has special functions of its own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln

from stattools.bayes.sampling.regressions import FastRegression, Regression
from stattools.interface.arrays import Floats
from stattools.likelihoods import NegativeBinomial, Poisson
from stattools.likelihoods.counts import LARGEST_IN_TABLE as LARGEST
from stattools.models.evaluation import Evaluation


@dataclass(frozen=True, eq=False)
class CountRows:
    """Rows of counts: `y` (n,), `X` (n, p), the offset and frequencies (n,) or None; `total` is X'(w y)."""

    y: Floats
    X: Floats
    offset: Floats | None
    weight: Floats | None
    total: Floats

    @staticmethod
    def of(slow: Regression) -> CountRows | None:
        """The rows of a model; None where there are too many to copy, or precisions."""
        rows = slow.model.rows
        if not slow.may_be_copied or rows.precision is not None:
            return None
        X, weight = np.ascontiguousarray(rows.X), rows.weight
        return CountRows(rows.y, X, rows.offset, weight, X.T @ (rows.y if weight is None else weight * rows.y))

    @property
    def counted(self) -> Floats:
        """The counts, as often as they were seen."""
        return self.y if self.weight is None else self.weight * self.y

    def eta(self, beta: Floats) -> Floats:
        """The linear predictor."""
        eta = self.X @ beta
        return eta if self.offset is None else np.add(eta, self.offset, out=eta)


@dataclass(frozen=True, eq=False)
class PoissonCounts(FastRegression):
    """A Poisson regression; `rest` is the part of its log-likelihood that no coefficient changes."""

    rows: CountRows
    rest: float

    @staticmethod
    def of(slow: Regression) -> PoissonCounts | None:
        """The fast form of a regression, or None where it has none."""
        if type(slow.model.likelihood) is not Poisson or (rows := CountRows.of(slow)) is None:
            return None
        fixed = -float((gammaln(rows.y + 1.0) if rows.weight is None else rows.weight * gammaln(rows.y + 1.0)).sum())
        shift = 0.0 if rows.offset is None else float(rows.counted @ rows.offset)
        return PoissonCounts(slow, rows, fixed + shift)

    def value_and_score(self, theta: Floats) -> Evaluation:
        rows = self.rows
        mean = rows.eta(theta)
        np.exp(mean, out=mean)
        if rows.weight is not None:
            mean *= rows.weight
        return Evaluation(float(rows.total @ theta) - float(mean.sum()) + self.rest, rows.total - mean @ rows.X)


@dataclass(frozen=True, eq=False)
class OverdispersedCounts(FastRegression):
    """A negative binomial regression whose rows share alpha, the last of theta. N_i are the counts `above` i, and
    `rest` is the part of the log-likelihood that no parameter changes.
    """

    rows: CountRows
    above: Floats
    counted: Floats
    rest: float

    @staticmethod
    def of(slow: Regression) -> OverdispersedCounts | None:
        """The fast form of a regression, or None where it has none: an alpha that varies, or counts that are large."""
        model = slow.model
        plain = type(model.likelihood) is NegativeBinomial and model.predictor.own == ((),)
        rows = CountRows.of(slow) if plain and not model.predictor.taken_up else None
        if rows is None or rows.y.max() > LARGEST:
            return None
        often = np.bincount(rows.y.astype(np.intp), rows.weight).astype(np.float64)
        above, i = often[::-1].cumsum()[::-1][1:], np.arange(len(often) - 1.0)
        shift = 0.0 if rows.offset is None else float(rows.counted @ rows.offset)
        return OverdispersedCounts(slow, rows, above, rows.counted, shift - float(above @ np.log1p(i)))

    def value_and_score(self, theta: Floats) -> Evaluation:
        rows, beta, alpha = self.rows, theta[:-1], float(theta[-1])
        r, i = 1.0 / alpha, np.arange(float(len(self.above)))
        v = rows.eta(beta)
        v += np.log(alpha)
        small = np.abs(v)
        np.negative(small, out=small)
        np.exp(small, out=small)
        s = np.maximum(v, 0.0)
        s += np.log1p(small)
        small += 1.0
        np.reciprocal(small, out=small)
        small -= 0.5
        q = np.copysign(small, v, out=small)
        q += 0.5
        often = self.counted + (r if rows.weight is None else r * rows.weight)
        all_s = float(s.sum() if rows.weight is None else rows.weight @ s)
        value = float(self.above @ np.log1p(i * alpha)) + float(rows.total @ beta) + self.rest - float(often @ s)
        np.multiply(often, q, out=q)
        slope = float(self.above @ (i / (r + i))) - float(q.sum()) + r * all_s
        score = np.empty(len(theta))
        score[:-1], score[-1] = rows.total - q @ rows.X, slope * r
        return Evaluation(value, score)
