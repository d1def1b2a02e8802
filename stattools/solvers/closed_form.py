"""Models whose maximum is a formula: the answer is that formula."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from stattools.errors import IncompatibleError
from stattools.interface.names.guesses import constructed_by_callers
from stattools.solvers.solution import Solution, TraceStep


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
        if not model.has_formula:
            raise IncompatibleError(
                f"ClosedForm needs {self.needs}; got {model.title}. Use Newton() or leave solver= out."
            )
        theta = np.asarray(model.maximum(), dtype=float)
        loglik, covariance = float(model.loglik(theta[0] if len(theta) == 1 else theta)), model.covariance(theta)
        return Solution(theta, covariance, loglik, "converged", 0, 0.0, (TraceStep(0, loglik, 0.0),), "ClosedForm")
