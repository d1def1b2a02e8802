"""Activations: a bounded or rectified function of every unit, none of which can overflow.

sigmoid  1 / (1 + exp(-z)), slope a (1 - a)      tanh  slope 1 - a^2      relu  max(z, 0), slope 1[z > 0]
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from stattools.interface.arrays import Floats
from stattools.interface.names.answers import one_of
from stattools.networks.dense import Pullback

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
