"""-2 log L of a linear mixed model, profiled over b and s2, for every structure.

    r2 = min_b (y - Xb)'V^-1(y - Xb),   s2 = r2 / d,   d = n, or n - p for REML
    -2 log L = log|V| + d (1 + log(2 pi r2 / d)) [+ log|X'V^-1 X|]
    Gamma_k = sum_j [Z_k'V^-1 Z_k]_jj - (1 / s2) sum_j g_j g_j' [- sum_j G_j (X'V^-1 X)^-1 G_j']
    g = Z_k'V^-1(y - Xb),   G = Z_k'V^-1 X,   d(-2 log L) = tr(Gamma_k d(T_k T_k')) = 2 tr((Gamma_k T_k)' dT_k)

The terms in brackets are those of REML, the likelihood of error contrasts, with the constant of R. Exact at singular
T_k too. Source: Bates, Maechler, Bolker & Walker (2015), equations 34 and 42; Harville, JASA 72 (1977), 320-338.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache, cached_property
from itertools import accumulate, pairwise
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import block_diag, cho_factor, cho_solve, get_lapack_funcs

from stattools.data.design.latent_terms import SmoothTerm
from stattools.errors import IncompatibleError
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.interface.when_needed import sparse
from stattools.latent.blocks import LatentColumns, all_products, joined
from stattools.latent.coordinates import Coordinates
from stattools.latent.elimination import (
    AtFactors,
    BesideCurves,
    Bools,
    Crossed,
    Evaluated,
    Joint,
    NoGroups,
    OneFactor,
    StackedSums,
    Structure,
    integrated_out,
    one_curve,
    structure_of,
)
from stattools.numerics.small_matrices import Codes, factored, inverted, times, transposed

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
class Profile:
    """The profiled deviance at theta. `cross` is split into X'V^-1 X, X'V^-1 y and y'V^-1 y."""

    of: Deviance
    theta: Floats
    factors: tuple[Floats, ...]
    evaluated: Evaluated

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
    def bent(self) -> tuple[Floats, Floats] | None:
        """First and second derivatives of -2 log L by theta, see `bends`; None where levels meet in a row, and where
        W'V^-1 W is not positive definite.
        """
        joint, L, of = self.evaluated.joint, self._triangle, self.of
        if joint is None or L is None:
            return None
        widths = of.structure.widths
        pulled = transposed(np.matmul(trtri(L, lower=True)[0], joint.projected))
        T = joined(self.factors)
        one = joint.blocks[:, :, None], pulled[:, :, None], T[:, :, None], widths, np.array([of.d]), of.reml
        _, first, second = bends(*one)
        return first[0], second[0]

    @cached_property
    def gradient(self) -> Floats:
        """The derivative of -2 log L by theta."""
        if self.bent is not None:
            return self.bent[0]
        each = zip(self.gammas, self.factors, self.of.entries, strict=True)
        return np.concatenate([2.0 * (gamma @ T)[entry] for gamma, T, entry in each])


@record
class Curves:
    """The `structure` of rows with curves, and for each curve N (q, q), `back`: b = N u of the coefficients u of its
    columns there, whose squares sum to 1 in a row on average, and `units`, what the columns were divided by.

    The structure of rows with curves, and what it says of them: modes of their coefficients, and the joint covariance
    of these and of the coefficients of X.

        u_hat = D g,  g = Z'V^-1 (y - X b),  D = T^2 of each column's curve
        Cov(u_hat - u, b_hat - b) / s2 = [[K + E A E', -E A], [-A E', A]],   K = D - D Z'V^-1 Z D,  E = D Z'V^-1 X
        edf of a curve beside its line = T^2 tr(Z'P Z),   P = V^-1 - V^-1 X A X'V^-1,   A = (X'V^-1 X)^-1

    The covariance is that of coefficients given the data under a flat prior of b: Wahba's and Nychka's bands are made
    of it. Source: Wood, Generalized Additive Models (2017), 6.10; Nychka, JASA 83 (1988), 1134-1143.
    """

    structure: Structure
    back: tuple[Floats, ...]
    units: tuple[float, ...]

    @property
    def sizes(self) -> tuple[int, ...]:
        """The number of columns of each curve."""
        return tuple(len(one) for one in self.back)

    def products(self, evaluated: Any) -> Floats:
        """Z'V^-1 Z (Q, Q) of all curves: a diagonal of one curve alone, whose columns do not meet."""
        Q = sum(self.sizes)
        if isinstance(self.structure, BesideCurves):
            return evaluated.whole[:Q, :Q]
        return np.diag(evaluated.diagonal_blocks[0][0, 0])

    def whole(self, at: Profile) -> Floats:
        """[Z W]'V^-1 [Z W] (Q + m, Q + m)."""
        G = np.concatenate([projected[0].T for projected in at.evaluated.projected[-len(self.back) :]])
        return np.block([[self.products(at.evaluated), G], [G.T, at.evaluated.cross]])

    def seen(self, at: Profile) -> Any:
        """The profile as predictions read it, curves taken for columns of X with a penalty: groups alone are random."""
        covariance = self.effects(at).covariance
        if isinstance(self.structure, BesideCurves):
            evaluated, groups = at.evaluated.of_groups, self.structure.groups  # type: ignore[attr-defined]
        else:
            evaluated, groups = AtFactors(0.0, covariance, (), ()), NoGroups(covariance)
        return GroupsSeen(groups, at.factors[: len(groups.widths)], evaluated, covariance)

    def effects(self, at: Profile) -> CurveEffects:
        """What the profile says of the curves, its last terms."""
        count = len(self.back)
        roots = [T[0, 0] for T in at.factors[-count:]]
        D = np.repeat(np.square(roots), self.sizes)
        G = np.concatenate([projected[0].T for projected in at.evaluated.projected[-count:]])  # Z'V^-1 [X y]
        u = D * (G @ np.append(-at.b, 1.0))
        E = D[:, None] * G[:, :-1]
        moved = E @ at.inverse_gram
        K = np.diag(D) - D[:, None] * self.products(at.evaluated) * D
        covariance = np.block([[K + moved @ E.T, -moved], [-moved.T, at.inverse_gram]])
        parts = zip(roots, at.evaluated.diagonal_blocks[-count:], at.evaluated.projected[-count:], strict=True)
        edf = tuple(float(root**2 * (blocks.sum() - at.lost(projected)[0, 0])) for root, blocks, projected in parts)
        return CurveEffects(u, covariance, edf)


