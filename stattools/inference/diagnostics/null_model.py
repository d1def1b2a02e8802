"""The model without predictors, which R^2 compares a regression with: an intercept alone, with the same offset and
weights.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.data.rows.rows import Block, Rows
from stattools.data.rows.triangle import triangle
from stattools.models.evaluation import Evaluation
from stattools.models.model import Model
from stattools.models.predictors.linear import Linear
from stattools.models.regressions.starting_point import starting_point
from stattools.numerics.moments import SampleMoments
from stattools.solvers import Newton
from stattools.solvers.samples.surrogate import certified_ascent, expanded, held_elsewhere, named


def r_squared(model: Any, estimate: NDArray[np.float64], loglik: float, rss: float | None = None) -> float:
    """The share of the variance explained where a scale is estimated, else McFadden's 1 - loglik / loglik_null.

    NaN where the model has no rows, or a density without such a scale: its logarithm depends on the unit of y. `rss`
    saves a read of the rows.
    """
    if not isinstance(model, Model):
        return float("nan")
    if not model.has_scale:
        return 1.0 - loglik / null_loglik(model) if model.likelihood.outcome.is_whole else float("nan")
    total = total_sum_of_squares(model)
    rss = model.residual_sums(estimate)[0] if rss is None else rss
    return 1.0 - rss / total if total > 0 else float("nan")


def null_loglik(model: Model) -> float:
    """Maximum log-likelihood of the intercept alone; NaN of rows in files where counts of the outcome do not tell."""
    rows = model.rows.outcome_counts()
    if rows is None or (rows.offset is None) != (model.rows.offset is None):
        return float("nan")
    predictor = _without_columns(model)
    null = replace(model, rows=rows, predictor=predictor, start=starting_point(model.likelihood, predictor, rows))
    return Newton().solve(null).loglik


def _without_columns(model: Model) -> Linear:
    """A constant for every parameter."""
    return replace(model.predictor, columns=1, own=((),) * len(model.predictor.own), main=None)


@dataclass(frozen=True, eq=False)
class _InterceptAlone:
    """The model of the intercept alone over rows in files: what solvers ask of a model."""

    model: Model
    null: Model

    @property
    def title(self) -> str:
        return self.null.title

    @property
    def n(self) -> float:
        return self.model.n

    @property
    def start(self) -> NDArray[np.float64]:
        return self.null.start

    def evaluate(self, theta: NDArray[np.float64], order: int = 2) -> Evaluation:
        null = self.null
        return self.model.rows.total(lambda block: replace(null, rows=_constant(block)).evaluate(theta, order))

    def dispersion(self, theta: NDArray[np.float64]) -> float:
        return 1.0


def _constant(block: Block) -> Rows:
    return Rows(np.ones((len(block.y), 1)), block.y, block.weight, block.offset)


def null_loglik_elsewhere(model: Model) -> float:
    """The same of rows in files, where the values of the outcome and their counts do not tell: two or three reads."""
    sample = expanded(model)
    rows = replace(sample.rows, X=np.ones((len(sample.rows.X), 1)))
    predictor = _without_columns(model)
    start = starting_point(model.likelihood, predictor, rows)
    null = replace(sample, rows=rows, predictor=predictor, start=start, source=None)
    return certified_ascent(_InterceptAlone(model, null), null, 1e-8, 50, named("Newton", model)).loglik


def about_mean(model: Model) -> float:
    """The total sum of squares of y - offset of rows in files: one read."""
    moments = model.rows.total(_response)
    return moments.about(moments.mean if "Intercept" in model.terms else 0.0)


def _response(block: Block) -> SampleMoments:
    return SampleMoments.of(block.y if block.offset is None else block.y - block.offset, block.weight)


def total_sum_of_squares(model: Model) -> float:
    """Sum of squares of y - offset about its mean, or about 0 where no combination of the columns is constant."""
    rows: Any = model.rows
    if held_elsewhere(model):
        about = rows.outcome.mean if "Intercept" in model.terms else 0.0
        return float("nan") if rows.offset is not None else rows.outcome.about(about)
    y = rows.y if rows.offset is None else rows.y - rows.offset
    weight = np.ones(len(y)) if rows.importance is None else rows.importance
    if any((rows.X[:, k] == rows.X[0, k]).all() for k in np.flatnonzero(rows.X[0] == rows.X[-1]) if rows.X[0, k]):
        center = weight @ y / weight.sum()
        return float(weight @ (y - center) ** 2)
    constant = Rows(rows.X, np.ones(len(y)), rows.weight, precision=rows.precision).standardized()[0]
    has_constant = abs(triangle(constant, beside=True)[-1, -1]) <= 1e-8 * np.sqrt(weight.sum())
    center = weight @ y / weight.sum() if has_constant else 0.0
    return float(weight @ (y - center) ** 2)
