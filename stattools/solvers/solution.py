"""What a solver returns: the point, its certificate and how it got there.

What solvers ask of their options and of a model before they start.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import Any, Literal, NamedTuple, Protocol

import numpy as np

from stattools.errors import DomainError, IncompatibleError, quoted
from stattools.interface.arguments import is_number, is_one_of, word_of
from stattools.interface.arrays import Floats
from stattools.interface.names.guesses import answers_names
from stattools.interface.record import record
from stattools.interface.whole_numbers import whole_number
from stattools.models.any_model import AnyModel
from stattools.numerics.low_rank import congruent
from stattools.solvers.digits import Digits
from stattools.text.one_line import headline, one_line, prints

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

    def mapped(self, T: Floats | None) -> Solution:
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


def require_rows(solver: str, needs: str, model: Any) -> None:
    """IncompatibleError unless the model is a log-likelihood with unconstrained parameters."""
    if not (isinstance(model, AnyModel) and model.is_unconstrained):
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


def require_choice(solver: str, name: str, value: object, choices: tuple[str, ...]) -> Any:
    """The choice that the value spells; DomainError unless it is one."""
    value = word_of(value, choices)
    if not is_one_of(value, choices):
        raise DomainError(f"{solver} needs {name} to be one of {', '.join(map(repr, choices))}; got {quoted(value)}.")
    return value