@record
class GroupsSeen:
    """What predictions ask of a `Profile`: the `structure` of groups, their `factors`, what they say, `evaluated`, and
    the covariance of the coefficients of curves and of X.
    """

    structure: Structure
    factors: tuple[Floats, ...]
    evaluated: Any
    inverse_gram: Floats

    @property
    def of(self) -> GroupsSeen:
        """What has the structure: itself."""
        return self


@record
class CurveEffects:
    """At a profile: the modes `u` (Q,) of the coefficients of all curves, in the structure's columns, the `covariance`
    (Q + p, Q + p) of these and of b over s2, and `edf` of each curve beside its line.
    """

    u: Floats
    covariance: Floats
    edf: tuple[float, ...]


def curves(columns: LatentColumns, terms: Sequence[SmoothTerm], root: Floats | None = None) -> Curves:
    """Of the rows `columns`, which are times `root` (n,) already, with curves `terms` as the data have them."""
    if root is not None:
        terms = [replace(term, weight=root if term.weight is None else term.weight * root) for term in terms]
    W, n = columns.W, columns.W.shape[1]
    if len(terms) == 1 and not columns.codes:
        structure, back, unit = one_curve(terms[0], W)
        return Curves(structure, (back,), (unit,))
    if not columns.codes:
        return curves_of_products(all_products(terms, W), terms, n)
    Z = [term.columns.T for term in terms]
    units = tuple(float(np.sqrt((one * one).sum() / n)) for one in Z)
    Z = [one / unit for one, unit in zip(Z, units, strict=True)]
    groups = structure_of(replace(columns, W=np.concatenate([*Z, W])))
    return _beside(groups, [term.width for term in terms], units)


def curves_of_products(products: Floats, terms: Sequence[SmoothTerm], n: int) -> Curves:
    """Curves alone, of the products [B W]'[B W] over n rows of the B-splines of all of them."""
    sizes = [term.width for term in terms]
    ends = np.cumsum([0, *sizes]).tolist()
    M: Any = block_diag(*(term.wiggles for term in terms), np.eye(len(products) - sum(term.k for term in terms)))
    products = M.T @ products @ M
    diagonal = products.diagonal()
    units = tuple(float(np.sqrt(diagonal[a:b].sum() / n)) for a, b in pairwise(ends))
    size = np.concatenate([np.repeat(units, sizes), np.ones(len(products) - ends[-1])])
    return _beside(NoGroups(products / np.outer(size, size)), sizes, units)


def _beside(groups: Structure, sizes: Sequence[int], units: tuple[float, ...]) -> Curves:
    structure: Any = BesideCurves(groups, tuple(sizes))
    return Curves(structure, tuple(np.eye(size) / unit for size, unit in zip(sizes, units, strict=True)), units)


STEP = 1e-6
"""The step of differences of the gradient, of theta in units of 1 or more: above the square root of its round-off."""


def hessian(at: Profile) -> Floats:
    """The matrix of second derivatives of -2 log L by theta, symmetric: exact where no two levels meet in a row, see
    `bends`, else differences of the gradient.
    """
    return _by_differences(at) if at.bent is None else at.bent[1]


