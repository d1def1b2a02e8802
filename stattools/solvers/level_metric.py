"""The metric of an information whose levels are eliminated first: an `Arrow`, in L k^2 operations."""

from __future__ import annotations

from dataclasses import replace
from math import sqrt
from typing import Any

import numpy as np
from scipy.linalg import get_lapack_funcs

from stattools.errors import IdentificationError
from stattools.interface.arrays import Floats
from stattools.numerics.arrow import Arrow, ArrowFactor
from stattools.numerics.low_rank import LowRank
from stattools.solvers.metric import LONGEST, Metric, nrm2, why_singular
from stattools.solvers.solution import Known, Quality

lange, pocon = get_lapack_funcs(("lange", "pocon"), dtype=np.float64)


class LevelMetric(Metric):
    """As `Metric`, of an `Arrow`; its covariance is a `LowRank`.

    >>> metric = LevelMetric(Arrow(0, np.array([4.0, 2.0]), np.array([[2.0], [0.0]]), np.array([[2.0]])))
    >>> metric.norm(np.array([2.0, 0.0, 0.0])), metric.covariance().diagonal()
    (1.4142135623730951, array([0.5, 0.5, 1. ]))
    """

    by_levels = True

    def __init__(self, information: Any) -> None:
        factor = ArrowFactor.of(information)
        if factor.failed or not np.isfinite(factor.R).all():
            raise IdentificationError(why_singular(information.diagonal(), factor.failed))
        self.information, self.eliminated = information, factor

    @classmethod
    def for_ascent(cls, information: Any) -> Metric:
        """As of `Metric`; where the information is not definite, the numbers of levels and the eigenvalues of what is
        left of the others are made positive.
        """
        try:
            return cls(information)
        except IdentificationError:
            least = 1e-8 * max(float(np.abs(information.d).max()), np.finfo(float).tiny)
            raised = information.raised(least)
            inner = raised.taken()
            left = Metric.for_ascent(information.C - inner).information if len(inner) else inner
            metric = cls(replace(raised, C=left + inner))
            metric.definite = False
            return metric

    @property
    def rcond(self) -> float:
        """The reciprocal condition of what is left of the other coefficients, scaled to unit diagonal, times the
        smallest share that is left of one: what elimination can lose. The levels themselves are a diagonal, or small
        blocks of which the smallest share counts in the same way.
        """
        R, least = self.eliminated.R, self.eliminated.share
        if not len(R):
            return least
        S = R.T @ R
        unit = np.sqrt(S.diagonal())
        share = min(least, float((S.diagonal() / self.information.C.diagonal()).min()))
        return share * float(pocon(R / unit, lange("1", S / unit[:, None] / unit))[0])

    def well_conditioned(self, least: float) -> bool:
        """Is `rcond` at least this?"""
        return self.rcond >= least

    def kept(self) -> Quality:
        """Its reciprocal condition: what a solution keeps."""
        return Known(self.rcond)

    def times(self, factor: float) -> Metric:
        """The metric of `factor` times the information."""
        return LevelMetric(self.information.scaled(factor))

    def solve(self, score: Floats) -> Floats:
        """H^-1 g: the Newton step."""
        with np.errstate(over="ignore", invalid="ignore"):  # a step beyond float64 leads nowhere, and is not taken
            step = self.eliminated.solve(score)
        return step if nrm2(step.ravel("K")) < LONGEST else np.clip(step, -LONGEST, LONGEST)

    def norm(self, score: Floats) -> float:
        """sqrt(g^T H^-1 g): the Newton decrement of score g."""
        of_levels, rest = self.eliminated.half(score)
        return float(np.hypot(nrm2(of_levels), nrm2(rest) if len(rest) else 0.0))

    def length(self, step: Floats) -> float:
        """sqrt(d^T H d): a step d in standard errors."""
        return sqrt(max(float(step @ self.information.product(step)), 0.0))

    def spread(self, T: Any) -> Floats:
        """The square roots of the diagonal of T H^-1 T'."""
        return np.sqrt(self.covariance().mapped(T).diagonal())

    def log_determinant(self) -> float:
        """The logarithm of the determinant of the information."""
        return float(np.log(self.eliminated.delta).sum() + 2.0 * np.log(self.eliminated.R.diagonal()).sum())

    def inflation(self) -> float:
        """The trace of the inverse of the information scaled to unit diagonal."""
        return float((self.information.diagonal() * self.covariance().diagonal()).sum())

    def whiten(self) -> Floats:
        """W (p, p) with W W^T = H^-1, as an array."""
        return Metric(np.asarray(self.information)).whiten()

    def covariance(self) -> Any:
        """H^-1."""
        inverse, W, within = self.eliminated.sides()
        return LowRank(inverse, W, np.eye(W.shape[1]), within)


def metric_for(information: Any) -> type[Metric]:
    """The class of metrics that goes with an information: an array, or an `Arrow`."""
    return LevelMetric if type(information) is Arrow else Metric
