"""The information as a metric: lengths in standard errors, steps and covariances, from one Cholesky factor."""

from __future__ import annotations

from copy import copy
from math import isfinite, sqrt, sumprod

import numpy as np
from scipy.linalg import get_blas_funcs, get_lapack_funcs

from stattools.errors import IdentificationError
from stattools.interface.arrays import Floats
from stattools.solvers.solution import Known, Quality

nrm2, dot = get_blas_funcs(("nrm2", "dot"), dtype=np.float64)  # infinite beyond float64, without a warning
lange, potrf, pocon, potrs, trtrs, trtri = get_lapack_funcs(
    ("lange", "potrf", "pocon", "potrs", "trtrs", "trtri"), dtype=np.float64
)


LARGEST_KEPT = 100
"""The most coefficients for which a solution keeps its metric: two matrices of 80 kB."""

SINGULAR = 1e-12
"""The smallest eigenvalue of an information of unit diagonal down to which it is singular. Round-off leaves 1e-16
where it is 0, above it or below: whether a factorization succeeds there is chance.
"""

LONGEST = 1e150
"""The longest step; its square is finite, as floats end at 1.8e308."""


class Metric:
    """The Cholesky factor of a positive definite information; it is equally accurate in any units of the coefficients.

    Raises IdentificationError where the information is not positive definite in float64.

    >>> metric = Metric(np.diag([4.0, 9.0]))
    >>> metric.norm(np.array([2.0, 0.0])), metric.solve(np.array([4.0, 9.0]))
    (1.0, array([1., 1.]))
    """

    definite = True
    by_levels = False
    """Whether levels that are codes are eliminated first, so that coordinates `whiten` would be an array of theirs."""
    _inverse_factor: Floats | None = None
    _inverse: Floats | None = None
    _inflation: float | None = None

    def __init__(self, information: Floats) -> None:
        self.factor, failed = potrf(information)
        if failed or not isfinite(nrm2(self.factor.ravel("K"))):
            raise IdentificationError(why_singular(information.diagonal(), failed))
        self.information = information

    @property
    def digits(self) -> None:
        """Not known of an information."""

    @property
    def rcond(self) -> float:
        """The reciprocal condition of the information scaled to unit diagonal, in the largest column sum."""
        unit = np.sqrt(self.information.diagonal())
        length = lange("1", self.information / unit[:, None] / unit)
        return float(pocon(self.factor / unit, length)[0])

    def well_conditioned(self, least: float) -> bool:
        """Is `rcond` at least this? Answered by a bound where that suffices: for H of unit diagonal and p columns

        1 / rcond = |H| |H^-1| in the largest column sum  <=  p * sqrt(p) trace(H^-1).
        """
        return len(self.factor) ** 1.5 * self.inflation() * least <= 1.0 or self.rcond >= least

    def inflation(self) -> float:
        """The trace of the inverse of the information scaled to unit diagonal: the sum of the inflated variances."""
        if self._inflation is None:
            diagonal = self.information.diagonal()
            if len(diagonal) <= LARGEST_KEPT:  # the inverse costs little, and is asked for again
                self._inflation = sumprod(diagonal.tolist(), self.covariance().diagonal().tolist())
            else:
                half = np.sqrt(diagonal) * self.whiten().T
                self._inflation = float(nrm2(half.ravel("K"))) ** 2
        return self._inflation

    @classmethod
    def where_definite(cls, information: Floats) -> Metric | None:
        """The metric, or None where the information is not positive definite."""
        try:
            return cls(information)
        except IdentificationError:
            return None

    @classmethod
    def for_ascent(cls, information: Floats) -> Metric:
        """The metric of the information or, where that is not definite, one with its eigenvalues made positive.

        Any positive definite metric gives directions in which the log-likelihood rises. `definite` is False for one
        that was changed: it does not measure the distance to a maximum.
        """
        try:
            return cls(information)
        except IdentificationError:
            unit = np.sqrt(np.abs(np.diagonal(information)))
            unit = np.where(unit > 0, unit, 1.0)
            values, vectors = np.linalg.eigh(information / unit[:, None] / unit)
            values = np.maximum(np.abs(values), 1e-8 * max(np.abs(values).max(), np.finfo(float).tiny))
            with np.errstate(over="ignore"):  # an information beyond float64 has no factor, and is refused
                metric = cls(((vectors * values) @ vectors.T) * unit[:, None] * unit)
            metric.definite = False
            return metric

    def kept(self) -> Quality:
        """What a solution keeps: the metric or, where that is large, its reciprocal condition."""
        return self if len(self.factor) <= LARGEST_KEPT else Known(self.rcond)

    def times(self, factor: float) -> Metric:
        """The metric of `factor` times the information."""
        metric = copy(self)
        metric.information, metric.factor = factor * self.information, sqrt(factor) * self.factor
        metric._inverse_factor = metric._inverse = None
        return metric

    def solve(self, score: Floats) -> Floats:
        """H^-1 g: the Newton step; of each column where g is (p, k)."""
        step = potrs(self.factor, score)[0]
        # Where the log-likelihood is all but flat, the step is beyond float64; solvers shorten it.
        return step if nrm2(step if step.ndim == 1 else step.ravel("K")) < LONGEST else np.clip(step, -LONGEST, LONGEST)

    def norm(self, score: Floats) -> float:
        """sqrt(g^T H^-1 g): the Newton decrement of score g."""
        return nrm2(trtrs(self.factor, score, 0, 1)[0])  # without squares that overflow

    def length(self, step: Floats) -> float:
        """sqrt(d^T H d): a step d in standard errors."""
        return float(nrm2(self.factor @ step))  # `potrf` cleared the lower triangle

    def spread(self, T: Floats) -> Floats:
        """The square roots of the diagonal of T H^-1 T^T: standard errors of T phi."""
        return np.linalg.norm(T @ self.whiten(), axis=1)

    def log_determinant(self) -> float:
        """The logarithm of the determinant of the information."""
        return 2.0 * float(np.log(self.factor.diagonal()).sum())

    def whiten(self) -> Floats:
        """W (p, p) with W W^T = H^-1, so that phi in theta = W phi has unit information."""
        W = self._inverse_factor
        if W is None:
            W = self._inverse_factor = trtri(self.factor)[0]  # `potrf` cleared the lower triangle
        return W

    def covariance(self) -> Floats:
        """H^-1."""
        C = self._inverse
        if C is None:
            W = self.whiten()
            C = self._inverse = W.dot(W.T)
        return C


