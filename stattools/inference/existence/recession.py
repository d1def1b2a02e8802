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
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import null_space

from stattools.data.rows.rows import Rows, triangle
from stattools.errors import IdentificationError
from stattools.interface.arrays import Floats
from stattools.interface.when_needed import optimize, sparse
from stattools.likelihoods.likelihood import side_of
from stattools.models.model import Model
from stattools.numerics.columns import sparse as in_sparse

Bools = NDArray[np.bool_]
Ints = NDArray[np.intp]

FEASIBLE, POSITIVE = 1e-9, 1e-7
"""Of a row of unit length, where |d| <= 1, a margin below minus the first is a violation, above the second positive."""

AT_A_TIME = 1 << 24
"""Numbers that are in memory at a time."""


class RecessionCone(NamedTuple):
    """Half-spaces A d >= 0 of the first q coefficients along which rows (m,) that count do not fall, A d = 0 where they
    are `held`: `normals` (m, width) times the moves of linear predictors, of unit length in standardized columns, and A
    (m, q), sparse. `beyond` (m, K) are the labels that are impossible where a row is certain to stay in a half-space,
    None without several.
    """

    rows: Ints
    normals: Floats
    held: Bools
    beyond: Bools | None
    A: Any


def recession_cone(model: Model) -> RecessionCone | None:
    """What the likelihood says of the rows of a model; None where every observation has a maximum."""
    y, likelihood, weight, predictor = model.rows.y, model.likelihood, model.rows.weight, model.predictor
    spaces, K, beyond = likelihood.facts.half_spaces(likelihood, y), predictor.width + 1, None
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
    rows, normals, held, beyond = rows[used], normals[used], held[used], None if beyond is None else beyond[used]
    each: list[Any] = [in_sparse(of) for of in predictor.columns_of(model.standardized_rows()[0].whole.X)]
    length = np.sqrt(sum((of * of).sum(axis=1)[rows] * u * u for of, u in zip(each, normals.T, strict=True)))
    unit = np.where(length > 0.0, np.linalg.norm(normals, axis=1) / np.where(length > 0.0, length, 1.0), 1.0)
    normals = normals * unit[:, None]
    A: Any = sparse.hstack(
        [sparse.diags_array(u) @ of[rows] for of, u in zip(each, normals.T, strict=True)], format="csr"
    )
    return RecessionCone(rows, normals, held, beyond, A if predictor.taken_up else A[:, : predictor.size_first])


def still(A: Any) -> Floats:
    """Orthonormal basis (q, k) of the moves that move no row of A."""
    R, step = np.zeros((0, A.shape[1])), AT_A_TIME // A.shape[1] + 1
    for start in range(0, A.shape[0], step):
        part = np.concatenate([R, A[start : start + step].toarray()])
        R = triangle(Rows(part, np.zeros(len(part))))
    return null_space(R, rcond=1e-9)


def direction(cone: RecessionCone, active: Bools) -> Floats | None:
    """A d with A d >= 0 over the active rows and A d > 0 for some of them, |d| <= 1; None where there is none."""
    A, held = cone.A, cone.held

    def more(d: Floats, working: Ints) -> Ints | None:
        margins = A @ d
        margins = np.where(held, -np.abs(margins), np.where(active, margins, 0.0))
        new = np.setdiff1d(np.flatnonzero(margins < -FEASIBLE), working)
        many = 4 * len(d) + 20
        worst = new if len(new) <= many else new[np.argpartition(margins[new], many)[:many]]
        return np.concatenate([working, worst]) if len(new) else None

    def normals(which: Ints) -> Any:
        return sparse.vstack([A[which], -A[which[held[which]]]])

    d = highest(A.T @ active, more, normals, np.zeros(0, dtype=np.intp))
    return None if d is None or not np.where(active, A @ d, 0.0).max() > POSITIVE else d


def highest(
    goal: Floats, more: Callable[[Floats, Ints], Ints | None], normals: Callable[[Ints], Any], working: Ints
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
            -goal, A_ub=-A, b_ub=np.zeros(A.shape[0]), bounds=(-1.0, 1.0), method="highs", options=options
        )
        if made.x is None or float(goal @ made.x) * size <= POSITIVE:
            return None
        d = np.asarray(made.x)
    return None


def lying_between(A: Any, low: Floats, high: Floats) -> Floats | None:
    """An x with low <= A x <= high, from a linear program; None where there is none."""
    A, above, below = sparse.csr_array(A), np.isfinite(high), np.isfinite(low)
    rows, ends = sparse.vstack([A[above], -A[below]]).tocsr(), np.concatenate([high[above], -low[below]])
    found = optimize.linprog(np.zeros(A.shape[1]), A_ub=rows, b_ub=ends, bounds=(None, None), method="highs")
    return found.x if found.status == 0 else None


def check_extremes(model: Model) -> None:
    """IdentificationError where a column of a softmax model separates a category by itself."""
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
