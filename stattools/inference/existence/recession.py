"""The cone of directions along which no row's log-likelihood ever falls, and a linear program that finds one.

    A d >= 0,   one row of A for each outcome and rival: log P(y_i | x_i) rises along d, or stays, iff A_i d >= 0

Logistic, probit: A_i = +-x_i. Counts: A_i = -x_i where y_i = 0, and x_i d = 0 where y_i > 0. Successes out of trials:
both. Softmax: x_i (d_{y_i} - d_k) >= 0 for every rival k. Labels in order: the cut above the label may rise, and the
one below it fall. The program max 1^T A d over |d| <= 1 is solved on a few
rows, those that its last answer violates being added until none is left: the other rows never enter. Source: Albert &
Anderson, "On the existence of maximum likelihood estimates in logistic regression models" (1984); Konis (2007).

Separation that one read of the rows shows: a column at its smallest, or largest, value in all rows of a category.

With an intercept, or where that value is 0, the category's coefficient of the column then runs to infinity: elsewhere
the column lies on one side only, and there the category's probability falls to 0. Source: Albert & Anderson (1984).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from stattools.data.rows.rows import Rows
from stattools.data.rows.sums import triangle
from stattools.errors import IdentificationError
from stattools.interface.arrays import Floats
from stattools.likelihoods.likelihood import HalfSpaces
from stattools.models.model import Model

Bools = NDArray[np.bool_]

FEASIBLE = 1e-9
"""A margin below minus this, for a row of unit length and |d| <= 1, is a violation."""

POSITIVE = 1e-7
"""A margin above this is positive."""


class RecessionCone(Protocol):
    """Half-spaces A d >= 0, rows of unit length; `columns` (q, k) makes a direction in theta from d (k,).

    `rows_of` and `shape` say which row of the model, and which rival of its outcome, each half-space belongs to.
    """

    @property
    def columns(self) -> Floats: ...
    @property
    def size(self) -> int: ...
    def margins(self, d: Floats) -> Floats: ...
    def normals(self, which: NDArray[np.intp]) -> Floats: ...
    def total(self, active: Bools) -> Floats: ...
    def allowed(self, active: Bools) -> Bools | None: ...


@dataclass(frozen=True, eq=False)
class RowHalfSpaces:
    """One half-space per row."""

    A: Floats
    columns: Floats

    @property
    def size(self) -> int:
        return len(self.A)

    def margins(self, d: Floats) -> Floats:
        return self.A @ d

    def normals(self, which: NDArray[np.intp]) -> Floats:
        return self.A[which]

    def total(self, active: Bools) -> Floats:
        return active.astype(float) @ self.A

    def allowed(self, active: Bools) -> Bools | None:
        """No outcome has rivals."""
        return None


@dataclass(frozen=True, eq=False)
class Sides(RowHalfSpaces):
    """One half-space for the cut above the label of a row, or below it, in all coefficients; `above` says which."""

    codes: NDArray[np.intp]
    above: Bools
    categories: int

    def allowed(self, active: Bools) -> Bools:
        """The labels that the cuts about each outcome leave possible: one that is certain to be on its side leaves none
        beyond it.
        """
        label = np.arange(self.categories)
        beyond = np.where(self.above[:, None], label > self.codes[:, None], label < self.codes[:, None])
        return ~(beyond & ~active[:, None])


@dataclass(frozen=True, eq=False)
class Rivals:
    """K half-spaces per row, one for each category; the outcome's own is all of space."""

    X: Floats
    codes: NDArray[np.intp]
    categories: int
    columns: Floats

    @property
    def size(self) -> int:
        return self.X.shape[0] * self.categories

    def margins(self, d: Floats) -> Floats:
        eta = np.zeros((len(self.X), self.categories))
        eta[:, 1:] = self.X @ d.reshape(self.categories - 1, -1).T
        return (np.take_along_axis(eta, self.codes[:, None], axis=1) - eta).ravel()

    def normals(self, which: NDArray[np.intp]) -> Floats:
        row, rival = np.divmod(which, self.categories)
        wide = np.zeros((len(which), self.categories, self.X.shape[1]))
        each = np.arange(len(which))
        wide[each, self.codes[row]] += self.X[row]
        wide[each, rival] -= self.X[row]
        return wide[:, 1:].reshape(len(which), -1)

    def allowed(self, active: Bools) -> Bools:
        """The rivals that each row still has, and its own label."""
        return active.reshape(-1, self.categories)

    def total(self, active: Bools) -> Floats:
        count = -active.reshape(-1, self.categories).astype(float)
        each = np.arange(len(self.X))
        count[each, self.codes] -= count.sum(axis=1)
        return (count.T @ self.X)[1:].ravel()


