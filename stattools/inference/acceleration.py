"""How skewed the draws of each coefficient are, from the influence of the rows: the acceleration of a BCa interval.

    a_j = sum_i w_i I_ij^3 / (6 (sum_i w_i I_ij^2)^(3/2)),   I_i = C x_i score_i

A number of any scale would do for C. Rows beside levels that are codes are answered for some coefficients at a time.
Source: Efron, "Better bootstrap confidence intervals", JASA 82 (1987), 171-185, section 6.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from stattools.inference.covariance.level_sandwich import LevelSandwich
from stattools.inference.diagnostics.checks.errors_beside_levels import parts_of_rows
from stattools.inference.survival.resampled import influence_of_units
from stattools.interface.arrays import Floats
from stattools.models.survival.cox import CoxRegression


def acceleration(fit: Any) -> Floats:
    """a of each coefficient, (p,)."""
    cubes, squares = np.zeros((2, len(fit.estimate)))
    for columns, influence, weight in _influence(fit):
        square = influence * influence
        squares[columns] += weight @ square
        cubes[columns] += weight @ (square * influence)
    return cubes / (6.0 * squares**1.5)


def _influence(fit: Any) -> Iterator[tuple[slice, Floats, Floats]]:
    """How rows pull some coefficients, (n, some), with the place of these and the frequencies of the rows."""
    model, every = fit.model, slice(len(fit.estimate))
    if isinstance(model, CoxRegression):
        yield every, *influence_of_units(model, fit.estimate, np.asarray(fit.solution.covariance))
        return
    rows = model.rows
    weight = np.ones(len(rows.X)) if rows.weight is None else rows.weight
    if (sandwich := LevelSandwich.of(model, fit.estimate, fit.solution.covariance)) is not None:
        u = sandwich.scores()
        for part, v in parts_of_rows(sandwich, range(len(fit.estimate))):
            yield part, np.einsum("nak,na->nk", v, u, optimize=True), weight
        return
    parts = []
    for block in rows.blocks():
        eta = model.predictor.forward(fit.estimate, block)[0]
        parts.append(model.predictor.row_scores(block.X, model.likelihood.score(eta, block.y)))
    influence = np.concatenate(parts) @ fit.solution.covariance
    yield every, influence if rows.precision is None else influence * rows.precision[:, None], weight
