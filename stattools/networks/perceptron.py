"""A multilayer perceptron: layers composed; scores flow back through them in the opposite order (back-propagation)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from stattools.errors import IncompatibleError
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.interface.seeds import generator
from stattools.networks.activation import Activation, Kind
from stattools.networks.batch_norm import BatchNorm, Moments
from stattools.networks.dense import Dense

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
