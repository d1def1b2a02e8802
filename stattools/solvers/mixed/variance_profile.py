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

from collections.abc import Callable
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


def _lifted(way: Floats, T: Floats) -> Floats:
    """The triangle of a factor T, variances of 0 lifted."""
    L, size, rows = lower(np.linalg.solve(way, T)), LIFTED / np.linalg.norm(way, axis=0), np.arange(len(T))
    L[rows, rows] = np.where(np.abs(L.diagonal()) < size, size, L.diagonal())
    return L


@record
class Surface:
    """The fall of 2 log L from a maximum, with its gradient, as a function `fall` of all parameters, which are `point`
    at the maximum. The entries of its `factors` begin at `first`, in coordinates from which `to_effects` leads to the
    data, where standard deviations are `unit` times as large. `spread` is how far each parameter may move, `bend` are
    the second derivatives; searches end at a gradient of `close`, and begin at so many `scattered` points too.
    """

    fall: Callable[[Floats], tuple[float, Floats]]
    point: Floats
    factors: tuple[Floats, ...]
    first: int
    to_effects: tuple[Floats, ...]
    unit: float
    spread: Floats
    bend: Floats
    close: float
    scattered: int


def linear_surface(found: Any) -> Surface:
    """That of a linear mixed model: the entries of A_k / sigma, with sigma as at the maximum, and log sigma."""
    deviance, profile, sigma = found.deviance, found.profile, float(np.sqrt(found.profile.s2))

    def fall(point: Floats) -> tuple[float, Floats]:
        s = np.exp(point[-1])
        at, s2 = deviance.at(point[:-1] / s), (sigma * s) ** 2
        rho = s2 / at.s2
        parts, slope_sigma = [], 2.0 * deviance.d * (1.0 - 1.0 / rho)
        for gamma, projected, T, entry in zip(
            at.gammas, at.evaluated.projected, at.factors, deviance.entries, strict=True
        ):
            g = at.slopes(projected)
            whole = gamma + (g @ g.T) * (1.0 / at.s2 - 1.0 / s2)
            slope_sigma -= 2.0 * float(np.sum(whole * (T @ T.T)))
            parts.append((2.0 * whole @ T / s)[entry])
        value = at.value + deviance.d * (np.log(rho) + 1.0 / rho - 1.0)
        return float(value - profile.value), np.concatenate([*parts, [slope_sigma]])

    point = np.append(deviance.theta(tuple(_lifted(np.eye(len(T)), T) for T in profile.factors)), 0.0)
    steps = BENT * np.eye(len(point))
    bend = np.array([fall(point + step)[1] - fall(point - step)[1] for step in steps]) / (2.0 * BENT)
    spread = np.append(np.maximum(np.abs(point[:-1]), LIFTED), 0.3)
    unit = found.coordinates.unit * sigma
    return Surface(fall, point, profile.factors, 0, found.to_effects, unit, spread, 0.5 * (bend + bend.T), 1e-5, 6)


def marginal_surface(found: Any) -> Surface:
    """That of a mixed regression, with as many nodes as an interval needs."""
    marginal, factors = found.marginal.coarser, tuple(found.marginal.factors(found.at))
    top = marginal.evaluate(found.at, 0).loglik

    def fall(point: Floats) -> tuple[float, Floats]:
        now = marginal.evaluate(point, 1)
        return 2.0 * (top - now.loglik), -2.0 * now.score

    size = len(found.entries)
    spread = np.sqrt(np.maximum(found.inverse.diagonal(), 0.0))
    first, scattered = len(found.at) - size - len(found.taus), 2 if size > 1 else 0
    spread, bend = np.where(spread > 0.0, spread, 1.0), 2.0 * found.information
    return Surface(fall, found.at, factors, first, found.marginal.to_effects, 1.0, spread, bend, 1e-3, scattered)


FLAT = 1e-10
"""The least second derivative, as a share of the largest, with which a search begins."""

STEP = 1e-6
"""Of differences of one triangle by the entries of another, which are of order 1."""

