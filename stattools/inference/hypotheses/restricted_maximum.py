"""The maximum of the log-likelihood where some linear combinations of the coefficients are 0, R theta = 0.

In coordinates where the information at the maximum is the identity, theta = peak + W psi, the hypotheses are
R W psi = -R peak. The point that Wald's test looks at, the nearest one, is where the climb begins; Newton's method
climbs along the directions that R W leaves free. Nothing is asked but `model.evaluate`, so rows in files, several
parameters, weights and offsets are answered alike; each step is a read of the rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from stattools.errors import ConvergenceError
from stattools.inference.estimates import Estimates
from stattools.inference.existence.limit import Along
from stattools.inference.penalties import penalized
from stattools.interface.arrays import Floats
from stattools.solvers.metric import Metric
from stattools.solvers.newton_steps import newton_ascent


@dataclass(frozen=True, eq=False)
class RestrictedMaximum:
    """The maximum of a fit, and what is lost where hypotheses hold."""

    fit: Estimates
    work: Any
    T: Floats
    peak: Floats
    W: Floats
    top: float

    @staticmethod
    def of(fit: Estimates) -> RestrictedMaximum:
        """At the estimate; of a penalized fit the log-likelihood with its penalty."""
        model = fit.model if fit.penalty is None else penalized(fit.model, fit.penalty)
        work, T = model.standardized()
        peak = np.linalg.solve(T, fit.estimate)
        now = work.evaluate(peak)
        return RestrictedMaximum(fit, work, T, peak, Metric(now.information).whiten(), now.loglik)

    def fall(self, R: Floats) -> float:
        """Twice the log-likelihood that is lost where R theta = 0; n log(RSS restricted / RSS) where a scale is
        estimated. ConvergenceError where the maximum under the hypotheses is not found.
        """
        if not len(R):
            return 0.0
        lost = max(self.top - self.where(R, np.zeros(len(R)))[1], 0.0)
        if not self.fit.model.has_scale:
            return 2.0 * lost
        rss = self.fit.model.residual_sums(self.fit.estimate)[0]
        return float(self.fit.n * np.log1p(2.0 * lost / rss))

    def where(self, R: Floats, q: Floats) -> tuple[Floats, float]:
        """theta at the maximum where R theta = q, and its log-likelihood; ConvergenceError where it is not found."""
        there = R @ self.T @ self.W
        size = np.linalg.norm(there, axis=1)
        there, value = there / size[:, None], (q - R @ self.fit.estimate) / size
        free = np.linalg.qr(there.T, mode="complete")[0][:, len(R) :]
        nearest = np.linalg.lstsq(there, value, rcond=None)[0]
        origin = self.peak + self.W @ nearest
        along = Along(self.work, self.W @ free, origin)
        phi = np.zeros(free.shape[1])
        now = along.evaluate(phi)
        height, done = now.loglik, now.is_finite
        if done and len(phi):
            found = newton_ascent(along, phi, 1e-8, 100, "Newton", now)
            height, done, phi = found.loglik, found.converged, found.estimate
        lost = self.top - height
        if not done or not np.isfinite(lost) or lost < -1e-7 * (1.0 + 1e-4 * abs(self.top)):
            raise ConvergenceError(
                f"The maximum of {self.fit.model.title} without a term was not reached, so there is no likelihood "
                'ratio. Use test="wald".'
            )
        return self.T @ along.at(phi), height
