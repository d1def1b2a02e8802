"""The reference for a proportion: statsmodels' intervals and SciPy's log probability."""

from __future__ import annotations

from typing import Any

import numpy as np

from stattools.inference.fitted import Fit
from stattools.interface.when_needed import pd
from stattools.validation.agreement import Agreement, agreeing_digits, counted
from stattools.validation.references.sample_densities import observed

METHODS = {"wald": "normal", "wilson": "wilson", "clopper-pearson": "beta"}


def validate_proportion(fit: Fit) -> Agreement:
    """theta, its standard error and the ends of the three intervals that statsmodels has, at the fit's level."""
    import statsmodels
    from statsmodels.stats.proportion import proportion_confint, std_prop

    model: Any = fit.model
    k, n = int(model.successes), int(model.trials)
    theta, se = float(fit.estimate[0]), float(fit.se[0])
    reference_se = float(std_prop(k / n, n))
    ours, theirs, terms = [theta], [k / n], ["theta"]
    for kind, method in METHODS.items():
        reference_ends = np.asarray(proportion_confint(k, n, alpha=1.0 - fit.level, method=method), dtype=float)
        for end, a, b in zip(("lower", "upper"), fit.interval(kind=kind), reference_ends, strict=True):
            ours.append(float(a))
            theirs.append(float(b))
            terms.append(f"{kind} {end}")
    blank = [np.nan] * (len(ours) - 1)
    rows = pd.DataFrame({"term": terms, "estimate": ours, "reference": theirs})
    gap = rows["estimate"] - rows["reference"]
    rows["difference_in_se"] = np.where(gap == 0, 0.0, gap / (se if se > 0 else 1.0))
    # Of a probability 0, a reference may have 1e-17 for 0: no digit of it.
    rows["digits"] = np.where(np.abs(gap) < 1e-15, 16.0, agreeing_digits(ours, theirs))
    rows["se"], rows["reference_se"] = [se, *blank], [reference_se, *blank]
    rows["se_digits"] = [float(agreeing_digits(se, reference_se)), *blank]
    reference_loglik = observed(model).loglik(np.array([k / n]))
    same_loglik = abs(reference_loglik - fit.loglik) <= 1e-9 * (1.0 + abs(fit.loglik))
    same_point = bool((np.abs(gap) <= 1e-9 * (se if se > 0 else 1.0))[:5].all())
    same_exact = bool((np.abs(gap) <= 1e-6 * (se if se > 0 else 1.0))[5:].all())
    name = f"statsmodels {statsmodels.__version__} proportion_confint"
    ok = same_point and same_loglik and bool(agreeing_digits(se, reference_se) >= 8)
    if ok and same_exact:
        digits = counted(min(rows["digits"]))
        sentence = f"{name} agrees: theta and the ends of {len(METHODS)} intervals (digits: {digits})."
    elif ok:
        ok, sentence = _judge_exact(name, k, n, fit.level, ours[5:], theirs[5:])
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
