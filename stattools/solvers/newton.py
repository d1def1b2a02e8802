"""Newton's method, on samples of the rows first where they are many; the certificate is that of all rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from stattools.interface.names.guesses import constructed_by_callers
from stattools.models.model import Model
from stattools.solvers.newton_steps import footing, newton_ascent
from stattools.solvers.own_units import climb_in_own_units
from stattools.solvers.samples.subsampled_newton import subsampled
from stattools.solvers.samples.surrogate import surrogate_ascent
from stattools.solvers.solution import Solution, require_choice, require_rows, require_tolerance


@constructed_by_callers
@dataclass(frozen=True)
class Newton:
    """theta <- theta + t H^-1 g, t = 1, 1/2, 1/4, ... until the log-likelihood rises.

    `tolerance` bounds the Newton decrement sqrt(g^T H^-1 g): the distance to the maximum in standard errors. Where
    there is no maximum (separated outcomes) it falls by exp(-1/2) a step; `st.fit` finds that out. With many rows the
    first steps are made on samples of them, and of very many the next by the score alone (`subsample="auto"`); the
    certificate is that of all rows, and `subsample="never"` reads all of them in every step. Source: Boyd &
    Vandenberghe, Convex Optimization (2004), 9.5. Raises DomainError for a tolerance that is not positive,
    IdentificationError where the information is singular at the end.

    >>> Newton(tolerance=1e-10)
    Newton(tolerance=1e-10, max_steps=100, subsample='auto')
    """

    tolerance: float = 1e-8
    max_steps: int = 100
    subsample: Literal["auto", "never"] = "auto"
    needs = "a log-likelihood with unconstrained coefficients"

    def __post_init__(self) -> None:
        require_tolerance("Newton", self.tolerance, self.max_steps)
        subsample = require_choice("Newton", "subsample", self.subsample, ("auto", "never"))
        object.__setattr__(self, "subsample", subsample)

    def solve(self, model: Model) -> Solution:
        """Climb from `model.start`."""
        return self.within(model, self.max_steps)

    def within(self, model: Model, steps: int) -> Solution:
        """Climb from `model.start` by so many steps at most."""
        require_rows("Newton", self.needs, model)
        if (found := surrogate_ascent(model, self.tolerance, steps)) is not None:
            return found
        if self.subsample == "auto" and (found := subsampled(model, self.tolerance, steps)) is not None:
            return found
        if model.is_function:
            return climb_in_own_units(model, self.tolerance, steps).solution
        work, T, now, metric = footing(model)
        return newton_ascent(work, work.start, self.tolerance, steps, "Newton", now, metric).mapped(T)
