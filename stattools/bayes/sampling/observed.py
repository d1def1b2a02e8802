"""What the data say about parameters on their own scale, as a sampler wants it: log-likelihood, score and information.

    ols     log p(y | beta, sigma) = -n log sigma - [rss + |R (beta - b)|^2] / 2 sigma^2 + constant

by the triangle R of the columns and the least-squares b: each evaluation costs p^2, however many rows there are. The
other regressions sum over their rows, some by faster forms, whose absolute error is some 1e-16 of the terms of each
row: nothing to a sampler, though too much for a maximum, which `Model.evaluate` climbs.

    0 and 1              m = S beta + o,  S = (2 y - 1) X,             log p = sum (m - |m|) / 2 - log prod (1 + e^-|m|)
                         score = S^T expit(-m),   expit(-m) = 1/2 - sign(m) (1 / (1 + e^-|m|) - 1/2)
    Poisson              log p = y'eta - sum e^eta - sum log y!,         score = X'(y - e^eta)
    negative binomial    v = eta + log alpha,  r = 1 / alpha,  s = log(1 + e^v),  q = expit(v)
                         log p = sum A(y) + y'eta - sum (y + r) s,       score = X'(y - (y + r) q)
                         d log p / d log alpha = sum B(y) - sum (y + r) q + r sum s

Outcomes 0 and 1 take one exponential per row and no logarithm but of products, each of at most 1,000 factors between 1
and 2. A(y) is the sum of log(1 + i / r) - log(1 + i) over i < y, and B(y) that of i / (r + i). With N_i the number of
counts above i, sum A(y) = sum N_i (log(1 + i / r) - log(1 + i)), and so for B: no row has special functions of its own.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

from stattools.data.rows.rows import triangle
from stattools.data.rows.standardization import Standardization
from stattools.inference.arviz.datatree import observations_of as observations
from stattools.interface.arrays import Floats
from stattools.likelihoods import Bernoulli, NegativeBinomial, Poisson
from stattools.likelihoods.counts import LARGEST_IN_TABLE as LARGEST
from stattools.models.evaluation import NOT_ASKED, Evaluation
from stattools.models.model import Model, behind_links, on_own_scale, shared

MOST_CELLS = 2_000_000
"""Rows times columns up to which a copy of X is made."""


@dataclass(frozen=True, eq=False)
class Regression:
    """A regression over its rows; what all rows share, such as alpha, is in theta on its own scale."""

    model: Model
    frame: Any

    @property
    def may_be_copied(self) -> bool:
        """Whether X is in memory and small enough to be kept twice."""
        rows = self.model.rows
        return self.model.in_memory and len(rows.X) * rows.X.shape[1] <= MOST_CELLS

    @property
    def start(self) -> Floats:
        """Where solvers begin."""
        return on_own_scale(self.model, self.model.start)

    def evaluate(self, theta: Floats, order: int) -> Evaluation:
        """Log-likelihood, score and information of the model, by the chain rule where alpha = exp(eta)."""
        eta = behind_links(self.model, theta)
        now = self.model.evaluate(eta, order)
        others = shared(self.model)
        if order == 0 or not others:
            return now
        unit, information = np.ones(len(theta)), now.information
        for k, (_, link) in others.items():
            unit[k] = 1.0 / link.slope(eta[k])
        if order == 2:
            information = information * np.outer(unit, unit)
            for k, (_, link) in others.items():
                information[k, k] += now.score[k] * link.bend(eta[k]) * unit[k] ** 3
        return Evaluation(now.loglik, now.score * unit, information)

    def logliks(self, theta: Floats) -> Floats:
        """Log-likelihoods at many points, (S, q), in one read of the rows."""
        return self.model.logliks(behind_links(self.model, theta))


@dataclass(frozen=True, eq=False)
class FastRegression(ABC):
    """A regression with a value and score of its own; all else is answered by `slow`, the same of any model."""

    slow: Regression

    @property
    def frame(self) -> Floats:
        """Coordinates in which parameters are comparable."""
        return self.slow.frame

    @property
    def start(self) -> Floats:
        """Where solvers begin."""
        return self.slow.start

    @abstractmethod
    def value_and_score(self, theta: Floats) -> Evaluation:
        """Log-likelihood and score at one point, as fast as they can be."""

    def evaluate(self, theta: Floats, order: int) -> Evaluation:
        """Log-likelihood and score; the information (order 2) is that of any model."""
        return self.value_and_score(theta) if order == 1 else self.slow.evaluate(theta, order)

    def logliks(self, theta: Floats) -> Floats:
        """Log-likelihoods at many points, (S, q)."""
        return self.slow.logliks(theta)


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


MOST_OF_DATA = 10_000_000
"""Observations times points that are computed at once."""
HALF_LOG_TWO_PI = 0.5 * float(np.log(2.0 * np.pi))


class Observed(Protocol):
    """`start` is a point near the maximum; `frame` (q, q) are coordinates in which parameters are comparable."""

    @property
    def start(self) -> Floats: ...
    @property
    def frame(self) -> Floats: ...
    def evaluate(self, theta: Floats, order: int) -> Evaluation: ...
    def logliks(self, theta: Floats) -> Floats: ...


@dataclass(frozen=True, eq=False)
class GaussianRows:
    """A linear regression by its sufficient statistics; theta = (beta, sigma).

    R (p, p) and b (p,) are those of the rows, `rss` the smallest residual sum of squares, n the number of observations.
    """

    R: Floats
    b: Floats
    rss: float
    n: float
    log_precision: float
    frame: Any
    start: Floats

    def evaluate(self, theta: Floats, order: int) -> Evaluation:
        """Log-likelihood, score and observed information."""
        sigma = theta[-1]
        gap = self.R @ (theta[:-1] - self.b)
        rss = self.rss + float(gap @ gap)
        value = -self.n * (np.log(sigma) + HALF_LOG_TWO_PI) - 0.5 * rss / sigma**2 + self.log_precision
        if order == 0:
            return Evaluation(value)
        score = np.append(-(self.R.T @ gap) / sigma**2, -self.n / sigma + rss / sigma**3)
        if order == 1:
            return Evaluation(value, score)
        information = np.empty((len(theta), len(theta)))
        information[:-1, :-1] = self.R.T @ self.R / sigma**2
        information[:-1, -1] = information[-1, :-1] = 2.0 * score[:-1] / sigma
        information[-1, -1] = -self.n / sigma**2 + 3.0 * rss / sigma**4
        return Evaluation(value, score, information)

    def logliks(self, theta: Floats) -> Floats:
        """Log-likelihoods at many points, (S, q)."""
        gap, sigma = (theta[:, :-1] - self.b) @ self.R.T, theta[:, -1]
        rss = self.rss + np.square(gap).sum(axis=1)
        return -self.n * (np.log(sigma) + HALF_LOG_TWO_PI) - 0.5 * rss / sigma**2 + self.log_precision


@dataclass(frozen=True, eq=False)
class Whole:
    """A model that is not made of rows: a coin, your own likelihood. Solvers work in the coordinates `frame`."""

    model: Any
    T: Any
    frame: Any

    @property
    def start(self) -> Floats:
        """The model's own start."""
        return np.asarray(self.T @ self.model.start, dtype=float)

    def evaluate(self, theta: Floats, order: int) -> Evaluation:
        """The model's own, which works in coordinates phi with theta = T phi."""
        unit = np.diagonal(self.T)
        now = self.model.evaluate(theta / unit, order)
        if order == 0 or not np.isfinite(now.loglik):
            return now
        information = NOT_ASKED if order == 1 else now.information / np.outer(unit, unit)
        return Evaluation(now.loglik, now.score / unit, information)

    def logliks(self, theta: Floats) -> Floats:
        """Log-likelihoods at many points, (S, q), up to a constant: all at once where the data are independent."""
        data = observations(self.model)
        if data is None or data.conditional or len(data.observed) * len(theta) > MOST_OF_DATA:
            return np.array([self.evaluate(point, 0).loglik for point in theta])
        return data.pointwise(theta / np.diagonal(self.T)).sum(axis=1)


