"""Profile intervals of standard deviations and correlations: what a likelihood ratio test does not reject.

    D(c) = min of -2 log L over all else where the parameter is c,    the ends: D(c) = D(estimate) + chi2_1 quantile

in factors A_k = sigma T_k of the covariances themselves and log sigma. A parameter is made an entry of a factor: the
sd of effect i is the first entry of the triangle of O A_k, where O turns the effect to the first place; the
correlation of i and j is that of the first two rows of the triangle of the effects in that order. With rho = sigma^2
over its best value at T, D = D(T) + d (log rho + 1/rho - 1), and the gradient is exact, at singular covariances too.
The lower end of a standard deviation is 0 where D(0) is not above the cut. Source: Bates, Maechler, Bolker & Walker
(2015), 5.1; Venzon & Moolgavkar, Applied Statistics 37 (1988), 87-94.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from stattools.errors import ConvergenceError
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.interface.when_needed import optimize
from stattools.latent.lower import lower

CLOSE = 1e-7
"""Ends are found to this share of the distance from the estimate."""
JUMP = 0.01
"""An end where the root of the fall of 2 log L is off by more than this share is none: a search missed the least."""
BETTER = 1e-4
"""-2 log L lower than at the maximum by more than this is a better maximum."""
BEYOND = 1e8
"""-2 log L above the maximum where it cannot be computed: a step that is taken back."""
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
    """-2 log L at its least where one parameter has a value, searched from the point before and from the maximum: a
    search that has come to a standard deviation of 0, where no correlation counts, may not leave it.
    """

    def __init__(self, found: Any, of: VarianceParameter) -> None:
        self.found, self.of, self.deviance = found, of, found.deviance
        self.sigma = float(np.sqrt(found.profile.s2))
        self.top = found.profile.value
        self.ways = [np.eye(len(T)) for T in found.profile.factors]
        self.unit = found.coordinates.unit
        self.is_correlation = of.k >= 0 and of.i != of.j
        if of.k >= 0:
            N = found.to_effects[of.k]
            first = [of.i, of.j] if self.is_correlation else [of.i]
            order = [*first, *(m for m in range(len(N)) if m not in first)]
            if self.is_correlation:
                self.ways[of.k] = np.linalg.inv(N[order])
            else:
                turned, _ = np.linalg.qr(np.column_stack([N[of.i], np.eye(len(N))]))
                self.ways[of.k] = turned
                self.unit *= float(np.linalg.norm(N[of.i]))
        self.maximum = self.coordinates_of_maximum()
        self.start = self.maximum.copy()

    def coordinates_of_maximum(self) -> Floats:
        """The triangles of A_k / sigma, and log sigma over its estimate, at the maximum, variances of 0 lifted."""
        parts = []
        for way, T, entry in zip(self.ways, self.found.profile.factors, self.deviance.entries, strict=True):
            L = lower(np.linalg.solve(way, T))
            size = LIFTED / np.linalg.norm(way, axis=0)
            rows = np.arange(len(L))
            L[rows, rows] = np.where(np.abs(L.diagonal()) < size, size, L.diagonal())
            parts.append(L[entry])
        return np.concatenate([*parts, [0.0]])

    @property
    def size(self) -> float:
        """About how large the parameter may be, where it is 0."""
        return self.unit * self.sigma

    @property
    def place(self) -> int:
        """Where the entry that is held stands among the coordinates."""
        if self.of.k < 0:
            return len(self.start) - 1
        return self.deviance.places[self.of.k].start + (1 if self.is_correlation else 0)

    def at(self, x: Floats) -> tuple[float, Floats]:
        """-2 log L and its gradient at all coordinates, the held one among them."""
        log_sigma = x[-1]
        s = np.exp(log_sigma)
        triangles = self.deviance.factors(x[:-1])
        ties = None
        if self.is_correlation:  # the held coordinate is the correlation, the next one the sd of the second effect
            L, r = triangles[self.of.k], x[self.place]
            # the sds are positive, whatever sign the search tries; at 0 the slope is that of a larger one
            signs = np.where(L.diagonal()[:2] < 0.0, -1.0, 1.0)
            L[0, 0], b, left = abs(L[0, 0]), abs(L[1, 1]), np.sqrt(max(1.0 - r * r, 0.0))
            L[1, 0], L[1, 1] = b * r, b * left
            ties = (r, left, *signs)
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
            if ties is not None and k == self.of.k:
                dL[1, 1] = ties[3] * (dL[1, 0] * ties[0] + dL[1, 1] * ties[1])
                dL[0, 0] *= ties[2]
            parts.append(dL[self.deviance.entries[k]])
        return float(value), np.concatenate([*parts, [slope_sigma]])

    def coordinate(self, value: float) -> float:
        """What the held coordinate is at a value of the parameter."""
        if self.of.k < 0:
            return float(np.log(value / (self.unit * self.sigma)))
        return value if self.is_correlation else value / (self.unit * self.sigma)

    def height(self, value: float) -> float:
        """How far the least -2 log L where the parameter has this value is above that of the maximum."""
        place, held = self.place, self.coordinate(value)
        free = np.arange(len(self.start)) != place

        def least(some: Floats) -> tuple[float, Floats]:
            x = np.empty(len(free))
            x[free], x[place] = some, held
            try:
                now, gradient = self.at(x)
            except (np.linalg.LinAlgError, ArithmeticError):  # a step beyond float64
                return self.top + BEYOND, np.zeros(len(some))
            return (now, gradient[free]) if np.isfinite(now) else (self.top + BEYOND, np.zeros(len(some)))

        starts = [self.start] if np.array_equal(self.start, self.maximum) else [self.start, self.maximum]
        with np.errstate(all="ignore"):  # a step too far is not finite, and is taken back
            found: list[Any] = [
                optimize.minimize(least, start[free], jac=True, method="BFGS", options={"gtol": 1e-5, "maxiter": 200})
                for start in starts
            ]
        best = min(found, key=lambda one: one.fun)
        if best.fun < self.top - BETTER:
            raise ConvergenceError(
                "a profile interval met a higher likelihood than that of the fit: its maximum is a local one. Fit with "
                'certify="global" where effects are independent, or take a simpler random part'
            )
        self.start[free] = best.x
        return float(best.fun - self.top)


def profile_ends(found: Any, of: VarianceParameter, cut: float) -> tuple[float, float]:
    """The interval of one parameter, `cut` the quantile of chi-squared; NaN for a correlation that does not exist."""
    if np.isnan(of.estimate):
        return np.nan, np.nan
    lowest, highest = (-1.0, 1.0) if of.k >= 0 and of.i != of.j else (0.0, np.inf)
    return _end(found.profile_of(of), of, cut, lowest, -1.0), _end(found.profile_of(of), of, cut, highest, 1.0)


def _end(profile: Any, of: VarianceParameter, cut: float, last: float, side: float) -> float:
    """The end on one side, `last` the end of the parameter's range there."""
    root = np.sqrt(cut)

    estimate = of.estimate
    known = {estimate: -root}

    def beyond(value: float) -> float:
        if value not in known:  # an end that was tried is not tried again: the next search would start from there
            known[value] = np.sqrt(max(profile.height(value), 0.0)) - root
        return known[value]

    if np.isfinite(last) and not (of.k < 0 and last == 0.0):
        if estimate == last or beyond(last) <= 0.0:
            return last
        profile.start = profile.coordinates_of_maximum()
        far = last
    else:
        size = profile.size if of.k >= 0 else estimate
        far = estimate * 0.7 if side < 0 else estimate + 0.5 * max(estimate, 0.1 * size)
        while beyond(far) <= 0.0:
            far = far * 0.7 if side < 0 else estimate + 2.0 * (far - estimate)
            if not np.isfinite(far) or far == 0.0:
                return last
    ends = sorted((estimate, far))
    width = ends[1] - ends[0]
    found_at: Any = optimize.brentq(beyond, *ends, xtol=CLOSE * width)
    if abs(beyond(found_at)) > JUMP * root:
        raise ConvergenceError(
            f"a profile interval has no end where one was looked for: near {found_at:.6g} -2 log L jumps past what a "
            "likelihood ratio test does not reject. Take interval=None, or a simpler random part"
        )
    return float(found_at)
