"""The profile of a log-likelihood over one coefficient: its maximum over the others, followed from point to point.

In coordinates where the information at the peak is the identity, theta = peak + W psi, coefficient j grows along one
unit vector u; N holds it, in other coordinates the columns of the same steps. With g, H the score and the information
at a point, the profile is a step (N^T H N)^-1 N^T g away, the tangent is u - N (N^T H N)^-1 N^T H u, and along the
profile the log-likelihood has

    slope u^T g - u^T H N (N^T H N)^-1 N^T g,     curvature u^T H u - u^T H N (N^T H N)^-1 N^T H u

so that one evaluation gives the profile log-likelihood to third order. Source: Venzon & Moolgavkar (1988).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from stattools.errors import ConvergenceError
from stattools.interface.arrays import Floats
from stattools.models.evaluation import Evaluation
from stattools.solvers.climb import Standing, climb, rising
from stattools.solvers.metric import Metric

MOST_STEPS = 100
"""From a point beside the profile a few steps lead onto it; so many are never needed where there is a maximum."""


class Point(NamedTuple):
    """A point near the profile: `tau` standard errors out; log-likelihood, its slope and its curvature along it.

    `height` is the log-likelihood at the point, `loglik` that of the profile beside it; `correction` leads there
    and `decrement` is its length in standard errors; `tangent` leads along it.
    """

    tau: float
    at: Floats
    height: float
    loglik: float
    slope: float
    curvature: float
    decrement: float
    correction: Floats
    tangent: Floats


@dataclass(frozen=True, eq=False)
class ProfileCurve:
    """The profile of the log-likelihood over one coefficient, of a model whose coordinates are psi.

    The `peak` is the maximum, and `top` what the model says there. Along `out` the coefficient grows by a standard
    error; the metric `across` of an information is that of steps which hold the coefficient.
    """

    model: Any
    peak: Floats
    top: Evaluation
    out: Floats
    across: Callable[[Any], Any]
    name: str

    def start(self) -> Point | None:
        """The peak, or None where the log-likelihood is not finite there."""
        return self._point(0.0, self._stand(self.peak, self.top)) if self.top.is_finite else None

    def measure(self, tau: float, psi: Floats) -> Point | None:
        """The point psi, or None where the log-likelihood is not finite."""
        now = self._evaluate(psi)
        return self._point(tau, self._stand(psi, now)) if now.is_finite else None

    def at(self, tau: float, near: Point, tolerance: float) -> Point | None:
        """A point of the profile at tau, to `tolerance` standard errors, from one nearby; None where there is none."""
        psi = near.at + near.correction + (tau - near.tau) * near.tangent
        now = self._evaluate(psi)
        if not now.is_finite:
            return None
        found = climb(
            self._stand(psi, now), partial(rising, self._evaluate, self._stand, 1.0),
            tolerance=tolerance, max_steps=MOST_STEPS, n=1.0,
        )  # fmt: skip
        if found.status == "max-steps":
            raise ConvergenceError(
                f"The interval of {self.name!r} needs the maximum over the other coefficients at each of its values, "
                f"and {tau:.3g} standard errors from its estimate that maximum was not reached. Use Wald's interval."
            )
        return self._point(tau, found.here)

    def _evaluate(self, psi: Floats) -> Evaluation:
        return self.model.evaluate(psi)

    def _stand(self, psi: Floats, now: Evaluation) -> Standing:
        across = self.across(now.information)
        return Standing(psi, now, across, across.norm(now.score))

    def _point(self, tau: float, here: Standing) -> Point:
        """What is known of the profile beside a point where a climb stands."""
        now = here.now
        along = now.information @ self.out
        correction, bend = here.metric.solve(np.column_stack([now.score, along])).T
        tangent = self.out - bend
        return Point(
            tau,
            here.theta,
            now.loglik,
            now.loglik + 0.5 * here.decrement**2,
            float(tangent @ now.score),
            float(tangent @ along),
            here.decrement,
            correction,
            tangent,
        )


class Across:
    """The metric of the other coefficients, the columns of `others`, for scores and steps in all coordinates."""

    def __init__(self, others: Floats, information: Floats) -> None:
        self.others = others
        self.metric = Metric.for_ascent(others.T @ information @ others) if others.shape[1] else None

    def norm(self, score: Floats) -> float:
        """The length of a score across the profile, in standard errors."""
        return 0.0 if self.metric is None else self.metric.norm(self.others.T @ score)

    def solve(self, score: Floats) -> Floats:
        """The Newton step across the profile; of each column of several scores (p, k)."""
        return np.zeros_like(score) if self.metric is None else self.others @ self.metric.solve(self.others.T @ score)
