"""Separation: do the outcomes overlap, or does the likelihood rise for ever along a direction? What stays finite?

Along a direction of recession no row's log-likelihood ever falls, and a linear program finds one:

    normal_i'eta_i(d) >= 0,   one for each row and what speaks against it: log P(y_i | x_i) rises along d, or stays

Logistic, probit: +-x_i'd. Counts: -x_i'd where y_i = 0, and x_i'd = 0 where y_i > 0. Successes out of trials: both.
Softmax: x_i'(d_{y_i} - d_k) for every rival k. Labels in order: the cut above the label may rise, and the one below it
fall. The program max 1'A d over |d| <= 1 is solved on a few rows, those that its last answer violates being added until
none is left. Source: Albert & Anderson, "On the existence of maximum likelihood estimates in logistic regression
models" (1984); Konis (2007).

Directions are looked for first over all rows, then over the rows that the last direction leaves undecided, until those
overlap. The rows decided on the way are certain in the limit (their probability tends to 1), and the likelihood of the
others, over the coefficients that they determine, has a maximum: its estimates and standard errors are the limits. A
coefficient is infinite exactly when the remaining rows do not determine it. Source: Geyer, "Likelihood inference in
exponential families and directions of recession" (2009).

A witness that a maximum exists are numbers that anybody can multiply out, sum_i x_i u_i = 0, u_i with the signs in
which the log-likelihood of row i can rise: along a direction d in which no row loses for ever x_i'd nowhere has the
sign against u_i, so that d changes no row (Stiemke, Mathematische Annalen 76 (1915), 340-342). The scores at the
maximum are such numbers up to round-off.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from math import isnan, log, sqrt
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special
from scipy.linalg import block_diag, null_space

from stattools.data.formula.expression import short
from stattools.data.rows.rows import Block, Rows, triangle
from stattools.errors import ConvergenceError, DomainError, IdentificationError, IncompatibleError
from stattools.inference.existence.rank import check_rank, pieces, spans
from stattools.inference.restricted import Along, Among, Beyond, Profile, beside_held, ends_of, profile_ends
from stattools.interface.arguments import require_level
from stattools.interface.arrays import Floats
from stattools.interface.interval import Interval
from stattools.interface.names.answers import one_of
from stattools.interface.names.guesses import answers_guesses
from stattools.interface.when_needed import optimize, pd, sparse
from stattools.likelihoods.likelihood import side_of, side_of_first
from stattools.likelihoods.outcomes import Outcome
from stattools.models.model import Model
from stattools.models.predictor import among as columns_among
from stattools.numerics.arrowhead import in_parts
from stattools.numerics.columns import Columns, with_levels
from stattools.numerics.columns import sparse as in_sparse
from stattools.numerics.low_rank import LowRank, among
from stattools.numerics.sums import Largest
from stattools.solvers.climb import newton_ascent
from stattools.solvers.newton import Newton
from stattools.solvers.solution import Solution
from stattools.text.columns import first_few
from stattools.text.one_line import headline
from stattools.text.page import Faces, Page

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


UNTOLD = ", and the columns do not tell which coefficients are infinite"
"""Where columns are so nearly combinations of others that no coefficient is moved by a direction alone."""


@answers_guesses
@dataclass(frozen=True, eq=False, repr=False)
class Separation(Faces):
    """Which coefficients are infinite, and inference on the others.

    `kind` is "complete" where every outcome is certain in the limit, "quasi-complete" otherwise. `infinite` gives inf
    or -inf by name (nan for a coefficient that is not determined and that the directions found leave where it is);
    `directions` (k, p) are those along which the likelihood rises, the later ones among what the earlier leave
    undecided; `certain` (n,) marks the rows whose outcome has probability 1 in the limit, of events those whose event,
    or its absence, is certain.

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
    limit: Callable[[], tuple[Solution, Ints]] = field(repr=False)
    pure: Pure | None = field(default=None, repr=False)

    @cached_property
    def solution(self) -> Solution:
        """The maximum of the limit of the likelihood; infinite coefficients are inf or -inf, their covariances nan."""
        (found, numbers), names = self.limit(), self.model.names
        own = np.flatnonzero([k >= 0 and names[k] not in self.infinite for k in numbers.tolist()])
        p, to, C = len(names), numbers[own], found.covariance
        estimate = np.array([self.infinite.get(name, 0.0) for name in names])
        estimate[to] = found.estimate[own]
        if self.pure is not None and not in_parts(C):  # where no level is left
            C = LowRank.of_parts(np.zeros(len(C)), np.eye(len(C)), C)
        C = among(C, own)
        if not in_parts(C):
            covariance: Any = np.full((p, p), np.nan)
            covariance[np.ix_(to, to)] = C
        else:
            U = np.full((p, C.U.shape[1]), np.nan)
            U[to] = C.U
            covariance = LowRank(to[C.at], C.E, U, C.K)
        return replace(found, estimate=estimate, covariance=covariance)

    @property
    def loglik(self) -> float:
        """The supremum of the log-likelihood."""
        return self.solution.loglik

    def interval(self, level: float = 0.95, *, kind: Literal["profile", "wald"] = "profile") -> Interval:
        """Intervals of all coefficients, lower and upper of shape (p,): of infinite ones too, by profile likelihood.

        An infinite coefficient has one finite end, or none where the other columns can take its part. Beside many
        levels the finite ones have Wald's. Raises DomainError for a level outside (0, 1), IncompatibleError for
        another kind.
        """
        require_level(level)
        kind = one_of(
            kind,
            ("profile", "wald"),
            f"{self.kind} separation leaves intervals of kind 'profile', 'wald'",
            IncompatibleError,
        )
        profiled = (~np.isfinite(self.solution.estimate) | (self.pure is None)) & (kind == "profile")
        lower, upper = self._ends(level, profiled).T
        return Interval(lower, upper, level, kind, self.model.names)

    def _ends(self, level: float, profiled: Bools) -> Floats:
        """Both ends (p, 2) of Wald's intervals, and of the profile likelihood's of the coefficients `profiled`."""
        model, found, levels = self.model, self.solution, 0 if self.pure is None else self.model.predictor.size_first
        se = np.sqrt(found.covariance.diagonal())
        half = -special.ndtri(0.5 * (1.0 - level)) * se
        ends = np.column_stack([found.estimate - half, found.estimate + half])
        ends[~np.isfinite(found.estimate)] = -np.inf, np.inf
        for j in np.flatnonzero(profiled & ~np.isnan(found.estimate)).tolist():
            if j < levels:
                profile, near = _profile_of_level(model, found.loglik, j)
                ends[j] = ends_of(profile, model.names[j], float(found.estimate[j]), level, near, 1.0, FARTHEST)
            else:
                ends[j] = profile_ends(model, found, j, level, float(se[j]))
        return ends

    def table(self, level: float = 0.95) -> pd.DataFrame:
        """One row per coefficient: [category,] term, estimate, se, statistic, p_value, lower, upper.

        Finite coefficients have Wald's test and interval. Infinite ones have se inf and no such test; their interval is
        the profile likelihood's, with one end infinite.
        """
        require_level(level)
        model, found = self.model, self.solution
        finite = np.isfinite(found.estimate)
        lower, upper = self._ends(level, ~finite).T
        se = np.where(finite, np.sqrt(found.covariance.diagonal()), np.inf)
        statistic = np.full(len(se), np.nan)
        statistic[finite] = found.estimate[finite] / se[finite]
        columns: dict[str, Any] = {"term": model.names}
        if not model.facts.is_partial and model.categories is not None:
            repeats = len(model.terms)
            columns = {"category": np.repeat(model.categories, repeats), "term": model.terms * len(model.categories)}
        columns |= {"estimate": found.estimate, "se": se, "statistic": statistic}
        columns |= {"p_value": 2.0 * special.ndtr(-np.abs(statistic)), "lower": lower, "upper": upper}
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
        what = "a monotone partial likelihood" if self.model.facts.is_partial else f"{self.kind} separation"
        return f"{what} of {self.model.outcome_name}{f': {values}' if values else UNTOLD}"

    def _page(self) -> Page:
        return Page(self.sentence)


