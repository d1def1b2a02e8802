"""The columns of a scale about their means, where that scale has no constant: a climb then does not see their origin.

    (theta_j - x^T beta) / exp(z^T gamma) = (theta_j e^-s - x^T beta e^-s) / exp((z - m)^T gamma),   s = m^T gamma

So a model with z about m has the same maximum, and all but gamma are those at z = m: times e^s they are those at z = 0.
The covariance follows by the derivative of that map, which is exact for the information at a maximum.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stattools.data.rows.standardization import Standardization
from stattools.errors import DomainError
from stattools.interface.arrays import Floats
from stattools.models.model import Model
from stattools.models.predictor import among
from stattools.numerics.low_rank import congruent
from stattools.solvers.solution import Solution

FAR = 2.0
"""Columns whose mean is more than so many standard deviations from 0 are far from it."""
FARTHEST = 200.0
"""The largest logarithm of the ratio of the scales at 0 and at the means: squares of exp(200) are within float64."""


class AboutMeans(NamedTuple):
    """The model with columns about their means, the map T from its columns to those as they are, the means, and which
    coefficients are those of the scale.
    """

    model: Model
    T: Any
    means: Floats
    scale: NDArray[np.intp]

    def back(self, solution: Solution) -> Solution:
        """The same solution at the origin of the columns; DomainError where the scale there is beyond float64."""
        predictor, terms = self.model.predictor, self.model.terms
        L = predictor.lifted(self.T)
        rates, theta = self.means[predictor.column[self.scale]], L @ solution.estimate
        s = float(rates @ theta[self.scale])
        if abs(s) > FARTHEST:
            far = ", ".join(terms[k] for k in np.flatnonzero(self.means))
            raise DomainError(
                f"{self.model.title} has thresholds where the columns of scale= are 0, and {far} is so far from 0 that "
                f"the scale there is {'exp' if s > 0 else '1 / exp'}({abs(s):.0f}) times that at the mean. Center it, "
                'as in scale="~ center(x)": thresholds are then those at the mean.'
            )
        size = np.full(predictor.size, np.exp(s))
        size[self.scale] = 1.0
        theta = size * theta
        moving, rate = theta.copy(), np.zeros(predictor.size)
        moving[self.scale], rate[self.scale] = 0.0, rates
        J, C = Standardization(size, moving[:, None], rate[:, None]), congruent(L, solution.covariance)
        return replace(solution, estimate=theta, covariance=congruent(J, C))


def about_means(model: Model) -> AboutMeans | None:
    """The model with the columns of its scale about their means, those of the sample where rows are in files; None
    where none is far from 0, or where the origin belongs to the model: an offset is in units of the scale at 0.
    """
    predictor, rows = model.predictor, model.rows
    alone, at, means = _far(model)
    if not means.any() or has_offset(model) or rows.center is not None:
        return None
    where = np.concatenate([np.arange(part.start, part.stop) for part in (predictor.parts[k] for k in alone)])
    moved, T = rows.standardized()  # in units of their own too, as rows that have an origin are not standardized again
    moved, T = T.at_origin(moved, [k for k in predictor.held(T) if not means[k]])
    means = np.where(np.isin(np.arange(len(means)), at), -(T.A[0] @ T.R.T) / T.t, 0.0)
    start = predictor.lifted(T).solve(model.start)
    return AboutMeans(replace(model, rows=moved, start=start), T, means, where)


def has_offset(model: Model) -> bool:
    """Is there an offset that is not 0 everywhere?"""
    offset = model.rows.offset
    return offset is not None and not (model.rows.place == "in memory" and not np.any(offset))


def _far(model: Model) -> tuple[list[int], list[int], Floats]:
    """The linear predictors of a scale without a constant, their columns, and the means of those that are far from 0, 0
    for others.
    """
    alone = [number for number, to in model.predictor.taken_up if not to]
    at = sorted({k for number in alone for k in model.predictor.uses[number] or ()})
    means = np.zeros(model.rows.X.shape[1])
    if not at:
        return alone, at, means
    X = np.asarray(among(model.rows.sampled.X, tuple(at)))
    size = np.abs(X).max(axis=0)  # squares of columns in their own size neither overflow nor vanish
    shares = X / np.where(size > 0.0, size, 1.0)
    middle, spread = shares.mean(axis=0), shares.std(axis=0)
    means[at] = np.where(np.abs(middle) > FAR * spread, middle * size, 0.0)
    return alone, at, means


def offset_far_from_means(model: Model) -> str:
    """What to do where a climb did not end, as the origin of the columns of a scale is far from them and an offset is
    in its units; nothing elsewhere.
    """
    names = [model.terms[k] for k in np.flatnonzero(_far(model)[2])] if has_offset(model) else []
    if not names:
        return ""
    return (
        f" The offset is in units of the scale where {', '.join(names)} is 0, far from these rows: write "
        f'scale="~ center({names[0]})".'
    )
