"""How far do estimates move without the rows that pull most? One step of Newton finds them, and a fit makes sure.

    theta - theta_(i) ~ w_i C s_i / (1 - h_i);   of log hazard ratios  w_i C U_i, U_i the score of row i

The residual scale is moved by (r_i^2 - 1) / sqrt(2 n) of its standard errors. For each coefficient, and each way, the
few rows that move it most are left out, at most 5, of 500 rows one, and the model is fitted again. The move is in
standard errors, the smaller of those with and without them. Source: Belsley, Kuh & Welsch, Regression Diagnostics
(1980), 2.1 (1 is the cutoff of R's `influence.measures`); Pregibon, Annals of Statistics 9 (1981), 705-724; Broderick,
Giordano & Meager, arXiv:2011.14999; Cain & Lange, Biometrics 40 (1984), 493-499; Reid & Crepeau, Biometrika 72 (1985).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.errors import ConvergenceError, DomainError, IdentificationError, IncompatibleError
from stattools.inference.covariance.covariance import spread_of
from stattools.inference.covariance.sandwich import survival_scores
from stattools.inference.diagnostics.check import LIMITS, NO, Check, LookedAt, Without, judged
from stattools.inference.existence.partial_likelihood import certified_partial
from stattools.inference.penalties import maximize
from stattools.interface.arrays import Floats
from stattools.numerics.columns import weighted
from stattools.solvers import LeastSquares, Newton
from stattools.solvers.softmax.maximum import large
from stattools.text.columns import number
from stattools.text.one_line import many

NAME = "influence"

OF_SCALE = 1.9
"""However far the scale moves, estimates do not: a look, and no more."""

FLAT = 30.0
"""A standard error that grows so many times belongs to a coefficient that has gone to infinity, or to no column."""

MOST, SHARE = 5, 500
"""So many rows are left out at most, one of so many."""


def influence(of: LookedAt) -> Check:
    """The move of the coefficient that moves farthest without the worst rows; rows elsewhere have to be at hand."""
    model = of.model
    of.require_errors()
    model.rows.at_hand("the rows that pull most are left out of a fit", model.title, "Fit a sample of them in memory.")
    count = int(np.clip(model.rows.n_used // SHARE, 1, MOST))
    rows, _ = worst_rows(of, count)
    said = named(model, rows)
    try:
        theta, se, scale = without(of, rows)
    except (IdentificationError, ConvergenceError, DomainError):
        return no_maximum(rows, said)
    if not (of.fit.covariance.diagonal() > 0.0).all():
        raise IncompatibleError(f"a standard error of {model.title} with cov={of.fit.cov} is 0.")
    own = 1.0 if of.fit.cov != "information" else of.phi
    unit = np.minimum(np.sqrt(own * of.fit.covariance.diagonal()), se)
    found = moved(of, said, theta, se, unit)
    if found is None:
        return no_maximum(rows, said)
    apart = abs(np.log(of.fit.scale / scale)) * np.sqrt(2.0 * model.n)
    if model.has_scale and found.value <= LIMITS[NAME].look < apart:
        before, after = number(of.fit.scale, 4), number(scale, 4)
        advice = f"The residual scale goes from {before} to {after} without {said}, and standard errors with it: look."
        measure = f"standard errors that the residual scale moves without {said}"
        return judged(NAME, measure, float(apart), advice, size=min(float(apart), OF_SCALE), detail=found.detail)
    return found


def moved(of: LookedAt, said: str, theta: Floats, se: Floats, unit: Floats) -> Check | None:
    """How far the coefficient that moves farthest goes without the rows that are `said`, in `unit`; None where one has
    gone to infinity.
    """
    if (se > FLAT * unit).any():
        return None
    moves = (np.abs(of.theta - theta) / unit)[of.asked]
    which = of.asked[int(np.argmax(moves))]
    name, before, after = of.model.names[which], number(of.theta[which], 4), number(theta[which], 4)
    advice = f"{name} goes from {before} to {after} without {said}: look at them, and report both."
    measure = f"standard errors that {name} moves without {said}"
    return judged(NAME, measure, float(moves.max()), advice, term=name, detail=Without(said, which, theta, se))


def no_maximum(rows: NDArray[np.intp], said: str) -> Check:
    """What is said where a coefficient rests on some rows alone."""
    advice = f"Without {said} there is no maximum: a coefficient rests on them alone. Look at them."
    return Check(NAME, f"standard errors moved without {many(len(rows), 'row')}, at least", LIMITS[NAME].no, NO, advice)


def worst_rows(of: LookedAt, count: int) -> tuple[NDArray[np.intp], float]:
    """The numbers of the rows that together move one coefficient most, by one step, and how far in standard errors."""
    model, asked = of.model, of.asked
    unit = np.sqrt(of.fit.covariance.diagonal()[asked])
    sandwich, weight = of.sandwich, model.rows.weight

    def moves(kind: str) -> Iterator[Floats]:
        return (weighted(of_rows, weight) / unit[part] for part, of_rows in sandwich.along(asked, kind))

    try:
        found = _farthest(moves("HC3"), count)
    except DomainError:  # a row alone fixes a coefficient
        found = _farthest(moves("HC0"), count)
    if model.has_scale:
        gap = model.rows.y - model.eta(of.theta)
        squares = weighted(gap * gap, model.rows.precision) / of.fit.scale**2
        of_scale = weighted((squares - 1.0) / np.sqrt(2.0 * model.n), weight)[:, None]
        found += [(min(size, OF_SCALE), rows) for size, rows in _farthest([of_scale], count)]
    size, rows = max(found, key=lambda each: each[0])
    return rows, size


def _farthest(parts: Iterable[Floats], count: int) -> list[tuple[float, NDArray[np.intp]]]:
    """For each way, the largest sum of moves of a coefficient, (n, some) of which are in a part, that a few rows make,
    and these rows.
    """
    best: list[Any] = [(-np.inf, None), (-np.inf, None)]
    for moves in parts:
        for k, way in enumerate((moves, -moves)):
            sums = np.partition(way, max(len(way) - count, 0), axis=0)[-count:].sum(axis=0)
            column = int(np.argmax(sums))
            if sums[column] > best[k][0]:
                best[k] = float(sums[column]), _largest(way[:, column], count)
    return best


def _largest(values: Floats, count: int) -> NDArray[np.intp]:
    """The rows of the few largest values, the first of equal ones, those above 0 only, in their order."""
    first = np.argsort(-values, kind="stable")[:count]
    return np.sort(first[values[first] > 0.0])


def without(of: LookedAt, rows: NDArray[np.intp]) -> tuple[Floats, Floats, float]:
    """Estimate, standard errors and scale of the same model where these rows weigh nothing; standard errors of counts
    and groups allow for overdispersion, which is a check of its own.
    """
    model = of.model
    weight = np.ones(len(model.rows.X)) if model.rows.weight is None else model.rows.weight.copy()
    weight[rows] = 0.0
    rest = replace(model, rows=replace(model.rows, weight=weight), start=of.theta)
    if of.fit.penalty is not None:
        solver = None if large(model) else Newton()  # whose information says the variances
        solution: Any = maximize(rest, of.fit.penalty, solver)
    else:
        solution = (LeastSquares() if model.has_scale else Newton()).solve(rest)
    if not solution.converged or not np.isfinite(solution.estimate).all():
        raise ConvergenceError(f"The maximum of {model.title} without some rows was not reached.")
    square = rest.dispersion(solution.estimate)
    variance = solution.covariance.diagonal() * square
    if not (np.isfinite(variance) & (variance > 0.0)).all():
        raise ConvergenceError(f"The maximum of {model.title} without some rows is flat.")
    spread = spread_of(rest, solution.estimate)
    phi = 1.0 if spread is None else max(spread.ratio, 1.0)
    return solution.estimate, np.sqrt(phi * variance), float(np.sqrt(square))


def named(model: Any, rows: NDArray[np.intp]) -> str:
    """The rows by the labels of their table's index, or by their numbers in it, counting from 0."""
    labels = rows if model.kept is None else model.kept[rows]
    index = model.index
    said = [str(index[k]) for k in rows] if index is not None else [str(k) for k in labels.tolist()]
    return f"row{'' if len(said) == 1 else 's'} {', '.join(said)}"


