"""The reference for what statsmodels does not fit: the same log-likelihood written again with SciPy, with the penalty
if there is one (`reference_values.py`), or the user's own function; maximized from its values.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from stattools.errors import IncompatibleError
from stattools.inference.fits.fit import Fit
from stattools.interface.arrays import Floats
from stattools.interface.record import nearest
from stattools.interface.when_needed import stats
from stattools.likelihoods.links import LINKS
from stattools.likelihoods.own import OwnLikelihood
from stattools.models.custom import Custom
from stattools.models.model import Model
from stattools.models.samples.normal import Correlation, NormalSample
from stattools.models.samples.proportions import Waits
from stattools.models.samples.rates import EventRates
from stattools.models.samples.tables import ConditionalOdds, Multinomial
from stattools.models.survival.cox import CoxRegression
from stattools.validation.agreement import SECOND, Agreement, compared, fewest
from stattools.validation.references.partial_likelihoods import partial_likelihood
from stattools.validation.references.reference_values import climbed, penalized, summit
from stattools.validation.references.sample_densities import observed
from stattools.validation.references.second_sums import Again, log_likelihood

SAME = 1e-5
"""In standard errors; as a ratio of standard errors 1e-4, since the reference's are differences."""

DENSITY = "scipy.stats' log density, climbed from its values,"
"""How the second form of most samples is made."""

KNOWN = 8.0
"""Digits that differences are good for."""


class Rewritten(NamedTuple):
    """A log-likelihood of free parameters gamma, theta = base + B gamma, and where it comes from.

    `information` is what standard errors are made from where that is not the curvature of `value`; `sums` has the value
    with its derivatives where these are to be climbed.
    """

    value: Callable[[Floats], float]
    name: str
    B: Floats
    base: Floats
    information: Callable[[Floats], Floats] | None = None
    sums: Callable[[Floats], Again] | None = None


def validate_rewritten(fit: Fit) -> Agreement:
    """Estimates and standard errors against the maximum of the rewritten log-likelihood.

    Raises IncompatibleError where an estimate lies on its boundary, or no second form of the likelihood is known.
    """
    again = _rewritten(fit)
    gamma = np.linalg.lstsq(again.B, fit.estimate - again.base, rcond=None)[0]
    errors = bool(fit.kinds)
    own_se = fit.se if errors else np.full(len(fit.estimate), np.nan)
    unit = np.sqrt(np.diagonal(fit.solution.covariance)) * (fit.scale if errors else 1.0)
    unit = unit[again.B.argmax(axis=0)]
    if not (np.isfinite(unit).all() and (unit > 0).all()):
        raise IncompatibleError(
            f"validate climbs from values beside the estimate, and that of {fit.model.title.lower()} lies on the "
            "boundary of its domain. Its intervals are exact there: fit.interval(kind=...)."
        )
    top = summit(again.value, gamma, unit) if again.sums is None else climbed(again.sums, gamma, unit)
    reference = again.base + again.B @ top.estimate
    if again.information is not None:
        top = top._replace(covariance=np.linalg.inv(again.information(top.estimate)))
    se = np.sqrt(np.diagonal(again.B @ top.covariance @ again.B.T)) if errors else np.full(len(reference), np.nan)
    scale = own_se if errors else np.resize(unit, len(reference))
    rows = compared({"term": fit.names}, fit.estimate, reference, unit=scale, se=own_se, reference_se=se, known=KNOWN)
    apart = float(np.abs(rows["difference_in_se"].to_numpy()).max())
    ratio = float(np.abs(np.divide(own_se - se, se, out=own_se - se, where=se > 0)).max()) if errors else 0.0
    # of a penalized fit the value at the estimate is compared, since the fit's own is not penalized
    ours = fit.loglik if fit.penalty is None else again.value(gamma)
    ok = apart <= SAME and ratio <= 1e-4 and abs(ours - top.value) <= 1e-8 * (1.0 + abs(ours))
    many = f"{len(rows)} coefficient{'' if len(rows) == 1 else 's'}"
    what = f"standard errors (digits: {fewest(rows, 'se_digits')}) and log-likelihood" if errors else "maximum"
    sentence = f"{again.name} agrees: the same {many} (digits: {fewest(rows)}), {what}."
    if not ok:
        sentence = (
            f"{again.name} does not agree: its maximum is {apart:.2g} standard errors away, standard errors differ by "
            f"{ratio:.2g} in ratio, log-likelihoods by {ours - top.value:+.3g}."
        )
    return Agreement(rows, ours, top.value, again.name, True, top.checked, top.decrement, ok, sentence)


