"""-2 log L of a linear mixed model, profiled over b and s2, for every structure.

    r2 = min_b (y - Xb)'V^-1(y - Xb),   s2 = r2 / d,   d = n, or n - p for REML
    -2 log L = log|V| + d (1 + log(2 pi r2 / d)) [+ log|X'V^-1 X|]
    Gamma_k = sum_j [Z_k'V^-1 Z_k]_jj - (1 / s2) sum_j g_j g_j' [- sum_j G_j (X'V^-1 X)^-1 G_j']
    g = Z_k'V^-1(y - Xb),   G = Z_k'V^-1 X,   d(-2 log L) = tr(Gamma_k d(T_k T_k')) = 2 tr((Gamma_k T_k)' dT_k)

The terms in brackets are those of REML, the likelihood of error contrasts, with the constant of R. Exact at singular
T_k too. Source: Bates, Maechler, Bolker & Walker (2015), equations 34 and 42; Harville, JASA 72 (1977), 320-338.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, cached_property
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import get_lapack_funcs

from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.latent.coordinates import Coordinates
from stattools.latent.structure import Evaluated, Structure

Indices = NDArray[np.intp]

# For matrices of few columns the checks of numpy.linalg take longer than LAPACK.
potrf, trtri, trtrs = get_lapack_funcs(("potrf", "trtri", "trtrs"), dtype=np.float64)


@cache
def lower_entries(q: int) -> tuple[Indices, Indices]:
    """Rows and columns of the lower triangle (q, q), row by row."""
    return np.tril_indices(q)


@cache
def places_of(widths: tuple[int, ...]) -> tuple[slice, ...]:
    """Where the lower entries of each T_k (q, q) stand, one after the other."""
    sizes = [q * (q + 1) // 2 for q in widths]
    return tuple(slice(end - size, end) for end, size in zip(accumulate(sizes), sizes, strict=True))


@record
class Deviance:
    """-2 log L as a function of theta, the lower entries of each T_k row by row, one term after the other.

    `n` rows, `p` columns of X; `constant` is what the coordinates leave out of -2 log L.
    """

    structure: Structure
    n: int
    p: int
    reml: bool
    constant: float = 0.0

    @classmethod
    def of(cls, structure: Structure, coordinates: Coordinates, reml: bool) -> Deviance:
        """The deviance of the outcome and the columns as they were given."""
        m, n = coordinates.columns.W.shape
        d = n - (m - 1) if reml else n
        constant = 2.0 * d * np.log(coordinates.unit) - coordinates.log_precision
        return cls(structure, n, m - 1, reml, float(constant + (coordinates.log_gram if reml else 0.0)))

    @property
    def d(self) -> int:
        """What r2 is divided by: n, or n - p for REML."""
        return self.n - self.p if self.reml else self.n

    @cached_property
    def entries(self) -> tuple[tuple[Indices, Indices], ...]:
        """Rows and columns of the lower entries of each T_k."""
        return tuple(map(lower_entries, self.structure.widths))

    @property
    def places(self) -> tuple[slice, ...]:
        """Where the entries of each T_k stand in theta."""
        return places_of(self.structure.widths)

    def factors(self, theta: Floats) -> tuple[Floats, ...]:
        """The T_k of theta."""
        found = []
        for q, entry, place in zip(self.structure.widths, self.entries, self.places, strict=True):
            T = np.zeros((q, q))
            T[entry] = theta[place]
            found.append(T)
        return tuple(found)

    def theta(self, factors: tuple[Floats, ...]) -> Floats:
        """The theta of T_k."""
        return np.concatenate([T[entry] for T, entry in zip(factors, self.entries, strict=True)])

    def at(self, theta: Floats) -> Profile:
        """Everything that is known at theta."""
        factors = self.factors(theta)
        return Profile(self, theta, factors, self.structure.evaluate(factors))


@record
class Reached:
    """Where a search ended, and what is reported of it: `value` is -2 log L at theta, which is the T_k `factors`, `s2`
    the residual variance, `b` the coefficients of X, and `root` R (p, p) with R R' = (X'V^-1 X)^-1. All else is in
    `profile`, made when it is asked for.
    """

    of: Deviance
    theta: Floats
    factors: tuple[Floats, ...]
    value: float
    s2: float
    b: Floats
    root: Floats

    @cached_property
    def profile(self) -> Profile:
        """Everything that is known at theta."""
        return self.of.at(self.theta)


@record
class Profile:
    """The profiled deviance at theta. `cross` is split into X'V^-1 X, X'V^-1 y and y'V^-1 y."""

    of: Deviance
    theta: Floats
    factors: tuple[Floats, ...]
    evaluated: Evaluated

    @property
    def profile(self) -> Profile:
        """Itself: of a point where all was computed, nothing is left to be asked for."""
        return self

    reached = profile

    @property
    def two_parts(self) -> Iterator[tuple[Floats, Floats, Floats]]:
        """For each term T, and M and N = h h' of Gamma = M - N, as (T, M, h)."""
        parts = zip(self.factors, self.evaluated.diagonal_blocks, self.evaluated.projected, self.pulls, strict=True)
        for T, blocks, projected, g in parts:
            yield T, blocks.sum(axis=2) - (self.lost(projected) if self.of.reml else 0.0), g / np.sqrt(self.s2)

    @cached_property
    def _triangle(self) -> Floats | None:
        """The Cholesky factor (m, m) of W'V^-1 W, None where it is not positive definite, or not finite."""
        L, info = potrf(self.evaluated.cross, lower=True, clean=True)
        return None if info or not np.isfinite(L[-1, -1]) else L

    @cached_property
    def _solved(self) -> tuple[Floats, float, float]:
        """b, r2, and log|X'V^-1 X|, from the Cholesky factor of W'V^-1 W."""
        L, p = self._triangle, len(self.evaluated.cross) - 1
        if L is None:
            return np.full(p, np.nan), np.nan, np.nan
        b = trtrs(L[:p, :p], L[p, :p], lower=True, trans=1)[0] if p else np.zeros(0)
        return b, float(L[p, p] ** 2), 2.0 * float(np.log(L.diagonal()[:p]).sum())

    @property
    def b(self) -> Floats:
        """The coefficients of X."""
        return self._solved[0]

    @property
    def r2(self) -> float:
        """The least weighted sum of squares."""
        return self._solved[1]

    @property
    def s2(self) -> float:
        """The residual variance."""
        return self.r2 / self.of.d

    @cached_property
    def value(self) -> float:
        """-2 log L."""
        _, r2, log_gram = self._solved
        d, of = self.of.d, self.of
        profiled = self.evaluated.log_determinant + d * (1.0 + np.log(2.0 * np.pi * r2 / d))
        return float(profiled + (log_gram if of.reml else 0.0) + of.constant)

    @cached_property
    def inverse_gram(self) -> Floats:
        """(X'V^-1 X)^-1, the covariance of b over s2."""
        return self.root @ self.root.T

    def slopes(self, projected: Floats) -> Floats:
        """g (q, J) = Z'V^-1(y - Xb) of Z'V^-1 W (q, m, J)."""
        return np.matmul(np.append(-self.b, 1.0), projected)

    @cached_property
    def root(self) -> Floats:
        """R (p, p), R R' = (X'V^-1 X)^-1."""
        if self._triangle is None or len(self._triangle) == 1:
            return np.linalg.inv(np.linalg.cholesky(self.evaluated.cross[:-1, :-1])).T
        return trtri(self._triangle[:-1, :-1], lower=True)[0].T

    def moved(self, projected: Floats) -> Floats:
        """R'G (q, p, J) with G = Z'V^-1 X."""
        return np.matmul(self.root.T, projected[:, :-1])

    @cached_property
    def gammas(self) -> tuple[Floats, ...]:
        """Gamma_k (q, q) of each term: the derivative of -2 log L by T_k T_k'."""
        parts = zip(self.evaluated.diagonal_blocks, self.evaluated.projected, self.pulls, strict=True)
        return tuple(self.gamma(blocks, projected, g) for blocks, projected, g in parts)

    @cached_property
    def pulls(self) -> tuple[Floats, ...]:
        """g (q, J) of each term."""
        return tuple(self.slopes(projected) for projected in self.evaluated.projected)

    def gamma(self, blocks: Floats, projected: Floats, g: Floats) -> Floats:
        """Gamma of blocks (q, q, J), Z'V^-1 W (q, m, J) and their g."""
        found = blocks.sum(axis=2) - (g @ g.T) / self.s2
        return found - self.lost(projected) if self.of.reml else found

    def lost(self, projected: Floats) -> Floats:
        """sum_j G_j (X'V^-1 X)^-1 G_j' (q, q): what the estimation of b takes."""
        moved = self.moved(projected).reshape(len(projected), -1)
        return moved @ moved.T

    @cached_property
    def gradient(self) -> Floats:
        """The derivative of -2 log L by theta."""
        each = zip(self.gammas, self.factors, self.of.entries, strict=True)
        return np.concatenate([2.0 * (gamma @ T)[entry] for gamma, T, entry in each])
