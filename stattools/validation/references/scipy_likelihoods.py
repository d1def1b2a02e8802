"""The reference for what statsmodels does not fit: the same log-likelihood written again with scipy.stats, or
statsmodels' log-likelihood with the penalty added, or the user's own function; maximized from its values alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from scipy import stats

from stattools.errors import IncompatibleError
from stattools.inference.fitted import Fit
from stattools.inference.penalties import Jeffreys, Ridge
from stattools.interface.arrays import Floats
from stattools.models.custom import Custom
from stattools.models.model import Model
from stattools.models.samples.event_rates import EventRates
from stattools.models.samples.multinomial import Multinomial
from stattools.models.samples.normal import NormalSample
from stattools.models.samples.waiting import Waits
from stattools.validation.agreement import Agreement, agreeing_digits, counted
from stattools.validation.references.densities import DENSITIES
from stattools.validation.references.reference_values import summit

SAME = 1e-5
"""In standard errors; as a ratio of standard errors 1e-4, since the reference's are differences."""

KNOWN = 8.0
"""Digits that differences are good for."""


class Rewritten(NamedTuple):
    """A log-likelihood of free parameters gamma, theta = base + B gamma, and where it comes from.

    `information` is what standard errors are made from where that is not the curvature of `value`.
    """

    value: Callable[[Floats], float]
    name: str
    B: Floats
    base: Floats
    information: Callable[[Floats], Floats] | None = None


def validate_rewritten(fit: Fit) -> Agreement:
    """Estimates and standard errors against the maximum of the rewritten log-likelihood.

    Raises IncompatibleError where an estimate lies on its boundary, or no second form of the likelihood is known.
    """
    import pandas as pd

    again = _rewritten(fit)
    gamma = np.linalg.lstsq(again.B, fit.estimate - again.base, rcond=None)[0]
    errors = np.isfinite(fit.se).all()
    unit = np.sqrt(np.diagonal(fit.solution.covariance)) * (fit.scale if errors else 1.0)
    unit = unit[again.B.argmax(axis=0)]
    if not (np.isfinite(unit).all() and (unit > 0).all()):
        raise IncompatibleError(
            f"validate climbs from values beside the estimate, and that of {fit.model.title.lower()} lies on the "
            "boundary of its domain. Its intervals are exact there: fit.interval(kind=...)."
        )
    top = summit(again.value, gamma, unit)
    reference = again.base + again.B @ top.estimate
    if again.information is not None:
        top = top._replace(covariance=np.linalg.inv(again.information(top.estimate)))
    se = np.sqrt(np.diagonal(again.B @ top.covariance @ again.B.T)) if errors else np.full(len(reference), np.nan)
    scale = fit.se if errors else np.resize(unit, len(reference))
    rows = pd.DataFrame({"term": fit.names, "estimate": fit.estimate, "reference": reference})
    gap = fit.estimate - reference
    rows["difference_in_se"] = np.divide(gap, scale, out=gap.copy(), where=scale > 0)
    rows["digits"] = np.minimum(agreeing_digits(fit.estimate, reference), KNOWN)
    rows["se"], rows["reference_se"] = fit.se, se
    rows["se_digits"] = np.minimum(agreeing_digits(fit.se, se), KNOWN) if errors else np.nan
    apart = float(np.abs(rows["difference_in_se"].to_numpy()).max())
    ratio = float(np.abs(np.divide(fit.se - se, se, out=fit.se - se, where=se > 0)).max()) if errors else 0.0
    # of a penalized fit the value at the estimate is compared, since the fit's own is not penalized
    ours = fit.loglik if fit.penalty is None else again.value(gamma)
    ok = apart <= SAME and ratio <= 1e-4 and abs(ours - top.value) <= 1e-8 * (1.0 + abs(ours))
    many = f"{len(rows)} coefficient{'' if len(rows) == 1 else 's'}"
    what = (
        f"standard errors (digits: {counted(float(np.min(rows['se_digits'].to_numpy())))}) and log-likelihood"
        if errors
        else "maximum"
    )
    sentence = (
        f"{again.name} agrees: the same {many} (digits: {counted(float(np.min(rows['digits'].to_numpy())))}), {what}."
    )
    if not ok:
        sentence = (
            f"{again.name} does not agree: its maximum is {apart:.2g} standard errors away, standard errors differ by "
            f"{ratio:.2g} in ratio, log-likelihoods by {ours - top.value:+.3g}."
        )
    return Agreement(rows, ours, top.value, again.name, True, top.checked, top.decrement, ok, sentence)