FAR = 20.0
"""Linear predictors within +-20 at a decrement of 1e-8 leave no doubt that the outcomes overlap."""


def program_size(model: Model) -> float:
    """Half-cone times unknowns of the linear program."""
    width = model.predictor.width
    return float(len(model.rows.X)) * (width + 1 if width > 1 else 1) * model.predictor.size


def separation_of(model: Model, largest: float = np.inf) -> Separation | None:
    """What separates the outcomes of a regression, by levels or by other columns; of these None where the program is
    larger than `largest`.
    """
    if not isinstance(model, Model):
        of_fit = " Give its model: fit.model." if hasattr(model, "model") else ""
        needs = "separation needs a regression, such as st.logistic(...)"
        raise IncompatibleError(f"{needs}; got {type(model).__name__}.{of_fit}")
    for piece in pieces(model):
        if (found := separation_of(piece, largest)) is not None:
            return found
    if (found := separation_of_levels(model)) is not None:
        return found
    return separation_of_rows(model, largest)


def _levels_of(model: Model) -> Columns | None:
    """The columns of the first linear predictor, where levels are kept as codes."""
    return with_levels(columns_among(model.rows.X, model.predictor.main))


LARGEST_BESIDE_SLOPES = 1e7
"""Rows times columns from which on what separates beside slopes by level is named, and no limit is looked for: that
takes dense programs.
"""


