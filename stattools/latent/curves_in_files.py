"""The sums of a model with curves whose rows are in files or on a cluster, from one read after the one that found the
ends of their variables.

    [B_1 .. B_S Q r]'[B_1 .. B_S Q r],    Q = (X - c) N,   r = y - a - Q b          c, N, a and b from a sample

The B-splines of the curves and nearly orthonormal columns of X, as in `rows_in_files.py`; the means of the B-splines
are found beside, and what curves are made of them is a matrix away.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
from scipy.linalg import block_diag

from stattools.data.files.scanned_rows import ScannedRows
from stattools.data.mixed_rows import MixedRows
from stattools.data.rows.rows import Rows
from stattools.data.rows.shape_only import OnDisk
from stattools.data.smooth_design import SmoothDesign
from stattools.data.smooth_term import SmoothTerm
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.latent.coordinates import Coordinates
from stattools.latent.curve_sums import spline_gram, spline_meetings, spline_products
from stattools.latent.curves import Curves, curves_of_products
from stattools.latent.one_curve import one_curve_of_sums
from stattools.latent.rows_in_files import Nearly, unit_triangle
from stattools.latent.structure import LatentColumns, Structure


@dataclass(eq=False)
class CurveSums:
    """Products of B-splines and columns, and sums of the B-splines of each design; added with `+`."""

    products: Floats
    splines: Floats

    def __add__(self, other: CurveSums) -> CurveSums:
        return CurveSums(self.products + other.products, self.splines + other.splines)


@record
class BatchCurves:
    """What is summed of a batch, small enough to be sent there: the columns of X, those of each curve, and y about
    `middle` and the coefficients `b` of the sample.
    """

    X: Nearly
    designs: tuple[SmoothDesign, ...]
    uses: tuple[tuple[int, ...], ...]
    middle: float
    b: Floats

    def __call__(self, rows: Rows) -> CurveSums:
        X = np.asarray(rows.X)
        W = np.empty((len(self.b) + 1, len(rows.y)))
        W[:-1] = self.X.rows(X)
        W[-1] = rows.y - self.middle - self.b @ W[:-1]
        each = [design.over(X[:, list(use)]) for design, use in zip(self.designs, self.uses, strict=True)]
        terms = [term for some in each for term in some]
        splines = [np.bincount(some[0].first + a, some[0].basis[:, a], some[0].k) for some in each for a in range(4)]
        sums = [sum(splines[4 * k : 4 * k + 4]) for k in range(len(each))]
        return CurveSums(_products(terms, W), np.concatenate(sums))


@record
class SummedCurves:
    """The `curves` of rows that are not in memory, their `coordinates`, and the terms, whose rows have a shape only."""

    curves: Curves
    coordinates: Coordinates
    smooths: tuple[SmoothTerm, ...]

    @property
    def structure(self) -> Structure:
        """What knows the curves."""
        return self.curves.structure


def summed_curves(read: MixedRows, y: Floats) -> SummedCurves:
    """The sums over the rows of a formula with curves; `y` are the values of the outcome as numbers."""
    unbound: Any = read.every
    scanned: ScannedRows = unbound.bound(y, np.asarray)
    names, sample, n = scanned.design.names, scanned.sampled, len(scanned.X)
    uses = scanned.design.uses
    X = Nearly.of(sample.X, uses[0], names)
    middle = 0.0 if X.first is None else float(sample.y.mean())
    b = np.linalg.lstsq(X.rows(sample.X).T, sample.y - middle)[0]
    found: CurveSums = scanned.gather(BatchCurves(X, read.curves, uses[1:], middle, b))
    ends = np.cumsum([0, *(design.part.k for design in read.curves)]).tolist()
    designs = [
        replace(design, means=found.splines[low:high] / n) if design.part.by is None or design.levels else design
        for design, (low, high) in zip(read.curves, pairwise(ends), strict=True)
    ]
    smooths = tuple(term for design in designs for term in _terms(design, n, scanned.place))
    p, K = len(b), sum(term.k for term in smooths)
    given, called = found.products[K:, K:], [names[k] for k in uses[0]]
    back = unit_triangle(given[:p, :p] / n, called, "The model")
    step = np.linalg.solve(given[:p, :p], given[:p, p])
    P = np.eye(p + 1)
    P[p, :p] = -step
    unit = float(np.sqrt(max(P[p] @ given @ P[p], 0.0) / n)) or 1.0
    P[p] /= unit
    P[:p, :p] = back.T
    beta = X.back @ (b + step)
    if X.first is not None:
        beta[X.first] += middle
    W = OnDisk((p + 1, n), place=scanned.place)
    some: Any = (W, (), (), ())
    coordinates = Coordinates(LatentColumns(*some), beta, X.back @ back, unit, (), 0.0)
    whole: Any = block_diag(*(np.eye(term.k) for term in smooths), P)
    products = whole @ found.products @ whole.T
    if len(smooths) == 1:
        own, M = slice(0, K), smooths[0].wiggles
        structure, turn, size = one_curve_of_sums(products[own, own], products[own, K:], products[K:, K:], M, n)
        return SummedCurves(Curves(structure, (turn,), (size,)), coordinates, smooths)
    M: Any = block_diag(*(term.wiggles for term in smooths), np.eye(p + 1))
    return SummedCurves(curves_of_products(M.T @ products @ M, [one.width for one in smooths], n), coordinates, smooths)


def _products(terms: list[SmoothTerm], W: Floats) -> Floats:
    """[B W']'[B W'] of the B-splines of all curves."""
    ends = np.cumsum([0, *(term.k for term in terms)]).tolist()
    K = ends[-1]
    found = np.empty((K + len(W), K + len(W)))
    found[K:, K:] = W @ W.T
    for i, term in enumerate(terms):
        own = slice(ends[i], ends[i + 1])
        found[own, own] = spline_gram(term)
        found[own, K:] = spline_products(term, W)
        found[K:, own] = found[own, K:].T
        for j in range(i):
            to = slice(ends[j], ends[j + 1])
            found[own, to] = spline_meetings(term, terms[j])
            found[to, own] = found[own, to].T
    return found


def _terms(design: SmoothDesign, n: int, place: str) -> list[SmoothTerm]:
    """The curves, whose rows know their shapes only."""
    there: Any = OnDisk((n,), place=place), OnDisk((n, 4), place=place)
    made = design.over(np.zeros((1, len(design.design.names))))
    return [replace(term, first=there[0], basis=there[1], weight=None, beyond=there[0]) for term in made]
