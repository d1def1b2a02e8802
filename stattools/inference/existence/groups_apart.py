"""Does the likelihood of a mixed regression rise for ever as effects of groups grow without end?

Let coefficients and standard deviations grow together, t (b, s) with t to infinity. A row becomes certain where its
linear predictor x b + s u lies on the side of its outcome, impossible where it lies on the other, so that

    L -> prod over groups of P(u: side_i (x_i b + z_i S u) > 0 for all rows i of the group),

which is above 0 exactly where one b and an effect v of each group separate all rows that the effects move:

    side_i (x_i b + z_i v[group of i]) >= 1,        and >= 0 for rows that they do not move,

a linear program in (b, v). Groups that are pure, all 0 or all 1, have v = +-1 and b = 0. A row in between, such as 3
successes in 5 trials or a count above 0, is on no side, and ends all of this. With columns that are the same for all
rows no point is as high as the limit: a group has the probability of all of its rows, at most that of one, the rows'
log-likelihood is at most sum_k n_k log(n_k / J) of the n_k of J groups with outcome k, and the limit is that.
Without groups, a direction b that separates the outcomes by the fixed part alone raises the integrand everywhere, and
so the likelihood, whatever the effects are: separation of the fixed part persists.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stattools.data.random_term import RandomTerm
from stattools.inference.existence.rank import pieces
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.models.mixed.mixed_regression import MixedRegression
from stattools.models.model import Model

Bools = NDArray[np.bool_]

MOST_ENTRIES = 5e7
"""Half-spaces times unknowns of the largest linear program that is solved."""
MOVED = 1e-6
"""A coefficient of standardized columns below this share of the largest moves nothing."""


@record
class Apart:
    """Random terms whose effects separate the rows as they grow, together with `columns` of the fixed part; none where
    each group is pure.
    """

    terms: tuple[RandomTerm, ...]
    columns: tuple[str, ...]


class SidesOfRows(NamedTuple):
    """Moves of the coefficients d and of the first linear predictor h along which rows do not fall: A d + g h >= 0, of
    the rows `row`; those that are `held` stay as they are.
    """

    row: NDArray[np.intp]
    A: Floats
    g: Floats
    held: Bools


def sides_of(model: MixedRegression) -> SidesOfRows | None:
    """The sides of all rows on standardized columns; None where every observation has a maximum."""
    fixed = next(iter(pieces(model.fixed)), model.fixed)  # effects are those of the first piece
    likelihood, rows = fixed.likelihood, fixed.rows
    X = np.concatenate([block.X for block in fixed.standardized_rows()[0].blocks()])
    counted = np.ones(len(X), dtype=bool) if rows.weight is None else rows.weight > 0.0
    spaces = likelihood.half_spaces(rows.y)
    if spaces is not None:
        which, normals = spaces.rows, spaces.normals
        held = np.zeros(len(which), dtype=bool)
    else:
        side = likelihood.side(rows.y)
        if side is None:
            return None
        counted &= ~np.isnan(side)
        which, held = np.arange(len(X)), side == 0.0
        normals = np.zeros((len(X), likelihood.width))
        normals[:, 0] = np.where(held, 1.0, side)
    use = counted[which]
    which, normals, held = which[use], normals[use], held[use]
    A = fixed.predictor.row_scores(X[which], normals if likelihood.width > 1 else normals[:, 0])
    return SidesOfRows(which, A, normals[:, 0], held)


def pure_term(model: MixedRegression) -> RandomTerm | None:
    """A term with levels, (1 | g) or (x | g), all of whose groups are pure; None without one, after one look."""
    if model.likelihood.pieces:
        return None
    y, likelihood, weight = model.rows.y, model.likelihood, model.rows.weight
    if likelihood.half_spaces(y) is not None:
        end = y.astype(float)
    elif (side := likelihood.side(y)) is None:
        return None
    else:
        end = np.asarray(side, dtype=float)
    used = ~np.isnan(end) if weight is None else ~np.isnan(end) & (weight > 0.0)
    if likelihood.half_spaces(y) is None and (end[used] == 0.0).any():
        return None
    for term in model.random:
        if (((term.z == term.z[0]).all(axis=0)) & (term.z[0] != 0.0)).any():
            codes, mine = term.codes[used], end[used]
            low, high = np.full(term.n_levels, np.inf), np.full(term.n_levels, -np.inf)
            np.minimum.at(low, codes, mine)
            np.maximum.at(high, codes, mine)
            if (low >= high).all():  # of groups without rows both are infinite
                return term
    return None


def groups_apart(model: MixedRegression) -> Apart | None:
    """What separates the rows as effects grow; None where nothing does, or where that would take too long to tell."""
    if (sides := sides_of(model)) is None:
        return None
    fixed = next(iter(pieces(model.fixed)), model.fixed)
    constant = constant_coefficients(fixed)
    for size in range(1, len(model.random) + 1):
        for terms in combinations(model.random, size):
            for b_free in (False, True):  # first what groups do by themselves
                b = _program(sides, terms, np.ones(len(constant), dtype=bool) if b_free else constant)
                if b is not None:
                    return Apart(terms, _columns(fixed, b, constant) if b_free else ())
    return None


def constant_coefficients(fixed: Model) -> Bools:
    """Which coefficients are the same for all rows: intercepts and thresholds."""
    X = np.asarray(fixed.rows.X)
    same = (X[:1] == X).all(axis=0)
    return np.array([c < 0 or bool(same[c]) for c in fixed.predictor.column.tolist()])


def _columns(fixed: Model, b: Floats, constant: Bools) -> tuple[str, ...]:
    moving = (np.abs(b) > MOVED * np.abs(b).max(initial=0.0)) & ~constant
    return tuple(dict.fromkeys(fixed.terms[fixed.predictor.column[k]] for k in np.flatnonzero(moving)))


def _program(sides: SidesOfRows, terms: Sequence[RandomTerm], free: Bools) -> Floats | None:
    """A b that with some effects of the groups separates the rows, with coefficients 0 that are not `free`."""
    from scipy.optimize import linprog
    from scipy.sparse import csr_array, hstack

    m, moving, blocks = len(sides.row), np.zeros(len(sides.row), dtype=bool), []
    for term in terms:
        codes, z = term.codes[sides.row], term.z[sides.row]
        moving |= (z != 0.0).any(axis=1)
        at = (np.arange(m), codes)
        blocks += [csr_array((sides.g * column, at), shape=(m, term.n_levels)) for column in z.T]
    if (moving & sides.held).any() or not moving.any():
        return None
    if m * (free.sum() + 1.0) > MOST_ENTRIES:
        return None
    A: Any = hstack([csr_array(sides.A[:, free]), *blocks], format="csr")
    equal = sides.held
    found: Any = linprog(
        np.zeros(A.shape[1]), A_ub=-A[~equal], b_ub=-moving[~equal].astype(float), bounds=(None, None), method="highs",
        A_eq=A[equal] if equal.any() else None, b_eq=np.zeros(int(equal.sum())) if equal.any() else None,
    )  # fmt: skip
    if found.x is None:
        return None
    b = np.zeros(len(free))
    b[free] = found.x[: int(free.sum())]
    return b
