"""The sums of a model with one grouping factor whose rows are in files or on a cluster, from one read.

    Q = (X - c) N,   r = y - a - Q b          c, N, a and b from a sample of the rows that is in memory
    E_j = sum of z [z Q r] over the rows of group j,    C = sum of [Q r]'[Q r]

In these coordinates columns are nearly orthonormal and r is nearly the residual, so that nothing is lost by summing
squares; the orthonormal coordinates of all rows are a small matrix away. Groups stand anywhere: their labels are
collected on the way.

The sums of a model with curves whose rows are in files or on a cluster, from one read after the one that found the
ends of their variables.

    [B_1 .. B_S Q r]'[B_1 .. B_S Q r],    Q = (X - c) N,   r = y - a - Q b          c, N, a and b from a sample

The B-splines of the curves and nearly orthonormal columns of X, as above; the means of the B-splines
are found beside, and what curves are made of them is a matrix away.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import block_diag

from stattools.data.design.latent_terms import (
    LatentTerms,
    SmoothDesign,
    SmoothTerm,
    combined,
    require_groups,
    terms_in,
    terms_of,
)
from stattools.data.files.rows import MOST_GROUPS, MOST_SUMS, SumsByLabel, labels_of
from stattools.data.files.source import AddedByName, Batch
from stattools.data.rows.rows import Rows
from stattools.errors import IdentificationError
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.latent.blocks import LatentColumns, all_products
from stattools.latent.coordinates import DEPENDENT, Coordinates, dependent, orthonormal
from stattools.latent.deviance import Curves, curves_of_products
from stattools.latent.elimination import OneFactor, Structure, one_curve_of_sums
from stattools.numerics.small_matrices import grams

LOST = 1e-2
"""Where the variance within groups is below this share of that of the residual of X, it is summed in a read of its own.
"""


@record
class Nearly:
    """Columns `uses` of the rows, moved by `center` and multiplied by `matrix` (p, p); `first` is the place of the
    column of ones among them, None where there is none and nothing is moved.
    """

    uses: NDArray[np.intp]
    center: Floats
    matrix: Floats
    first: int | None

    @classmethod
    def of(cls, X: Floats, uses: Sequence[int], names: Sequence[str]) -> Nearly:
        """Columns that are orthonormal in the sample X (n, P), the rows of which have columns `names`."""
        some = X[:, list(uses)]
        called = [names[k] for k in uses]
        first = called.index("Intercept") if "Intercept" in called else None
        center = np.zeros(len(called))
        if first is not None:
            center = some.mean(axis=0)
            center[first] = 0.0
        moved = some - center
        size = np.sqrt(np.mean(moved**2, axis=0))
        matrix = np.diag(1.0 / np.where(size > 0.0, size, 1.0))
        with suppress(IdentificationError):  # all rows may have what the sample has not
            matrix = orthonormal(moved, None, called, "the sample", np.empty(moved.T.shape))
        return cls(np.array(uses, dtype=np.intp), center, matrix, first)

    def rows(self, X: Floats) -> Floats:
        """The columns (q, n) of rows."""
        return self.matrix.T @ (X[:, self.uses] - self.center).T

    @property
    def back(self) -> Floats:
        """M with Q = X M, where the column of ones takes what was moved."""
        M = self.matrix.copy()
        if self.first is not None:
            M[self.first] -= self.center @ self.matrix
        return M


@record
class SampleColumns:
    """The columns of X, nearly orthonormal, and y about `middle` and the coefficients `b` of the sample: small enough
    to be sent to where a batch is.
    """

    X: Nearly
    middle: float
    b: Floats

    @classmethod
    def of(cls, rows: Any, uses: Sequence[int]) -> SampleColumns:
        """Those of rows that are not in memory, from the sample that is."""
        sample = rows.sampled
        X = Nearly.of(sample.X, uses, rows.coding.design.names)
        middle = 0.0 if X.first is None else float(sample.y.mean())
        return cls(X, middle, np.linalg.lstsq(X.rows(sample.X).T, sample.y - middle)[0])

    def rows(self, rows: Rows) -> Floats:
        """W = [Q r], (p + 1, n), of a batch."""
        W = np.empty((len(self.b) + 1, len(rows.y)))
        W[:-1] = self.X.rows(rows.X)
        W[-1] = rows.y - self.middle - self.b @ W[:-1]
        return W

    def orthonormal(self, given: Floats, rows: Any) -> tuple[Floats, Coordinates]:
        """P whose P W is orthonormal over all rows, from W W' of all of them, and the coordinates that it makes."""
        n, p = len(rows.X), len(self.b)
        back = unit_triangle(given[:p, :p] / n, [rows.coding.design.names[k] for k in self.X.uses], "The model")
        step = np.linalg.solve(given[:p, :p], given[:p, p])
        P = np.eye(p + 1)
        P[p, :p] = -step
        unit = float(np.sqrt(max(P[p] @ given @ P[p], 0.0) / n)) or 1.0
        P[p] /= unit
        P[:p, :p] = back.T
        beta = self.X.back @ (self.b + step)
        if self.X.first is not None:
            beta[self.X.first] += self.middle
        columns = LatentColumns(rows.absent(p + 1, n), (), (), ())
        return P, Coordinates(columns, beta, self.X.back @ back, unit, (), 0.0)


