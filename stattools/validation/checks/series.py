"""The reference for exponential smoothing with one weight: statsmodels' ETS(A,N,N), its errors and log-likelihood.

Its own optimizer stops after six digits; from there its log-likelihood, in which sigma is at its maximum, is climbed
from its values alone (`references/likelihoods.py`), and its curvature gives the standard errors.

The reference for state space models: statsmodels' UnobservedComponents with exactly diffuse initial states.

Its log-likelihood has the constant -d/2 log 2 pi of the d flat states, which ours leaves out: it is converted. Its
steady-state shortcut is turned off (`ssm.tolerance = 0`): by default it stops updating variances too early.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from scipy.special import expit, logit

from stattools.inference.fits.fit import Fit
from stattools.interface.arrays import Floats
from stattools.interface.when_needed import pd
from stattools.series.filters.smoothing import ExponentialSmoothing
from stattools.series.statespace.spectrum import LOG_2PI
from stattools.series.statespace.states import smoothed
from stattools.series.statespace.structural import Structural
from stattools.solvers.metric import Metric
from stattools.validation.references.likelihoods import Summit, summit
from stattools.validation.verdict import Agreement, agreeing_digits, compared, counted, fewest

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


SAME_SERIES = 1e-8
"""Log-likelihoods, smoothed means and variances this close, relative to the largest of them, are the same."""

CLOSE = 1e-4
"""Its maximum may lie this many standard errors from ours: its optimizer stops there."""

TIGHT = {"lbfgs": {"pgtol": 1e-10, "factr": 10.0}}
"""Its optimizer's stopping rule, as tight as its gradients allow."""

TREND = {"none": "llevel", "fixed": "lldtrend", "smooth": "strend", "stochastic": "lltrend"}


def reference_model(model: Structural, *, tolerance: float = 0.0) -> Any:
    """The same model in statsmodels; its parameters stand in our order."""
    from statsmodels.tsa.statespace.structural import UnobservedComponents

    y = model.detrended(np.zeros(0))
    exog = model.X if model.regressors else None
    period = model.components.period or None
    build: Any = UnobservedComponents
    reference = build(
        y,
        TREND[model.components.trend],
        seasonal=period,
        exog=exog,
        use_exact_diffuse=True,
    )
    reference.ssm.tolerance = tolerance
    return reference


def validate_structural(fit: Fit) -> Agreement:
    """Estimates by its own optimizer; log-likelihood, standard errors and states at our estimates."""
    import statsmodels

    model, theta = fit.model, fit.estimate
    constant = 0.5 * model.diffuse * LOG_2PI
    with warnings.catch_warnings(record=True):
        warnings.simplefilter("always")
        reference = reference_model(model)
        results = max(
            (reference.fit(disp=0, maxiter=1000, method=method, **TIGHT.get(method, {})) for method in ("lbfgs", "nm")),
            key=lambda r: r.llf,
        )
        at_ours = float(reference.loglike(theta)) + constant
        states = reference.smooth(theta, cov_type="none")
        shortcut = reference_model(model, tolerance=1e-19).smooth(theta, cov_type="none")
        se = _standard_errors(reference, theta)
    name = f"statsmodels {statsmodels.__version__} UnobservedComponents"
    estimate = np.asarray(results.params, dtype=float)
    means, variances, hurried = _state_digits(model, theta, states, shortcut)
    rows = _rows(fit, estimate, se)
    lead = fit.loglik - (float(results.llf) + constant)
    inside = theta > 0
    inside[len(model.positive) :] = True
    apart = np.abs(rows["difference_in_se"].to_numpy()[inside])
    same_loglik = abs(at_ours - fit.loglik) <= SAME_SERIES * (1.0 + abs(fit.loglik))
    same_states = min(means, variances) >= -np.log10(SAME_SERIES)
    not_above = lead >= -1e-7 * (1.0 + abs(fit.loglik))
    ok = bool(same_loglik and same_states and not_above)
    told = f"log-likelihood (converted), smoothed means (digits: {counted(means)})"
    told += f" and variances (digits: {counted(variances)})"
    if not ok:
        sentence = (
            f"{name} does not agree: at our estimates its log-likelihood differs by {abs(at_ours - fit.loglik):.2g}, "
            f"its own maximum is {'higher' if lead < 0 else 'lower'} by {abs(lead):.2g}, smoothed means agree to "
            f"{counted(means)} digits and variances to {counted(variances)}."
        )
    elif bool((apart <= CLOSE).all()):
        sentence = f"{name} agrees: the same maximum (within {CLOSE:.0e} standard errors), {told}."
    else:
        sentence = (
            f"{name} agrees at our estimates: {told}. Its own optimizer stopped {apart.max():.2g} standard errors "
            f"away, where the log-likelihood is lower by {max(lead, 0.0):.2g}."
        )
    notes = [
        f"statsmodels counts {model.diffuse} x log(2 pi) / 2 for flat states: {at_ours - constant:.6f} in its terms."
    ]
    if hurried < -np.log10(SAME_SERIES):
        notes.append(
            "statsmodels' steady-state shortcut is off here (tolerance = 0): with it, smoothed variances agree to only "
            f"{counted(hurried)} digits."
        )
    converged = bool(results.mle_retvals.get("converged", True))
    return Agreement(
        rows, fit.loglik, at_ours, name, converged, fit.solution.decrement, float("nan"), ok, sentence, tuple(notes)
    )


def _standard_errors(reference: Any, theta: Floats) -> Floats:
    """From its numerical Hessian at our estimates, of the parameters that are not 0."""
    inside = theta != 0
    hessian = reference.hessian(
        theta, transformed=True, includes_fixed=True, method="approx", approx_complex_step=True, approx_centered=True
    )
    H = -reference.nobs * np.asarray(hessian, dtype=float)[np.ix_(inside, inside)]
    se = np.full(len(theta), np.nan)
    diagonal = np.diagonal(np.linalg.inv(H))
    se[inside] = np.sqrt(np.where(diagonal > 0, diagonal, np.nan))
    return se


def _state_digits(model: Structural, theta: Floats, states: Any, shortcut: Any) -> tuple[float, float, float]:
    """Digits to which smoothed means, variances, and variances with the shortcut agree, of their largest value."""
    k = len(model.positive)
    found = smoothed(model, theta[:k], theta[k:])
    place = {"level": 0, "trend": 1, "seasonal": model.components.order}
    digits = []
    for name, (mean, variance) in found.items():
        i = place[name]
        if name == "level":
            mean = mean - model.drift * np.arange(model.steps)
        their_variance, hurried = states.smoothed_state_cov[i, i], shortcut.smoothed_state_cov[i, i]
        pairs = ((mean, states.smoothed_state[i]), (variance, their_variance), (variance, hurried))
        floor = 1e-6 * float(theta[:k].max())  # a variance that is 0 is round-off of the others in theirs
        digits.append(
            [float(agreeing_digits(1.0 + np.abs(a - b).max() / max(np.abs(b).max(), floor), 1.0)) for a, b in pairs]
        )
    means, variances, hurried = np.min(digits, axis=0)
    return float(means), float(variances), float(hurried)


def _rows(fit: Fit, estimate: Floats, se: Floats) -> pd.DataFrame:
    theta, zero = fit.estimate, fit.estimate == 0
    unit = theta[: len(fit.model.positive)].max()
    rows = compared({"term": fit.names}, theta, estimate, unit=fit.se, se=fit.se, reference_se=se)
    rows.loc[zero, "digits"] = agreeing_digits(1.0 + np.abs(estimate[zero]) / unit, 1.0)
    return rows