@cache
def entries_of(widths: tuple[int, ...]) -> tuple[Indices, Indices]:
    """Rows and columns of the entries of theta in T (Q, Q) of the effects of all terms."""
    rows, columns = zip(*map(lower_entries, widths), strict=True)
    first = np.repeat(np.cumsum([0, *widths])[:-1], [len(one) for one in rows])
    return first + np.concatenate(rows), first + np.concatenate(columns)


@cache
def changes_of_covariance(widths: tuple[int, ...]) -> tuple[Floats, Floats]:
    """How S = T T' (Q, Q) changes by theta, as products with T and with Gamma, both in one row: `first` (Q Q, t Q Q), T
    first is dS_i = e_i T' + T e_i' with e_i a single one, and `second` (Q Q, t t), Gamma second is tr(Gamma d2S).
    """
    (rows, columns), Q = entries_of(widths), sum(widths)
    t, every = len(rows), np.arange(Q)
    first, second = np.zeros((Q, Q, t, Q, Q)), np.zeros((Q, Q, t, t))
    for i, (row, column) in enumerate(zip(rows, columns, strict=True)):
        first[every, column, i, row, every] += 1.0
        first[every, column, i, every, row] += 1.0
        for k in np.flatnonzero(columns == column):
            second[row, rows[k], i, k] = 2.0
    return first.reshape(Q * Q, -1), second.reshape(Q * Q, -1)


def bends(
    H: Floats, pulled: Floats, T: Floats, widths: tuple[int, ...], d: Floats, reml: bool
) -> tuple[Floats, Floats, Floats]:
    """The changes of W'V^-1 W by theta in units of itself (m, t, M, M), and the first and the second derivatives of -2
    log L by theta, (m, t) and (m, t, t), of m models with one grouping factor each.

    With H_j = [Z'V^-1 Z]_jj (Q, Q, m, J), S = T T' and L L' = W'V^-1 W, `pulled` L^-1 W'V^-1 Z_j = P_j (M, Q, m, J) has
    a row for y, of weight w = d, and one for each column of X, of weight 1 in REML and else 0. By dS_i and dS_l

        N_i = L^-1 d(W'V^-1 W) L^-T = -sum_j P_j dS_i P_j',   K_j = P_j' w P_j,   Gamma = sum_j (H_j - K_j)
        d(-2 log L) = tr(Gamma dS_i)
        d2(-2 log L) = sum_j tr(dS_i H_j dS_l (2 K_j - H_j)) + tr(Gamma d2S)
                       - d (2 n_i'n_l + N_i,yy N_l,yy) [- tr(N_i,xx N_l,xx)],     n = N_xy
    """
    M, Q, m, J = pulled.shape
    by_T, by_gamma = changes_of_covariance(widths)
    K = (d[:, None] * pulled[-1])[:, None] * pulled[-1]
    for row in pulled[:-1] if reml else ():
        K += row[:, None] * row
    gamma = (H - K).sum(axis=3).reshape(-1, m).T
    changes = (T.reshape(-1, m).T @ by_T).reshape(m, -1, Q * Q)
    flat = pulled.transpose(2, 0, 1, 3).reshape(m, M * Q, J)
    products = (flat @ flat.swapaxes(1, 2)).reshape(m, M, Q, M, Q).transpose(0, 2, 4, 1, 3)
    N = -(changes @ products.reshape(m, Q * Q, M * M))
    K += K - H
    left, right = (one.transpose(2, 0, 1, 3).reshape(m, Q * Q, J) for one in (H, K))
    both = (left @ right.swapaxes(1, 2)).reshape(m, Q, Q, Q, Q).transpose(0, 4, 1, 2, 3)
    weight = np.full((m, M, M), float(reml))
    weight[:, -1] = weight[:, :, -1] = d[:, None]
    found = (changes @ both.reshape(m, Q * Q, Q * Q)) @ changes.swapaxes(1, 2)
    found -= (N * weight.reshape(m, 1, -1)) @ N.swapaxes(1, 2)
    found += (gamma @ by_gamma).reshape(found.shape)
    return N.reshape(m, -1, M, M), (changes @ gamma[:, :, None])[:, :, 0], 0.5 * (found + found.swapaxes(1, 2))


def _by_differences(at: Profile) -> Floats:
    rows = []
    for k, value in enumerate(at.theta):
        moved = at.theta.copy()
        moved[k] += STEP * max(1.0, abs(value))
        rows.append((at.of.at(moved).gradient - at.gradient) / (moved[k] - value))
    H = np.array(rows)
    return 0.5 * (H + H.T)


MOST_EFFECTS = 4000
"""Random effects of crossed or nested terms whose matrix H is made: 128 MB, and seconds of work."""

type TermNumbers = tuple[int, ...]


