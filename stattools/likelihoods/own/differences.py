"""Derivatives of a log-likelihood in its linear predictors by central differences of fourth order, row by row.

    f'  = (8 (f_1 - f_-1) - (f_2 - f_-2)) / 12 h,    f'' = (16 (f_1 + f_-1) - (f_2 + f_-2) - 30 f_0) / 12 h^2

f_k is f at eta + k h, and mixed derivatives come from the corners (h, h), (-h, -h), (2h, 2h) and (-2h, -2h). h is about
a thousandth of the change of a linear predictor that moves the log-likelihood of a row by about 1: the error of f' is
then some 1e-12, that of f'' some 1e-9. Cost: 4 K + 1 values for K linear predictors, and four for each pair. SciPy's
distributions drop the imaginary part of a number, so that no complex step could take their place.
Source: Abramowitz & Stegun, Handbook of Mathematical Functions (1964), 25.3.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from stattools.interface.arrays import Floats

SMALL = 2.0**-10
"""h as a share of the scale of a linear predictor; a power of 2, so that eta + h is exact."""

ROWS = 500
"""Rows that tell the scale of a linear predictor, at most."""

Function = Callable[[Floats], Floats]
"""Values (n,) of linear predictors (n, K)."""


def slopes(function: Function, eta: Floats, steps: Sequence[float]) -> Floats:
    """The first derivatives, (n, K)."""
    return np.stack([_slope(_beside(function, eta, k, h), h) for k, h in enumerate(steps)], axis=-1)


def value_and_derivatives(function: Function, eta: Floats, steps: Sequence[float]) -> tuple[Floats, Floats, Floats]:
    """The value (n,), the first derivatives (n, K) and minus the second ones (n, K, K).

    >>> at, steps = np.array([[1.0, 3.0]]), (1e-3, 1e-3)
    >>> _, slope, bend = value_and_derivatives(lambda eta: eta[:, 0] ** 2 * eta[:, 1], at, steps)
    >>> slope.round(9).tolist(), (bend.round(5) + 0.0).tolist()
    ([[6.0, 1.0]], [[[-6.0, -2.0], [-2.0, 0.0]]])
    """
    value, K = function(eta), len(steps)
    score, information = np.empty(eta.shape), np.empty((*eta.shape, K))
    near: list[tuple[Floats, Floats]] = []
    for k, h in enumerate(steps):
        each = _beside(function, eta, k, h)
        near.append((each[1] + each[2], each[0] + each[3]))
        score[..., k] = _slope(each, h)
        information[..., k, k] = (each[0] + each[3] + 30.0 * value - 16.0 * (each[1] + each[2])) / (12.0 * h * h)
    for a in range(K):
        for b in range(a):
            corner, mixed = np.zeros(K), []
            corner[a], corner[b] = steps[a], steps[b]
            for k in (1, 2):
                corners = function(eta + k * corner) + function(eta - k * corner)
                mixed.append((corners - near[a][k - 1] - near[b][k - 1] + 2.0 * value) / (2.0 * k * k))
            information[..., a, b] = (mixed[1] - 4.0 * mixed[0]) / (3.0 * steps[a] * steps[b])
            information[..., b, a] = information[..., a, b]
    return value, score, information


def scales(function: Function, eta: Floats) -> tuple[float, ...]:
    """For each linear predictor, the change that moves the log-likelihood of a row by about 1; a power of 2."""
    found = []
    for k in range(eta.shape[1]):
        size = 1.0
        for _ in range(60):
            step = np.zeros(eta.shape[1])
            step[k] = size
            change = np.abs(function(eta + step) - 2.0 * function(eta) + function(eta - step))
            typical = float(np.median(change))
            if not np.isfinite(typical):
                size *= 0.1
            elif 0.3 <= typical <= 3.0:
                break
            else:
                size *= float(np.clip(1.0 / np.sqrt(max(typical, 1e-12)), 0.01, 100.0))
        found.append(2.0 ** round(float(np.log2(size))) if 1e-150 < size < 1e150 else 1.0)
    return tuple(found)


def _beside(function: Function, eta: Floats, k: int, h: float) -> tuple[Floats, Floats, Floats, Floats]:
    """f at -2, -1, 1 and 2 steps of one linear predictor."""
    moved = eta.copy()
    values = []
    for times in (-2.0, -1.0, 1.0, 2.0):
        moved[..., k] = eta[..., k] + times * h
        values.append(function(moved))
    return values[0], values[1], values[2], values[3]


def _slope(each: tuple[Floats, Floats, Floats, Floats], h: float) -> Floats:
    return (8.0 * (each[2] - each[1]) - (each[3] - each[0])) / (12.0 * h)
