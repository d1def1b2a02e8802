"""One or two effects of each level of one group, of many models at once: -2 log L and both its derivatives.

All is as in `few_effects.py`, which says the formulas, with an axis of members in front: what a group brings is a ratio
of linear functions of c, the entries of S = T T' and its determinant, and the sums over the groups of all members are
products of stacks of matrices. The members' own c stand in (m, K).

Degrees of freedom of Satterthwaite: with D the profiled -2 log L, d its divisor and v the estimated variance of a
coefficient at the residual variance that is best for theta,

    nu = 1 / (1 / d + w'D''^-1 w),     w = d log v / d theta

which is 2 v^2 / (g'A g) of `degrees_of_freedom.py`, since the scale and theta are apart in these coordinates.
"""

from __future__ import annotations

import numpy as np

from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.latent.few_effects import LARGEST
from stattools.latent.moments_of_groups import ENOUGH, FEWEST, LEAST
from stattools.latent.stacked_sums import Bools, StackedSums
from stattools.numerics.stacks import factored, inverted


@record
class StackedEffects:
    """Of the `sums` of members the features `u` (m, K, J) and `y` (m, M (M + 1) / 2, K, J) of their groups."""

    sums: StackedSums
    reml: bool
    is_apart: bool
    u: Floats
    y: Floats
    C: Floats
    pair: np.ndarray
    largest: Floats

    @classmethod
    def made(cls, sums: StackedSums, widths: tuple[int, ...], reml: bool) -> StackedEffects:
        """The features of members whose terms have so many effects, two at most altogether."""
        A, B = sums.A, sums.B
        m, Q, M, J = B.shape
        first, second = np.tril_indices(M)
        pair = np.empty((M, M), dtype=np.intp)
        pair[first, second] = pair[second, first] = np.arange(len(first))
        y = np.empty((m, len(first), 1 if Q == 1 else 4, J))
        left, right = B[:, :, first], B[:, :, second]
        y[:, :, 0] = left[:, 0] * right[:, 0]
        u = A[:, 0]
        if Q > 1:
            a, b, c = A[:, 0, 0], A[:, 0, 1], A[:, 1, 1]
            y[:, :, 1] = left[:, 0] * right[:, 1] + left[:, 1] * right[:, 0]
            y[:, :, 2] = left[:, 1] * right[:, 1]
            y[:, :, 3] = c[:, None] * y[:, :, 0] - b[:, None] * y[:, :, 1] + a[:, None] * y[:, :, 2]
            u = np.stack([a, 2.0 * b, c, a * c - b * b], axis=1)
        largest = np.array([A[:, k, k].max(axis=1) for k in range(Q)])
        return cls(sums, reml, len(widths) > 1, u, y, sums.C[:, first, second], pair, largest)

    @property
    def d(self) -> Floats:
        """What the residual sums of squares are divided by (m,): rows, less the fixed effects of REML."""
        return self.sums.n - (len(self.pair) - 1 if self.reml else 0)

    @property
    def constant(self) -> Floats:
        """What the coordinates leave out of -2 log L (m,)."""
        found = 2.0 * self.d * np.log(self.sums.unit) - self.sums.log_precision
        return found + self.sums.log_gram if self.reml else found

    def some(self, which: np.ndarray) -> StackedEffects:
        """The effects of some of the members."""
        s = self.sums
        sums = StackedSums(
            s.A[which], s.B[which], s.C[which], s.beta[which], s.to_beta[which], s.unit[which], s.n[which],
            s.log_precision[which], s.log_gram[which], s.sound[which], s.to_effects[which],
        )  # fmt: skip
        return StackedEffects(
            sums, self.reml, self.is_apart, self.u[which], self.y[which], self.C[which], self.pair,
            self.largest[:, which],
        )  # fmt: skip

    def factors(self, theta: Floats) -> Floats:
        """T (m, Q, Q) of theta (m, t): the effects of a group have the covariance s2 T T'."""
        Q = self.sums.A.shape[1]
        rows, columns = (np.arange(Q),) * 2 if self.is_apart else np.tril_indices(Q)
        T = np.zeros((len(theta), Q, Q))
        T[:, rows, columns] = theta
        return T

    def starts(self) -> tuple[Floats, Bools]:
        """theta (m, t) by the moments of the groups, as one model starts, and which members have enough of them."""
        A, b, M = self.sums.A, self.sums.B[:, :, -1], len(self.pair)
        Q, counts = A.shape[1], (A[:, 0, 0] > 0.0).sum(axis=1)
        det = self.u[:, -1]
        told = det > (ENOUGH * A[:, 0, 0] * A[:, 1, 1] if Q > 1 else 0.0)
        J = told.sum(axis=1)
        safe = np.where(told, det, 1.0)
        if Q == 1:
            inverse = (told / safe)[:, None, None]
        else:
            inverse = np.stack([A[:, 1, 1], -A[:, 0, 1], -A[:, 0, 1], A[:, 0, 0]], axis=1) * (told / safe)[:, None]
            inverse = inverse.reshape(len(A), 2, 2, -1)
        effects = (inverse * b[:, None]).sum(axis=2)
        explained = (effects * b).sum(axis=(1, 2))
        left, degrees = self.sums.C[:, -1, -1] - explained, self.d - Q * J
        enough = (np.maximum(FEWEST, 0.5 * counts) <= J) & (degrees >= M) & (left > 0.0)
        errors = inverse.sum(axis=3) / np.maximum(J, 1)[:, None, None]
        ratio = np.where(enough, degrees / np.where(left > 0.0, left, 1.0), 1.0) / np.maximum(J, 1)
        moments = (effects @ np.swapaxes(effects, 1, 2)) * ratio[:, None, None] - errors
        moments[~(enough & np.isfinite(moments).all(axis=(1, 2)))] = np.eye(Q)
        sizes, vectors = np.linalg.eigh(moments)
        floor = LEAST * np.maximum(np.trace(errors, axis1=1, axis2=2), 1e-12)
        S = (vectors * np.maximum(sizes, floor[:, None])[:, None]) @ np.swapaxes(vectors, 1, 2)
        if self.is_apart:
            return np.sqrt(np.diagonal(S, axis1=1, axis2=2)), enough
        L, pivot = factored(np.ascontiguousarray(np.moveaxis(S, 0, 2)))
        return L[np.tril_indices(Q)].T.copy(), enough & (pivot > 0.0)

    def at(self, theta: Floats) -> AtStacked:
        """What is known at theta (m, t); not `sound` where digits would be lost, or float64 is left."""
        d, (c, steps) = self.d, self._way(theta)
        m, pairs, K, J = self.y.shape
        D = (c[:, None] @ self.u)[:, 0] + 1.0
        inverse = 1.0 / D
        slopes = self.u * inverse[:, None]
        shares = np.concatenate([inverse[:, None], slopes * inverse[:, None]], axis=1)
        sums = (shares @ np.swapaxes(self.y.reshape(m, -1, J), 1, 2)).reshape(m, 1 + K, pairs, K)
        explained = (sums @ c[:, None, :, None])[..., 0]
        L, pivot = factored(np.ascontiguousarray((self.C - explained[:, 0]).T[self.pair]))
        back = np.ascontiguousarray(np.moveaxis(inverted(L), 2, 0))
        last = L[-1, -1]
        value = np.log(D).sum(axis=1) + d * (1.0 + np.log(2.0 * np.pi * last**2 / d)) + self.constant
        change = explained[:, 1:] - np.swapaxes(sums[:, 0], 1, 2)
        moved = back[:, None] @ change[:, :, self.pair] @ np.swapaxes(back, 1, 2)[:, None]
        across, pulls = moved[:, :, -1, :-1], moved[:, :, -1, -1]
        first, second = slopes.sum(axis=2), d[:, None] * pulls
        bends = 2.0 * across @ np.swapaxes(across, 1, 2) + pulls[:, :, None] * pulls[:, None]
        bends *= -d[:, None, None]
        row = back[:, -1]
        weights = d[:, None, None] * row[:, :, None] * row[:, None]
        if self.reml:
            value = value + 2.0 * np.log(np.diagonal(L)[:, :-1]).sum(axis=1)
            inside = moved[:, :, :-1, :-1]
            first = first + np.trace(inside, axis1=2, axis2=3)
            flat = inside.reshape(m, K, -1)
            bends -= flat @ np.swapaxes(flat, 1, 2)
            weights = weights + np.swapaxes(back[:, :-1], 1, 2) @ back[:, :-1]
        rows, columns = np.tril_indices(len(self.pair))
        packed = weights[:, rows, columns] * np.where(rows == columns, 1.0, 2.0)
        between = (packed[:, None, None] @ sums[:, 1:])[:, :, 0]
        q = (c[:, None] @ (packed[:, None] @ self.y.reshape(m, pairs, -1)).reshape(m, K, J))[:, 0]
        bends += between + np.swapaxes(between, 1, 2)
        bends -= (slopes * (1.0 + 2.0 * q * inverse)[:, None]) @ np.swapaxes(slopes, 1, 2)
        size = theta[:, 0] ** 2 * self.largest[0]
        if len(self.largest) > 1:
            size = c[:, 0] * self.largest[0] + c[:, 2] * self.largest[1]
        sound = self.sums.sound & (pivot > 0.0) & np.isfinite(value) & (size <= LARGEST)
        return AtStacked(self, theta, value, last**2 / d, back, moved, first + second, steps, bends, sound)

    def _way(self, theta: Floats) -> tuple[Floats, Floats]:
        """c (m, K) and its derivatives by theta (m, t, K)."""
        if self.u.shape[1] == 1:
            return theta**2, 2.0 * theta[:, :, None]
        t1, t3 = theta[:, 0], theta[:, -1]
        t2 = np.zeros(len(theta)) if self.is_apart else theta[:, 1]
        none, root = np.zeros(len(theta)), t1 * t3
        c = np.stack([t1 * t1, t1 * t2, t2 * t2 + t3 * t3, root * root], axis=1)
        by = (
            (2.0 * t1, t2, none, 2.0 * root * t3),
            (none, t1, 2.0 * t2, none),
            (none, none, 2.0 * t3, 2.0 * root * t1),
        )
        steps = np.stack([np.stack(one, axis=1) for one in by], axis=1)
        return c, steps[:, ::2] if self.is_apart else steps


