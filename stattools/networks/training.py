"""Where a training ended. A network's log-likelihood has many maxima, and on rows that it can separate none at all."""

from __future__ import annotations

from dataclasses import dataclass

from stattools.networks.dense import Floats
from stattools.networks.network_model import NetworkModel
from stattools.solvers.solution import Epoch


@dataclass(frozen=True, eq=False)
class Training:
    """The frozen model, its parameters, the history, why training stopped, and what restarts are compared by."""

    model: NetworkModel
    estimate: Floats
    history: tuple[Epoch, ...]
    reason: str
    objective: float
