"""The profile of a standard deviation or a correlation of random effects, and where it reaches a cut.

    fall(c) = min over all else of -2 log L where the parameter is c, less that of the maximum
    interval: from the least to the largest c with fall(c) <= cut, the quantile of chi-squared on one degree of freedom

The minimum is not unique: each search starts from the nearest points of the profile that are known, at first from the
maximum, and where an interval ends also from points scattered about the maximum. A correlation says nothing where one
of its two effects does not vary, so that its profile is nowhere above those of these two standard deviations at 0.
They are models of their own, and the correlation is searched in the logarithms of its standard deviations.
Source: Bates, Maechler, Bolker & Walker (2015), 5.1; Venzon & Moolgavkar, Applied Statistics 37 (1988), 87-94.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

from stattools.errors import ConvergenceError
from stattools.interface.arrays import Floats
from stattools.interface.when_needed import optimize
from stattools.solvers.mixed.variance_profile import VarianceParameter

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


class ProfileCoordinates(Protocol):
    """The likelihood in coordinates of which one, at `place`, is the parameter."""

    maximum: Floats
    place: int
    size: float
    scattered_starts: int
    options: dict[str, Any]

    def at(self, x: Floats) -> tuple[float, Floats]:
        """The fall of 2 log L from the maximum, and its gradient."""
        ...

    def coordinate(self, value: float) -> float:
        """What the held coordinate is at a value of the parameter."""
        ...

    def toward(self, x: Floats, held: float) -> Floats:
        """A point near x where the held coordinate has another value."""
        ...

    def scattered(self, random: np.random.Generator) -> Floats:
        """A point about the maximum."""
        ...


class ProfileSearch:
    """The profile of one parameter in `coordinates`, from its `estimate` on; it is nowhere above `ceiling`."""

    def __init__(self, coordinates: ProfileCoordinates, estimate: float, ceiling: float = np.inf) -> None:
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
