"""The information as a metric: lengths in standard errors, steps and covariances, from one Cholesky factor."""

from __future__ import annotations

from copy import copy
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import get_blas_funcs, get_lapack_funcs

from stattools.errors import IdentificationError

Floats = NDArray[np.float64]

(nrm2,) = get_blas_funcs(("nrm2",), dtype=np.float64)
potrf, pocon, potrs, trtrs, trtri = get_lapack_funcs(("potrf", "pocon", "potrs", "trtrs", "trtri"), dtype=np.float64)


LONGEST = 1e150
"""Steps are not longer: their squares are finite."""


class Metric:
    """Cholesky factor of a positive definite information, scaled to unit diagonal first.

    Raises IdentificationError where the information is not positive definite in float64.

    >>> metric = Metric(np.diag([4.0, 9.0]))
    >>> metric.norm(np.array([2.0, 0.0])), metric.solve(np.array([4.0, 9.0]))
    (1.0, array([1., 1.]))
    """

    def __init__(self, information: Floats) -> None:
        diagonal = information.diagonal()
        if not (diagonal.min() > 0 and diagonal.max() < np.inf):
            bad = np.flatnonzero(~((diagonal > 0) & (diagonal < np.inf)))
            raise IdentificationError(
                f"The information about coefficient {int(bad[0])} is {diagonal[bad[0]]:.3g}: the data do not determine "
                "it. Leave out its column, or start elsewhere."
            )
        self.unit = np.sqrt(diagonal)
        self._scaled = information / self.unit[:, None] / self.unit
        self.factor, failed = potrf(self._scaled, lower=0)  # fails for what is not finite, too
        if failed:
            raise IdentificationError(
                f"The information is singular at coefficient {failed - 1}: the data do not determine it beside the "
                "others. Leave out its column."
            )
        self.definite = True

    @cached_property
    def rcond(self) -> float:
        """The reciprocal condition of the information scaled to unit diagonal, in the largest column sum."""
        return float(pocon(self.factor, np.abs(self._scaled).sum(axis=0).max())[0])

    @classmethod
    def rcond_of(cls, information: Floats) -> float:
        """The reciprocal condition of the scaled information; 0 where it is not positive definite."""
        try:
            return cls(information).rcond
        except IdentificationError:
            return 0.0

    @classmethod
    def for_ascent(cls, information: Floats) -> Metric:
        """The metric itself or, where the information is not definite, one with its eigenvalues made positive.

        Any positive definite metric gives directions in which the log-likelihood rises; `definite` is False where it
        was not the information's own, and then it measures no distance to a maximum.
        """
        try:
            return cls(information)
        except IdentificationError:
            unit = np.sqrt(np.abs(np.diagonal(information)))
            unit = np.where(unit > 0, unit, 1.0)
            values, vectors = np.linalg.eigh(information / unit[:, None] / unit)
            values = np.maximum(np.abs(values), 1e-8 * max(np.abs(values).max(), np.finfo(float).tiny))
            metric = cls(((vectors * values) @ vectors.T) * unit[:, None] * unit)
            metric.definite = False
            return metric

    def times(self, factor: float) -> Metric:
        """The metric of `factor` times the information."""
        metric = copy(self)
        metric.unit = self.unit * np.sqrt(factor)
        return metric

    def solve(self, score: Floats) -> Floats:
        """H^-1 g: the Newton step; of each column where g is (p, k)."""
        # Where the log-likelihood is all but flat, the step is beyond float64; who takes steps shortens them.
        with np.errstate(over="ignore"):
            step = potrs(self.factor, (score.T / self.unit).T)[0]
            return np.maximum(np.minimum((step.T / self.unit).T, LONGEST), -LONGEST)

    def norm(self, score: Floats) -> float:
        """sqrt(g^T H^-1 g): the Newton decrement of score g."""
        with np.errstate(over="ignore"):  # infinitely far, in standard errors
            half = trtrs(self.factor, score / self.unit, lower=0, trans=1)[0]
        return float(nrm2(half))  # which does not square what overflows

    def whiten(self) -> Floats:
        """W (p, p) with W W^T = H^-1, so that phi in theta = W phi has unit information."""
        return trtri(self.factor, lower=0)[0] / self.unit[:, None]  # `potrf` cleared the lower triangle

    def covariance(self) -> Floats:
        """H^-1."""
        W = self.whiten()
        return W @ W.T
