"""Metrics of matrices of many levels, in L k^2 operations: of an information, an `Arrow`, whose levels are eliminated
first; and of a covariance, a `LowRank`, whose blocks are.

    V = E + U K U',   W = E^-1/2 U = Q T,   T K T' = P diag(lambda) P'
    V^-1 = E^-1/2 (I + Q P (diag(1 / (1 + lambda)) - I) P' Q') E^-1/2

Rows and columns without a block of their own, at most as many as the columns of U, follow by their Schur complement.
"""

from __future__ import annotations

from dataclasses import replace
from math import sqrt
from typing import Any

import numpy as np
from scipy.linalg import get_lapack_funcs

from stattools.errors import IdentificationError
from stattools.interface.arrays import Floats
from stattools.numerics.arrow import Arrow, ArrowFactor
from stattools.numerics.level_blocks import backward, diagonals, forward, triangles
from stattools.numerics.low_rank import LowRank
from stattools.solvers.metric import LONGEST, Metric, nrm2, why_singular
from stattools.solvers.solution import Known, Quality

lange, pocon = get_lapack_funcs(("lange", "pocon"), dtype=np.float64)

ROUND_OFF = 1e-14
"""The share of a variance down to which what a level has of its own is round-off."""


class LevelMetric(Metric):
    """As `Metric`, of an `Arrow`; its covariance is a `LowRank`.

    >>> D = np.array([[[4.0]], [[2.0]]])
    >>> metric = LevelMetric(Arrow(np.array([[0], [1]]), D, np.array([[2.0], [0.0]]), np.array([[2.0]])))
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
            least = 1e-8 * max(float(np.abs(diagonals(information.D)).max()), np.finfo(float).tiny)
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
        E, W = self.eliminated.sides()
        return LowRank(self.information.at, E, W, np.eye(W.shape[1]))


class LowRankMetric(Metric):
    """As `Metric`, of a `LowRank`: norms and solutions.

    >>> V = LowRank(np.array([[0]]), np.array([[[1.0]]]), np.array([[1.0], [1.0]]), np.array([[2.0]]))
    >>> metric = LowRankMetric(V)
    >>> metric.solve(np.array([4.0, 2.0])).round(6).tolist(), round(metric.norm(np.array([4.0, 2.0])) ** 2, 6)
    ([2.0, -1.0], 6.0)
    """

    def __init__(self, information: Any) -> None:
        self.information, size = information, information.diagonal()
        if not ((size > 0) & np.isfinite(size)).all():
            raise IdentificationError(why_singular(size, 0))
        self.unit = 1.0 / np.sqrt(size)
        V = information.on_both_sides(self.unit)
        (N, delta), U, rest = triangles(V.E), V.U, np.ones(len(V), dtype=bool)
        known = (delta > ROUND_OFF).all(axis=1)
        self.places, self.N, self.delta = V.at[known], N[known], delta[known]
        rest[self.places] = False
        self.levels, self.rest = np.flatnonzero(~rest), np.flatnonzero(rest)
        if len(self.rest) > U.shape[1]:
            raise IdentificationError(why_singular(size, int(self.rest[U.shape[1]])))
        Q, T = np.linalg.qr(self._half(U)[self.levels])
        along, P = np.linalg.eigh(T @ V.K @ T.T)
        self.Q, self.along = Q @ P, 1.0 + along
        if not self.along.min(initial=1.0) > 0:
            raise IdentificationError(why_singular(size, 0))
        self.cross = self._root(self._half(U)[self.levels] @ V.K @ U[self.rest].T)
        beside = V[np.ix_(self.rest, self.rest)]
        self.share, self.left = 1.0, None
        if len(self.rest):
            left = beside - self.cross.T @ self.cross
            self.share, self.left = float(left.diagonal().min()), Metric(0.5 * (left + left.T))

    def _half(self, v: Floats) -> Floats:
        """The blocks to the power -1/2 times v (k, r)."""
        found = v.copy()
        found[self.places] = forward(self.N, v[self.places]) / np.sqrt(self.delta)[:, :, None]
        return found

    def _root(self, v: Floats) -> Floats:
        """(I + W K W')^-1/2 v, for v (l, r) of the rows that have a diagonal of their own."""
        along = self.Q.T @ v
        return v - self.Q @ (along - along / np.sqrt(self.along)[:, None])

    def _parts(self, v: Floats) -> tuple[Floats, Floats]:
        """What v (k,) is in coordinates of the levels whose covariance is the identity, and beside them."""
        v = (self.unit * v)[:, None]
        of_levels = self._root(self._half(v)[self.levels])
        return of_levels, v[self.rest] - self.cross.T @ of_levels

    @property
    def rcond(self) -> float:
        """A lower bound of the reciprocal condition, scaled to unit diagonal."""
        least = float(self.delta.min(initial=1.0))
        inner = 1.0 if self.left is None else self.share * self.left.rcond
        return least * min(1.0, float(self.along.min(initial=1.0))) * inner / len(self.unit)

    def norm(self, score: Floats) -> float:
        """sqrt(g' V^-1 g)."""
        of_levels, rest = self._parts(score)
        return float(
            np.hypot(nrm2(of_levels) if len(of_levels) else 0.0, self.left.norm(rest[:, 0]) if self.left else 0.0)
        )

    def solve(self, score: Floats) -> Floats:
        """V^-1 g, for g (k,)."""
        of_levels, rest = self._parts(score)
        found = np.zeros((len(self.unit), 1))
        if self.left:
            found[self.rest] = self.left.solve(rest[:, 0])[:, None]
            of_levels = of_levels - self.cross @ found[self.rest]
        whole = np.zeros_like(found)
        whole[self.levels] = self._root(of_levels)
        found[self.places] = backward(self.N, whole[self.places] / np.sqrt(self.delta)[:, :, None])
        return self.unit * found[:, 0]


def metric_for(information: Any) -> type[Metric]:
    """The class of metrics that goes with an information or a covariance: an array, an `Arrow`, or a `LowRank`."""
    return {Arrow: LevelMetric, LowRank: LowRankMetric}.get(type(information), Metric)
