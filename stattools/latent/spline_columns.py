"""Columns of curves without groups beside, which are never made: a row meets four B-splines of each.

    Z~ = [tau_1 B_1 M_1 / s_1, ..., X]      up, down and Z~'WZ~ by sums over rows of four numbers, then small matrices
    h_i = b_i'K b_i + ...,   K = C H^-1 C'  of the coefficients of B-splines: sixteen numbers of K for each row

Cost: some thirty sums over n rows for one curve, whatever k is, where the columns themselves take k^2. Source: Eilers &
Marx, Statistical Science 11 (1996); Wood, Pya & Saefken (2016), 3.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.data.smooth_term import SmoothTerm
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.latent.curve_sums import RowsByKnots, fitted, spline_gram, spline_meetings, spline_products
from stattools.latent.effect_columns import NOBODY, EffectColumns, ScaledColumns
from stattools.latent.structure import LatentColumns

ALONG = 1e-12
"""A column that B-splines make but for this share of its largest number is one that they make."""


@dataclass(frozen=True, eq=False)
class WidthOnly:
    """Stands for columns that are not made: it knows how many there are, and makes them where somebody asks."""

    term: SmoothTerm
    size: float

    def __len__(self) -> int:
        return self.term.width

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Floats:
        return self.term.columns.T / self.size


@record
class SplineColumns(EffectColumns):
    """`terms` are the curves, whose columns are divided by `sizes`."""

    terms: tuple[SmoothTerm, ...] = ()
    sizes: tuple[float, ...] = ()

    @classmethod
    def of_curves(cls, terms: Sequence[SmoothTerm], flat: Floats) -> SplineColumns:
        """Of curves, each divided by the root of the mean sum of squares of a row, and fixed effects beside."""
        n = flat.shape[1]
        grams = [term.wiggles.T @ spline_gram(term) @ term.wiggles for term in terms]
        sizes = tuple(float(np.sqrt(np.trace(gram) / n)) for gram in grams)
        smooths: Any = tuple(WidthOnly(term, size) for term, size in zip(terms, sizes, strict=True))
        return cls(n, NOBODY, (), smooths, flat, True, tuple(terms), sizes)

    @cached_property
    def ways(self) -> tuple[Floats, ...]:
        """M_k / s_k (k, k - 2) of each curve."""
        return tuple(term.wiggles / size for term, size in zip(self.terms, self.sizes, strict=True))

    @cached_property
    def by_knots(self) -> tuple[RowsByKnots, ...]:
        """The rows of each curve in the order of its knots."""
        return tuple(map(RowsByKnots.of, self.terms))

    @cached_property
    def along(self) -> tuple[tuple[Floats, NDArray[np.bool_]], ...]:
        """Of each curve the coefficients of its B-splines that make columns of fixed effects, and of which they do:
        the intercept, and the line of the curve.
        """
        found = []
        for term in self.terms:
            c = np.asarray(np.linalg.lstsq(spline_gram(term), spline_products(term, self.flat))[0], dtype=float)
            apart = np.abs(fitted(term, c) - self.flat).max(axis=1, initial=0.0)
            found.append((c, apart <= ALONG * np.abs(self.flat).max(axis=1, initial=0.0)))
        return tuple(found)

    def sums(self, k: int, rows: Floats) -> Floats:
        """Z_k' times numbers of the rows."""
        return self.ways[k].T @ spline_products(self.terms[k], rows[None])[:, 0]

    @cached_property
    def _latest(self) -> list[Floats]:
        """The weights that a Gram matrix was asked for last, and that matrix."""
        return []

    def gram(self, w: Floats) -> Floats:
        """Z'WZ of the columns before they are scaled, those of fixed effects last; that of the same array `w` as before
        is not summed again.
        """
        if not self._latest or self._latest[0] is not w:
            self._latest[:] = [w, self._gram(w)]
        return self._latest[1]

    def _gram(self, w: Floats) -> Floats:
        found, ends = np.empty((self.r, self.r)), self.ends
        weighted = self.flat * w
        found[ends[-1] :, ends[-1] :] = weighted @ self.flat.T
        for k, (term, way) in enumerate(zip(self.terms, self.ways, strict=True)):
            own = slice(ends[k], ends[k + 1])
            B, (c, made) = self.by_knots[k].gram(w), self.along[k]
            beside = B @ c
            if not made.all():
                beside[:, ~made] = spline_products(term, weighted[~made])
            found[own, own] = way.T @ B @ way
            found[own, ends[-1] :] = way.T @ beside
            found[ends[-1] :, own] = found[own, ends[-1] :].T
            for j in range(k):
                to = slice(ends[j], ends[j + 1])
                found[own, to] = way.T @ spline_meetings(term, self.terms[j], w) @ self.ways[j]
                found[to, own] = found[own, to].T
        return found

    def scaled(self, factors: Sequence[Floats], taus: Sequence[float]) -> ScaledSplines:
        """The columns at the standard deviation of each curve."""
        nothing = np.empty((0, self.n))
        return ScaledSplines(self, nothing, nothing, nothing, tuple(taus))


