"""Jeffreys' penalty of labels in order, log det I / 2 of all coefficients and thresholds, with its slope and bend.

Of the labels c of a row, with their probabilities p, scores s and observed informations J in its linear predictors,

    I = sum_i J_i^T M_i J_i,   M = sum_c p s s^T,    d tr(Q M) = sum_c p [(s^T Q s) s - 2 J Q s]

so that the slope of log det I is the sum of those of rows, with Q their part of I^-1. The bend is the difference of
slopes a little to either side, in coordinates in which I is the identity. With two labels it is that of logistic
regression. Source: Firth, Biometrika 80 (1993), 27-38; Kosmidis, JRSS B 76 (2014), 169-196, for cumulative models.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.linalg import solve_triangular

from stattools.errors import IdentificationError
from stattools.interface.arrays import Floats
from stattools.models.evaluation import Evaluation
from stattools.models.model import Model
from stattools.solvers.metric import Metric

ASIDE = 1e-4
"""How far to either side slopes are taken, in standard errors."""

LARGE = 120
"""With more coefficients than this the bend is left out, and Newton's steps are Fisher's."""


def half_log_determinant(model: Model, theta: Floats, T: Any, order: int) -> Evaluation:
    """log det I / 2 in the coordinates T theta; -inf where the information is singular or thresholds cross."""
    nothing = Evaluation(-np.inf, np.zeros_like(theta), np.zeros((len(theta), len(theta))))
    try:
        metric = Metric(expected_information(model, theta))
    except (IdentificationError, FloatingPointError):
        return nothing
    half = float(0.5 * metric.log_determinant() - np.linalg.slogdet(T)[1])
    if order == 0:
        return Evaluation(half)
    W = metric.whiten()
    slope = _slope(model, theta, W)
    if order == 1:
        return Evaluation(half, slope)
    return Evaluation(half, slope, -_bend(model, theta, W) if len(theta) <= LARGE else np.zeros_like(W))


def expected_information(model: Model, theta: Floats) -> Floats:
    """The expected information about all coefficients; FloatingPointError where thresholds cross."""
    total = np.zeros((len(theta), len(theta)))
    for block in model.rows.blocks():
        eta, _ = model.predictor.forward(theta, block)
        M = sum(
            (p[:, None, None] * s[:, :, None] * s[:, None, :] for p, s, _ in _labels(model, eta)),
            np.zeros((*eta.shape, eta.shape[1])),
        )
        weight = np.ones(len(eta)) if block.weight is None else block.weight
        total += model.predictor.information(block, M * weight[:, None, None])
    return total


def _labels(model: Model, eta: Floats) -> Any:
    """Probability, score and information of each label in turn."""
    for label in range(len(model.labels or ())):
        log, score, information = model.likelihood.evaluate(eta, np.full(len(eta), float(label)))
        if not np.isfinite(log).all():
            raise FloatingPointError("thresholds cross")
        yield np.exp(log), score, information


def _slope(model: Model, theta: Floats, W: Floats) -> Floats:
    total, inverse = np.zeros(len(theta)), W @ W.T
    for block in model.rows.blocks():
        eta, pullback = model.predictor.forward(theta, block)
        Q, moved = model.predictor.covariance(block.X, inverse), np.zeros_like(eta)
        for p, s, J in _labels(model, eta):
            Qs = (Q @ s[:, :, None])[:, :, 0]
            moved += p[:, None] * ((s * Qs).sum(axis=1)[:, None] * s - 2.0 * (J @ Qs[:, :, None])[:, :, 0])
        weight = np.ones(len(eta)) if block.weight is None else block.weight
        total += 0.5 * pullback(weight[:, None] * moved)
    return total


def _bend(model: Model, theta: Floats, W: Floats) -> Floats:
    """The second derivative of log det I / 2."""
    change = np.empty_like(W)
    for k, step in enumerate(ASIDE * W.T):
        ends = [theta + side * step for side in (1.0, -1.0)]
        up, down = (_slope(model, at, Metric(expected_information(model, at)).whiten()) for at in ends)
        change[k] = W.T @ (up - down) / (2.0 * ASIDE)
    half = solve_triangular(W, 0.5 * (change + change.T), trans=1)
    return solve_triangular(W, half.T, trans=1).T