@record
class AtStacked:
    """-2 log L of members at theta (m, t): its `value` (m,), the residual variances `s2` (m,), the derivative by c (m,
    K), and `bends` (m, K, K). `back` is L^-1 with L L' = W'V^-1 W, and `moved` its change by c in units of itself.
    """

    of: StackedEffects
    theta: Floats
    value: Floats
    s2: Floats
    back: Floats
    moved: Floats
    by_c: Floats
    steps: Floats
    bends: Floats
    sound: Bools

    @property
    def gradient(self) -> Floats:
        """The derivative by theta (m, t)."""
        return (self.steps @ self.by_c[:, :, None])[:, :, 0]

    @property
    def curvature(self) -> Floats:
        """The second derivatives by theta (m, t, t)."""
        found = self.steps @ self.bends @ np.swapaxes(self.steps, 1, 2)
        g = self.by_c
        if g.shape[1] == 1:
            return found + 2.0 * g[:, :, None]
        t1, t3 = self.theta[:, 0], self.theta[:, -1]
        last = found.shape[1] - 1
        both = 4.0 * g[:, 3] * t1 * t3
        found[:, 0, 0] += 2.0 * (g[:, 0] + g[:, 3] * t3 * t3)
        found[:, last, last] += 2.0 * (g[:, 2] + g[:, 3] * t1 * t1)
        found[:, 0, last] += both
        found[:, last, 0] += both
        if not self.of.is_apart:
            found[:, 0, 1] += g[:, 1]
            found[:, 1, 0] += g[:, 1]
            found[:, 1, 1] += 2.0 * g[:, 2]
        return found

    @property
    def b(self) -> Floats:
        """The coefficients (m, p) of the columns of the sums."""
        return -self.back[:, -1, :-1] / self.back[:, -1, -1:]

    @property
    def gram_roots(self) -> Floats:
        """R' (m, p, p), R R' the inverse of X'V^-1 X."""
        return self.back[:, :-1, :-1]

    def degrees(self, inverse: Floats, L: Floats) -> Floats:
        """Satterthwaite's degrees of freedom (m, p) of combinations L (m, p, p) of the coefficients, `inverse` (m, t,
        t) that of the curvature.
        """
        a = L @ np.swapaxes(self.gram_roots, 1, 2)  # (m, p, p): each row is R'l
        share = (a[:, None] @ self.moved[:, :, :-1, :-1] * a[:, None]).sum(axis=3) / (a * a).sum(axis=2)[:, None]
        w = self.steps @ (self.moved[:, :, -1, -1:] - share)  # (m, t, p)
        return 1.0 / (1.0 / self.of.d[:, None] + (w * (inverse @ w)).sum(axis=1))
