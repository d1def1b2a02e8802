"""-2 log L of a linear mixed model in coordinates of which one is a standard deviation or a correlation of effects.

    D(c) = min of -2 log L over all else where the parameter is c

in factors A_k = sigma T_k of the covariances themselves and log sigma. A parameter is made an entry of a factor: the
sd of effect i is the first entry of the triangle of O A_k, where O turns the effect to the first place; the
correlation of i and j is that of the first two rows of the triangle of the effects in that order, whose standard
deviations are searched as logarithms. With rho = sigma^2 over its best value at T, D = D(T) + d (log rho + 1/rho - 1),
and the gradient is exact, at singular covariances too.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.latent.lower import lower

LIFTED = 0.05
"""Where a variance of 0 starts, in residual standard deviations: at 0 the gradient says nothing of it."""


@record
class VarianceParameter:
    """The sd of effect `i` of term `k`, its correlation with effect `j`, or with `k` -1 the residual sd; `estimate` is
    in the units of the data.
    """

    k: int
    i: int
    j: int
    estimate: float

    @property
    def is_correlation(self) -> bool:
        """Whether it is a correlation of two effects."""
        return self.i != self.j


def parameters(found: Any) -> list[VarianceParameter]:
    """All of them: per term the sds, then the correlations row by row, and last the residual where there is one."""
    listed = []
    for k, covariance in enumerate(found.covariances):
        sd = np.sqrt(np.maximum(covariance.diagonal(), 0.0))
        listed += [VarianceParameter(k, i, i, float(size)) for i, size in enumerate(sd)]
        for i in range(1, len(sd)):
            for j in range(i):
                both = sd[i] * sd[j]
                value = np.clip(covariance[i, j] / both, -1.0, 1.0) if both > 0.0 else np.nan
                listed.append(VarianceParameter(k, i, j, float(value)))
    return [*listed, *([VarianceParameter(-1, 0, 0, float(np.sqrt(found.s2)))] if found.model.has_scale else [])]


class VarianceProfile:
    """-2 log L, less that of the maximum, where one parameter is a coordinate (see `ProfileSearch`)."""

    def __init__(self, found: Any, of: VarianceParameter) -> None:
        self.found, self.of, self.deviance = found, of, found.deviance
        self.scattered_starts, self.options = 6, {"gtol": 1e-5, "maxiter": 200}
        self.sigma = float(np.sqrt(found.profile.s2))
        self.top = found.profile.value
        self.ways = [np.eye(len(T)) for T in found.profile.factors]
        self.unit = found.coordinates.unit
        if of.k >= 0:
            N = found.to_effects[of.k]
            first = [of.i, of.j] if of.is_correlation else [of.i]
            order = [*first, *(m for m in range(len(N)) if m not in first)]
            if of.is_correlation:
                self.ways[of.k] = np.linalg.inv(N[order])
            else:
                turned, _ = np.linalg.qr(np.column_stack([N[of.i], np.eye(len(N))]))
                self.ways[of.k] = turned
                self.unit *= float(np.linalg.norm(N[of.i]))
        self.size = self.unit * self.sigma
        start = self.deviance.places[of.k].start if of.k >= 0 else -1
        self.logs = [start, start + 2] if of.is_correlation else []
        parts, sizes = zip(*map(self._lifted, self.ways, found.profile.factors, self.deviance.entries), strict=True)
        self.maximum, self.sizes = np.concatenate([*parts, [0.0]]), np.concatenate([*sizes, [0.0]])
        self.place = len(self.maximum) - 1 if of.k < 0 else start + (1 if of.is_correlation else 0)
        if of.is_correlation:
            a, b = start, start + 2
            whole = np.hypot(self.maximum[a + 1], self.maximum[b])
            self.maximum[[a, a + 1, b]] = np.log(abs(self.maximum[a])), self.maximum[a + 1] / whole, np.log(whole)

    def _lifted(self, way: Floats, T: Floats, entry: Any) -> tuple[Floats, Floats]:
        """The entries of the triangle of A_k / sigma at the maximum, variances of 0 lifted, and the sizes of lifts."""
        L = lower(np.linalg.solve(way, T))
        size = LIFTED / np.linalg.norm(way, axis=0)
        rows = np.arange(len(L))
        L[rows, rows] = np.where(np.abs(L.diagonal()) < size, size, L.diagonal())
        return L[entry], np.broadcast_to(size[:, None], L.shape)[entry]

    def coordinate(self, value: float) -> float:
        """What the held coordinate is at a value of the parameter."""
        if self.of.k < 0:
            return float(np.log(value / (self.unit * self.sigma)))
        return value if self.of.is_correlation else value / (self.unit * self.sigma)

    def toward(self, x: Floats, held: float) -> Floats:
        """All else stays where it is."""
        return x

    def scattered(self, random: np.random.Generator) -> Floats:
        """A point about the maximum: sizes of several times and parts of those there, of any sign."""
        draw, x = random.normal(size=(2, len(self.maximum))), self.maximum
        made = np.exp(1.5 * draw[0]) * np.maximum(np.abs(x), self.sizes) * np.sign(draw[1])
        made[-1] = 0.3 * draw[0, -1]
        made[self.logs] = x[self.logs] + 1.5 * draw[0, self.logs]
        return made

    def at(self, x: Floats) -> tuple[float, Floats]:
        """The fall and its gradient at all coordinates; that of a correlation, which is held, is left out."""
        log_sigma = x[-1]
        s = np.exp(log_sigma)
        triangles = self.deviance.factors(x[:-1])
        r = a = b = left = 1.0
        if self.of.is_correlation:
            L, r = triangles[self.of.k], x[self.place]
            a, b, left = np.exp(L[0, 0]), np.exp(L[1, 1]), np.sqrt(max(1.0 - r * r, 0.0))
            L[0, 0], L[1, 0], L[1, 1] = a, b * r, b * left
        factors = tuple(way @ L / s for way, L in zip(self.ways, triangles, strict=True))
        at = self.deviance.at(self.deviance.theta(tuple(lower(F) for F in factors)))
        s2 = (self.sigma * s) ** 2
        rho = s2 / at.s2
        value = at.value + self.deviance.d * (np.log(rho) + 1.0 / rho - 1.0)
        slope_sigma = 2.0 * self.deviance.d * (1.0 - 1.0 / rho)
        parts = []
        pairs = zip(at.gammas, at.evaluated.projected, factors, self.ways, strict=True)
        for k, (gamma, projected, F, way) in enumerate(pairs):
            g = at.slopes(projected)
            whole = gamma + (g @ g.T) * (1.0 / at.s2 - 1.0 / s2)
            slope_sigma -= 2.0 * float(np.sum(whole * (F @ F.T)))
            dL = 2.0 * way.T @ whole @ F / s
            if self.of.is_correlation and k == self.of.k:
                dL[0, 0], dL[1, 1] = a * dL[0, 0], b * (dL[1, 0] * r + dL[1, 1] * left)
            parts.append(dL[self.deviance.entries[k]])
        return float(value - self.top), np.concatenate([*parts, [slope_sigma]])