def recession_cone(model: Model) -> tuple[RecessionCone, NDArray[np.intp]] | None:
    """The cone of a discrete model on standardized columns, and the rows of the model that its half-spaces stand for.

    None where no likelihood of rows can be separated.
    """
    spaces = model.likelihood.half_spaces(model.rows.y)
    if spaces is not None:
        return _sides_of_cuts(model, spaces)
    side = _sides(model)
    if side is None:
        return None
    rows, _ = model.standardized_rows()
    X = np.concatenate([block.X for block in rows.blocks()])[:, model.predictor.first]
    length = np.sqrt((X * X).sum(axis=1))
    X = X / np.where(length > 0, length, 1.0)[:, None]
    used = np.flatnonzero(~np.isnan(side))
    p = X.shape[1]
    categories = model.predictor.width + 1
    if categories > 2 and model.likelihood.by_category:
        return Rivals(X[used], side[used].astype(np.intp), categories, np.eye(p * (categories - 1))), used
    moving, held = used[side[used] != 0], used[side[used] == 0]
    free = null_space(triangle(Rows(X[held], np.zeros(len(held))))) if len(held) else np.eye(p)
    return RowHalfSpaces(side[moving, None] * (X[moving] @ free), free), moving


def _sides_of_cuts(model: Model, spaces: HalfSpaces) -> tuple[RecessionCone, NDArray[np.intp]]:
    """The same of several linear predictors that move together, in all coefficients."""
    rows, weight = spaces.rows, model.rows.weight
    used = np.arange(len(rows)) if weight is None else np.flatnonzero(weight[rows] > 0)
    X = np.concatenate([block.X for block in model.standardized_rows()[0].blocks()])
    A = model.predictor.row_scores(X[rows[used]], spaces.normals[used])
    length = np.sqrt((A * A).sum(axis=1))
    A = A / np.where(length > 0, length, 1.0)[:, None]
    codes = model.rows.y[rows[used]].astype(np.intp)
    above, K = spaces.normals[used, 0] < 0, model.likelihood.categories  # type: ignore[attr-defined]
    return Sides(A, np.eye(A.shape[1]), codes, above, K), rows[used]


def _sides(model: Model) -> Floats | None:
    """What the likelihood says of each row (`Likelihood.side`), nan where the row has no weight."""
    side = model.likelihood.side(model.rows.y)
    if side is None:
        return None
    return side if model.rows.weight is None else np.where(model.rows.weight > 0, side, np.nan)


def null_space(R: Floats) -> Floats:
    """Orthonormal basis (q, k) of the vectors that R maps to round-off."""
    _, s, V = np.linalg.svd(R)
    return V[int(np.count_nonzero(s > 1e-9 * max(s.max(initial=0.0), np.finfo(float).tiny))) :].T


def direction(space: RecessionCone, active: Bools) -> Floats | None:
    """A d with A d >= 0 over the active rows and A d > 0 for some of them, |d| <= 1; None where there is none."""
    from scipy.optimize import linprog

    goal = space.total(active)
    size = np.abs(goal).max(initial=0.0)
    if size <= POSITIVE:
        return None
    goal = goal / size
    d, working = np.sign(goal), np.zeros(0, dtype=np.intp)
    options = {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10}
    for _ in range(200):
        margins = np.where(active, space.margins(d), 0.0)
        violated = np.flatnonzero(margins < -FEASIBLE)
        new = np.setdiff1d(violated, working)
        if not len(new):
            return d if margins.max() > POSITIVE else None
        many = 4 * len(d) + 20
        worst = new if len(new) <= many else new[np.argpartition(margins[new], many)[:many]]
        working = np.concatenate([working, worst])
        A = space.normals(working)
        found = linprog(-goal, A_ub=-A, b_ub=np.zeros(len(A)), bounds=(-1.0, 1.0), method="highs", options=options)
        if found.x is None or float(goal @ found.x) * size <= POSITIVE:
            return None
        d = np.asarray(found.x)
    return None


def check_extremes(model: Model) -> None:
    """IdentificationError where a column of a softmax model separates a category by itself; other models pass.

    >>> import stattools as st
    >>> try:
    ...     check_extremes(st.softmax(list("aabbcc"), [0, 1, 0, 1, 0, 0], names=["x"]))
    ... except st.IdentificationError as error:
    ...     print(str(error)[:94])
    Softmax regression has no maximum: x is at its smallest value in all rows where y is 'c', so t
    """
    if not model.likelihood.by_category:
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
