"""One or two effects of each level of one group: -2 log L and both its derivatives without a loop over entries.

With S = T T', delta = |S| and c = (s11, s12, s22, delta) all that a group brings is a ratio of linear functions of c,

    D = |I + S A| = 1 + u'c,    u = (a11, 2 a12, a22, |A|)
    Q = B'(S^-1 + A)^-1 B = (y'c) / D,    of columns k, l: y = (b1k b1l, b1k b2l + b2k b1l, b2k b2l, b_k' adj(A) b_l)
    log|V| = sum_j log D_j,    W'V^-1 W = C - sum_j Q_j

so that u and y are made once of the sums over rows, and at each point the groups are met in three products of matrices.
For one effect c = s. Exact at singular S too. Where effects are large differences lose digits, and where there are
thousands of groups `one_factor.py` costs no more: there it is left to that. Source: Cramer's rule.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, cached_property
from math import isfinite, log, pi, sqrt
from typing import NamedTuple

import numpy as np

from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.latent.deviance import Deviance, Indices, lower_entries, potrf, trtri
from stattools.latent.one_factor import OneFactor
from stattools.numerics.few_columns import eigen

MOST = 130_000
"""Numbers y up to which this is quicker: twice as quick at 5,000 groups with a slope, beside one column and ones."""
LARGEST = 1e4
"""tr(S A) of a group up to which no more than four digits are lost."""


@cache
def _pairs(m: int) -> tuple[Indices, Indices, Indices]:
    """Rows and columns of the lower triangle (m, m), and the number of the pair at each place of the whole."""
    first, second = lower_entries(m)
    pair = np.empty((m, m), dtype=np.intp)
    pair[first, second] = pair[second, first] = np.arange(len(first))
    return first, second, pair


@record
class FewEffects:
    """Of the `sums` over rows the features `u` (K, J) and `y` (m (m + 1) / 2, K, J) of the groups, C in pairs of
    columns, and the `largest` sum of squares of each effect; `pair` (m, m) says which pair two columns are.
    """

    of: Deviance
    sums: OneFactor
    u: Floats
    y: Floats
    C: Floats
    pair: Indices
    largest: tuple[float, ...]

    @classmethod
    def made(cls, deviance: Deviance) -> FewEffects | None:
        """From the sums of a structure; None where another way is quicker."""
        structure = deviance.structure
        if not isinstance(structure, OneFactor) or len(structure.E) > 2:
            return None
        E, C = structure.E, structure.C
        Q, m, J = len(E), len(C), E.shape[2]
        K = 1 if Q == 1 else 4
        if m * (m + 1) // 2 * K * J > MOST:
            return None
        first, second, pair = _pairs(m)
        y, B = np.empty((len(first), K, J)), E[:, Q:]
        left, right = B[:, first], B[:, second]
        np.multiply(left[0], right[0], out=y[:, 0])
        if Q == 1:
            return cls(deviance, structure, E[0, :1], y, C[first, second], pair, (float(E[0, 0].max()),))
        np.multiply(left[0], right[1], out=y[:, 1])
        y[:, 1] += left[1] * right[0]
        np.multiply(left[1], right[1], out=y[:, 2])
        a, b, c = E[0, 0], E[0, 1], E[1, 1]
        y[:, 3] = c * y[:, 0] - b * y[:, 1] + a * y[:, 2]
        u = np.array([a, 2.0 * b, c, a * c - b * b])
        return cls(deviance, structure, u, y, C[first, second], pair, (float(a.max()), float(c.max())))

    @cached_property
    def is_apart(self) -> bool:
        """Are the two effects of two terms, which are not correlated?"""
        return len(self.of.structure.widths) > 1

    def at(self, theta: Floats) -> AtFew | None:
        """What is known at theta; None where digits would be lost, or float64 is left."""
        of, u, y, d = self.of, self.u, self.y, self.of.d
        ways = self._way(theta)
        if ways is None:
            return None
        c, steps = ways
        pairs, K, J = y.shape
        D = c @ u
        D += 1.0
        shares = np.empty((1 + K, J))  # 1 / D, and u / D^2 below it
        inverse = np.divide(1.0, D, out=shares[0])
        slopes = u * inverse
        np.multiply(slopes, inverse, out=shares[1:])
        sums = shares @ y.reshape(-1, J).T
        explained = (sums.reshape(-1, K) @ c).reshape(1 + K, pairs)
        triangle, info = potrf((self.C - explained[0])[self.pair], lower=True)
        if info:
            return None
        diagonal = triangle.diagonal().tolist()
        last = diagonal.pop()
        value = float(np.add.reduce(np.log(D))) + d * (1.0 + log(2.0 * pi * last * last / d)) + of.constant
        back = trtri(triangle, lower=True)[0]
        change = explained[1:] - sums[0].reshape(pairs, K).T
        moved = back @ (change[:, self.pair] @ back.T)  # the last row is the residual's
        pulls = moved[:, -1, -1]
        first, second = np.add.reduce(slopes, axis=1), d * pulls
        flat = moved[:, :-1, :-1].reshape(K, -1)
        if of.reml:
            value += 2.0 * sum(map(log, diagonal))
            first += flat @ self.trace
        if not isfinite(value):
            return None
        bending = Bending(slopes, inverse, sums, moved[:, -1, :-1], pulls, flat, back)
        return AtFew(self, theta, c, value, last * last / d, first, second, steps, bending)

    def bends(self, at: AtFew) -> Floats:
        """The second derivatives of -2 log L by c, (K, K)."""
        y, d = self.y, self.of.d
        slopes, inverse, sums, across, pulls, flat, back = at.bending
        pairs, K, J = y.shape
        found = across @ across.T
        found += found
        found += np.multiply.outer(pulls, pulls)
        found *= -d
        scaled = back * self.scale
        if self.of.reml:
            found -= flat @ flat.T
            weights = scaled.T @ scaled
        else:
            weights = np.multiply.outer(scaled[-1], scaled[-1])
        packed = np.bincount(self.flat_pair, weights.ravel(), pairs)
        between = packed @ sums[1:].reshape(K, pairs, K)
        q = at.c @ (packed @ y.reshape(pairs, -1)).reshape(K, J)
        q *= inverse
        q *= 2.0
        q += 1.0
        found += between
        found += between.T
        found -= (slopes * q) @ slopes.T
        return found

    @cached_property
    def scale(self) -> Floats:
        """The square root of d for the row of the residual, 1 for the others, (m, 1)."""
        found = np.ones((len(self.pair), 1))
        found[-1] = sqrt(self.of.d)
        return found

    @cached_property
    def trace(self) -> Floats:
        """What makes the trace of a flat matrix of the columns of X."""
        return np.eye(len(self.pair) - 1).ravel()

    @cached_property
    def flat_pair(self) -> Indices:
        """`pair` in one row."""
        return self.pair.ravel()

    def _way(self, theta: Floats) -> tuple[Floats, Floats] | None:
        """c and its derivatives by theta (t, K); None where the largest tr(S A) loses digits."""
        t = theta.tolist()
        if len(self.u) == 1:
            (t1,) = t
            inside = t1 * t1 * self.largest[0] <= LARGEST
            return (np.array([t1 * t1]), np.array([[2.0 * t1]])) if inside else None
        t1, t2, t3 = (t[0], 0.0, t[1]) if self.is_apart else t
        root, s11, s22 = t1 * t3, t1 * t1, t2 * t2 + t3 * t3
        if not s11 * self.largest[0] + s22 * self.largest[1] <= LARGEST:
            return None
        steps = np.array((2 * t1, t2, 0.0, 2 * root * t3, 0.0, t1, 2 * t2, 0.0, 0.0, 0.0, 2 * t3, 2 * root * t1))
        steps = steps.reshape(3, 4)
        return np.array((s11, t1 * t2, s22, root * root)), steps[::2] if self.is_apart else steps


class Bending(NamedTuple):
    """What the second derivatives of a point are made of: u / D and 1 / D of the groups, the sums over them, and the
    first derivatives of W'V^-1 W in the coordinates of its Cholesky factor, whose inverse is `back`: `across` and
    `pulls` are the row of the residual, `flat` is the rest.
    """

    slopes: Floats
    inverse: Floats
    sums: Floats
    across: Floats
    pulls: Floats
    flat: Floats
    back: Floats


@record
class AtFew:
    """-2 log L at theta, which is c with d c / d theta = `steps` (t, K): its `value`, the residual variance, and its
    derivatives by c, `first` of the determinants and `second` of the residual (K,); the second ones are made of
    `bending` when they are asked for.
    """

    few: FewEffects
    theta: Floats
    c: Floats
    value: float
    s2: float
    first: Floats
    second: Floats
    steps: Floats
    bending: Bending

    @property
    def of(self) -> Deviance:
        """The deviance that this is."""
        return self.few.of

    @cached_property
    def slope(self) -> Floats:
        """The derivative by c."""
        return self.first + self.second

    @cached_property
    def gradient(self) -> Floats:
        """The derivative by theta."""
        return self.steps @ self.slope

    @cached_property
    def curvature(self) -> Floats:
        """The second derivatives by theta."""
        found = self.steps @ self.few.bends(self) @ self.steps.T
        g = self.slope.tolist()
        if len(g) == 1:
            found += 2.0 * g[0]
            return found
        t1, t3 = float(self.theta[0]), float(self.theta[-1])
        both = 4.0 * g[3] * t1 * t3
        found[0, 0] += 2.0 * (g[0] + g[3] * t3 * t3)
        found[-1, -1] += 2.0 * (g[2] + g[3] * t1 * t1)
        found[0, -1] += both
        found[-1, 0] += both
        if not self.few.is_apart:
            found[0, 1] += g[1]
            found[1, 0] += g[1]
            found[1, 1] += 2.0 * g[2]
        return found

    @property
    def two_parts(self) -> Iterator[tuple[Floats, Floats, Floats]]:
        """For each term T, and M and N = h h' of Gamma = M - N, as (T, M, h)."""
        first, second = (self._by_entries(part.tolist()) for part in (self.first, self.second))
        for T, own in zip(self.of.factors(self.theta), self.few.sums.spans, strict=True):
            sizes, vectors = eigen(-second[own, own])
            yield T, first[own, own], vectors * np.sqrt(np.maximum(sizes, 0.0))

    def _by_entries(self, g: list[float]) -> Floats:
        """The derivative by S of what has the derivative g by c."""
        if len(g) == 1:
            return np.array([g])
        s11, s12, s22, _ = self.c.tolist()
        across = 0.5 * g[1] - g[3] * s12
        return np.array([[g[0] + g[3] * s22, across], [across, g[2] + g[3] * s11]])