def separation_of_rows(model: Model, largest: float) -> Separation | None:
    """What separates the outcomes by any columns; beside levels a sparse program tells first whether anything does.
    IdentificationError with the columns where the limit of a model with levels takes dense programs that are too large.
    """
    X, is_small = _levels_of(model), program_size(model) <= largest
    if (X is None and not is_small) or (cone := recession_cone(model)) is None:
        return None
    if X is not None:
        if (step := direction(cone, ~cone.held)) is None:
            return None
        if X.slopes is not None or model.likelihood.facts.by_category:
            is_small = len(X) * float(X.shape[1]) <= LARGEST_BESIDE_SLOPES
        if not is_small:
            moved = [model.names[k] for k in np.flatnonzero(np.abs(step) > POSITIVE).tolist()]
            raise IdentificationError(
                f"{model.title} has no maximum: {first_few(moved)} separate the values of {model.outcome_name}, so "
                "that the log-likelihood rises for ever. Use penalty=st.Ridge(strength), leave slopes of such levels "
                "out, merge levels, or collect rows that overlap."
            )
    active, steps, free, within = ~cone.held, list[Floats](), np.eye(cone.A.shape[1]), cone
    if cone.held.any():  # what moves no held row are few directions, mostly none
        free = still(cone.A[cone.held])
        within = cone._replace(A=sparse.csr_array(cone.A @ free), held=np.zeros_like(cone.held))
    while active.any() and (step := direction(within, active)) is not None:
        steps.append(free @ step)
        active &= cone.A @ steps[-1] <= 1e-7
    if not steps:
        return None
    n, q, beyond, weight = len(model.rows.X), len(steps[0]), cone.beyond, model.rows.weight
    T = np.asarray(model.predictor.lifted(model.standardized_rows()[1]))[:q, :q]
    directions = np.array(steps) @ T.T
    allowed, certain = np.ones((n, 1 if beyond is None else beyond.shape[1]), dtype=bool), np.zeros(n, dtype=bool)
    if beyond is None:
        certain[cone.rows[~active & ~cone.held]] = True
    else:
        np.logical_and.at(allowed, cone.rows, ~(beyond & ~active[:, None]))
        certain = allowed.sum(axis=1) == 1
    kept, infinite = determined(still(cone.A[active | cone.held]), T, model.names, directions)
    kind = "complete" if (certain if weight is None else certain[weight > 0]).all() else "quasi-complete"
    limit = partial(_limit_of_rows, model, certain, allowed, kept)
    return Separation(model, kind, infinite, directions, certain, limit)


