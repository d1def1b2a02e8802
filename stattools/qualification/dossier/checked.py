"""The checks of `stattools validate` as tests of a qualification: their promises, and the numbers behind them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial

from stattools.qualification.dossier.procedure import Observation, Phase, Procedure
from stattools.qualification.qualification import QUICK
from stattools.qualification.reading import CheckResult, PromisedDigits, Reading

PHASES: dict[str, Phase] = {
    "accuracy": "performance",
    "reference": "operation",
    "closed form": "operation",
    "derivatives": "operation",
    "recovery": "performance",
    "coverage": "performance",
    "calibration": "performance",
    "draws": "performance",
}
"""By the subject of a check."""
OF = ("estimates", "standard errors", "log-likelihood")
DRAWN = ("draws", "calibration")
"""Subjects whose statistic another platform's draws may move as far as its limit."""


def procedures(checks: Sequence[PromisedDigits]) -> tuple[Procedure, ...]:
    """A test for each check."""
    return tuple(
        Procedure(
            f"{check.subject}: {check.model}, {check.data}",
            PHASES[check.subject],
            partial(observe, check),
            (check.data,),
            check.subject not in QUICK,
        )
        for check in checks
    )


def observe(check: PromisedDigits, effort: float = 1.0) -> Observation:
    """What the check measured, beside what it owes."""
    found = CheckResult(check, check.measure(effort), 0.0)
    measured = found.measured
    pairs = zip(OF, measured.digits, found.promised, strict=True)
    told = [
        f"{of}: {math.floor(digits)} digits of {owed:g} owed" if digits < owed else f"{of}: {owed:g} digits or more"
        for of, digits, owed in pairs
        if digits is not None and owed is not None
    ]
    numbers = measured.readings
    if measured.statistic is not None and check.limit is not None:
        told.append(f"{check.of}: {measured.statistic:g}, at most {check.limit:g}")
        tolerance = check.limit if check.subject in DRAWN else 1e-3 * max(1.0, check.limit)
        numbers = (*numbers, Reading(check.of, measured.statistic, tolerance))
    words = f"against {check.reference}: {'; '.join(told)}"
    return Observation(found.ok, words if found.ok else f"{words}; {measured.note or 'off'}", numbers)
