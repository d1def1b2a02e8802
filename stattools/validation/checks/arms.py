"""The reference for proportions and rates, of one sample or arm by arm: statsmodels' confidence intervals, and SciPy's
log density.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.errors import IncompatibleError
from stattools.inference.fits.fit import Fit
from stattools.models.samples.proportions import BinomialArms
from stattools.models.samples.rates import EventRates
from stattools.validation.agreement import Agreement, agreeing_digits, compared, counted, fewest
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


def validate_proportion(fit: Fit) -> Agreement:
    """theta, its standard error and the ends of the three intervals that statsmodels has, at the fit's level."""
    import statsmodels
    from statsmodels.stats.proportion import proportion_confint, std_prop

    model: Any = fit.model
    k, n = int(model.successes), int(model.trials)
    theta, se = float(fit.estimate[0]), float(fit.se[0])
    reference_se = float(std_prop(k / n, n))
    own = [end for kind in PROPORTION for end in fit.interval(kind=kind)]
    of = [end for method in PROPORTION.values() for end in proportion_confint(k, n, 1.0 - fit.level, method)]
    ours, theirs = np.array([theta, *own], dtype=float), np.array([k / n, *of], dtype=float)
    terms = ["theta", *(f"{kind} {end}" for kind in PROPORTION for end in ("lower", "upper"))]
    first = np.append(1.0, np.full(len(own), np.nan))  # ends have no standard error
    unit = np.full(len(terms), se)
    rows = compared({"term": terms}, ours, theirs, unit=unit, se=se * first, reference_se=reference_se * first)
    gap = ours - theirs
    rows.loc[np.abs(gap) < 1e-15, "digits"] = 16.0  # a reference may have 1e-17 for a probability of 0
    reference_loglik = observed(model).loglik(np.array([k / n]))
    same_loglik = abs(reference_loglik - fit.loglik) <= 1e-9 * (1.0 + abs(fit.loglik))
    same_point = bool((np.abs(gap) <= 1e-9 * (se if se > 0 else 1.0))[:5].all())
    same_exact = bool((np.abs(gap) <= 1e-6 * (se if se > 0 else 1.0))[5:].all())
    name = f"statsmodels {statsmodels.__version__} proportion_confint"
    ok = same_point and same_loglik and bool(agreeing_digits(se, reference_se) >= 8)
    if ok and same_exact:
        digits = counted(min(rows["digits"]))
        sentence = f"{name} agrees: theta and the ends of {len(PROPORTION)} intervals (digits: {digits})."
    elif ok:
        ok, sentence = _judge_exact(name, k, n, fit.level, ours[5:].tolist(), theirs[5:].tolist())
    else:
        sentence = f"{name} does not agree: theta or an interval differs by {float(np.abs(gap).max()):.2g}."
    return Agreement(rows, fit.loglik, reference_loglik, name, True, 0.0, 0.0, ok, sentence)


def _judge_exact(name: str, k: int, n: int, level: float, ours: list[float], theirs: list[float]) -> tuple[bool, str]:
    """Clopper-Pearson ends differ: an end is where the binomial tail beyond k is (1 - level) / 2, so that decides."""
    from scipy import stats

    def miss(ends: list[float]) -> float:
        """Relative distance of the two tails from (1 - level) / 2; an end at 0 or 1 has none."""
        low = stats.binom.sf(k - 1, n, ends[0]) if k > 0 else 0.5 * (1.0 - level)
        high = stats.binom.cdf(k, n, ends[1]) if k < n else 0.5 * (1.0 - level)
        return float(max(abs(tail / (0.5 * (1.0 - level)) - 1.0) for tail in (low, high)))

    a, b = miss(ours), miss(theirs)
    ok = a <= 1e-6 and a < b
    whose = "ours are" if ok else "its ends are"
    return ok, (
        f"{name} agrees on theta and two intervals and differs in Clopper-Pearson's; the binomial tail decides, which "
        f"at an end is {0.5 * (1.0 - level):.4g}: {whose} right (it is off by {a:.1g} at ours, {b:.1g} at its ends)."
    )
