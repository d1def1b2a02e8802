"""A number that a check found, and how far the round-off of another platform may move it.

One check of the package: what is fitted, to which data, against what, and how many digits are promised.

A check states in advance what it owes. A report prints what was promised, and that it was kept: digits beyond a promise
differ between processors. What was measured is in the finding.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from stattools.inference.fits.fit import Fit
from stattools.validation.verdict import agreeing_digits

MOST = 24
"""Numbers of a fit that are kept: the first of many coefficients stand for all, and the log-likelihood for the rest."""


@dataclass(frozen=True)
class Reading:
    """A number by its name; `tolerance` is a distance in the unit of the number."""

    name: str
    value: float
    tolerance: float


def readings_of(fit: Fit) -> tuple[Reading, ...]:
    """Estimates, standard errors and log-likelihood of a fit.

    >>> import stattools as st
    >>> [(one.name, round(one.value, 6)) for one in readings_of(st.fit(st.normal([1.0, 2.0, 6.0])))][:2]
    [('mean', 3.0), ('standard error of mean', 1.247219)]
    """
    return estimated(fit.names, np.ravel(fit.estimate), np.ravel(fit.se), fit.loglik)


def estimated(
    names: Sequence[str], estimates: Iterable[float], errors: Iterable[float], loglik: float
) -> tuple[Reading, ...]:
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


def readings(name: str, values: ArrayLike, relative: float = 1e-8) -> tuple[Reading, ...]:
    """The first of several numbers, named by their places; the tolerance is relative to the largest of them.

    >>> readings("mean", [1.0, 2.0], 0.01)
    (Reading(name='mean 1', value=1.0, tolerance=0.02), Reading(name='mean 2', value=2.0, tolerance=0.02))
    """
    flat: Sequence[float] = np.ravel(np.asarray(values, dtype=float)).tolist()
    unit = relative * max([abs(value) for value in flat if np.isfinite(value)], default=1.0)
    named = [name] if len(flat) == 1 else [f"{name} {place + 1}" for place in range(len(flat))]
    pairs = zip(named, flat, strict=True)
    return tuple(Reading(one, value, max(unit, 1e-300)) for one, value in pairs if np.isfinite(value))[:MOST]


type Subject = Literal[
    "accuracy", "reference", "closed form", "recovery", "coverage", "calibration", "draws", "derivatives"
]


@dataclass(frozen=True)
class Measured:
    """What a check found: digits of estimates, standard errors and log-likelihood (None where there are none), or a
    statistic with the limit it must stay below. `agrees` is False where the reference itself says so, `note` says why;
    `readings` are the numbers that were compared, for who computes them again elsewhere.
    """

    estimate: float | None = None
    se: float | None = None
    loglik: float | None = None
    statistic: float | None = None
    agrees: bool = True
    note: str = ""
    readings: tuple[Reading, ...] = ()

    @property
    def digits(self) -> tuple[float | None, float | None, float | None]:
        """The digits of estimates, of standard errors and of the log-likelihood."""
        return self.estimate, self.se, self.loglik


@dataclass(frozen=True)
class PromisedDigits:
    """`measure(effort)` computes the numbers; `promise` are the digits that they owe, in the order of
    `Measured.digits`; `limit` is what the statistic must not exceed, and `of` says in words what that statistic is.
    `effort` multiplies the sizes of simulations.
    """

    subject: Subject
    model: str
    data: str
    reference: str
    measure: Callable[[float], Measured]
    promise: tuple[float | None, float | None, float | None] = (10, 10, 10)
    limit: float | None = None
    of: str = ""
    slow: bool = False


@dataclass(frozen=True)
class CheckResult:
    """A check that was run: what it measured, in how many seconds, and whether it kept its promise."""

    check: PromisedDigits
    measured: Measured
    seconds: float

    @property
    def ok(self) -> bool:
        """True where the reference agrees and every promise was kept."""
        pairs = zip(self.measured.digits, self.check.promise, strict=True)
        digits = all(found is None or (owed is not None and found >= owed) for found, owed in pairs)
        told = any(found is not None for found in (*self.measured.digits, self.measured.statistic))
        statistic = self.measured.statistic
        within = statistic is None or (self.check.limit is not None and statistic <= self.check.limit)
        return self.measured.agrees and told and digits and within

    def row(self) -> dict[str, object]:
        """The finding for machines."""
        check, measured = self.check, self.measured
        names = ("digits_estimate", "digits_se", "digits_loglik")
        return {
            "subject": check.subject,
            "model": check.model,
            "data": check.data,
            "reference": check.reference,
            **dict(zip(names, measured.digits, strict=True)),
            **dict(zip((f"promised_{name}" for name in names), self.promised, strict=True)),
            "statistic": measured.statistic,
            "limit": check.limit,
            "statistic_is": check.of,
            "seconds": round(self.seconds, 4),
            "ok": self.ok,
            "note": measured.note,
        }

    @property
    def promised(self) -> tuple[float | None, ...]:
        """The digits that were owed, where there is anything to count."""
        pairs = zip(self.measured.digits, self.check.promise, strict=True)
        return tuple(None if found is None else owed for found, owed in pairs)


def digits(found: ArrayLike, exact: ArrayLike) -> float:
    """The fewest agreeing digits of several numbers; 0 where any is not a number.

    >>> digits([1.0, 1.001], [1.0, 1.0]), digits([float("nan")], [1.0])
    (3.0, 0.0)
    """
    found, exact = np.atleast_1d(np.asarray(found, dtype=float)), np.asarray(exact, dtype=float)
    if not (np.isfinite(found).all() and np.isfinite(exact).all()):
        return 0.0
    return round(float(np.min(agreeing_digits(found, exact))), 2)
