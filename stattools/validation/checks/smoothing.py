"""The reference for exponential smoothing with one weight: statsmodels' ETS(A,N,N), its errors and log-likelihood.

Its own optimizer stops after six digits; from there its log-likelihood, in which sigma is at its maximum, is climbed
from its values alone (`reference_values.py`), and its curvature gives the standard errors.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import expit, logit

from stattools.inference.fits.fit import Fit
from stattools.interface.arrays import Floats
from stattools.series.filters.smoothing import ExponentialSmoothing
from stattools.solvers.metric import Metric
from stattools.validation.agreement import Agreement, compared, counted, fewest
from stattools.validation.references.reference_values import Summit, summit

SAME = 1e-5
"""In standard errors; as a ratio of standard errors 1e-4, since the reference's are differences."""
KNOWN = 8.0
"""Digits that differences of a log-likelihood are good for."""


def validate_smoothing(fit: Fit) -> Agreement:
    """Weight, level and sigma of statsmodels' ETS(A,N,N), in our parameters; a loop where it has no such model."""
    import statsmodels
    from statsmodels.tsa.api import SimpleExpSmoothing
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    model: ExponentialSmoothing = fit.model
    if model.design is not None or model.fixed is not None or not model.free or not model.used.all():
        return _by_loop(fit)
    ets = ETSModel(model.y, error="add")
    first = SimpleExpSmoothing(model.y, initialization_method="estimated").fit().params

    def loglik(theta: Floats) -> float:
        return float(ets.loglike([expit(theta[0]), theta[1]]))

    weight = np.clip(first["smoothing_level"], 1e-6, 1.0 - 1e-6)
    start = np.array([logit(weight), first["initial_level"]])
    found = summit(loglik, start, fit.se[:2])
    smoothed: Any = ets.smooth([expit(found.estimate[0]), found.estimate[1]])
    reference = np.append(found.estimate, 0.5 * np.log(np.mean(np.asarray(smoothed.resid) ** 2)))
    reference_se = np.append(np.sqrt(np.diagonal(found.covariance)), np.nan)
    name = f"statsmodels {statsmodels.__version__} ETS(A,N,N)"
    return _verdict(
        fit,
        found,
        reference,
        reference_se,
        (name, name),
        "agrees: the same weight, level and sigma (digits: {digits}), standard errors (digits: {se_digits}) and "
        "log-likelihood.",
    )


def _by_loop(fit: Fit) -> Agreement:
    """The definition as a Python loop, climbed from its values alone."""
    model: ExponentialSmoothing = fit.model

    def loglik(theta: Floats) -> float:
        level = float(theta[-2]) if model.free else model.first
        total, sigma = 0.0, float(np.exp(theta[-1]))
        beta = [float(b) for b in theta[: 0 if model.Z is None else model.Z.shape[1]]]
        for t, (value, used) in enumerate(zip(model.y.tolist(), model.used.tolist(), strict=True)):
            if not used:
                continue
            error = value - level
            eta = 0.0 if model.Z is None else sum(z * b for z, b in zip(model.Z[t].tolist(), beta, strict=True))
            weight = model.fixed if model.fixed is not None else float(expit(eta))
            total -= 0.5 * float(np.log(2.0 * np.pi)) + float(np.log(sigma)) + 0.5 * (error / sigma) ** 2
            level += weight * error
        return total

    found = summit(loglik, fit.estimate, fit.se)
    reference, reference_se = found.estimate, np.sqrt(np.diagonal(found.covariance))
    return _verdict(
        fit,
        found,
        reference,
        reference_se,
        ("A Python loop", "A loop over the times, differentiated numerically,"),
        f"has the same maximum (within {SAME:.0e} standard errors), standard errors (digits: {{se_digits}}) and "
        "log-likelihood. statsmodels has no such model.",
    )


def _verdict(
    fit: Fit, found: Summit, reference: Floats, reference_se: Floats, names: tuple[str, str], same: str
) -> Agreement:
    """What is said of the maximum that was `found`, by its name in short and in a sentence; `same` where it is ours.

    Standard errors of the reference that are NaN are not compared.
    """
    name, called = names
    rows: Any = compared(
        {"term": fit.names}, fit.estimate, reference, unit=fit.se, se=fit.se, reference_se=reference_se, known=KNOWN
    )
    apart = float(np.abs(rows["difference_in_se"].to_numpy()).max())
    ratio = float(np.nanmax(np.abs(fit.se / reference_se - 1.0)))
    lead = fit.loglik - found.value
    ok = apart <= SAME and ratio <= 1e-4 and abs(lead) <= 1e-9 * (1.0 + abs(fit.loglik))
    told = (
        same.format(digits=fewest(rows), se_digits=counted(rows["se_digits"].min()))
        if ok
        else f"differs: a parameter by {apart:.2g} standard errors, a standard error by {ratio:.1%}, the "
        f"log-likelihood by {lead:+.3g}."
    )
    there = fit.model.evaluate(reference)
    decrement = Metric(there.information).norm(there.score)
    return Agreement(
        rows,
        fit.loglik,
        found.value,
        name,
        found.decrement <= SAME,
        fit.solution.decrement,
        decrement,
        ok,
        f"{called} {told}",
    )
