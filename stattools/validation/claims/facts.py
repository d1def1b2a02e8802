"""Single numbers that a page prints beside its coefficients, by the definitions that packages give them.

A log-likelihood has one definition; AIC and BIC count the scale or not, R^2 of a regression without a scale is
McFadden's, Cox and Snell's or Nagelkerke's, degrees of freedom are those of the residuals or the number of parameters.
Each definition is a value under its words, the model's own under "".

What a computation prints: the columns and the facts that a claim may have, from a fit or at a point.

statistic = estimate / se,   p = P(|T| > |statistic|),   ends = estimate -+ q se

Single numbers of fits that are no regression of rows alone, Cox and mixed models, and of failure times.

Wald: b' V^-1 b,   score: U(0)' I(0)^-1 U(0),   likelihood ratio: 2 (loglik - loglik at 0), each chi-squared
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np
from scipy import special

from stattools.errors import StattoolsError
from stattools.inference.covariance.covariance import quasi_dispersion
from stattools.inference.diagnostics.goodness import null_loglik, r_squared, total_sum_of_squares
from stattools.inference.estimates import against_zero, quantile_of
from stattools.inference.fits.fit import Fit
from stattools.inference.intervals.coefficients import interval, tests_of_zero
from stattools.interface.arrays import Floats
from stattools.models.model import Model
from stattools.validation.claims.terms import keys
from stattools.validation.moment_dispersion import (
    deviance_dispersion,
    dispersion_of,
    has_moments,
    pearson_dispersion,
    with_dispersion,
)

VARIES = re.compile(r"(variance|sd|correlation) of (.+?)(?: and (.+?))?(?: in (.+))?")
"""What a page says of random effects: sd of x in g, correlation of x and (Intercept) in g, variance of Residual."""


def facts_of_fit(fit: Fit) -> Facts:
    """The single numbers of a fit that its model alone does not know; nothing for other names."""

    def fact(name: str) -> Values:
        make = next((made for holds, made in KINDS if holds(fit) and name in made), {}).get(name)
        try:
            with np.errstate(all="ignore"):
                found = _varies(fit, name) if make is None else make(fit)
        except (StattoolsError, np.linalg.LinAlgError):  # a test that is not defined, or cannot be made
            return {}
        return {words: float(value) for words, value in found.items() if np.isfinite(value)}

    return fact


def theta(at: FactPoint) -> Values:
    """1 / alpha of a negative binomial regression at a point, as R has it; nothing of other models."""
    return {"": float(np.exp(-at.theta[at.model.names.index("log alpha")]))} if "log alpha" in at.model.names else {}


def se_of_theta(at: FactPoint) -> Values:
    """Of theta beside coefficients that count as known, as R prints it, and with their uncertainty."""
    if not (found := theta(at)):
        return {}
    place, information = at.model.names.index("log alpha"), at.model.evaluate(at.theta, 2).information
    known = float(1.0 / np.sqrt(information[place, place]))
    joint = float(np.sqrt(np.linalg.inv(information)[place, place]))
    return {"": found[""] * joint, "beside coefficients that count as known": found[""] * known}


def _varies(fit: Fit, name: str) -> Values:
    """A standard deviation, variance or correlation of random effects."""
    asked = VARIES.fullmatch(name)
    if asked is None or not fit.model.facts.is_mixed:
        return {}
    what, term, other, group = asked.groups()
    for row in fit.variance_components(interval=None).to_dict("records"):
        in_group = row["group"] == (group or term) or f"{row['group']}." == str(group).rstrip("0123456789")
        pair = {row["term"], row["with"]} - {""}
        theirs = {one for one in (term, other) if one and group}
        if in_group and len(pair) == len(theirs) and all(any(_same(a, b) for b in pair) for a in theirs):
            value = row["estimate"]
            return {"": value**2 if what == "variance" else value}
    return {}


def _same(theirs: str, ours: str) -> bool:
    return bool(set(keys(theirs)) & set(keys(ours)))


def _wald(fit: Fit) -> float:
    return float(fit.estimate @ np.linalg.solve(fit.covariance, fit.estimate))


def _score(fit: Fit) -> float:
    at = fit.model.evaluate(np.zeros(len(fit.estimate)), 2)
    return float(at.score @ np.linalg.solve(at.information, at.score))


def _tested[F: Fit](statistic: Callable[[F], float], name: str) -> dict[str, Callable[[F], Values]]:
    """A chi-squared statistic of all coefficients, its degrees of freedom and its p-value."""
    return {
        name: lambda fit: {"": statistic(fit)},
        f"df of {name}": lambda fit: {"": len(fit.estimate)},
        f"p of {name}": lambda fit: {"": special.chdtrc(len(fit.estimate), statistic(fit))},
    }


COX: dict[str, Callable[[Any], Values]] = {
    "events": lambda fit: {"": fit.model.sets.total},
    "loglik_null": lambda fit: {"": fit.model.loglik(np.zeros(len(fit.estimate)))},
    "concordance": lambda fit: {"": fit.concordance().estimate},
    "se of concordance": lambda fit: {"": fit.concordance().se},
    **_tested(lambda fit: fit.overall.statistic, "lr_statistic"),
    **_tested(_wald, "wald_statistic"),
    **_tested(_score, "score_statistic"),
}

MIXED: dict[str, Callable[[Fit], Values]] = {
    "groups": lambda fit: {
        "" if not at else f"of {term.group}": len(term.levels) for at, term in enumerate(fit.model.varying)
    },
    "reml_criterion": lambda fit: {"": -2.0 * fit.loglik},
    "-2 loglik": lambda fit: {"": -2.0 * fit.loglik},
    "deviance": lambda fit: {"": -2.0 * fit.loglik},
    "df_resid": lambda fit: {"": fit.n - (0.5 * fit.aic + fit.loglik), "less the coefficients alone": fit.df},
}

TIMES: dict[str, Callable[[Fit], Values]] = {
    "scale of times": lambda fit: {"": np.exp(fit.estimate[fit.names.index("log scale")])},
}

KINDS: tuple[tuple[Callable[[Fit], bool], dict[str, Callable[[Fit], Values]]], ...] = (
    (lambda fit: fit.model.facts.is_partial, COX),
    (lambda fit: fit.model.facts.is_mixed, MIXED),
    (lambda fit: "log scale" in fit.names, TIMES),
)
"""What is known of a kind of fit, by the name that a claim has for it."""

type Values = dict[str, float]
type Facts = Callable[[str], Mapping[str, float]]


@dataclass(frozen=True, eq=False)
class FactPoint:
    """A model of rows at coefficients, with the log-likelihood there; `scale` is the unbiased one of least squares."""

    model: Any
    theta: Floats
    loglik: float
    scale: float = 1.0

    @property
    def free(self) -> int:
        """How many parameters are counted, without the scale of least squares."""
        return len(self.model.names) - self.model.facts.adds_to_one

    @property
    def beside(self) -> int:
        """How many of them are beside the coefficients of the mean."""
        return len(self.theta) - self.model.predictor.size_first

    @property
    def scales(self) -> dict[str, int]:
        """How many more parameters are counted, by words."""
        counted = {"": 0}
        if self.model.has_scale:
            counted["the scale counted as a parameter"] = 1
        if self.beside:
            counted["only coefficients of the mean counted"] = -self.beside
        return counted


def _df(at: FactPoint) -> Values:
    n, p = at.model.n, at.free
    rest = {
        "residual degrees of freedom, without parameters beside the mean": n - p + at.beside,
        "residual degrees of freedom of the rows": len(at.model.rows.y) - p,
        "the number of parameters": p,
        "the number of parameters, with the scale": p + at.model.has_scale,
        "the number of coefficients without the intercept": p - at.beside - ("Intercept" in at.model.terms),
    }
    return {"": n - p, **{words: float(value) for words, value in rest.items()}}


def _df_model(at: FactPoint) -> Values:
    p = at.free - at.beside
    intercepts = sum(name.rpartition(": ")[2] == "Intercept" for name in at.model.names)
    others = {
        "with the intercept": float(p),
        "without those of every class": float(p - intercepts),
        "all": float(at.free),
    }
    return {"": float(p - ("Intercept" in at.model.terms)), **others}


def _logliks(at: FactPoint) -> Values:
    """The log-likelihood, and R's of a family whose dispersion is from moments, which it takes at the deviance / n."""
    if not has_moments(at.model):
        return {"": at.loglik}
    spare = max(at.model.n - at.model.predictor.size_first, 1.0)
    phi = deviance_dispersion(at.model, at.theta) * spare / at.model.n
    theirs = at.model.loglik(with_dispersion(at.model, at.theta, phi))
    return {"": at.loglik, "at the dispersion deviance / n, as R's": theirs}


