"""Batch normalization: each feature is centered and scaled by its mean and variance over the ROWS of the batch.

    xhat = (x - mean) / sqrt(variance + epsilon),   output = gamma xhat + beta
    dl/dx = gamma / sqrt(variance + epsilon) (g - mean(g) - xhat mean(g xhat)),   g = dl/doutput

In training the mean and the variance are those of the batch, so that rows depend on one another and the likelihood does
not factorize; the pullback differentiates through them. In evaluation they are constants. Running moments start at mean
0 and variance 1 and move by `momentum` towards each batch's, whose variance is the unbiased one.
Source: Ioffe & Szegedy, ICML 2015 (arXiv:1502.03167), algorithms 1 and 2.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from stattools.errors import DomainError
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.networks.dense import Pullback

MOMENTUM = 0.1
EPSILON = 1e-5


@record
class Moments:
    """Mean and variance of each feature, both (features,)."""

    mean: Floats
    variance: Floats

    @classmethod
    def initial(cls, features: int) -> Moments:
        """Where running moments start: mean 0, variance 1."""
        return cls(np.zeros(features), np.ones(features))

    @classmethod
    def of(cls, X: Floats) -> Moments:
        """Mean and unbiased variance over the rows of X (m, features), m >= 2."""
        return cls(X.mean(axis=0), X.var(axis=0, ddof=1))

    def moved(self, batch: Moments, momentum: float = MOMENTUM) -> Moments:
        """(1 - momentum) times these plus momentum times those of a batch.

        >>> Moments.initial(1).moved(Moments(np.array([2.0]), np.array([3.0]))).mean.tolist()
        [0.2]
        """
        mean = (1.0 - momentum) * self.mean + momentum * batch.mean
        return Moments(mean, (1.0 - momentum) * self.variance + momentum * batch.variance)


@record
class BatchNorm:
    """Batch normalization of `features` columns; theta holds gamma, then beta.

    With `moments` None the layer is in training mode and uses the batch's own; `freeze(moments)` gives the layer in
    evaluation mode. Raises DomainError for a batch of one row in training mode and for a feature that does not vary.

    >>> out, _ = BatchNorm(1).forward(np.array([1.0, 0.0]), np.array([[1.0], [3.0]]))
    >>> out.round(4).ravel().tolist()
    [-1.0, 1.0]
    """

    features: int
    moments: Moments | None = None
    momentum: float = MOMENTUM
    epsilon: float = EPSILON
    title = "batch norm"

    @property
    def size(self) -> int:
        """Number of parameters."""
        return 2 * self.features

    @property
    def penalized(self) -> NDArray[np.bool_]:
        """No parameter is pulled to zero: gamma 0 would switch the layer off."""
        return np.zeros(self.size, dtype=bool)

    def freeze(self, moments: Moments) -> BatchNorm:
        """The layer in evaluation mode, with these moments as constants."""
        return replace(self, moments=moments)

    def forward(self, theta: Floats, X: Floats) -> tuple[Floats, Pullback]:
        """The normalized features, of the shape of X (m, features), and the pullback."""
        gamma, beta = theta[: self.features], theta[self.features :]
        if self.moments is not None:
            unit = 1.0 / np.sqrt(self.moments.variance + self.epsilon)
            constant = (X - self.moments.mean) * unit
            return gamma * constant + beta, lambda g: (_own(g, constant), g * (gamma * unit))
        self._check(X)
        gap = X - X.mean(axis=0)
        variance = (gap * gap).mean(axis=0)
        unit = 1.0 / np.sqrt(variance + self.epsilon)
        normal = gap * unit

        def pullback(score: Floats) -> tuple[Floats, Floats]:
            pull = score - score.mean(axis=0) - normal * (score * normal).mean(axis=0)
            return _own(score, normal), pull * (gamma * unit)

        return gamma * normal + beta, pullback

    def start(self) -> Floats:
        """gamma 1, beta 0."""
        return np.repeat([1.0, 0.0], self.features)

    def names(self, layer: int, outputs: tuple[str, ...]) -> tuple[str, ...]:
        """One name per parameter."""
        return (*(f"layer {layer}: gamma of {o}" for o in outputs), *(f"layer {layer}: beta of {o}" for o in outputs))

    def _check(self, X: Floats) -> None:
        if X.ndim != 2 or X.shape[1] != self.features:
            raise DomainError(f"BatchNorm({self.features}) needs rows of {self.features} features; got {X.shape}.")
        if len(X) < 2:
            raise DomainError(
                "BatchNorm in training mode takes its mean and variance from the rows of the batch and needs two or "
                f"more; got {len(X)}. Use a larger batch, or freeze(moments) for evaluation."
            )
        constant = np.flatnonzero(X.max(axis=0) == X.min(axis=0))
        if constant.size:
            raise DomainError(
                f"BatchNorm divides by the spread of each feature over the batch, and feature {constant[0]} has the "
                f"same value, {X[0, constant[0]]:.6g}, in all {len(X)} rows ({constant.size} such features). Leave "
                "the constant columns out."
            )


def _own(score: Floats, normal: Floats) -> Floats:
    return np.concatenate([(score * normal).sum(axis=0), score.sum(axis=0)])