BENT = 1e-4
"""Of differences of the gradient, whose entries are of order 1."""


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


class VarianceProfile:
    """The profile of one parameter, which is a coordinate `place` of the entries of a triangle; all else is in spreads
    from the maximum.
    """

    def __init__(self, found: Any, of: VarianceParameter) -> None:
        self.surface, self.of = found.surface, of
        surface: Surface = self.surface
        sizes, every = [len(T) * (len(T) + 1) // 2 for T in surface.factors], np.arange(len(surface.point))
        start = surface.first + sum(sizes[: of.k]) if of.k >= 0 else len(every) - 1
        self.own = slice(start, start + (sizes[of.k] if of.k >= 0 else 1))
        self.way, size = _turned(surface.to_effects[of.k], of) if of.k >= 0 else (np.eye(1), 1.0)
        self.size, self.place = surface.unit * size, 1 if of.is_correlation else 0
        self.others = np.delete(every, every[self.own])
        self.maximum = np.concatenate([self._entries(), np.zeros(len(self.others))])
        self.reached = {of.estimate: self.maximum}
        self.ceiling = ceiling(found, of)
        bend, self.tangent = self._bend()
        self.options: dict[str, Any] = {"gtol": surface.close, "maxiter": 200}
        self.options |= {} if bend is None else {"hess_inv0": bend}

    def _entries(self) -> Floats:
        """The entries of the triangle at the maximum."""
        if self.of.k < 0:
            return np.zeros(1)
        L = _lifted(self.way, self.surface.factors[self.of.k])
        if self.of.is_correlation:
            whole = np.hypot(L[1, 0], L[1, 1])
            L[0, 0], L[1, 0], L[1, 1] = np.log(L[0, 0]), L[1, 0] / whole, np.log(whole)
        return L[np.tril_indices(len(L))]

    def _bend(self) -> tuple[Floats | None, Floats]:
        """The inverse of the second derivatives of the fall in all that is free at the maximum, None where they are not
        positive, and how all that is free moves with the coordinate that is held.
        """
        m, free = self.own.stop - self.own.start, np.arange(len(self.maximum)) != self.place
        J = np.zeros((len(self.maximum),) * 2)
        J[self.own, :m] = self._change(self.maximum[:m])
        J[self.others, np.arange(m, len(self.maximum))] = self.surface.spread[self.others]
        H = J.T @ self.surface.bend @ J
        within, across = H[np.ix_(free, free)], H[free, self.place]
        if not np.isfinite(H).all():
            return None, np.zeros(len(across))
        values = np.linalg.eigvalsh(within) if len(within) else np.ones(1)
        if values[0] <= FLAT * values[-1]:
            return None, np.zeros(len(across))
        inverse = np.linalg.inv(within)
        return 0.5 * (inverse + inverse.T), -inverse @ across

    def coordinate(self, value: float) -> float:
        """What the held coordinate is at a value of the parameter."""
        if self.of.k < 0:
            return float(np.log(value / self.size))
        return value if self.of.is_correlation else value / self.size

    def toward(self, x: Floats, held: float) -> Floats:
        """All else moves as it does at the maximum."""
        moved = x.copy()
        moved[np.arange(len(x)) != self.place] += self.tangent * (held - x[self.place])
        return moved

    def scattered(self, random: np.random.Generator) -> Floats:
        """A point about the maximum: spreads from it, sizes of several times and parts of those there."""
        m, draw = self.own.stop - self.own.start, random.normal(size=(2, len(self.maximum)))
        made = self.maximum + draw[0]
        if not self.of.is_correlation and self.of.k >= 0:
            made[:m] = np.exp(draw[0, :m]) * np.maximum(np.abs(self.maximum[:m]), LIFTED) * np.sign(draw[1, :m])
        return made

    def _own(self, entries: Floats) -> Floats:
        """The entries of T of those of the triangle in which the parameter is one."""
        if self.of.k < 0:
            return entries
        q = len(self.way)
        L = np.zeros((q, q))
        L[np.tril_indices(q)] = entries
        if self.of.is_correlation:
            r, b = L[1, 0], np.exp(L[1, 1])
            L[0, 0], L[1, 0], L[1, 1] = np.exp(L[0, 0]), b * r, b * np.sqrt(max(1.0 - r * r, 0.0))
        return L[:1, 0] if q == 1 else lower(self.way @ L)[np.tril_indices(q)]

    def at(self, x: Floats) -> tuple[float, Floats]:
        """The fall of 2 log L, and its gradient."""
        m, spread, point = self.own.stop - self.own.start, self.surface.spread[self.others], self.surface.point.copy()
        point[self.others] += spread * x[m:]
        point[self.own] = self._own(x[:m])
        value, slope = self.surface.fall(point)
        return value, np.concatenate([self._change(x[:m]).T @ slope[self.own], spread * slope[self.others]])

    def _change(self, entries: Floats) -> Floats:
        """How the entries of T move with those of the triangle."""
        steps = STEP * np.eye(len(entries))
        return np.array([self._own(entries + step) - self._own(entries - step) for step in steps]).T / (2.0 * STEP)

    def height(self, value: float, *, everywhere: bool = False) -> float:
        """The fall where the parameter has this value; `everywhere` searches from scattered points too.

        HigherLikelihood where it is negative: then the fit is not the maximum.
        """
        held = self.coordinate(value)
        free = np.arange(len(self.maximum)) != self.place

        def least(some: Floats) -> tuple[float, Floats]:
            x = np.empty(len(free))
            x[free], x[self.place] = some, held
            try:
                now, gradient = self.at(x)
            except (np.linalg.LinAlgError, ArithmeticError):  # a step beyond float64
                return BEYOND, np.zeros(len(some))
            is_finite = np.isfinite(now) and np.isfinite(gradient).all()
            return (now, gradient[free]) if is_finite else (BEYOND, np.zeros(len(some)))

        below = [one for one in self.reached if one <= value]
        above = [one for one in self.reached if one > value]
        nearest = [*sorted(below)[-1:], *sorted(above)[:1]]
        starts = [self.toward(self.reached[one], held) for one in nearest]
        if everywhere:
            random = np.random.default_rng(0)
            starts += [self.maximum, *(self.scattered(random) for _ in range(self.surface.scattered))]
        best, fun = starts[0][free], np.inf
        with np.errstate(all="ignore"):  # a step too far is not finite, and is taken back
            for start in starts:
                there, lowest = start[free], least(start[free])[0]
                if free.any():
                    made: Any = optimize.minimize(least, there, jac=True, method="BFGS", options=self.options)
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
            x[free], x[self.place] = best, held
            self.reached[value] = x
        return min(fun, self.ceiling)


def falls_at_zero(found: Any) -> tuple[Floats, ...]:
    """The fall where the standard deviation of each effect of each term is 0, everything else at its best."""
    each = []
    for k, covariance in enumerate(found.covariances):
        sds = [VarianceParameter(k, i, i, float(np.sqrt(covariance[i, i]))) for i in range(len(covariance))]
        each.append(np.array([VarianceProfile(found, of).height(0.0, everywhere=True) for of in sds]))
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
    profile, root, has_last = VarianceProfile(found, of), np.sqrt(cut), np.isfinite(last) and of.k >= 0
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
        end = float(optimize.brentq(beyond, *sorted((near, far)), xtol=CLOSE * width))
        off = beyond(end, everywhere=True)
        if abs(off) <= JUMP * root:
            return end
        # a search from elsewhere came lower here, or nearer to the estimate: the end lies farther out
        near, known = (end, {end: off}) if off < 0.0 else (of.estimate, {of.estimate: -root})
    raise ConvergenceError(
        f"a profile interval has no end where one was looked for: near {end:.6g} -2 log L jumps past what a "
        "likelihood ratio test does not reject. Take interval=None, or a simpler random part"
    )
