"""Do the outcomes overlap, so that a maximum exists? Cheap tests of a solution first, the linear program in doubt.

A witness that a maximum exists are numbers that anybody can multiply out,

    sum_i x_i u_i = 0,   u_i with the signs in which the log-likelihood of row i can rise

since along a direction d in which no row loses for ever x_i'd nowhere has the sign against u_i: so d changes no row
(Stiemke, Mathematische Annalen 76 (1915), 340-342). The scores at the maximum are such numbers up to round-off.
"""

from __future__ import annotations

from math import isnan, log
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.data.formula.expression import short
from stattools.data.rows.rows import Block
from stattools.errors import IdentificationError
from stattools.inference.existence.rank import check_rank, spans
from stattools.inference.existence.separation import (
    FAR,
    UNTOLD,
    Separation,
    program_size,
    separation_of,
)
from stattools.interface.arrays import Floats
from stattools.likelihoods.outcomes import Outcome
from stattools.models.model import Model
from stattools.numerics.columns import with_levels
from stattools.numerics.sums import Largest
from stattools.solvers.solution import Solution
from stattools.text.names import first_few

WELL_CONDITIONED = 1e-10
"""A reciprocal condition of the scaled information above this leaves no doubt about the rank."""

LARGEST_PROGRAM = 1e8
"""The linear program is solved where half-spaces times unknowns are fewer: 100,000 rows of 50 columns take too long."""

PATIENCE = 15
"""Newton needs this many steps where there is no maximum, or hardly one: time to look, before it takes all."""

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
    moves = np.abs(found.directions) * np.append(spans(model), 1.0)[column]
    moves = (moves / moves.max(axis=1, keepdims=True)).max(axis=0)
    moving = sorted({int(k) for k, move in zip(column, moves, strict=True) if move > 1e-7 and k >= 0})
    named = [short(model.terms[k]) for k in moving[:MOST_NAMED]]
    named += [f"and {len(moving) - MOST_NAMED} more"] if len(moving) > MOST_NAMED else []
    how = "completely" if found.kind == "complete" else "for some of the rows (quasi-completely)"
    counts = model.likelihood.outcome is Outcome.COUNT
    outcome = f"no {model.outcome_name}" if counts else f"the values of {model.outcome_name}"
    finite = len(model.names) - len(found.infinite) if found.infinite else 0
    verb = "separates" if len(named) == 1 else "separate"
    raise SeparationError(
        f"{model.title} has no maximum: {', '.join(named)} {verb} {outcome} {how}, so that the log-likelihood rises "
        f"for ever{'; ' + listed(found.infinite) if found.infinite else UNTOLD}. "
        + (f"The other {finite} are finite: " if finite else "")
        + "`separation.table()` of this error has estimates and intervals. "
        + f"Use penalty=st.{'Jeffreys()' if has_firth else 'Ridge(strength)'}, leave"
        + " out or merge the separating columns, or collect rows that overlap.",
        found,
    )


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
        if is_large and _overlaps(model, solution):
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


def _overlaps(model: Model, solution: Solution) -> bool:
    """Whether the last Newton step z proves that the outcomes overlap, where the linear program is too large.

    At the maximum the score is a sum of the half-spaces' normals a with positive multipliers P, which no separating
    direction allows (Stiemke). Near it the multipliers P (1 - a z) do the same, positive while all a z < 1.
    """
    return farthest_move(model, solution.covariance @ model.evaluate(solution.estimate, order=1).score) < 0.25


def farthest_move(model: Model, step: NDArray[np.float64]) -> float:
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
    reach, facts = solution.reach, model.likelihood.facts
    if isnan(reach):

        @np.errstate(over="ignore", invalid="ignore")  # what is beyond float64 is far
        def reached(block: Block) -> Largest:
            eta = model.predictor.forward(solution.estimate, block)[0]
            if facts.reach is not None:
                return Largest(np.asarray(facts.reach(model.likelihood, eta, block.y)))
            firsts = [piece.predictors[0] for piece in facts.pieces] or slice(model.predictor.n_first)
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