def _counted(at: FactPoint, price: float) -> Values:
    """-2 log-likelihood and a price for each parameter, under the words of both."""
    return {
        "; ".join(filter(None, (words, where))): price * (at.free + more) - 2.0 * loglik
        for where, loglik in _logliks(at).items()
        for words, more in at.scales.items()
    }


def _aic(at: FactPoint) -> Values:
    return _counted(at, 2.0)


def _bic(at: FactPoint) -> Values:
    size = float(np.log(at.model.n))
    found = _counted(at, size)
    with suppress(StattoolsError):
        found["the deviance less log n for each residual degree of freedom"] = (
            _deviance(at)[""] - (at.model.n - at.free + at.beside) * size
        )
    return found


def _aicc(at: FactPoint) -> Values:
    n = at.model.n
    counts = {words: at.free + more for words, more in at.scales.items()}
    return {words: 2.0 * k * n / max(n - k - 1.0, 1.0) - 2.0 * at.loglik for words, k in counts.items()}


def _r_squared(at: FactPoint) -> Values:
    own = r_squared(at.model, at.theta, at.loglik)
    if at.model.has_scale:
        lost = total_sum_of_squares(at.model) - at.model.residual_sums(at.theta)[0]
        return {"": own, "Cox and Snell's, at the scale of the fit": -np.expm1(-lost / at.scale**2 / at.model.n)}
    if not np.isfinite(own):  # a density depends on the unit of y
        return {"": own}
    null, n = null_loglik(at.model), at.model.n
    snell, rows = -np.expm1(2.0 * (null - at.loglik) / n), len(at.model.rows.y)
    return {
        "": own,
        "McFadden's": 1.0 - at.loglik / null,
        "Cox and Snell's": snell,
        "Cox and Snell's, weights left out of n": -np.expm1(2.0 * (null - at.loglik) / rows),
        "Nagelkerke's": snell / -np.expm1(2.0 * null / n),
        "McFadden's, adjusted": 1.0 - (at.loglik - at.free) / null,
    }


