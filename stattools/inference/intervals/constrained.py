"""The profile of a log-likelihood over one coefficient: its maximum over the others, followed from point to point.

In coordinates where the information at the peak is the identity, theta = peak + W psi, coefficient j grows along one
unit vector u; N holds it. With g, H the score and the information at a point, in these coordinates, the profile is a
step (N^T H N)^-1 N^T g away, the tangent is u - N (N^T H N)^-1 N^T H u, and along the profile the log-likelihood has

    slope u^T g - u^T H N (N^T H N)^-1 N^T g,     curvature u^T H u - u^T H N (N^T H N)^-1 N^T H u

so that one evaluation gives the profile log-likelihood to third order. Source: Venzon & Moolgavkar (1988).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve

from stattools.errors import ConvergenceError
from stattools.interface.arrays import Floats


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
class Curve:
    """The profile of the log-likelihood over one coefficient, in coordinates where the information at the peak is 1.

    theta = peak + W psi; `out` is the unit vector along which the coefficient grows, `others` (p, p - 1) holds it.
    """

    model: Any
    peak: Floats
    W: Floats
    out: Floats
    others: Floats
    name: str

    def measure(self, tau: float, psi: Floats) -> Point | None:
        """The point psi, or None where the log-likelihood is not finite."""
        now = self.model.evaluate(self.peak + self.W @ psi)
        if not now.is_finite:
            return None
        score, information = self.W.T @ now.score, self.W.T @ now.information @ self.W
        along = information @ self.out
        rest = self.others.T @ score
        across = self.others.T @ along
        step, bend = _solve(self.others.T @ information @ self.others, np.column_stack([rest, across])).T
        gain = max(float(rest @ step), 0.0)
        return Point(
            tau,
            psi,
            now.loglik,
            now.loglik + 0.5 * gain,
            float(self.out @ score - bend @ rest),
            float(self.out @ along - across @ bend),
            float(np.sqrt(gain)),
            self.others @ step,
            self.out - self.others @ bend,
        )

    def at(self, tau: float, near: Point, tolerance: float) -> Point | None:
        """A point of the profile at tau, to `tolerance` standard errors, from one nearby; None where there is none."""
        point = self.measure(tau, near.at + near.correction + (tau - near.tau) * near.tangent)
        for _ in range(100):
            if point is None or point.decrement <= tolerance:
                return point
            higher = self._climb(point)
            if higher is None and point.decrement <= 1e-6:  # the limit of float64
                return point
            if higher is None:
                break
            point = higher
        raise ConvergenceError(
            f"The interval of {self.name!r} needs the maximum over the other coefficients at each of its values, and "
            f"{tau:.3g} standard errors from its estimate that maximum was not reached. Use Wald's interval."
        )

    def _climb(self, point: Point) -> Point | None:
        length = 1.0
        noise = 1e-13 * (abs(point.height) + 1.0)
        for _ in range(40):
            new = self.measure(point.tau, point.at + length * point.correction)
            if new is not None and (
                new.height > point.height + noise
                or (new.height >= point.height - noise and new.decrement < point.decrement)
            ):
                return new
            length *= 0.5
        return None


def _solve(information: Floats, right: Floats) -> Floats:
    """information^-1 right; where the information is not positive definite, with the sizes of its eigenvalues."""
    if not len(information):
        return right
    try:
        return cho_solve(cho_factor(information), right)
    except LinAlgError:
        value, vector = np.linalg.eigh(information)
        size = np.maximum(np.abs(value), 1e-8 * np.abs(value).max())
        return vector @ ((vector.T @ right) / size[:, None])
