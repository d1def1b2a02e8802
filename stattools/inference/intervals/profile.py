"""Intervals from the profile log-likelihood and from the score test, one coefficient at a time.

    profile: 2 (max loglik - loglik_p(t)) = q,   loglik_p(t) = max of loglik(theta) over theta with theta_j = t
    score:   U(t)^2 / V(t) = q,   U = loglik_p'(t), 1 / V = [information^-1]_jj, both at the constrained maximum

with q the quantile of chi^2 on one degree of freedom. The square root of either side is nearly a straight line in t, so
that Newton's method on it, which moves t and the other coefficients at once, ends after a few evaluations of the model
(Venzon & Moolgavkar, "A method for computing profile-likelihood-based confidence intervals", 1988). Only
`model.evaluate` is asked: a likelihood of any kind will do, a penalized one too. For `st.ols` both statistics and
Wald's are monotone functions of Student's t, and the exact interval of all three is Wald's.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import special

from stattools.errors import ConvergenceError, IncompatibleError
from stattools.inference.estimates import Estimates, quantile_of
from stattools.inference.penalties import Ridge
from stattools.inference.restricted import Point, ProfileCurve
from stattools.interface.arrays import Floats
from stattools.interface.interval import require_level
from stattools.numerics.columns import with_levels
from stattools.solvers.metric import Metric

CLOSE = 1e-9
"""An end is found when what a step leaves is this small, in standard errors; that step is still taken."""

READS, SECONDS_OF_A_NUMBER, SECONDS_OF_A_PRODUCT, MOST_HOURS = 5, 1e-8, 4e-10, 2.0
"""What an end costs, about: reads of the rows, by the numbers that these have, and by the cube of the coefficients."""

SURE = 1e-6
"""A longer step is looked at again, whatever its curvature says: it may lead beyond the edge of the domain."""

FAR_OFF = 1e-3
"""An estimate this many standard errors from the maximum is not the maximum."""

SHORT = 1e-4
"""An interval that reaches fewer standard errors is Wald's to 1e-8 of them, and the log-likelihood at its ends is that
of the maximum to its last digits.
"""

HORIZON = 1e6
"""A profile that has not reached the cut this many standard errors away does not reach it."""


def profile_interval(fit: Estimates, level: float) -> tuple[Floats, Floats]:
    """Profile-likelihood interval of every coefficient: arrays lower and upper, shape (p,).

    The ends are the values that a likelihood-ratio test at 1 - level just rejects, to 1e-8 standard errors; an end is
    +-inf where the profile levels off before it comes down to the cut. They follow any monotone change of parameter,
    unlike Wald's. The likelihood is the model's, whatever `fit.cov` is; of a fit with `penalty=st.Jeffreys()` it is
    the penalized one. For `st.ols` it is Wald's interval, exactly (see above). Raises DomainError for a level outside
    (0, 1), IncompatibleError for a ridge fit, ConvergenceError where a point above the maximum is met. Source: Venzon
    & Moolgavkar (1988); for Jeffreys' penalty Heinze & Schemper (2002).

    >>> import stattools as st
    >>> f = st.fit(st.logistic([0, 0, 1, 0, 1, 1], [1.0, 2, 3, 4, 5, 6]))
    >>> lower, upper = profile_interval(f, 0.95)
    >>> lower.round(4).tolist(), upper.round(4).tolist()
    ([-15.1238, -0.0658], [0.5779, 4.1592])
    """
    return _ends(fit, level, is_score=False, tolerance=0.03)


def score_interval(fit: Estimates, level: float) -> tuple[Floats, Floats]:
    """Score interval of every coefficient: arrays lower and upper, shape (p,).

    The ends are the values that a score test at 1 - level just rejects, to 1e-8 standard errors, the other
    coefficients at their maximum for that value. An end is +-inf where the test rejects no value on that side. For
    `st.ols` it is Wald's interval, exactly. Raises DomainError for a level outside (0, 1), IncompatibleError for a
    penalized fit. Source: Cox & Hinkley, Theoretical Statistics (1974), 9.3; for one proportion it is Wilson's
    interval.

    >>> import stattools as st
    >>> f = st.fit(st.logistic([1, 1, 1, 0], [[1.0]] * 4, intercept=False))
    >>> special.expit(np.ravel(score_interval(f, 0.95))).round(6).tolist()
    [0.300642, 0.954413]
    >>> np.round(tuple(st.fit(st.coin([1, 1, 1, 0])).interval(kind="wilson")), 6).tolist()
    [0.300642, 0.954413]
    """
    if fit.penalty is not None:
        raise IncompatibleError(
            'score intervals belong to the likelihood without a penalty; this fit has one. Use kind="profile".'
        )
    return _ends(fit, level, is_score=True, tolerance=1e-9)


def _ends(fit: Estimates, level: float, *, is_score: bool, tolerance: float) -> tuple[Floats, Floats]:
    """The ends of all coefficients; those of Wald's interval where these are exact, or as good."""
    require_level(level)
    if isinstance(fit.penalty, Ridge):
        raise IncompatibleError("a ridge fit has no intervals: its estimates are biased by design.")
    target = float(-special.ndtri(0.5 * (1.0 - level)))  # the root of the quantile
    if fit.model.has_scale or (target < SHORT and not is_score):
        work, T, peak = fit._likelihood()
        reach = quantile_of(fit.df, level) if fit.model.has_scale else target
        scale = reach * np.sqrt(fit.model.dispersion(fit.estimate))
        half = scale * Metric(work.evaluate(peak).information).spread(T)[: len(fit.names)]
        return fit.estimate - half, fit.estimate + half
    _require_reachable(fit)
    curve_of = _curves(fit)
    ends = np.empty((2, len(fit.names)))  # of a mixed model its variances are no coefficients
    for j in range(len(fit.names)):
        for row, side in enumerate((-1.0, 1.0)):
            curve, se = curve_of(j, side)
            ends[row, j] = fit.estimate[j] + side * se * _reach(curve, target, is_score, tolerance)
    return ends[0], ends[1]


