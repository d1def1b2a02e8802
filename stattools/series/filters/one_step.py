"""The Gaussian likelihood of one-step-ahead errors, with score and information by the adjoint of the filter.

    e_t = y_t - l_{t-1},  l_t = l_{t-1} + w_t e_t,  w_t = expit(z_t^T beta),  log p = sum log Normal(e_t; 0, sigma^2)

With lambda the adjoint of the levels, dL/dw_t = lambda_t e_t. Second derivatives need the sensitivities s = dl/dtheta
too, which are the same recurrence with other right sides, all solved at once:

    L_ij = -sum s_i s_j / sigma^2 + sum lambda_t (w''_t z_i z_j e_t - w'_t (z_i s_j + z_j s_i))

A missing y has weight 0 and no error. Cost: O(n p) for the recurrences, O(n p^2) for the products. Source: Hyndman,
Koehler, Ord & Snyder, Forecasting with Exponential Smoothing (2008), ch. 5; Griewank & Walther (2008), ch. 5.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from stattools.interface.arrays import Floats
from stattools.models.evaluation import Evaluation
from stattools.series.filters.adjoint import transposed
from stattools.series.filters.exponential import filtered
from stattools.series.filters.recurrence import solve


@dataclass(frozen=True, eq=False)
class OneStepErrors:
    """One-step errors at given weights and first level: `error`, `gain` (the weight, 0 at a gap), `before`, `level`."""

    error: Floats
    gain: Floats
    before: Floats
    level: Floats

    @property
    def sum_of_squares(self) -> float:
        return float(self.error @ self.error)


def one_step(y: Floats, used: NDArray[np.bool_], weight: Floats, first: float) -> OneStepErrors:
    """The errors of y where `used`, with y finite elsewhere too."""
    gain = np.where(used, weight, 0.0)
    level = np.empty((1, len(y)))
    filtered(gain[None], y[None], np.array([[first]]), level, first=False)
    before = np.concatenate([[first], level[0, :-1]])
    return OneStepErrors(np.where(used, y - before, 0.0), gain, before, level[0])


def profile(y: Floats, used: NDArray[np.bool_], weight: Floats, first: float, free: bool) -> tuple[float, float]:
    """The smallest sum of squares over the first level, if it is `free`, and the level; errors are linear in it."""
    errors = one_step(y, used, weight, first)
    if not free:
        return errors.sum_of_squares, first
    slope = -_left(errors, used)
    shift = -float(slope @ errors.error) / float(slope @ slope)
    moved = errors.error + shift * slope
    return float(moved @ moved), first + shift


def evaluate(
    errors: OneStepErrors,
    Z: Floats | None,
    eta: Floats,
    used: NDArray[np.bool_],
    log_sigma: float,
    free: bool,
    order: int,
) -> Evaluation:
    """Evaluation in (beta, level, log sigma): beta where Z is given, eta = Z beta; the level where it is `free`."""
    n = int(used.sum())
    # A sigma beyond floating point has no likelihood, which the solver sees.
    with np.errstate(over="ignore", invalid="ignore"):
        rate = float(np.exp(-2.0 * log_sigma))
        misfit = rate * errors.sum_of_squares
        value = float(-0.5 * n * np.log(2.0 * np.pi) - n * log_sigma - 0.5 * misfit)
    if order == 0 or not (np.isfinite(value) and 0.0 < rate < np.inf):
        return Evaluation(value)
    back = _adjoint(errors, rate)
    w = expit(eta)
    slope = np.where(used, w * expit(-eta), 0.0)
    parts = [] if Z is None else [Z.T @ (slope * back * errors.error)]
    if free:
        parts.append(np.array([rate * errors.error[0] + (1.0 - errors.gain[0]) * back[0]]))
    score = np.concatenate([*parts, [misfit - n]])
    if order == 1:
        return Evaluation(value, score)
    p = 0 if Z is None else Z.shape[1]
    information = np.zeros((len(score), len(score)))
    information[-1, -1] = 2.0 * misfit
    information[:-1, -1] = information[-1, :-1] = 2.0 * score[:-1]
    if len(score) > 1:
        columns = np.zeros((len(eta), len(score) - 1))
        if Z is not None:
            columns[:, :p] = Z
        sensitivity = _sensitivities(errors, columns, slope, free)
        seen = sensitivity * used
        cross = -(columns.T * (back * slope)) @ sensitivity.T
        bend = (columns.T * (back * slope * (1.0 - 2.0 * w) * errors.error)) @ columns
        information[:-1, :-1] = rate * seen @ seen.T - cross - cross.T - bend
    return Evaluation(value, score, information)


def _sensitivities(errors: OneStepErrors, columns: Floats, slope: Floats, free: bool) -> Floats:
    """d level_{t-1} / d parameter, one row per parameter but sigma."""
    right = columns.T * (slope * errors.error)
    start = np.zeros((1, len(right)))
    start[0, -1] = 1.0 if free else 0.0
    level = np.empty_like(right)
    solve((np.broadcast_to(1.0 - errors.gain, right.shape),), right, start, level)
    return np.concatenate([start.T, level[:, :-1]], axis=1)


def _adjoint(errors: OneStepErrors, rate: float) -> Floats:
    """dL/dl_t: the level acts through the next error and the next level."""
    g = np.zeros((1, len(errors.error)))
    g[0, :-1] = rate * errors.error[1:]
    return transposed([1.0 - errors.gain[None]], g)[0]


def _left(errors: OneStepErrors, used: NDArray[np.bool_]) -> Floats:
    """How much of the first level is left in the level before each time, where used."""
    left = np.empty((1, len(errors.gain)))
    solve((1.0 - errors.gain[None],), np.zeros_like(left), np.ones((1, 1)), left)
    return np.where(used, np.concatenate([[1.0], left[0, :-1]]), 0.0)
