"""Means of groups, everything else being equal, their differences and ratios, with standard errors.

    over="rows"    mean_l = sum_i w_i E(y_i | g = l) / sum_i w_i:  every row of the data with the variable at level l
    over="grid"    mean_l = h(x_l^T beta + offset):  x_l the average row of the reference grid, h the inverse link

The first is the average prediction (standardization, the g-formula): an average of means. The second is R's emmeans: a
mean at an average row, one for each combination of categories, which count alike, and every number at its mean.
Differences over the grid are those of the linear predictor; their exponentials, with ratio=True, are odds or rate
ratios. Of rows the ratio is that of the average means, and its standard error that of the logarithm.

Standard errors by the delta method from `fit.covariance`; the interval of a mean is made on the scale of the link, so
that it stays in the range of the mean, wherever the mean is a function of one linear predictor alone. Source: Searle,
Speed & Milliken, The American Statistician 34 (1980), 216-221; Lenth, emmeans (2024); Tukey's adjustment: Kramer,
Biometrics 12 (1956).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from stattools.errors import DomainError, IncompatibleError, quoted
from stattools.inference.effects.averages import Average, Move, averages
from stattools.inference.effects.held_rows import cells, grid, require_effect
from stattools.inference.effects.moved_rows import Population
from stattools.inference.estimates import Estimates, df_along
from stattools.inference.prediction.ends import require_digits
from stattools.interface.arguments import is_one_of, word_of
from stattools.interface.arrays import Floats
from stattools.interface.units import finite
from stattools.models.model import Model

OVER = ("rows", "grid")


def require_over(over: Any, model: Model) -> bool:
    """Whether averages are over the reference grid; DomainError for neither, IncompatibleError of categories."""
    found = word_of(over, OVER)
    if not is_one_of(found, OVER):
        raise DomainError(f'over= is "rows" or "grid"; got {quoted(over)}.')
    if found == "grid" and model.likelihood.outcome.has_several:
        raise IncompatibleError(
            f"{model.title} has a probability for each category, which are averaged over rows: leave over= out."
        )
    return found == "grid"


def averages_of(fit: Estimates, rows: Population, moves: Sequence[Move], over_grid: bool) -> dict[Move, Average]:
    """The average mean of each move; over the grid the linear predictor of its average row."""
    if not over_grid:
        return averages(fit.estimate, rows, moves)
    return {move: _of_grid(fit, rows, move.moved) for move in moves}


def _of_grid(fit: Estimates, rows: Population, moved: Mapping[str, Any]) -> Average:
    predictor = rows.model.predictor
    x, offset = grid(rows, moved)
    gradient = np.zeros((1, predictor.size))
    gradient[0, predictor.parts[0]] = x[predictor.first]
    return Average(gradient @ fit.estimate + offset, gradient)


def moves_of(
    rows: Population, variable: str | None, values: Sequence[Any], by: Any, over_grid: bool = False
) -> list[tuple[tuple[tuple[str, Any], ...], list[Move]]]:
    """For each combination of the levels of `by` the moves of a variable through its values."""
    found = cells(rows, by)
    if variable is not None and any(name == variable for name, _ in found[0]):
        raise DomainError(f"by= has {variable!r}, which is the variable that is moved; leave it out.")
    if over_grid:
        for name in [*dict(found[0]), *[variable] * (variable is not None)]:
            require_effect(rows, str(name), over_grid)
    return [(cell, [Move(variable, value, cell) for value in values]) for cell in found]


def errors_of(fit: Estimates, found: Sequence[Average], what: str = "averages") -> Floats:
    """Standard errors of averages, (K, m); DomainError where they have no digits or are beyond float64."""
    gradient = np.stack([part.gradient for part in found], axis=1)
    with np.errstate(over="ignore", invalid="ignore"):
        variance = np.maximum(((gradient @ fit.covariance) * gradient).sum(axis=2), 0.0)
    finite(variance, fit.model.title, f"the variance of {what}")
    require_digits(f"standard errors of {what}", gradient, fit.covariance, variance)
    return np.sqrt(variance)


def df_of(fit: Estimates, found: Sequence[Average]) -> Any:
    """Degrees of freedom of averages: one number, or (K, m)."""
    return df_along(fit, np.stack([part.gradient for part in found], axis=1)) if fit.degrees else fit.t_df


def on_scale_of_mean(
    fit: Estimates, value: Floats, se: Floats, quantile: float | Floats, over_grid: bool
) -> tuple[Floats, Floats, Floats, Floats]:
    """Estimate, standard error, lower and upper of means: the ends by way of the link."""
    family = fit.model.likelihood.of_means
    if over_grid:
        eta = np.stack([value - quantile * se, value, value + quantile * se, value - STEP * se, value + STEP * se])
        lower, mean, upper, below, above = (_mean(fit, part) for part in eta)
        spread = np.abs(above - below) / (2.0 * STEP)
        return mean, spread, np.minimum(lower, upper), np.maximum(lower, upper)
    if family.outcome.has_several:
        logit = np.log(value) - np.log1p(-value)
        half = quantile * se / (value * (1.0 - value))
        return value, se, 1.0 / (1.0 + np.exp(half - logit)), 1.0 / (1.0 + np.exp(-half - logit))
    if not _is_of_first(fit, value):
        return value, se, value - quantile * se, value + quantile * se
    room = np.minimum(np.abs(value), np.abs(1.0 - value)) if family.is_event else np.abs(value)
    step = STEP * np.where(room > 0, room, 1.0)
    slope = (_link(fit, value + step) - _link(fit, value - step)) / (2.0 * step)
    eta, half = _link(fit, value), quantile * se * np.abs(slope)
    ends = np.stack([_mean(fit, eta - half), _mean(fit, eta + half)])
    return value, se, ends.min(axis=0), ends.max(axis=0)


STEP = 1e-4
"""A step of differences of a link, as a share of the mean; over the grid in standard errors."""


def _is_of_first(fit: Estimates, mean: Floats) -> bool:
    """Whether the likelihood says which linear predictor has a mean, and that alone decides it: of a Gumbel
    distribution the mean moves with the scale too, and intervals are even about the estimate.
    """
    try:
        fit.model.likelihood.of_means.require("link")
    except IncompatibleError:
        return False
    return bool(np.allclose(_mean(fit, _link(fit, mean)), mean, rtol=1e-8, atol=1e-300))


def _link(fit: Estimates, mean: Floats) -> Floats:
    with np.errstate(divide="ignore"):  # a mean at the end of its range has an infinite linear predictor
        return np.asarray(fit.model.likelihood.of_means.link(mean), dtype=float)


def _mean(fit: Estimates, eta: Floats) -> Floats:
    """The mean at linear predictors of the first parameter, the others at their average."""
    model, family = fit.model, fit.model.likelihood.of_means
    if family.width == 1:
        return family.nearest_mean(eta)
    wide = np.zeros((eta.size, family.width))
    wide[:, 0] = eta.ravel()
    for k in range(1, family.width):
        part, use = model.predictor.parts[k], model.predictor.uses[k]
        row = np.ones(1) if use == () else _average_row(model)[list(use or range(model.predictor.columns))]
        wide[:, k] = row @ fit.estimate[part]
    return np.asarray(family.nearest_mean(wide)).reshape(eta.shape)


def _average_row(model: Any) -> Floats:
    weight = np.ones(len(model.rows.X)) if model.rows.weight is None else model.rows.weight
    return weight @ np.asarray(model.rows.X) / weight.sum()
