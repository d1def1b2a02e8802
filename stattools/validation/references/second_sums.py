"""Log-likelihood, score and information of a regression over rows from its log density in `densities.py` alone.

They share no formula with `likelihoods/`: slopes in the linear predictors are complex steps, which have no round-off,
and curvatures are differences of slopes, right to about 1e-10. theta is as in the model: coefficients, of categories
one block each, then a dispersion's logarithm.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from stattools.interface.arrays import Floats
from stattools.models.predictor import Linear
from stattools.validation.references.densities import KERNELS, UP_TO_SCALE, Density

TINY = 1e-30
"""A complex step."""

STEP = 1e-5
"""A step of differences of slopes: h^2 / 6 is 2e-11, and round-off divided by it 1e-11."""


class Again(NamedTuple):
    """Sums over rows: observations, log-likelihood, score (q,), information (q, q) and sum of squares of the scores
    of single rows (q, q); for `ols` the log-likelihood is minus half the residual sum of squares. Adds with `+`.
    """

    rows: int
    n: float
    loglik: float
    score: Floats
    information: Floats
    squares: Floats

    def __add__(self, other: Again) -> Again:  # type: ignore[override]
        return Again._make(a + b for a, b in zip(self, other, strict=True))


def again(
    kind: str,
    theta: Floats,
    X: Floats,
    y: Floats,
    weight: Floats | None,
    offset: Floats | None,
    predictor: Linear,
) -> Again:
    """The sums of a model of this kind at theta; `predictor` says which columns of X each parameter has.

    >>> found = again("poisson", np.zeros(1), np.ones((2, 1)), np.array([0.0, 3.0]), None, None, Linear(1))
    >>> round(found.loglik, 6), found.score.tolist(), found.information.round(9).tolist()
    (-3.791759, [1.0], [[2.0]])
    """
    n, density = len(X), KERNELS[kind]
    w = np.ones(n) if weight is None else weight
    J, at = _predictors(predictor, theta, X, offset)
    # Where slopes are straight lines a long step loses least.
    h = 1.0 + np.abs(y).max() if kind in UP_TO_SCALE else STEP

    def stepped(at: list[Any]) -> Any:
        """log densities and, times TINY, their slopes in each linear predictor: complex numbers (m, k)."""
        return np.column_stack([density(y, *_moved(at, j, TINY * 1j)) for j in range(len(at))])

    def curvature(j: int) -> Floats:
        """Minus the slopes of the slopes in the linear predictor j."""
        return (stepped(_moved(at, j, -h)).imag - stepped(_moved(at, j, h)).imag) / (2.0 * h * TINY)

    found, H = stepped(at), np.stack([curvature(j) for j in range(len(at))], axis=1)
    score_rows = np.einsum("mk,mkq->mq", found.imag / TINY, J)
    information = np.einsum("m,mka,mkl,mlb->ab", w, J, H, J, optimize=True)
    loglik = float(w @ found[:, 0].real)
    return Again(n, float(w.sum()), loglik, w @ score_rows, information, (score_rows.T * w) @ score_rows)


def log_likelihood(
    density: Density,
    theta: Floats,
    X: Floats,
    y: Floats,
    weight: Floats | None,
    offset: Floats | None,
    predictor: Linear,
) -> float:
    """The log-likelihood of a log density alone."""
    logs = np.real(density(y, *_predictors(predictor, theta, X, offset)[1]))
    return float(logs.sum() if weight is None else weight @ logs)


def _predictors(predictor: Linear, theta: Floats, X: Floats, offset: Floats | None) -> tuple[Floats, list[Any]]:
    """For each row d eta / d theta (m, k, q), and the linear predictors, of which the first has the offset."""
    J = np.zeros((len(X), predictor.width, len(theta)))
    for j, (use, part) in enumerate(zip(predictor.uses, predictor.parts, strict=True)):
        J[:, j, part] = X if use is None else X[:, list(use)] if use else 1.0
    first, *others = (J @ theta).T
    return J, [first if offset is None else first + offset, *others]


def _moved(at: list[Any], j: int, step: complex) -> list[Any]:
    return [value + step if i == j else value for i, value in enumerate(at)]