@record
class VarianceDirections:
    """Sums along r + 1 changes of V, that of the scale first: `first` (r+1, p, p), `second` (r+1, r+1, p, p), `traces`
    (r+1, r+1), and with the residual `ones` (r+1,), `crosses` (r+1, p) = X'V^-1 V_i V^-1 e, `squares` (r+1, r+1).

    `n` rows; `reml` says which likelihood; `gram_inverse` is (X'V^-1 X)^-1; `terms` are the numbers of the terms that
    the changes are of, -1 for the scale; `without` the numbers of terms with an effect of variance 0.

    Second derivatives of the likelihood along changes of V, exact for every structure.

    V is changed along V itself (the scale s2) and along V_i = Z_k (I (x) E_i) Z_k' with E_i = R e R', where T_k T_k' =
    R R' with as many columns of R as effects that vary and e is a unit symmetric matrix: R = T_k inside, and at the
    boundary the changes are those of the model without the effects of variance 0. With H = Z'V^-1 Z, G = Z'V^-1 X and g
    = Z'V^-1(y - Xb),

        X'V^-1 V_i V^-1 X = G'E_i G,         X'V^-1 V_i V^-1 V_l V^-1 X = G'E_i H E_l G,
        tr V^-1 V_i V^-1 V_l = tr H E_i H E_l,        e'V^-1 V_i V^-1 V_l V^-1 e = g'E_i H E_l g.

    One grouping factor: sums over its levels, O(groups). Others: matrices of as many columns as there are effects, up
    to `MOST_EFFECTS`. Source: Harville, JASA 72 (1977), 320-338; Kenward & Roger, Biometrics 53 (1997), 983-997.
    """

    n: int
    reml: bool
    s2: float
    gram_inverse: Floats
    first: Floats
    second: Floats
    traces: Floats
    ones: Floats
    crosses: Floats
    squares: Floats
    terms: TermNumbers
    without: tuple[int, ...]

    @cached_property
    def expected(self) -> Floats:
        """tr(P V_i P V_l) (r+1, r+1), twice the information of the restricted likelihood."""
        C, first = self.gram_inverse, self.first
        moved = first @ C
        own = np.einsum("ipr,lrp->il", moved, moved)
        return self.traces - 2.0 * np.einsum("pr,ilrp->il", C, self.second) + own

    @cached_property
    def hessian(self) -> Floats:
        """Second derivatives of -2 log L by log s2 and the changes of V, at the maximum over s2."""
        C = self.gram_inverse
        bent = self.squares - self.crosses @ C @ self.crosses.T
        found = 2.0 * bent / self.s2 - (self.expected if self.reml else self.traces)
        found[0, 1:] = found[1:, 0] = self.ones[1:] / self.s2
        found[0, 0] = self.ones[0] / self.s2
        return 0.5 * (found + found.T)

    @cached_property
    def covariance_slopes(self) -> Floats:
        """The derivative of the covariance s2 (X'V^-1 X)^-1 by each of them, (r+1, p, p)."""
        return self.s2 * self.gram_inverse @ self.first @ self.gram_inverse


def variance_directions(at: Profile, columns: LatentColumns) -> VarianceDirections:
    """The sums at a profile; IncompatibleError where crossed or nested terms have too many effects for it."""
    joint = at.evaluated.joint
    counts = tuple(1 for _ in at.factors) if joint is not None else columns.sizes
    if joint is None:
        joint = whole_joint(at.factors, columns)
    changes, without = changes_of(at.factors)
    H, G = joint.blocks, joint.projected[:, :-1]
    p = G.shape[1]
    e = np.concatenate([G, at.slopes(joint.projected)[:, None]], axis=1)  # (Q, p + 1, J), the residual last
    starts = np.cumsum([0, *(q * count for q, count in zip(at.of.structure.widths, counts, strict=True))])

    def along(change: tuple[int, Floats], values: Floats) -> tuple[slice, Floats]:
        """E_i times values (Q, ..., J): the rows of its term, all others being 0."""
        k, E = change
        rows = slice(int(starts[k]), int(starts[k + 1]))
        part = values[rows].reshape(counts[k], len(E), -1)
        return rows, np.matmul(E, part).reshape(values[rows].shape)

    r = len(changes)
    moved = [along(change, e) for change in changes]
    pushed = [np.einsum("baj,apj->bpj", H[:, rows], part, optimize=True) for rows, part in moved]
    spread = [along(change, H) for change in changes]
    both = np.empty((r + 1, r + 1, p + 1, p + 1))
    first, traces = np.empty((r + 1, p + 1, p + 1)), np.empty((r + 1, r + 1))
    S = at.evaluated.cross[:-1, :-1]
    first[0] = np.block([[S, np.zeros((p, 1))], [np.zeros((1, p)), np.full((1, 1), at.r2)]])
    traces[0, 0] = at.of.n
    for i, (rows, part) in enumerate(moved):
        first[i + 1] = _summed(e[rows], part)
        traces[0, i + 1] = traces[i + 1, 0] = float(np.einsum("aaj->", spread[i][1][:, rows]))
        for k in range(i + 1):
            others, whole = spread[k]
            value = np.einsum("abj,baj->", spread[i][1][:, others], whole[:, rows])
            traces[i + 1, k + 1] = traces[k + 1, i + 1] = float(value)
            found = _summed(part, pushed[k][rows])
            both[i + 1, k + 1], both[k + 1, i + 1] = found, found.T
    both[0], both[:, 0] = first, first
    terms = (-1, *(k for k, _ in changes))
    x, y = np.s_[..., :p, :p], np.s_[..., p, p]
    return VarianceDirections(
        at.of.n, at.of.reml, at.s2, at.inverse_gram, first[x], both[x], traces, first[y], first[:, :p, p], both[y],
        terms, without,
    )  # fmt: skip


