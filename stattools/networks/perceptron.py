"""A multilayer perceptron: layers composed; scores flow back through them in the opposite order (back-propagation).

    dense         Z = X W + 1 b^T,   dl/dW = X^T G,   dl/db = sum of the rows of G,   dl/dX = G W^T,   G = dl/dZ
    activation    sigmoid 1 / (1 + exp(-z)), slope a (1 - a);   tanh, slope 1 - a^2;   relu max(z, 0), slope 1[z > 0]
    batch norm    xhat = (x - mean) / sqrt(variance + epsilon),   output = gamma xhat + beta
                  dl/dx = gamma / sqrt(variance + epsilon) (g - mean(g) - xhat mean(g xhat)),   g = dl/doutput

Batch normalization centers and scales each feature by its mean and variance over the ROWS of the batch. In training
these are those of the batch, so that rows depend on one another and the likelihood does not factorize; the pullback
differentiates through them. In evaluation they are constants. Running moments start at mean 0 and variance 1 and move
by `momentum` towards each batch's, whose variance is the unbiased one. Source: Rumelhart, Hinton & Williams, Nature 323
(1986), 533-536; Ioffe & Szegedy, ICML 2015 (arXiv:1502.03167), algorithms 1 and 2. Cost: three matrix products of the
same size for each dense layer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from stattools.errors import DomainError, IncompatibleError
from stattools.interface.arrays import Floats
from stattools.interface.names.answers import one_of
from stattools.interface.record import record
from stattools.interface.seeds import generator

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


type Kind = Literal["sigmoid", "tanh", "relu"]

FUNCTIONS: dict[str, Callable[[Floats], Floats]] = {
    "sigmoid": expit,
    "tanh": np.tanh,
    "relu": lambda z: np.maximum(z, 0.0),
}
SLOPES: dict[str, Callable[[Floats], NDArray[Any]]] = {  # as functions of the output
    "sigmoid": lambda a: a * (1.0 - a),
    "tanh": lambda a: 1.0 - a * a,
    "relu": lambda a: a > 0.0,
}


@dataclass(frozen=True)
class Activation:
    """The function `kind` of every unit: "sigmoid", "tanh" or "relu". It has no parameters.

    At z = 0 the slope of "relu" is taken as 0. Raises DomainError for another kind.

    >>> A, pullback = Activation("sigmoid").forward(np.empty(0), np.array([[0.0, -800.0]]))
    >>> A.tolist(), pullback(np.ones((1, 2)))[1].tolist()
    ([[0.5, 0.0]], [[0.25, 0.0]])
    """

    kind: Kind
    size = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "kind", one_of(self.kind, FUNCTIONS, "activation is {}"))

    @property
    def title(self) -> str:
        """What the layer is, for people."""
        return self.kind

    @property
    def penalized(self) -> NDArray[np.bool_]:
        """Nothing to penalize."""
        return np.zeros(0, dtype=bool)

    def forward(self, theta: Floats, X: Floats) -> tuple[Floats, Pullback]:
        """The activations, of the shape of X, and the pullback."""
        A = FUNCTIONS[self.kind](X)
        return A, lambda score: (np.empty(0), score * SLOPES[self.kind](A))


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


type Layer = Dense | BatchNorm | Activation


@record
class Perceptron:
    """Layers from X (m, inputs) to eta (m, width); theta holds the parameters of one layer after the other.

    >>> network = Perceptron.of(3, [4], 2, activation="tanh", batch_norm=True)
    >>> [layer.title for layer in network.layers], network.size
    (['dense', 'batch norm', 'tanh', 'dense'], 34)
    """

    layers: tuple[Layer, ...]

    @classmethod
    def of(cls, inputs: int, hidden: Sequence[int], width: int, *, activation: Kind, batch_norm: bool) -> Perceptron:
        """Dense layers with the units of `hidden`, each normalized if asked and activated, then a dense layer."""
        layers: list[Layer] = []
        for units in hidden:
            layers += [Dense(inputs, units), *([BatchNorm(units)] if batch_norm else []), Activation(activation)]
            inputs = units
        return cls((*layers, Dense(inputs, width)))

    @property
    def size(self) -> int:
        """Number of parameters."""
        return sum(layer.size for layer in self.layers)

    @property
    def factorizes(self) -> bool:
        """True where rows do not depend on one another: no layer takes its moments from the batch."""
        return not any(isinstance(layer, BatchNorm) and layer.moments is None for layer in self.layers)

    @property
    def penalized(self) -> NDArray[np.bool_]:
        """True for the weights of dense layers, (size,)."""
        return np.concatenate([layer.penalized for layer in self.layers])

    def forward(
        self, theta: Floats, X: Floats, seen: list[Moments] | None = None
    ) -> tuple[Floats, Callable[[Floats], Floats]]:
        """eta (m, width), and the pullback from a score in eta to one in theta.

        The moments of what enters each batch-norm layer in training mode are appended to `seen`.
        """
        inputs, first, pullbacks = X, self.layers[0], []
        for layer, part in zip(self.layers, self.parts(theta), strict=True):
            before = X
            X, pullback = layer.forward(part, before)
            if seen is not None and isinstance(layer, BatchNorm) and layer.moments is None:
                seen.append(Moments.of(before))
            pullbacks.append(pullback)

        def back(score: Floats) -> Floats:
            whole = np.empty(self.size)
            parts = self.parts(whole)
            for part, pullback in zip(parts[:0:-1], pullbacks[:0:-1], strict=True):
                part[:], score = pullback(score)
            if isinstance(first, Dense):
                first.own(inputs, score, parts[0])
            else:
                parts[0][:] = pullbacks[0](score)[0]
            return whole

        return X, back

    def activations(self, theta: Floats, X: Floats) -> Iterator[tuple[str, Floats]]:
        """What leaves each layer, with the layer's number and title."""
        for place, (layer, part) in enumerate(zip(self.layers, self.parts(theta), strict=True), 1):
            X = layer.forward(part, X)[0]
            yield f"layer {place} ({layer.title})", X

    def parts(self, theta: Floats) -> list[Floats]:
        """The parameters of each layer, views of theta."""
        found, first = [], 0
        for layer in self.layers:  # `np.split` takes fifty times as long, which is felt in each of many small steps
            last = first + layer.size
            found.append(theta[first:last])
            first = last
        return found

    def start(self, seed: int | np.random.Generator) -> Floats:
        """He weights before rectifiers, Glorot's otherwise; biases 0, gamma 1, beta 0."""
        random = generator(seed)
        rectified = any(isinstance(layer, Activation) and layer.kind == "relu" for layer in self.layers)
        parts, last = [], len(self.layers) - 1
        for place, layer in enumerate(self.layers):
            if isinstance(layer, Dense):
                parts.append(layer.start(random, "he" if rectified and place < last else "glorot"))
            else:
                parts.append(layer.start() if isinstance(layer, BatchNorm) else np.empty(0))
        return np.concatenate(parts)

    def silence(self, theta: Floats, inputs: NDArray[np.intp]) -> None:
        """Give the weights of some inputs, by their numbers, the value 0 in theta."""
        first = self.layers[0]
        if isinstance(first, Dense):
            first.parts(theta)[0][inputs] = 0.0

    def freeze(self, moments: Sequence[Moments]) -> Perceptron:
        """The network in evaluation mode, with one Moments for each batch-norm layer in training mode."""
        waiting = [layer for layer in self.layers if isinstance(layer, BatchNorm) and layer.moments is None]
        if len(waiting) != len(moments):
            raise IncompatibleError(
                f"freeze needs the moments of {len(waiting)} batch-norm layers in training mode; got {len(moments)}."
            )
        rest = iter(moments)
        layers = (
            layer.freeze(next(rest)) if isinstance(layer, BatchNorm) and layer.moments is None else layer
            for layer in self.layers
        )
        return replace(self, layers=tuple(layers))

    def names(self, inputs: tuple[str, ...], outputs: tuple[str, ...]) -> tuple[str, ...]:
        """One name per parameter."""
        found: list[str] = []
        depth = 0
        for place, layer in enumerate(self.layers):
            if isinstance(layer, Dense):
                depth += 1
                last = place == len(self.layers) - 1
                units = outputs if last else tuple(f"unit {k}" for k in range(1, layer.outputs + 1))
                found += layer.names(depth, inputs, units)
                inputs = units
            elif isinstance(layer, BatchNorm):
                found += layer.names(depth, inputs)
        return tuple(found)
