"""Log-likelihood, score and information of a regression over rows, written again with NumPy and SciPy alone.

They share no formula with `likelihoods/`: distributions are those of scipy.stats, derivatives are written out in the
linear predictors, or steps of `densities.py`. theta is as in the model: coefficients, of categories one block each,
then a dispersion's logarithm.
"""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import numpy as np
from scipy import special, stats

from stattools.interface.arrays import Floats
from stattools.models.predictors.linear import Linear
from stattools.validation.references.densities import DENSITIES, Density

TINY = 1e-30
"""A complex step."""


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
    predictor: Linear | None = None,
) -> Again:
    """The sums of a model of this kind at theta; `predictor` says which columns of X each parameter has, where not all
    are the first one's.

    >>> found = again("poisson", np.zeros(1), np.ones((2, 1)), np.array([0.0, 3.0]), None, None)
    >>> round(found.loglik, 6), found.score.tolist(), found.information.tolist()
    (-3.791759, [1.0], [[2.0]])
    """
    n = len(X)
    w = np.ones(n) if weight is None else weight
    shift = np.zeros(n) if offset is None else offset
    if predictor is not None and any(predictor.own):
        J, loglik, u, H = _with_columns(DENSITIES[kind], predictor, theta, X, y, shift)
    else:
        J, loglik, u, H = FORMULAS[kind](theta, X, y, shift)
    score_rows = np.einsum("mk,mkq->mq", u, J)
    information = np.einsum("m,mka,mkl,mlb->ab", w, J, H, J, optimize=True)
    return Again(n, float(w.sum()), float(w @ loglik), w @ score_rows, information, (score_rows.T * w) @ score_rows)


# Of each row: d eta / d theta (m, k, q), the log-likelihood (m,), its slope (m, k) and minus its curvature (m, k, k) in
# the linear predictors.
type Derivatives = tuple[Floats, Floats, Floats, Floats]


def _ols(theta: Floats, X: Floats, y: Floats, shift: Floats) -> Derivatives:
    gap = y - (X @ theta + shift)
    return X[:, None, :], -0.5 * gap**2, gap[:, None], np.ones((len(y), 1, 1))


def _logistic(theta: Floats, X: Floats, y: Floats, shift: Floats) -> Derivatives:
    eta = X @ theta + shift
    share, other = 1.0 / (1.0 + np.exp(-eta)), 1.0 / (1.0 + np.exp(eta))
    loglik = np.where(y == 1, stats.logistic.logcdf(eta), stats.logistic.logsf(eta))
    return X[:, None, :], loglik, np.where(y == 1, other, -share)[:, None], (share * other)[:, None, None]


def _probit(theta: Floats, X: Floats, y: Floats, shift: Floats) -> Derivatives:
    eta, sign = X @ theta + shift, 2.0 * y - 1.0
    loglik = stats.norm.logcdf(sign * eta)
    mills = np.exp(stats.norm.logpdf(eta) - loglik)
    return X[:, None, :], loglik, (sign * mills)[:, None], (mills * (mills + sign * eta))[:, None, None]


def _poisson(theta: Floats, X: Floats, y: Floats, shift: Floats) -> Derivatives:
    mean = np.exp(X @ theta + shift)
    return X[:, None, :], stats.poisson.logpmf(y, mean), (y - mean)[:, None], mean[:, None, None]


def _of_density(density: Density, theta: Floats, X: Floats, y: Floats, shift: Floats) -> Derivatives:
    p = X.shape[1]
    return _with_columns(density, Linear(p, 1 + len(theta) - p, ((),) * (len(theta) - p)), theta, X, y, shift)


def _with_columns(
    density: Density, predictor: Linear, theta: Floats, X: Floats, y: Floats, shift: Floats
) -> Derivatives:
    """Slopes are complex steps, which have no round-off; curvatures their differences, right to about 1e-9."""
    n, k, h = len(X), predictor.width, 1e-5
    J = np.zeros((n, k, len(theta)))
    for j, (use, part) in enumerate(zip(predictor.uses, predictor.parts, strict=True)):
        J[:, j, part] = X if use is None else X[:, list(use)] if use else 1.0
    at = list((J @ theta).T)
    at[0] = at[0] + shift

    def moved(at: list[Any], j: int, step: complex) -> list[Any]:
        return [value + step if i == j else value for i, value in enumerate(at)]

    def slopes(at: list[Any]) -> Floats:
        return np.column_stack([density(y, *moved(at, j, TINY * 1j)).imag for j in range(k)]) / TINY

    H = np.stack([slopes(moved(at, j, -h)) - slopes(moved(at, j, h)) for j in range(k)], axis=1)
    return J, np.real(density(y, *at)), slopes(at), H / (2.0 * h)


def _softmax(theta: Floats, X: Floats, y: Floats, shift: Floats) -> Derivatives:
    (n, p), k = X.shape, len(theta) // X.shape[1]
    eta = np.column_stack([np.zeros(n), X @ theta.reshape(k, p).T])
    logs = special.log_softmax(eta, axis=1)
    share = np.exp(logs)[:, 1:]
    J = np.zeros((n, k, k * p))
    for a in range(k):
        J[:, a, a * p : (a + 1) * p] = X
    seen = (y[:, None] == np.arange(1, k + 1)).astype(float)
    H = share[:, :, None] * (np.eye(k) - share[:, None, :])
    return J, logs[np.arange(n), y.astype(int)], seen - share, H


FORMULAS = {
    "ols": _ols,
    "logistic": _logistic,
    "probit": _probit,
    "poisson": _poisson,
    "softmax": _softmax,
    **{kind: partial(_of_density, density) for kind, density in DENSITIES.items()},
}
"""The formulas of each kind of regression."""
