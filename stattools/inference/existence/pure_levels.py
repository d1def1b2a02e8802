"""Separation by the levels of a factor that are kept as codes: levels in which all rows fall on one side.

    level j is pure where side_i = s for each of its rows: its linear predictor runs to s infinity, and no row falls

A level with a column runs off by its own coefficient; the level without one by the constant, with all other levels
against it. What is left has the maximum of the other rows. One count of the rows finds them, however many levels there
are; whether other columns separate what is left is asked of `sparse_program.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from stattools.data.design import Design
from stattools.errors import ConvergenceError
from stattools.inference.existence.rank import pieces
from stattools.inference.existence.separated_rows import Separation
from stattools.inference.existence.suprema import profile_ends
from stattools.interface.arrays import Floats
from stattools.interface.interval import Interval, require_level
from stattools.interface.when_needed import optimize
from stattools.models.model import Model
from stattools.models.predictors.read_columns import among
from stattools.numerics.columns import Columns, as_columns
from stattools.numerics.low_rank import LowRank
from stattools.solvers.newton_steps import footing, newton_ascent
from stattools.solvers.solution import Solution

FARTHEST = 700.0
"""An end of a profile interval is looked for at most so far from 0."""


def levels_of_first(model: Model) -> Columns | None:
    """The columns of the first linear predictor, whose numbers are those of its coefficients; None where they are not
    kept as codes.
    """
    X = as_columns(model.rows.X).coded
    return None if X is None else as_columns(among(X, model.predictor.main)).coded


def pure_levels(model: Model) -> Floats | None:
    """+1 or -1 for each level whose rows all rise, or fall, for ever, 0 for others; first of the level without a
    column. None for a model whose levels are not codes, or whose rows do not run off.
    """
    X = levels_of_first(model)
    side = None if X is None else model.likelihood.side_of_first(model.rows.y)
    if X is None or side is None:
        return None
    used = ~np.isnan(side) if model.rows.weight is None else ~np.isnan(side) & (model.rows.weight > 0)
    every, up, down = (
        np.bincount(X.codes[some] + 1, minlength=X.levels + 1) for some in (used, used & (side > 0), used & (side < 0))
    )
    pure = np.where(every == 0, 0.0, (up == every) * 1.0 - (down == every) * 1.0)
    if not constants_of(model, X):  # the level without a column has no coefficient of its own
        pure[0] = 0.0
    return pure


def constants_of(model: Model, X: Columns) -> dict[int, float]:
    """The numbers of the coefficients that move all rows alike, by how much: of a constant among the other columns, or
    of thresholds against the first linear predictor.
    """
    constant, predictor = _constant(X), model.predictor
    if constant is not None:
        return {int(X.rest[constant]): 1.0}
    return {predictor.parts[k].start: -1.0 for k in dict(predictor.taken_up).get(0, ())}


def _constant(X: Columns) -> int | None:
    """The number of a constant among the other columns; None where there is none."""
    A = X.others
    still = np.flatnonzero((A.max(axis=0) == A.min(axis=0)) & (A[0] != 0)) if A.size else []
    return int(still[0]) if len(still) else None


@dataclass(frozen=True)
class Left:
    """What is left of a model without some levels: a model of the rows in other levels, with further rows in none, and
    the number of each of its coefficients among those of the whole, -1 for one that stands for two.
    """

    model: Model
    numbers: NDArray[np.intp]

    @cached_property
    def solution(self) -> Solution:
        """Its maximum; ConvergenceError where it has none."""
        work, T, now, metric = footing(self.model)
        found = newton_ascent(work, work.start, 1e-8, 60, "Newton", now, metric).mapped(T)
        if not found.converged:
            raise ConvergenceError("The rows outside the separated levels have no maximum.", found)
        return found


def without_levels(model: Model, gone: NDArray[np.bool_], shifted: NDArray[np.intp], by: float) -> Left:
    """The model without the levels `gone`, first among them the one without a column, and of their rows those
    `shifted` only, whose linear predictor has `by` in the place of a level.
    """
    rows, predictor = model.rows, model.predictor
    X, first = as_columns(rows.X).coded, levels_of_first(model)
    assert X is not None
    assert first is not None
    stays, numbers = ~gone[X.codes + 1], np.arange(predictor.size)
    stays[shifted] = True
    keep = np.flatnonzero(stays)
    dropped, out = np.zeros(X.shape[1], dtype=bool), np.zeros(predictor.size, dtype=bool)
    of_levels = first.places[:, 0]
    dropped[X.places[:, 0]] = out[of_levels] = gone[1:]
    if gone[0]:  # each level is one of its own, and stands for the constant too
        constants, stay = constants_of(model, first), np.flatnonzero(~gone[1:])
        numbers[of_levels] = -1
        if predictor.taken_up:  # thresholds are the constants, beside which one level has no column
            numbers[list(constants)] = -1
            dropped[X.places[stay[:1], 0]] = out[of_levels[stay[:1]]] = True
        else:
            column = predictor.column[list(constants)]
            out[list(constants)], dropped[column] = True, not any(column[0] in use for use in predictor.own)
    offset = np.zeros(len(X)) if rows.offset is None else rows.offset.copy()
    offset[shifted] += by
    left: Any = X[keep]
    taken = replace(rows.take(keep), X=left.without(dropped), offset=offset[keep])
    kept = predictor.keeping(~dropped, predictor.column[: predictor.size_first][~out[: predictor.size_first]])
    names = tuple(f"{k}" for k in range(taken.X.shape[1]))
    start = model.start.copy()
    start[of_levels] = 0.0 if gone[0] else start[of_levels]
    numbers, start = numbers[~out], start[~out]
    return Left(replace(model, rows=taken, design=Design(names), predictor=kept, start=start), numbers)


@dataclass(frozen=True, eq=False, repr=False)
class LevelSeparation(Separation):
    """A separation by whole levels of a factor; `pure` (L + 1,) says on which side each runs off."""

    pure: Floats = field(repr=False, default_factory=lambda: np.zeros(0))

    def _left(self, shifted: NDArray[np.intp], by: float = 0.0, gone: NDArray[np.bool_] | None = None) -> Left:
        return without_levels(self.model, self.pure != 0.0 if gone is None else gone, shifted, by)

    @cached_property
    def solution(self) -> Solution:
        """The maximum of the other levels' rows; infinite coefficients are inf or -inf, their covariances nan."""
        left = self._left(np.zeros(0, dtype=np.intp))
        found, own = left.solution, left.numbers >= 0
        finite = np.array([name not in self.infinite for name in self.model.names])
        estimate = np.array([self.infinite.get(name, 0.0) for name in self.model.names])
        estimate[left.numbers[own]] = found.estimate[own]
        estimate[~finite] = list(self.infinite.values())
        C = found.covariance
        if isinstance(C, np.ndarray):  # where no level is left
            C = LowRank(np.empty((0, 1), dtype=np.intp), np.empty((0, 1, 1)), np.eye(len(C)), C)
        U = np.full((len(estimate), C.U.shape[1]), np.nan)
        U[left.numbers[own]] = C.U[own]
        U[~finite] = np.nan
        levels = own[C.at[:, 0]]
        V = LowRank(left.numbers[C.at[levels]], C.E[levels], U, C.K)
        return replace(found, estimate=estimate, covariance=V)  # type: ignore[arg-type]

    def interval(self, level: float = 0.95, *, kind: str = "profile") -> Interval:  # type: ignore[override]
        """As of `Separation`: the profile likelihood's of infinite coefficients, and Wald's of the others."""
        require_level(level)
        found = self.solution
        half = -special.ndtri(0.5 * (1.0 - level)) * np.sqrt(found.covariance.diagonal())
        ends = np.column_stack([found.estimate - half, found.estimate + half])
        for j in np.flatnonzero(~np.isfinite(found.estimate)).tolist():
            ends[j] = (-np.inf, np.inf) if kind == "wald" else self._ends(j, level)
        return Interval(ends[:, 0], ends[:, 1], level, kind, self.model.names)

    def _ends(self, j: int, level: float) -> tuple[float, float]:
        """The profile interval of an infinite coefficient."""
        X, found = levels_of_first(self.model), self.solution
        here = found.estimate[j]
        assert X is not None
        if np.isnan(here):
            return -np.inf, np.inf
        gone, unit = self.pure != 0.0, 1.0
        if len(number := np.flatnonzero(X.places[:, 0] == j)):
            gone[0], gone[number + 1] = False, True
            shifted = np.flatnonzero(X.codes == number)
        elif self.model.predictor.taken_up:  # a threshold
            return profile_ends(self.model, found.estimate, found.loglik, j, level, np.inf)
        else:
            shifted, unit = np.flatnonzero(X.codes < 0), float(X[0, j])
        side, cut = float(np.sign(here)), float(special.chdtri(1.0, 1.0 - level))

        left = self._left(shifted, 0.0, gone)
        rows, start, offset = left.model.rows, left.model.start, np.asarray(left.model.rows.offset)
        moves = np.asarray(self._left(shifted, unit, gone).model.rows.offset) - offset

        def beyond(t: float) -> float:
            nonlocal start  # the last maximum is near
            at = replace(left.model, rows=replace(rows, offset=offset + t * moves), start=start)
            there = Left(at, left.numbers).solution
            start = there.estimate
            return 2.0 * (self.solution.loglik - there.loglik) - cut

        inner = outer = 0.0
        reach: Callable[[float], float] = lambda t: -side * max(2.0 * abs(t), 1.0)  # noqa: E731
        while beyond(inner) > 0.0:
            outer, inner = inner, inner + side * max(abs(inner), 1.0)
        while outer == inner or beyond(outer) < 0.0:
            inner, outer = outer, outer + reach(outer - inner)
            if abs(outer) > FARTHEST:
                return -np.inf, np.inf
        end = float(optimize.brentq(beyond, inner, outer, xtol=1e-9))  # type: ignore[arg-type]
        return (end, np.inf) if side > 0 else (-np.inf, end)