def _adjusted(at: FactPoint) -> Values:
    if not at.model.has_scale:
        found = _r_squared(at)
        return {"": found["McFadden's, adjusted"]} if "McFadden's, adjusted" in found else {}
    n, k = at.model.n, float("Intercept" in at.model.terms)
    return {"": 1.0 - (1.0 - _r_squared(at)[""]) * (n - k) / max(n - at.free, 1.0)}


def _scale(at: FactPoint) -> Values:
    if at.model.has_scale:
        biased = at.scale * np.sqrt((at.model.n - at.free) / at.model.n)
        squares = {"its square": at.scale**2, "the maximum of the likelihood, RSS / n": biased}
        return {"": at.scale, **squares, "the square of that of the likelihood": biased**2}
    if not has_moments(at.model):
        found = {"": at.scale}
        with suppress(StattoolsError):  # of single events there is none
            found["Pearson's statistic over n - p"] = quasi_dispersion(at.model, at.theta)
        return found
    found = {
        "": dispersion_of(at.model, at.theta),
        "Pearson's statistic over n - p": pearson_dispersion(at.model, at.theta),
    }
    return {**found, "the deviance over n - p": deviance_dispersion(at.model, at.theta)}


def _deviance(at: FactPoint) -> Values:
    model, rows = at.model, at.model.rows
    if model.has_scale:
        return {"": model.residual_sums(at.theta)[0], "-2 log-likelihood": -2.0 * at.loglik}
    theta = with_dispersion(model, at.theta, 1.0) if has_moments(model) else at.theta
    terms = model.likelihood.deviance(model.eta(theta), rows.y)
    total = float(terms.sum() if rows.weight is None else rows.weight @ terms)
    return {"": total, "-2 log-likelihood": -2.0 * at.loglik}


