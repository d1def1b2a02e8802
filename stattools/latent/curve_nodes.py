"""Few points that stand for the many rows of one curve: Gauss's rule of the rows that lie between two knots.

Where log p(y | eta) is y eta + log p(0 | eta) and what does not depend on eta, and eta is a curve, sums over rows are

    sum_i w_i y_i B(x_i)   and   sum_i w_i h(B(x_i)'c) B(x_i) ...,

sums over points and weights that integrate polynomials over the rows between two knots, where the curve is a cubic. The
first is exact with q points, and so is the other where all of it is a polynomial of degree 2 q - 1 at most; for h = exp
and a curve that moves by d between two knots the error is about (d / 2)^(2 q) / (2 q)! of it, for probabilities about
(d / 12)^(2 q). Rows of the same x are put together where rows are few. The search for the maxima of a curve takes place
on these points; what it finds is climbed to on the rows themselves.

Source: Golub & Welsch, Mathematics of Computation 23 (1969); Gautschi, Orthogonal Polynomials (2004), 2.2.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

import numpy as np

from stattools.data.smooth_term import Indices, bsplines
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.latent.curve_sums import fitted
from stattools.latent.effect_columns import NOBODY
from stattools.latent.joint_modes import SeenRows
from stattools.latent.laplace import LaplaceIntegral
from stattools.latent.point_columns import PointColumns
from stattools.latent.spline_columns import SplineColumns

POINTS = 10
"""Of a rule: a curve that moves by 4 between two knots has sums with an error of about 1e-13."""
ENOUGH = 40
"""From so many rows between two knots on points stand for them."""
FLAT = 1e-4
"""Rows whose polynomials are nearly dependent, as those of few different x, have recurrences with smaller numbers."""
FEWER = 0.5
"""Points are taken where they are at most this share of the rows."""


@record
class SeenMeans(SeenRows):
    """Points of which each stands for rows of mean `y` and total `weight`, of a likelihood `from_zero`: means may lie
    beyond the outcomes that there are.
    """

    @cached_property
    def _zero(self) -> Floats:
        return np.zeros(len(self.y))

    @np.errstate(over="ignore", invalid="ignore")  # a step that is too long may overflow, and is shortened
    def loglik(self, eta: Floats) -> float:
        """The log-likelihood but for what does not depend on eta, -inf where it is not a number."""
        total = float(np.dot(self.likelihood.loglik(eta, self._zero) + self.y * eta, self.weight))  # type: ignore[arg-type]
        return total if total == total else -np.inf

    def evaluate(self, eta: Floats) -> tuple[float, Floats, Floats]:
        """The log-likelihood, and the score and the information of each point times its weight."""
        return self.loglik(eta), *self.derivatives(eta)

    @np.errstate(over="ignore", invalid="ignore")  # as above
    def derivatives(self, eta: Floats) -> tuple[Floats, Floats]:
        """The score and the information of `evaluate`."""
        score, information = self.likelihood.derivatives(eta, self._zero)
        return self._weighted(score + self.y, information)


@record
class CurveNodes:
    """The points and the columns of a curve there: an approximation of the likelihood by its standard deviation."""

    rows: SeenMeans
    columns: PointColumns

    def beside(self, theta: Floats, last: LaplaceIntegral | None, close: float) -> LaplaceIntegral:
        """The approximation at theta (1,), whose mode is looked for from that of `last`, to a squared decrement."""
        base = np.zeros(self.columns.n)
        return LaplaceIntegral.at(self.rows, self.columns, (), theta.tolist(), base, last, close)

    def score_of(self, found: LaplaceIntegral) -> Floats:
        """The slope of the log-likelihood in theta (1,)."""
        return found.slopes[1]


def curve_nodes(rows: SeenRows, columns: SplineColumns) -> CurveNodes | None:
    """Points for the rows of one curve, whose linear predictor is 0 without it. None where they would not be far fewer
    than the rows, where there are other columns, or where means do not stand for outcomes.
    """
    (term,) = columns.terms
    weight = np.ones(columns.n) if rows.weight is None else rows.weight
    beyond = (term.beyond & (weight > 0.0)).any()
    alike = rows.likelihood.from_zero and term.weight is None and not beyond and not len(columns.beside[0])
    if not alike or POINTS * (term.k - 3) > FEWER * columns.n:
        return None
    order = columns.by_knots[0].order
    order = order[weight.take(order) > 0.0]
    x = (term.first + term.values @ np.arange(4.0) - 1.0).take(order)  # B-splines times their numbers are x itself
    at, w, wy = _points(term.first.take(order), x, weight.take(order), rows.y.take(order))
    if len(at) > FEWER * columns.n:
        return None
    first, basis, beyond = bsplines(np.clip(at, 0.0, term.k - 3.0), term.k)
    points = replace(term, first=first, basis=basis, beyond=beyond)
    which, c = columns.made
    flat = np.empty((len(which), len(at)))
    flat[which] = fitted(points, c)
    made = PointColumns(len(at), NOBODY, (), (points.columns.T / columns.sizes[0],), flat)
    return CurveNodes(SeenMeans(rows.likelihood, wy / w, w), made)


type Points = tuple[Floats, Floats, Floats]
"""Where points are, the sum of weights of the rows for which each stands, and that of their outcomes."""


def _points(first: Indices, x: Floats, w: Floats, y: Floats) -> Points:
    """Those of rows in the order of the knots that they lie between, `first`."""
    starts = np.flatnonzero(np.diff(first, prepend=-1))
    counts = np.diff(starts, append=len(first))
    low, high = np.minimum.reduceat(x, starts), np.maximum.reduceat(x, starts)
    span = np.maximum(high - low, np.finfo(float).tiny)
    t = (x - np.repeat(low, counts)) / np.repeat(span, counts)
    center, width, moments = _recurrence(t, w, y, starts, counts)
    are = (counts >= ENOUGH) & (width[:, :-1] >= FLAT).all(axis=1)
    rest = np.repeat(~are, counts)
    at, put = np.unique(x[rest], return_inverse=True)
    alone = at, np.bincount(put, w[rest], len(at)), np.bincount(put, (w * y)[rest], len(at))
    matrix = np.zeros((int(are.sum()), POINTS, POINTS))
    places = np.arange(POINTS)
    matrix[:, places, places] = center[are]
    matrix[:, places[1:], places[:-1]] = width[are, :-1]
    places, vectors = np.linalg.eigh(matrix)
    total = np.add.reduceat(w, starts)[are, None]
    one = vectors[:, 0]
    sums = np.sqrt(total) * one * np.einsum("sj,sjg->sg", moments[are], vectors)
    rule = low[are, None] + span[are, None] * places, total * one**2, sums
    return tuple(np.append(own, other.ravel()) for own, other in zip(alone, rule, strict=True))  # type: ignore[return-value]


def _recurrence(t: Floats, w: Floats, y: Floats, starts: Indices, counts: Indices) -> tuple[Floats, Floats, Floats]:
    """The numbers (m, q) of the recurrence of orthonormal polynomials over the rows of each pair of knots,

        width_j p_j+1 = (t - center_j) p_j - width_j-1 p_j-1,

    and the sums of outcomes times these.
    """
    center, width, moments = (np.empty((len(starts), POINTS)) for _ in range(3))
    before, p = np.zeros(len(t)), np.repeat(1.0 / np.sqrt(np.add.reduceat(w, starts)), counts)
    for j in range(POINTS):
        weighted = w * p
        moments[:, j] = np.add.reduceat(weighted * y, starts)
        center[:, j] = np.add.reduceat(weighted * p * t, starts)
        following = (t - np.repeat(center[:, j], counts)) * p
        if j:
            following -= np.repeat(width[:, j - 1], counts) * before
        width[:, j] = np.sqrt(np.add.reduceat(w * following * following, starts))
        before, p = p, following / np.repeat(np.maximum(width[:, j], FLAT), counts)
    return center, width, moments