@record
class ScaledSplines(ScaledColumns):
    """Z~ of curves at the standard deviations `taus`."""

    of: SplineColumns  # type: ignore[assignment]
    taus: tuple[float, ...] = ()

    @property
    def inner(self) -> None:  # type: ignore[override]
        """There are no groups."""
        return

    @cached_property
    def scales(self) -> Floats:
        """What each column is multiplied by."""
        widths = [*map(len, self.of.smooths), len(self.of.flat)]
        return np.repeat([*self.taus, 1.0], widths)

    def up(self, u: Floats) -> Floats:
        """Z~ u of every row (n,), or of many u (size, m) beside each other (n, m)."""
        of, end = self.of, self.of.ends[-1]
        found = of.flat.T @ u[end:]
        for k, (term, way, tau) in enumerate(zip(of.terms, of.ways, self.taus, strict=True)):
            own = tau * (way @ u[of.ends[k] : of.ends[k + 1]])
            found += fitted(term, own.reshape(len(own), -1)).T.reshape(found.shape)
        return found

    def down(self, s: Floats) -> Floats:
        """Z~'s."""
        each = [tau * self.of.sums(k, s) for k, tau in enumerate(self.taus)]
        return np.concatenate([*each, self.of.flat @ s])

    def within(self, w: Floats) -> Floats:
        """Z~'WZ~."""
        return self.scales[:, None] * self.of.gram(w) * self.scales

    def traces(self, H: Any, w: Floats) -> list[float]:
        """Of each curve the sum over rows of w_i z_i'H^-1 z~_i, z_i before it is scaled."""
        met = np.einsum("ij,ji->i", self.of.gram(w) * self.scales, H.inverse)
        return [float(met[a:b].sum()) for a, b in zip(self.of.ends, self.of.ends[1:], strict=False)]

    def leverage(self, H: Any) -> Floats:
        """z~_i'H^-1 z~_i of each row."""
        of, end = self.of, self.of.ends[-1]
        C = self.scales[:, None] * H.inverse * self.scales
        flat = C[end:, end:]
        whole = bool(of.along[0][1].all())  # the first curve's B-splines make all fixed effects
        found = np.zeros(of.n) if whole else np.einsum("pn,pq,qn->n", of.flat, flat, of.flat, optimize=True)
        for k, (term, way) in enumerate(zip(of.terms, of.ways, strict=True)):
            own, (c, made) = slice(of.ends[k], of.ends[k + 1]), of.along[k]
            beside = way @ C[own, end:]
            across = beside[:, made] @ c[:, made].T
            K = way @ C[own, own] @ way.T + across + across.T
            found += of.by_knots[k].quadratic(K + c @ flat @ c.T if whole and not k else K)
            for p in np.flatnonzero(~made):
                for a in range(4):
                    found += 2.0 * term.values[:, a] * of.flat[p] * beside[a:, p][term.first]
            for j in range(k):
                met = way @ C[own, of.ends[j] : of.ends[j + 1]] @ of.ways[j].T
                other = of.terms[j]
                for a in range(4):
                    for b in range(4):
                        both = term.values[:, a] * other.values[:, b]
                        found += 2.0 * both * met[term.first + a, other.first + b]
        return found


def effect_columns(
    columns: LatentColumns, terms: Sequence[SmoothTerm], flat: Floats | None
) -> tuple[EffectColumns, tuple[float, ...]]:
    """The columns of random terms, curves and fixed effects that are integrated out, and what those of each curve were
    divided by, so that a row has squares that sum to 1 on average.
    """
    if flat is not None and not columns.codes:
        made = SplineColumns.of_curves(terms, flat)
        return made, made.sizes
    curves = [term.columns.T for term in terms]
    sizes = tuple(float(np.sqrt((one**2).sum() / one.shape[1])) for one in curves)
    return EffectColumns.of(columns, [one / size for one, size in zip(curves, sizes, strict=True)], flat), sizes