def _null_deviance(at: FactPoint) -> Values:
    if at.model.has_scale:
        return {"": total_sum_of_squares(at.model)}
    if at.beside:  # that of a null model with a dispersion of its own, or with that of this fit
        return {}
    null = null_loglik(at.model)
    return {"": _deviance(at)[""] + 2.0 * (at.loglik - null), "-2 log-likelihood": -2.0 * null}


def _loglik_null(at: FactPoint) -> Values:
    if at.model.has_scale:
        return {"": at.model.loglik_of(total_sum_of_squares(at.model))}
    return {"": null_loglik(at.model)}


def _lr_statistic(at: FactPoint) -> Values:
    return {"": 2.0 * (at.loglik - _loglik_null(at)[""])}


def _f_statistic(at: FactPoint) -> Values:
    if not at.model.has_scale:
        return {}
    share, k = _r_squared(at)[""], _df_model(at)[""]
    return {"": share / max(k, 1.0) / ((1.0 - share) / max(at.model.n - at.free, 1.0))}


def _f_p_value(at: FactPoint) -> Values:
    return {
        words: float(special.fdtrc(_df_model(at)[""], _df(at)[""], value)) for words, value in _f_statistic(at).items()
    }


FACTS: Mapping[str, Callable[[FactPoint], Values]] = {
    "n": lambda at: {"": at.model.n, "the number of rows": float(len(at.model.rows.y))},
    "df": _df,
    "df_resid": lambda at: {words: value for words, value in _df(at).items() if not words.startswith("the number")},
    "df_model": _df_model,
    "loglik": _logliks,
    "loglik_null": _loglik_null,
    "aic": _aic,
    "aicc": _aicc,
    "bic": _bic,
    "r_squared": _r_squared,
    "adj_r_squared": _adjusted,
    "scale": _scale,
    "deviance": _deviance,
    "null_deviance": _null_deviance,
    "lr_statistic": _lr_statistic,
    "f_statistic": _f_statistic,
    "theta": theta,
    "se of theta": se_of_theta,
    "-2 loglik": lambda at: {"": -2.0 * at.loglik},
    "df_null": lambda at: {
        words: size - float("Intercept" in at.model.terms)
        for words, size in {"": at.model.n, "of the rows": float(len(at.model.rows.y))}.items()
    },
    "events": lambda at: {} if at.model.n_events is None else {"": at.model.n_events},
    "df of lr_statistic": lambda at: {"": _df_model(at)["without those of every class"]},
    "p of lr_statistic": lambda at: {
        "": float(special.chdtrc(_df_model(at)["without those of every class"], _lr_statistic(at)[""]))
    },
    "df of f_statistic": _df_model,
    "df_resid of f_statistic": lambda at: {"": _df(at)[""]},
    "p of f_statistic": _f_p_value,
}
"""What is known of a regression of rows, by the name that a claim has for it."""

