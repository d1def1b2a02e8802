"""The information as a metric where its size takes much memory: factor and covariance are written over it."""

from __future__ import annotations

import numpy as np
from scipy.linalg.lapack import dpocon, dpotrf, dpotri, dpotrs, dtrtrs  # type: ignore[attr-defined]

from stattools.errors import IdentificationError
from stattools.interface.arrays import Floats
from stattools.solvers.metric import why_singular

STRIP = 512
"""So many rows are scaled or mirrored at once."""


class MetricInPlace:
    """Cholesky factor of an information (p, p) in C order, scaled to unit diagonal and written over it.

    Raises IdentificationError where the information is not positive definite; it is lost then too.

    >>> metric = MetricInPlace(np.diag([4.0, 9.0]))
    >>> metric.norm(np.array([2.0, 0.0])), metric.solve(np.array([4.0, 9.0])), metric.rcond
    (1.0, array([1., 1.]), 1.0)
    >>> metric.covariance()
    array([[0.25      , 0.        ],
           [0.        , 0.11111111]])
    """

    def __init__(self, information: Floats) -> None:
        diagonal = information.diagonal().copy()
        if not ((diagonal > 0) & (diagonal < np.inf)).all():
            raise IdentificationError(why_singular(diagonal, 0))
        self.unit, length = np.sqrt(diagonal), 0.0
        for rows in self._strips():
            information[rows] /= self.unit
            information[rows] /= self.unit[rows, None]
            length = max(length, float(np.abs(information[rows]).sum(axis=1).max()))
        # To LAPACK rows are columns: the upper triangle that it writes is the lower one here.
        self.factor, failed = dpotrf(information.T, lower=0, clean=0, overwrite_a=1)
        if failed or not np.isfinite(length):
            raise IdentificationError(why_singular(diagonal, failed))
        self.rcond = float(dpocon(self.factor, length)[0])

    def solve(self, score: Floats) -> Floats:
        """H^-1 g: the Newton step."""
        return dpotrs(self.factor, score / self.unit)[0] / self.unit

    def norm(self, score: Floats) -> float:
        """sqrt(g^T H^-1 g): the Newton decrement of score g."""
        return float(np.linalg.norm(dtrtrs(self.factor, score / self.unit, lower=0, trans=1)[0]))

    def covariance(self) -> Floats:
        """H^-1, written over the factor, which is gone."""
        inverse = dpotri(self.factor, lower=0, overwrite_c=1)[0].T
        del self.factor
        for rows in self._strips():
            inverse[rows] /= self.unit
            inverse[rows] /= self.unit[rows, None]
            square = np.tril(inverse[rows, rows])
            inverse[rows, rows] = square + np.tril(square, -1).T
            inverse[: rows.start, rows] = inverse[rows, : rows.start].T
        return inverse

    def _strips(self) -> list[slice]:
        return [slice(start, min(start + STRIP, len(self.unit))) for start in range(0, len(self.unit), STRIP)]
