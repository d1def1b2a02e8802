"""Robust against own standard errors, and the moves of rows, beside a factor whose levels are kept as codes.

    v_ij = J_i C T' e_j,   the row's part in coefficient j

The same sums as of all columns. They are made for some coefficients at a time: all rows by a few hundred numbers, never
a column of a level. What the scores explain of q costs the elimination of the levels, as their squares are an `Arrow`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.inference.covariance.level_sandwich import LevelSandwich
from stattools.interface.arrays import Floats
from stattools.numerics.arrow import Arrow
from stattools.numerics.columns import Columns
from stattools.numerics.level_blocks import times
from stattools.numerics.products import weighted

CELLS = 2_000_000
"""Numbers that are made at a time."""


@dataclass(frozen=True, eq=False)
class LevelErrors:
    """Sums over rows, by coefficient: robust variance, q, squares of q and of `own`, and what scores explain of q^2.
    `of_sizes` is Glejser's test, where there is one.
    """

    robust: Floats
    gap: Floats
    square: Floats
    own: Floats
    explained: Floats
    of_sizes: tuple[float, float] | None


def parts_of_rows(sandwich: LevelSandwich, asked: Sequence[int]) -> Iterator[tuple[slice, Floats]]:
    """v (n, width, some) of some of the coefficients `asked` at a time, with the place of these."""
    X, p, predictor = sandwich.X, len(sandwich.phi), sandwich.work.predictor
    each, size = predictor.columns_of(sandwich.work.rows.X), max(1, CELLS // len(X))
    for start in range(0, len(asked), size):
        part = slice(start, min(start + size, len(asked)))
        which = np.asarray(asked[part])
        unit = np.zeros((p, len(which)))
        unit[which, np.arange(len(which))] = 1.0
        B = sandwich.C.product(sandwich.T.pulled(unit))
        v = np.empty((len(X), len(each), len(which)))
        for k, (of, own) in enumerate(zip(each, predictor.parts, strict=True)):
            v[:, k] = of @ B[own]
        yield part, v


def level_errors(
    sandwich: LevelSandwich,
    asked: Sequence[int],
    *,
    kind: str,
    scale: float,
    has_scale: bool,
    factor: float,
    of_sizes: tuple[float, float] | None = None,
) -> LevelErrors:
    """The sums at a `scale` that was estimated too where `has_scale`, and a dispersion that is `factor`."""
    rows, X = sandwich.work.rows, sandwich.X
    of_rows = sandwich.work.likelihood.evaluate(sandwich.work.eta(sandwich.phi), rows.y)[1:]
    width = sandwich.work.predictor.width
    u, W = (weighted(of, rows.precision).reshape(len(X), *[width] * k) for k, of in enumerate(of_rows, 1))
    corrected = sandwich.scores(kind)
    times = np.ones(len(X)) if rows.weight is None else rows.weight
    squares, others = sandwich.independent("HC0"), sandwich.work.predictor.columns_of(rows.X)[1:]
    extra = np.zeros((len(X), 0))
    if has_scale:
        extra = (u[:, 0] ** 2 / W[:, 0, 0] / scale**2 - 1.0)[:, None]
        squares = squares.bordered(X.pulled(times[:, None] * u[:, :1] * extra), (extra.T * times) @ extra)
    robust_sum, gap, square, own_square, of_scores = found = tuple(np.empty(len(asked)) for _ in range(5))
    for part, v in parts_of_rows(sandwich, asked):
        plain, robust = (np.einsum("nak,na->nk", v, of, optimize=True) for of in (u, corrected))
        own = np.einsum("nak,nab,nbk->nk", v, W, v, optimize=True) * (scale**2 * factor)
        q = plain * plain - own
        heavy = q * times[:, None]
        cross = [of.T @ (heavy * u[:, k, None]) for k, of in enumerate(others, 1)]
        cross = np.concatenate([X.pulled(heavy * u[:, :1]), *cross, extra.T @ heavy])
        sums = times @ robust**2, times @ q, times @ q**2, times @ own**2, explained(squares, cross)
        for total, values in zip(found, sums, strict=True):
            total[part] = values
    return LevelErrors(robust_sum, gap, square, own_square, of_scores, of_sizes)


def explained(squares: Arrow, cross: Floats) -> Floats:
    """c' A^-1 c of each column c of `cross`, where A is `squares`; what is 0 in A to round-off explains nothing."""
    least = np.finfo(float).eps * len(squares) * float(np.abs(squares.diagonal()).max(initial=0.0))
    levels, others = squares.places
    values, vectors = np.linalg.eigh(squares.D)
    root = np.divide(1.0, np.sqrt(np.maximum(values, 0.0)), out=np.zeros_like(values), where=values > least)
    inverse = (vectors * root[:, None, :]).transpose(0, 2, 1)
    sides = (v.reshape(*values.shape, v.shape[1]) for v in (squares.B, cross[levels]))
    Q, of_levels = (times(inverse, v).reshape(len(levels), v.shape[-1]) for v in sides)
    rest, left = cross[others] - Q.T @ of_levels, squares.C - Q.T @ Q
    return np.square(of_levels).sum(axis=0) + np.einsum("jk,jk->k", rest, np.linalg.lstsq(left, rest, rcond=None)[0])


def regression_on_columns(X: Columns, y: Floats, weight: Floats | None) -> tuple[float, float, float, float, int]:
    """Of y (n,) on a constant and the columns: the sum of weights, that of y and of y^2, what the columns explain of
    the last, and how many of them are independent.
    """
    sides = np.column_stack([np.ones(len(y)), y])
    heavy = weighted(sides, weight)
    whole, squares, cross = sides.T @ heavy, X.gram(weight), X.pulled(heavy)
    of_one, of_y, of_sum = explained(squares, np.column_stack([cross, cross.sum(axis=1)]))
    left = whole[0, 0] - of_one
    if left > 1e-10 * whole[0, 0]:  # the constant is not among the columns
        of_y += (whole[0, 1] - 0.5 * (of_sum - of_y - of_one)) ** 2 / left
    rank = X.shape[1] + int(left > 1e-10 * whole[0, 0])
    return float(whole[0, 0]), float(whole[0, 1]), float(whole[1, 1]), float(of_y), rank


def farthest_moves(
    sandwich: LevelSandwich, asked: Sequence[int], unit: Floats, count: int, kind: str
) -> list[tuple[float, NDArray[np.intp]]]:
    """For each way, the largest sum of moves of a coefficient, in its `unit`, that a few rows make, and these rows."""
    rows = sandwich.work.rows
    u = weighted(sandwich.scores(kind), rows.weight)
    best: list[Any] = [(-np.inf, None), (-np.inf, None)]
    for part, v in parts_of_rows(sandwich, asked):
        moves = np.einsum("nak,na->nk", v, u, optimize=True) / unit[part]
        for k, way in enumerate((moves, -moves)):
            sums = np.partition(way, len(way) - count, axis=0)[-count:].sum(axis=0)
            column = int(np.argmax(sums))
            if sums[column] > best[k][0]:
                best[k] = float(sums[column]), way[:, column].copy()
    return [(size, largest(way, count)) for size, way in best]


def largest(values: Floats, count: int) -> NDArray[np.intp]:
    """The rows of the few largest values, the first of equal ones, those above 0 only, in their order."""
    first = np.argsort(-values, kind="stable")[:count]
    return np.sort(first[values[first] > 0.0])
