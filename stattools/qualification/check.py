"""One check of the package: what is fitted, to which data, against what, and how many digits are promised.

A check states in advance what it owes. A report prints what was promised, and that it was kept: digits beyond a promise
differ between processors. What was measured is in the finding.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from stattools.qualification.reading import Reading
from stattools.validation.agreement import agreeing_digits

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

    def row(self) -> dict[str, Any]:
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
