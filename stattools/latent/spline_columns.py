"""Columns of curves without groups beside, which are never made: a row meets four B-splines of each.

    Z~ = [B_1 ... B_m] L S + [0, X]     L the coefficients of B-splines that make each column, S standard deviations
    Z~'WZ~ = S L'B'WB L S               B'WB by sums over rows between two knots, and over rows of a cell of two curves
    h_i = b_i'K b_i,   K = L S H^-1 S L'  sixteen numbers of K for each row and each curve or pair of curves

where X are the columns of fixed effects that B-splines do not make. Cost: ten numbers of each row for a curve and
sixteen for a pair of curves, whatever k is, where the columns themselves take the square of their number. Source:
Eilers & Marx, Statistical Science 11 (1996); Wood, Pya & Saefken (2016), 3.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np

from stattools.data.smooth_term import Indices, SmoothTerm
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.interface.when_needed import sparse
from stattools.latent.curve_sums import spline_gram
from stattools.latent.effect_columns import NOBODY, EffectColumns, ScaledColumns
from stattools.latent.rows_by_cells import RowsByCells
from stattools.latent.rows_by_knots import RowsByKnots
from stattools.latent.structure import LatentColumns

KEPT = 3
"""Gram matrices that are kept, with their weights: differences go to and fro between a mode and those beside it."""
ALONG = 1e-12
"""A column that is a line along a curve but for this share of its largest number is one."""


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
    def by_cells(self) -> tuple[tuple[RowsByCells, ...], ...]:
        """The rows of each curve and each one before it in the order of the cells between their knots."""
        return tuple(tuple(RowsByCells.of(one, other) for other in self.terms[:k]) for k, one in enumerate(self.terms))

    @cached_property
    def parts(self) -> tuple[slice, ...]:
        """Where the B-splines of each curve are among those of all."""
        ends = np.cumsum([0, *(term.k for term in self.terms)]).tolist()
        return tuple(slice(a, b) for a, b in pairwise(ends))

    @cached_property
    def splines(self) -> sparse.csr_array:
        """The B-splines of all curves beside each other (n, K)."""
        at = [
            term.first[:, None] + np.arange(part.start, part.start + 4)
            for term, part in zip(self.terms, self.parts, strict=True)
        ]
        values = np.hstack([term.values for term in self.terms])
        ends = np.arange(0, values.size + 1, values.shape[1])
        shape = (self.n, self.parts[-1].stop)
        found = sparse.csr_array((values.ravel(), np.hstack(at).ravel(), ends), shape=shape)
        if any(term.weight is not None for term in self.terms):  # most are 0 where each level has a curve
            found.eliminate_zeros()
        return found

    @cached_property
    def across(self) -> sparse.csc_array:
        """The B-splines of all curves, one under the other (K, n)."""
        return self.splines.T

    @cached_property
    def made(self) -> tuple[Indices, Floats]:
        """The numbers of the columns of fixed effects that are sums of lines along curves, as the intercept and a
        curve's own line are, and the coefficients (K, m) of B-splines that make them.
        """
        lines = np.zeros((self.parts[-1].stop, 2 * len(self.terms)))
        for k, (term, part) in enumerate(zip(self.terms, self.parts, strict=True)):
            places = np.arange(float(term.k))
            lines[part, 2 * k], lines[part, 2 * k + 1] = 1.0, places - places.mean()
        along, flat = self.splines @ lines, self.flat
        back = np.linalg.pinv(along.T @ along, hermitian=True)
        c = back @ (flat @ along).T
        c += back @ ((flat - (along @ c).T) @ along).T  # what the square of their condition takes of the first
        apart = np.abs((along @ c).T - flat).max(axis=1, initial=0.0)
        are = apart <= ALONG * np.abs(flat).max(axis=1, initial=0.0)
        return np.flatnonzero(are), lines @ c[:, are]

    @cached_property
    def lift(self) -> Floats:
        """The coefficients (K, r) of B-splines that make each column, 0 for those `beside`."""
        found = np.zeros((self.parts[-1].stop, self.r))
        for way, part, (a, b) in zip(self.ways, self.parts, pairwise(self.ends), strict=True):
            found[part, a:b] = way
        which, c = self.made
        found[:, self.ends[-1] + which] = c
        return found

    @cached_property
    def beside(self) -> tuple[Indices, Floats]:
        """The numbers of the columns of fixed effects that no curve makes, and these (m, n)."""
        which = np.setdiff1d(np.arange(len(self.flat)), self.made[0])
        return self.ends[-1] + which, self.flat[which]

    def sums(self, rows: Floats) -> list[Floats]:
        """Of each curve Z_k' times numbers of the rows (n,), or many (n, m)."""
        found = self.across @ rows
        return [way.T @ found[part] for way, part in zip(self.ways, self.parts, strict=True)]

    @cached_property
    def _latest(self) -> list[tuple[Floats, Floats]]:
        """The weights that Gram matrices were asked for last, and these."""
        return []

    def gram(self, w: Floats) -> Floats:
        """Z'WZ of the columns before they are scaled, those of fixed effects last; that of one of the arrays `w` that
        were asked for last is not summed again.
        """
        kept = [pair for pair in self._latest if pair[0] is w]
        found = kept[0] if kept else (w, self._gram(w))
        self._latest[:] = [found, *(pair for pair in self._latest if pair[0] is not w)][:KEPT]
        return found[1]

    def _gram(self, w: Floats) -> Floats:
        found, (rest, flat) = self.lift.T @ self._of_splines(w) @ self.lift, self.beside
        if len(rest):
            weighted = flat * w
            met = self.lift.T @ (self.across @ weighted.T)
            found[:, rest], found[rest] = met, met.T
            found[rest[:, None], rest] = weighted @ flat.T
        return found

    def _of_splines(self, w: Floats) -> Floats:
        """B'WB (K, K) of the B-splines of all curves."""
        found = np.empty((self.parts[-1].stop, self.parts[-1].stop))
        for k, own in enumerate(self.parts):
            found[own, own] = self.by_knots[k].gram(w)
            for pair, other in zip(self.by_cells[k], self.parts, strict=False):
                met = pair.meetings(w)
                found[own, other], found[other, own] = met, met.T
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
        of, scaled = self.of, (u.T * self.scales).T
        rest, flat = of.beside
        found = of.splines @ (of.lift @ scaled)
        return found + flat.T @ scaled[rest] if len(rest) else found

    def down(self, s: Floats) -> Floats:
        """Z~'s."""
        of, (rest, flat) = self.of, self.of.beside
        found = of.lift.T @ (of.across @ s)
        found[rest] = flat @ s
        return self.scales * found

    def within(self, w: Floats) -> Floats:
        """Z~'WZ~."""
        return self.scales[:, None] * self.of.gram(w) * self.scales

    def traces(self, H: Any, w: Floats) -> list[float]:
        """Of each curve the sum over rows of w_i z_i'H^-1 z~_i, z_i before it is scaled."""
        met = np.einsum("ij,ji->i", self.of.gram(w) * self.scales, H.inverse)
        return [float(met[a:b].sum()) for a, b in zip(self.of.ends, self.of.ends[1:], strict=False)]

    def leverage(self, H: Any) -> Floats:
        """z~_i'H^-1 z~_i of each row."""
        of, (rest, flat) = self.of, self.of.beside
        C = self.scales[:, None] * H.inverse * self.scales
        K, found = of.lift @ C @ of.lift.T, np.zeros(of.n)
        for k, own in enumerate(of.parts):
            found += of.by_knots[k].quadratic(K[own, own])
            for pair, other in zip(of.by_cells[k], of.parts, strict=False):
                found += 2.0 * pair.forms(K[own, other])
        if len(rest):
            met = C[rest[:, None], rest] @ flat + 2.0 * (of.splines @ (of.lift @ C[:, rest])).T
            found += np.einsum("pn,pn->n", flat, met)
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
