"""Sums over the rows of a network in blocks, which stay in the cache of a core with what the layers make of them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.interface.arrays import Floats
from stattools.models.evaluation import NOT_ASKED, Evaluation
from stattools.networks.input_rows import InputRows

BLOCK = 2048
"""The most rows that pass through the layers at a time."""


def block_size(model: Any) -> int:
    """The rows that pass through the layers at a time: fewer, where many inputs would not fit into the cache."""
    return min(BLOCK, model.rows.block_size)


def summed(
    model: Any, theta: Floats, order: int, rows: NDArray[np.intp] | None = None, inputs: InputRows | None = None
) -> Evaluation:
    """Log-likelihood and score of all rows or of some, given by their numbers; a Gaussian's scale is held at 1. Batch
    norm in training mode takes its moments from all of them, which are then one block. `inputs` are those of `of_rows`.
    """
    n = len(model.rows.X) if rows is None else len(rows)
    size = block_size(model) if model.perceptron.factorizes else max(n, 1)
    whole = Evaluation(0.0, np.zeros(len(theta)) if order else NOT_ASKED)
    for start in range(0, n, size):
        part = slice(start, start + size)
        whole = whole + model.of_rows(theta, part if rows is None else rows[part], order, inputs=inputs)
    return whole