def separation_of_levels(model: Model) -> LevelSeparation | None:
    """The separation by whole levels, where no other columns separate what is left; None where there is none."""
    for piece in pieces(model):
        if (found := separation_of_levels(piece)) is not None:
            return found
    X, pure, n = levels_of_first(model), pure_levels(model), len(model.rows.y)
    if X is None or pure is None or not pure.any():
        return None
    certain = pure[X.codes + 1] != 0.0
    if certain.all():
        return None
    try:
        without_levels(model, pure != 0.0, np.zeros(0, dtype=np.intp), 0.0).solution  # noqa: B018
    except ConvergenceError:
        return None
    infinite: dict[str, float] = {}
    side, moves = pure[0], np.zeros((1, model.predictor.size))
    moves[0, X.places[:, 0]] = pure[1:] - side
    if side:
        for number, along in constants_of(model, X).items():
            infinite[model.names[number]], moves[0, number] = float(along * side * np.inf), along * side
    for j in range(X.levels) if side else np.flatnonzero(pure[1:]).tolist():
        own = pure[j + 1] if not side else np.nan if pure[j + 1] == side else -side
        infinite[model.names[X.places[j, 0]]] = float(own * np.inf)
    infinite = {name: infinite[name] for name in model.names if name in infinite}
    used = np.ones(n, dtype=bool) if model.rows.weight is None else model.rows.weight > 0
    kind = "complete" if certain[used].all() else "quasi-complete"
    return LevelSeparation(model, kind, infinite, moves, certain, np.ones((n, 1), dtype=bool), np.eye(0), pure)