def _rewritten(fit: Fit) -> Rewritten:
    make = nearest(REWRITTEN, fit.model)
    if make is None:
        raise IncompatibleError(f"validate has no reference for {fit.model.title.lower()} such as this one.")
    return make(fit)


def _of_all(fit: Fit, value: Callable[[Floats], float], name: str = DENSITY) -> Rewritten:
    """All parameters free."""
    p = len(fit.estimate)
    return Rewritten(value, name, np.eye(p), np.zeros(p))


def _of_regression(fit: Fit) -> Rewritten:
    if fit.penalty is None:
        return _of_own(fit)
    value, information, sums = penalized(fit.model, fit.penalty)
    made = _of_all(fit, value, "SciPy's log density with the penalty, climbed,")
    return made._replace(information=information, sums=sums)


def _of_own(fit: Fit) -> Rewritten:
    """A likelihood of a user's own: SciPy's public density, or the function or class that was given."""
    model: Model = fit.model
    likelihood, rows = model.likelihood, model.rows
    _require_information(fit)
    rows.at_hand("validate climbs the values of all rows", model.title, "Validate a fit to a sample of them in memory.")
    given = likelihood if isinstance(likelihood, OwnLikelihood) else None
    log_density = None if given is None else given.answers.get("log_density", given.density)

    def density(y: Floats, *etas: Floats) -> Floats:
        if log_density is None:  # of a class that was derived from Likelihood
            return likelihood.loglik(etas[0] if len(etas) == 1 else np.stack(np.broadcast_arrays(*etas), axis=-1), y)
        links = zip(likelihood.parameters.items(), etas, strict=True)
        values = {name: LINKS[link].mean(eta) for (name, link), eta in links}
        return np.asarray(log_density(y, **values), dtype=float)

    def value(theta: Floats) -> float:
        with np.errstate(all="ignore"):  # far out a density may overflow
            total = log_likelihood(density, theta, rows.X, rows.y, rows.weight, rows.offset, model.predictor)
        return total if np.isfinite(total) else -1e300

    name = f"{type(likelihood).__name__ if given is None else given.name}, climbed from its values,"
    if given is not None and "log_density" not in given.answers:
        name = "your function climbed from its values"
    return _of_all(fit, value, name)


def _of_function(fit: Fit) -> Rewritten:
    if fit.model.on_bounds:
        raise IncompatibleError(
            f"validate climbs from values beside the estimate, and {fit.model.on_bounds[0]!r} is on its bound: "
            "validate a model with it fixed there."
        )
    _require_information(fit)
    return _of_all(fit, fit.model.loglik, "your function climbed from its values")


def _require_information(fit: Fit) -> None:
    if fit.cov != "information":
        raise IncompatibleError(
            f"validate of {fit.model.title} compares the standard errors of the information; got cov={fit.cov!r}."
        )


def _of_sample(fit: Fit) -> Rewritten:
    return _of_all(fit, observed(fit.model).loglik)


def _of_categories(fit: Fit) -> Rewritten:
    counts, n = np.asarray(fit.model.counts, dtype=float), float(np.sum(fit.model.counts))
    # A category that was never seen has the estimate 0 whatever the others have: it is not free.
    seen = np.flatnonzero(counts)
    if len(seen) < 2:
        raise IncompatibleError(
            f"validate needs two categories that were seen; here all are {fit.names[int(np.argmax(counts))]}, whose "
            "estimate is 1 by itself."
        )
    B, base = np.zeros((len(counts), len(seen) - 1)), np.zeros(len(counts))
    B[seen[:-1]], B[seen[-1]], base[seen[-1]] = np.eye(len(seen) - 1), -1.0, 1.0
    log_density = {
        "multinomial": lambda theta: stats.multinomial.logpmf(counts, n, theta),
        "categories": lambda theta: counts[seen] @ np.log(theta[seen]),
    }[fit.model.kind]

    def value(gamma: Floats) -> float:
        theta = base + B @ gamma
        return -1e300 if (theta[seen] <= 0).any() else float(log_density(theta))

    return Rewritten(value, DENSITY, B, base)


REWRITTEN: dict[type, Callable[[Fit], Rewritten]] = {
    Model: _of_regression,
    Custom: _of_function,
    Multinomial: _of_categories,
    **dict.fromkeys((NormalSample, Waits, EventRates, ConditionalOdds, Correlation), _of_sample),
    CoxRegression: lambda fit: _of_all(fit, partial_likelihood(fit), f"{SECOND}, one event time at a time,"),
}
"""The second form of the models of each class."""