def changes_of(factors: tuple[Floats, ...]) -> tuple[list[tuple[int, Floats]], tuple[int, ...]]:
    """The changes E = R e R' of each term, with its number, and the terms in which an effect does not vary."""
    changes, without = [], []
    for k, T in enumerate(factors):
        left, sizes, _ = np.linalg.svd(T)
        rank = int((sizes > 1e-10 * max(1.0, sizes[0])).sum())
        R = left[:, :rank] * sizes[:rank]
        if rank < len(T):
            without.append(k)
        for a in range(rank):
            for b in range(a + 1):
                E = np.outer(R[:, a], R[:, b])
                changes.append((k, E if a == b else E + E.T))
    return changes, tuple(without)


def whole_joint(factors: tuple[Floats, ...], columns: LatentColumns) -> Joint:
    """H and Z'V^-1 W of all effects of all terms as one block: for crossed and nested terms."""
    Q = sum(size * len(T) for size, T in zip(columns.sizes, factors, strict=True))
    if Q > MOST_EFFECTS:
        raise IncompatibleError(
            f"exact second derivatives of crossed or nested terms need a matrix of all {Q:,} random effects; at most "
            f'{MOST_EFFECTS:,} are taken. Ask for df="normal"'
        )
    n = columns.W.shape[1]
    parts, roots = [], []
    for codes, size, z, T in zip(columns.codes, columns.sizes, columns.z, factors, strict=True):
        q = len(T)
        places = codes[:, None] * q + np.arange(q)
        rows = np.repeat(np.arange(n), q)
        parts.append(sparse.csr_array((z.T.ravel(), (rows, places.ravel())), shape=(n, size * q)))
        roots.append(sparse.kron(sparse.eye_array(size), T))
    Z, L = sparse.hstack(parts, format="csr"), sparse.block_diag(roots).toarray()
    A, B = (Z.T @ Z).toarray(), Z.T @ columns.W.T
    AL = A @ L
    factor = cho_factor(np.eye(Q) + L.T @ AL)
    H = A - AL @ cho_solve(factor, AL.T)
    return Joint(0.5 * (H + H.T)[..., None], (B - AL @ cho_solve(factor, L.T @ B))[..., None])


def _summed(left: Floats, right: Floats) -> Floats:
    """sum_aj left[a, :, j] right[a, :, j]' of arrays (a, p, J)."""
    return np.einsum("apj,arj->pr", left, right, optimize=True)


def modes(at: Profile) -> tuple[Floats, ...]:
    """u_hat (q, J) of each term.

    The effects of groups given the data: their modes, and how uncertain these are.

        u_hat = S g,   g = Z'V^-1 (y - X b_hat),   S = I (x) T T'
        Var(u_hat - u) / s2 = K + D A D',   K = S - S Z'V^-1 Z S,   D = S Z'V^-1 X,   A = (X'V^-1 X)^-1

    K is the covariance of the effects given the data and the coefficients, which lme4 calls condVar; D A D' is what the
    estimation of the coefficients adds. All are in the coordinates of `coordinates`, over the residual variance.
    Source: Henderson, Biometrics 31 (1975), 423-447; McCulloch & Searle, Generalized, Linear, and Mixed Models (2001),
    6.6.
    """
    pairs = zip(at.factors, at.evaluated.projected, strict=True)
    return tuple(T @ T.T @ at.slopes(projected) for T, projected in pairs)


def pulls(at: Profile) -> tuple[Floats, ...]:
    """D_j (q, p, J) of each term: how its modes move against the coefficients."""
    pairs = zip(at.factors, at.evaluated.projected, strict=True)
    return tuple(np.einsum("ab,bpj->apj", T @ T.T, projected[:, :-1]) for T, projected in pairs)


def spreads(at: Profile) -> tuple[Floats, ...]:
    """K_jj (q, q, J) of each term."""
    found = []
    for T, blocks in zip(at.factors, at.evaluated.diagonal_blocks, strict=True):
        S = (T @ T.T)[:, :, None]
        found.append(S - times(times(S, blocks), S))
    return tuple(found)


