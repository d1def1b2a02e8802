"""Fits with curves against the same restricted likelihood made again: of a regression by dense matrices and SciPy, of
Cox's regression from its partial likelihood written again, penalized and integrated by differences.

    V = l(c^) - |b^|^2 / (2 tau^2) - (k - 2) log tau - log|H| / 2 + p log(2 pi) / 2 + log |lines|,   H = -l'' + P

One step of Newton's method from our estimate is where the penalized maximum of the second form is; of a partial
likelihood l'' are differences of fourth order of the log-likelihood alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from stattools.errors import IncompatibleError
from stattools.inference.fits.cox_fit import CoxFit
from stattools.inference.fits.mixed_fit import MixedFit
from stattools.interface.arrays import Floats
from stattools.interface.when_needed import pd
from stattools.validation.references.densities import DENSITIES, named
from stattools.validation.references.integrals import CurveIntegral
from stattools.validation.references.likelihoods import partial_likelihood
from stattools.validation.verdict import SECOND, Agreement, compared, fewest


class SameToWithin(NamedTuple):
    """Standard errors that estimates lie apart, their relative difference, that of log-likelihoods, and standard errors
    that slopes move standard deviations by, which count as none.
    """

    apart: float
    ratio: float
    value: float
    slope: float


OF_REGRESSIONS, OF_HAZARDS = SameToWithin(1e-5, 1e-5, 1e-8, 1e-4), SameToWithin(1e-5, 1e-4, 1e-7, 1e-3)
"""Differences tell less than dense matrices do."""
STEP = 0.03
"""Of differences of a partial likelihood, in standard errors."""
MOST_SQUARES, MOST_EVENTS = 2e9, 5e9
"""Rows times the square of columns of the largest dense matrix that is made, and rows times event times times the
square of coefficients, beyond which the second form takes minutes.
"""


def validate_curves(fit: MixedFit) -> Agreement:
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
    if len(model.rows.X) * (size + len(fit.names)) ** 2 > MOST_SQUARES:
        raise IncompatibleError(
            f"validate makes the columns of {model.title} dense, {len(model.rows.X):,} rows of {size:,}, which takes "
            "minutes. Validate a fit to some of the rows."
        )
    again = CurveIntegral(fit)
    here = again.at(found.taus)
    estimate, se = again.coefficients(here, found.taus)
    k, exact = again.size, not found.marginal.n_outer  # beside other parameters errors have theirs in them
    own, theirs = fit.se[:k], se if exact else np.full(k, np.nan)
    terms = {"term": list(fit.names[:k])}
    rows = compared(terms, fit.estimate[:k], estimate, unit=own, se=own, reference_se=theirs, known=10.0)
    decrement = _moved(found, lambda taus: again.at(taus, here.c).value, 1e-3)
    name = f"{SECOND}, the B-splines in a dense matrix with SciPy's densities,"
    return _judged(fit, rows, here.value, decrement, name, OF_REGRESSIONS, exact)


def validate_curved_cox(fit: CoxFit) -> Agreement:
    """The agreement of coefficients, standard errors and restricted log-likelihood, and how far the slopes of the
    second form would move the standard deviations. Raises IncompatibleError for too many rows.
    """
    whole, found, p = fit._of_columns, fit.found, len(fit.names)
    taus, widths = found.taus, [term.width for term in fit.model.smooths]
    moving = np.concatenate([np.ones(p, dtype=bool), np.repeat(taus > 0.0, widths)])
    size = float(whole.model.said.n) * whole.model.sets.m * float(moving.sum()) ** 2
    if size > MOST_EVENTS:
        raise IncompatibleError(
            f"validate makes the partial likelihood of {whole.model.title} with curves again, which for "
            f"{whole.model.said.n:,} rows takes minutes. Validate a fit to some of the rows."
        )
    loglik, theta = partial_likelihood(whole), np.asarray(whole.estimate)
    units = np.sqrt(whole.covariance.diagonal())
    of = np.repeat(np.arange(len(taus)), widths)

    def at(sds: Floats, start: Floats, steps: int) -> tuple[float, Floats, Floats]:
        """V, the penalized maximum after so many Newton steps, and the inverse of H there."""
        P = np.concatenate([np.zeros(p), 1.0 / np.where(sds > 0.0, sds, 1.0)[of] ** 2])
        c, inverse = start, np.empty((0, 0))
        for turn in range(steps + 1):
            score, H = _derivatives(loglik, c, np.where(moving, units, 0.0))
            inverse = np.linalg.inv((H + np.diag(P))[np.ix_(moving, moving)])
            if turn < steps:
                c = c.copy()
                c[moving] += inverse @ (score - P * c)[moving]
        lines = sum(term.log_line for term in fit.model.smooths)
        value = loglik(c) - 0.5 * float(P @ c**2) + 0.5 * float(np.linalg.slogdet(inverse)[1]) + lines
        value -= sum(width * np.log(sd) for width, sd in zip(widths, sds.tolist(), strict=True) if sd > 0.0)
        return float(value + 0.5 * p * np.log(2.0 * np.pi)), c, inverse

    value, reference, inverse = at(taus, theta, 1)
    se = np.sqrt(inverse.diagonal()[:p])
    rows = compared(
        {"term": list(fit.names)}, fit.estimate, reference[:p], unit=fit.se, se=fit.se, reference_se=se, known=8.0
    )
    decrement = _moved(found, lambda sds: at(sds, reference, 2)[0], 1e-2)
    name = f"{SECOND}, the partial likelihood one event time after the other,"
    return _judged(fit, rows, value, decrement, name, OF_HAZARDS)


def _moved(found: Any, value: Callable[[Floats], float], aside: float) -> float:
    """How far the slopes of the restricted log-likelihood would move the standard deviations of curves, in standard
    errors, by differences over `aside` in their logarithms.
    """
    taus = found.taus
    slopes, own = np.zeros(len(taus)), slice(len(found.theta) - len(taus), None)
    for j in np.flatnonzero(taus > 0.0):
        way = aside * np.eye(len(taus))[j]
        slopes[j] = (value(taus * np.exp(way)) - value(taus * np.exp(-way))) / (2.0 * aside)
    unit = np.divide(1.0, taus, out=np.zeros(len(taus)), where=taus > 0.0)
    spread = unit[:, None] * found.whole_covariance[own, own] * unit
    return float(np.sqrt(max(slopes @ spread @ slopes, 0.0)))


def _judged(
    fit: Any, rows: pd.DataFrame, value: float, decrement: float, name: str, same: SameToWithin, has_errors: bool = True
) -> Agreement:
    """The verdict; standard errors are not compared where the reference has none."""
    apart = float(np.abs(rows["difference_in_se"]).max())
    ratio = float(np.abs(rows["se"].to_numpy() / rows["reference_se"].to_numpy() - 1.0).max()) if has_errors else 0.0
    gap = fit.loglik - value
    close = abs(gap) <= same.value * (1.0 + abs(value))
    ok = apart <= same.apart and ratio <= same.ratio and close and decrement <= same.slope
    many = f"{len(rows)} coefficient{'' if len(rows) == 1 else 's'} (digits: {fewest(rows)})"
    errors = f", standard errors (digits: {fewest(rows, 'se_digits')})" if has_errors else ""
    sentence = (
        f"{name} agrees: the same {many}{errors} and restricted log-likelihood; its slopes would move the standard "
        f"deviations of curves by {max(decrement, 1e-6):.0e} standard errors."
        if ok
        else f"{name} differs: a coefficient lies {apart:.2g} standard errors away, standard errors differ by "
        f"{ratio:.1e} of them, restricted log-likelihoods by {gap:+.3g}, and its slopes would move standard "
        f"deviations of curves by {decrement:.2g} standard errors."
    )
    return Agreement(rows, fit.loglik, value, name, True, fit.found.decrement, decrement, ok, sentence)


def _derivatives(loglik: Callable[[Floats], float], c: Floats, units: Floats) -> tuple[Floats, Floats]:
    """Score and information by differences of fourth order, along coefficients whose unit is not 0."""
    m, steps = len(c), STEP * units
    score, H = np.zeros(m), np.zeros((m, m))
    free = np.flatnonzero(units).tolist()

    def moved(j: int, a: float, k: int = 0, b: float = 0.0) -> float:
        at = c.copy()
        at[j] += a * steps[j]
        at[k] += b * steps[k]
        return loglik(at)

    here = loglik(c)
    for j in free:
        beside, beyond = ((moved(j, a), moved(j, -a)) for a in (1.0, 2.0))
        score[j] = (8.0 * (beside[0] - beside[1]) - (beyond[0] - beyond[1])) / (12.0 * steps[j])
        H[j, j] = (30.0 * here - 16.0 * sum(beside) + sum(beyond)) / (12.0 * steps[j] ** 2)
        for k in (one for one in free if one < j):
            near, far = (
                moved(j, a, k, a) - moved(j, a, k, -a) - moved(j, -a, k, a) + moved(j, -a, k, -a) for a in (1.0, 2.0)
            )
            H[j, k] = H[k, j] = -(16.0 * near - far) / (48.0 * steps[j] * steps[k])
    return score, H