def determined(free: Floats, T: Floats, names: tuple[str, ...], directions: Floats) -> tuple[Floats, dict[str, float]]:
    """The combinations of coefficients, theta = T phi, that are determined where phi may move along `free` (p, k); and
    the others, infinite with the sign of the first direction that moves them, nan where none does.
    """
    kept = np.linalg.svd(free)[0][:, free.shape[1] :]
    size, infinite = np.linalg.norm(T, axis=1), {}
    for j in np.flatnonzero(np.linalg.norm(T @ free, axis=1) > 1e-7 * size).tolist():
        moving = directions[np.abs(directions[:, j]) > 1e-7 * size[j], j]
        infinite[names[j]] = float(np.copysign(np.inf, moving[0])) if len(moving) else np.nan
    return kept, infinite


def _limit_of_rows(model: Model, certain: Bools, allowed: Bools, kept: Floats) -> tuple[Solution, Ints]:
    """The maximum of the likelihood of the rows that are not certain, for categories over those `allowed` to each, in
    the combinations `kept` of coefficients that it determines; and the numbers of the coefficients.
    """
    work, T = model.standardized()
    V: Any = block_diag(kept, np.eye(model.predictor.size - len(kept)))
    keep = ~certain if work.rows.weight is None else ~certain & (work.rows.weight > 0)
    rows, likelihood = work.rows.take(np.flatnonzero(keep)), work.likelihood
    if allowed.shape[1] > 1:
        rows = replace(rows, y=np.column_stack([rows.y, allowed[keep]]))
        ordered = likelihood.outcome is Outcome.ORDERED
        likelihood = Beyond(likelihood) if ordered else Among(allowed.shape[1])  # type: ignore[arg-type]
    limit = Along(replace(work, likelihood=likelihood, rows=rows), V, what="the limit of ")
    return maximum_along(limit, V.T @ work.start, T @ V)


def maximum_along(limit: Along, start: Floats, back: Floats) -> tuple[Solution, Ints]:
    """The maximum of a limit, mapped `back` to all coefficients; there may be nothing to climb along."""
    p = len(back)
    if back.shape[1]:
        return newton_ascent(limit, start, 1e-8, 100, "Newton").mapped(back), np.arange(p)
    top = limit.evaluate(start, 0).loglik
    return Solution(np.zeros(p), np.full((p, p), np.nan), top, "converged", 0, 0.0, (), "Newton"), np.arange(p)


FARTHEST = 700.0
"""An end of a profile interval is looked for at most so far from 0."""


class Pure(NamedTuple):
    """Levels whose rows all rise, or fall, for ever: their rows are `certain`. Without these and the coefficients `out`
    the others have the `numbers` among all, -1 where one stands for two; `directions` (1, p) as of `Separation`.
    """

    certain: Bools
    out: Ints
    numbers: Ints
    infinite: dict[str, float]
    directions: Floats

    @classmethod
    def of(cls, names: tuple[str, ...], X: Columns, side: Floats, constants: dict[int, float]) -> Pure:
        """Of the `side`, +1, -1 or 0, of each level, first of the one without a column, where another one has none if
        it goes; `constants` are the coefficients that move all rows alike, by how much.
        """
        levels, first, numbers = X.places[:, 0], side[0], np.arange(len(names))
        out, moves, values = levels[side[1:] != 0.0], np.zeros((1, len(names))), np.zeros(len(names))
        moves[0, levels] = side[1:] - first
        values[levels] = np.where(side[1:] == first, np.nan, -first) if first else side[1:]
        if first:
            out = np.append(out, levels[side[1:] == 0.0][:1])
            numbers[levels] = numbers[list(constants)] = -1
            for number, along in constants.items():
                moves[0, number] = values[number] = along * first
        infinite = {names[k]: value * np.inf for k, value in enumerate(values.tolist()) if value != 0.0}
        return cls(side[X.codes + 1] != 0.0, out, np.delete(numbers, out), infinite, moves)


