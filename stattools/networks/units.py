"""The units in which a network sees its inputs and a quantity that it explains: both are standardized."""

from __future__ import annotations

import numpy as np

from stattools.interface.arrays import Floats
from stattools.interface.units import require_units

RARE = 5.0
"""No standardized input is further than this from 0: a pixel with ink once in 10,000 images would be at 100 there."""


def spread(X: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """Center and scale of each column in blocks of rows; a constant column gets 1 and so becomes 0."""
    X, weight = (X, weight) if weight.all() else (X[weight > 0], weight[weight > 0])
    n = weight.sum()
    largest = np.abs(X).max(axis=0)
    names = [f"input {k + 1}" for k in range(X.shape[1])]
    require_units("A network", names, np.where(largest > 0, largest, 1.0))
    mean, square, reach = weight @ X / n, np.zeros(X.shape[1]), np.zeros(X.shape[1])
    for start in range(0, len(X), 4096):
        gap = X[start : start + 4096] - mean
        reach = np.maximum(reach, np.abs(gap).max(axis=0))
        square += weight[start : start + 4096] @ (gap * gap)
    sd = np.sqrt(square / n)
    flat = sd <= 1e-13 * np.maximum(np.abs(X[0]), np.abs(mean))
    return np.where(flat, X[0], mean), np.where(flat, 1.0, np.maximum(sd, reach / RARE))


def of_quantity(y: Floats, weight: Floats) -> tuple[float, float]:
    """Mean and standard deviation of an outcome; 1 for one that never changes.

    >>> of_quantity(np.array([1.0, 3.0]), np.ones(2))
    (2.0, 1.0)
    """
    middle = float(weight @ y / weight.sum())
    return middle, float(np.sqrt(weight @ (y - middle) ** 2 / weight.sum())) or 1.0