class LevelsMeet(Protocol):
    """An `Evaluated` of several factors, whose levels meet."""

    def link(self, k: int, other: int, i: Codes, j: Codes) -> Floats:
        """K (q_k, q_l, r) of the levels i of term k and the levels j of another term."""
        ...


def joint_spread(at: Profile, codes: Sequence[Codes]) -> Floats:
    """K (Q, Q, r) of the effects of all terms side by side, at the levels `codes[k]` (r,) of each; a code of -1 is a
    level that was not seen, whose effects have their own variance and no covariance.
    """
    ends = np.cumsum([0, *at.of.structure.widths]).tolist()
    own = [slice(first, last) for first, last in pairwise(ends)]
    found = np.zeros((ends[-1], ends[-1], len(codes[0])))
    for k, (T, spread) in enumerate(zip(at.factors, spreads(at), strict=True)):
        seen = codes[k] >= 0
        found[own[k], own[k]] = np.where(seen, spread[:, :, codes[k]], (T @ T.T)[:, :, None])
        for other in range(k):
            both = seen & (codes[other] >= 0)
            block = np.zeros((own[k].stop - own[k].start, own[other].stop - own[other].start, len(both)))
            block[:, :, both] = _link(at, k, other, codes[k][both], codes[other][both])
            found[own[k], own[other]], found[own[other], own[k]] = block, transposed(block)
    return found


def _link(at: Profile, k: int, other: int, i: Codes, j: Codes) -> Floats:
    joint = at.evaluated.joint
    if joint is None:
        linked: LevelsMeet = at.evaluated  # type: ignore[assignment]
        return linked.link(k, other, i, j)
    ends = np.cumsum([0, *at.of.structure.widths]).tolist()
    blocks = joint.blocks[ends[k] : ends[k + 1], ends[other] : ends[other + 1]]
    left, right = (at.factors[term] @ at.factors[term].T for term in (k, other))
    return np.where(i == j, -times(times(left[:, :, None], blocks[:, :, i]), right[:, :, None]), 0.0)


BENT = 1e-10
"""A step along which the gradient changes by less than this share of what its length allows tells nothing."""


def secant(H: Floats, step: Floats, change: Floats) -> Floats | None:
    """H after a step along which the gradient changed so; None where it does not bend upwards along the step.

    >>> secant(np.eye(2), np.array([1.0, 0.0]), np.array([4.0, 0.0])).tolist()
    [[4.0, 0.0], [0.0, 1.0]]

    Curvature carried from one step to the next, where exact curvature costs as many evaluations as there are variances.

        H <- H - H s s'H / s'H s + y y' / y's,     s the step, y the change of the gradient      (BFGS)

    Steps converge faster than linearly, and each costs one evaluation. Source: Nocedal & Wright (2006), 6.1.
    """
    along = float(step @ change)
    if not along > BENT * float(np.linalg.norm(step) * np.linalg.norm(change)):
        return None
    pushed = H @ step
    return H - np.outer(pushed, pushed) / float(step @ pushed) + np.outer(change, change) / along


ENOUGH = 0.1
"""|A| as a share of a11 a22 from which a group tells both of its effects."""

INVERTIBLE = 1e-100
"""|A| from which its inverse, and squares of that, are in float64."""

FEWEST = 3
"""Groups from which moments are taken."""

LEAST = 0.05
"""A variance starts at this share of its error or more."""


def moments(deviance: Deviance) -> Floats | None:
    """theta by the moments of the groups; None for other structures, more than two effects of a level, and where few
    groups have some.
    """
    structure = deviance.structure
    if not isinstance(structure, OneFactor) or len(structure.E) > 2:
        return None
    E, Q = structure.E, len(structure.E)
    theta, enough = moments_of_groups(
        E[:, :Q, None], E[:, -1, None], structure.C[-1:, -1], np.array([deviance.d]), len(structure.C), structure.widths
    )
    return theta[0] if enough[0] else None


