"""Least squares by one of three methods, called rungs, which the measured condition and the cost choose.

    fast    Gram matrix by dsyrk, Cholesky, refinement from X    one or two reads; condition of X up to 1e6
    QR      block Householder                                    any condition that float64 can tell from dependence
    exact   Gram matrix without rounding, pairs of floats        all digits that the data in float64 have

`fit.solution.rung` says which it was, `fit.solution.digits` how many digits are right. Levels kept as codes are
eliminated, and one step of Newton's method is exact. Source: Golub & Van Loan, Matrix Computations (2013), 5.3.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import sqrt
from typing import Literal

import numpy as np
from scipy.linalg import solve_triangular

from stattools.data.rows.rows import triangle
from stattools.errors import IdentificationError, IncompatibleError
from stattools.interface.arrays import Floats
from stattools.interface.names.answers import one_of
from stattools.interface.names.guesses import constructed_by_callers
from stattools.interface.units import require_units
from stattools.models.model import EXACT_FIT, Model
from stattools.numerics.columns import with_levels
from stattools.numerics.distributions.counts import HALF_LOG_TWO_PI
from stattools.solvers.climb import footing, newton_ascent, noted
from stattools.solvers.least_squares.cholesky import ENOUGH, refine
from stattools.solvers.least_squares.exact import eliminate, largest
from stattools.solvers.solution import EPS, TINY, Digits, Known, Quality, Solution, Status, coefficient_error

MOST_STEPS = 20
"""More steps than refinement ever takes."""

CHEAP = 200_000
"""The most numbers in X for which the exact rung costs milliseconds: it takes some twenty Gram products."""

FEW = 6.0
"""Fewer digits than this, about as many as a table prints, make "auto" try the exact rung on data of any size."""

PATIENCE = 500
"""The most columns for which elimination in pairs of floats is tried where the other rungs have no digit; it then takes
seconds, as its cost grows with their cube.
"""

GOOD = 8.0
"""Digits of the exact rung with which QR is not tried: half of those of float64."""

NARROW = 40
"""The most columns for which elimination in pairs of floats costs milliseconds."""

WIDEST = 150
"""The most columns for which elimination in pairs of floats is cheap beside the reads of QR."""


@constructed_by_callers
@dataclass(frozen=True)
class LeastSquares:
    """The solver of `st.ols`: no iteration, rank-revealing, with the number of digits that are right.

    `accuracy` is "fast" (Cholesky, or QR where the columns are ill-conditioned), "exact" (all digits that the float64
    data determine) or "auto": exact where that costs milliseconds and gains digits or where the columns are
    ill-conditioned, fast otherwise. Raises IncompatibleError for a likelihood that is not Gaussian, IdentificationError
    where a column is a combination of others in float64, DomainError for another accuracy.

    >>> LeastSquares(accuracy="exact").needs
    'a Gaussian likelihood with a linear predictor'
    """

    accuracy: Literal["auto", "fast", "exact"] = "auto"
    needs = "a Gaussian likelihood with a linear predictor"

    def __post_init__(self) -> None:
        needs = "LeastSquares needs accuracy= 'auto', 'fast' or 'exact'"
        object.__setattr__(self, "accuracy", one_of(self.accuracy, ("auto", "fast", "exact"), needs))

    def solve(self, model: Model) -> Solution:
        """The least-squares coefficients with (X^T W X)^-1, by the first of the methods that suffices."""
        if not (isinstance(model, Model) and model.likelihood.facts.has_scale):
            raise IncompatibleError(
                f"LeastSquares needs {self.needs}; got {model.title}. Use Newton() or leave solver= out."
            )
        if self.accuracy != "exact" and with_levels(model.rows.X) is not None:
            work, T, now, metric = footing(model)
            found = newton_ascent(work, work.start, 1e-8, MOST_STEPS, "LeastSquares", now, metric)
            return replace(found.mapped(T), residual_sums=work.residual_sums(found.estimate))
        if model.rows.source is None:
            return self._best(model)
        before = model.rows.reads
        return replace(self._best(model), reads=1 + model.rows.reads - before)

    def _best(self, model: Model) -> Solution:
        """The solution of the first method that suffices, in the order of what they cost, or the one with the most
        digits; IdentificationError where it has none, since the data do not determine it in this arithmetic.
        """
        found: list[Solution] = []
        is_auto, (n, p) = self.accuracy == "auto", model.rows.X.shape
        # one or two reads of the rows, near the cost of one Gram product
        if self.accuracy != "exact" and (fast := refine(model.rows, model.n)) is not None:
            sums, decrement = (max(fast.rss, EPS**2 * fast.size, TINY), fast.size), sqrt(fast.decrement_square)
            solution = _solution(model, fast.theta, fast.covariance, sums, decrement, fast.reads, fast, "Cholesky")
            if self.accuracy == "fast":
                return solution
            if model.rows.low is None and (n * p > CHEAP or p > NARROW):
                suffices = min(fast.digits.smallest, float(fast.digits.se.min())) >= FEW
            else:
                suffices = model.rows.low is None and (fast.certainly(ENOUGH) or fast.digits.smallest >= ENOUGH)
            if suffices:
                return solution
            found.append(solution)
        # twenty Gram products, and an elimination that takes seconds from some hundred columns on
        if (self.accuracy == "exact" or (is_auto and 0 < p <= WIDEST)) and (exact := _exact(model)) is not None:
            if is_auto and _least(exact) >= GOOD:
                return exact
            found.append(exact)
        # two Gram products and three reads, where the Gram matrix has no factor
        if self.accuracy != "exact" and all(one.rung != "Cholesky" for one in found):
            found += [one for one in (_orthogonal(model),) if one is not None]
        # seconds; tried only where the other methods have no digit
        if is_auto and WIDEST < p <= PATIENCE and all(_least(one) < 1.0 for one in found):
            found = [one for one in (_exact(model),) if one is not None]
        best = max(found, key=lambda solution: (_least(solution), solution.rung == "exact"), default=None)
        least = 1.0 if self.accuracy == "exact" or (is_auto and 0 < p <= PATIENCE) else 0.0
        if best is None or (best.digits is not None and best.digits.overall < least):
            raise IdentificationError(
                f"The columns of X in {model.title} are linearly dependent to the accuracy of float64, or nearly "
                "so: not one digit of the coefficients is certain. Leave out columns, or center and rescale them."
            )
        return best


def _least(solution: Solution) -> float:
    """The digits of the coefficients, with errors relative to their standard errors where those are larger."""
    return 0.0 if solution.digits is None else solution.digits.smallest


def _exact(model: Model) -> Solution | None:
    """The exact Gram matrix, eliminated in pairs of floats."""
    ends = largest(model.rows)
    size = ends.values[:-1]
    require_units(model.title, (*model.terms, model.outcome_name), np.where(size > 0, size, 1.0))
    found = eliminate(model.rows, ends)
    if found is None:
        return None
    sums, quality = (max(found.rss, TINY), model.rows.outcome_square), Known(found.rcond, found.digits)
    return _solution(model, found.theta, found.C, sums, found.rounding, 1, quality, "exact")


def _orthogonal(model: Model) -> Solution | None:
    """Block QR of standardized columns with one step of refinement."""
    work, T = model.standardized()
    p = work.predictor.columns
    R = triangle(work.rows, beside=True)
    R, z, y = R[:p, :p], R[:p, p], float(np.linalg.norm(R[:, p]))
    d = np.sqrt((R * R).sum(axis=0))
    if not (np.abs(np.diagonal(R)) > EPS * d).all():
        return None
    phi = solve_triangular(R, z)
    phi = phi + solve_triangular(R, solve_triangular(R, work.evaluate(phi, order=1).score, trans=1))
    score = work.evaluate(phi, order=1).score
    rss, size = work.residual_sums(phi)
    decrement = float(np.linalg.norm(solve_triangular(R, score, trans=1)))
    inverse = solve_triangular(R, np.eye(p))
    C, theta = inverse @ inverse.T, T @ phi
    covariance = T @ C @ T.T
    spread, variance = np.sqrt(np.diagonal(C)), np.maximum(np.diagonal(covariance), np.finfo(float).tiny)
    error = np.abs(T) @ coefficient_error(spread, np.abs(C) @ d, d, phi, y, np.sqrt(rss), 8.0 * EPS) + 2.0 * EPS * (
        np.abs(T) @ np.abs(phi)
    )
    with np.errstate(over="ignore"):  # a variance below round-off has no digits
        relative = 8.0 * EPS * (d @ spread + 1.0) * (np.abs(T) @ spread) ** 2 / variance
    loss = 8.0 * EPS * (y + d @ np.abs(phi)) / np.sqrt(rss)
    scale = np.sqrt(rss / max(model.n - p, 1.0))
    digits = Digits.of(theta, error, scale * np.sqrt(variance), relative + loss, d / np.abs(np.diagonal(T)))
    rcond = float(1.0 / np.linalg.cond(R / np.where(d > 0, d, 1.0)) ** 2)
    return _solution(model, theta, covariance, (rss, size), decrement, 1, Known(rcond, digits), "QR")


def _solution(
    model: Model,
    theta: Floats,
    covariance: Floats,
    sums: tuple[float, float],
    decrement: float,
    steps: int,
    quality: Quality,
    rung: str,
) -> Solution:
    """A solution of a rung, with its decrement at scale 1. Its log-likelihood is the model's at scale 1, as in every
    solution.
    """
    rss, size = sums
    fitted = rss <= EXACT_FIT**2 * size  # exactly, as in `Model.dispersion`
    dispersion = (1e-14 * size / model.n or 1.0) if fitted else rss / max(model.n - len(theta), 1.0)
    decrement /= sqrt(dispersion)
    status: Status = "converged" if decrement <= 1e-8 else "round-off"
    loglik = -0.5 * sums[0] - model.n * HALF_LOG_TWO_PI
    trace = (noted((0, loglik, 0.0)),)
    return Solution(theta, covariance, loglik, status, steps, decrement, trace, "LeastSquares", quality, rung, sums)
