"""L-BFGS in the metric of the information at the start, ended by Newton steps.

The information at the start gives the parameters units in which all directions curve about equally. A line search
compares values of the log-likelihood, which tell the maximum only to about the square root of round-off; the
certificate needs the information at the end anyway, and a Newton step with it removes what is left. Source: Liu &
Nocedal (1989).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from stattools.interface.names.guesses import constructed_by_callers
from stattools.models.model import Model
from stattools.solvers.metric import Metric
from stattools.solvers.newton_steps import newton_ascent
from stattools.solvers.quasi_newton import ascend
from stattools.solvers.softmax.maximum import large, maximize_softmax
from stattools.solvers.solution import Solution, require_rows, require_tolerance

LAST = 10
"""The most Newton steps at the end. One or two are enough where L-BFGS has come near the maximum."""


@constructed_by_callers
@dataclass(frozen=True)
class LBFGS:
    """Quasi-Newton climbing for many coefficients: it reads scores, and the information only at the start and at the
    end.

    A softmax model with many coefficients is climbed in a metric that needs no matrix over all of them (`softmax/`).
    `tolerance` bounds the Newton decrement, in standard errors. Raises DomainError for a tolerance that is not
    positive, IdentificationError where the information is singular.

    >>> LBFGS()
    LBFGS(tolerance=1e-08, max_steps=500)
    """

    tolerance: float = 1e-8
    max_steps: int = 500
    needs = "a log-likelihood with unconstrained coefficients"

    def __post_init__(self) -> None:
        require_tolerance("LBFGS", self.tolerance, self.max_steps)

    def solve(self, model: Model) -> Solution:
        """Climb from `model.start` on standardized columns."""
        require_rows("LBFGS", self.needs, model)
        if large(model):
            return maximize_softmax(model, tolerance=self.tolerance, max_steps=self.max_steps)
        work, T = model.standardized()
        metric = Metric.for_ascent(work.evaluate(work.start).information)
        limits = {"tolerance": self.tolerance, "max_steps": self.max_steps, "rebuild": (), "n": work.n}
        found = ascend(partial(work.evaluate, order=1), work.start, lambda _: metric, **limits)
        there, before = found.here.theta, found.trace[:-1]
        last = newton_ascent(work, there, self.tolerance, LAST, "LBFGS", first=found.steps, trace=before)
        return last.mapped(T)
