"""Penalized regressions for `scipy_likelihoods.py`: SciPy's log density, with the penalty written out."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from stattools.errors import IncompatibleError
from stattools.inference.penalties import Jeffreys, Ridge
from stattools.interface.arrays import Floats
from stattools.models.model import Model
from stattools.validation.references.densities import KERNELS, MEANS, named
from stattools.validation.references.second_sums import TINY, again, log_likelihood

VARIANCES: dict[str, Callable[..., Any]] = {
    "Bernoulli": lambda m: m * (1.0 - m),
    "Probit": lambda m: m * (1.0 - m),
    "Binomial": lambda m: m * (1.0 - m),
    "Poisson": lambda m: m,
    "NegativeBinomial": lambda m, log_alpha: m + np.exp(log_alpha) * m * m,
}
"""The variance of one trial, or of a count, at its mean: with the slope of the mean it is the expected information."""


def penalized(model: Model, penalty: Any) -> tuple[Callable[[Floats], float], Callable[[Floats], Floats] | None]:
    """The log-likelihood with the penalty, and for Firth's penalty the information; IncompatibleError where no second
    form is known.
    """
    rows, kind = model.rows, named(model)
    refused = IncompatibleError(f"validate has no second form of {model.title} with {penalty!r}.")
    if kind not in KERNELS or rows.precision is not None or any(model.predictor.own):
        raise refused
    data = rows.X, rows.y, rows.weight, rows.offset, model.predictor

    def likelihood(theta: Floats) -> float:
        return log_likelihood(kind, theta, *data)

    if isinstance(penalty, Ridge):
        constant = np.ptp(rows.X, axis=0) == 0
        slopes = np.array([t != "Intercept" and not c for t, c in zip(model.terms, constant, strict=True)], dtype=float)
        about = np.diag(model.predictor.of_columns(slopes, 0.0))
        if penalty.is_centered(model):
            k = len(model.names) // len(slopes)
            about = np.kron(np.eye(k) - 1.0 / (k + 1), np.diag(slopes))  # the reference's zeros are in the mean
        return (lambda t: likelihood(t) - 0.5 * penalty.strength * float(t @ about @ t)), None

    def observed(theta: Floats) -> Floats:
        return again(kind, theta, *data).information

    one_mean = type(model.likelihood.unlinked).__name__ in VARIANCES
    if not isinstance(penalty, Jeffreys) or not (one_mean or kind == "softmax"):
        raise refused
    expected = partial(_expected, model) if one_mean else observed  # of softmax they are the same
    information = observed if model.predictor.width > 1 else expected
    return (lambda t: likelihood(t) + 0.5 * float(np.linalg.slogdet(expected(t))[1])), information


def _expected(model: Model, theta: Floats) -> Floats:
    """X^T W X of the coefficients of the mean, W = n m'^2 / variance."""
    likelihood, rows = model.likelihood, model.rows
    mean, p = MEANS[next(iter(likelihood.parameters.values()))], rows.X.shape[1]
    eta = rows.X @ theta[:p] + (0.0 if rows.offset is None else rows.offset)
    m, slope = mean(eta), np.imag(mean(eta + TINY * 1j)) / TINY
    weight = (1.0 if rows.weight is None else rows.weight) * likelihood.trials_of(rows.y)
    W = weight * slope**2 / VARIANCES[type(likelihood.unlinked).__name__](m, *theta[p:])
    return (rows.X.T * W) @ rows.X
