"""Gradient descent on the negative mean log-likelihood (scale 1): with a fixed step, or with Barzilai-Borwein steps.

    theta <- theta + a g / n,   BB: a = s^T s / s^T d or s^T d / d^T d, in turn,  s = theta' - theta,  d = -(g' - g) / n

A fixed step is stable below 2 / lambda_max(information / n). Source: Barzilai & Borwein, "Two-point step size gradient
methods" (1988); the nonmonotone safeguard is Raydan's (1997).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from stattools.errors import ConvergenceError, DomainError, quoted
from stattools.interface.arguments import is_number, is_one_of, require_truth, word_of
from stattools.interface.names.guesses import constructed_by_callers
from stattools.models.evaluation import Evaluation
from stattools.models.model import Model
from stattools.solvers.metric import Floats, Metric, nrm2
from stattools.solvers.requirements import require_rows, require_tolerance
from stattools.solvers.solution import Solution, Status, TraceStep
from stattools.text.printing import printed

BB = "barzilai-borwein"
MEMORY = 10
"""A Barzilai-Borwein step may lower the log-likelihood, but not below the lowest of the last so many."""


@constructed_by_callers
@dataclass(frozen=True)
class GradientDescent:
    """First-order climbing, to teach and to check: it reaches the same maximum as the exact solvers, more slowly.

    `step` is a positive number, on the mean log-likelihood with unit scale, or "barzilai-borwein". `standardize`
    centers and scales the columns first; by default a fixed step refers to the columns as they are and
    Barzilai-Borwein standardizes. Stops when the Newton decrement is within `tolerance` standard errors. Raises
    ConvergenceError with the largest stable step when a fixed step is above it.

    >>> GradientDescent(step=0.01)
    GradientDescent(step=0.01, standardize=None, tolerance=1e-08, max_steps=10000)
    """

    step: float | Literal["barzilai-borwein"] = BB
    standardize: bool | None = None
    tolerance: float = 1e-8
    max_steps: int = 10_000
    needs = "a log-likelihood with unconstrained coefficients"

    def __post_init__(self) -> None:
        require_tolerance("GradientDescent", self.tolerance, self.max_steps)
        if self.standardize is not None:
            require_truth(self.standardize, "standardize= of GradientDescent, where it is given,")
        object.__setattr__(self, "step", word_of(self.step, (BB,)))
        if not (is_one_of(self.step, (BB,)) or (is_number(self.step) and self.step > 0)):
            raise DomainError(f'GradientDescent needs step, a positive number or "{BB}"; got {quoted(self.step)}.')

    def solve(self, model: Model) -> Solution:
        """Climb from `model.start`."""
        require_rows("GradientDescent", self.needs, model)
        standardize = self.step == BB if self.standardize is None else self.standardize
        work, T = model.standardized()  # which refuses units beyond float64
        return _Climb(work, self).run().mapped(T) if standardize else _Climb(model, self).run()

    @printed
    def __str__(self) -> str:
        return f"GradientDescent(step={self.step!r})"


class _Climb:
    """One run: the current point, the trace, and the metric that the certificate is measured with."""

    def __init__(self, model: Model, options: GradientDescent) -> None:
        self.model, self.options = model, options
        self.theta = model.start
        self.trace: list[TraceStep] = []
        self._measure_with(self.theta)
        self.largest = self._curvature(self.theta)

    def run(self) -> Solution:
        options, theta = self.options, self.theta
        now = self.model.evaluate(theta, order=1)
        step = 1.0 / self.largest if options.step == BB else float(options.step)
        for count in range(options.max_steps + 1):
            self._record(count, now)
            if self._at_maximum(theta, now):
                return self._finish(theta, now, "converged", count)
            if count == options.max_steps:
                break
            gradient = now.score / self.model.n
            if options.step == BB:
                found = self._accept(theta, gradient, step)
                if found is None:
                    return self._stalled(theta, now, count)
                new_theta, new = found
                step = self._barzilai_borwein(count, new_theta - theta, gradient - new.score / self.model.n, step)
            else:
                new_theta = theta + step * gradient
                new = self.model.evaluate(new_theta, order=1)
                self._check_stable(count, theta, now, new)
            theta, now = new_theta, new
        return self._finish(theta, now, "max-steps", options.max_steps)

    def _accept(self, theta: Floats, gradient: Floats, step: float) -> tuple[Floats, Evaluation] | None:
        """The first of step / 4^k above the lowest value remembered or, at round-off, with a smaller score."""
        floor = min(entry.loglik for entry in self.trace[-MEMORY:])
        noise = 1e-13 * (abs(self.trace[-1].loglik) + self.model.n)
        norm = float(nrm2(gradient))
        for _ in range(40):
            point = theta + step * gradient
            new = self.model.evaluate(point, order=1)
            gain = new.loglik - floor - 1e-4 * step * norm * norm * self.model.n
            smaller = new.is_finite and float(nrm2(new.score)) / self.model.n < norm
            if new.is_finite and (gain >= 0 or (new.loglik >= floor - noise and smaller)):
                return point, new
            step *= 0.25
        return None

    def _barzilai_borwein(self, count: int, s: Floats, d: Floats, step: float) -> float:
        sd = float(s @ d)
        if sd <= 0:
            return step
        proposal = float(s @ s) / sd if count % 2 else sd / float(d @ d)
        return float(np.clip(proposal, 1e-4 / self.largest, 1e8 / self.largest))

    def _check_stable(self, count: int, theta: Floats, now: Evaluation, new: Evaluation) -> None:
        """A fixed step that lowers the log-likelihood is above the stable limit: say so at once."""
        if new.is_finite and new.loglik >= now.loglik - 1e-10 * abs(now.loglik):
            return
        limit = 2.0 / max(self.largest, self._curvature(theta))
        if float(self.options.step) <= limit and new.is_finite:
            return
        self._record(count + 1, new)
        raise ConvergenceError(self._instability(limit), self._finish(theta, now, "diverged", count + 1))

    def _instability(self, limit: float) -> str:
        other = ""
        if self.model.has_scale:
            other = (
                f"; on the residual sum of squares it is {limit / (2.0 * self.model.n):.3e} "
                "(2 / largest eigenvalue of 2XᵀX)"
            )
        return (
            f"GradientDescent(step={self.options.step!r}) diverges on these data: the largest stable step is "
            f"{limit:.3e} on the mean log-likelihood with unit scale (2 / largest eigenvalue of its information)"
            f"{other}. "
            f'Use step="{BB}", a smaller step, or standardize=True.'
        )

    def _stalled(self, theta: Floats, now: Evaluation, count: int) -> Solution:
        self._measure_with(theta)
        return self._finish(theta, now, "round-off" if self._decrement(theta, now) <= 1e-6 else "max-steps", count)

    def _at_maximum(self, theta: Floats, now: Evaluation) -> bool:
        """The decrement by the metric at hand; when it passes, once more by the metric of this very point."""
        if self._decrement(theta, now) > self.options.tolerance:
            return False
        if self.measured_at is not theta:
            self._measure_with(theta)
        return self._decrement(theta, now) <= self.options.tolerance

    def _decrement(self, theta: Floats, now: Evaluation) -> float:
        return self.metric.norm(now.score) / np.sqrt(self.model.dispersion(theta))

    def _measure_with(self, theta: Floats) -> None:
        self.metric, self.measured_at = Metric.for_ascent(self.model.evaluate(theta).information), theta

    def _curvature(self, theta: Floats) -> float:
        return float(np.linalg.eigvalsh(self.model.evaluate(theta).information)[-1]) / self.model.n

    def _record(self, count: int, now: Evaluation) -> None:
        self.trace.append(TraceStep(count, now.loglik, float(nrm2(now.score)) / self.model.n))

    def _finish(self, theta: Floats, now: Evaluation, status: Status, count: int) -> Solution:
        if self.measured_at is not theta:
            self._measure_with(theta)
        if not self.metric.definite:
            Metric(self.model.evaluate(theta).information)  # raises, saying which coefficient is not determined
        return Solution(
            theta,
            self.metric.covariance(),
            now.loglik,
            status,
            count,
            self._decrement(theta, now),
            tuple(self.trace),
            str(self.options),
            self.metric.kept(),
        )