@np.errstate(all="ignore")  # of models that have too few groups
def moments_of_groups(
    A: Floats, b: Floats, whole: Floats, d: Floats, fewest: int, widths: tuple[int, ...]
) -> tuple[Floats, Bools]:
    """theta (m, t) by moments: what the least squares of the groups vary beyond their errors; and which of the models
    have enough groups for it. A (Q, Q, m, J) and b (Q, m, J) are Z'Z and Z'y, `whole` (m,) is y'y.

    S = mean of u u' / s2 - mean of A^-1,    u = A^-1 b,    s2 the mean square within groups
    """
    Q = len(A)
    diagonal = A.diagonal().prod(axis=2)
    det = A[0, 0] if Q == 1 else diagonal - A[0, 1] * A[1, 0]
    told = (det > ENOUGH * diagonal) & (det > (ENOUGH if Q == 1 else INVERTIBLE))
    adjugate = np.ones(A.shape) if Q == 1 else np.array([[A[1, 1], -A[0, 1]], [-A[1, 0], A[0, 0]]])
    inverse = adjugate * (told / np.where(told, det, 1.0))
    count = np.maximum(told.sum(axis=1), 1)
    u = (inverse * b).sum(axis=1)
    left, degrees = whole - np.einsum("qmj,qmj->m", u, b), d - Q * count
    groups = (A[0, 0] > 0.0).sum(axis=1)
    enough = (np.maximum(FEWEST, 0.5 * groups) <= told.sum(axis=1)) & (degrees >= fewest) & (left > 0.0)
    errors = (inverse.sum(axis=3) / count).transpose(2, 0, 1)
    S = np.einsum("amj,bmj->mab", u, u) * (degrees / left / count)[:, None, None] - errors
    enough &= np.isfinite(S).all(axis=(1, 2))
    S[~enough] = np.eye(Q)
    sizes, vectors = np.linalg.eigh(S)
    floor = LEAST * np.trace(errors, axis1=1, axis2=2)
    S = (vectors * np.maximum(sizes, floor[:, None])[:, None]) @ vectors.swapaxes(1, 2)
    if len(widths) > 1:
        return np.sqrt(np.diagonal(S, axis1=1, axis2=2)), enough
    L, pivot = factored(np.ascontiguousarray(S.transpose(1, 2, 0)))
    return L[lower_entries(Q)].T.copy(), enough & (pivot > 0.0)


MOST = 130_000
"""Numbers of a member, products of its columns and effects, beyond which models take less time one after the other."""

LARGEST = 1e4
"""tr(S A) of a group up to which no more than four digits are lost."""


@record
class StackedEffects:
    """The random effects of many models of one group each, of their `sums`: terms of `widths`, side by side.

    -2 log L and both its derivatives for all members at once, by the formulas of `Profile` and `bends`: arrays have
    member and group last, (..., m, J), and a sum over the groups of each member is one product of stacks of matrices.
    Exact at singular T too. Where effects are large differences lose digits, and members are not `sound`.
    """

    sums: StackedSums
    widths: tuple[int, ...]
    reml: bool

    @cached_property
    def E(self) -> Floats:
        """[A B] (Q, Q + p + 1, m J)."""
        A, B = self.sums.A, self.sums.B
        E = np.moveaxis(np.concatenate([A, B], axis=2), 0, 2)
        return E.reshape(*E.shape[:2], -1)

    @property
    def d(self) -> Floats:
        """What the residual sums of squares are divided by (m,): rows, less the fixed effects of REML."""
        return self.sums.n - (self.sums.C.shape[1] - 1 if self.reml else 0)

    @property
    def constant(self) -> Floats:
        """What the coordinates leave out of -2 log L (m,)."""
        found = 2.0 * self.d * np.log(self.sums.unit) - self.sums.log_precision
        return found + self.sums.log_gram if self.reml else found

    def some(self, which: np.ndarray) -> StackedEffects:
        """The effects of some of the members."""
        sums = StackedSums(**{name: part[which] for name, part in vars(self.sums).items()})
        return StackedEffects(sums, self.widths, self.reml)

    def factors(self, theta: Floats) -> Floats:
        """T (Q, Q, m) of theta (m, t): the effects of a group have the covariance s2 T T'."""
        Q = sum(self.widths)
        T = np.zeros((Q, Q, len(theta)))
        T[entries_of(self.widths)] = theta.T
        return T

    def starts(self) -> tuple[Floats, Bools]:
        """theta (m, t) by the moments of the groups, and which members have enough of them."""
        C = self.sums.C
        A, b = np.moveaxis(self.sums.A, 0, 2), np.moveaxis(self.sums.B[:, :, -1], 0, 1)
        return moments_of_groups(A, b, C[:, -1, -1], self.d, C.shape[1], self.widths)

    def at(self, theta: Floats) -> AtStacked:
        """What is known at theta (m, t); not `sound` where digits would be lost, or float64 is left."""
        (m, Q, M, J), d, E, T = self.sums.B.shape, self.d, self.E, self.factors(theta)
        each = np.repeat(T, J, axis=2)
        F = times(transposed(each), E)
        root, F = integrated_out(F, times(F[:, :Q], each))
        left = E - times(transposed(F[:, :Q]), F)
        own = F[:, Q:].reshape(Q, M, m, J).transpose(2, 1, 0, 3).reshape(m, M, Q * J)
        cross = self.sums.C - own @ own.swapaxes(1, 2)
        L, pivot = factored(np.ascontiguousarray(np.moveaxis(cross, 0, 2)))
        back = inverted(L)
        logs = 2.0 * np.log(L.diagonal())  # (m, M)
        value = 2.0 * np.log(root.diagonal()).reshape(m, -1).sum(axis=1) + self.constant
        value += d * (1.0 + np.log(2.0 * np.pi / d) + logs[:, -1])
        if self.reml:
            value += logs[:, :-1].sum(axis=1)
        pulled = times(np.repeat(back, J, axis=2), transposed(left[:, Q:])).reshape(M, Q, m, J)
        found = bends(left[:, :Q].reshape(Q, Q, m, J), pulled, T, self.widths, d, self.reml)
        S = (T * T).sum(axis=1)
        size = (S * self.E[np.arange(Q), np.arange(Q)].reshape(Q, m, J).max(axis=2)).sum(axis=0)
        sound = self.sums.sound & (pivot > 0.0) & np.isfinite(value) & (size <= LARGEST)
        return AtStacked(self, theta, value, L[-1, -1] ** 2 / d, np.moveaxis(back, 2, 0), *found, sound)


