"""When training explodes: where in the network, and what to do about it."""

from __future__ import annotations

from typing import Any, NoReturn

import numpy as np

from stattools.errors import ConvergenceError
from stattools.interface.arrays import Floats
from stattools.networks.network_model import NetworkModel

EXPLOSION = 1e8
"""A score of the mean log-likelihood beyond this many times that of the random start, or 1, is an explosion."""

REMEDY = "standardize=True, other units of the outcome, or a penalty such as st.Ridge(1.0)."


def require_finite(
    model: NetworkModel, theta: Floats, rows: Any, loglik: float, score: Floats | None, when: str, first: float = 1.0
) -> float:
    """The length of the score; or ConvergenceError that names the layer where a value overflowed or a score exploded.

    `loglik` and `score` (None: not asked) are the means over `rows` at theta, `first` is the length of the first score,
    `when` says which solver was where.
    """
    size = 0.0 if score is None else float(np.linalg.norm(score))
    if np.isfinite(loglik) and size <= EXPLOSION * max(first, 1.0):
        return size
    # The forward pass is repeated only here, where it is known to end in overflow.
    name, largest = "", 0.0
    for name, values in model.perceptron.activations(theta, model.inputs(model.rows.X[rows])):
        if not np.isfinite(values).all():
            _refuse(model, when, f"values that leave {name} are not finite")
        largest = float(np.abs(values).max())
    if score is None or not np.isfinite(loglik):
        what = f"values that leave {name} are as large as {largest:.2g}, where the log-likelihood is {loglik:.3g}"
        _refuse(model, when, what)
    lengths = [float(np.linalg.norm(part)) if part.size else 0.0 for part in model.perceptron.parts(score)]
    place = int(np.argmax(np.nan_to_num(lengths, nan=np.inf)))
    layer = model.perceptron.layers[place]
    return _refuse(
        model,
        when,
        f"the score of layer {place + 1} ({layer.title}) is {lengths[place]:.2g} long (the mean log-likelihood is "
        f"{loglik:.3g})",
    )


def require_gain(model: NetworkModel, theta: Floats, first: float, last: float, when: str) -> None:
    """ConvergenceError where the mean log-likelihood `last` of the rows is far below `first`, that of random weights.

    Bounded activations never overflow: steps that are much too long leave weights of any size and a finite, bad fit.
    """
    if last >= first - 1.0 - abs(first):
        return
    lengths = [float(np.abs(part).max()) if part.size else 0.0 for part in model.perceptron.parts(theta)]
    place = int(np.argmax(lengths))
    layer = model.perceptron.layers[place]
    _refuse(
        model,
        when,
        f"the mean log-likelihood of the training rows went from {first:.3g} at the random start to {last:.3g}, and "
        f"layer {place + 1} ({layer.title}) has parameters as large as {lengths[place]:.2g}",
    )


def _refuse(model: NetworkModel, when: str, what: str) -> NoReturn:
    rate = "a smaller rate, " if when.startswith("Adam") else ""
    raise ConvergenceError(f"{model.title}: training by {when}: {what}. Use {rate}{REMEDY}")
