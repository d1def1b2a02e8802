"""Jeffreys' penalty of a partial likelihood, log det I(beta) / 2, with its slope and bend.

The slope is exact; the bend, which steers steps and profile intervals, is the difference of slopes a little to either
side, in coordinates in which I is the identity. Source: Heinze & Schemper, Biometrics 57 (2001), 114-119.
"""

from __future__ import annotations

import numpy as np
from scipy.linalg import solve_triangular

from stattools.errors import IdentificationError
from stattools.interface.arrays import Floats
from stattools.models.evaluation import Evaluation
from stattools.models.survival.cox import CoxRegression
from stattools.models.survival.partial_likelihood import near, slope_of_log_determinant
from stattools.solvers.metric import Metric

ASIDE = 1e-4
"""How far to either side slopes are taken, in standard errors: their difference then has eight digits."""

MANY = 1000
"""With so many events for each coefficient the bend is a share of less than 1 / MANY, and is left out."""


def half_log_determinant(model: CoxRegression, theta: Floats, now: Evaluation, T: Floats, order: int) -> Evaluation:
    """log det I / 2 in the coordinates T theta; -inf where the information is singular."""
    try:
        metric = Metric(now.information)
    except IdentificationError:
        none = np.zeros_like(theta)
        nothing = Evaluation(-np.inf), Evaluation(-np.inf, none)
        return (*nothing, Evaluation(-np.inf, none, np.zeros_like(now.information)))[order]
    half = float(0.5 * metric.log_determinant() - np.linalg.slogdet(T)[1])
    if order == 0:
        return Evaluation(half)
    W = metric.whiten()
    slope = 0.5 * slope_of_log_determinant(near(model.at(theta)), W)
    if order == 1:
        return Evaluation(half, slope)
    bends = model.sets.total < MANY * len(W)
    return Evaluation(half, slope, -_bend(model, theta, W) if bends else np.zeros_like(W))


def _bend(model: CoxRegression, theta: Floats, W: Floats) -> Floats:
    """The second derivative of log det I / 2."""
    change = np.empty_like(W)
    for k, step in enumerate(ASIDE * W.T):
        sides = [near(model.at(theta + side * step)) for side in (1.0, -1.0)]
        up, down = (slope_of_log_determinant(at, Metric(at.information()).whiten()) for at in sides)
        change[k] = 0.5 * (W.T @ (up - down)) / (2.0 * ASIDE)
    half = solve_triangular(W, 0.5 * (change + change.T), trans=1)
    return solve_triangular(W, half.T, trans=1).T
