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
from itertools import pairwise
from typing import Any

import numpy as np

from stattools.data.smooth_term import Indices, SmoothTerm
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.latent.curve_sums import fitted, spline_gram, spline_products
from stattools.latent.effect_columns import NOBODY, EffectColumns, ScaledColumns
from stattools.latent.rows_by_cells import RowsByCells
from stattools.latent.rows_by_knots import RowsByKnots
from stattools.latent.structure import LatentColumns

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
    def made(self) -> tuple[tuple[Indices, Floats], ...]:
        """Of each curve the columns of fixed effects that are lines along it and along no curve before it, as the
        intercept and its own line: their numbers, and the coefficients of B-splines that make them.
        """
        found, left = [], np.arange(len(self.flat))
        for term in self.terms:
            flat, places = self.flat[left], np.arange(float(term.k))
            lines = np.column_stack([np.ones(term.k), places - places.mean()])
            c = lines @ np.linalg.lstsq(fitted(term, lines).T, flat.T)[0]
            apart = np.abs(fitted(term, c) - flat).max(axis=1, initial=0.0)
            are = apart <= ALONG * np.abs(flat).max(axis=1, initial=0.0)
            found.append((left[are], c[:, are]))
            left = left[~are]
        return tuple(found)

    @cached_property
    def lifts(self) -> tuple[Floats, ...]:
        """The coefficients of B-splines that make the columns of each curve, and the fixed effects of `made`."""
        return tuple(np.hstack([way, c]) for way, (_, c) in zip(self.ways, self.made, strict=True))

    @cached_property
    def places(self) -> tuple[Indices, ...]:
        """The numbers of these columns."""
        own = [np.arange(a, b) for a, b in pairwise(self.ends)]
        return tuple(np.append(one, self.ends[-1] + which) for one, (which, _) in zip(own, self.made, strict=True))

    @cached_property
    def beside(self) -> tuple[Indices, Floats]:
        """The numbers of the columns of fixed effects that no curve makes, and these (m, n)."""
        which = np.setdiff1d(np.arange(len(self.flat)), np.concatenate([made for made, _ in self.made]))
        return self.ends[-1] + which, self.flat[which]

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
        found, (rest, flat) = np.empty((self.r, self.r)), self.beside
        weighted = flat * w
        found[rest[:, None], rest] = weighted @ flat.T
        for k, (term, lift, own) in enumerate(zip(self.terms, self.lifts, self.places, strict=True)):
            found[own[:, None], own] = lift.T @ self.by_knots[k].gram(w) @ lift
            across = [(rest, spline_products(term, weighted))] if len(rest) else []
            across += [(self.places[j], pair.meetings(w) @ self.lifts[j]) for j, pair in enumerate(self.by_cells[k])]
            for to, products in across:
                met = lift.T @ products
                found[own[:, None], to] = met
                found[to[:, None], own] = met.T
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
        of, scaled = self.of, (u.T * self.scales).T.reshape(len(u), -1)
        rest, flat = of.beside
        found = scaled[rest].T @ flat
        for term, lift, own in zip(of.terms, of.lifts, of.places, strict=True):
            found += fitted(term, lift @ scaled[own])
        return found.T.reshape(of.n, *u.shape[1:])

    def down(self, s: Floats) -> Floats:
        """Z~'s."""
        of, found = self.of, np.empty(self.of.r)
        for term, lift, own in zip(of.terms, of.lifts, of.places, strict=True):
            found[own] = lift.T @ spline_products(term, s[None])[:, 0]
        rest, flat = of.beside
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
        found = np.einsum("pn,pn->n", flat, C[rest[:, None], rest] @ flat)
        for k, (term, lift, own) in enumerate(zip(of.terms, of.lifts, of.places, strict=True)):
            found += of.by_knots[k].quadratic(lift @ C[own[:, None], own] @ lift.T)
            for row, column in zip(flat, (lift @ C[own[:, None], rest]).T, strict=True):
                found += 2.0 * row * fitted(term, column[:, None])[0]
            for j, pair in enumerate(of.by_cells[k]):
                found += 2.0 * pair.forms(lift @ C[own[:, None], of.places[j]] @ of.lifts[j].T)
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