def _rewritten(fit: Fit) -> Rewritten:
    model: Any = fit.model
    p = len(fit.estimate)
    free = np.eye(p), np.zeros(p)
    if isinstance(model, Model):
        if fit.penalty is None:
            raise IncompatibleError(f"validate has no second form of {model.title}.")
        penalized, information = _penalized(model, fit.penalty)
        return Rewritten(penalized, "statsmodels' log-likelihood with the penalty, climbed,", *free, information)
    if isinstance(model, Custom):
        return Rewritten(model.loglik, "your function climbed from its values", *free)
    name = "scipy.stats' log density, climbed from its values,"
    if isinstance(model, NormalSample):
        return Rewritten(_normal(model), name, *free)
    if isinstance(model, Waits):
        return Rewritten(lambda t: float(stats.nbinom.logpmf(model.failures, model.wanted, t[0]).sum()), name, *free)
    if isinstance(model, EventRates) and model.kind == "exponential rate":
        totals, exposures = np.asarray(model.totals, dtype=float), np.asarray(model.exposures, dtype=float)
        # n waits that add up to a total have the density of n exponential waits of the mean length each
        return Rewritten(
            lambda t: float((totals * stats.expon.logpdf(exposures / totals, scale=1.0 / t)).sum()), name, *free
        )
    if isinstance(model, Multinomial) and np.count_nonzero(model.counts) > 1:
        counts, n = np.asarray(model.counts, dtype=float), float(np.sum(model.counts))
        # A category that was never seen has the estimate 0 whatever the others have: it is not free.
        seen = np.flatnonzero(counts)
        B, base = np.zeros((p, len(seen) - 1)), np.zeros(p)
        B[seen[:-1]], B[seen[-1]], base[seen[-1]] = np.eye(len(seen) - 1), -1.0, 1.0

        def value(gamma: Floats) -> float:
            theta = base + B @ gamma
            if (theta[seen] <= 0).any():
                return -1e300
            if model.kind == "multinomial":
                return float(stats.multinomial.logpmf(counts, n, theta))
            return float(counts[seen] @ np.log(theta[seen]))

        return Rewritten(value, name, B, base)
    if isinstance(model, Multinomial):
        only = fit.names[int(np.argmax(model.counts))]
        raise IncompatibleError(
            f"validate needs two categories that were seen; here all are {only}, whose estimate is 1 by itself."
        )
    raise IncompatibleError(f"validate has no reference for {model.title.lower()} such as this one.")


def _normal(model: NormalSample) -> Callable[[Floats], float]:
    codes = np.zeros(len(model.values), dtype=int) if model.codes is None else model.codes
    arms = int(codes.max()) + 1

    def value(theta: Floats) -> float:
        sd = theta[arms:][codes] if model.sd is None else model.sd
        return float(stats.norm.logpdf(model.values, theta[:arms][codes], sd).sum())

    return value


def _penalized(model: Model, penalty: Any) -> tuple[Callable[[Floats], float], Callable[[Floats], Floats] | None]:
    """statsmodels' log-likelihood with the penalty written out, and for Firth's penalty its information."""
    import statsmodels.api as sm

    rows = model.rows
    known = {"ols", "logistic", "probit", "poisson", "softmax", *DENSITIES}
    if model.kind not in known or rows.y.ndim == 2 or rows.precision is not None:
        raise IncompatibleError(f"validate has no second form of {model.title} with {penalty!r}.")
    times = np.ones(len(rows.y), dtype=int) if rows.weight is None else rows.weight.astype(int)
    X, y = np.repeat(rows.X, times, axis=0), np.repeat(rows.y, times)
    offset = None if rows.offset is None else np.repeat(rows.offset, times)
    constant = np.ptp(rows.X, axis=0) == 0
    slopes = np.array([t != "Intercept" and not c for t, c in zip(model.terms, constant, strict=True)], dtype=float)
    shrunk = model.predictor.of_columns(slopes, 0.0)
    if model.kind == "ols":
        shift = 0.0 if offset is None else offset
        likelihood, hessian = (lambda t: -0.5 * float(np.sum((y - shift - X @ t) ** 2))), None
    elif model.kind == "softmax":
        mn: Any = sm.MNLogit(y.astype(int), X)
        likelihood, hessian = (lambda t: float(mn.loglike(t))), mn.hessian
    elif model.kind in DENSITIES:
        shift, density = 0.0 if offset is None else offset, DENSITIES[model.kind]
        likelihood, hessian = (lambda t: float(np.real(density(y, X @ t[:-1] + shift, t[-1])).sum())), None
    else:
        make: Any = {"logistic": sm.Logit, "probit": sm.Probit, "poisson": sm.Poisson}[model.kind]
        other: Any = make(y, X) if offset is None else make(y, X, offset=offset)
        likelihood, hessian = (lambda t: float(other.loglike(t))), other.hessian
    if isinstance(penalty, Ridge) and penalty.is_centered(model):
        k = len(model.names) // len(slopes)
        about = np.kron(np.eye(k) - 1.0 / (k + 1), np.diag(slopes))  # the reference's zeros are in the mean
        return (lambda t: likelihood(t) - 0.5 * penalty.strength * float(t @ about @ t)), None
    if isinstance(penalty, Ridge):
        return (lambda t: likelihood(t) - 0.5 * penalty.strength * float(shrunk @ t**2)), None
    if isinstance(penalty, Jeffreys) and hessian is not None and model.kind in ("logistic", "poisson", "softmax"):
        return (lambda t: likelihood(t) + 0.5 * float(np.linalg.slogdet(-hessian(t))[1])), (lambda t: -hessian(t))
    raise IncompatibleError(f"validate has no second form of {model.title} with {penalty!r}.")
