"""The columns of a scale about their means, where that scale has no constant: a climb then does not see their origin.

    (theta_j - x^T beta) / exp(z^T gamma) = (theta_j e^-s - x^T beta e^-s) / exp((z - m)^T gamma),   s = m^T gamma

So a model with z about m has the same maximum, and all but gamma are those at z = m: times e^s they are those at z = 0.
The covariance follows by the derivative of that map, which is exact for the information at a maximum.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from stattools.data.rows.rows import Rows
from stattools.data.rows.standardization import Standardization
from stattools.errors import DomainError
from stattools.interface.arrays import Floats
from stattools.models.model import Model
from stattools.numerics.low_rank import congruent
from stattools.solvers.solution import Solution

FAR = 2.0
"""Columns whose mean is more than so many standard deviations from 0 are far from it."""
FARTHEST = 200.0
"""The largest logarithm of the ratio of the scales at 0 and at the means: squares of exp(200) are within float64."""


def about_means(model: Model) -> tuple[Model, Callable[[Solution], Solution]] | None:
    """The model with the columns of its scale about their means, those of the sample where rows are in files, and what
    takes its solution back; None where none is far from 0, or where the origin belongs to the model: an offset is in
    units of the scale at 0.
    """
    predictor = model.predictor
    alone = [number for number, to in predictor.taken_up if not to]
    if not alone or has_offset(model) or model.rows.center is not None:
        return None
    rows, T, means = _standardized(model, alone)
    if not means.any():
        return None
    at = np.concatenate([np.arange(part.start, part.stop) for part in (predictor.parts[k] for k in alone)])
    rows, T = T.at_origin(rows, [k for k in predictor.held(T) if not means[k]])
    L = predictor.lifted(T)
    return replace(model, rows=rows, start=L.solve(model.start)), partial(_back, model, L, means, at)


def _back(model: Model, L: Standardization, means: Floats, scale: NDArray[np.intp], solution: Solution) -> Solution:
    """The same solution at the origin of the columns, where `scale` are the numbers of its coefficients; DomainError
    where the scale there is beyond float64.
    """
    rates, theta = means[model.predictor.column[scale]], L @ solution.estimate
    s = float(rates @ theta[scale])
    if abs(s) > FARTHEST:
        far = ", ".join(model.terms[k] for k in np.flatnonzero(means))
        raise DomainError(
            f"{model.title} has thresholds where the columns of scale= are 0, and {far} is so far from 0 that "
            f"the scale there is {'exp' if s > 0 else '1 / exp'}({abs(s):.0f}) times that at the mean. Center it, "
            'as in scale="~ center(x)": thresholds are then those at the mean.'
        )
    size = np.full(len(theta), np.exp(s))
    size[scale] = 1.0
    theta = size * theta
    moving, rate = theta.copy(), np.zeros(len(theta))
    moving[scale], rate[scale] = 0.0, rates
    J, C = Standardization(size, moving[:, None], rate[:, None]), congruent(L, solution.covariance)
    return replace(solution, estimate=theta, covariance=congruent(J, C))


def has_offset(model: Model) -> bool:
    """Is there an offset that is not 0 everywhere?"""
    offset = model.rows.offset
    return offset is not None and not (model.rows.place == "in memory" and not np.any(offset))


def _standardized(model: Model, alone: Sequence[int]) -> tuple[Rows, Standardization, Floats]:
    """The rows in standard units, the map to these, and the means of the columns of the linear predictors `alone` that
    are far from 0, 0 for others.
    """
    rows, T = model.rows.standardized()
    at = [k for number in alone for k in model.predictor.uses[number] or ()]
    means, shift = np.zeros(len(T)), -T.R @ T.A[0]  # the shift is in standard deviations
    means[at] = np.where(np.abs(shift) > FAR, shift / T.diagonal(), 0.0)[at]
    return rows, T, means


def offset_far_from_means(model: Model) -> str:
    """What to do where a climb did not end, as the origin of the columns of a scale is far from them and an offset is
    in its units; nothing elsewhere.
    """
    alone = [number for number, to in model.predictor.taken_up if not to]
    names = [model.terms[k] for k in np.flatnonzero(_standardized(model, alone)[2])] if has_offset(model) else []
    if not names:
        return ""
    return (
        f" The offset is in units of the scale where {', '.join(names)} is 0, far from these rows: write "
        f'scale="~ center({names[0]})".'
    )
