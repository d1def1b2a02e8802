"""What a solver returns: the point, its certificate, how it got there, and how many digits are right.

    |error of b_j|  <=  u [ sqrt(C_jj) (|y| + sum_k d_k |b_k|) + |r| sum_k |C_jk| d_k ],   C = (X^T X)^-1, d_k = |x_k|

The first term comes from rounding of the residuals, the second from rounding of the columns; u is the relative rounding
error of a norm. Source: Bjorck, Numerical Methods for Least Squares Problems (1996), 1.4.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from math import sqrt
from typing import Any, Literal, NamedTuple, Protocol

import numpy as np
from scipy.linalg import get_blas_funcs

from stattools.errors import DomainError, IncompatibleError, quoted
from stattools.interface.arguments import is_number, whole_number
from stattools.interface.arrays import Floats
from stattools.interface.names.guesses import answers_names, constructed_by_callers
from stattools.interface.record import record
from stattools.models.questions import AnyModel
from stattools.numerics.low_rank import congruent
from stattools.text.one_line import headline, one_line, prints

EPS, TINY = float(np.finfo(float).eps), float(np.finfo(float).tiny)
"""The distance from 1 to the next float, and the smallest positive float with all its digits."""

(nrm2,) = get_blas_funcs(("nrm2",), dtype=np.float64)


@record
class Digits:
    """Estimated number of correct digits, compared with exact arithmetic on the data as they are in float64.

    `coefficients` and `se` have shape (p,): -log10 of the relative error, at most 15.95 and at least 0. `smallest` is
    the least of the coefficients' digits, with errors relative to the standard error where that is larger than the
    coefficient. `overall` is that of all coefficients as one vector, each in the units of its column.

    >>> digits = Digits.of(np.array([1.0, 1e-9]), np.full(2, 1e-12), np.full(2, 1e-3), np.full(2, 1e-14), np.ones(2))
    >>> digits.coefficients.round(1).tolist(), round(digits.smallest, 1)
    ([12.0, 3.0], 9.0)
    """

    coefficients: Floats
    se: Floats
    smallest: float
    overall: float

    @classmethod
    def of(cls, estimate: Floats, error: Floats, se: Floats, se_error: Floats, d: Floats) -> Digits:
        """From absolute errors of the coefficients and relative errors of the standard errors; d are column lengths."""
        p, own = len(error), np.abs(estimate)
        size = np.maximum(own, se)
        errors = np.concatenate((error, se_error, error, [nrm2(error * d)]))
        digits = _digits(errors, np.concatenate((own, np.ones(p), size, [nrm2(size * d)])))
        return cls(digits[:p], digits[p : 2 * p], float(digits[2 * p : 3 * p].min()), float(digits[-1]))


def sum_rounding(n: int) -> float:
    """By how many roundings a sum over n rows is wrong when it is summed in blocks of 4,096: they add up like a random
    walk.
    """
    return 4.0 + sqrt(min(n, 4096)) + sqrt(n / 4096)


def coefficient_error(spread: Floats, far: Floats, d: Floats, b: Floats, y: float, r: float, u: float) -> Floats:
    """The formula above, shape (p,), from the square roots `spread` of C_jj and from `far` = |C| d."""
    return u * (spread * (y + d @ np.abs(b)) + r * far)


def _digits(error: Floats, size: Floats) -> Floats:
    part = np.minimum(error, size) / np.maximum(size, TINY)
    relative = np.where(error <= size, part, 1.0)  # NaN compares as false: no digits
    return np.maximum(-np.log10(0.5 * EPS + relative), 0.0)


Status = Literal["converged", "round-off", "max-steps", "diverged"]


@prints
class TraceStep(NamedTuple):
    """One step: its number, the log-likelihood and the Euclidean norm of the score of the mean log-likelihood."""

    step: int
    loglik: float
    score_norm: float


@prints
class Epoch(NamedTuple):
    """One pass: its number, the mean log-likelihood of the training rows and of the validation rows (NaN: none)."""

    epoch: int
    training: float
    validation: float


class Quality(Protocol):
    """What can be measured of the arithmetic behind a solution, when it is asked for; a `Metric` is one."""

    @property
    def rcond(self) -> float: ...
    @property
    def digits(self) -> Digits | None: ...
    def well_conditioned(self, least: float) -> bool: ...


@prints
class Known(NamedTuple):
    """A quality that was measured already: the reciprocal condition, and the digits where the solver knows them."""

    rcond: float = 1.0
    digits: Digits | None = None

    def well_conditioned(self, least: float) -> bool:
        """Is the reciprocal condition at least this?"""
        return self.rcond >= least


NOT_MEASURED = Known()
"""The quality of a solution in which nothing was measured, such as a closed form."""


@answers_names
@record
class Solution:
    """A maximum with its certificate.

    `covariance` is the inverse information at `estimate` (at scale 1 where a scale is estimated apart). `decrement`
    bounds the distance to the maximum in standard errors. `status` is "converged" (decrement within the tolerance),
    "round-off" (as close as float64 gets), "max-steps" or "diverged" (the log-likelihood fell without end). `quality`
    measures `rcond` and `digits` when they are asked for. `reads` counts how often all rows were read, where samples of
    them were read too; `reach` is the largest size of a linear predictor, NaN where it is not known. `second` is a
    sentence on a climb from a second start, where there was one.

    Least squares also gives the `rung` of its ladder ("Cholesky", "QR", "exact") and `residual_sums`, the weighted sums
    of squares of the residuals and of y.
    """

    estimate: Floats
    covariance: Floats
    loglik: float
    status: Status
    steps: int
    decrement: float
    trace: tuple[TraceStep, ...]
    solver: str
    quality: Quality = NOT_MEASURED
    rung: str | None = None
    residual_sums: tuple[float, float] | None = None
    reads: int = 0
    reach: float = np.nan
    second: str | None = None

    @property
    def said(self) -> tuple[str, ...]:
        """What became of a climb from a second start, in one sentence, where there was one."""
        return () if self.second is None else (self.second,)

    @one_line
    def __repr__(self) -> str:
        steps = f"{self.steps} step" + ("" if self.steps == 1 else "s")
        return headline(self, self.solver, self.status, steps, f"decrement {self.decrement:.1e}")

    @property
    def converged(self) -> bool:
        """True when the estimate is the maximum to the certificate's accuracy."""
        return self.status in ("converged", "round-off")

    @cached_property
    def rcond(self) -> float:
        """Reciprocal condition of the information scaled to unit diagonal, on columns that were standardized where it
        is small.
        """
        return self.quality.rcond

    @cached_property
    def digits(self) -> Digits | None:
        """Correct digits of coefficients and standard errors, where the solver knows them."""
        return self.quality.digits

    def mapped(self, T: Any) -> Solution:
        """The same solution in theta = T phi coordinates; None stands for the identity."""
        if T is None:
            return self
        with np.errstate(over="ignore"):  # variances beyond float64 are refused by who makes a fit of them
            return replace(self, estimate=T @ self.estimate, covariance=congruent(T, self.covariance))


