"""What the data say about parameters on their own scale: log-likelihood, score and information.

    ols     log p(y | beta, sigma) = -n log sigma - [rss + |R (beta - b)|^2] / 2 sigma^2 + constant

by the triangle R of the columns and the least-squares b: each evaluation costs p^2, however many rows there are. The
other regressions sum over their rows (`sampling/regressions.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from stattools.bayes.sampling.counts import OverdispersedCounts, PoissonCounts
from stattools.bayes.sampling.logistic import Logistic
from stattools.bayes.sampling.regressions import Regression
from stattools.data.rows.rows import triangle
from stattools.inference.arviz.datatree import observations_of as observations
from stattools.interface.arrays import Floats
from stattools.models.evaluation import NOT_ASKED, Evaluation
from stattools.models.model import Model

MOST_CELLS = 10_000_000
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
        if data is None or data.conditional or len(data.observed) * len(theta) > MOST_CELLS:
            return np.array([self.evaluate(point, 0).loglik for point in theta])
        return data.pointwise(theta / np.diagonal(self.T)).sum(axis=1)


def observed(model: Any) -> Observed:
    """The data's part of the posterior of a model.

    >>> import stattools as st
    >>> rows = observed(st.ols("y ~ 1", {"y": [1.0, 3.0]}))
    >>> round(float(rows.evaluate(np.array([2.0, 1.0]), 0).loglik + np.log(2 * np.pi)), 12)
    -1.0
    """
    if not isinstance(model, Model):
        if not model.facts.is_unconstrained or model.facts.is_function:  # which finds units of its own
            return Whole(model, np.eye(len(model.names)), model.frame)
        work, T = model.standardized()
        if not np.array_equal(T, np.diag(np.diagonal(T))):
            work, T = model, np.eye(len(T))
        return Whole(work, T, T)
    T = model.standardized()[1]
    if not model.has_scale:
        slow = Regression(model, T)
        return Logistic.of(slow) or PoissonCounts.of(slow) or OverdispersedCounts.of(slow) or slow
    return _least_squares(model, T)


def _least_squares(model: Model, T: Any) -> GaussianRows:
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
