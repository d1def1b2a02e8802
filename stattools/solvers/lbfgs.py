"""L-BFGS (SciPy's L-BFGS-B) on whitened coordinates, with the Newton steps that its certificate costs anyway.

The information at the start whitens the coordinates: theta = W phi with W W^T = H^-1, so that the problem is round. The
certificate needs the information at the end; a Newton step with it removes what the line search leaves, since function
values resolve the maximum only to about the square root of round-off. Source: Liu & Nocedal (1989); Byrd et al. (1995).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from stattools.interface.names.guesses import constructed_by_callers
from stattools.models.model import Model
from stattools.solvers.metric import Floats, Metric
from stattools.solvers.newton_steps import newton_ascent
from stattools.solvers.requirements import require_rows, require_tolerance
from stattools.solvers.softmax.maximum import large, maximize_softmax
from stattools.solvers.solution import Solution, TraceStep


@constructed_by_callers
@dataclass(frozen=True)
class LBFGS:
    """Quasi-Newton climbing for many coefficients: score passes only, the information at the start and at the end.

    A softmax model with many coefficients is climbed in a metric that takes no matrix of all of them (`softmax/`).
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
        """Climb from `model.start` on standardized, whitened columns."""
        from scipy.optimize import minimize

        require_rows("LBFGS", self.needs, model)
        if large(model):
            return maximize_softmax(model, tolerance=self.tolerance, max_steps=self.max_steps)
        work, T = model.standardized()
        W = Metric.for_ascent(work.evaluate(work.start).information / work.n).whiten()
        trace: list[TraceStep] = []

        def negative_mean(phi: Floats) -> tuple[float, Floats]:
            now = work.evaluate(work.start + W @ phi, order=1)
            trace.append(TraceStep(len(trace), now.loglik, float(np.linalg.norm(now.score)) / work.n))
            if not now.is_finite:
                return np.finfo(float).max, np.zeros_like(phi)
            return -now.loglik / work.n, -(W.T @ now.score) / work.n

        options = {
            "maxiter": self.max_steps,
            "ftol": 0.0,
            "gtol": self.tolerance / np.sqrt(work.n),
            "maxcor": 20,
        }
        found = minimize(negative_mean, np.zeros(len(W)), jac=True, method="L-BFGS-B", options=options)
        last = newton_ascent(work, work.start + W @ found.x, self.tolerance, 10, "LBFGS")
        whole = tuple(trace) + tuple(entry._replace(step=len(trace) + entry.step - 1) for entry in last.trace[1:])
        return replace(last, steps=int(found.nit) + last.steps, trace=whole).mapped(T)
