"""A regression of another outcome with curves against the same restricted likelihood by dense matrices and SciPy."""

from __future__ import annotations

from typing import Any

import numpy as np

from stattools.errors import IncompatibleError
from stattools.validation.references.densities import DENSITIES, named
from stattools.validation.references.integrals import CurveIntegral
from stattools.validation.verdict import SECOND, Agreement, compared, fewest

SAME, SAME_RATIO, SAME_VALUE = 1e-5, 1e-5, 1e-8
"""Standard errors, their relative difference, and that of log-likelihoods, which count as none."""
SAME_SLOPE = 1e-4
"""Standard errors of a standard deviation that differences of the restricted log-likelihood do not tell from none."""
MOST = 2e9
"""Rows times the square of columns of the largest dense matrix that is made."""
ASIDE = 1e-3
"""Of differences in the logarithm of a standard deviation."""


def validate_curves(fit: Any) -> Agreement:
    """The agreement of coefficients, their standard errors and the restricted log-likelihood, and how far the slopes of
    the second computation would move the standard deviations of the curves.

    Raises IncompatibleError for categories and for labels in order, whose levels are integrated out, and for rows and
    columns of which a dense matrix would take minutes.
    """
    model, found = fit.model, fit.found
    fixed = model.fixed
    if named(fixed) not in DENSITIES or fixed.predictor.taken_up or fixed.predictor.n_first > 1:
        raise IncompatibleError(f"validate has no second form of the restricted likelihood of {model.title}.")
    size = sum(term.k for term in model.smooths) + sum(len(term.columns) * term.n_levels for term in model.random)
    if len(model.rows.X) * (size + len(fit.names)) ** 2 > MOST:
        raise IncompatibleError(
            f"validate makes the columns of {model.title} dense, {len(model.rows.X):,} rows of {size:,}, which takes "
            "minutes. Validate a fit to some of the rows."
        )
    again, taus = CurveIntegral(fit), found.taus
    here = again.at(taus)
    estimate, se = again.coefficients(here, taus)
    k, exact = again.size, not found.marginal.n_outer  # beside other parameters errors have theirs in them
    rows = compared(
        {"term": list(fit.names[:k])}, fit.estimate[:k], estimate, unit=fit.se[:k], se=fit.se[:k],
        reference_se=se if exact else np.full(k, np.nan), known=10.0,
    )  # fmt: skip
    slopes = np.zeros(len(taus))
    for j in np.flatnonzero(taus > 0.0):
        way = ASIDE * np.eye(len(taus))[j]
        ahead, behind = (again.at(taus * np.exp(side * way), here.c).value for side in (1.0, -1.0))
        slopes[j] = (ahead - behind) / (2.0 * ASIDE)
    own = slice(len(found.theta) - len(taus), None)
    unit = np.divide(1.0, taus, out=np.zeros(len(taus)), where=taus > 0.0)
    spread = unit[:, None] * found.whole_covariance[own, own] * unit
    decrement = float(np.sqrt(max(slopes @ spread @ slopes, 0.0)))
    apart = float(np.abs(rows["difference_in_se"]).max())
    ratio = float(np.abs(fit.se[:k] / se - 1.0).max()) if exact else 0.0
    gap = fit.loglik - here.value
    close = abs(gap) <= SAME_VALUE * (1.0 + abs(here.value))
    ok = apart <= SAME and ratio <= SAME_RATIO and close and decrement <= SAME_SLOPE
    name = f"{SECOND}, the B-splines in a dense matrix with SciPy's densities,"
    many = f"{k} coefficient{'' if k == 1 else 's'} (digits: {fewest(rows)})"
    errors = f", standard errors (digits: {fewest(rows, 'se_digits')})" if exact else ""
    if ok:
        sentence = (
            f"{name} agrees: the same {many}{errors} and restricted log-likelihood; its slopes would move the standard "
            f"deviations of curves by {max(decrement, 1e-6):.0e} standard errors."
        )
    else:
        sentence = (
            f"{name} differs: a coefficient lies {apart:.2g} standard errors away, standard errors differ by "
            f"{ratio:.1e} of them, restricted log-likelihoods by {gap:+.3g}, and its slopes would move standard "
            f"deviations of curves by {decrement:.2g} standard errors."
        )
    return Agreement(rows, fit.loglik, here.value, name, True, found.decrement, decrement, ok, sentence)
