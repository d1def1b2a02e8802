"""Where solvers begin: zeros, or the moments and the offset where zeros are far from any maximum."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from stattools.data.rows import Rows
from stattools.likelihoods import BetaBinomial, Gaussian, Likelihood, NegativeBinomial, Poisson
from stattools.predictors.dispersed import Dispersed
from stattools.predictors.linear import Linear

Floats = NDArray[np.float64]

COUNTS = (Poisson, NegativeBinomial)

ENOUGH = 50_000
"""Rows that a start is made from, at most."""


def starting_point(likelihood: Likelihood, predictor: Linear | Dispersed, rows: Rows) -> Floats:
    """Zeros, or what undoes the offset as far as the columns can; for counts near the link of the mean, and the
    dispersion from the moments.
    """
    theta = np.zeros(predictor.size)
    if isinstance(likelihood, BetaBinomial):
        return _start_of_proportions(likelihood, theta, rows)
    counts = isinstance(likelihood, COUNTS)
    if not counts and (rows.offset is None or isinstance(likelihood, Gaussian)):
        return theta
    weight = np.ones(len(rows.y)) if rows.weight is None else rows.weight
    offset = np.zeros(len(rows.y)) if rows.offset is None else rows.offset
    if not counts:
        theta[: predictor.columns] = _nearest(rows, -offset)
        return theta
    largest = float(offset.max())
    exposure = np.exp(offset - largest)
    rate = weight @ rows.y / (weight @ exposure)
    constant = _constant(rows.X)
    if constant.size and rows.X[0, constant[0]] != 0:
        theta[constant[0]] = _in_units(likelihood.link(rate) - largest, rows.X[0, constant[0]])
    elif rows.offset is not None:
        size = 0.5 * (rows.y + weight @ rows.y / weight.sum())
        theta[: predictor.columns] = _nearest(rows, likelihood.link(size) - offset)
    if isinstance(predictor, Dispersed):
        mean = rate * exposure
        excess = weight @ ((rows.y - mean) ** 2 - mean) / (weight @ mean**2)
        theta[-1] = np.log(np.clip(excess, 0.01, 100.0))
    return theta


def _start_of_proportions(likelihood: BetaBinomial, theta: Floats, rows: Rows) -> Floats:
    weight = np.ones(len(rows.y)) if rows.weight is None else rows.weight
    k, n = rows.y.T
    share = (weight @ k) / (weight @ n)
    constant = _constant(rows.X)
    if constant.size and rows.X[0, constant[0]] != 0:
        theta[constant[0]] = _in_units(likelihood.link(share), rows.X[0, constant[0]])
    # Var(k) = n p q (1 + (n - 1) / (1 + s))
    excess = weight @ ((k - n * share) ** 2 / (share * (1.0 - share)) - n)
    shared = np.clip(excess / max(weight @ (n * (n - 1.0)), 1.0), 1e-4, 0.9)
    theta[-1] = np.log(1.0 / shared - 1.0)
    return theta


def _constant(X: Floats) -> NDArray[np.intp]:
    """Numbers of the columns that do not vary: those of the first rows that do not, looked at in all rows."""
    columns = np.flatnonzero(np.ptp(X[:1000], axis=0) == 0)
    return np.array([column for column in columns.tolist() if np.ptp(X[:, column]) == 0], dtype=np.intp)


def _nearest(rows: Rows, eta: Floats) -> Floats:
    """The coefficients whose linear predictor is nearest to eta; in a sample where there are more rows than enough."""
    if len(eta) > ENOUGH:
        rows = replace(rows, y=eta).sample(ENOUGH)
        eta = rows.y
    X = rows.X
    size = np.abs(X).max(axis=0)
    size = np.where(size > 0, size, 1.0)
    return _in_units(np.linalg.lstsq(X / size, eta, rcond=None)[0], size)


def _in_units(coefficients: Floats, size: Floats) -> Floats:
    """Coefficients of columns of such a size; 0 beyond float64, in units that no fit takes."""
    with np.errstate(over="ignore"):
        found = coefficients / size
    return np.where(np.isfinite(found), found, 0.0)
