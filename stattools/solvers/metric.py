"""The information as a metric: lengths in standard errors, steps and covariances, from one Cholesky factor.

`Metric(H)` is that of an array, of an information whose levels are eliminated first (an `Arrow`, in L k^2 operations),
or of a covariance (a `LowRank`), whose blocks are:

    V = E + U K U',   W = E^-1/2 U = Q T,   T K T' = P diag(lambda) P'
    V^-1 = E^-1/2 (I + Q P (diag(1 / (1 + lambda)) - I) P' Q') E^-1/2

Rows and columns without a block of their own, at most as many as the columns of U, follow by their Schur complement.

`HeldMetric` is that of the directions that linear hypotheses leave free, R d = 0, without a basis of these directions:

    P = H^-1 - G S^-1 G',   G = H^-1 R' (p, r),   S = R H^-1 R'       d = P g: the Newton step with R d = 0

Source: Nocedal & Wright, Numerical Optimization (2006), 16.1.
"""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from math import e, isfinite, prod, sqrt
from typing import Any

import numpy as np
from scipy.linalg import get_blas_funcs, get_lapack_funcs

from stattools.errors import IdentificationError
from stattools.interface.arrays import Floats
from stattools.numerics.arrowhead import Arrow, ArrowFactor, by_block, diagonals, in_parts
from stattools.numerics.low_rank import LowRank
from stattools.numerics.small_matrices import backward, factored, forward
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
    _inverse_factor: Floats | None = None
    _inverse: Floats | None = None

    def __new__(cls, information: object = None) -> Metric:
        return object.__new__(METRICS.get(type(information), cls))

    def __init__(self, information: Any) -> None:
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

        1 / rcond = |H| |H^-1| in the largest column sum  <=  p sqrt(p) / the least eigenvalue  <=  e p sqrt(p) / det H.
        """
        roots, diagonal = self.factor.diagonal().tolist(), self.information.diagonal().tolist()
        determinant = prod([root / sqrt(size) for root, size in zip(roots, diagonal, strict=True)]) ** 2
        return e * len(roots) ** 1.5 * least <= determinant or self.rcond >= least

    @classmethod
    def where_definite(cls, information: object) -> Metric | None:
        """The metric, or None where the information is not positive definite."""
        try:
            return cls(information)
        except IdentificationError:
            return None

    @classmethod
    def for_ascent(cls, information: object) -> Metric:
        """The metric of the information or, where that is not definite, one with its eigenvalues made positive.

        Any positive definite metric gives directions in which the log-likelihood rises. `definite` is False for one
        that was changed: it does not measure the distance to a maximum.
        """
        try:
            return cls(information)
        except IdentificationError:
            with np.errstate(over="ignore"):  # an information beyond float64 has no factor, and is refused
                metric = cls(positive(information))
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

    def covariance(self) -> Any:
        """H^-1."""
        C = self._inverse
        if C is None:
            W = self.whiten()
            C = self._inverse = W.dot(W.T)
        return C


def positive(information: Any) -> Any:
    """The matrix with its eigenvalues in units of the diagonal made positive; of an `Arrow` those of the numbers of
    levels, and of what is left of the others.
    """
    if in_parts(information):
        raised = information.raised(1e-8 * max(float(np.abs(diagonals(information.D)).max()), np.finfo(float).tiny))
        inner = raised.taken()
        return replace(raised, C=inner + positive(information.C - inner)) if len(inner) else raised
    unit = np.sqrt(np.abs(np.diagonal(information)))
    unit = np.where(unit > 0, unit, 1.0)
    values, vectors = np.linalg.eigh(information / unit[:, None] / unit)
    values = np.maximum(np.abs(values), 1e-8 * max(np.abs(values).max(), np.finfo(float).tiny))
    return ((vectors * values) @ vectors.T) * unit[:, None] * unit


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


ROUND_OFF = 1e-14
"""The share of a variance down to which what a level has of its own is round-off."""


class LevelMetric(Metric):
    """As `Metric`, of an `Arrow`; its covariance is a `LowRank`.

    >>> D = np.array([[[4.0]], [[2.0]]])
    >>> metric = LevelMetric(Arrow(np.array([[0], [1]]), D, np.array([[2.0], [0.0]]), np.array([[2.0]])))
    >>> metric.norm(np.array([2.0, 0.0, 0.0])), metric.covariance().diagonal()
    (1.4142135623730951, array([0.5, 0.5, 1. ]))
    """

    def __init__(self, information: Any) -> None:
        factor = ArrowFactor.of(information)
        if factor.failed or not np.isfinite(factor.R).all():
            raise IdentificationError(why_singular(information.diagonal(), factor.failed))
        self.information, self.eliminated = information, factor

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

    def spread(self, T: object) -> Floats:
        """The square roots of the diagonal of T H^-1 T'."""
        return np.sqrt(self.covariance().mapped(T).diagonal())

    def log_determinant(self) -> float:
        """The logarithm of the determinant of the information."""
        return 2.0 * float(sum(np.log(root.diagonal()).sum() for root in (self.eliminated.root, self.eliminated.R)))

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
        (root, left), U, rest = factored(np.moveaxis(V.E, 0, -1)), V.U, np.ones(len(V), dtype=bool)
        known = (left > 0.0) & (root.diagonal() ** 2 > ROUND_OFF).all(axis=1)
        self.places, self.root = V.at[known], root[:, :, known]
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
        found[self.places] = by_block(forward, self.root, v[self.places])
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
        least = float(self.root.diagonal().min(initial=1.0)) ** 2
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
        found[self.places] = by_block(backward, self.root, whole[self.places])
        return self.unit * found[:, 0]


METRICS: dict[type, type[Metric]] = {Arrow: LevelMetric, LowRank: LowRankMetric}


class HeldMetric:
    """Steps and lengths with R d = 0, for R (r, p) of full rank.

    >>> metric = HeldMetric(np.array([[1.0, 0.0]]), np.array([[2.0, 1.0], [1.0, 4.0]]))
    >>> abs(metric.solve(np.array([1.0, 4.0]))).round(12), round(metric.norm(np.array([1.0, 4.0])), 12)
    (array([0., 1.]), 2.0)
    >>> metric.toward(np.array([1.0]))  # the point nearest to 0, in standard errors, where the first is 1
    array([ 1.  , -0.25])
    """

    def __init__(self, R: Floats, information: Any) -> None:
        self.whole: Any = Metric.for_ascent(information)
        self.R, G = R, self.whole.solve(R.T)
        self.back = Metric(R @ G).solve(G.T).T  # G S^-1, (p, r)

    def solve(self, score: Floats) -> Floats:
        """P g: the Newton step; of each column where g is (p, k)."""
        step = self.whole.solve(score)
        for _ in range(2):  # the second time takes off what rounding left of the first
            step = step - self.back.dot(self.R.dot(step))
        return step

    def norm(self, score: Floats) -> float:
        """sqrt(g'P g), from the step: a difference of squares would lose the digits of small ones."""
        return self.whole.length(self.solve(score))

    def toward(self, gap: Floats) -> Floats:
        """The shortest d with R d = gap, (r,)."""
        return self.back @ gap
