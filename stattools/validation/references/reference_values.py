"""The maximum of a function from its values alone: SciPy's BFGS from a point nearby, then Newton on differences; and
penalized log-likelihoods to climb so, SciPy's log density with the penalty written out.

    g_j = (8 (f(h) - f(-h)) - (f(2h) - f(-2h))) / 12h,   h = 0.01 standard errors,   error O(h^4)

Of very many coefficients, whose Hessian would need 16 p^2 values, ridge penalties are climbed by Newton's method on the
complex steps of `second_sums.py`, and others are refused.

Nothing of the package's own scores, informations and solvers enters, so that it checks all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from stattools.errors import ConvergenceError, IncompatibleError
from stattools.inference.penalties import Jeffreys, Ridge
from stattools.interface.arrays import Floats
from stattools.interface.when_needed import optimize
from stattools.models.model import Model
from stattools.validation.references.densities import KERNELS, MEANS, named
from stattools.validation.references.second_sums import TINY, Again, again, log_likelihood

STEP = 0.01

MANY = 60
"""Coefficients from which Newton's method takes complex steps where there are some: values alone take a minute there.
"""

MOST = 5e10
"""Numbers that the values of a climb may read, some minutes: 32 p^2 times those of X."""

STEPS = 60
"""Newton steps at most."""

ENDED = 1e-9
"""A decrement at which they end."""

HALVINGS = 30
"""A step is halved so often at most."""


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


def climbed(sums: Callable[[Floats], Again], point: Floats, unit: Floats) -> Summit:
    """The same by Newton's method on score and information, from half a unit beside the point; ConvergenceError where
    it does not end.

    >>> from stattools.validation.references.second_sums import Again
    >>> square = lambda t: Again(1, 1.0, -0.5 * float(t @ t), -t, np.eye(1), np.eye(1))
    >>> climbed(square, np.array([1.0]), np.array([1.0])).estimate.tolist()
    [0.0]
    """
    try:
        checked = _decrement(sums(point))
        theta = point + np.where(np.arange(len(point)) % 2, -0.5, 0.5) * unit
        at = sums(theta)
        for _ in range(STEPS):
            if (decrement := _decrement(at)) <= ENDED:
                return Summit(theta, np.linalg.inv(at.information), at.loglik, decrement, checked)
            theta, at = _higher(sums, theta, at)
    except np.linalg.LinAlgError:
        raise ConvergenceError(
            "validate climbs the second form of the likelihood by Newton's method, and it does not bend downwards "
            "beside the estimate: its maximum is not found."
        ) from None
    raise ConvergenceError(
        f"validate climbed the second form of the likelihood in {STEPS} Newton steps and was still "
        f"{_decrement(at):.1e} standard errors from its maximum."
    )


def _higher(sums: Callable[[Floats], Again], theta: Floats, at: Again) -> tuple[Floats, Again]:
    """The point after a Newton step, which is halved until the value is no lower but for round-off."""
    ahead = np.linalg.solve(at.information, at.score)
    after = sums(theta + ahead)
    for _ in range(HALVINGS):
        if after.loglik >= at.loglik - 1e-12 * (1.0 + abs(at.loglik)):
            break
        ahead = 0.5 * ahead
        after = sums(theta + ahead)
    return theta + ahead, after


def _decrement(at: Again) -> float:
    """LinAlgError where the information is not positive definite."""
    return float(np.linalg.norm(np.linalg.solve(np.linalg.cholesky(at.information), at.score)))


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


class PenalizedAgain(NamedTuple):
    """A log-likelihood with a penalty: its `value`, for Firth's penalty the `information` that standard errors are made
    of, and for a ridge of many coefficients `sums`, the value with its derivatives.
    """

    value: Callable[[Floats], float]
    information: Callable[[Floats], Floats] | None = None
    sums: Callable[[Floats], Again] | None = None


def penalized(model: Model, penalty: Any) -> PenalizedAgain:
    """The log-likelihood with the penalty; IncompatibleError where no second form is known, and where it would take
    hours to climb.
    """
    rows, kind = model.rows, named(model)
    refused = IncompatibleError(f"validate has no second form of {model.title} with {penalty!r}.")
    if kind not in KERNELS or rows.precision is not None or any(model.predictor.own):
        raise refused
    X, q = np.asarray(rows.X), len(model.names)
    data = X, rows.y, rows.weight, rows.offset, model.predictor

    def likelihood(theta: Floats) -> float:
        return log_likelihood(KERNELS[kind], theta, *data)

    if isinstance(penalty, Ridge):
        constant = np.ptp(X, axis=0) == 0
        slopes = np.array([t != "Intercept" and not c for t, c in zip(model.terms, constant, strict=True)], dtype=float)
        about = np.diag(model.predictor.of_columns(slopes, 0.0))
        if penalty.is_centered(model):
            k = len(model.names) // len(slopes)
            about = np.kron(np.eye(k) - 1.0 / (k + 1), np.diag(slopes))  # the reference's zeros are in the mean
        Q = penalty.strength * about

        def sums(theta: Floats) -> Again:
            found, pull = again(kind, theta, *data), Q @ theta
            return found._replace(
                loglik=found.loglik - 0.5 * float(theta @ pull),
                score=found.score - pull,
                information=found.information + Q,
            )

        def value(theta: Floats) -> float:
            return likelihood(theta) - 0.5 * float(theta @ Q @ theta)

        return PenalizedAgain(value, None, sums if q > MANY else None)

    def observed(theta: Floats) -> Floats:
        return again(kind, theta, *data).information

    one_mean = type(model.likelihood.unlinked).__name__ in VARIANCES
    if not isinstance(penalty, Jeffreys) or not (one_mean or kind == "softmax"):
        raise refused
    if 32.0 * q**2 * X.size * model.predictor.width > MOST:
        raise IncompatibleError(
            f"validate climbs the second form of {model.title} with {penalty!r} from its values alone, "
            f"{32 * q**2:.1g} of them for {q:,} coefficients in {len(X):,} rows, which would take hours. Validate a "
            "fit of fewer levels or columns."
        )
    expected = partial(_expected, model) if one_mean else observed  # of softmax they are the same
    information = observed if model.predictor.width > 1 else expected
    return PenalizedAgain(lambda t: likelihood(t) + 0.5 * float(np.linalg.slogdet(expected(t))[1]), information)


def _expected(model: Model, theta: Floats) -> Floats:
    """X^T W X of the coefficients of the mean, W = n m'^2 / variance."""
    likelihood, rows, X = model.likelihood, model.rows, np.asarray(model.rows.X)
    mean, p = MEANS[next(iter(likelihood.parameters.values()))], X.shape[1]
    eta = X @ theta[:p] + (0.0 if rows.offset is None else rows.offset)
    m, slope = mean(eta), np.imag(mean(eta + TINY * 1j)) / TINY
    weight = (1.0 if rows.weight is None else rows.weight) * likelihood.trials_of(rows.y)
    W = weight * slope**2 / VARIANCES[type(likelihood.unlinked).__name__](m, *theta[p:])
    return (X.T * W) @ X
