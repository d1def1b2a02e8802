"""What the families share whose linear predictors are the logarithms of the mean and of one more parameter."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from stattools.errors import DomainError
from stattools.likelihoods.likelihood import Floats, Likelihood

LARGEST_MEAN = 700.0
"""The logarithm of a mean: beyond, it stays there, so that all is finite (and hopeless)."""


class LogMean(Likelihood):
    """A mean exp(eta_0) beside another parameter, which is no part of it; eta has shape (n, 2)."""

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


def pair(eta: ArrayLike, family: Likelihood) -> Floats:
    """eta as numbers, or a DomainError unless it has a column for each of two parameters."""
    eta = np.asarray(eta, dtype=float)
    if eta.ndim == 0 or eta.shape[-1] != 2:
        words = [name if link == "identity" else f"{link} {name}" for name, link in family.parameters.items()]
        raise DomainError(
            f"{type(family).__name__} needs eta with 2 columns, {' and '.join(words)}; got shape {eta.shape}."
        )
    return eta