def undetermined(information: Floats, whole: Floats | None = None) -> int | None:
    """The number of the first coefficient that the information does not determine beside those before it, a decision
    with a margin; None where it determines all. `whole` is the diagonal before others were projected from it, beside
    which the rest may be round-off.

    >>> undetermined(np.diag([4.0, 9.0])), undetermined(np.array([[1.0, 2.0, 0.0], [2.0, 4.0, 0.0], [0.0, 0.0, 1.0]]))
    (None, 1)
    """
    diagonal = information.diagonal()
    if len(bad := np.flatnonzero(~((diagonal > 0) & (diagonal < np.inf)))):
        return int(bad[0])
    unit = np.sqrt(diagonal if whole is None else whole)
    scaled = information / unit[:, None] / unit
    if np.linalg.eigvalsh(scaled)[0] > SINGULAR:
        return None
    return next(j for j in range(len(unit)) if np.linalg.eigvalsh(scaled[: j + 1, : j + 1])[0] <= SINGULAR)


def why_singular(diagonal: Floats, failed: int) -> str:
    """What an error says of an information that has no factor; `failed` is the number of coefficients up to the one
    where the factorization stopped.
    """
    bad = np.flatnonzero(~((diagonal > 0) & (diagonal < np.inf)))
    if len(bad):
        return (
            f"The information about coefficient {int(bad[0])} is {diagonal[bad[0]]:.3g}: the data do not determine "
            "it. Leave out its column, or start elsewhere."
        )
    return (
        f"The information is singular at coefficient {max(failed, 1) - 1}: the data do not determine it beside the "
        "others. Leave out its column."
    )
