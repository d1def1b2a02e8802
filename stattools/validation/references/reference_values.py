"""The maximum of a function from its values alone: SciPy's BFGS from a point nearby, then Newton on differences; and
penalized log-likelihoods to climb so, SciPy's log density with the penalty written out.

    g_j = (8 (f(h) - f(-h)) - (f(2h) - f(-2h))) / 12h,   h = 0.01 standard errors,   error O(h^4)

Nothing of the package's own scores, informations and solvers enters, so that it checks all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from stattools.errors import IncompatibleError
from stattools.inference.penalties import Jeffreys, Ridge
from stattools.interface.arrays import Floats
from stattools.interface.when_needed import optimize
from stattools.models.model import Model
from stattools.validation.references.densities import KERNELS, MEANS, named
from stattools.validation.references.second_sums import TINY, again, log_likelihood

STEP = 0.01


class Summit(NamedTuple):
    """Where the climb ended: estimate and standard errors (q,), covariance (q, q), the value, and the decrement there
    and at the point that was to be checked.
    """

    estimate: Floats
    covariance: Floats
    value: float
    decrement: float
    checked: float


def summit(value: Callable[[Floats], float], point: Floats, unit: Floats) -> Summit:
    """The maximum of `value` near `point`, whose coefficients have standard errors of the size of `unit`.

    >>> top = summit(lambda t: -0.5 * float((t - 3.0) @ (t - 3.0)), np.array([3.5]), np.array([1.0]))
    >>> top.estimate.round(9).tolist(), top.covariance.round(6).tolist(), round(top.checked, 6)
    ([3.0], [[1.0]], 0.5)
    """

    def lower(phi: Floats) -> float:
        return -value(point + unit * phi)

    start = np.where(np.arange(len(point)) % 2, -0.5, 0.5)
    phi = np.asarray(optimize.minimize(lower, start, method="BFGS", options={"gtol": 1e-6}).x)
    H = _curvature(lower, phi)
    for _ in range(3):  # with one curvature: BFGS ended so near that it hardly changes
        phi = phi - np.linalg.solve(H, _slope(lower, phi))
    H = _curvature(lower, phi)
    phi = phi - np.linalg.solve(H, _slope(lower, phi))
    gaps = [_slope(lower, x) for x in (phi, np.zeros(len(phi)))]
    there, here = (float(np.sqrt(max(g @ np.linalg.solve(H, g), 0.0))) for g in gaps)
    covariance = np.linalg.inv(H) * unit[:, None] * unit
    return Summit(point + unit * phi, covariance, -lower(phi), there, here)


def _slope(f: Callable[[Floats], float], x: Floats) -> Floats:
    each = STEP * np.eye(len(x))
    return np.array([(8.0 * (f(x + e) - f(x - e)) - (f(x + 2 * e) - f(x - 2 * e))) / (12.0 * STEP) for e in each])


def _curvature(f: Callable[[Floats], float], x: Floats) -> Floats:
    """The Hessian by differences of slopes along one axis after the other, with a wider step."""
    wide = 5.0 * STEP * np.eye(len(x))
    rows = [
        (8.0 * (_slope(f, x + e) - _slope(f, x - e)) - (_slope(f, x + 2 * e) - _slope(f, x - 2 * e))) / (60.0 * STEP)
        for e in wide
    ]
    H = np.array(rows)
    return 0.5 * (H + H.T)


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
        return log_likelihood(KERNELS[kind], theta, *data)

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
