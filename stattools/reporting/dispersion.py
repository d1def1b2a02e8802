"""What the dispersion behind the last coefficient of a regression is, and what it does to the variance."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.special import expit

from stattools.inference.fitted import Fit
from stattools.reporting.document import code
from stattools.reporting.tables import between, count, decimals, number, percent

ZERO = "zero"
"""The log odds of a zero that all rows share."""


def dispersion(fit: Fit) -> tuple[str, ...]:
    """One sentence where a dispersion is estimated beside the coefficients, none elsewhere."""
    last = (DISPERSED.get(fit.model.kind, _any)(fit),) if fit.model.predictor.own[-1:] == ((),) else ()
    return (*_zero(fit), *last) if ZERO in fit.names and fit.names[-1] != ZERO else last


def _zero(fit: Fit) -> tuple[str, ...]:
    """What the probability is whose log odds stand among the coefficients."""
    which = fit.names.index(ZERO)
    log_odds, se = float(fit.estimate[which]), float(fit.se[which])
    p = float(expit(log_odds))
    places, what = decimals(p * (1.0 - p) * se), "an extra zero" if fit.model.likelihood.inflated else "a zero"
    said = (
        f"The probability of {what} is $1 / (1 + e^{{{number(-log_odds, decimals(se))}}}) = "
        f"{number(p, places)}${_interval(fit, which, expit, places)}, the same in all rows."
    )
    return (said,)


def _last_error(fit: Fit) -> float:
    """The standard error of the last coefficient, NaN where a fit has none."""
    return float(fit.se[-1]) if fit.kinds else np.nan


def _precision(fit: Fit) -> str:
    log_s, se = float(fit.estimate[-1]), _last_error(fit)
    s = float(np.exp(log_s))
    places = decimals(s * se)
    rows = fit.model.rows
    each = fit.model.likelihood.trials_of(rows.y)
    trials = float(np.median(each if rows.weight is None else np.repeat(each, rows.weight.astype(int))))
    return (
        f"$s$ itself is $e^{{{number(log_s, decimals(se))}}} = {number(s, places)}$"
        f"{_interval_of_exp(fit, places)}: in a group of {count(trials)} trials, the median, "
        f"the variance of the successes is $1 + (n - 1) / (1 + s) = {number(1.0 + (trials - 1.0) / (1.0 + s), 2)}$ "
        f"times the binomial one. {code(fit.names[-1])} has no test in the table: $s = 1$ is nothing special, and "
        "the binomial lies at infinity."
    )


def _alpha(fit: Fit) -> str:
    log_alpha, se = float(fit.estimate[-1]), _last_error(fit)
    alpha, places = float(np.exp(log_alpha)), decimals(float(np.exp(log_alpha) * se))
    mean = fit.model.rows.outcome.mean
    return (
        f"$\\alpha$ itself is $e^{{{number(log_alpha, decimals(se))}}} = {number(alpha, places)}$"
        f"{_interval_of_exp(fit, places)}: at the mean count of {number(mean, 2)} the variance is "
        f"$1 + \\alpha \\mu = {number(1.0 + alpha * mean, 2)}$ times the mean, where Poisson has 1. "
        f"{code(fit.names[-1])} has no test in the table: $\\alpha = 1$ is nothing special, "
        "and $\\alpha = 0$, Poisson, lies at the boundary."
    )


def _phi(fit: Fit) -> str:
    log_phi, se = float(fit.estimate[-1]), _last_error(fit)
    phi = float(np.exp(log_phi))
    return (
        f"$\\phi$ itself is $e^{{{number(log_phi, decimals(se))}}} = {number(phi, decimals(phi * se))}$"
        f"{_interval_of_exp(fit, decimals(phi * se))}: the standard deviation of an outcome is "
        f"$\\sqrt{{\\phi}} = {number(float(np.sqrt(phi)), 2)}$ times its mean. {code(fit.names[-1])} has no "
        "test in the table: $\\phi = 1$, the exponential distribution, is seldom a question."
    )


def _any(fit: Fit) -> str:
    """Of a regression that no row tells of: the last coefficient, and what it is the logarithm of."""
    name, value, se = fit.names[-1], float(fit.estimate[-1]), _last_error(fit)
    parameter, link = fit.model.likelihood.others[-1]
    if name == ZERO:
        return _zero(fit)[0]
    if link != "log":
        return f"{code(name)} is shared by all rows, and has no test in the table."
    whole = float(np.exp(value))
    return (
        f"{code(parameter)} itself is $e^{{{number(value, decimals(se))}}} = "
        f"{number(whole, decimals(whole * se))}${_interval_of_exp(fit, decimals(whole * se))}. {code(name)} is "
        "shared by all rows, and has no test in the table: 1 is nothing special."
    )


def _interval_of_exp(fit: Fit, places: int) -> str:
    """The interval of what the last coefficient is the logarithm of, in brackets; nothing where a fit has none."""
    return _interval(fit, -1, np.exp, places)


def _interval(fit: Fit, which: int, of: Callable[[Any], Any], places: int) -> str:
    """The interval of what a coefficient is behind, in brackets; nothing where a fit has none."""
    if not fit.kinds:
        return ""
    lower, upper = of(np.asarray(fit.interval())[which])
    ends = between(float(lower), float(upper), places)
    return f" ({percent(fit.level)} interval {ends}, from that of {code(fit.names[which])})"


DISPERSED = {"negative_binomial": _alpha, "beta_binomial": _precision, "gamma": _phi}
"""Models with a dispersion estimated beside the coefficients, and what is said of it."""