class Solver(Protocol):
    """A way to climb; `needs` says in words which models it can take."""

    @property
    def needs(self) -> str: ...
    def solve(self, model: Any) -> Solution: ...


def require_rows(solver: str, needs: str, model: object) -> None:
    """IncompatibleError unless the model is a log-likelihood with unconstrained parameters."""
    if not (isinstance(model, AnyModel) and model.facts.is_unconstrained):
        raise IncompatibleError(
            f"{solver} needs {needs}; got {type(model).__name__}. Leave solver= out: the maximum has a closed form."
        )


def require_tolerance(solver: str, tolerance: float, max_steps: int) -> None:
    """DomainError unless tolerance is positive and finite and max_steps is a whole number >= 1."""
    if not (is_number(tolerance) and tolerance > 0):
        raise DomainError(
            f"{solver} needs a positive tolerance, in standard errors; got {quoted(tolerance)}. The default is 1e-8."
        )
    whole_number(max_steps, f"max_steps= of {solver}", at_least=1)


@constructed_by_callers
@dataclass(frozen=True)
class ClosedForm:
    """The maximum that the model states itself, `model.maximum()`; nothing is iterated, the decrement is 0.

    Raises IncompatibleError for a model without one.

    >>> ClosedForm().needs
    'a model with a closed-form maximum'
    """

    needs = "a model with a closed-form maximum"

    def solve(self, model: Any) -> Solution:
        """The closed-form maximum with its variance."""
        if not model.facts.has_formula:
            raise IncompatibleError(
                f"ClosedForm needs {self.needs}; got {model.title}. Use Newton() or leave solver= out."
            )
        theta = np.asarray(model.maximum(), dtype=float)
        loglik, covariance = float(model.loglik(theta[0] if len(theta) == 1 else theta)), model.covariance(theta)
        return Solution(theta, covariance, loglik, "converged", 0, 0.0, (TraceStep(0, loglik, 0.0),), "ClosedForm")
