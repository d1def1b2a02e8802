"""Separation: a direction along which the likelihood rises for ever, what it makes infinite, and what stays finite.

Directions are looked for in the cone of `recession.py`, first over all rows, then over the rows that the last direction
leaves undecided, until those overlap. The rows decided on the way are certain in the limit (their probability tends to
1), and the likelihood of the others, over the coefficients that they determine, has a maximum: it is the limit of the
likelihood, and its estimates and standard errors are the limits of theirs. A coefficient is infinite exactly when the
remaining rows do not determine it. Of a factor whose levels are codes, levels in which all rows fall on one side are
counted first; whether other columns separate what is left, one sparse linear program tells. Source: Albert & Anderson
(1984); Geyer, "Likelihood inference in exponential families and directions of recession" (2009).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import special

from stattools.data.design.design import Design
from stattools.errors import ConvergenceError, IdentificationError, IncompatibleError, quoted
from stattools.inference.existence.rank import pieces
from stattools.inference.existence.recession import (
    Bools,
    RecessionCone,
    direction,
    moves_of,
    null_space,
    recession_cone,
)
from stattools.inference.restricted import Along, Among, Beyond, profile_ends
from stattools.interface.arguments import is_one_of, word_of
from stattools.interface.arrays import Floats
from stattools.interface.interval import Interval, require_level
from stattools.interface.names.guesses import answers_guesses
from stattools.interface.when_needed import optimize, pd
from stattools.likelihoods.likelihood import side_of_first
from stattools.likelihoods.outcomes import Outcome
from stattools.models.model import Model
from stattools.models.predictor import among
from stattools.numerics.columns import Columns, sparse, with_levels
from stattools.numerics.low_rank import LowRank
from stattools.solvers.climb import footing, newton_ascent
from stattools.solvers.solution import Solution
from stattools.text.faces import Faces
from stattools.text.names import first_few
from stattools.text.one_line import headline
from stattools.text.page import Page

UNTOLD = ", and the columns do not tell which coefficients are infinite"
"""Where columns are so nearly combinations of others that no coefficient is moved by a direction alone."""


@answers_guesses
@dataclass(frozen=True, eq=False, repr=False)
class Separation(Faces):
    """Which coefficients are infinite, and inference on the others.

    `kind` is "complete" where every outcome is certain in the limit, "quasi-complete" otherwise. `infinite` gives inf
    or -inf by name (nan for a coefficient that is not determined and that the directions found leave where it is);
    `directions` (k, p) are those along which the likelihood rises, the later ones among what the earlier leave
    undecided; `certain` (n,) marks the rows whose outcome has probability 1 in the limit.

    >>> import stattools as st
    >>> found = st.separation(st.logistic([0, 1, 0, 1, 1, 1], [0, 0, 0, 0, 1, 1], names=["treated"]))
    >>> found.kind, found.infinite, found.certain.tolist()
    ('quasi-complete', {'treated': inf}, [False, False, False, False, True, True])
    >>> found.table()[["term", "estimate", "se"]].round(6).to_numpy().tolist()
    [['Intercept', 0.0, 1.0], ['treated', inf, inf]]
    """

    model: Model
    kind: Literal["complete", "quasi-complete"]
    infinite: dict[str, float]
    directions: Floats
    certain: Bools
    allowed: Bools = field(repr=False)
    kept: Floats = field(repr=False)

    @cached_property
    def solution(self) -> Solution:
        """The maximum of the limit of the likelihood; infinite coefficients are inf or -inf, their covariances nan."""
        limit, start, back = self._limit()
        if back.shape[1]:
            found = newton_ascent(limit, start, 1e-8, 100, "Newton").mapped(back)
        else:
            p, top = len(back), limit.evaluate(start, 0).loglik
            found = Solution(np.zeros(p), np.full((p, p), np.nan), top, "converged", 0, 0.0, (), "Newton")
        each = enumerate(self.model.names)
        return self._beside_infinite(found, np.array([-1 if name in self.infinite else j for j, name in each]))

    def _limit(self) -> tuple[Any, Floats, Floats]:
        """The limit of the likelihood over the coefficients that it determines, where a climb starts, and the map of
        these to all coefficients.
        """
        work, T = self.model.standardized()
        extra = self.model.predictor.size - len(self.kept)
        V = np.zeros((len(T), self.kept.shape[1] + extra))
        V[: len(self.kept), : self.kept.shape[1]] = self.kept
        V[len(self.kept) :, self.kept.shape[1] :] = np.eye(extra)
        return Along(replace(work, **self._rest(work)), V, what="the limit of "), V.T @ work.start, T @ V

    def _beside_infinite(self, found: Solution, numbers: NDArray[np.intp]) -> Solution:
        """The solution with infinite coefficients in their places; `numbers` are those of what was found among all, -1
        for what is none.
        """
        own = numbers >= 0
        estimate = np.array([self.infinite.get(name, 0.0) for name in self.model.names])
        covariance = np.full((len(estimate), len(estimate)), np.nan)
        estimate[numbers[own]] = found.estimate[own]
        covariance[np.ix_(numbers[own], numbers[own])] = found.covariance[np.ix_(own, own)]
        return replace(found, estimate=estimate, covariance=covariance)

    @property
    def loglik(self) -> float:
        """The supremum of the log-likelihood."""
        return self.solution.loglik

    def interval(self, level: float = 0.95, *, kind: Literal["profile", "wald"] = "profile") -> Interval:
        """Intervals of all coefficients, lower and upper of shape (p,): of infinite ones too, by profile likelihood.

        An infinite coefficient has one finite end, or none where the other columns can take its part. Raises
        DomainError for a level outside (0, 1), IncompatibleError for another kind.
        """
        require_level(level)
        kind = word_of(kind, ("profile", "wald"))
        if not is_one_of(kind, ("profile", "wald")):
            raise IncompatibleError(
                f"{self.kind} separation leaves intervals of kind 'profile', 'wald'; got {quoted(kind)}."
            )
        found = self.solution
        se = np.sqrt(np.diagonal(found.covariance))
        half = -special.ndtri(0.5 * (1.0 - level)) * se
        ends = np.column_stack([found.estimate - half, found.estimate + half])
        for j in range(len(ends)):
            if kind == "profile":
                ends[j] = profile_ends(self.model, found.estimate, found.loglik, j, level, float(se[j]))
            elif not np.isfinite(found.estimate[j]):
                ends[j] = -np.inf, np.inf
        return Interval(ends[:, 0], ends[:, 1], level, kind, self.model.names)

    def table(self, level: float = 0.95) -> pd.DataFrame:
        """One row per coefficient: [category,] term, estimate, se, statistic, p_value, lower, upper.

        Finite coefficients have Wald's test and interval. Infinite ones have se inf and no such test; their interval is
        the profile likelihood's, with one end infinite.
        """
        require_level(level)
        model, found = self.model, self.solution
        finite = np.isfinite(found.estimate)
        se = np.where(finite, np.sqrt(np.diagonal(found.covariance)), np.inf)
        statistic = np.full(len(se), np.nan)
        statistic[finite] = found.estimate[finite] / se[finite]
        ends = np.array(self.interval(level, kind="wald"))
        for j in np.flatnonzero(~finite):
            ends[j] = profile_ends(model, found.estimate, found.loglik, int(j), level, np.inf)
        columns: dict[str, Any] = {"term": model.names}
        if model.categories is not None:
            repeats = len(model.terms)
            columns = {"category": np.repeat(model.categories, repeats), "term": model.terms * len(model.categories)}
        columns |= {"estimate": found.estimate, "se": se, "statistic": statistic}
        columns |= {"p_value": 2.0 * special.ndtr(-np.abs(statistic)), "lower": ends[:, 0], "upper": ends[:, 1]}
        return pd.DataFrame(columns)

    def _headline(self) -> str:
        many = f"{len(self.infinite)} infinite coefficients"
        return headline(self, self.kind, self.model._subject, many, f"n = {self.model.n:,.0f}")

    @property
    def sentence(self) -> str:
        """Which coefficients are infinite."""
        values = ", ".join(
            f"{name} is not determined" if np.isnan(value) else f"{name} = {value:g}"
            for name, value in self.infinite.items()
        )
        return f"{self._what} of {self.model.outcome_name}{f': {values}' if values else UNTOLD}"

    @property
    def _what(self) -> str:
        """What makes coefficients infinite."""
        return f"{self.kind} separation"

    def _page(self) -> Page:
        return Page(self.sentence)

    def _rest(self, work: Model) -> dict[str, Any]:
        """The rows that are not certain in the limit, and for categories the likelihood over those left to each."""
        keep = ~self.certain if work.rows.weight is None else ~self.certain & (work.rows.weight > 0)
        rows = work.rows
        y = rows.y[keep]
        parts: dict[str, Any] = {}
        if self.allowed.shape[1] > 1:
            y = np.column_stack([y, self.allowed[keep]])
            family: Any = work.likelihood
            ordered = family.outcome is Outcome.ORDERED
            parts["likelihood"] = Beyond(family) if ordered else Among(self.allowed.shape[1])
        weight = None if rows.weight is None else rows.weight[keep]
        offset = None if rows.offset is None else rows.offset[keep]
        return parts | {"rows": replace(rows, X=rows.X[keep], y=y, weight=weight, offset=offset)}


def program_size(model: Model) -> float:
    """Half-spaces times unknowns of the linear program."""
    width = model.predictor.width
    return float(len(model.rows.X)) * (width + 1 if width > 1 else 1) * model.predictor.size


def separation_of(model: Model, largest: float = np.inf) -> Separation | None:
    """What separates the outcomes of a regression, by levels or by other columns; of these None where the program is
    larger than `largest`.
    """
    found = separation_of_levels(model)
    if found is not None or not may_separate(model) or program_size(model) > largest:
        return found
    require_overlap_beside_slopes(model)
    return separation_of_rows(model)


def separation_of_rows(model: Model) -> Separation | None:
    """What separates the outcomes of a discrete regression, see `separation` of `separated.py`."""
    if not isinstance(model, Model):
        of_fit = " Give its model: fit.model." if hasattr(model, "model") else ""
        needs = "separation needs a regression, such as st.logistic(...)"
        raise IncompatibleError(f"{needs}; got {type(model).__name__}.{of_fit}")
    for piece in pieces(model):
        if (found := separation_of_rows(piece)) is not None:
            return found
    if (space := recession_cone(model)) is None:
        return None
    active, steps = ~space.moves.held, []
    while active.any() and (step := direction(space, active)) is not None:
        active &= space.margins(step) <= 1e-7
        steps.append(space.columns @ step)
    return _describe(model, space, active, np.array(steps)) if steps else None


def _describe(model: Model, space: RecessionCone, active: Bools, steps: Floats) -> Separation:
    moves, n, weight = space.moves, len(model.rows.X), model.rows.weight
    T = np.asarray(model.predictor.lifted(model.standardized_rows()[1]))[: steps.shape[1], : steps.shape[1]]
    directions, beyond = steps @ T.T, moves.beyond
    allowed, certain = np.ones((n, 1 if beyond is None else beyond.shape[1]), dtype=bool), np.zeros(n, dtype=bool)
    if beyond is None:
        certain[moves.rows[~active & ~moves.held]] = True
    else:
        np.logical_and.at(allowed, moves.rows, ~(beyond & ~active[:, None]))
        certain = allowed.sum(axis=1) == 1
    free = null_space(_stacked(space, np.flatnonzero(active | moves.held)))
    kept = np.linalg.svd(free)[0][:, free.shape[1] :] if free.shape[1] else np.eye(len(T))
    loose = np.linalg.norm(T @ free, axis=1) > 1e-7 * np.linalg.norm(T, axis=1)
    each = enumerate(model.names[: len(T)])
    infinite = {name: sign_of(directions[:, j], T[j]) for j, name in each if loose[j]}
    kind = "complete" if (certain if weight is None else certain[weight > 0]).all() else "quasi-complete"
    return Separation(model, kind, infinite, directions, certain, allowed, kept)


def sign_of(moves: Floats, scale: Floats) -> float:
    """inf with the sign of the first direction that moves the coefficient."""
    moving = moves[np.abs(moves) > 1e-7 * np.linalg.norm(scale)]
    return float(np.copysign(np.inf, moving[0])) if len(moving) else float("nan")


def _stacked(space: RecessionCone, which: NDArray[np.intp]) -> Floats:
    """The triangle of the half-spaces that are still active."""
    R = np.zeros((1, space.columns.shape[0]))
    for start in range(0, len(which), 5000):
        R = np.linalg.qr(np.concatenate([R, space.whole(which[start : start + 5000])]), mode="r")
    return R


FARTHEST = 700.0
"""An end of a profile interval is looked for at most so far from 0."""


def levels_of_first(model: Model) -> Columns | None:
    """The columns of the first linear predictor, whose numbers are those of its coefficients; None where they are not
    kept as codes.
    """
    X = with_levels(among(model.rows.X, model.predictor.main))
    return None if X is None or X.slopes is not None or model.likelihood.facts.by_category else X


def pure_levels(model: Model) -> Floats | None:
    """+1 or -1 for each level whose rows all rise, or fall, for ever, 0 for others; first of the level without a
    column. None for a model whose levels are not codes, or whose rows do not run off.
    """
    X = levels_of_first(model)
    side = None if X is None else side_of_first(model.likelihood, model.rows.y)
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
    X, first = with_levels(rows.X), levels_of_first(model)
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


LARGEST_BESIDE_SLOPES = 1e7
"""Rows times columns from which on what separates beside slopes by level is named, and no limit is looked for: that
takes dense programs.
"""

MOVED = 1e-7
"""A coefficient of a direction that is not round-off."""


def may_separate(model: Model) -> bool:
    """Whether a direction separates the outcomes of a model whose levels are codes and of which no level is pure; True
    of other models, for which the usual program tells.
    """
    if parts := pieces(model):
        return any(map(may_separate, parts))
    if _levels(model) is None or ((pure := pure_levels(model)) is not None and pure.any()):
        return True
    return sparse_direction(model) is not None


def require_overlap_beside_slopes(model: Model) -> None:
    """IdentificationError where columns separate the outcomes of a large model of slopes by level, with their names."""
    for piece in pieces(model):
        require_overlap_beside_slopes(piece)
    X = _levels(model)
    if X is None or X.slopes is None or len(X) * float(X.shape[1]) <= LARGEST_BESIDE_SLOPES:
        return
    if (step := sparse_direction(model)) is None:
        return
    moved = [model.names[k] for k in np.flatnonzero(np.abs(step) > MOVED).tolist()]
    raise IdentificationError(
        f"{model.title} has no maximum: {first_few(moved)} separate the values of {model.outcome_name}, so that the "
        "log-likelihood rises for ever. Use penalty=st.Ridge(strength), leave slopes of such levels out, merge levels, "
        "or collect rows that overlap."
    )


def sparse_direction(model: Model) -> Floats | None:
    """A direction of all coefficients that separates the outcomes, on columns in their own units; None where there is
    none.
    """
    from scipy.sparse import diags_array, hstack

    rows, normals, held, _ = moves_of(model)  # type: ignore[misc]
    each = zip(model.predictor.columns_of(model.standardized_rows()[0].X), normals.T, strict=True)
    A = hstack([diags_array(along) @ sparse(of[rows]) for of, along in each]).tocsr()
    goal = -np.asarray(A[~held].sum(axis=0)).ravel()
    rest = {"A_eq": A[held], "b_eq": np.zeros(int(held.sum()))} if held.any() else {}
    options = {"A_ub": -A[~held], "b_ub": np.zeros(int((~held).sum())), "bounds": (-1.0, 1.0), "method": "highs"}
    found = optimize.linprog(goal, **options, **rest)
    if found.x is None:
        return np.zeros(len(goal))
    return found.x if float(-goal @ found.x) > 1e-6 * max(np.abs(goal).max(), 1.0) else None


def _levels(model: Model) -> Any:
    """The columns of the first linear predictor, whose levels are codes and whose rows may run off, or None."""
    X = with_levels(among(model.rows.X, model.predictor.main))
    return None if X is None or side_of_first(model.likelihood, model.rows.y) is None else X
