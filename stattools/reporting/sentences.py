"""What a report says in words: the question, the certificate, the verdict of the reference, the conclusion.

A number and its words come from the same function. Nothing here prints what differs between processors: certificates
and agreements are bounds.
"""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np

from stattools.inference.fits.fit import Fit
from stattools.inference.fits.one_vs_rest import OneVsRestFit
from stattools.inference.page import maximum
from stattools.reporting.accounts import account
from stattools.reporting.document import code, literal
from stattools.reporting.tables import (
    agreeing,
    bound,
)
from stattools.solvers import Solution
from stattools.validation.verdict import SECOND, Agreement

STEADY = ("LeastSquares", "Newton", "ClosedForm")
"""Solvers whose number of steps is the same on every processor."""


def question(model: Any) -> str:
    """What a model asks of its data."""
    return account(model).question(model)


def certificate(fit: Fit) -> str:
    """How close to the maximum the fit is, as a bound."""
    told, solution = account(fit.model), fit.solution
    if told.certificate is not None:
        return told.certificate(fit)
    penalized = f"What it maximizes is the log-likelihood with the penalty {code(fit.penalty)}, not the log-likelihood"
    reached = told.reached(fit) if fit.penalty is None else penalized
    limit = bound(solution.decrement, 1e-8 if solution.status == "converged" else 1e-6)
    return (
        f"**Every coefficient is within {limit} standard errors of {maximum(fit.model)}.** So says the Newton "
        f"decrement where {code(solution.solver)} ended, after {bounded(solution)}. {reached}."
    )


def bounded(solution: Solution) -> str:
    """The number of steps, or a generous bound where round-off decides it."""
    taken = solution.steps
    if solution.solver.split("(")[0] in STEADY:
        return f"{taken} step{'' if taken == 1 else 's'}"
    return f"fewer than {10 ** math.ceil(math.log10(max(2 * taken, 2))):,} steps"


def verdict(agreement: Agreement) -> str:
    """Whether the reference agrees, without round-off and without versions."""
    rows = agreement.rows
    worst = float(np.nanmax(np.abs(rows["difference_in_se"])))
    if not (agreement.ok and worst < 1e-6):
        return literal(unversioned(agreement.sentence))
    digits = float(np.nanmin(rows["digits"]))
    compared = rows["se_digits"].to_numpy(dtype=float)
    compared = compared[~np.isnan(compared)]
    errors = f"standard errors to {agreeing(float(compared.min()))} digits, " if compared.size else ""
    # Of a proportion, the ends of its intervals are compared too, which have no standard error.
    what = "number" if np.isnan(rows["se"]).any() else "coefficient"
    return (
        f"**{literal(unversioned(agreement.reference))} agrees** on the arithmetic: {len(rows)} "
        f"{what}{'' if len(rows) == 1 else 's'} to within 1e-6 standard errors ({agreeing(digits)} digits), {errors}"
        "and the log-likelihood. Whether the model suits the data is another question."
    )


def conclusion(fit: Fit, agreement: Agreement | None = None) -> str:
    """One sentence to quote: what the fit found, of several coefficients the one farthest from zero."""
    checked = f"; {source(agreement)} computes the same numbers" if agreement is not None and agreement.ok else ""
    return account(fit.model).conclusion(fit, checked)


def normalized(fits: OneVsRestFit) -> str:
    """What the separate probabilities of one-vs-rest sum to, and what becomes of them."""
    total = np.asarray(fits.separate_probabilities(align=False), dtype=float).sum(axis=1)
    return (
        f"The {len(fits.fits)} likelihoods are separate, and so are their probabilities: over the categories they sum "
        f"to between {total.min():.3f} and {total.max():.3f}, depending on the row. A prediction divides them by their "
        "sum: they are normalized only after the fact, which no likelihood asks for. Multinomial logistic regression "
        "has one likelihood for all categories."
    )


def unversioned(text: str) -> str:
    """A reference's name without its version, which the table of the environment has.

    >>> unversioned("statsmodels 0.15.0 Logit agrees")
    'statsmodels Logit agrees'
    """
    return re.sub(r"\b(statsmodels|scipy|numpy) \d[\w.+-]*(?=\s|$)", r"\1", text)


def source(agreement: Agreement) -> str:
    """What the reference was made with: statsmodels, or SciPy or a loop where it has no such model."""
    if agreement.reference.startswith(SECOND):
        return "a second computation"
    if agreement.reference.startswith("scipy."):
        return "SciPy"
    return "a loop" if agreement.reference == "A Python loop" else "statsmodels"
