"""Penalized regressions for `scipy_likelihoods.py`: another package's log-likelihood, with the penalty written out."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from stattools.errors import IncompatibleError
from stattools.inference.penalties import Jeffreys, Ridge
from stattools.interface.arrays import Floats
from stattools.models.model import Model
from stattools.validation.references.densities import DENSITIES, Density, named


class Second(NamedTuple):
    """A log-likelihood of the coefficients, and its second derivatives where they are those of Firth's penalty."""

    loglik: Callable[[Floats], float]
    hessian: Callable[[Floats], Floats] | None = None


def penalized(model: Model, penalty: Any) -> tuple[Callable[[Floats], float], Callable[[Floats], Floats] | None]:
    """The log-likelihood with the penalty, and for Firth's penalty the information; IncompatibleError where no second
    form is known.
    """
    rows = model.rows
    refused = IncompatibleError(f"validate has no second form of {model.title} with {penalty!r}.")
    if named(model) not in SECOND or "trials" in model.likelihood.parts or rows.precision is not None:
        raise refused
    times = np.ones(len(rows.y), dtype=int) if rows.weight is None else rows.weight.astype(int)
    X, y = np.repeat(rows.X, times, axis=0), np.repeat(rows.y, times)
    offset = np.zeros(len(y)) if rows.offset is None else np.repeat(rows.offset, times)
    if any(model.predictor.own):
        raise refused
    likelihood, hessian = SECOND[named(model)](X, y, offset)
    if isinstance(penalty, Ridge):
        constant = np.ptp(rows.X, axis=0) == 0
        slopes = np.array([t != "Intercept" and not c for t, c in zip(model.terms, constant, strict=True)], dtype=float)
        about = np.diag(model.predictor.of_columns(slopes, 0.0))
        if penalty.is_centered(model):
            k = len(model.names) // len(slopes)
            about = np.kron(np.eye(k) - 1.0 / (k + 1), np.diag(slopes))  # the reference's zeros are in the mean
        return (lambda t: likelihood(t) - 0.5 * penalty.strength * float(t @ about @ t)), None
    if isinstance(penalty, Jeffreys) and hessian is not None:
        return (lambda t: likelihood(t) + 0.5 * float(np.linalg.slogdet(-hessian(t))[1])), (lambda t: -hessian(t))
    raise refused


def _ols(X: Floats, y: Floats, offset: Floats) -> Second:
    return Second(lambda t: -0.5 * float(np.sum((y - offset - X @ t) ** 2)))


def _discrete(choose: Callable[[Any], Any], canonical: bool, X: Floats, y: Floats, offset: Floats) -> Second:
    """A model of statsmodels; Firth's information is its second derivative where the link is canonical."""
    import statsmodels.api as sm

    model = choose(sm)(y, X, offset=offset)
    return Second(lambda t: float(model.loglike(t)), model.hessian if canonical else None)


def _of_density(density: Density, X: Floats, y: Floats, offset: Floats) -> Second:
    p = X.shape[1]
    return Second(lambda t: float(np.real(density(y, X @ t[:p] + offset, *t[p:])).sum()))


def _softmax(X: Floats, y: Floats, offset: Floats) -> Second:
    import statsmodels.api as sm

    model: Any = sm.MNLogit(y.astype(int), X)
    return Second(lambda t: float(model.loglike(t)), model.hessian)


SECOND: dict[str, Callable[[Floats, Floats, Floats], Second]] = {
    "ols": _ols,
    "logistic": partial(_discrete, lambda sm: sm.Logit, True),
    "probit": partial(_discrete, lambda sm: sm.Probit, False),
    "poisson": partial(_discrete, lambda sm: sm.Poisson, True),
    "softmax": _softmax,
    **{kind: partial(_of_density, density) for kind, density in DENSITIES.items()},
}
"""The second form of each kind of regression."""