def influence_on_hazards(of: LookedAt) -> Check:
    """The move of the coefficient that moves farthest without the worst rows."""
    model = of.model
    scores = survival_scores(model, of.theta, of.bread)
    B = (scores.B / np.sqrt(of.fit.covariance.diagonal())[:, None])[of.asked]
    count = int(np.clip(model.said.n // SHARE, 1, MOST))
    rows = max(_farthest([weighted(scores.scores @ B.T, scores.weight)], count), key=lambda each: each[0])[1]
    said = named(scores, rows)
    try:
        theta, se = _without(of, rows)
    except (IdentificationError, ConvergenceError, DomainError):
        return no_maximum(rows, said)
    return moved(of, said, theta, se, np.minimum(np.sqrt(of.fit.covariance.diagonal()), se)) or no_maximum(rows, said)


def _without(of: LookedAt, rows: NDArray[np.intp]) -> tuple[Floats, Floats]:
    """Estimate and standard errors of the same model without these rows."""
    model: Any = of.model.taken(np.delete(np.arange(of.model.said.n), rows))
    if of.fit.penalty is not None:
        solution: Any = maximize(model, of.fit.penalty)
    else:
        solution = certified_partial(model, Newton())[1]
    if not solution.converged:
        raise ConvergenceError(f"The maximum of {model.title} without some rows was not reached.", solution)
    return solution.estimate, np.sqrt(solution.covariance.diagonal())
