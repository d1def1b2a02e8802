"""What a network is given in the caller's units: rows of its design, an outcome, and how both are standardized."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.data.rows.rows import BLOCK_BYTES, SHORTEST
from stattools.errors import DomainError, quoted
from stattools.interface.arguments import as_numbers, by_column, labelled
from stattools.interface.arrays import Floats
from stattools.interface.units import require_units
from stattools.likelihoods import Likelihood

FARTHEST = 5.0
"""No standardized input of the rows at hand is further than this from 0, where its unit starts."""


def spread(X: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """Center and scale of each column in blocks of rows; a constant column gets 1 and so becomes 0.

    The scale is the variance over the mean distance from the mean. Of two values it is half of their distance, however
    rare one of them is: in standard deviations a pixel with ink in one image of 1,000 would be at 30 there, and
    outweigh all others on new rows. Of a normal column it is 1.25 standard deviations, and of any column at least one,
    since the mean distance is at most that. Where a value would still be further than 5 from 0, the scale is a fifth of
    its distance. Like a standard deviation it follows the unit of the column and does not depend on its origin.
    Source of the comparison with columns of two values: Gelman, Statistics in Medicine 27 (2008), 2865-2873.

    >>> X = np.zeros((1000, 1))
    >>> X[0] = 8.0
    >>> center, scale = spread(X, np.ones(1000))
    >>> center.round(9).tolist(), scale.round(9).tolist()
    ([0.008], [4.0])
    """
    X, weight = (X, weight) if weight.all() else (X[weight > 0], weight[weight > 0])
    n = weight.sum()
    largest = np.maximum(X.max(axis=0), -X.min(axis=0))
    names = [f"input {k + 1}" for k in range(X.shape[1])]
    require_units("A network", names, np.where(largest > 0, largest, 1.0))
    mean = weight @ X / n
    distance, square, reach = np.zeros((3, X.shape[1]))
    size = max(SHORTEST, min(4096, BLOCK_BYTES // (8 * X.shape[1])))
    for start in range(0, len(X), size):
        gap = X[start : start + size] - mean
        np.abs(gap, out=gap)
        reach = np.maximum(reach, gap.max(axis=0))
        distance += weight[start : start + size] @ gap
        gap *= gap
        square += weight[start : start + size] @ gap
    flat = np.sqrt(square / n) <= 1e-13 * np.maximum(np.abs(X[0]), np.abs(mean))
    scale = np.maximum(square / np.where(flat, 1.0, distance), reach / FARTHEST)
    return np.where(flat, X[0], mean), np.where(flat, 1.0, scale)


def zero_inputs(X: Floats, center: Floats, scale: Floats, weight: Floats | None = None) -> NDArray[np.intp]:
    """The numbers of the columns that are at their center in every row that counts, so that as inputs they are 0.

    >>> zero_inputs(np.array([[3.0, 1.0], [3.0, 2.0]]), np.array([3.0, 1.5]), np.array([1.0, 0.5])).tolist()
    [0]
    """
    X = X if weight is None or weight.all() else X[weight > 0]
    found = np.flatnonzero(scale == 1.0)  # the scale of a constant column, see `spread`
    for start in range(0, len(X), 4096):  # columns that vary are out after the first block
        found = found[(X[start : start + 4096, found] == center[found]).all(axis=0)]
    return found


def of_quantity(y: Floats, weight: Floats) -> tuple[float, float]:
    """Mean and standard deviation of an outcome; 1 for one that never changes.

    >>> of_quantity(np.array([1.0, 3.0]), np.ones(2))
    (2.0, 1.0)
    """
    middle = float(weight @ y / weight.sum())
    return middle, float(np.sqrt(weight @ (y - middle) ** 2 / weight.sum())) or 1.0


def design_matrix(X: Any, names: Sequence[str], who: str) -> Floats:
    """Rows of a design as float64; DomainError unless they are finite numbers with one column per name.

    >>> design_matrix([[1, 2]], ("Intercept", "x"), "a network")
    array([[1., 2.]])
    """
    needs = f"{who} needs X as a design matrix of {len(names)} columns, {quoted(list(names), 60)}"
    instead = "Predictions for a table are those of fit.predict(table)"
    labelled("the columns of the design", tuple(names), ("X", by_column(X)))
    found = as_numbers(X, f"{needs}. {instead}")
    if found.ndim != 2 or found.shape[1] != len(names):
        raise DomainError(f"{needs}; got shape {found.shape}. {instead}.")
    if not np.isfinite(found).all():
        row, column = (int(place[0]) for place in np.nonzero(~np.isfinite(found)))
        raise DomainError(f"{needs}, all finite; got {found[row, column]} in row {row} (counting from 0). {instead}.")
    return found


def coded_outcome(y: Any, n: int, likelihood: Likelihood, who: str) -> Floats:
    """The outcome of n rows as the likelihood takes it, labels as their codes; DomainError for anything else.

    >>> from stattools.likelihoods import Poisson
    >>> coded_outcome([0, 3], 2, Poisson(), "a network")
    array([0., 3.])
    """
    found = as_numbers(y, f"{who} needs y, one number per row")
    if found.shape != (n,):
        raise DomainError(f"{who} needs y, one number for each of {n} rows; got shape {found.shape}. Give X and y.")
    return likelihood.check(found)
