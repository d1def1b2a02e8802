"""Does the maximum exist and is it unique? Rank of the columns, and separation of the outcomes.

Rank: the triangle R of the standardized columns is read from left to right; a column whose part beyond its
predecessors is within round-off of the data is a combination of them. Separation: a direction d along which every
row's log-likelihood never falls, found by a linear program (Albert & Anderson 1984; Konis 2007). Both run only when a
solver's own numbers leave a doubt.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from stattools.data.rows import Rows
from stattools.data.triangle import triangle
from stattools.errors import IdentificationError
from stattools.model import Model
from stattools.solvers.solution import Solution

Floats = NDArray[np.float64]

WELL_CONDITIONED = 1e-10
"""A reciprocal condition of the scaled information above this leaves no doubt about the rank."""

FAR = 20.0
"""Linear predictors within +-20 at a decrement of 1e-8 leave no doubt that the outcomes overlap."""


def check_size(model: Model) -> None:
    """IdentificationError where there are more coefficients than rows."""
    rows = len(model.rows.X) if model.rows.weight is None else int(np.count_nonzero(model.rows.weight))
    p = model.predictor.columns
    if p > rows:
        raise IdentificationError(
            f"{model.title} has {p} coefficients{' per category' if model.predictor.width > 1 else ''} and only {rows} "
            "rows: the maximum is not unique. Use fewer columns or more rows."
        )


def check_solution(model: Model, solution: Solution) -> None:
    """Look closer at a solution that its own numbers leave in doubt; IdentificationError if there is no unique
    maximum.
    """
    if solution.rcond < WELL_CONDITIONED:
        check_rank(model)
    if model.kind in ("logistic", "softmax", "poisson"):
        far = solution.status == "drifting" or np.abs(model.eta(solution.estimate)).max() > FAR
        if far:
            check_overlap(model)


def check_rank(model: Model) -> None:
    """IdentificationError naming each column that is a combination of those before it."""
    rows, T = model.rows.standardized()
    R = triangle(rows)
    size = np.abs(model.rows.X).max(axis=0) * np.abs(np.diagonal(T))  # round-off of the data, on unit columns
    kept: list[int] = []
    aliased: list[str] = []
    basis = np.zeros((len(R), 0))
    for column in range(len(R)):
        vector = R[:, column]
        rest = vector - basis @ (basis.T @ vector)
        rest = rest - basis @ (basis.T @ rest)
        unit = np.linalg.lstsq(R[:, kept], vector)[0] if kept else np.zeros(0)
        noise = np.finfo(float).eps * np.hypot(size[column], np.linalg.norm(unit * size[kept]))
        if np.linalg.norm(rest) > max(4.0 * noise, 1e-14) * np.sqrt(model.n):
            kept.append(column)
            basis = np.column_stack([basis, rest / np.linalg.norm(rest)])
        else:
            null = T[:, column] - (T[:, kept] @ unit if kept else 0.0)
            aliased.append(_combination(model, null, column))
    if aliased:
        raise IdentificationError(
            f"{model.title} cannot tell {len(aliased)} of its {len(R)} columns from the others: {'; '.join(aliased)}. "
            "Leave out one column of each combination."
        )


def _combination(model: Model, null: Floats, column: int) -> str:
    """`x3 = 2 x1 - x2`, from a vector with X null = 0."""
    coefficients = -null / null[column]
    span = np.abs(model.rows.X).max(axis=0)
    shown: list[str] = []
    for k, (name, value) in enumerate(zip(model.terms, coefficients, strict=True)):
        if k == column or abs(value) * span[k] <= 1e-7 * span[column]:
            continue
        if abs(value - round(value)) < 1e-6 * abs(value):
            value = round(value)
        sign = "- " if value < 0 else "+ " if shown else ""
        amount = "" if abs(value) == 1 else f"{abs(value):.6g} "
        shown.append(f"{sign}{amount}{name}")
    return f"{model.terms[column]} = {' '.join(shown) if shown else '0'}"


def check_overlap(model: Model) -> None:
    """IdentificationError where some direction separates the outcomes, naming its columns and saying how completely."""
    rows, T = model.rows.standardized()
    A, equal = _never_falling(model, rows)
    direction = _separating(A, equal)
    if direction is None:
        return
    own = T @ direction.reshape(-1, len(T)).T  # in the coefficients of the columns as they are
    moves = np.abs(own).max(axis=1) * np.abs(model.rows.X).max(axis=0)
    named = [term for term, move in zip(model.terms, moves, strict=True) if move > 1e-7 * moves.max()]
    complete = len(equal) == 0 and _largest_margin(A) > 1e-7
    how = "completely" if complete else "for some of the rows (quasi-completely)"
    outcome = f"no {model.outcome_name}" if model.kind == "poisson" else f"the values of {model.outcome_name}"
    raise IdentificationError(
        f"{model.title} has no maximum: {', '.join(named)} separate {outcome} {how}, so that the log-likelihood "
        "rises for ever as their coefficients grow. Leave out or merge the separating columns, or collect rows that "
        "overlap."
    )


def _never_falling(model: Model, rows: Rows) -> tuple[Floats, Floats]:
    """A d >= 0 and E d = 0: the directions along which no row's log-likelihood falls, on standardized columns."""
    used = slice(None) if rows.weight is None else rows.weight > 0
    X = np.concatenate([block.X for block in rows.blocks()])[used]
    y = model.rows.y[used]
    if model.kind == "logistic":
        return X * (2.0 * y - 1.0)[:, None], np.zeros((0, X.shape[1]))
    if model.kind == "poisson":
        return -X[y == 0], X[y > 0]
    K, p = model.predictor.width + 1, X.shape[1]
    wide = np.zeros((len(X), K, K, p))  # row, rival category, whose coefficients, column; category 0 has none
    codes = y.astype(int)
    for rival in range(K):
        wide[np.arange(len(X)), rival, codes] += X
        wide[:, rival, rival] -= X
    other = np.arange(K)[None, :] != codes[:, None]
    return wide[other][:, 1:].reshape(-1, (K - 1) * p), np.zeros((0, (K - 1) * p))


def _largest_margin(A: Floats) -> float:
    """The largest t with A d >= t for some -1 <= d <= 1: positive where the separation is complete."""
    from scipy.optimize import linprog

    wide = np.column_stack([-A, np.ones(len(A))])
    bounds = [(-1.0, 1.0)] * A.shape[1] + [(0.0, None)]
    found = linprog(np.r_[np.zeros(A.shape[1]), -1.0], A_ub=wide, b_ub=np.zeros(len(A)), bounds=bounds, method="highs")
    return 0.0 if found.x is None else float(found.x[-1])


def _separating(A: Floats, equal: Floats) -> Floats | None:
    """Maximize sum A d over A d >= 0, E d = 0, -1 <= d <= 1: a positive maximum is a separating direction."""
    from scipy.optimize import linprog

    goal = A.sum(axis=0)
    found = linprog(
        -goal,
        A_ub=-A,
        b_ub=np.zeros(len(A)),
        A_eq=equal if len(equal) else None,
        b_eq=np.zeros(len(equal)) if len(equal) else None,
        bounds=(-1.0, 1.0),
        method="highs",
    )
    if found.x is None or float((A @ found.x).max(initial=0.0)) <= 1e-7:
        return None
    return found.x
