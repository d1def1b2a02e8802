"""A number whose effect is a curve, of a spline or of several terms: the mean at its third quartile against the first.

One coefficient of a spline says nothing; what the mean does from one quartile to the other does, everything else as it
is in the rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from stattools.errors import StattoolsError
from stattools.inference.effects.moved_rows import population
from stattools.inference.fits.fit import Fit
from stattools.interface.arrays import Floats
from stattools.likelihoods.outcomes import Outcome
from stattools.reporting.answer.changes import Change, change
from stattools.reporting.answer.findings import TermFinding
from stattools.reporting.document import code
from stattools.reporting.stories import event
from stattools.reporting.tables import p_said


@dataclass(frozen=True)
class Curve:
    """The variable, what moves, by how much from `low` to `high`, and the test of all its terms together."""

    variable: str
    subject: str
    change: Change | None
    low: float
    high: float
    p_value: float

    @property
    def compared(self) -> str:
        """`at `x` = 5.2, its third quartile, against 1.8, its first`."""
        low, high = (f"{value:,.5g}" for value in (self.low, self.high))
        return f"at {code(self.variable)} = {high}, its third quartile, against {low}, its first"

    def said(self, named: str) -> str:
        """The clause for a sentence, its interval called `named`."""
        test = f"all its terms together {p_said(self.p_value)}"
        if self.change is None:
            return f"{code(self.variable)} acts along a curve ({test})"
        return f"{self.subject} is {self.change.with_interval(named)} {self.compared} ({test})"


def curves(fit: Fit, terms: Sequence[TermFinding]) -> list[Curve]:
    """The curves among the terms, one for each variable."""
    found: dict[str, list[TermFinding]] = {}
    for term in terms:
        numbers = [name for name in sorted(term.unit.variables) if not {name, f"C({name})"} & set(_levels(fit))]
        for variable in numbers if term.is_curve else ():
            found.setdefault(variable, []).append(term)
    return [_curve(fit, variable, some) for variable, some in found.items()]


def _levels(fit: Fit) -> Mapping[str, Any]:
    return {} if fit.model.design is None else fit.model.design.levels


def _curve(fit: Fit, variable: str, terms: Sequence[TermFinding]) -> Curve:
    model = fit.model
    subject = f"the mean of {code(model.outcome_name)}"
    if model.likelihood.is_event or model.likelihood.outcome is Outcome.TRIALS:
        subject = f"the probability that {event(model)}"
    together = [model.names[k] for term in terms for k in term.unit.coefficients]
    try:
        p_value = float(fit.test(together).p_value)
    except StattoolsError:
        p_value = min(term.p_value for term in terms)
    try:
        x = _values(fit, variable)
        low, high = (float(value) for value in np.quantile(x, [0.25, 0.75]))
        told = _between(fit, variable, low, high) if high > low else None
    except StattoolsError:
        low = high = np.nan
        told = None
    return Curve(variable, subject, told, low, high, p_value)


def _values(fit: Fit, variable: str) -> Floats:
    if not fit.model.in_memory:
        raise StattoolsError("rows in files are not looked at one by one.")
    return np.asarray(population(fit.model, None, None, None, "overall").column(variable), dtype=float)


def _between(fit: Fit, variable: str, low: float, high: float) -> Change | None:
    if fit.model.likelihood.outcome is Outcome.CATEGORY or not fit.kinds:
        return None
    ratio = fit.model.likelihood.outcome in (Outcome.COUNT, Outcome.POSITIVE)
    row = fit.contrasts(variable, values=[low, high], ratio=ratio).to_dict("records")[0]
    middle, lower, upper = (float(row[name]) for name in ("estimate", "lower", "upper"))
    if ratio:
        middle, lower, upper = (float(np.log(value)) for value in (middle, lower, upper))
        return change(middle, float(row["se_log"]), lower, upper, factor=True)
    return change(middle, float(row["se"]), lower, upper, factor=False)
