"""Where a training ended. A network's log-likelihood has many maxima, and on rows that it can separate none at all.

A progress bar of training, with the mean log-likelihood and the time left; nothing where no one is looking.

What a ridge takes from the log-likelihood of a network: half of its strength times the squared weights, not biases.

Of several categories the weights of the last layer count about their mean over all categories, the reference's zeros
included, so that the penalty is the same whichever category is the reference.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from time import perf_counter
from typing import Any

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


def progress(total: int) -> Any:
    """A progress bar with the mean log-likelihood and the time left, in a terminal and for work of some seconds."""
    import sys

    if not sys.stderr.isatty():
        return nullcontext(lambda step, epoch: None)
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    bar = Progress(
        TextColumn("training"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[score]}"),
        TimeRemainingColumn(),
        TextColumn("left at most"),  # early stopping needs less
        console=Console(stderr=True),
        transient=True,
    )
    task = bar.add_task("training", total=total, score="")
    began = perf_counter()

    class Shown:
        def __enter__(self) -> Callable[[int, Epoch], None]:
            self.shown = False
            return self.update

        def update(self, step: int, epoch: Epoch) -> None:
            if not self.shown and perf_counter() - began > 1.0:
                bar.start()
                self.shown = True
            text = f"mean log-likelihood {epoch.training:.4f}"
            if epoch.validation == epoch.validation:
                text += f", validation {epoch.validation:.4f}"
            bar.update(task, completed=step, score=text)

        def __exit__(self, *_: object) -> None:
            bar.stop()

    return Shown()


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
