"""Where a training ended. A network's log-likelihood has many maxima, and on rows that it can separate none at all.

What a ridge takes from the log-likelihood of a network: half of its strength times the squared weights, not biases.

Of several categories the weights of the last layer count about their mean over all categories, the reference's zeros
included, so that the penalty is the same whichever category is the reference.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from stattools.inference.penalties import Ridge
from stattools.interface.arrays import Floats
from stattools.networks.network_model import NetworkModel
from stattools.solvers.solution import Epoch


@dataclass(frozen=True, eq=False)
class Training:
    """The frozen model, its parameters, the history, why training stopped, what restarts are compared by, and the
    log-likelihood of all rows where training has summed it.
    """

    model: NetworkModel
    estimate: Floats
    history: tuple[Epoch, ...]
    reason: str
    objective: float
    loglik: float | None = None


def mean_logliks(epoch: Epoch) -> str:
    """What the bar of a training says: the mean log-likelihood of the rows, and of those for validation."""
    validation = f", validation {epoch.validation:.4f}" if epoch.validation == epoch.validation else ""
    return f"loglik {epoch.training:.4f}{validation}"


def penalty_slope(model: NetworkModel, ridge: Ridge) -> Callable[[Floats], Floats]:
    """The slope of the penalty at theta; theta @ slope / 2 is its value.

    >>> import numpy as np, stattools as st
    >>> model = st.network(["a", "b", "c"], [[1.0], [2.0], [4.0]], hidden=[])
    >>> penalty_slope(model, Ridge(3.0))(np.array([1.0, 5.0, 7.0, 7.0])).tolist()  # about the mean of 0, 1 and 5
    [-3.0, 9.0, 0.0, 0.0]
    """
    penalized, last = model.perceptron.penalized, model.perceptron.layers[-1]
    centered, outputs = ridge.is_centered(model), last.outputs  # type: ignore[union-attr]
    start, end = (
        len(penalized) - last.size,
        len(penalized) - outputs,
    )  # the weights of the last layer, before its biases

    def slope(theta: Floats) -> Floats:
        found = ridge.strength * penalized * theta
        if centered:
            W = found[start:end].reshape(-1, outputs)
            W -= W.sum(axis=1, keepdims=True) / (outputs + 1)
        return found

    return slope
