"""What is known of a monotone partial likelihood: which coefficients are infinite, and inference on the others."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from stattools.inference.existence.limit import Along
from stattools.inference.existence.separated_rows import Separation
from stattools.interface.names.guesses import answers_guesses
from stattools.solvers import Solution
from stattools.solvers.newton_steps import newton_ascent


@answers_guesses
@dataclass(frozen=True, eq=False, repr=False)
class MonotoneLikelihood(Separation):
    """A `Separation` of events: `certain` marks the rows whose event, or its absence, is certain in the limit."""

    limit: Any = None

    @cached_property
    def solution(self) -> Solution:
        """The maximum of the limit of the partial likelihood."""
        finite = np.array([name not in self.infinite for name in self.model.names])
        estimate = np.array([self.infinite.get(name, 0.0) for name in self.model.names])
        covariance = np.full((len(estimate),) * 2, np.nan)
        if not self.kept.shape[1]:
            return Solution(
                estimate, covariance, self.limit.loglik(np.zeros(len(estimate))), "converged", 0, 0.0, (), "Newton"
            )
        work, T = self.limit.standardized()
        V = np.linalg.qr(np.linalg.solve(T, self.kept))[0]
        inside: Any = Along(work, V)
        found = newton_ascent(inside, np.zeros(V.shape[1]), 1e-8, 100, "Newton").mapped(T @ V)
        estimate[finite] = found.estimate[finite]
        covariance[np.ix_(finite, finite)] = found.covariance[np.ix_(finite, finite)]
        return replace(found, estimate=estimate, covariance=covariance)

    @property
    def _what(self) -> str:
        """What makes coefficients infinite."""
        return "a monotone partial likelihood"
