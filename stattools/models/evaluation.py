"""What a log-likelihood says at a point: its value, its score and its information; evaluations of parts add up.

Score and information of a log-likelihood by central differences of fourth order, along axes of any length.

    f'(x)  = [f(x - 2h) - 8 f(x - h) + 8 f(x + h) - f(x + 2h)] / 12 h                          error h^4 f^(5) / 30
    f''(x) = [-f(x - 2h) + 16 f(x - h) - 30 f(x) + 16 f(x + h) - f(x + 2h)] / 12 h^2           error h^4 f^(6) / 90

The columns of W (p, p) are the axes, each as long as the parameters' own uncertainty, so that f'' is about -1 along
each: then one step, h = H, suits every problem, and is longer only where the values of f have fewer digits than
float64.
Mixed derivatives come from f'' along the sums of two axes. Source: Fornberg, Mathematics of Computation 51 (1988); the
digits of f from its sixth differences: Moré & Wild, SIAM Journal on Scientific Computing 33 (2011), 1292-1314.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field
from math import isfinite
from typing import NamedTuple

import numpy as np
from scipy.linalg import get_blas_funcs

from stattools.interface.arrays import Floats
from stattools.interface.record import record

(nrm2,) = get_blas_funcs(("nrm2",), dtype=np.float64)

NOT_ASKED = np.empty(0)
"""Stands in an evaluation for a derivative that was not asked for."""


@record
class Evaluation:
    """A log-likelihood with its score (p,) and information (p, p), empty where not asked for; adds with `+`.

    `reach` is the largest size of a linear predictor, 0 where there is none.

    >>> (Evaluation(-1.0) + Evaluation(-2.0)).loglik
    -3.0
    """

    loglik: float
    score: Floats = field(default_factory=lambda: NOT_ASKED)
    information: Floats = field(default_factory=lambda: NOT_ASKED)
    reach: float = 0.0

    @np.errstate(over="ignore", invalid="ignore")  # `is_finite` tells
    def __add__(self, other: Evaluation) -> Evaluation:
        return Evaluation(
            self.loglik + other.loglik,
            self.score + other.score,
            self.information + other.information,
            max(self.reach, other.reach),
        )

    @property
    def is_finite(self) -> bool:
        """True when every number asked for is finite."""
        score, information = self.score, self.information
        return (
            isfinite(self.loglik)
            and (not score.size or isfinite(nrm2(score)))
            and (not information.size or isfinite(nrm2(information.ravel("K"))))
        )


Function = Callable[[Floats], float]

H, LONGEST = 5e-3, 0.25

STEPS = (1e-5, 8.0)
"""Steps are looked for between these."""

PLACES = np.array([-2.0, -1.0, 1.0, 2.0])
SLOPE, BEND = np.array([1.0, -8.0, 8.0, -1.0]) / 12.0, np.array([-1.0, 16.0, 16.0, -1.0]) / 12.0
"""Steps at which f is looked at, and the weights of its values in the first and the second derivative."""
LARGEST = 1e150

APART = 1e-4
"""Distance of the points whose sixth differences tell how many digits f has."""

SIXTH = np.array([1.0, -6.0, 15.0, -20.0, 15.0, -6.0, 1.0]) / np.sqrt(924.0)


def differences(f: Function, x: Floats, W: Floats, order: int, step: float, wide: float) -> Evaluation:
    """f at x, its slopes along the columns of W by a step (order 1) and minus its second derivatives along them by a
    wider one (order 2).

    >>> at = differences(lambda x: -float(x @ x), np.array([1.0]), np.array([[0.5]]), 2, H, H)
    >>> at.score.round(9).tolist(), at.information.round(9).tolist()
    ([-1.0], [[0.5]])
    """
    value = f(x)
    if order == 0 or not np.isfinite(value):
        return Evaluation(value)
    p = W.shape[1]
    # of f - f(x), so that what is added up is small
    along = np.array([_along(f, x, axis, value, step) for axis in W.T])
    if not _usable(along):
        return Evaluation(-np.inf)
    score = along @ SLOPE / step
    if order == 1:
        return Evaluation(value, score)
    if wide != step:
        along = np.array([_along(f, x, axis, value, wide) for axis in W.T])
    pairs = [(i, j) for i in range(p) for j in range(i)]
    across = np.array([_along(f, x, W[:, i] + W[:, j], value, wide) for i, j in pairs]).reshape(-1, len(PLACES))
    if not (_usable(along) and _usable(across)):
        return Evaluation(-np.inf)
    own, both = along @ BEND / wide**2, across @ BEND / wide**2
    second = np.diag(own)
    for (i, j), bend in zip(pairs, both, strict=True):
        second[i, j] = second[j, i] = 0.5 * (bend - own[i] - own[j])
    return Evaluation(value, score, -second)


def _along(f: Function, x: Floats, axis: Floats, value: float, step: float) -> Floats:
    return np.array([f(x + k * step * axis) - value for k in PLACES])


def _usable(values: Floats) -> bool:
    """Are these values of a log-likelihood that can be divided by squares of steps?"""
    return not values.size or bool(np.abs(values).max() < LARGEST)


def information_of(slopes: Callable[[Floats], Floats], x: Floats, W: Floats) -> Floats:
    """Minus the second derivatives along the columns of W, from the slopes along them."""
    second = np.array([SLOPE @ [slopes(x + k * H * axis) for k in PLACES] / H for axis in W.T])
    return -0.5 * (second + second.T)


def noise(f: Function, x: Floats, W: Floats) -> float:
    """The size of what is random in the last digits of f near x, at least its round-off; inf where f is not finite.

    >>> noise(lambda x: -1000.0, np.zeros(1), np.eye(1))
    2.2e-13
    """
    p = W.shape[1]
    axis = W @ np.cos(np.arange(1.0, p + 1.0)) / np.sqrt(p)
    apart = APART
    values = np.array([f(x + k * apart * axis) for k in range(-6, 7)])
    while _usable(values) and len(set(values.tolist())) < 5 and apart < 0.1:
        apart *= 8.0  # so near to each other f has no digits that differ
        values = np.array([f(x + k * apart * axis) for k in range(-6, 7)])
    if not _usable(values):
        return np.inf
    sixth = np.correlate(values - values[6], SIXTH)
    return max(2.2e-16 * max(abs(float(values[6])), 1.0), float(np.abs(sixth).max()))


def fitting_step(noise: float) -> float:
    """The step at which truncation and noise of second derivatives are alike, in the usual case."""
    return float(np.clip(noise ** (1.0 / 6.0), H, LONGEST))


class Steps(NamedTuple):
    """Steps for slopes and for second derivatives, with the error that is left of each."""

    score: float
    information: float
    score_error: float
    information_error: float


def best_steps(f: Function, x: Floats, W: Floats, noise: float) -> Steps:
    """Steps at which truncation and noise are smallest: short along curved ridges, long where f has few digits.

    What truncation leaves at h is a fifteenth of what halving 2h changes.
    """
    value, start = f(x), fitting_step(noise)
    found: dict[float, Floats] = {}

    def error(h: float, weights: Floats, power: int) -> float:
        for length in (h, 2.0 * h):
            if length not in found:
                found[length] = np.array([_along(f, x, axis, value, length) for axis in W.T])
        if not (_usable(found[h]) and _usable(found[2.0 * h])):
            return np.inf
        change = found[h] @ weights / h**power - found[2.0 * h] @ weights / (2.0 * h) ** power
        random = max(noise, 2.2e-16 * float(np.abs(found[h]).max()))
        return float(np.abs(change).max()) / 15.0 + random / h**power

    chosen, left = [], []
    for weights, power in ((SLOPE, 1), (BEND, 2)):
        h, least = start, error(start, weights, power)
        for factor in (0.5, 2.0):
            while STEPS[0] < factor * h < STEPS[1]:
                other = error(factor * h, weights, power)
                if not (other < least or (not np.isfinite(least) and factor < 1.0)):
                    break
                h, least = factor * h, other
        chosen.append(h)
        left.append(least)
    return Steps(chosen[0], chosen[1], left[0], left[1])