def _require_reachable(fit: Estimates) -> None:
    """IncompatibleError where the ends of so many coefficients take more than `MOST_HOURS`."""
    if not fit.model.facts.is_regression:
        return
    p, rows = len(fit.names), fit.model.rows
    cubes = p**3 if with_levels(rows.X) is None else 0
    hours = 2 * p * READS * (SECONDS_OF_A_NUMBER * rows.X.size + SECONDS_OF_A_PRODUCT * cubes) / 3600.0
    if hours > MOST_HOURS:
        raise IncompatibleError(
            f"profile and score intervals read all rows about {READS} times for each end, which for the {p:,} "
            f'coefficients of {fit.model.title} takes about {hours:,.0f} hours of one core. Use kind="wald", or fewer '
            "coefficients: (1 | group) in the place of the levels of a factor."
        )


def profile_fall(fit: Estimates, j: int, low: float, high: float, steps: int) -> tuple[Floats, Floats]:
    """How far the profile log-likelihood of coefficient j lies below its maximum, at `steps` values on either side of
    the estimate, from `low` to `high`: values and heights, which end where the log-likelihood is not finite.
    """
    curve_of, value = _curves(fit), float(fit.estimate[j])
    sides = []
    for side, end in ((-1.0, low), (1.0, high)):
        curve, se = curve_of(j, side)
        point: Point | None = curve.start()
        found, top = list[tuple[float, float]](), point.loglik
        for tau in np.linspace(0.0, abs(end - value) / se, steps + 1)[1:]:
            if (point := curve.at(tau, point, 1e-3)) is None:
                break
            found.append((value + side * se * tau, point.loglik - top))
        sides.append(found)
    return tuple(np.array([*sides[0][::-1], (value, 0.0), *sides[1]]).T)


def _curves(fit: Estimates) -> Callable[[int, float], tuple[ProfileCurve, float]]:
    """For a coefficient and a side its profile, and the standard error that it is measured in."""
    work, T, peak = fit._likelihood()
    now = work.evaluate(peak)
    metric = Metric(now.information)
    if metric.norm(now.score) > FAR_OFF:
        raise ConvergenceError(
            f"Intervals start at the maximum, and the estimate is {metric.norm(now.score):.2g} standard errors from "
            f"that of {fit.model.title}. Fit again."
        )

    def curve(j: int, side: float) -> tuple[ProfileCurve, float]:
        along = T.pulled(side * np.eye(1, len(peak), j)[0])
        out = metric.solve(along)
        se = float(np.sqrt(along @ out))
        return ProfileCurve(work, peak, now, out / se, along / se, fit.names[j]), se

    return curve


def _reach(curve: ProfileCurve, target: float, is_score: bool, tolerance: float) -> float:
    """How many standard errors from the peak the root of the statistic first equals the target; inf where it never
    does. sqrt(2 (top - loglik)) rises by about 1 per standard error; the slope of the root of the score statistic comes
    from the last two points.
    """
    point = curve.start()
    top, low, high, edge = point.loglik, 0.0, np.inf, np.inf
    tau, last, before = target, (0.0, 0.0), np.inf
    for _ in range(200):
        new = curve.at(tau, point, tolerance)
        if new is None:  # beyond the edge of the parameter's domain
            edge = max(tau, point.tau)
            if abs(tau - point.tau) <= CLOSE * max(1.0, tau):
                return tau
            tau = 0.5 * (tau + point.tau)
            continue
        point = new
        if point.height > top + 1e-7 * (1.0 + 1e-4 * abs(top)):
            raise ConvergenceError(
                f"A higher log-likelihood ({point.height:.9g} against {top:.9g}) was met {point.tau:.3g} standard "
                f"errors from the estimate of {curve.name!r}: the fit is not the maximum. Fit again from another start."
            )
        if is_score:
            if point.curvature <= 0.0:
                return np.inf
            value = -point.slope / np.sqrt(point.curvature)
            slope = (value - last[1]) / (tau - last[0])
            wrong = abs(slope - before) / abs(slope) if slope else np.inf  # about as wrong as it was before
            last, before = (tau, value), slope
        else:
            value = float(np.sqrt(2.0 * max(top - point.loglik, 0.0)))
            slope, above = -point.slope / value if value > 0 else 1.0, point.loglik - (top - 0.5 * target**2)
            # A convex profile: is what is left of an exponential fall, slope^2 / curvature, far from enough?
            if point.curvature < 0.0 < above and 1e3 * point.slope**2 < -point.curvature * above:
                return np.inf
            wrong = 0.5 * abs(point.curvature - slope**2) / (value * abs(slope)) if value * slope else np.inf
        gap = value - target
        if abs(gap) > 0.01:
            low, high = (max(low, tau), high) if gap < 0 else (low, min(high, tau))
        if low > HORIZON:
            return np.inf
        following = tau - gap / slope if slope > 0 else np.inf
        if following >= edge:
            following = 0.5 * (tau + edge)
        step = abs(following - tau)
        left = step * wrong * (1.0 if is_score else step) if 0.0 < step <= SURE and edge == np.inf else step
        if min(step, left) <= CLOSE * max(1.0, tau) and point.decrement <= 1e-4:
            return following
        following = min(following, 3.0 * max(tau, target))
        tau = following if low < following < high else 0.5 * (low + high)
    raise ConvergenceError(f"The end of the interval of {curve.name!r} was not found. Use Wald's interval.")
