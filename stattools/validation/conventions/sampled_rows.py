"""Could claimed coefficients be the maximum of many rows? A sample of the rows refuses those that are far from it.

    W = g^T J^-1 g,   g = sum of the scores s_i of m rows drawn at random,   J = sum of s_i s_i^T

At the maximum of all rows the scores have mean 0, and W is about chi-squared with as many degrees of freedom as there
are parameters, whatever distribution the outcomes have. Claims that are off by what their digits leave open add at most

    half^T diag(H J^-1 H)^(1/2),   H the information of the sample

to the square root of W. Cost: m p^2, whatever the number of rows. Source: White, Econometrica 50 (1982), 1-25.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from stattools.interface.arrays import Floats
from stattools.models.model import Model
from stattools.numerics.columns import weighted

SAMPLE = 4096
"""Rows of a sample."""
LARGE = 8 * SAMPLE
"""Models of fewer rows are not sampled."""
BEYOND = 50.0
"""W beyond this and 5 for each parameter is chance in fewer than one of 10^9 samples."""
STAYS = 4.0
"""A coefficient whose step in the sample is so many of the sample's standard errors may be where it is."""


class Far(NamedTuple):
    """Claimed coefficients that are not the maximum: which of them a step leaves where they are, as far as the sample
    tells, and how far all are from the maximum, in standard errors of all rows.
    """

    stays: Any
    apart: float


def sample_of(model: Model) -> Model | None:
    """The model over a sample of its rows, always the same; None of rows that are few or elsewhere."""
    n = len(model.rows.X)
    if n < LARGE or not model.in_memory:
        return None
    return model.subset(np.sort(np.random.default_rng(0).integers(0, n, SAMPLE)))


def far(sample: Model, theta: Floats, half: Floats, n: int) -> Far | None:
    """How far coefficients with these halves of their last digits are from the maximum of `n` rows that the sample is
    of; None where the sample does not refuse them.
    """
    rows = sample.rows.whole
    now = sample.evaluate(theta, order=2)
    eta, _ = sample.predictor.forward(theta, rows)
    each = sample.predictor.row_scores(rows.X, weighted(sample.likelihood.score(eta, rows.y), rows.weight))
    H, J = now.information, each.T @ each
    if not (now.is_finite and np.isfinite(H).all() and np.isfinite(J).all()):
        return None
    inverse = np.linalg.pinv(J, hermitian=True)
    size = float(np.sqrt(max(now.score @ inverse @ now.score, 0.0)))
    blur = float(half @ np.sqrt(np.maximum(np.diagonal(H @ inverse @ H), 0.0)))
    if size <= blur + np.sqrt(BEYOND + 5.0 * len(theta)):
        return None
    bread = np.linalg.pinv(H, hermitian=True)
    spread = np.sqrt(np.maximum(np.diagonal(bread @ J @ bread), 0.0))
    return Far(np.abs(bread @ now.score) <= half + STAYS * spread, size * float(np.sqrt(n / SAMPLE)))
