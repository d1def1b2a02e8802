"""The reference beside a factor of many levels: the likelihood written again, climbed by SciPy's sparse matrices.

statsmodels holds all columns as one array, and takes minutes for two thousand of them. Here the columns of the levels
are a sparse matrix and each step of Newton solves X' W X d = X' (y - mean) by SuperLU, which knows nothing of how our
fit eliminates the levels.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy
from scipy import special

from stattools.errors import IncompatibleError
from stattools.interface.arrays import Floats
from stattools.models.model import Model
from stattools.numerics.columns import sparse, weighted
from stattools.validation.references.densities import named
from stattools.validation.references.statsmodels import Reference

STEPS = 100
"""Newton's method needs five to fifteen."""
SOME = 200
"""Columns of the inverse that are solved for at a time."""

type Curve = Callable[[Floats, Floats], tuple[Floats, Floats, Floats]]
"""Log-likelihood, residual y - mean and weight of each row, from eta and y."""


def _poisson(eta: Floats, y: Floats) -> tuple[Floats, Floats, Floats]:
    mean = np.exp(eta)
    return y * eta - mean - special.gammaln(y + 1.0), y - mean, mean


def _logistic(eta: Floats, y: Floats) -> tuple[Floats, Floats, Floats]:
    mean = special.expit(eta)
    return y * eta + special.log_expit(-eta), y - mean, mean * special.expit(-eta)


def _normal(eta: Floats, y: Floats) -> tuple[Floats, Floats, Floats]:
    gap = y - eta
    return -0.5 * gap * gap, gap, np.ones_like(eta)


CURVES: dict[str, Curve] = {"poisson": _poisson, "logistic": _logistic, "ols": _normal}
"""The likelihoods of which it is known, by the name of the model."""


def sparse_fit(model: Model, cov: Any) -> Reference:
    """The maximum with the standard errors of the information; IncompatibleError for other models and kinds."""
    curve = CURVES.get(named(model))
    if curve is None or model.predictor.width > 1 or "trials" in model.likelihood.parts or cov != "information":
        p = len(model.names)
        raise IncompatibleError(
            f"validate has no reference of {p:,} coefficients for {model.title} with cov={cov!r}: statsmodels would "
            "hold all columns and take minutes. Beside a factor of many levels it knows st.ols, st.logistic of zeros "
            "and ones and st.poisson with cov='information': validate such a fit, or one to the rows of some levels."
        )
    work, units = model.standardized()
    T: Any = units
    rows, X = work.rows, sparse(work.rows.X)
    heavy = np.ones(len(rows.y)) if rows.importance is None else rows.importance
    offset = 0.0 if rows.offset is None else rows.offset
    start = {"poisson": np.log(np.maximum(rows.y, 0.1)), "logistic": rows.y - 0.5, "ols": rows.y}[named(model)] - offset
    phi, converged = _solver(X, heavy).solve(X.T @ (heavy * start)), False
    value, gap, weight = curve(X @ phi + offset, rows.y)
    for _ in range(STEPS):
        score = X.T @ (heavy * gap)
        step = _solver(X, heavy * weight).solve(score)
        if converged := bool(score @ step < 1e-20 * (1.0 + abs(heavy @ value))):
            break
        before, size = heavy @ value, 1.0
        while True:
            value, gap, weight = curve(X @ (phi + size * step) + offset, rows.y)
            if heavy @ value >= before - 1e-9 * abs(before) or size < 1e-6:
                break
            size *= 0.5
        phi = phi + size * step
    loglik, variance = float(heavy @ value), 1.0
    if named(model) == "ols":
        square, n = -2.0 * loglik, float(model.n)
        logs = 0.0 if rows.precision is None else float(weighted(np.log(rows.precision), rows.weight).sum())
        loglik = 0.5 * logs - 0.5 * n * (np.log(2.0 * np.pi * square / n) + 1.0)
        variance = square / (n - len(phi))
    se = np.sqrt(variance * _variances(_solver(X, heavy * weight), T))
    return Reference(f"SciPy {scipy.__version__} sparse Newton's method", T.product(phi), se, loglik, converged)


def _solver(X: Any, weight: Floats) -> Any:
    from scipy.sparse.linalg import splu

    return splu((X.T @ (X.multiply(weight[:, None]))).tocsc())


def _variances(solver: Any, T: Any) -> Floats:
    """The diagonal of T V T', where V is the inverse that is solved with."""
    p = T.shape[0]
    found = np.empty(p)
    for start in range(0, p, SOME):
        part = np.arange(start, min(start + SOME, p))
        unit = np.zeros((p, len(part)))
        unit[part, part - start] = 1.0
        rows = T.pulled(unit)
        found[part] = (rows * solver.solve(rows)).sum(axis=0)
    return found
