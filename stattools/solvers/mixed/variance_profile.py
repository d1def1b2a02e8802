"""The profile of a standard deviation or a correlation of random effects, and where it reaches a cut.

    fall(c) = min over all else of -2 log L where the parameter is c, less that of the maximum
    interval: from the least to the largest c with fall(c) <= cut, the quantile of chi-squared on one degree of freedom

A parameter is made an entry of a triangle: the sd of effect i is the first entry of the triangle of O A_k, where O
turns the effect to the first place; the correlation of i and j is that of the first two rows of the triangle of the
effects in that order, whose standard deviations are searched as logarithms. A_k is sigma T_k of linear models, where
sigma is profiled too, rho = sigma^2 over its best value at T: D = D(T) + d (log rho + 1/rho - 1).

The minimum is not unique: each search starts from the nearest points of the profile that are known, and where an
interval ends also from points scattered about the maximum. A correlation says nothing where one of its two effects
does not vary: its profile is nowhere above those of these two standard deviations at 0. Source: Bates, Maechler, Bolker
& Walker (2015), 5.1; Venzon & Moolgavkar, Applied Statistics 37 (1988), 87-94.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from stattools.errors import ConvergenceError
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.interface.when_needed import optimize
from stattools.numerics.small_matrices import lower

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


def _turned(N: Floats, of: VarianceParameter) -> tuple[Floats, float]:
    """The way from the triangle of which the parameter is an entry to the factor of the coordinates N of a term's
    effects, and the size of a standard deviation that is 1 there.
    """
    if of.is_correlation:
        return np.linalg.inv(N[[of.i, of.j, *(m for m in range(len(N)) if m not in (of.i, of.j))]]), 1.0
    way, _ = np.linalg.qr(np.column_stack([N[of.i], np.eye(len(N))]))
    return way, float(np.linalg.norm(N[of.i]))


def _lifted(way: Floats, T: Floats) -> tuple[Floats, Floats]:
    """The triangle of a factor T, variances of 0 lifted, and the sizes of lifts."""
    L, size, rows = lower(np.linalg.solve(way, T)), LIFTED / np.linalg.norm(way, axis=0), np.arange(len(T))
    L[rows, rows] = np.where(np.abs(L.diagonal()) < size, size, L.diagonal())
    return L, size


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
            self.ways[of.k], size = _turned(found.to_effects[of.k], of)
            self.unit *= size
        self.size = self.unit * self.sigma
        start = self.deviance.places[of.k].start if of.k >= 0 else -1
        self.logs = [start, start + 2] if of.is_correlation else []
        parts, sizes = zip(*map(self._entries, self.ways, found.profile.factors, self.deviance.entries), strict=True)
        self.maximum, self.sizes = np.concatenate([*parts, [0.0]]), np.concatenate([*sizes, [0.0]])
        self.place = len(self.maximum) - 1 if of.k < 0 else start + (1 if of.is_correlation else 0)
        if of.is_correlation:
            a, b = start, start + 2
            whole = np.hypot(self.maximum[a + 1], self.maximum[b])
            self.maximum[[a, a + 1, b]] = np.log(abs(self.maximum[a])), self.maximum[a + 1] / whole, np.log(whole)

    def _entries(self, way: Floats, T: Floats, entry: Any) -> tuple[Floats, Floats]:
        """The entries of the triangle of A_k / sigma at the maximum, and the sizes of lifts of each."""
        L, size = _lifted(way, T)
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


FLAT = 1e-10
"""The least second derivative, as a share of the largest, with which a search begins."""

STEP = 1e-6
"""Of differences of one triangle by the entries of another, which are of order 1."""


class MarginalProfile:
    """The fall of 2 log L where one parameter is a coordinate (see `ProfileSearch`)."""

    def __init__(self, found: Any, of: VarianceParameter) -> None:
        self.found, self.of, self.marginal = found, of, found.marginal.coarser
        self.top = self.marginal.evaluate(found.at, 0).loglik
        self.factors = tuple(found.marginal.factors(found.at))
        sizes = [len(T) * (len(T) + 1) // 2 for T in self.factors]
        self.first = len(found.at) - sum(sizes) - len(found.taus)
        start = self.first + sum(sizes[: of.k])
        self.own = slice(start, start + sizes[of.k])
        self.way, self.size = _turned(found.marginal.to_effects[of.k], of)
        self.scattered_starts = 2 if sum(sizes) > 1 else 0  # a single variance has one profile
        self.place = 1 if self.of.is_correlation else 0
        others = np.delete(np.arange(len(found.at)), np.arange(self.own.start, self.own.stop))
        self.others = others
        self.spread = np.sqrt(np.maximum(found.inverse.diagonal(), 0.0))[others]
        self.spread = np.where(self.spread > 0.0, self.spread, 1.0)
        self.maximum = self._coordinates_of_maximum()
        bend, self.tangent = self._bend()
        self.options: dict[str, Any] = {"gtol": 1e-3, "maxiter": 200} | ({} if bend is None else {"hess_inv0": bend})

    def _bend(self) -> tuple[Floats | None, Floats]:
        """The inverse of the second derivatives of the fall in all that is free at the maximum, None where they are not
        positive, and how all that is free moves with the coordinate that is held.
        """
        m, free = self.own.stop - self.own.start, np.arange(len(self.maximum)) != self.place
        J = np.zeros((len(self.maximum),) * 2)
        J[self.own, :m] = self._change(self.maximum[:m])
        J[self.others, np.arange(m, len(self.maximum))] = self.spread
        H = 2.0 * J.T @ self.found.information @ J
        within, across = H[np.ix_(free, free)], H[free, self.place]
        values = np.linalg.eigvalsh(within) if len(within) else np.ones(1)
        if values[0] <= FLAT * values[-1]:
            return None, np.zeros(len(across))
        inverse = np.linalg.inv(within)
        return 0.5 * (inverse + inverse.T), -inverse @ across

    def _coordinates_of_maximum(self) -> Floats:
        """The entries of the triangle with the one that is held, then all else in standard errors from the maximum."""
        L, _ = _lifted(self.way, self.factors[self.of.k])
        if self.of.is_correlation:
            whole = np.hypot(L[1, 0], L[1, 1])
            L[0, 0], L[1, 0], L[1, 1] = np.log(L[0, 0]), L[1, 0] / whole, np.log(whole)
        return np.concatenate([L[np.tril_indices(len(L))], np.zeros(len(self.others))])

    def coordinate(self, value: float) -> float:
        """What the held coordinate is at a value of the parameter."""
        return value if self.of.is_correlation else value / self.size

    def toward(self, x: Floats, held: float) -> Floats:
        """All else moves as it does at the maximum."""
        moved = x.copy()
        moved[np.arange(len(x)) != self.place] += self.tangent * (held - x[self.place])
        return moved

    def scattered(self, random: np.random.Generator) -> Floats:
        """A point about the maximum: standard errors from it, sizes of several times and parts of those there."""
        m, draw = self.own.stop - self.own.start, random.normal(size=(2, len(self.maximum)))
        made = self.maximum + draw[0]
        if not self.of.is_correlation:
            made[:m] = np.exp(draw[0, :m]) * np.maximum(np.abs(self.maximum[:m]), LIFTED) * np.sign(draw[1, :m])
        return made

    def _own(self, entries: Floats) -> Floats:
        """The entries of T of those of the triangle in which the parameter is one."""
        q = len(self.way)
        L = np.zeros((q, q))
        L[np.tril_indices(q)] = entries
        if self.of.is_correlation:
            r, b = L[1, 0], np.exp(L[1, 1])
            L[0, 0], L[1, 0], L[1, 1] = np.exp(L[0, 0]), b * r, b * np.sqrt(max(1.0 - r * r, 0.0))
        return L[:1, 0] if q == 1 else lower(self.way @ L)[np.tril_indices(q)]

    def theta(self, x: Floats) -> Floats:
        """The coordinates of the marginal likelihood."""
        m = self.own.stop - self.own.start
        theta = self.found.at.copy()
        theta[self.others] += self.spread * x[m:]
        theta[self.own] = self._own(x[:m])
        return theta

    def at(self, x: Floats) -> tuple[float, Floats]:
        """The fall of 2 log L, and its gradient."""
        m = self.own.stop - self.own.start
        now = self.marginal.evaluate(self.theta(x), 1)
        change = self._change(x[:m])
        gradient = np.concatenate([change.T @ now.score[self.own], self.spread * now.score[self.others]])
        return 2.0 * (self.top - now.loglik), -2.0 * gradient

    def _change(self, entries: Floats) -> Floats:
        """How the entries of T move with those of the triangle."""
        m = len(entries)
        change = np.empty((m, m))
        for k in range(m):
            step = np.zeros(m)
            step[k] = STEP
            change[:, k] = (self._own(entries + step) - self._own(entries - step)) / (2.0 * STEP)
        return change


CLOSE = 1e-7
"""Ends are found to this part of the distance from the estimate."""

JUMP = 0.01
"""An end where the root of the fall is off by more than this part of it is none: a search missed the minimum."""

BETTER = 1e-4
"""-2 log L lower than at the maximum by more than this is a better maximum."""

BEYOND = 1e8
"""-2 log L above the maximum where it cannot be computed: a step that is taken back."""

TRIES = 10
"""An end beyond which a lower -2 log L was found is looked for again so many times."""


class HigherLikelihood(ConvergenceError):
    """The likelihood is higher elsewhere: the fit is not the maximum, and no interval about it is right."""


class ProfileSearch:
    """The profile of one parameter in `coordinates`, from its `estimate` on; it is nowhere above `ceiling`."""

    def __init__(
        self, coordinates: VarianceProfile | MarginalProfile, estimate: float, ceiling: float = np.inf
    ) -> None:
        self.coordinates, self.ceiling = coordinates, ceiling
        self.reached = {estimate: coordinates.maximum}

    @property
    def size(self) -> float:
        """About how large the parameter may be, where it is 0."""
        return self.coordinates.size

    def height(self, value: float, *, everywhere: bool = False) -> float:
        """The fall where the parameter has this value; `everywhere` searches from scattered points too.

        HigherLikelihood where it is negative: then the fit is not the maximum.
        """
        of = self.coordinates
        held = of.coordinate(value)
        free = np.arange(len(of.maximum)) != of.place

        def least(some: Floats) -> tuple[float, Floats]:
            x = np.empty(len(free))
            x[free], x[of.place] = some, held
            try:
                now, gradient = of.at(x)
            except (np.linalg.LinAlgError, ArithmeticError):  # a step beyond float64
                return BEYOND, np.zeros(len(some))
            is_finite = np.isfinite(now) and np.isfinite(gradient).all()
            return (now, gradient[free]) if is_finite else (BEYOND, np.zeros(len(some)))

        below = [one for one in self.reached if one <= value]
        above = [one for one in self.reached if one > value]
        nearest = [*sorted(below)[-1:], *sorted(above)[:1]]
        starts = [of.toward(self.reached[one], held) for one in nearest]
        if everywhere:
            random = np.random.default_rng(0)
            starts += [of.maximum, *(of.scattered(random) for _ in range(of.scattered_starts))]
        best, fun = starts[0][free], np.inf
        with np.errstate(all="ignore"):  # a step too far is not finite, and is taken back
            for start in starts:
                there, lowest = start[free], least(start[free])[0]
                if free.any():
                    made: Any = optimize.minimize(least, there, jac=True, method="BFGS", options=of.options)
                    there, lowest = made.x, float(made.fun)
                if lowest < fun:
                    best, fun = there, lowest
        if fun < -BETTER:
            raise HigherLikelihood(
                "a profile interval met a higher likelihood than that of the fit: its maximum is a local one. Fit with "
                'certify="global" where effects are independent, or take a simpler random part'
            )
        if fun < BEYOND:
            x = np.empty(len(free))
            x[free], x[of.place] = best, held
            self.reached[value] = x
        return min(fun, self.ceiling)


def falls_at_zero(found: Any) -> tuple[Floats, ...]:
    """The fall where the standard deviation of each effect of each term is 0, everything else at its best."""
    each = []
    for k, covariance in enumerate(found.covariances):
        sds = [VarianceParameter(k, i, i, float(np.sqrt(covariance[i, i]))) for i in range(len(covariance))]
        each.append(np.array([found.profile_of(of).height(0.0, everywhere=True) for of in sds]))
    return tuple(each)


def ceiling(found: Any, of: VarianceParameter) -> float:
    """What no profile of a correlation is above: one of its effects does not vary, and it may have any value."""
    return float(found.falls_at_zero[of.k][[of.i, of.j]].min()) if of.is_correlation else np.inf


def profile_ends(found: Any, of: VarianceParameter, cut: float) -> tuple[float, float]:
    """The interval of one parameter, `cut` the quantile of chi-squared; NaN for a correlation that does not exist.

    ConvergenceError where an end was not found.
    """
    if np.isnan(of.estimate):
        return np.nan, np.nan
    lowest, highest = (-1.0, 1.0) if of.is_correlation else (0.0, np.inf)
    return _end(found, of, cut, lowest, -1.0), _end(found, of, cut, highest, 1.0)


def _end(found: Any, of: VarianceParameter, cut: float, last: float, side: float) -> float:
    """The end on one side, `last` the end of the parameter's range there."""
    profile, root, has_last = found.profile_of(of), np.sqrt(cut), np.isfinite(last) and of.k >= 0
    if of.estimate == last or profile.ceiling <= cut:
        return last
    near, known, end = of.estimate, {of.estimate: -root}, of.estimate

    def beyond(value: float, everywhere: bool = False) -> float:
        if value not in known or everywhere:
            fall = found.falls_at_zero[of.k][of.i] if value == 0.0 and not of.is_correlation else None
            fall = profile.height(value, everywhere=everywhere) if fall is None else fall
            known[value] = float(np.sqrt(max(fall, 0.0)) - root)
        return known[value]

    for _ in range(TRIES):
        if has_last:
            far = last
            if beyond(last, everywhere=True) <= 0.0:
                return last
        else:
            far = near * 0.7 if side < 0 else near + 0.5 * max(near, 0.1 * profile.size)
            while beyond(far) <= 0.0:
                near, far = far, far * 0.7 if side < 0 else far + 2.0 * (far - near)
                if not np.isfinite(far) or far == 0.0:
                    return last
        width = abs(far - of.estimate)
        end = float(optimize.brentq(beyond, *sorted((near, far)), xtol=CLOSE * width))  # type: ignore[arg-type]
        off = beyond(end, everywhere=True)
        if abs(off) <= JUMP * root:
            return end
        # a search from elsewhere came lower here, or nearer to the estimate: the end lies farther out
        near, known = (end, {end: off}) if off < 0.0 else (of.estimate, {of.estimate: -root})
    raise ConvergenceError(
        f"a profile interval has no end where one was looked for: near {end:.6g} -2 log L jumps past what a "
        "likelihood ratio test does not reject. Take interval=None, or a simpler random part"
    )