def pure_levels(model: Model) -> Pure | None:
    """The pure levels of the first linear predictor; None where there are none, or where levels are not kept as codes
    alone, or rows do not run off.
    """
    X, side = _levels_of(model), side_of_first(model.likelihood, model.rows.y)
    if X is None or side is None or X.slopes is not None or model.likelihood.facts.by_category:
        return None
    used = ~np.isnan(side) if model.rows.weight is None else ~np.isnan(side) & (model.rows.weight > 0)
    every, up, down = (
        np.bincount(X.codes[some] + 1, minlength=X.levels + 1) for some in (used, used & (side > 0), used & (side < 0))
    )
    pure = np.where(every == 0, 0.0, (up == every) * 1.0 - (down == every) * 1.0)
    A, predictor = X.others, model.predictor
    alike = np.flatnonzero((A.max(axis=0) == A.min(axis=0)) & (A[0] != 0)) if A.size else []
    if len(alike):
        constants = {int(X.rest[alike[0]]): 1.0}
    else:  # thresholds move against the first linear predictor
        constants = {predictor.parts[k].start: -1.0 for k in dict(predictor.taken_up).get(0, ())}
    if not constants:  # the level without a column has no coefficient of its own
        pure[0] = 0.0
    return Pure.of(model.names, X, pure, constants) if pure.any() else None


def without_levels(model: Model) -> tuple[Model, Ints]:
    """The model of the rows that are in no pure level, and the numbers of its coefficients among all."""
    if (pure := pure_levels(model)) is None:
        return model, np.arange(len(model.names))
    left = replace(model, rows=model.rows.take(np.flatnonzero(~pure.certain)))
    return beside_held(left, pure.out, np.zeros(model.predictor.size_first)), pure.numbers


def _profile_of_level(model: Model, top: float, j: int) -> tuple[Profile, Floats]:
    """The profile of a coefficient that levels make infinite, below the supremum `top`, and a start on it."""
    held = np.eye(1, model.predictor.size_first, j)[0]
    still, moved = (without_levels(beside_held(model, np.array([j]), held * t))[0] for t in (0.0, 1.0))
    rows = still.rows
    offset = np.zeros(len(rows.y)) if rows.offset is None else rows.offset
    moves = np.asarray(moved.rows.offset) - offset

    def at(t: float, near: Floats) -> tuple[float, Floats]:
        there = replace(still, rows=replace(rows, offset=offset + t * moves), start=near)
        found = Newton().solve(there)
        return sqrt(2.0 * max(top - found.loglik, 0.0)), found.estimate

    return at, still.start


def separation_of_levels(model: Model) -> Separation | None:
    """The separation by whole levels, where no other columns separate what is left; None where there is none."""
    if (pure := pure_levels(model)) is None or pure.certain.all():
        return None
    left, numbers = without_levels(model)
    if (found := solved(left)) is None or not found.converged:
        return None
    if not found.reach <= model.likelihood.facts.far(FAR) and is_rising(left):  # other columns separate too
        return None
    used = slice(None) if model.rows.weight is None else model.rows.weight > 0
    kind = "complete" if pure.certain[used].all() else "quasi-complete"
    return Separation(model, kind, pure.infinite, pure.directions, pure.certain, lambda: (found, numbers), pure)


def is_rising(model: Model) -> bool:
    """Does any direction separate the outcomes?"""
    return (cone := recession_cone(model)) is not None and direction(cone, ~cone.held) is not None


WELL_CONDITIONED, LARGEST_PROGRAM, PATIENCE = 1e-10, 1e8, 15
"""A reciprocal condition of the scaled information above this leaves no doubt about the rank. The linear program is
solved where half-spaces times unknowns are fewer: 100,000 rows of 50 columns take too long. Newton needs so many steps
where there is no maximum, or hardly one: time to look, before it takes all.
"""

MOST_NAMED = 30
"""The most columns that an error names."""


class SeparationError(IdentificationError):
    """The outcomes are separated and some coefficients are infinite; `separation` has them and the finite ones."""

    def __init__(self, message: str, separation: Separation) -> None:
        super().__init__(message)
        self.separation = separation


