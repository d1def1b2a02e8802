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
from stattools.inference.diagnostics.check import LIMITS, NO, Check, LookedAt, Without, judged
from stattools.inference.existence.partial_likelihood import certified_partial
from stattools.inference.penalties import maximize
from stattools.interface.arrays import Floats
from stattools.numerics.columns import weighted
from stattools.solvers import LeastSquares, Newton
from stattools.solvers.softmax.maximum import large
from stattools.text.columns import many, number

NAME = "influence"

OF_SCALE = 1.9
"""However far the scale moves, estimates do not: a look, and no more."""

FLAT = 30.0
"""A standard error that grows so many times belongs to a coefficient that has gone to infinity, or to no column."""

MOST, SHARE = 5, 500
"""So many rows are left out at most, one of so many."""


def influence(of: LookedAt) -> Check:
    """The move of the coefficient that moves farthest without the worst rows; rows elsewhere have to be at hand."""
    model, fit = of.model, of.fit
    if not model.is_partial:
        of.require_errors()
        instead = "Fit a sample of them in memory."
        model.rows.at_hand("the rows that pull most are left out of a fit", model.title, instead)
    n = model.said.n if model.is_partial else model.rows.n_used
    rows, _ = worst_rows(of, int(np.clip(n // SHARE, 1, MOST)))
    said = named(of.sandwich.work, rows)
    unlimited = Check(
        NAME,
        f"standard errors moved without {many(len(rows), 'row')}, at least",
        LIMITS[NAME].no,
        NO,
        f"Without {said} there is no maximum: a coefficient rests on them alone. Look at them.",
    )
    try:
        theta, se, scale = without(of, rows)
    except (IdentificationError, ConvergenceError, DomainError):
        return unlimited
    if not (fit.covariance.diagonal() > 0.0).all():
        raise IncompatibleError(f"a standard error of {model.title} with cov={fit.cov} is 0.")
    own = 1.0 if fit.cov != "information" else of.phi
    unit = np.minimum(np.sqrt(own * fit.covariance.diagonal()), se)
    if (se > FLAT * unit).any():
        return unlimited
    moves = (np.abs(of.theta - theta) / unit)[of.asked]
    which, farthest = of.asked[int(np.argmax(moves))], float(moves.max())
    found = Without(said, which, theta, se)
    apart = float(abs(np.log(fit.scale / scale)) * np.sqrt(2.0 * model.n)) if model.has_scale else 0.0
    if farthest <= LIMITS[NAME].look < apart:
        before, after = number(fit.scale, 4), number(scale, 4)
        advice = f"The residual scale goes from {before} to {after} without {said}, and standard errors with it: look."
        measure = f"standard errors that the residual scale moves without {said}"
        return judged(NAME, measure, apart, advice, size=min(apart, OF_SCALE), detail=found)
    name, before, after = model.names[which], number(of.theta[which], 4), number(theta[which], 4)
    advice = f"{name} goes from {before} to {after} without {said}: look at them, and report both."
    return judged(NAME, f"standard errors that {name} moves without {said}", farthest, advice, term=name, detail=found)


def worst_rows(of: LookedAt, count: int) -> tuple[NDArray[np.intp], float]:
    """The numbers of the rows that together move one coefficient most, by one step, and how far in standard errors."""
    model, asked = of.model, of.asked
    unit = np.sqrt(of.fit.covariance.diagonal()[asked])
    sandwich, weight = of.sandwich, of.sandwich.work.rows.weight

    def moves(kind: str) -> Iterator[Floats]:
        return (weighted(of_rows, weight) / unit[part] for part, of_rows in sandwich.along(asked, kind))

    try:
        each = _farthest(moves("HC0" if model.is_partial else "HC3"), count)
    except DomainError:  # a row alone fixes a coefficient
        each = _farthest(moves("HC0"), count)
    if model.has_scale:
        gap = model.rows.y - model.eta(of.theta)
        squares = weighted(gap * gap, model.rows.precision) / of.fit.scale**2
        of_scale = weighted((squares - 1.0) / np.sqrt(2.0 * model.n), model.rows.weight)[:, None]
        each += [(min(size, OF_SCALE), rows) for size, rows in _farthest([of_scale], count)]
    size, rows = max(each, key=lambda one: one[0])
    return rows, size


def _farthest(parts: Iterable[Floats], count: int) -> list[tuple[float, NDArray[np.intp]]]:
    """For each way, the largest sum of moves of a coefficient, (n, some) of which are in a part, that a few rows make,
    and these rows.
    """
    best = [(-np.inf, np.empty(0, dtype=np.intp))] * 2
    for moves in parts:
        for k, way in enumerate((moves, -moves)):
            sums = np.partition(way, max(len(way) - count, 0), axis=0)[-count:].sum(axis=0)
            column = int(np.argmax(sums))
            if sums[column] > best[k][0]:
                first = np.argsort(-way[:, column], kind="stable")[:count]  # of equal ones the first
                best[k] = float(sums[column]), np.sort(first[way[first, column] > 0.0])
    return best


def without(of: LookedAt, rows: NDArray[np.intp]) -> tuple[Floats, Floats, float]:
    """Estimate, standard errors and scale of the same model where these rows weigh nothing; standard errors of counts
    and groups allow for overdispersion, which is a check of its own.
    """
    model, penalty = of.model, of.fit.penalty
    if model.is_partial:
        rest: Any = model.taken(np.delete(np.arange(model.said.n), rows))
    else:
        weight = np.ones(len(model.rows.X)) if model.rows.weight is None else model.rows.weight.copy()
        weight[rows] = 0.0
        rest = replace(model, rows=replace(model.rows, weight=weight), start=of.theta)
    if penalty is not None:
        solver = None if model.is_partial or large(model) else Newton()  # whose information says the variances
        solution: Any = maximize(rest, penalty, solver)
    elif model.is_partial:
        solution = certified_partial(rest, Newton())[1]
    else:
        solution = (LeastSquares() if model.has_scale else Newton()).solve(rest)
    if not solution.converged or not np.isfinite(solution.estimate).all():
        raise ConvergenceError(f"The maximum of {model.title} without some rows was not reached.")
    square = rest.dispersion(solution.estimate)
    variance = solution.covariance.diagonal() * square
    if not (np.isfinite(variance) & (variance > 0.0)).all():
        raise ConvergenceError(f"The maximum of {model.title} without some rows is flat.")
    spread = None if model.is_partial else spread_of(rest, solution.estimate)
    phi = 1.0 if spread is None else max(spread.ratio, 1.0)
    return solution.estimate, np.sqrt(phi * variance), float(np.sqrt(square))


def named(model: Any, rows: NDArray[np.intp]) -> str:
    """The rows by the labels of their table's index, or by their numbers in it, counting from 0."""
    labels = rows if model.kept is None else model.kept[rows].tolist()
    said = [str(label) for label in (labels if model.index is None else model.index[rows])]
    return f"row{'' if len(said) == 1 else 's'} {', '.join(said)}"
