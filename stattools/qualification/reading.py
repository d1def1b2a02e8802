"""A number that a check found, and how far the round-off of another platform may move it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

MOST = 24
"""Numbers of a fit that are kept: the first of many coefficients stand for all, and the log-likelihood for the rest."""


@dataclass(frozen=True)
class Reading:
    """A number by its name; `tolerance` is a distance in the unit of the number."""

    name: str
    value: float
    tolerance: float


def readings_of(fit: Any) -> tuple[Reading, ...]:
    """Estimates, standard errors and log-likelihood of a fit.

    >>> import stattools as st
    >>> [(one.name, round(one.value, 6)) for one in readings_of(st.fit(st.normal([1.0, 2.0, 6.0])))][:2]
    [('mean', 3.0), ('standard error of mean', 1.247219)]
    """
    return estimated(fit.names, np.ravel(fit.estimate), np.ravel(fit.se), fit.loglik)


def estimated(names: Sequence[str], estimates: Any, errors: Any, loglik: float) -> tuple[Reading, ...]:
    """The same of estimates with their standard errors (NaN where there is none).

    A maximum is found to a hundred-millionth of a standard error; a hundred-thousandth is allowed to estimates and
    standard errors, for what the condition of the data makes of round-off.
    """
    found = []
    for name, estimate, se in list(zip(map(str, names), map(float, estimates), map(float, errors), strict=True))[:MOST]:
        unit = 1e-5 * se if np.isfinite(se) and se > 0 else 1e-8 * max(1.0, abs(estimate))
        found.append(Reading(name, estimate, unit))
        if np.isfinite(se):
            found.append(Reading(f"standard error of {name}", se, unit))
    return (*found, Reading("log-likelihood", float(loglik), 1e-8 * max(1.0, abs(float(loglik)))))


def readings(name: str, values: Any, relative: float = 1e-8) -> tuple[Reading, ...]:
    """The first of several numbers, named by their places; the tolerance is relative to the largest of them.

    >>> readings("mean", [1.0, 2.0], 0.01)
    (Reading(name='mean 1', value=1.0, tolerance=0.02), Reading(name='mean 2', value=2.0, tolerance=0.02))
    """
    flat: Sequence[float] = np.ravel(np.asarray(values, dtype=float)).tolist()
    unit = relative * max([abs(value) for value in flat if np.isfinite(value)], default=1.0)
    named = [name] if len(flat) == 1 else [f"{name} {place + 1}" for place in range(len(flat))]
    pairs = zip(named, flat, strict=True)
    return tuple(Reading(one, value, max(unit, 1e-300)) for one, value in pairs if np.isfinite(value))[:MOST]