@record
class AtStacked:
    """-2 log L of members at theta (m, t): its `value` (m,), the residual variances `s2` (m,), and its `gradient` and
    `curvature` by theta, (m, t) and (m, t, t). `back` is L^-1 with L L' = W'V^-1 W, and `moved` (m, t, M, M) its change
    by theta in units of itself.

    Degrees of freedom of Satterthwaite: with D the profiled -2 log L, d its divisor and v the estimated variance of a
    coefficient at the residual variance that is best for theta,

        nu = 1 / (1 / d + w'D''^-1 w),     w = d log v / d theta

    which is 2 v^2 / (g'A g) of `solvers/mixed/fixed_effects.py`, since the scale and theta are apart in these
    coordinates.
    """

    of: StackedEffects
    theta: Floats
    value: Floats
    s2: Floats
    back: Floats
    moved: Floats
    gradient: Floats
    curvature: Floats
    sound: Bools

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
        w = self.moved[:, :, -1, -1:] - share  # (m, t, p)
        return 1.0 / (1.0 / self.of.d[:, None] + (w * (inverse @ w)).sum(axis=1))


def moments_of_crossed(structure: Structure) -> Floats | None:
    """theta by moments; None for other structures, levels of several effects, and equations without an answer.

    Where a climb over crossed groups of one effect each begins: at what the sums of squares of each grouping say.

        T_k = sum_i (z_i'y)^2 / a_i over the levels i of term k, a_i = z_i'z_i
        E T_k = sum_l s_l^2 sum_ij A_ij^2 / a_i + s^2 J_k,    E y'y = sum_l s_l^2 sum_j a_j + s^2 n

    with A_ij = z_i'z_j of the levels i of k and j of l: as many equations as variances, of sums that are there already.
    Source: Searle, Casella & McCulloch, Variance Components (1992), 5.3, Henderson's first method.
    """
    if not isinstance(structure, Crossed) or max(structure.widths) > 1:
        return None
    factors = (structure.largest, *structure.rest)
    if any(factor.q > 1 for factor in factors):
        return None
    ends = np.cumsum([0, *(factor.count for factor in structure.rest)]).tolist()
    starts, K = ends[:-1], len(factors)
    lengths = [structure.gram[0, 0], *np.split(structure.within.diagonal(), starts[1:])]
    pulls = [structure.to_design[0, -1], *np.split(structure.rest_design[:, -1], starts[1:])]
    inverses = [np.divide(1.0, a, out=np.zeros(len(a)), where=a > 0.0) for a in lengths]
    expected, found = np.empty((K + 1, K + 1)), np.empty(K + 1)
    squares = structure.meetings.across[0].power(2)
    to_first = squares.T @ inverses[0]
    to_rest = squares.sum(axis=0) * np.concatenate(inverses[1:])
    expected[0, 1:K] = np.add.reduceat(to_first, starts)
    expected[1:K, 0] = np.add.reduceat(to_rest, starts)
    for k in range(1, K):
        for other in range(1, k):
            met = structure.within[starts[k - 1] : ends[k], starts[other - 1] : ends[other]] ** 2
            expected[k, other] = inverses[k] @ met.sum(axis=1)
            expected[other, k] = met.sum(axis=0) @ inverses[other]
    for k, (a, b, inverse) in enumerate(zip(lengths, pulls, inverses, strict=True)):
        expected[k, k] = expected[K, k] = a.sum()
        expected[k, K], found[k] = np.count_nonzero(a), (b * b) @ inverse
    expected[K, K], found[K] = len(structure.largest.codes), structure.corner[-1, -1]
    try:
        variances = np.linalg.solve(expected, found)
    except np.linalg.LinAlgError:
        return None
    if not (np.isfinite(variances).all() and variances[K] > 0.0):
        return None
    least = [LEAST * np.count_nonzero(a) / a.sum() for a in lengths]
    ratios = np.maximum(variances[:K] / variances[K], least)
    theta = np.empty(K)
    theta[[factor.terms[0] for factor in factors]] = np.sqrt(ratios)
    return theta
