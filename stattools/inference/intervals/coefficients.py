"""Coefficients, in a table or one by one: estimate, test of zero, interval, as they are or as ratios; a fit in one row.

    wald          estimate -+ q se,   q of the normal, or of Student's t with `fit.t_df` degrees of freedom
    hazard ratio  exp(h -+ q se(h)),   h = -beta e^-s, s = log sigma;  Var(h) = e^-2s (V_bb - 2 beta V_bs + beta^2 V_ss)

What the exponential of a coefficient is, the likelihood says (`Words.exponential`). Source: Kalbfleisch & Prentice, The
Statistical Analysis of Failure Time Data (2002), 2.3.4; delta method: Wasserman, All of Statistics (2004), 9.9.

Intervals from the profile log-likelihood and from the score test take one coefficient at a time:

    profile: 2 (max loglik - loglik_p(t)) = q,   loglik_p(t) = max of loglik(theta) over theta with theta_j = t
    score:   U(t)^2 / V(t) = q,   U = loglik_p'(t), 1 / V = [information^-1]_jj, both at the constrained maximum

with q the quantile of chi^2 on one degree of freedom. The square root of either side is nearly a straight line in t, so
that Newton's method on it, which moves t and the other coefficients at once, ends after a few evaluations of the model
(Venzon & Moolgavkar, "A method for computing profile-likelihood-based confidence intervals", 1988). Only
`model.evaluate` is asked: a likelihood of any kind will do, a penalized one too. For `st.ols` both statistics and
Wald's are monotone functions of Student's t, and the exact interval of all three is Wald's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from stattools.errors import ConvergenceError, DomainError, IncompatibleError
from stattools.inference.estimates import Estimates, against_zero, level_of, quantile_of
from stattools.inference.hypotheses import TestResult
from stattools.inference.hypotheses.result import p_words
from stattools.inference.penalties import NO_SE, Ridge
from stattools.inference.restricted import Point, ProfileCurve
from stattools.interface.arguments import require_level, require_truth
from stattools.interface.arrays import Floats
from stattools.interface.interval import Interval
from stattools.interface.named import place_of
from stattools.interface.names.answers import one_of
from stattools.interface.names.guesses import answers_guesses
from stattools.interface.when_needed import pd
from stattools.likelihoods.outcomes import Outcome
from stattools.models.model import Model
from stattools.models.questions import AnyModel
from stattools.numerics.columns import with_levels
from stattools.solvers.metric import Metric
from stattools.text.columns import number, percent
from stattools.text.one_line import headline
from stattools.text.page import Faces, Page

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


def likelihood_interval(fit: Estimates, level: float, kind: str = "profile") -> tuple[Floats, Floats]:
    """Interval of every coefficient by its profile likelihood or by its score test: arrays lower and upper, shape (p,).

    The ends are the values that a likelihood ratio test at 1 - level just rejects, of kind "score" a score test, to
    1e-8 standard errors, the other coefficients at their maximum for that value. An end is +-inf where the profile
    levels off before it comes down to the cut, and where the score test rejects no value on that side. They follow any
    monotone change of parameter, unlike Wald's. The likelihood is the model's, whatever `fit.cov` is; the profile of a
    fit with `penalty=st.Jeffreys()` is that of the penalized one. For `st.ols` both are Wald's interval, exactly (see
    above). Raises DomainError for a level outside (0, 1), IncompatibleError for a ridge fit, and for the score of any
    penalized one, ConvergenceError where a point above the maximum is met. Source: Venzon & Moolgavkar (1988); for
    Jeffreys' penalty Heinze & Schemper (2002); of the score, which of one proportion makes Wilson's interval, Cox &
    Hinkley, Theoretical Statistics (1974), 9.3.

    >>> import stattools as st
    >>> f = st.fit(st.logistic([0, 0, 1, 0, 1, 1], [1.0, 2, 3, 4, 5, 6]))
    >>> lower, upper = likelihood_interval(f, 0.95)
    >>> lower.round(4).tolist(), upper.round(4).tolist()
    ([-15.1238, -0.0658], [0.5779, 4.1592])
    >>> f = st.fit(st.logistic([1, 1, 1, 0], [[1.0]] * 4, intercept=False))
    >>> special.expit(np.ravel(likelihood_interval(f, 0.95, "score"))).round(6).tolist()
    [0.300642, 0.954413]
    """
    is_score, tolerance = (True, 1e-9) if kind == "score" else (False, 0.03)
    if is_score and fit.penalty is not None:
        raise IncompatibleError(
            'score intervals belong to the likelihood without a penalty; this fit has one. Use kind="profile".'
        )
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


PLAIN = {"log": "{}", "logit": "odds {}"}
"""What the exponential of the linear predictor of a parameter is called, by its link."""

AT_ZERO = {
    False: ", that of Intercept the value at 0 of all columns",
    True: ", that of a threshold the odds of its lower labels at 0 of all columns",
}
"""What is said of a constant, and of thresholds, which have odds of at most their label."""

LARGEST_LOGARITHM = 700.0
"""exp of more than this is beyond float64."""


def require_ratios(model: AnyModel) -> str:
    """What exp(coefficient) is; IncompatibleError where it is no ratio.

    >>> import stattools as st
    >>> require_ratios(st.logistic([0, 1, 0, 1], [1.0, 2.0, 3.0, 4.0]))
    'odds ratio'
    >>> require_ratios(st.probit([0, 1, 0, 1], [1.0, 2.0, 3.0, 4.0]))
    Traceback (most recent call last):
    stattools.errors.IncompatibleError: exponentiate=True makes ratios, and a coefficient of Probit regression \
