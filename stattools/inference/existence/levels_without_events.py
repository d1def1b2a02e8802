"""A partial likelihood beside a factor whose levels are kept as codes: levels without events, and columns that the
levels make.

A level of which rows are at risk and none has the event has a hazard of 0: its coefficient is -inf, and its rows leave
the risk sets in the limit. Where that is the level without a column, all others are infinitely far above it. One count
finds them, and what is left is the partial likelihood of the other rows.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import get_lapack_funcs

from stattools.data.design import Design
from stattools.data.formula.evaluation import short
from stattools.errors import DomainError, IdentificationError
from stattools.inference.existence.monotone_likelihood import MonotoneLikelihood
from stattools.inference.existence.rank_beside_levels import factor_of
from stattools.interface.arrays import Floats
from stattools.models.survival.columns_at_risk import centered, columns_at_risk, in_own_units
from stattools.models.survival.cox import CoxRegression
from stattools.numerics.columns import Columns
from stattools.solvers import Newton, Solution
from stattools.text.names import first_few

(potrf,) = get_lapack_funcs(("potrf",), dtype=np.float64)

ROUND_OFF = 1e-12
"""What is added to the squared length of each column, beside which no part of it is round-off."""

NOTHING = 1e-10
"""A part of a column whose square is less than this share is a combination of others."""


@dataclass(frozen=True, eq=False, repr=False)
class LevelsWithoutEvents(MonotoneLikelihood):
    """A monotone likelihood of levels without events; `numbers` are those of the coefficients of the limit among all,
    -1 for one that stands for two.
    """

    numbers: NDArray[np.intp] = field(repr=False, default_factory=lambda: np.zeros(0, dtype=np.intp))

    @cached_property
    def solution(self) -> Solution:
        """The maximum of the partial likelihood of the rows in other levels."""
        found, own = Newton().solve(self.limit), self.numbers >= 0
        estimate = np.array([self.infinite.get(name, 0.0) for name in self.model.names])
        covariance = np.full((len(estimate),) * 2, np.nan)
        estimate[self.numbers[own]] = found.estimate[own]
        covariance[np.ix_(self.numbers[own], self.numbers[own])] = found.covariance[np.ix_(own, own)]
        return replace(found, estimate=estimate, covariance=covariance)


def levels_without_events(model: Any) -> LevelsWithoutEvents | None:
    """The levels that make a partial likelihood monotone, where what is left of it has a maximum; None otherwise."""
    X, sets, at_risk = model.X, model.sets, model.Z.of.codes + 1
    seen = np.bincount(at_risk, minlength=X.levels + 1)
    dead = np.bincount(at_risk[sets.died], minlength=X.levels + 1)
    gone = (seen > 0) & (dead == 0)
    if not gone.any():
        return None
    dropped, numbers, levels = np.zeros(X.shape[1], dtype=bool), np.arange(X.shape[1]), X.places[:, 0]
    dropped[levels] = gone[1:]
    if gone[0]:  # of the others one has no column then
        dropped[levels[~gone[1:]][:1]] = True
        numbers[levels] = -1
    keep = np.flatnonzero(~gone[X.codes + 1])
    try:
        limit: Any = _without(model, keep, dropped)
        converged = limit.X.shape[1] > 0 and Newton().solve(limit).converged
    except (DomainError, IdentificationError):
        return None
    if not converged:
        return None
    moves = np.zeros((1, X.shape[1]))
    moves[0, levels] = gone[0] * 1.0 - gone[1:]
    infinite = {}
    for j in np.flatnonzero(gone[1:] | gone[0]).tolist():
        infinite[model.names[levels[j]]] = np.nan if gone[0] and gone[j + 1] else np.inf if gone[0] else -np.inf
    certain, left = np.ones(model.said.n, dtype=bool), limit.sets
    undecided = left.at_risk > left.deaths
    certain[keep[left.rows[left.while_at_risk(undecided.astype(float)) > 0.0]]] = False
    kind: Any = "complete" if len(infinite) == len(model.names) else "quasi-complete"
    beside = (certain, np.ones((model.said.n, 1), dtype=bool), np.eye(0))
    return LevelsWithoutEvents(model, kind, infinite, moves, *beside, limit, numbers[~dropped])


def _without(model: CoxRegression, keep: NDArray[np.intp], dropped: NDArray[np.bool_]) -> CoxRegression:
    """The model of some rows without some columns."""
    left: Any = model.taken(keep)
    X = left.X.without(dropped)
    names = tuple(name for name, out in zip(model.names, dropped, strict=True) if not out)
    Z = centered(columns_at_risk(X, left.sets), left.sets)
    return replace(left, X=X, Z=Z, design=Design(names))


def check_columns_beside_levels(model: CoxRegression, X: Columns, compared: NDArray[np.intp]) -> None:
    """IdentificationError naming columns that are the same for all rows that are `compared`, up to a combination of the
    levels and of columns before them.
    """
    from scipy.sparse import csr_array

    n, levels = len(X), X.places.ravel()
    each = csr_array((np.ones(n), (compared, np.arange(n))))

    def less_means(A: Any) -> tuple[Any, Floats, Floats]:
        length = np.sqrt((A * A).sum(axis=0))
        A = A.multiply(1.0 / np.where(length > 0.0, length, 1.0)).tocsr()
        sums = (each @ A).toarray()
        return A, sums, sums / each.sum(axis=1)[:, None]

    A, sums, means = less_means(in_own_units(X.T)[0].T.sparse())
    G = (A.T @ A).toarray() - sums.T @ means
    order = np.r_[levels, X.rest]
    R, _ = potrf(G[np.ix_(order, order)] + ROUND_OFF * np.eye(len(G)))
    nothing = order[np.flatnonzero(R.diagonal() ** 2 < NOTHING)]
    A, sums, means = less_means(X.sparse())
    same = (A * A).sum(axis=0) - (sums * means).sum(axis=0) <= NOTHING
    said = [_said(model, X, int(j), bool(same[j])) for j in np.sort(nothing)]
    if said:
        raise IdentificationError(
            f"{model.title} cannot tell {len(said)} of its {len(model.names)} columns: "
            f"{first_few(said, between='; ')}. Leave them out, or take others."
        )


def _said(model: CoxRegression, X: Columns, j: int, same: bool) -> str:
    """What is said of a column that is not determined."""
    name = short(model.names[j])
    if same:
        return f"{name} is the same for all who are at risk together"
    factor = short(factor_of(X, model.names))
    beside = "" if j in X.places else " and of columns before it"
    return f"{name} is a combination of levels of {factor}{beside}, but for a constant"
