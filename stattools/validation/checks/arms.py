"""The reference for proportions and rates arm by arm: statsmodels' confidence intervals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.errors import IncompatibleError
from stattools.inference.fitted import Fit
from stattools.models.samples.binomial_arms import BinomialArms
from stattools.models.samples.event_rates import EventRates
from stattools.validation.agreement import Agreement, compared, fewest
from stattools.validation.references.sample_densities import observed

Ends = Callable[[float, str], NDArray[np.float64]]

PROPORTION = {"wald": "normal", "wilson": "wilson", "clopper-pearson": "beta"}
RATE = {"wald": "wald", "score": "score", "exact": "exact-c"}
"""Our kinds of interval, and statsmodels' names for them."""

SAME = 1e-6
"""Ends this many standard errors apart count as the same."""

SAME_LOGLIK, ROUND_OFF = 1e-9, 1e-14
"""Log-likelihoods this close, relative to their size, are the same, and SciPy's has round-off of log(y!) beside."""


def validate_arms(fit: Fit) -> Agreement:
    """The ends of the three intervals that statsmodels has, for each arm.

    Raises IncompatibleError for waiting times, whose intervals it does not have.
    """
    import statsmodels

    of_kind = REFERENCES.get(fit.model.kind)
    if of_kind is None:
        raise IncompatibleError(
            f"validate has no reference for {fit.model.title.lower()}: statsmodels has no such intervals."
        )
    methods, reference, function = of_kind(fit.model)
    names, ours, theirs = [], [], []
    for kind, method in methods.items():
        ends = np.atleast_2d(np.asarray(fit.interval(kind=kind))).T
        for side, a, b in zip(("lower", "upper"), ends, reference(1.0 - fit.level, method), strict=True):
            names += [f"{arm}, {kind} {side}" for arm in fit.names]
            ours.append(a)
            theirs.append(b)
    unit = np.tile(fit.se, 2 * len(methods))
    rows = compared({"term": names}, np.concatenate(ours), np.concatenate(theirs), unit=unit)
    worst = float(np.abs(rows["difference_in_se"].to_numpy()).max())
    name = f"statsmodels {statsmodels.__version__} {function}"
    arms = f"{len(fit.names)} arm{'s' * (len(fit.names) > 1)}"
    agrees = f"{name} agrees: the ends of {len(methods)} intervals of {arms} (digits: {fewest(rows)})."
    differs = f"{name} does not agree: the end of an interval differs by {worst:.2g} standard errors."
    seen = observed(fit.model)
    loglik, count = seen.loglik(fit.estimate), float(np.sum(seen.data[0]))
    lead = fit.loglik - loglik
    if abs(lead) > SAME_LOGLIK * (1.0 + abs(loglik)) + ROUND_OFF * count * np.log1p(count):
        differs = f"SciPy's log density does not agree: our log-likelihood differs by {lead:+.3g}."
        worst = np.inf
    ok = worst <= SAME
    return Agreement(rows, fit.loglik, loglik, name, True, 0.0, 0.0, ok, agrees if ok else differs)


def _of_proportions(model: BinomialArms) -> tuple[dict[str, str], Ends, str]:
    from statsmodels.stats.proportion import proportion_confint

    k, n = model.successes, model.trials
    return PROPORTION, lambda alpha, method: np.array(proportion_confint(k, n, alpha, method)), "proportion_confint"


def _of_rates(model: EventRates) -> tuple[dict[str, str], Ends, str]:
    from statsmodels.stats.rates import confint_poisson

    def ends(alpha: float, method: str) -> NDArray[np.float64]:
        lower, upper = confint_poisson(model.totals, model.exposures, method=method, alpha=alpha)
        lower = np.maximum(np.nan_to_num(lower), 0.0)  # its exact end for no events is NaN, or one 0 for all
        return np.array(np.broadcast_arrays(lower, upper))

    return RATE, ends, "confint_poisson"


REFERENCES: dict[str, Callable[[Any], tuple[dict[str, str], Ends, str]]] = {
    "binomial arms": _of_proportions,
    "poisson rate": _of_rates,
}
"""Names of the intervals, their ends and the function in statsmodels, for each kind of sample."""
