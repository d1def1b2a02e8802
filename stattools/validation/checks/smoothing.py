"""The reference for exponential smoothing with one weight: statsmodels' ETS(A,N,N), its errors and log-likelihood.

Its own optimizer stops after six digits; from there Newton's method climbs on differences of its log-likelihood, in
which sigma is at its maximum, and their curvature gives its standard errors.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import expit, logit

from stattools.inference.fitted import Fit
from stattools.interface.arrays import Floats
from stattools.models.custom import custom
from stattools.series.filters.smoothing import ExponentialSmoothing
from stattools.solvers import Newton
from stattools.solvers.metric import Metric
from stattools.validation.agreement import Agreement, agreeing_digits, counted

SAME = 1e-5
"""In standard errors; as a ratio of standard errors 1e-4, since the reference's are differences."""
KNOWN = 8.0
"""Digits that differences of a log-likelihood are good for."""


def validate_smoothing(fit: Fit) -> Agreement:
    """Weight, level and sigma of statsmodels' ETS(A,N,N), in our parameters; a loop where it has no such model."""
    import pandas as pd
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
    own: Any = custom(loglik, start=start)
    found = Newton().solve(own)
    smoothed: Any = ets.smooth([expit(found.estimate[0]), found.estimate[1]])
    reference = np.append(found.estimate, 0.5 * np.log(np.mean(np.asarray(smoothed.resid) ** 2)))
    reference_se = np.append(np.sqrt(np.diagonal(found.covariance)), np.nan)
    difference = (fit.estimate - reference) / fit.se
    digits = np.minimum(agreeing_digits(fit.estimate, reference), KNOWN)
    se_digits = np.minimum(agreeing_digits(fit.se[:2], reference_se[:2]), KNOWN)
    rows = pd.DataFrame(
        {
            "term": fit.names,
            "estimate": fit.estimate,
            "reference": reference,
            "difference_in_se": difference,
            "digits": digits,
            "se": fit.se,
            "reference_se": reference_se,
            "se_digits": [*se_digits, np.nan],
        }
    )
    apart = float(np.abs(difference).max())
    ratio = float(np.abs(fit.se / reference_se - 1.0)[:2].max())
    theirs = found.loglik
    ok = apart <= SAME and ratio <= 1e-4 and abs(theirs - fit.loglik) <= 1e-9 * (1.0 + abs(fit.loglik))
    name = f"statsmodels {statsmodels.__version__} ETS(A,N,N)"
    sentence = (
        f"{name} agrees: the same weight, level and sigma (digits: {counted(digits.min())}), standard errors "
        f"(digits: {counted(se_digits.min())}) and log-likelihood."
        if ok
        else f"{name} differs: a parameter by {apart:.2g} standard errors, a standard error by {ratio:.1%}, the "
        f"log-likelihood by {fit.loglik - theirs:+.3g}."
    )
    metric = Metric(model.evaluate(reference).information)
    decrement = metric.norm(model.evaluate(reference, 1).score)
    return Agreement(rows, fit.loglik, theirs, name, found.converged, fit.solution.decrement, decrement, ok, sentence)


def _by_loop(fit: Fit) -> Agreement:
    """The definition as a Python loop, climbed by Newton's method on its differences from another start."""
    import pandas as pd

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

    own: Any = custom(loglik, start=fit.estimate + 0.1 * fit.se)
    found = Newton().solve(own)
    reference, reference_se = found.estimate, np.sqrt(np.diagonal(found.covariance))
    difference = (fit.estimate - reference) / fit.se
    digits = np.minimum(agreeing_digits(fit.estimate, reference), KNOWN)
    se_digits = np.minimum(agreeing_digits(fit.se, reference_se), KNOWN)
    columns = {"term": fit.names, "estimate": fit.estimate, "reference": reference, "difference_in_se": difference}
    rows = pd.DataFrame(
        columns | {"digits": digits, "se": fit.se, "reference_se": reference_se, "se_digits": se_digits}
    )
    apart, ratio = float(np.abs(difference).max()), float(np.abs(fit.se / reference_se - 1.0).max())
    ok = apart <= SAME and ratio <= 1e-4 and abs(found.loglik - fit.loglik) <= 1e-9 * (1.0 + abs(fit.loglik))
    name = "A loop over the times, differentiated numerically,"
    sentence = (
        f"{name} has the same maximum (within {SAME:.0e} standard errors), standard errors (digits: "
        f"{counted(se_digits.min())}) and log-likelihood. statsmodels has no such model."
        if ok
        else f"{name} differs: a parameter by {apart:.2g} standard errors, a standard error by {ratio:.1%}, the "
        f"log-likelihood by {fit.loglik - found.loglik:+.3g}."
    )
    decrement = Metric(model.evaluate(reference).information).norm(model.evaluate(reference, 1).score)
    return Agreement(
        rows,
        fit.loglik,
        found.loglik,
        "A Python loop",
        found.converged,
        fit.solution.decrement,
        decrement,
        ok,
        sentence,
    )
