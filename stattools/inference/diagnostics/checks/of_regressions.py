"""The checks of a regression: a table from names to functions, and which of them go with each kind of outcome.

A check that a fit has not says why: it stands under `unchecked`, never as a hole in the table.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from stattools.errors import IncompatibleError
from stattools.inference.diagnostics.checks.autocorrelation import autocorrelation, order_of
from stattools.inference.diagnostics.checks.certificate import certificate
from stattools.inference.diagnostics.checks.check import Check
from stattools.inference.diagnostics.checks.collinearity import collinearity
from stattools.inference.diagnostics.checks.distribution import distribution, zeros
from stattools.inference.diagnostics.checks.influence import influence
from stattools.inference.diagnostics.checks.influence_on_hazards import influence_on_hazards
from stattools.inference.diagnostics.checks.looked_at import LookedAt
from stattools.inference.diagnostics.checks.overdispersion import overdispersion
from stattools.inference.diagnostics.checks.probabilities import calibration, discrimination
from stattools.inference.diagnostics.checks.proportional import proportional
from stattools.inference.diagnostics.checks.shape import form, link
from stattools.inference.diagnostics.checks.standard_errors import standard_errors
from stattools.inference.estimates import Estimates
from stattools.inference.hypotheses.several import several
from stattools.likelihoods.outcomes import Outcome
from stattools.numerics.threads import one_blas_thread
from stattools.text.one_line import prints


def _influence(of: LookedAt) -> Check:
    return (influence_on_hazards if of.model.is_partial else influence)(of)


CHECKS: dict[str, Callable[[LookedAt], Check | None]] = {
    "maximum": certificate,
    "proportional hazards": proportional,
    "overdispersion": overdispersion,
    "zeros": zeros,
    "heteroskedasticity": partial(standard_errors, name="heteroskedasticity"),
    "robust errors": partial(standard_errors, name="robust errors"),
    "autocorrelation": autocorrelation,
    "influence": _influence,
    "collinearity": collinearity,
    "link": link,
    "form": form,
    "calibration": calibration,
    "discrimination": discrimination,
    "distribution": distribution,
}
"""What is looked at, by name; a function answers None where there is nothing to look at."""

OF_ALL = ("maximum", "autocorrelation", "influence", "collinearity", "link", "form")
OF_PARTIAL = ("maximum", "influence", "collinearity", "link", "form")
OF_TIMES = ("proportional hazards", *OF_PARTIAL)
NUMBERS = ("heteroskedasticity", "distribution")
LABELS = ("robust errors", "calibration", "discrimination")

OF_OUTCOME: dict[Outcome, tuple[str, ...]] = {
    Outcome.REAL: NUMBERS,
    Outcome.POSITIVE: NUMBERS,
    Outcome.UNIT: NUMBERS,
    Outcome.COUNT: ("overdispersion", "zeros", "robust errors", "distribution"),
    Outcome.TRIALS: ("overdispersion", *LABELS, "distribution"),
    Outcome.BINARY: LABELS,
    Outcome.ORDERED: LABELS,
    Outcome.CATEGORY: LABELS,
    Outcome.TIME: ("robust errors",),  # of a censored time neither mean nor distribution is seen
}
"""What goes with each kind of outcome, beside what goes with all."""


@prints
class Looked(NamedTuple):
    """The checks, and those that could not be made, each with the reason."""

    checks: tuple[Check, ...]
    unchecked: dict[str, str]


def checks_of(fit: Estimates, order: Any = None) -> Looked:
    """The checks of a fit of a regression, in the order of `CHECKS`.

    >>> import stattools as st
    >>> found = checks_of(st.fit(st.ols([1.0, 2.0, 4.0, 3.0, 5.0], [0.0, 1.0, 2.0, 3.0, 4.0])))
    >>> [one.check for one in found.checks if one.verdict != "ok"]
    []
    """
    with one_blas_thread():
        if fit.model.is_partial:
            return _looked(LookedAt(fit), _of_partial(fit.model, order))
        of = LookedAt(fit, order_of(fit.model, order))
        return _looked(of, (*OF_ALL, *OF_OUTCOME[of.likelihood.outcome]))


def _of_partial(model: Any, order: Any) -> tuple[str, ...]:
    """The checks of Cox's regression, and of matched sets, which have no times."""
    if order is not None:
        raise IncompatibleError(f"rows of {model.title} follow each other in no order; leave order= out of check.")
    return OF_TIMES if len(np.unique(model.said.time)) > 1 else OF_PARTIAL


def _looked(of: LookedAt, some: Collection[str]) -> Looked:
    return looked({name: partial(check, of) for name, check in CHECKS.items() if name in some}, of.model.title)


def looked(checks: Mapping[str, Callable[[], Check | None]], title: str) -> Looked:
    """The checks by name of a fit of a model called `title`, and the reasons of those that could not be made."""

    def one(check: Callable[[], Check | None]) -> Check | None:
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):  # told below
            found = check()
        if found is not None and not np.isfinite([found.value, found.p_value or 0.0]).all():
            raise IncompatibleError(f"numbers of {title} are beyond float64. Change the units of its columns.")
        return found

    made, unchecked = several({name: partial(one, check) for name, check in checks.items()})
    return Looked(tuple(found for found in made.values() if found is not None), unchecked)