def observed(model: Any) -> Observed:
    """The data's part of the posterior of a model.

    >>> import stattools as st
    >>> rows = observed(st.ols("y ~ 1", {"y": [1.0, 3.0]}))
    >>> round(float(rows.evaluate(np.array([2.0, 1.0]), 0).loglik + np.log(2 * np.pi)), 12)
    -1.0
    """
    if not model.facts.is_regression:
        whole = np.eye(len(model.names))
        if not model.facts.is_unconstrained or model.facts.is_function:  # which finds units of its own
            return Whole(model, whole, model.frame if model.facts.is_density else whole)
        work, T = model.standardized()
        if not np.array_equal(T, np.diag(np.diagonal(T))):
            work, T = model, np.eye(len(T))
        return Whole(work, T, T)
    T = model.standardized()[1]
    if not model.has_scale:
        slow = Regression(model, T)
        return Logistic.of(slow) or PoissonCounts.of(slow) or OverdispersedCounts.of(slow) or slow
    return _least_squares(model, T)


def _least_squares(model: Model, T: Standardization) -> GaussianRows:
    p = len(model.terms)
    rows, _ = model.standardized_rows()
    whole = triangle(rows, beside=True)
    R, c = whole[:p, :p], whole[:p, p]
    phi = np.linalg.lstsq(R, c)[0]
    rss = float(whole[p, p] ** 2 + np.sum((c - R @ phi) ** 2))
    frame = np.eye(p + 1)
    frame[:p, :p] = T
    sigma = float(np.sqrt(max(rss, 1e-14 * float(c @ c)) / max(model.n - p, 1.0))) or 1.0
    precision = model.rows.precision
    weight = model.rows.weight
    logs = 0.0 if precision is None else 0.5 * float(np.sum(np.log(precision) * (1.0 if weight is None else weight)))
    raw = np.linalg.solve(T.T, R.T).T
    return GaussianRows(raw, T @ phi, rss, model.n, logs, frame, np.append(T @ phi, sigma))
