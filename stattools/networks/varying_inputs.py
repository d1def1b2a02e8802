"""A network without the inputs that are 0 in all of its rows, and back.

The weights of such inputs start at 0 and have a score of 0: no training moves them. Of images a fifth of the pixels and
more are like that, and leaving them out takes that share off the matrix products and the steps of an epoch.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from stattools.interface.arrays import Floats
from stattools.networks.dense import Dense
from stattools.networks.input_rows import HELD
from stattools.networks.network_model import NetworkModel
from stattools.networks.training import Training
from stattools.networks.units import zero_inputs


@dataclass(frozen=True, eq=False)
class VaryingInputs:
    """The network `whole`, and `model`: the same with the inputs `kept` alone.

    `first` and `fewer` are their first layers, (inputs, outputs) with all inputs and with those that are kept.
    """

    whole: NetworkModel
    model: NetworkModel
    kept: NDArray[np.intp]
    first: Dense
    fewer: Dense

    @classmethod
    def of(cls, whole: NetworkModel) -> Self:
        """The network without its zero inputs. All stay where none or every one is zero, and where the rows are so many
        that a copy of them would take more memory than the training.
        """
        X, first = whole.rows.X[:, whole.first :], _first(whole)
        every = np.arange(first.inputs)
        if X.size > HELD:
            return cls(whole, whole, every, first, first)
        kept = np.setdiff1d(every, zero_inputs(X, whole.center, whole.scale, whole.rows.weight))
        if len(kept) in (0, first.inputs):
            return cls(whole, whole, every, first, first)
        fewer = Dense(len(kept), first.outputs)
        model = replace(
            _starting_with(fewer, whole),
            rows=replace(whole.rows, X=np.ascontiguousarray(X[:, kept])),
            center=whole.center[kept],
            scale=whole.scale[kept],
            first=0,
        )
        return cls(whole, model, kept, first, fewer)

    def without(self, theta: Floats) -> Floats:
        """The parameters of `model` among those of `whole`."""
        W, b = self.first.parts(theta[: self.first.size])
        return np.concatenate([W[self.kept].ravel(), b, theta[self.first.size :]])

    def back(self, found: Training) -> Training:
        """What the training of `model` found, as one of `whole`: the inputs that were left out have weights of 0."""
        own = found.estimate
        theta = np.zeros(self.first.size)
        W, b = self.first.parts(theta)
        W[self.kept], b[:] = self.fewer.parts(own[: self.fewer.size])
        frozen = replace(found.model, rows=self.whole.rows, center=self.whole.center, scale=self.whole.scale)
        model = _starting_with(self.first, replace(frozen, first=self.whole.first))
        return replace(found, model=model, estimate=np.concatenate([theta, own[self.fewer.size :]]))


def _first(model: NetworkModel) -> Any:
    """The first layer of a perceptron, which is dense."""
    return model.perceptron.layers[0]


def _starting_with(layer: Dense, model: NetworkModel) -> NetworkModel:
    """The model with another first layer."""
    return replace(model, perceptron=replace(model.perceptron, layers=(layer, *model.perceptron.layers[1:])))
