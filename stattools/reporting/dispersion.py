"""What the dispersion behind the last coefficient of a regression is, and what it does to the variance."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.special import expit

from stattools.inference.fits.fit import Fit
from stattools.interface.arrays import Floats
from stattools.models.model import Model
from stattools.reporting.document import code
from stattools.reporting.tables import between, count, decimals, number
from stattools.text.columns import percent

ZERO = "zero"
"""The log odds of a zero that all rows share."""


def dispersion(fit: Fit) -> tuple[str, ...]:
    """One sentence where a dispersion is estimated beside the coefficients, none elsewhere."""
    last = (_shared(fit),) if fit.model.predictor.own[-1:] == ((),) else ()
    return (*_zero(fit), *last) if ZERO in fit.names and fit.names[-1] != ZERO else last


def _zero(fit: Fit) -> tuple[str, ...]:
    """What the probability is whose log odds stand among the coefficients."""
    which = fit.names.index(ZERO)
    log_odds, se = float(fit.estimate[which]), float(fit.se[which])
    p = float(expit(log_odds))
    places, what = decimals(p * (1.0 - p) * se), "an extra zero" if fit.model.likelihood.facts.inflated else "a zero"
    said = (
        f"The probability of {what} is $1 / (1 + e^{{{number(-log_odds, decimals(se))}}}) = "
        f"{number(p, places)}${_interval(fit, which, expit, places)}, the same in all rows."
    )
    return (said,)


def _last_error(fit: Fit) -> float:
    """The standard error of the last coefficient, NaN where a fit has none."""
    return float(fit.se[-1]) if fit.kinds else np.nan


def _shared(fit: Fit) -> str:
    """The last coefficient in the words of the likelihood, or what it is the logarithm of where that has no words."""
    told = fit.model.likelihood.facts.words.dispersion
    if told is None:
        return _any(fit)
    name, logarithm, se = fit.names[-1], float(fit.estimate[-1]), _last_error(fit)
    value = float(np.exp(logarithm))
    places = decimals(value * se)
    size, words = np.nan, told.said.replace("{name}", code(name))
    for which in (which for which in SIZES if which in words):
        read, said = SIZES[which]
        size = read(fit.model)
        words = words.replace(which, said(size))
    words = words.replace("{value}", number(told.value(value, size), 2))
    return (
        f"${told.symbol}$ itself is $e^{{{number(logarithm, decimals(se))}}} = {number(value, places)}$"
        f"{_interval_of_exp(fit, places)}: {words}"
    )


def _any(fit: Fit) -> str:
    """Of a regression that no row tells of: the last coefficient, and what it is the logarithm of."""
    name, value, se = fit.names[-1], float(fit.estimate[-1]), _last_error(fit)
    parameter, link = fit.model.likelihood.others[-1]
    if name == ZERO:
        return _zero(fit)[0]
    if fit.model.predictor.taken_up:
        return "The thresholds are shared by all rows, and have no test in the table: 0 is nothing special."
    if link != "log":
        return f"{code(name)} is shared by all rows, and has no test in the table."
    whole, held = float(np.exp(value)), parameter in fit.model.likelihood.facts.holds
    one = "at 1 times are exponential, which the likelihood ratio tests" if held else "1 is nothing special"
    return (
        f"{code(parameter)} itself is $e^{{{number(value, decimals(se))}}} = "
        f"{number(whole, decimals(whole * se))}${_interval_of_exp(fit, decimals(whole * se))}. {code(name)} is "
        f"shared by all rows, and has no test in the table: {one}."
    )


def _interval_of_exp(fit: Fit, places: int) -> str:
    """The interval of what the last coefficient is the logarithm of, in brackets; nothing where a fit has none."""
    return _interval(fit, -1, np.exp, places)


def _interval(fit: Fit, which: int, of: Callable[[Floats], Floats], places: int) -> str:
    """The interval of what a coefficient is behind, in brackets; nothing where a fit has none."""
    if not fit.kinds:
        return ""
    lower, upper = of(np.asarray(fit.interval())[which])
    ends = between(float(lower), float(upper), places)
    return f" ({percent(fit.level)} interval {ends}, from that of {code(fit.names[which])})"


def _median_trials(model: Model) -> float:
    """The number of trials of the group in the middle."""
    rows, each = model.rows, model.likelihood.trials_of(model.rows.y)
    return float(np.median(each if rows.weight is None else np.repeat(each, rows.weight.astype(int))))


SIZES: dict[str, tuple[Callable[[Any], float], Callable[[float], str]]] = {
    "{mean}": (lambda model: model.rows.outcome.mean, lambda mean: number(mean, 2)),
    "{trials}": (_median_trials, count),
}
"""Where the variance is told: at which mean outcome or number of trials, and how that is written."""
