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
    """A log-likelihood of the coefficients, the expected information of Firth's penalty where it has one, and the
    information that standard errors come from where that is another.
    """

    loglik: Callable[[Floats], float]
    expected: Callable[[Floats], Floats] | None = None
    observed: Callable[[Floats], Floats] | None = None


def penalized(model: Model, penalty: Any) -> tuple[Callable[[Floats], float], Callable[[Floats], Floats] | None]:
    """The log-likelihood with the penalty, and for Firth's penalty the information; IncompatibleError where no second
    form is known.
    """
    rows = model.rows
    refused = IncompatibleError(f"validate has no second form of {model.title} with {penalty!r}.")
    if named(model) not in SECOND or rows.precision is not None:
        raise refused
    times = np.ones(len(rows.y), dtype=int) if rows.weight is None else rows.weight.astype(int)
    X, y = np.repeat(rows.X, times, axis=0), np.repeat(rows.y, times, axis=0)
    offset = np.zeros(len(y)) if rows.offset is None else np.repeat(rows.offset, times)
    if any(model.predictor.own):
        raise refused
    likelihood, expected, observed = SECOND[named(model)](X, y, offset)
    if isinstance(penalty, Ridge):
        constant = np.ptp(rows.X, axis=0) == 0
        slopes = np.array([t != "Intercept" and not c for t, c in zip(model.terms, constant, strict=True)], dtype=float)
        about = np.diag(model.predictor.of_columns(slopes, 0.0))
        if penalty.is_centered(model):
            k = len(model.names) // len(slopes)
            about = np.kron(np.eye(k) - 1.0 / (k + 1), np.diag(slopes))  # the reference's zeros are in the mean
        return (lambda t: likelihood(t) - 0.5 * penalty.strength * float(t @ about @ t)), None
    if isinstance(penalty, Jeffreys) and expected is not None:
        return (lambda t: likelihood(t) + 0.5 * float(np.linalg.slogdet(expected(t))[1])), observed or expected
    raise refused


def _ols(X: Floats, y: Floats, offset: Floats) -> Second:
    return Second(lambda t: -0.5 * float(np.sum((y - offset - X @ t) ** 2)))


def _events(link: str, X: Floats, y: Floats, offset: Floats) -> Second:
    """Events, or groups of them, in statsmodels' GLM, which knows the expected information for any link."""
    import statsmodels.api as sm

    from stattools.validation.references.statsmodels import linked

    some = slice(None) if y.ndim == 1 else y[:, 1] > 0  # it takes no rows without trials
    of = y if y.ndim == 1 else np.column_stack([y[:, 0], y[:, 1] - y[:, 0]])
    model = sm.GLM(of[some], X[some], family=linked(sm.families.Binomial, link), offset=offset[some])
    return Second(lambda t: float(model.loglike(t)), lambda t: -np.asarray(model.hessian(t, observed=False)))


def _poisson(X: Floats, y: Floats, offset: Floats) -> Second:
    import statsmodels.api as sm

    model = sm.Poisson(y, X, offset=offset)
    return Second(lambda t: float(model.loglike(t)), lambda t: -model.hessian(t))


def _negative_binomial(X: Floats, y: Floats, offset: Floats) -> Second:
    """The expected information about the coefficients at an alpha is that of statsmodels' GLM."""
    import statsmodels.api as sm
    from statsmodels.tools.numdiff import approx_hess_cs

    def expected(t: Floats) -> Floats:
        glm = sm.GLM(y, X, family=sm.families.NegativeBinomial(alpha=float(np.exp(t[-1]))), offset=offset)
        return -np.asarray(glm.hessian(t[:-1], observed=False))

    def value(t: Any) -> Any:
        return DENSITIES["negative_binomial"](y, X @ t[:-1] + offset, t[-1]).sum()

    return Second(lambda t: float(np.real(value(t))), expected, lambda t: -approx_hess_cs(t, value))


def _of_density(density: Density, X: Floats, y: Floats, offset: Floats) -> Second:
    p = X.shape[1]
    return Second(lambda t: float(np.real(density(y, X @ t[:p] + offset, *t[p:])).sum()))


def _softmax(X: Floats, y: Floats, offset: Floats) -> Second:
    import statsmodels.api as sm

    model: Any = sm.MNLogit(y.astype(int), X)
    return Second(lambda t: float(model.loglike(t)), lambda t: -model.hessian(t))


EVENTS = {f"{y} {link}" for y in ("Bernoulli", "Binomial") for link in ("probit", "cloglog", "loglog", "cauchit")}

SECOND: dict[str, Callable[[Floats, Floats, Floats], Second]] = {
    "ols": _ols,
    "softmax": _softmax,
    **{kind: partial(_of_density, density) for kind, density in DENSITIES.items()},
    "logistic": partial(_events, "logit"),
    "probit": partial(_events, "probit"),
    **{kind: partial(_events, kind.split()[1]) for kind in DENSITIES if kind in EVENTS},
    "poisson": _poisson,
    "negative_binomial": _negative_binomial,
}
"""The second form of each kind of regression."""
