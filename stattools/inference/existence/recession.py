"""Directions of recession: along which no row's log-likelihood ever falls, and a linear program that finds one.

    normal_i'eta_i(d) >= 0,   one for each row and what speaks against it: log P(y_i | x_i) rises along d, or stays

Logistic, probit: +-x_i'd. Counts: -x_i'd where y_i = 0, and x_i'd = 0 where y_i > 0. Successes out of trials: both.
Softmax: x_i'(d_{y_i} - d_k) for every rival k. Labels in order: the cut above the label may rise, and the one below it
fall. The program max 1'A d over |d| <= 1 is solved on a few rows, those that its last answer violates being added until
none is left. Source: Albert & Anderson, "On the existence of maximum likelihood estimates in logistic regression
models" (1984); Konis (2007).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stattools.data.rows.rows import Block, Rows
from stattools.data.rows.sums import triangle
from stattools.errors import IdentificationError
from stattools.interface.arrays import Floats
from stattools.interface.when_needed import optimize
from stattools.likelihoods.likelihood import side_of
from stattools.models.model import Model
from stattools.models.predictor import Linear

Bools = NDArray[np.bool_]
Ints = NDArray[np.intp]

FEASIBLE = 1e-9
"""A margin below minus this, for a row of unit length and |d| <= 1, is a violation."""

POSITIVE = 1e-7
"""A margin above this is positive."""


AT_A_TIME = 1 << 24
"""Numbers that are in memory at a time."""


class Moves(NamedTuple):
    """Moves of linear predictors along which rows that count do not fall: `normals` (m, width) times those of the
    `rows` (m,) are at least 0, and 0 where they are `held`. `beyond` (m, K) are the labels that are impossible where a
    row is certain to stay in a half-space, None without several.
    """

    rows: Ints
    normals: Floats
    held: Bools
    beyond: Bools | None


def moves_of(model: Model) -> Moves | None:
    """What the likelihood says of the rows of a model; None where every observation has a maximum."""
    y, likelihood, weight = model.rows.y, model.likelihood, model.rows.weight
    spaces, K, beyond = likelihood.facts.half_spaces(likelihood, y), model.predictor.width + 1, None
    if spaces is not None:
        rows, normals = spaces
        codes, label = y[rows][:, None], np.arange(likelihood.categories)  # type: ignore[attr-defined]
        held, beyond = np.zeros(len(rows), dtype=bool), np.where(normals[:, :1] < 0.0, label > codes, label < codes)
    elif (side := side_of(likelihood, y)) is None:
        return None
    elif K > 2 and likelihood.facts.by_category:
        rows, rivals = np.repeat(np.arange(len(y)), K), np.tile(np.arange(K), len(y))
        normals = (np.eye(K)[side[rows].astype(np.intp)] - np.eye(K)[rivals])[:, 1:]
        held, beyond = np.zeros(len(rows), dtype=bool), np.eye(K, dtype=bool)[rivals]
    else:
        rows = np.flatnonzero(~np.isnan(side))
        held, normals = side[rows] == 0.0, np.zeros((len(rows), K - 1))
        normals[:, 0] = np.where(held, 1.0, side[rows])
    used = np.full(len(rows), True) if weight is None else weight[rows] > 0.0
    return Moves(rows[used], normals[used], held[used], None if beyond is None else beyond[used])


@dataclass(frozen=True, eq=False)
class RecessionCone:
    """Half-spaces A d >= 0, rows of unit length, of the `moves` of rows with columns X after a predictor; `columns`
    (q, k) makes a direction of the first q coefficients from d (k,).
    """

    predictor: Linear
    X: Floats
    moves: Moves
    columns: Floats

    def margins(self, d: Floats) -> Floats:
        """A d."""
        theta = np.zeros(self.predictor.size)
        theta[: len(self.columns)] = self.columns @ d
        eta = self.predictor.forward(theta, Block(self.X, self.X[:, 0], None, None))[0].reshape(len(self.X), -1)
        return (eta[self.moves.rows] * self.moves.normals).sum(axis=1)

    def normals(self, which: Ints) -> Floats:
        """Rows of A."""
        return self.whole(which) @ self.columns

    def whole(self, which: Ints) -> Floats:
        """Rows of A in the first q coefficients."""
        return row_moves(self.predictor, self.X, self.moves, which)[:, : len(self.columns)]

    def still(self, which: Bools) -> Floats:
        """Orthonormal basis (q, k) of the moves of the first q coefficients that move no half-space of `which`."""
        R, numbers = np.zeros((0, len(self.columns))), np.flatnonzero(which)
        step = AT_A_TIME // len(self.columns) + 1
        for start in range(0, len(numbers), step):
            A = np.concatenate([R, self.whole(numbers[start : start + step])])
            R = triangle(Rows(A, np.zeros(len(A))))
        return null_space(R)

    def total(self, active: Bools) -> Floats:
        """The sum of the rows of A that are active."""
        sums = np.zeros((len(self.X), self.predictor.width))
        np.add.at(sums, self.moves.rows[active], self.moves.normals[active])
        pull = self.predictor.forward(np.zeros(self.predictor.size), Block(self.X, self.X[:, 0], None, None))[1]
        return pull(sums if sums.shape[1] > 1 else sums[:, 0])[: len(self.columns)] @ self.columns


def row_moves(predictor: Linear, X: Floats, moves: Moves, which: Ints | slice = slice(None)) -> Floats:
    """How half-spaces move with the coefficients, (m, size)."""
    normals = moves.normals[which]
    return predictor.row_scores(X[moves.rows[which]], normals if normals.shape[1] > 1 else normals[:, 0])


def recession_cone(model: Model) -> RecessionCone | None:
    """The cone of a discrete model on standardized columns; None where no likelihood of rows can be separated."""
    if (moves := moves_of(model)) is None:
        return None
    X, predictor = np.asarray(model.standardized_rows()[0].whole.X), model.predictor
    squares = np.stack([(of * of).sum(axis=1) for of in predictor.columns_of(X)], axis=1)[moves.rows]
    length = np.sqrt((squares * moves.normals**2).sum(axis=1))
    unit = np.where(length > 0.0, np.linalg.norm(moves.normals, axis=1) / np.where(length > 0.0, length, 1.0), 1.0)
    moves = moves._replace(normals=moves.normals * unit[:, None])
    cone = RecessionCone(predictor, X, moves, np.eye(predictor.size if predictor.taken_up else predictor.size_first))
    return replace(cone, columns=cone.still(moves.held)) if moves.held.any() else cone


def null_space(R: Floats) -> Floats:
    """Orthonormal basis (q, k) of the vectors that R maps to round-off."""
    _, s, V = np.linalg.svd(R)
    return V[int(np.count_nonzero(s > 1e-9 * max(s.max(initial=0.0), np.finfo(float).tiny))) :].T


def direction(space: RecessionCone, active: Bools) -> Floats | None:
    """A d with A d >= 0 over the active rows and A d > 0 for some of them, |d| <= 1; None where there is none."""

    def more(d: Floats, working: Ints) -> Ints | None:
        margins = np.where(active, space.margins(d), 0.0)
        new = np.setdiff1d(np.flatnonzero(margins < -FEASIBLE), working)
        many = 4 * len(d) + 20
        worst = new if len(new) <= many else new[np.argpartition(margins[new], many)[:many]]
        return np.concatenate([working, worst]) if len(new) else None

    d = highest(space.total(active), more, space.normals, np.zeros(0, dtype=np.intp))
    return None if d is None or not np.where(active, space.margins(d), 0.0).max() > POSITIVE else d


def highest(
    goal: Floats, more: Callable[[Floats, Ints], Ints | None], normals: Callable[[Ints], Floats], working: Ints
) -> Floats | None:
    """The d with the highest goal'd > 0 over |d| <= 1 that no row violates, from a linear program of the rows in
    `working`, to which `more` adds those that the last d violates; None where there is none.
    """
    size = float(np.abs(goal).max(initial=0.0))
    if size <= POSITIVE:
        return None
    d, goal = np.sign(goal), goal / size
    options = {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10}
    for _ in range(500):
        found = more(d, working)
        if found is None:
            return d
        A, working = normals(found), found
        made = optimize.linprog(
            -goal, A_ub=-A, b_ub=np.zeros(len(found)), bounds=(-1.0, 1.0), method="highs", options=options
        )
        if made.x is None or float(goal @ made.x) * size <= POSITIVE:
            return None
        d = np.asarray(made.x)
    return None


def lying_between(A: Any, low: Floats, high: Floats) -> Floats | None:
    """An x with low <= A x <= high, from a linear program; None where there is none."""
    from scipy.sparse import csr_array, vstack

    A, above, below = csr_array(A), np.isfinite(high), np.isfinite(low)
    rows, ends = vstack([A[above], -A[below]]).tocsr(), np.concatenate([high[above], -low[below]])
    found = optimize.linprog(np.zeros(A.shape[1]), A_ub=rows, b_ub=ends, bounds=(None, None), method="highs")
    return found.x if found.status == 0 else None


def check_extremes(model: Model) -> None:
    """IdentificationError where a column of a softmax model separates a category by itself; other models pass.

    >>> import stattools as st
    >>> try:
    ...     check_extremes(st.softmax(list("aabbcc"), [0, 1, 0, 1, 0, 0], names=["x"]))
    ... except st.IdentificationError as error:
    ...     print(str(error)[:94])
    Softmax regression has no maximum: x is at its smallest value in all rows where y is 'c', so t
    """
    if not model.likelihood.facts.by_category:
        return
    X, y, weight = model.rows.X, model.rows.y, model.rows.weight
    if weight is not None:
        X, y = X[weight > 0], y[weight > 0]
    present = [k for k in range(model.predictor.width + 1) if (y == k).any()]
    ends = [(own.min(axis=0), own.max(axis=0)) for own in (X[y == k] for k in present)]
    low, high = np.array(ends).swapaxes(0, 1)
    constant = low.min(axis=0) == high.max(axis=0)
    intercept = bool((constant & (X[0] != 0)).any())
    for word, stuck in (("smallest", (high, low.min(axis=0))), ("largest", (low, high.max(axis=0)))):
        held = (stuck[0] == stuck[1]) & ~constant & (intercept | (stuck[1] == 0))
        if not held.any():
            continue
        category, column = (int(i) for i in np.argwhere(held)[0])
        label = present[category] if model.labels is None else model.labels[present[category]]
        others = int(held.sum()) - 1
        also = f" (and {others:,} more such pairs of a column and a category)" if others else ""
        raise IdentificationError(
            f"{model.title} has no maximum: {model.terms[column]} is at its {word} value in all rows where "
            f"{model.outcome_name} is {label!r}, so that its coefficient runs to infinity{also}. "
            "Use penalty=st.Ridge(strength), or leave such columns out."
        )
