"""Separation: a direction along which the likelihood rises for ever, what it makes infinite, and what stays finite.

Directions are looked for in the cone of `recession_cone.py`, first over all rows, then over the rows that the last
direction leaves undecided, until those overlap. The rows decided on the way are certain in the limit (their probability
tends to 1), and the likelihood of the others, over the coefficients that they determine, has a maximum: it is the limit
of the likelihood, and its estimates and standard errors are the limits of theirs. A coefficient is infinite exactly
when the remaining rows do not determine it. Source: Albert & Anderson (1984); Geyer, "Likelihood inference in
exponential families and directions of recession" (2009).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import special

from stattools.errors import IncompatibleError, quoted
from stattools.inference.any_fit import AnyFit
from stattools.inference.existence.limit import Along, Among, Beyond
from stattools.inference.existence.rank import pieces
from stattools.inference.existence.recession_cone import RecessionCone, direction, null_space, recession_cone
from stattools.inference.existence.suprema import profile_ends
from stattools.interface.arguments import is_one_of, word_of
from stattools.interface.arrays import Floats
from stattools.interface.interval import Interval, require_level
from stattools.interface.names.guesses import answers_guesses
from stattools.interface.when_needed import pd
from stattools.likelihoods.outcomes import Outcome
from stattools.models.model import Model
from stattools.solvers.newton_steps import newton_ascent
from stattools.solvers.solution import Solution
from stattools.text.faces import Faces
from stattools.text.one_line import headline
from stattools.text.page import Page

UNTOLD = ", and the columns do not tell which coefficients are infinite"
"""Where columns are so nearly combinations of others that no coefficient is moved by a direction alone."""
Bools = NDArray[np.bool_]


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
        work, T = self.model.standardized()
        extra = self.model.predictor.size - len(self.kept)
        V = np.zeros((len(T), self.kept.shape[1] + extra))
        V[: len(self.kept), : self.kept.shape[1]] = self.kept
        V[len(self.kept) :, self.kept.shape[1] :] = np.eye(extra)
        limit = Along(replace(work, **self._rest(work)), V, what="the limit of ")
        finite = np.array([name not in self.infinite for name in self.model.names])
        estimate = np.array([self.infinite.get(name, 0.0) for name in self.model.names])
        covariance = np.full((len(T), len(T)), np.nan)
        if not V.shape[1]:
            return Solution(estimate, covariance, 0.0, "converged", 0, 0.0, (), "Newton")
        found = newton_ascent(limit, V.T @ work.start, 1e-8, 100, "Newton").mapped(T @ V)
        estimate[finite] = found.estimate[finite]
        covariance[np.ix_(finite, finite)] = found.covariance[np.ix_(finite, finite)]
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


def separation_of_rows(model: Model) -> Separation | None:
    """What separates the outcomes of a discrete regression, see `separation` of `separated.py`."""
    if not isinstance(model, Model):
        of_fit = " Give its model: fit.model." if isinstance(model, AnyFit) else ""
        needs = "separation needs a regression, such as st.logistic(...)"
        raise IncompatibleError(f"{needs}; got {type(model).__name__}.{of_fit}")
    for piece in pieces(model):
        if (found := separation_of_rows(piece)) is not None:
            return found
    found = recession_cone(model)
    if found is None:
        return None
    space, rows = found
    active = np.ones(space.size, dtype=bool)
    steps: list[Floats] = []
    while active.any() and (step := direction(space, active)) is not None:
        active &= space.margins(step) <= 1e-7
        steps.append(space.columns @ step)
    if not steps:
        return None
    return _describe(model, space, rows, active, np.array(steps))


def _describe(model: Model, space: RecessionCone, rows: NDArray[np.intp], active: Bools, steps: Floats) -> Separation:
    X, T = model.standardized_rows()
    first = model.predictor.first
    if model.predictor.taken_up:  # directions of all coefficients
        T = model.predictor.lift(T)
    else:
        T = T[first][:, first]
        T = np.asarray(np.kron(np.eye(steps.shape[1] // len(T)), T), dtype=float)
    directions = steps @ T.T
    n = len(model.rows.X)
    left = space.allowed(active)
    if left is not None:
        allowed = np.ones((n, left.shape[1]), dtype=bool)
        np.logical_and.at(allowed, np.repeat(rows, len(left) // len(rows)), left)
        certain = allowed.sum(axis=1) == 1
        rest = _stacked(space, np.flatnonzero(active))
    else:
        allowed, certain = np.ones((n, 1), dtype=bool), np.zeros(n, dtype=bool)
        certain[rows[~active]] = True
        blocks = np.concatenate([block.X for block in X.blocks()])[:, first]
        counted = ~certain if model.rows.weight is None else ~certain & (model.rows.weight > 0)
        rest = np.linalg.qr(blocks[counted], mode="r") if counted.any() else np.zeros((1, len(T)))
    free = null_space(rest)
    kept = np.linalg.svd(free)[0][:, free.shape[1] :] if free.shape[1] else np.eye(len(T))
    names = model.names[: len(T)]
    loose = np.linalg.norm(T @ free, axis=1) > 1e-7 * np.linalg.norm(T, axis=1)
    infinite = {name: sign_of(directions[:, j], T[j]) for j, name in enumerate(names) if loose[j]}
    weight = model.rows.weight
    all_certain = certain.all() if weight is None else certain[weight > 0].all()
    kind = "complete" if all_certain else "quasi-complete"
    return Separation(model, kind, infinite, directions, certain, allowed, kept)


def sign_of(moves: Floats, scale: Floats) -> float:
    """inf with the sign of the first direction that moves the coefficient."""
    moving = moves[np.abs(moves) > 1e-7 * np.linalg.norm(scale)]
    return float(np.copysign(np.inf, moving[0])) if len(moving) else float("nan")


def _stacked(space: RecessionCone, which: NDArray[np.intp]) -> Floats:
    """The triangle of the half-spaces that are still active."""
    R = np.zeros((1, space.columns.shape[0]))
    for start in range(0, len(which), 5000):
        R = np.linalg.qr(np.concatenate([R, space.normals(which[start : start + 5000])]), mode="r")
    return R
