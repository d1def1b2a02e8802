"""Profile likelihood where there is no maximum: intervals of infinite coefficients, one end finite, the other not.

    profile(t) = sup of loglik(theta) over theta with theta_j = t,   ends: 2 (sup loglik - profile(t)) = q

with q the quantile of chi^2 on one degree of freedom. Fixed or free, the other coefficients may run to infinity: along
such a direction what is left of the log-likelihood falls by 1/e with each of Newton's steps, and is the square of the
decrement, so that the supremum is known to REMAINDER. Source: Venzon & Moolgavkar (1988); Geyer (2009), on one-sided
intervals for what is infinite.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np
from scipy import special

from stattools.errors import ConvergenceError
from stattools.inference.existence.limit import Along
from stattools.interface.arrays import Floats
from stattools.models.evaluation import Evaluation
from stattools.models.model import Model
from stattools.solvers.climb import Standing, climb, rising
from stattools.solvers.metric import Metric

REMAINDER = 1e-11
"""The largest error of a supremum of the log-likelihood."""

HORIZON = 1e4
"""A profile that has not reached the cut so many scales of the coefficient away does not reach it."""

HALVINGS = 200
"""Where all but a few rows are certain, the information is nearly 0 and Newton's steps are too long by 1e60 or so."""

MOST_STEPS = 400
"""What is left to a supremum at infinity falls by 1/e a step: 25 steps reach REMAINDER, and some may be halved."""


class Height(NamedTuple):
    """The profile at t: how far below the supremum, its slope in t, and where it was found."""

    drop: float
    slope: float
    at: Floats


@dataclass(frozen=True, eq=False)
class CoefficientProfile:
    """The profile log-likelihood of one coefficient, theta_j = row phi in the coordinates of `work`; `top` is the
    supremum over all.
    """

    work: Model
    row: Floats
    top: float
    name: str

    def at(self, t: float, near: Floats) -> Height:
        """The supremum over the other coefficients, climbed to from `near`."""
        normal = self.row / (self.row @ self.row)
        limit = Along(self.work, np.linalg.qr(self.row[:, None], mode="complete")[0][:, 1:], normal * t)
        before = float(self.row @ near)
        starts = [near] if before * t <= 0.0 else [near, near * (t / before)]  # farther out on the same ray
        shift = self.work.shift
        if along := float(self.row @ shift):  # thresholds that move together stay in order
            starts.append(near + shift * ((t - before) / along))
        gamma = max((limit.V.T @ start for start in starts), key=lambda gamma: limit.evaluate(gamma, order=0).loglik)
        if len(gamma):
            gamma = self._supremum(limit, gamma, t)
        theta = limit.at(gamma)
        now = self.work.evaluate(theta, order=1)
        return Height(max(self.top - now.loglik, 0.0), float(now.score @ normal), theta)

    def _supremum(self, limit: Along, gamma: Floats, t: float) -> Floats:
        """Where what is left of the log-likelihood, the square of the decrement, is within REMAINDER of its end."""
        n = self.work.n

        def stand(gamma: Floats, now: Evaluation) -> Standing:
            metric = Metric.for_ascent(now.information)
            left = float(np.sqrt(max(self.top - now.loglik, 0.0)))
            return Standing(gamma, now, metric, min(metric.norm(now.score), left))

        found = climb(
            stand(gamma, limit.evaluate(gamma)), partial(rising, limit.evaluate, stand, n, halvings=HALVINGS),
            tolerance=float(np.sqrt(REMAINDER)), max_steps=MOST_STEPS, n=n,
        )  # fmt: skip
        if found.status != "converged":
            raise ConvergenceError(f"The profile likelihood of {self.name!r} was not found at {t:.6g}.")
        return found.here.theta

    def end(self, start: float, side: float, scale: float, target: float, near: Floats) -> float:
        """Where sqrt(2 drop) = target on one side of `start`, +-inf where it never is.

        `scale` is a step to begin with. Newton's method, between the last points on either side of the end.
        """
        inside, outside, t = start, side * np.inf, start + side * scale
        reach = scale
        for _ in range(200):
            height = self.at(t, near)
            near = height.at
            root = float(np.sqrt(2.0 * height.drop))
            if root < target:
                inside, reach = t, 3.0 * reach
            else:
                outside = t
            if abs(t - start) > HORIZON * scale and root < target:
                return side * np.inf
            slope = -height.slope / root if root > 0.0 else 0.0  # of sqrt(2 drop)
            following = t - (root - target) / slope if slope * side > 0.0 else side * np.inf
            if abs(following - t) <= 1e-9 * scale:
                return following
            if not min(inside, outside) < following < max(inside, outside):
                following = 0.5 * (inside + outside) if np.isfinite(outside) else side * np.inf
            t = following if abs(following - inside) <= reach or np.isfinite(outside) else inside + side * reach
        raise ConvergenceError(f"The end of the profile interval of {self.name!r} was not found.")


def profile_ends(model: Model, estimate: Floats, top: float, j: int, level: float, se: float) -> tuple[float, float]:
    """The profile interval of coefficient j of a model whose supremum is `top`: (lower, upper).

    `estimate` is +-inf for an infinite coefficient, whose interval goes there, and `se` its standard error, where it
    has one.
    """
    if np.isnan(estimate[j]):  # not determined: every value is as likely as any other
        return -np.inf, np.inf
    work, T = model.standardized()
    target = float(-special.ndtri(0.5 * (1.0 - level)))
    profile = CoefficientProfile(work, T[j], top, model.names[j])
    finite = bool(np.isfinite(estimate[j]))
    scale = se if finite else float(np.linalg.norm(T[j]))
    start = float(estimate[j]) if finite else 0.0
    zeros = np.zeros(len(T))
    near = zeros if np.isfinite(work.evaluate(zeros, 0).loglik) else work.start
    if not finite:  # the supremum is far out: begin where the profile is within reach of the cut
        side = float(np.sign(estimate[j]))
        while np.sqrt(2.0 * (height := profile.at(start, near)).drop) > target and abs(start) < HORIZON * scale:
            start, near = start + side * max(2.0 * scale, abs(start)), height.at
        inner = profile.end(start, -side, scale, target, near)
        return (inner, np.inf) if side > 0 else (-np.inf, inner)
    ends = [profile.end(start, side, scale, target, near) for side in (-1.0, 1.0)]
    return ends[0], ends[1]
