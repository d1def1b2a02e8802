"""The model without predictors, which R^2 compares a regression with: an intercept alone, with the same offset and
weights.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.data.rows.rows import Block, Rows
from stattools.data.rows.triangle import triangle
from stattools.models.model import Model
from stattools.models.regressions.starting_point import starting_point
from stattools.numerics.columns import as_columns
from stattools.numerics.moments import SampleMoments
from stattools.solvers import Newton

SAME_SPACE = 1e-8
"""A constant lies among the columns where what is left of it beside them is this small beside it."""


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
    """Maximum log-likelihood of the intercept alone, without a read; NaN of rows in files where counts of the outcome
    do not tell.
    """
    rows = model.rows.outcome_counts()
    if rows is None or (rows.offset is None) != (model.rows.offset is None):
        return float("nan")
    return _of_constants(model, rows)


def null_loglik_read(model: Model) -> float:
    """The maximum with a constant for every parameter, of all rows: two or three reads of those in files."""
    return _of_constants(model, model.rows.without_columns())


def _of_constants(model: Model, rows: Rows) -> float:
    """The maximum with a constant for every parameter."""
    predictor = model.predictor.without_columns()
    start = starting_point(model.likelihood, predictor, rows)
    return Newton().solve(replace(model, rows=rows, predictor=predictor, start=start, source=None)).loglik


def about_mean(model: Model) -> float:
    """The total sum of squares of y - offset of rows in files: one read."""
    moments = model.rows.total(_response)
    return moments.about(moments.mean if "Intercept" in model.terms else 0.0)


def _response(block: Block) -> SampleMoments:
    return SampleMoments.of(block.y if block.offset is None else block.y - block.offset, block.weight)


def total_sum_of_squares(model: Model) -> float:
    """Sum of squares of y - offset about its mean, or about 0 where no combination of the columns is constant."""
    rows: Any = model.rows
    if not model.in_memory:
        about = rows.outcome.mean if "Intercept" in model.terms else 0.0
        return float("nan") if rows.offset is not None else rows.outcome.about(about)
    y = rows.y if rows.offset is None else rows.y - rows.offset
    weight = np.ones(len(y)) if rows.importance is None else rows.importance
    if any((rows.X[:, k] == rows.X[0, k]).all() for k in np.flatnonzero(rows.X[0] == rows.X[-1]) if rows.X[0, k]):
        center = weight @ y / weight.sum()
        return float(weight @ (y - center) ** 2)
    constant = Rows(rows.X, np.ones(len(y)), rows.weight, precision=rows.precision).standardized()[0]
    levels = as_columns(constant.X).by_levels
    if levels is None:
        has_constant = abs(triangle(constant, beside=True)[-1, -1]) <= SAME_SPACE * np.sqrt(weight.sum())
    else:
        has_constant = levels.is_complete or _add_up_to_ones(levels[weight > 0])
    center = weight @ y / weight.sum() if has_constant else 0.0
    return float(weight @ (y - center) ** 2)


def _add_up_to_ones(levels: Any) -> bool:
    """Whether a combination of the columns, levels as codes among them, is 1 in every row."""
    ones = np.ones(levels.shape[0])
    return float(np.linalg.norm(ones - levels @ levels.least_squares(ones))) <= SAME_SPACE * np.sqrt(len(ones))
