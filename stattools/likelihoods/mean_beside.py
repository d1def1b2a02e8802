"""What families share that have a mean beside one more parameter, a linear predictor each: eta has shape (n, 2)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit, logit

from stattools.errors import DomainError
from stattools.likelihoods.likelihood import Floats, Likelihood

LARGEST_MEAN = 700.0
"""The logarithm of a mean: beyond, it stays there, so that all is finite (and hopeless)."""


class LogMean(Likelihood):
    """A mean exp(eta_0) beside another parameter, which is no part of it."""

    def mean(self, eta: ArrayLike) -> Floats:
        """exp(eta_0), shape (n,)."""
        return np.exp(np.minimum(pair(eta, self)[..., 0], LARGEST_MEAN))

    def link(self, mean: Any) -> Any:
        """The log of a positive mean: eta_0."""
        return np.log(mean)

    def slope(self, eta: ArrayLike) -> Floats:
        """d mean / d eta, shape (n, 1, 2); nothing in the other parameter."""
        mean = self.mean(eta)
        return np.stack([mean, np.zeros_like(mean)], axis=-1)[:, None, :]


class LogitMean(Likelihood):
    """A mean expit(eta_0) in (0, 1) beside another parameter, which is no part of it."""

    def mean(self, eta: ArrayLike) -> Floats:
        """expit(eta_0), shape (n,)."""
        return expit(pair(eta, self)[..., 0])

    def link(self, mean: Any) -> Any:
        """The log odds of a mean in (0, 1): eta_0."""
        return logit(mean)

    def slope(self, eta: ArrayLike) -> Floats:
        """d mean / d eta, shape (n, 1, 2); nothing in the other parameter."""
        first = pair(eta, self)[..., 0]
        return np.stack([expit(first) * expit(-first), np.zeros_like(first)], axis=-1)[:, None, :]


class Together(Likelihood):
    """A family that computes its three terms together, in `evaluate`."""

    def loglik(self, eta: ArrayLike, y: ArrayLike) -> Floats:
        """log p(y), per observation."""
        return self.evaluate(eta, y)[0]

    def score(self, eta: ArrayLike, y: ArrayLike) -> Floats:
        """d loglik / d (eta_0, eta_1), shape (n, 2)."""
        return self.evaluate(eta, y)[1]

    def information(self, eta: ArrayLike, y: ArrayLike | None = None) -> Floats:
        """Observed information, shape (n, 2, 2); not definite far from the maximum. Needs y."""
        if y is None:
            raise DomainError(f"{type(self).__name__}'s information is the observed one: give information(eta, y).")
        return self.evaluate(eta, y)[2]


def apart(first: Floats, second: Any) -> Floats:
    """Informations (n,) about two linear predictors with nothing between them: (n, 2, 2)."""
    found = np.zeros((*first.shape, 2, 2))
    found[..., 0, 0], found[..., 1, 1] = first, second
    return found


def pair(eta: ArrayLike, family: Likelihood) -> Floats:
    """eta as numbers, or a DomainError unless it has a column for each of two parameters."""
    eta = np.asarray(eta, dtype=float)
    if eta.ndim == 0 or eta.shape[-1] != 2:
        words = [name if link == "identity" else f"{link} {name}" for name, link in family.parameters.items()]
        raise DomainError(
            f"{type(family).__name__} needs eta with 2 columns, {' and '.join(words)}; got shape {eta.shape}."
        )
    return eta
