"""What a report says in words: the question, the certificate, the verdict of the reference, the conclusion.

A number and its words come from the same function. Nothing here prints what differs between processors: certificates
and agreements are bounds.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from stattools.inference.fits.fit import Fit
from stattools.inference.fits.one_vs_rest import OneVsRestFit
from stattools.reporting.accounts import account
from stattools.reporting.document import literal
from stattools.reporting.tables import agreeing
from stattools.validation.verdict import SECOND, Agreement


def question(model: Any) -> str:
    """What a model asks of its data."""
    return account(model).question(model)


def certificate(fit: Fit) -> str:
    """What is proven of the estimate, and of a maximum that is a formula, which."""
    first, _, rest = str(fit.certificate).removesuffix(".").partition(". ")
    formula = account(fit.model).formula
    said = [f"**{literal(first)}.**", *([f"{literal(rest)}."] if rest else [])]
    return " ".join(said if formula is None else [*said, formula(fit)])


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
