"""Coefficients as ratios: exp of the estimate with an interval of its own, exp of the ends of the coefficient's.

What the exponential of a coefficient is, the likelihood says (`Words.exponential`); where it is no ratio there is no
table of ratios. The p-value is that of the coefficient: a ratio of 1 is a coefficient of 0.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from stattools.errors import DomainError, IncompatibleError
from stattools.interface.when_needed import pd
from stattools.models.model import Model

PLAIN = {"log": "{}", "logit": "odds {}"}
"""What the exponential of the linear predictor of a parameter is called, by its link."""

AT_ZERO = {
    False: ", that of Intercept the value at 0 of all columns",
    True: ", that of a threshold the odds of its lower labels at 0 of all columns",
}
"""What is said of a constant, and of thresholds, which have odds of at most their label."""

LARGEST_LOGARITHM = 700.0
"""exp of more than this is beyond float64."""


def require_ratios(model: Any) -> str:
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
    if model.exponential:
        return model.exponential
    if not isinstance(model, Model):
        raise IncompatibleError(
            f"exponentiate=True makes ratios of the coefficients of a regression; {model.title} has parameters, which "
            "fit.table() has."
        )
    likelihood = model.likelihood
    if not likelihood.words.exponential:
        raise IncompatibleError(
            f"exponentiate=True makes ratios, and a coefficient of {model.title} changes {likelihood.words.predictor}: "
            "its exponential is no ratio. fit.table() has the coefficients, fit.marginal_effects() what they do to the "
            "mean."
        )
    for name, link in likelihood.others:
        if link not in PLAIN and not model.predictor.taken_up:
            raise IncompatibleError(
                f"exponentiate=True makes ratios, and the parameter {name!r} of {model.title} has the link {link}: the "
                "exponential of its coefficients is no ratio. Take np.exp of those rows of fit.table() that are."
            )
    return likelihood.words.exponential


def called(model: Any) -> tuple[str, ...]:
    """The names of the coefficients after exponentiation: `log alpha` is then alpha, `log scale: x` is `scale: x`."""
    if model.exponential:
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


def factors(values: Any, names: Any) -> Any:
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
    said += "" if model.exponential else AT_ZERO[bool(model.predictor.taken_up)]
    table.attrs = {**made.attrs, "ratio": what}
    beside = f"; {made.attrs['note']}" if "note" in made.attrs else ""
    error = "; se_log is the standard error of its logarithm" if "se_log" in table else ""
    table.attrs["note"] = f"{said}{error}{beside}."
    return table
