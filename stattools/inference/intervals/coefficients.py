"""Coefficients, in a table or one by one: estimate, test of zero, interval, as they are or as ratios; a fit in one row.

    wald          estimate -+ q se,   q of the normal, or of Student's t with `fit.t_df` degrees of freedom
    hazard ratio  exp(h -+ q se(h)),   h = -beta e^-s, s = log sigma;  Var(h) = e^-2s (V_bb - 2 beta V_bs + beta^2 V_ss)

What the exponential of a coefficient is, the likelihood says (`Words.exponential`). Source: Kalbfleisch & Prentice, The
Statistical Analysis of Failure Time Data (2002), 2.3.4; delta method: Wasserman, All of Statistics (2004), 9.9.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

from stattools.errors import DomainError, IncompatibleError
from stattools.inference.estimates import Estimates
from stattools.inference.hypotheses import TestResult, against_zero
from stattools.inference.hypotheses.result import p_words
from stattools.inference.intervals.profile import profile_interval, score_interval
from stattools.inference.penalties import NO_SE
from stattools.interface.arguments import require_truth
from stattools.interface.arrays import Floats
from stattools.interface.interval import Interval, require_level
from stattools.interface.named import place_of
from stattools.interface.names.answers import one_of
from stattools.interface.names.guesses import answers_guesses
from stattools.interface.when_needed import pd
from stattools.likelihoods.outcomes import Outcome
from stattools.models.model import Model
from stattools.models.questions import AnyModel
from stattools.text.columns import number, percent
from stattools.text.one_line import headline
from stattools.text.page import Faces, Page

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


def factors(values: Any, names: Any) -> Floats:
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
    kind = one_of(
        kind,
        fit.kinds,
        f"{model.title} has intervals of kind {{}}",
        IncompatibleError,
        got="kind=",
        meaning="kind of intervals",
    )
    if model.intervals:
        lower, upper = model.intervals[kind](level)
        return Interval(lower, upper, level, kind, fit.names)
    if model.variances:
        from stattools.series.statespace.maximum import ends as variance_ends

        return Interval(*variance_ends(fit, level, kind), level, kind, fit.names)
    if kind != "wald":
        ends = profile_interval(fit, level) if kind == "profile" else score_interval(fit, level)
        return Interval(ends[0], ends[1], level, kind, fit.names)
    half = fit.quantile(level) * fit.se
    return Interval(fit.estimate - half, fit.estimate + half, level, kind, fit.names)


def table(fit: Estimates, level: float | None = None, exponentiate: bool = False) -> pd.DataFrame:
    """[category,] term, estimate, se, statistic, [df,] p_value, lower, upper, as far as there: see `Fit.table`."""
    require_truth(exponentiate, "exponentiate=")
    if exponentiate:
        require_ratios(fit.model)
    level = fit.level if level is None else level
    require_level(level)
    columns = terms(fit.model) | {"estimate": fit.estimate}
    if not fit.kinds:
        made = without_errors(columns)
    else:
        statistic, p_value = tests_of_zero(fit)
        lower, upper = interval(fit, level, "wald")
        tests = {"se": fit.se, "statistic": statistic}
        tests |= ({} if fit.degrees is None else {"df": fit.t_df}) | {"p_value": p_value}
        made = pd.DataFrame(columns | tests | {"lower": lower, "upper": upper})
    return exponentiated(fit.model, made) if exponentiate else made


def whole_table(fit: Estimates, level: float | None = None, exponentiate: bool = False) -> pd.DataFrame:
    """`table` for pages, which print a dash for what the fit has not: all columns, with NaN in those."""
    made = table(fit, level, exponentiate)
    absent = ("se_log", *ERRORS[1:]) if exponentiate else ERRORS
    return made if fit.kinds else made.assign(**dict.fromkeys(absent, np.nan))


ERRORS = ("se", "statistic", "p_value", "lower", "upper")
"""The columns of a table that come from standard errors."""


def without_errors(columns: dict[str, Any]) -> pd.DataFrame:
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


def terms(model: AnyModel) -> dict[str, object]:
    """The columns [category,] term that tables of coefficients begin with."""
    if not model.facts.is_regression or model.categories is None:
        return {"term": model.names}
    width = len(model.terms)
    return {"category": np.repeat(model.categories, width), "term": model.terms * len(model.categories)}


def tests_of_zero(fit: Estimates) -> tuple[Floats, Floats]:
    """Statistics and p-values of coefficients that are 0; for a proportion, of 1/2."""
    if fit.model.intervals:
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
    model = fit.model
    require_proportional(model)
    level = fit.level if level is None else level
    require_level(level)
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
        if fit.model.intervals or np.isnan(row.p_value):  # parameters of a sample, and variances, are not held to 0
            return said
        return (
            f"{said}, {'z' if np.all(np.isinf(fit.t_df)) else 't'} = {number(row.statistic, 3)}, {p_words(row.p_value)}"
        )

    def _headline(self) -> str:
        return headline(self, self.name, number(self.estimate))

    def _page(self) -> Page:
        return Page(f"{self.name}: {self._told()}")
