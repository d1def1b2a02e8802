"""A dense layer, Z = X W + 1 b^T, with its derivatives by the chain rule.

    dl/dW = X^T G,   dl/db = sum of the rows of G,   dl/dX = G W^T,   G = dl/dZ

Source: Rumelhart, Hinton & Williams, Nature 323 (1986), 533-536. Cost: three matrix products of the same size.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from stattools.interface.arrays import Floats

Pullback = Callable[[Floats], tuple[Floats, Floats]]
"""Maps the score in a layer's output to the scores in its parameters and in its input."""


@dataclass(frozen=True)
class Dense:
    """`outputs` weighted sums of `inputs` columns; theta holds W (inputs, outputs) row by row, then b (outputs,).

    >>> layer = Dense(2, 1)
    >>> Z, pullback = layer.forward(np.array([1.0, 2.0, 0.5]), np.array([[3.0, 4.0]]))
    >>> Z.tolist(), [part.tolist() for part in pullback(np.ones((1, 1)))]
    ([[11.5]], [[3.0, 4.0, 1.0], [[1.0, 2.0]]])
    """

    inputs: int
    outputs: int
    title = "dense"

    @property
    def size(self) -> int:
        """Number of parameters."""
        return (self.inputs + 1) * self.outputs

    @property
    def penalized(self) -> NDArray[np.bool_]:
        """True for weights, False for biases: what a ridge penalty or weight decay pulls to zero."""
        return np.arange(self.size) < self.inputs * self.outputs

    def forward(self, theta: Floats, X: Floats) -> tuple[Floats, Pullback]:
        """Z (m, outputs) for X (m, inputs), and the pullback."""
        W, b = self.parts(theta)

        def pullback(score: Floats) -> tuple[Floats, Floats]:
            return self.own(X, score), score @ W.T

        return X @ W + b, pullback

    def own(self, X: Floats, score: Floats, out: Floats | None = None) -> Floats:
        """The score in theta alone, which is all that a first layer needs; written into `out` where given."""
        whole = np.empty(self.size) if out is None else out
        W, b = self.parts(whole)
        np.matmul(X.T, score, out=W)
        score.sum(axis=0, out=b)
        return whole

    def parts(self, theta: Floats) -> tuple[Floats, Floats]:
        """W (inputs, outputs) and b (outputs,), views of theta."""
        split = self.inputs * self.outputs
        return theta[:split].reshape(self.inputs, self.outputs), theta[split:]

    def start(self, generator: np.random.Generator, rule: Literal["he", "glorot"]) -> Floats:
        """Normal weights that keep the variance of what passes through, and biases of 0.

        "he" (He et al., ICCV 2015): variance 2 / inputs, for rectifiers, which halve it. "glorot" (Glorot & Bengio,
        AISTATS 2010): 2 / (inputs + outputs).
        """
        variance = 2.0 / self.inputs if rule == "he" else 2.0 / (self.inputs + self.outputs)
        theta = np.zeros(self.size)
        theta[: self.inputs * self.outputs] = np.sqrt(variance) * generator.standard_normal(self.inputs * self.outputs)
        return theta

    def names(self, layer: int, inputs: tuple[str, ...], outputs: tuple[str, ...]) -> tuple[str, ...]:
        """One name per parameter, such as `layer 1: x2 to unit 3` and `layer 1: bias of unit 3`."""
        weights = [f"layer {layer}: {i} to {o}" for i in inputs for o in outputs]
        return (*weights, *(f"layer {layer}: bias of {o}" for o in outputs))