changes the normal quantile of the probability: its exponential is no ratio. fit.table() has the coefficients, \
fit.marginal_effects() what they do to the mean.
    """
    if model.facts.exponential:
        return model.facts.exponential
    if not isinstance(model, Model):
        raise IncompatibleError(
            f"exponentiate=True makes ratios of the coefficients of a regression; {model.title} has parameters, which "
            "fit.table() has."
        )
    likelihood = model.likelihood
    if not (words := likelihood.facts.words).exponential:
        raise IncompatibleError(
            f"exponentiate=True makes ratios, and a coefficient of {model.title} changes {words.predictor}: "
            "its exponential is no ratio. fit.table() has the coefficients, fit.marginal_effects() what they do to the "
            "mean."
        )
    for name, link in likelihood.others:
        if link not in PLAIN and not model.predictor.taken_up:
            raise IncompatibleError(
                f"exponentiate=True makes ratios, and the parameter {name!r} of {model.title} has the link {link}: the "
                "exponential of its coefficients is no ratio. Take np.exp of those rows of fit.table() that are."
            )
    return words.exponential


def called(model: Any) -> tuple[str, ...]:
    """The names of the coefficients after exponentiation: `log alpha` is then alpha, `log scale: x` is `scale: x`."""
    if model.facts.exponential:
        return tuple(name.removeprefix("log ") for name in model.names)
    names, predictor = list(model.names), model.predictor
    parts = predictor.parts[predictor.n_first :]
    for (name, link), part in zip(model.likelihood.others, parts, strict=True):
        for k in range(part.start, part.stop):
            if link in PLAIN:
                names[k] = names[k].replace(model.called(name), PLAIN[link].format(name), 1)
            elif names[k] == name:  # a threshold
                names[k] = f"odds {name}"
    return tuple(names)


def factors(values: ArrayLike | pd.Series, names: Sequence[object]) -> Floats:
    """exp of logarithms; DomainError, by name, where float64 does not hold one."""
    values = np.asarray(values, dtype=float)
    beyond = np.abs(values) > LARGEST_LOGARITHM
    if beyond.any():
        k = int(np.argmax(beyond))
        raise DomainError(
            f"exponentiate=True: exp({values[k]:.6g}), of {names[k]!r}, is beyond float64. Change the units of its "
            "column, or leave exponentiate out."
        )
    return np.exp(values)


def exponentiated(model: Any, made: pd.DataFrame) -> pd.DataFrame:
    """A table of coefficients as one of ratios: estimate, lower, upper are exp of what they were, se is called se_log.

    `attrs["note"]` says what the ratios are.
    """
    what, names = require_ratios(model), called(model)
    table = made.rename(columns={"se": "se_log"})
    if "category" not in made:
        table["term"] = names
    for column in table.columns.intersection(["estimate", "lower", "upper"]):  # a ridge fit has no interval
        table[column] = factors(made[column], names)
    said = f"exp(coefficient): each estimate is a ratio ({what})"
    said += "" if model.facts.exponential else AT_ZERO[bool(model.predictor.taken_up)]
    table.attrs = {**made.attrs, "ratio": what}
    beside = f"; {made.attrs['note']}" if "note" in made.attrs else ""
    error = "; se_log is the standard error of its logarithm" if "se_log" in table else ""
    table.attrs["note"] = f"{said}{error}{beside}."
    return table


def interval(fit: Estimates, level: float, kind: str) -> Interval:
    """The intervals of all coefficients, of one of `fit.kinds`: see `Fit.interval`."""
    require_level(level)
    model = fit.model
    if not fit.kinds:
        np.asarray(fit.covariance)  # refused, with what to do
    has = f"{model.title} has intervals of kind {{}}"
    kind = one_of(kind, fit.kinds, has, IncompatibleError, got="kind=", meaning="kind of intervals")
    if model.facts.has_intervals:
        lower, upper = model.intervals[kind](level)
        return Interval(lower, upper, level, kind, fit.names)
    if model.facts.has_states:
        from stattools.series.statespace.maximum import ends as variance_ends

        return Interval(*variance_ends(fit, level, kind), level, kind, fit.names)
    if kind != "wald":
        return Interval(*likelihood_interval(fit, level, kind), level, kind, fit.names)
    half = fit.quantile(level) * fit.se
    return Interval(fit.estimate - half, fit.estimate + half, level, kind, fit.names)


def table(fit: Estimates, level: float | None = None, exponentiate: bool = False) -> pd.DataFrame:
    """[category,] term, estimate, se, statistic, [df,] p_value, lower, upper, as far as there: see `Fit.table`."""
    require_truth(exponentiate, "exponentiate=")
    if exponentiate:
        require_ratios(fit.model)
    level = level_of(fit, level)
    columns = terms(fit.model) | {"estimate": fit.estimate}
    if not fit.kinds:
        made = without_errors(columns)
    else:
        statistic, p_value = tests_of_zero(fit)
        ends = interval(fit, level, "wald")
        tests = {"se": fit.se, "statistic": statistic}
        tests |= ({} if fit.degrees is None else {"df": fit.t_df}) | {"p_value": p_value}
        made = pd.DataFrame(columns | tests | {"lower": ends.lower, "upper": ends.upper})
    return exponentiated(fit.model, made) if exponentiate else made


def whole_table(fit: Estimates, level: float | None = None, exponentiate: bool = False) -> pd.DataFrame:
    """`table` for pages, which print a dash for what the fit has not: all columns, with NaN in those."""
    made = table(fit, level, exponentiate)
    absent = ("se_log", *ERRORS[1:]) if exponentiate else ERRORS
    return made if fit.kinds else made.assign(**dict.fromkeys(absent, np.nan))


ERRORS = ("se", "statistic", "p_value", "lower", "upper")
"""The columns of a table that come from standard errors."""


def without_errors(columns: Mapping[str, object]) -> pd.DataFrame:
    """A table of estimates that have no standard errors; its `attrs["note"]` says so."""
    made = pd.DataFrame(columns)
    made.attrs["note"] = NO_SE
    return made


def glance(fit: Any) -> pd.DataFrame:
    """The fit in one row: see `Fit.glance`."""
    row: dict[str, Any] = {"n": fit.n, "n_dropped": fit.model.n_dropped, "df": fit.df}
    row |= {"loglik": fit.loglik, "aic": fit.aic, "bic": fit.bic, "scale": fit.scale, "r_squared": fit.r_squared}
    row |= {"decrement": fit.solution.decrement, "solver": fit.solution.solver, "cov": fit.cov}
    return pd.DataFrame([row])


def terms(model: Any) -> dict[str, object]:
    """The columns [category,] term that tables of coefficients begin with."""
    if not model.facts.is_regression or model.categories is None:
        return {"term": model.names}
    width = len(model.terms)
    return {"category": np.repeat(model.categories, width), "term": model.terms * len(model.categories)}


def tests_of_zero(fit: Estimates) -> tuple[Floats, Floats]:
    """Statistics and p-values of coefficients that are 0; for a proportion, of 1/2."""
    if fit.model.facts.has_intervals:
        statistic, p_value = fit.model.test()
        return np.atleast_1d(statistic), np.atleast_1d(p_value)
    statistic, p_value = against_zero(fit.estimate, fit.se, fit.t_df)
    if fit.model.ranges is not None:  # where 0 is the end of a range, Wald's test means nothing
        edges = np.equal(fit.model.ranges[:2], 0.0).any(axis=0)
        statistic[edges] = p_value[edges] = np.nan
    return statistic, p_value


PROPORTIONAL = ("weibull", "exponential")
"""Distributions of times whose hazards are proportional."""


def require_proportional(model: Any) -> None:
    """IncompatibleError unless hazards are proportional."""
    is_time = model.facts.is_regression and model.likelihood.outcome is Outcome.TIME
    if not is_time or model.likelihood.facts.form not in PROPORTIONAL or any(model.predictor.own):
        raise IncompatibleError(
            f"hazard_ratios belongs to Weibull and exponential times that share a scale, whose hazards are "
            f'proportional; {model.title} has fit.table(). Use st.cox, or st.aft(..., distribution="weibull").'
        )


def hazard_ratios(fit: Estimates, level: float | None = None) -> pd.DataFrame:
    """One row per coefficient but the intercept: term, estimate, se_log, statistic, p_value, lower, upper.

    >>> import stattools as st
    >>> table = {"t": [2.0, 3.0, 5.0, 7.0, 11.0, 12.0], "d": [1, 1, 0, 1, 1, 0], "x": [1, 0, 1, 0, 0, 1]}
    >>> found = hazard_ratios(st.fit(st.aft("survival(t, d) ~ x", table)))
    >>> found.term.tolist(), found.estimate.round(3).tolist()
    (['x'], [0.359])
    """
    model, level = fit.model, level_of(fit, level)
    at = [k for k, name in enumerate(model.first_terms) if name != "Intercept"]
    rate = float(np.exp(-fit.estimate[-1])) if model.likelihood.width > 1 else 1.0
    J = -rate * np.eye(len(fit.estimate))[at]
    log = J @ fit.estimate
    if model.likelihood.width > 1:
        J[:, -1] = -log
    names = [model.first_terms[k] for k in at]
    se = np.sqrt(np.maximum(((J @ fit.covariance) * J).sum(axis=1), 0.0))
    statistic, p_value = against_zero(log, se, np.asarray(fit.t_df)[at] if np.ndim(fit.t_df) else fit.t_df)
    q = np.asarray(fit.quantile(level))
    half = (q[at] if q.ndim else q) * se
    found = {"term": names, "estimate": factors(log, names), "se_log": se, "statistic": statistic, "p_value": p_value}
    frame = pd.DataFrame(found | {"lower": factors(log - half, names), "upper": factors(log + half, names)})
    frame.attrs["note"] = (
        "hazard ratios, exp(-coefficient / scale): above 1 the event comes sooner; se_log is the standard error of "
        "the logarithm."
    )
    return frame


@answers_guesses
class Coefficient(Faces):
    """A coefficient of a fit, by its `name`.

    >>> import stattools as st
    >>> fit = st.fit(st.ols("y ~ x", {"y": [1.0, 3.0, 5.0, 8.0, 8.0], "x": [0, 1, 2, 3, 4]}))
    >>> print(fit["x"])
    x: 1.9 (se 0.252), 95 % interval 1.099 to 2.701, t = 7.55, p = 0.005
    >>> fit["x"].test.p_value == fit.test("x = 0").p_value
    True
    """

    def __init__(self, fit: Any, name: str) -> None:
        self._place = place_of(name, fit.names, "fit")
        self._fit, self.name = fit, name

    @property
    def estimate(self) -> float:
        """The estimate."""
        return float(self._fit.estimate[self._place])

    @property
    def se(self) -> float:
        """Its standard error; AbsentError for a ridge fit, which has none."""
        return float(self._fit.se[self._place])

    @property
    def interval(self) -> Interval:
        """Its Wald interval at the level of the fit, two floats; `fit.interval(0.9, kind=...)` has the others."""
        found = self._fit.interval()
        lower, upper = (float(np.atleast_1d(end)[self._place]) for end in found)
        return Interval(lower, upper, found.level, found.kind, (self.name,))

    @cached_property
    def test(self) -> TestResult:
        """Wald's test that it is 0, `fit.test([name])`."""
        return self._fit.test([self.name])

    def _told(self) -> str:
        fit, said = self._fit, number(self.estimate, 4)
        if not fit.kinds:
            return f"{said}, penalized: no standard error"
        row, level = fit.table().iloc[self._place], percent(fit.level)
        said += f" (se {number(row.se, 3)}), {level} interval {number(row.lower, 4)} to {number(row.upper, 4)}"
        if fit.model.facts.has_intervals or np.isnan(row.p_value):  # a sample's, and variances, are not held to 0
            return said
        letter = "z" if np.all(np.isinf(fit.t_df)) else "t"
        return f"{said}, {letter} = {number(row.statistic, 3)}, {p_words(row.p_value)}"

    def _headline(self) -> str:
        return headline(self, self.name, number(self.estimate))

    def _page(self) -> Page:
        return Page(f"{self.name}: {self._told()}")
