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
from functools import cache, cached_property, lru_cache
from math import isfinite, log, pi

import numpy as np

from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.latent.deviance import Deviance, Indices, Profile, Reached, lower_entries, potrf, trtri
from stattools.latent.large_ratios import LARGE
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


@lru_cache(maxsize=128)
def _weights(m: int, reml: bool, d: int) -> tuple[Floats, Floats, Floats]:
    """Of m columns, the last of which is the residual's: the weight `own` (m,) of each in the derivative of -2 log L by
    W'V^-1 W in the coordinates of its Cholesky factor, d for the residual and 1 with REML, 0 without, for the others;
    the same at the places of the diagonal of a flat matrix, (m * m,); and what second derivatives weigh the products of
    two such matrices with.
    """
    own = np.full(m, float(reml))
    own[-1] = d
    products = np.full((m, m), -float(d))
    products[:-1, :-1] = -float(reml)
    return own, np.diag(own).ravel(), products.ravel()


@record
class FewEffects:
    """Of the `sums` over rows the features `u` (1 + K, J), below a row of ones, and `y` (m (m + 1) / 2, K, J) of the
    groups, C in pairs of columns, and the `largest` sum of squares of each effect; `pair` (m, m) says which pair two
    columns are.
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
        y, u, B = np.empty((len(first), K, J)), np.empty((1 + K, J)), E[:, Q:]
        left, right = B.take(first, axis=1), B.take(second, axis=1)
        u[0] = 1.0
        u[1] = E[0, 0]
        np.multiply(left[0], right[0], out=y[:, 0])
        if Q > 1:
            a, b, c = E[0, 0], E[0, 1], E[1, 1]
            np.multiply(2.0, b, out=u[2])
            u[3] = c
            np.subtract(a * c, b * b, out=u[4])
            np.multiply(left[0], right[1], out=y[:, 1])
            y[:, 1] += left[1] * right[0]
            np.multiply(left[1], right[1], out=y[:, 2])
            np.add(c * y[:, 0], a * y[:, 2], out=y[:, 3])
            y[:, 3] -= b * y[:, 1]
        sizes = np.maximum.reduce(u[1:4:2], axis=1)
        return cls(deviance, structure, u, y, C[first, second], pair, tuple(sizes.tolist()))

    @cached_property
    def is_apart(self) -> bool:
        """Are the two effects of two terms, which are not correlated?"""
        return len(self.of.structure.widths) > 1

    @cached_property
    def flat(self) -> Floats:
        """`y` with one row for each pair and feature, (m (m + 1) / 2 K, J)."""
        return self.y.reshape(-1, self.y.shape[2])

    @cached_property
    def weights(self) -> tuple[Floats, Floats, Floats]:
        """The weights of columns and of their products in derivatives (`_weights`)."""
        return _weights(len(self.pair), self.of.reml, self.of.d)

    def at(self, theta: Floats) -> AtFew | None:
        """What is known at theta; None where digits would be lost, or float64 is left."""
        of, u, d = self.of, self.u, self.of.d
        ways = self._way(theta)
        if ways is None:
            return None
        whole, steps = ways
        pairs, K, _ = self.y.shape
        c, D = whole[1:], whole @ u
        shares = u / D  # 1 / D, and u / D below it
        weights = shares * shares[0]
        weights[0] = shares[0]  # 1 / D, and u / D^2 below it
        sums = weights @ self.flat.T
        explained = (sums.reshape(-1, K) @ c).reshape(1 + K, pairs)
        triangle, info = potrf((self.C - explained[0]).take(self.pair), lower=True)
        if info:
            return None
        *others, last = triangle.diagonal().tolist()
        value = float(np.add.reduce(np.log(D))) + d * (1.0 + log(2.0 * pi * last * last / d)) + of.constant
        if of.reml:
            value += 2.0 * sum(map(log, others))
        if not isfinite(value):
            return None
        back = trtri(triangle, lower=True)[0]
        change = explained[1:] - sums[0].reshape(pairs, K).T
        moved = (back @ (change.take(self.pair, axis=1) @ back.T)).reshape(K, -1)
        slope = np.add.reduce(shares[1:], axis=1) + moved @ self.weights[1]
        return AtFew(self, theta, c, value, last * last / d, slope, steps @ slope, steps, shares, sums, moved, back)

    def bends(self, at: AtFew) -> Floats:
        """The second derivatives of -2 log L by c, (K, K)."""
        pairs, K, _ = self.y.shape
        own, _, of_products = self.weights
        slopes, sums, moved, back = at.shares[1:], at.sums, at.moved, at.back
        found = (moved * of_products) @ moved.T
        packed = np.bincount(self.flat_pair, ((back.T * own) @ back).ravel(), pairs)
        between = packed @ sums[1:].reshape(K, pairs, K)
        found += between
        found += between.T
        packed += packed
        q = np.multiply.outer(packed, at.c).ravel() @ self.flat
        q *= at.shares[0]
        q += 1.0
        found -= (slopes * q) @ slopes.T
        return found

    @cached_property
    def flat_pair(self) -> Indices:
        """`pair` in one row."""
        return self.pair.ravel()

    def _way(self, theta: Floats) -> tuple[Floats, Floats] | None:
        """1 and c, and the derivatives of c by theta (t, K); None where the largest tr(S A) loses digits."""
        t = theta.tolist()
        if len(self.u) == 2:
            (t1,) = t
            inside = t1 * t1 * self.largest[0] <= LARGEST
            return (np.array([1.0, t1 * t1]), np.array([[2.0 * t1]])) if inside else None
        t1, t2, t3 = (t[0], 0.0, t[1]) if self.is_apart else t
        root, s11, s22 = t1 * t3, t1 * t1, t2 * t2 + t3 * t3
        if not s11 * self.largest[0] + s22 * self.largest[1] <= LARGEST:
            return None
        both = np.array((
            1.0, s11, t1 * t2, s22, root * root,
            2 * t1, t2, 0.0, 2 * root * t3, 0.0, t1, 2 * t2, 0.0, 0.0, 0.0, 2 * t3, 2 * root * t1,
        ))  # fmt: skip
        steps = both[5:].reshape(3, 4)
        return both[:5], steps[::2] if self.is_apart else steps


@record
class AtFew:
    """-2 log L at theta, which is c with d c / d theta = `steps` (t, K): its `value`, the residual variance, and its
    derivatives, `slope` by c (K,) and `gradient` by theta.

    Second derivatives are made of the rest when they are asked for: `shares` (1 + K, J), 1 / D and u / D of the groups,
    `sums` over them (1 + K, m (m + 1) / 2 K), and the first derivatives of W'V^-1 W in the coordinates of its Cholesky
    factor, `moved` (K, m * m), whose inverse is `back` (m, m).
    """

    few: FewEffects
    theta: Floats
    c: Floats
    value: float
    s2: float
    slope: Floats
    gradient: Floats
    steps: Floats
    shares: Floats
    sums: Floats
    moved: Floats
    back: Floats

    @property
    def of(self) -> Deviance:
        """The deviance that this is."""
        return self.few.of

    @property
    def profile(self) -> Profile:
        """Everything that is known at theta."""
        return self.of.at(self.theta)

    @cached_property
    def factors(self) -> tuple[Floats, ...]:
        """The T_k of theta."""
        return self.of.factors(self.theta)

    @property
    def reached(self) -> Reached | Profile:
        """What is reported of a search that ends here, without the sums over groups: of large effects, as the rows say
        it, whose digits are all there.
        """
        if max(map(abs, self.theta.tolist())) > LARGE:
            return self.profile
        b = self.back[-1, :-1] / -self.back[-1, -1]  # the last row is that of the residual, in units of its length
        return Reached(self.of, self.theta, self.factors, self.value, self.s2, b, self.back[:-1, :-1].T)

    @cached_property
    def curvature(self) -> Floats:
        """The second derivatives by theta."""
        found = self.steps @ self.few.bends(self) @ self.steps.T
        g = self.slope.tolist()
        if len(g) == 1:
            found += 2.0 * g[0]
            return found
        t1, t3 = float(self.theta[0]), float(self.theta[-1])
        first, both, last = 2.0 * (g[0] + g[3] * t3 * t3), 4.0 * g[3] * t1 * t3, 2.0 * (g[2] + g[3] * t1 * t1)
        if self.few.is_apart:
            found += np.array((first, both, both, last)).reshape(2, 2)
        else:
            found += np.array((first, g[1], both, g[1], 2.0 * g[2], 0.0, both, 0.0, last)).reshape(3, 3)
        return found

    @property
    def two_parts(self) -> Iterator[tuple[Floats, Floats, Floats]]:
        """For each term T, and M and N = h h' of Gamma = M - N, as (T, M, h)."""
        of_residual = self.of.d * self.moved[:, -1]
        first, second = (self._by_entries(part.tolist()) for part in (self.slope - of_residual, of_residual))
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