@record
class BatchColumns:
    """What is summed of a batch, small enough to be sent there: the columns of X and of each term."""

    who: str
    groups: tuple[str, ...]
    of_sample: SampleColumns
    z: tuple[Nearly, ...]

    def __call__(self, rows: Rows, others: Batch, numbers: NDArray[np.intp]) -> AddedByName:
        W, z = self.columns(rows)
        labels, codes = self.labels(others, numbers)
        E = grams(z, [*z, *W], codes, len(labels))
        most = min(MOST_GROUPS, MOST_SUMS // (len(z) * (len(z) + len(W))))
        by = SumsByLabel(self.who, "Take coarser groups.", most, labels, E.reshape(-1, len(labels)).T.copy())
        return AddedByName(by=by, C=W @ W.T)

    def columns(self, rows: Rows) -> tuple[Floats, Floats]:
        """W (m, n) and z (Q, n) of a batch."""
        return self.of_sample.rows(rows), np.concatenate([one.rows(rows.X) for one in self.z])

    def labels(self, others: Batch, numbers: NDArray[np.intp]) -> tuple[Sequence[Any], NDArray[np.intp]]:
        """The labels of the groups of a batch as tuples, and the place of each row's."""
        return combined([labels_of(others, name, numbers, self.who) for name in self.groups])


@record
class BatchWithinGroups:
    """The squares of a batch less what its groups make of it: `effects` (Q, m, J) of columns H z and P W, of groups
    whose places are known by their labels.
    """

    plan: BatchColumns
    H: Floats
    P: Floats
    effects: Floats
    places: dict[tuple[Any, ...], int]

    def __call__(self, rows: Rows, others: Batch, numbers: NDArray[np.intp]) -> Floats:
        W, z = self.plan.columns(rows)
        labels, codes = self.plan.labels(others, numbers)
        of_rows = np.array([self.places[label] for label in labels], dtype=np.intp)[codes]
        W = self.P @ W
        for row, effect in zip(self.H @ z, self.effects, strict=True):
            for k, moved in enumerate(effect):
                W[k] -= row * moved[of_rows]
        return W @ W.T


@record
class SummedRows:
    """The structure of rows that are not in memory, its coordinates, and the terms and designs with their levels, in
    what was `read`.
    """

    structure: OneFactor
    coordinates: Coordinates
    read: LatentTerms


def summed_rows(who: str, rows: LatentTerms, y: Floats) -> SummedRows:
    """The sums over the rows of a formula, one read, and what they say of the groups; `y` are the values of the outcome
    as numbers. Where groups make nearly all of y a second read takes them out first.

    Raises DomainError for groups that tell nothing, IdentificationError for columns that are combinations of others.
    """
    unbound: Any = rows.every
    scanned: Any = unbound.bound(y, np.asarray)
    uses, groups = scanned.coding.design.uses, rows.random[0].part.groups
    z = [
        Nearly.of(scanned.sampled.X, [mine[k] for k in which], scanned.coding.design.names)
        for mine, design in zip(uses[1:], rows.random, strict=True)
        for _, which in terms_in(design)
    ]
    plan = BatchColumns(who, groups, SampleColumns.of(scanned, uses[0]), tuple(z))
    found = scanned.gather(plan, *groups)
    places = tuple(found["by"].labels)
    order = sorted(range(len(places)), key=places.__getitem__)
    levels = tuple(places[k] for k in order)
    random = tuple(replace(design, levels=levels) for design in rows.random)
    for design in random:
        require_groups(design.part, design.labels, len(scanned.X), len(terms_in(design)[0][1]))
    n, absent = len(scanned.X), scanned.absent
    terms = tuple(term for one in random for term in terms_of(one, absent(n), lambda which: absent(n, len(which))))
    E = found["by"].closed[order].T.reshape(sum(len(one.uses) for one in z), -1, len(levels))
    structure, coordinates, H, P = _finished(plan, E, found["C"], scanned, [term.name for term in terms])
    apart = structure.within
    if apart.residual < LOST * len(scanned.X):  # few digits of the residual are in the sums: the rows are read again
        inside = BatchWithinGroups(plan, H, P, apart.effects, {level: k for k, level in enumerate(levels)})
        structure = replace(structure, known=replace(apart, C=scanned.gather(inside, *groups)))
    return SummedRows(structure, coordinates, replace(rows, terms=terms, random=random))


def _finished(
    plan: BatchColumns, E: Floats, given: Floats, rows: Any, names: Sequence[str]
) -> tuple[OneFactor, Coordinates, Floats, Floats]:
    """The sums in coordinates that are orthonormal over all rows, and the way to them: H of z and P of W."""
    n, p, called = len(rows.X), len(given) - 1, rows.coding.design.names
    widths = [len(one.uses) for one in plan.z]
    Q, J = sum(widths), E.shape[2]
    P, coordinates = plan.of_sample.orthonormal(given, rows)
    H, ends = np.zeros((Q, Q)), np.cumsum([0, *widths])
    back = []
    for one, name, low, high in zip(plan.z, names, ends[:-1], ends[1:], strict=True):
        part = slice(low, high)
        triangle = unit_triangle(E[part, part].sum(axis=2) / n, [called[k] for k in one.uses], name)
        H[part, part] = triangle.T
        back.append(one.back @ triangle)
    C = P @ given @ P.T
    both = np.zeros((Q + p + 1, Q + p + 1))
    both[:Q, :Q], both[Q:, Q:] = H, P
    E = np.einsum("ab,bcj,dc->adj", H, E, both, optimize=True)
    z, codes = tuple(rows.absent(width, n) for width in widths), (rows.absent(n),) * len(widths)
    columns = LatentColumns(rows.absent(p + 1, n), codes, (J,) * len(widths), z)
    coordinates = replace(coordinates, columns=columns, to_effects=tuple(back))
    return OneFactor(E, 0.5 * (C + C.T), tuple(widths)), coordinates, H, P


def unit_triangle(gram: Floats, names: Sequence[str], who: str) -> Floats:
    """M, upper triangular, with M' gram M = 1. IdentificationError for a gram matrix that has no rank."""
    length = np.sqrt(gram.diagonal())
    dead = np.flatnonzero(length == 0.0)
    if len(dead):
        raise dependent(who, names, int(dead[0]))
    unit = gram / np.outer(length, length)
    for k in range(1, len(gram) + 1):
        try:
            near = float(np.linalg.cholesky(unit[:k, :k])[-1, -1]) < DEPENDENT**0.5
        except np.linalg.LinAlgError:
            near = True
        if near:
            raise dependent(who, names, k - 1)
    return np.linalg.inv(np.linalg.cholesky(unit).T) / length[:, None]


@record
class BatchCurves:
    """What is summed of a batch, small enough to be sent there: the columns of X and those of each curve."""

    of_sample: SampleColumns
    designs: tuple[SmoothDesign, ...]
    uses: tuple[tuple[int, ...], ...]

    def __call__(self, rows: Rows) -> AddedByName:
        X, W = np.asarray(rows.X), self.of_sample.rows(rows)
        each = [design.over(X[:, list(use)]) for design, use in zip(self.designs, self.uses, strict=True)]
        terms = [term for some in each for term in some]
        splines = [np.bincount(some[0].first + a, some[0].basis[:, a], some[0].k) for some in each for a in range(4)]
        sums = [sum(splines[4 * k : 4 * k + 4]) for k in range(len(each))]
        return AddedByName(products=all_products(terms, W), splines=np.concatenate(sums))


@record
class SummedCurves:
    """The `curves` of rows that are not in memory, their `coordinates`, and the terms, whose rows have a shape only, in
    what was `read`.
    """

    curves: Curves
    coordinates: Coordinates
    read: LatentTerms

    @property
    def structure(self) -> Structure:
        """What knows the curves."""
        return self.curves.structure


def summed_curves(read: LatentTerms, y: Floats) -> SummedCurves:
    """The sums over the rows of a formula with curves; `y` are the values of the outcome as numbers."""
    unbound: Any = read.every
    scanned: Any = unbound.bound(y, np.asarray)
    uses, n = scanned.coding.design.uses, len(scanned.X)
    plan = SampleColumns.of(scanned, uses[0])
    found = scanned.gather(BatchCurves(plan, read.curves, uses[1:]))
    ends = np.cumsum([0, *(design.part.k for design in read.curves)]).tolist()
    designs = [
        replace(design, means=found["splines"][low:high] / n) if design.part.by is None or design.levels else design
        for design, (low, high) in zip(read.curves, pairwise(ends), strict=True)
    ]
    smooths = tuple(term for design in designs for term in _smooth_terms(design, scanned))
    read, K = replace(read, smooths=smooths), sum(term.k for term in smooths)
    P, coordinates = plan.orthonormal(found["products"][K:, K:], scanned)
    whole: Any = block_diag(*(np.eye(term.k) for term in smooths), P)
    products = whole @ found["products"] @ whole.T
    if len(smooths) == 1:
        own, M = slice(0, K), smooths[0].wiggles
        structure, turn, size = one_curve_of_sums(products[own, own], products[own, K:], products[K:, K:], M, n)
        return SummedCurves(Curves(structure, (turn,), (size,)), coordinates, read)
    return SummedCurves(curves_of_products(products, smooths, n), coordinates, read)


def _smooth_terms(design: SmoothDesign, rows: Any) -> list[SmoothTerm]:
    """The curves, whose rows know their shapes only."""
    there = rows.absent(len(rows.X)), rows.absent(len(rows.X), 4)
    made = design.over(np.zeros((1, len(design.design.names))))
    return [replace(term, first=there[0], basis=there[1], weight=None, beyond=there[0]) for term in made]
