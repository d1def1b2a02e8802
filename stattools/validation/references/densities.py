"""Log densities of families, written again with NumPy and SciPy's `loggamma` alone.

One row of `DENSITIES` per kind of model: log p(y) of y (n,), or (n, 2) of successes and trials, at the linear predictor
eta (n,) and the parameters that all rows share beside the coefficients, if any. They take complex numbers, so that
derivatives are complex steps without round-off; they share no formula with `likelihoods/`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.special import loggamma

type Density = Callable[..., Any]

DENSITIES: dict[str, Density] = {}


def density(kind: str) -> Callable[[Density], Density]:
    """Enters a log density for the models of a kind."""
    return lambda function: DENSITIES.setdefault(kind, function)


@density("negative_binomial")
def _negative_binomial(y: Any, eta: Any, tau: Any) -> Any:
    r, total = np.exp(-tau), np.log1p(np.exp(eta + tau))
    return loggamma(y + r) - loggamma(r) - loggamma(y + 1.0) - r * total + y * (eta + tau - total)


@density("beta_binomial")
def _beta_binomial(y: Any, eta: Any, tau: Any) -> Any:
    (k, n), odds, s = y.T, np.exp(eta), np.exp(tau)
    a, b = s * odds / (1.0 + odds), s / (1.0 + odds)
    return _log_beta(a + k, b + n - k) - _log_beta(a, b) - np.log1p(n) - _log_beta(k + 1.0, n - k + 1.0)


@density("gamma")
def _gamma(y: Any, eta: Any, tau: Any) -> Any:
    k = np.exp(-tau)
    return k * (np.log(y) - eta - tau - y * np.exp(-eta)) - loggamma(k) - np.log(y)


def _log_beta(a: Any, b: Any) -> Any:
    return loggamma(a) + loggamma(b) - loggamma(a + b)