def check_overlap(model: Model) -> None:
    """SeparationError where some direction separates the outcomes: its columns, how completely, and the way out.

    Where the linear program is too large it is not solved, and the caller raises its own error.
    """
    n, model = len(model.rows.X), model.sampled
    if (found := separation_of(model, LARGEST_PROGRAM)) is None:
        return
    if len(model.rows.X) < n:  # rows that overlap do so among others, too; the converse is not so
        which = ", ".join(found.infinite) or "some columns"
        raise IdentificationError(
            f"{model.title}: in a sample of {len(model.rows.X):,} rows {which} separate the outcomes, and all rows "
            "leave the coefficients in doubt. Leave such columns out, merge rare levels, or fit in memory."
        )
    has_firth, model = model.likelihood.facts.has_firth, found.model
    column = model.predictor.column[: found.directions.shape[1]]
    moved = column[moving(found.directions, np.append(spans(model), 1.0)[column])]
    named = [short(model.terms[k]) for k in np.unique(moved[moved >= 0]).tolist()]
    verb = "separates" if len(named) == 1 else "separate"
    if len(named) > MOST_NAMED:
        named[MOST_NAMED:] = [f"and {len(named) - MOST_NAMED} more"]
    how = "completely" if found.kind == "complete" else "for some of the rows (quasi-completely)"
    counts = model.likelihood.outcome is Outcome.COUNT
    outcome = f"no {model.outcome_name}" if counts else f"the values of {model.outcome_name}"
    why = f"{model.title} has no maximum: {', '.join(named)} {verb} {outcome} {how}"
    penalty = "st.Jeffreys()" if has_firth else "st.Ridge(strength)"
    ways_out = f"{penalty}, leave out or merge the separating columns, or collect rows that overlap."
    raise SeparationError(rises_for_ever(why, found, ways_out), found)


def moving(directions: Floats, size: Floats) -> Ints:
    """The coefficients that directions move, of columns of these sizes."""
    moves = np.abs(directions) * size
    return np.flatnonzero((moves / moves.max(axis=1, keepdims=True)).max(axis=0) > 1e-7)


def rises_for_ever(why: str, found: Separation, ways_out: str) -> str:
    """What is said of what separates: which coefficients are infinite, where the others are, and the ways out."""
    finite = len(found.model.names) - len(found.infinite) if found.infinite else 0
    return (
        f"{why}, so that the log-likelihood rises for ever"
        f"{'; ' + listed(found.infinite) if found.infinite else UNTOLD}. "
        + (f"The other {finite} {'is' if finite == 1 else 'are'} finite: " if finite else "")
        + f"`separation.table()` of this error has estimates and intervals. Use penalty={ways_out}"
    )


def solved(model: Any, solver: Newton | None = None) -> Solution | None:
    """Where Newton's method ends; None where the model refuses the climb."""
    try:
        return (solver or Newton()).solve(model)
    except (ConvergenceError, DomainError, IdentificationError):
        return None


def soon(model: Any, solver: Any) -> Solution | None:
    """The maximum, where a few steps reach it."""
    try:
        solution = solver.within(model, PATIENCE)
    except IdentificationError:  # the log-likelihood does not bend down where the steps ended
        return None
    return solution if solution.converged else None


def check_solution(model: Model, solution: Solution) -> None:
    """IdentificationError where a solution leaves a doubt that the outcomes overlap, and they do not."""
    if not solution.converged or _is_far(model, solution):
        is_large = solution.converged and program_size(model) > LARGEST_PROGRAM
        # At the maximum the score is a sum of the half-spaces' normals a with positive multipliers P, which no
        # separating direction allows. Near it, a Newton step z away, P (1 - a z) are such while all a z < 1.
        if is_large:
            score = model.evaluate(solution.estimate, order=1).score
            if farthest_move(model, solution.covariance @ score) < 0.25:
                return
        check_overlap(model)
        if is_large and with_levels(model.rows.X) is None:  # whose sparse program is solved whatever its size
            raise IdentificationError(
                f"{model.title}: linear predictors beyond {FAR:g} leave in doubt whether the outcomes are separated, "
                f"and the linear program that would tell has {program_size(model):.1e} entries, too many to be solved. "
                "Use penalty=st.Ridge(strength), or fewer columns."
            )


