"""The columns of a scale about their means, where that scale has no constant: a climb then does not see their origin.

    (theta_j - x^T beta) / exp(z^T gamma) = (theta_j e^-s - x^T beta e^-s) / exp((z - m)^T gamma),   s = m^T gamma

So a model with z about m has the same maximum, and all but gamma are those at z = m: times e^s they are those at z = 0.
The covariance follows by the derivative of that map, which is exact for the information at a maximum.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stattools.errors import DomainError
from stattools.interface.arrays import Floats
from stattools.models.model import Model
from stattools.solvers.solution import Solution

FAR = 2.0
"""Columns whose mean is more than so many standard deviations from 0 are far from it."""
FARTHEST = 200.0
"""The largest logarithm of the ratio of the scales at 0 and at the means: squares of exp(200) are within float64."""


class AboutMeans(NamedTuple):
    """The model with columns about their means, the means, and which coefficients are those of the scale."""

    model: Model
    means: Floats
    scale: NDArray[np.intp]

    def back(self, solution: Solution) -> Solution:
        """The same solution at the origin of the columns; DomainError where the scale there is beyond float64."""
        predictor, terms = self.model.predictor, self.model.terms
        T = np.eye(len(self.means))
        T[0] -= self.means
        L = predictor.lifted(T)
        rates = self.means[predictor.column[self.scale]]
        s = float(rates @ solution.estimate[self.scale])
        if abs(s) > FARTHEST:
            far = ", ".join(terms[k] for k in np.flatnonzero(self.means))
            raise DomainError(
                f"{self.model.title} has thresholds where the columns of scale= are 0, and {far} is so far from 0 that "
                f"the scale there is {'exp' if s > 0 else '1 / exp'}({abs(s):.0f}) times that at the mean. Center it, "
                'as in scale="~ center(x)": thresholds are then those at the mean.'
            )
        others = np.setdiff1d(np.arange(predictor.size), self.scale)
        J, theta = np.eye(predictor.size), L @ solution.estimate
        theta[others] *= np.exp(s)
        J[others, others] = np.exp(s)
        J[np.ix_(others, self.scale)] = np.outer(theta[others], rates)
        return replace(solution, estimate=theta, covariance=(J @ L) @ solution.covariance @ (J @ L).T)


def about_means(model: Model) -> AboutMeans | None:
    """The model with the columns of its scale about their means; None where none is far from 0, or where the origin
    belongs to the model: an offset is in units of the scale at 0. Rows in files stay as they are.
    """
    predictor, rows = model.predictor, model.rows
    alone = [number for number, to in predictor.taken_up if not to]
    if not alone or rows.offset is not None or not isinstance(rows.X, np.ndarray):
        return None
    at = sorted({k for number in alone for k in predictor.uses[number] or ()})
    means = np.zeros(rows.X.shape[1])
    means[at] = rows.X[:, at].mean(axis=0)
    means[np.abs(means) <= FAR * rows.X.std(axis=0)] = 0.0
    if not means.any():
        return None
    where = np.concatenate([np.arange(part.start, part.stop) for part in (predictor.parts[k] for k in alone)])
    T = np.eye(len(means))
    T[0] -= means
    start = np.linalg.solve(predictor.lifted(T), model.start)
    return AboutMeans(replace(model, rows=replace(rows, X=rows.X - means), start=start), means, where)