GLANCED = ("n", "df", "loglik", "aic", "bic", "r_squared", "scale")
"""What every fit knows of itself."""


def facts_at(point: FactPoint) -> Facts:
    """The facts of a regression at a point, each made when it is asked for; nothing where it is not defined."""

    def fact(name: str) -> Values:
        make = FACTS.get(name)
        if make is None:
            return {}
        try:
            with np.errstate(all="ignore"):
                found = make(point)
        except StattoolsError:  # a likelihood without a deviance, a null model without a maximum
            return {}
        return {words: float(value) for words, value in found.items() if isfinite(value)}

    return fact


def facts_of(fit: Fit) -> Facts:
    """The facts of a fit of ours."""
    more = facts_of_fit(fit)
    if type(fit.model) is Model:
        known = facts_at(FactPoint(fit.model, fit.estimate, fit.loglik, fit.scale))
        plain = fit.cov == "information"
        return lambda name: {} if name.endswith("f_statistic") and not plain else known(name) or more(name)

    def fact(name: str) -> Mapping[str, float]:
        if name not in GLANCED:
            return more(name)
        value = float(getattr(fit, name))
        if not np.isfinite(value):
            return {}
        return {"": value, "its square": value**2} if name == "scale" else {"": value}

    return fact


COLUMNS = ("estimate", "se", "statistic", "p", "lower", "upper")
"""What a claim may say of a parameter."""

SOLVED = ("LeastSquares", "ClosedForm")
"""Solvers without a loop."""


@dataclass(frozen=True, eq=False)
class Right:
    """The right numbers: `columns` by the names of `COLUMNS`, each (p,) in the order of `names`, NaN where there is
    none. `unit` (p,) are the standard errors that distances are measured in, and `solved` is True of estimates that are
    solved for, which nobody's loop approaches. `fact(name)` are the values of a single
    number by the words of its definition, the model's own under ""; empty where the model has no such number.
    """

    names: tuple[str, ...]
    columns: Mapping[str, Floats]
    unit: Floats
    fact: Facts
    solved: bool = False


def right_of_fit(fit: Fit, level: float) -> Right:
    """What a fit of ours says, with Wald intervals of this level.

    >>> import stattools as st
    >>> right = right_of_fit(st.fit(st.ols([1.0, 2.0, 4.0], [0.0, 1.0, 2.0], names=["x"])), 0.9)
    >>> right.columns["estimate"].round(3).tolist(), right.fact("n")[""]
    ([0.833, 1.5], 3.0)
    """
    if not fit.kinds:  # a penalized fit has no standard errors
        return right_at(fit.names, fit.estimate, np.full(len(fit.names), np.nan), np.inf, level, facts_of(fit))
    statistic, p = tests_of_zero(fit)
    lower, upper = interval(fit, level, "wald")
    se = fit.se
    columns = {"estimate": fit.estimate, "se": se, "statistic": statistic, "p": p}
    ends = {"lower": np.atleast_1d(lower), "upper": np.atleast_1d(upper)}
    return Right(tuple(fit.names), columns | ends, se, facts_of(fit), fit.solution.solver in SOLVED)


def right_at(
    names: tuple[str, ...],
    theta: Floats,
    se: Floats,
    df: float | Floats,
    level: float,
    fact: Facts | FactPoint | None = None,
) -> Right:
    """What estimates and standard errors lead to, with t of these degrees of freedom; `fact` as in `Right`, or the
    point that facts are evaluated at.
    """
    with np.errstate(invalid="ignore", over="ignore"):
        statistic, p = against_zero(theta, se, df)
        half = quantile_of(df, level) * se
    columns = {
        "estimate": theta,
        "se": se,
        "statistic": statistic,
        "p": p,
        "lower": theta - half,
        "upper": theta + half,
    }
    told = facts_at(fact) if isinstance(fact, FactPoint) else fact
    return Right(tuple(names), columns, se, told or (lambda name: {}))