def check_columns_of(model: Model, solution: Solution) -> None:
    """IdentificationError where the information at a solution leaves a doubt about the rank of the columns and they are
    aliased: asked before anything else is said of the solution, which is round-off along such columns.
    """
    if not solution.quality.well_conditioned(WELL_CONDITIONED):
        check_rank(model)


def farthest_move(model: Model, step: Floats) -> float:
    """The largest change of a linear predictor of a row that a step of all coefficients makes."""
    forward = model.predictor.forward

    def moved(block: Block) -> Largest:
        found = forward(step, block)[0] - forward(np.zeros_like(step), block)[0]
        for number, to in model.predictor.taken_up:  # what thresholds take up moves no row
            found[:, to] -= found[:, [number]]
            found[:, number] *= not to
        return Largest(np.abs(found).max())

    return float(model.rows.total(moved).values)


def _is_far(model: Model, solution: Solution) -> bool:
    """Is a linear predictor so large that its row may have probability 1? On the way there the decrement is exp(-eta /
    2), for probit exp(-eta^2 / 4).
    """
    reach, predictor, likelihood, facts = solution.reach, model.predictor, model.likelihood, model.likelihood.facts
    if isnan(reach):

        def reached(block: Block) -> Largest:
            with np.errstate(over="ignore", invalid="ignore"):  # what is beyond float64 is far
                eta = predictor.forward(solution.estimate, block)[0]
                if facts.reach is not None:
                    return Largest(np.asarray(facts.reach(likelihood, eta, block.y)))
                firsts = [piece.predictors[0] for piece in facts.pieces] or slice(predictor.n_first)
                return Largest(np.abs(eta.reshape(len(eta), -1)[:, firsts]).max())

        reach = float(model.rows.total(reached).values)
    return reach > facts.far(min(FAR, -1.5 * log(min(max(solution.decrement, 1e-300), 0.5))))


def listed(infinite: dict[str, float]) -> str:
    """The coefficients that are infinite, each with its sign."""
    signs = {np.inf: "inf", -np.inf: "-inf"}
    shown = [f"{short(name)} = {signs.get(value, '±inf')}" for name, value in infinite.items()]
    return first_few(shown)


def witness(model: Model, theta: Floats) -> Floats | None:
    """u (n, width) at the maximum, times the weights of the rows; None where float64 has no such numbers, as a row is
    so far from its alternative that nothing is left of its score.
    """
    rows, predictor = model.rows, model.predictor
    eta = predictor.forward(theta, rows.whole)[0]
    score = np.asarray(model.likelihood.score(eta, rows.y), dtype=float).reshape(len(rows.X), -1)
    u = score if rows.weight is None else score * rows.weight[:, None]
    each = predictor.columns_of(np.asarray(rows.X))
    if model.shift.any():  # thresholds move against a location, and its score is minus the sum of theirs
        first, *others = each
        apart = np.repeat(np.eye(len(others)), len(first), axis=0)
        against = np.column_stack([-np.tile(first, (len(others), 1)), apart])
        cuts = _balanced(against, u[:, 1:].T.ravel()).reshape(-1, len(u)).T
        found = np.column_stack([-cuts.sum(axis=1), cuts])
    else:
        found = np.column_stack([_balanced(of, v) for of, v in zip(each, u.T, strict=True)])
        found, u = (np.column_stack([v, -v.sum(axis=1)]) for v in (found, u))  # the reference has what is left
    return found[:, : predictor.width] if (np.sign(found) == np.sign(u)).all() else None


def _balanced(A: Floats, u: Floats) -> Floats:
    """u with A'u = 0, changed by a small share of each number."""
    root = np.sqrt(np.abs(u))
    for _ in range(2):
        rest = np.divide(u, root, out=np.zeros_like(u), where=root > 0)
        u = u - root**2 * (A @ np.linalg.lstsq(root[:, None] * A, rest, rcond=None)[0])
    return u
