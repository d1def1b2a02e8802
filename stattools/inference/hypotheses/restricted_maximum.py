"""The maximum of the log-likelihood where some linear combinations of the coefficients are 0, R theta = 0.

In coordinates where the information at the maximum is the identity, theta = peak + W psi, the hypotheses are
R W psi = -R peak. The point that Wald's test looks at, the nearest one, is where the climb begins; Newton's method
climbs along the directions that R W leaves free. Nothing is asked but `model.evaluate`, so rows in files, several
parameters, weights and offsets are answered alike; each step is a read of the rows.

Beside a factor whose levels are kept as codes no such coordinates are made: coefficients that are held leave a model of
the other columns, and other hypotheses are held by `HeldMetric`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.data.design import Design
from stattools.data.rows.level_units import as_units
from stattools.errors import ConvergenceError
from stattools.inference.estimates import Estimates
from stattools.inference.existence.limit import Along
from stattools.inference.penalties import penalized
from stattools.interface.arrays import Floats
from stattools.models.evaluation import Evaluation
from stattools.models.regressions.starting_point import starting_point
from stattools.solvers.climb import Standing, climb, rising
from stattools.solvers.held_metric import HeldMetric
from stattools.solvers.level_metric import metric_for
from stattools.solvers.metric import Metric
from stattools.solvers.newton_steps import footing, newton_ascent


@dataclass(frozen=True, eq=False)
class RestrictedMaximum:
    """The maximum of a fit, and what is lost where hypotheses hold."""

    fit: Estimates
    work: Any
    T: Any
    peak: Floats
    information: Any
    top: float

    @staticmethod
    def of(fit: Estimates) -> RestrictedMaximum:
        """At the estimate; of a penalized fit the log-likelihood with its penalty."""
        model = fit.model if fit.penalty is None else penalized(fit.model, fit.penalty)
        work, T = model.standardized()
        peak = as_units(T).solve(fit.estimate)
        now = work.evaluate(peak)
        return RestrictedMaximum(fit, work, T, peak, now.information, now.loglik)

    @cached_property
    def W(self) -> Floats:
        """The coordinates in which the information at the maximum is the identity."""
        return Metric(self.information).whiten()

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
        if metric_for(self.information).by_levels:
            theta, height, done = self._beside_levels(R, q)
        else:
            theta, height, done = self._along_free_directions(R, q)
        lost = self.top - height
        if not done or not np.isfinite(lost) or lost < -1e-7 * (1.0 + 1e-4 * abs(self.top)):
            raise ConvergenceError(
                f"The maximum of {self.fit.model.title} without a term was not reached, so there is no likelihood "
                'ratio. Use test="wald".'
            )
        return theta, height

    def _along_free_directions(self, R: Floats, q: Floats) -> tuple[Floats, float, bool]:
        """theta, the log-likelihood there, and whether it is the maximum, in coordinates of unit information."""
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
        return self.T @ along.at(phi), height, done

    def _beside_levels(self, R: Floats, q: Floats) -> tuple[Floats, float, bool]:
        """The same beside levels that are codes."""
        rows, held = np.nonzero(R)
        alone = len(rows) == len(R) == len(np.unique(rows)) == len(np.unique(held))
        first = self.fit.model.predictor.size_first
        if alone and self.fit.penalty is None and held.max() < first and len(held) < first:
            values = np.zeros(first)
            values[held] = (q[rows] / R[rows, held]).tolist()
            return self._of_other_columns(held, values)
        along = self.T.pulled(R.T).T
        start = self.peak + HeldMetric(along, self.information).toward(q - R @ self.fit.estimate)
        work, n = self.work, self.fit.model.n

        def stand(phi: Floats, now: Evaluation) -> Standing:
            metric = HeldMetric(along, now.information)
            return Standing(phi, now, metric, metric.norm(now.score) / np.sqrt(work.dispersion(phi)))

        now = work.evaluate(start)
        if not now.is_finite:
            return self.T @ start, now.loglik, False
        found = climb(
            stand(start, now), partial(rising, work.evaluate, stand, n), tolerance=1e-8, max_steps=100, n=n
        ).solution(np.empty(0), "Newton")  # fmt: skip
        return self.T @ found.estimate, found.loglik, found.converged

    def _of_other_columns(self, held: NDArray[np.intp], values: Floats) -> tuple[Floats, float, bool]:
        """The same where columns of the first linear predictor have given coefficients: the maximum of a model of the
        others.
        """
        model, predictor, rows = self.fit.model, self.fit.model.predictor, self.fit.model.rows
        beside = predictor.columns_of(rows.X)[0] @ values if values.any() else None
        offset = beside if rows.offset is None or beside is None else rows.offset + beside
        others = np.delete(np.arange(predictor.size), held)
        left = np.zeros(predictor.columns, dtype=bool)
        left[predictor.column[others[predictor.column[others] >= 0]]] = True  # columns that somebody reads
        left[0] |= bool(predictor.taken_up)  # for which thresholds stand
        rows = replace(rows, X=rows.X.without(~left), offset=rows.offset if beside is None else offset)
        predictor = predictor.keeping(left, predictor.column[others[others < len(values)]])
        design = Design(tuple(np.array(model.terms, dtype=object)[left]))
        start = starting_point(model.likelihood, predictor, rows)
        less = replace(model, rows=rows, design=design, predictor=predictor, start=start)
        work, T, now, metric = footing(less)
        found = newton_ascent(work, work.start, 1e-8, 100, "Newton", now, metric).mapped(T)
        theta = np.zeros(len(others) + len(held))
        theta[others], theta[held] = found.estimate, values[held]
        return theta, found.loglik, found.converged
