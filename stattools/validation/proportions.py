"""The reference for a proportion: statsmodels' intervals and SciPy's log probability."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from stattools.validation.agreement import Agreement, agreeing_digits, counted

if TYPE_CHECKING:
    from stattools.fitting import Fit

METHODS = {"wald": "normal", "wilson": "wilson", "clopper-pearson": "beta"}


def validate_proportion(fit: Fit) -> Agreement:
    """theta, its standard error and the ends of the three intervals that statsmodels has, at the fit's level."""
    import pandas as pd
    import statsmodels
    from scipy import stats
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
    rows["digits"] = agreeing_digits(ours, theirs)
    rows["se"], rows["reference_se"] = [se, *blank], [reference_se, *blank]
    rows["se_digits"] = [float(agreeing_digits(se, reference_se)), *blank]
    if model.kind == "binomial":
        reference_loglik = float(np.log(stats.binom.pmf(k, n, k / n)))
    else:
        counts = [(1, k), (0, n - k)]
        reference_loglik = sum(m * float(stats.bernoulli.logpmf(value, k / n)) for value, m in counts if m)
    worst, close = min(rows["digits"]), abs(reference_loglik - fit.loglik) <= 1e-9 * (1.0 + abs(fit.loglik))
    ok = bool(np.abs(gap).max() <= 1e-9 and close and agreeing_digits(se, reference_se) >= 8)
    name = f"statsmodels {statsmodels.__version__} proportion_confint"
    verdict = "agrees" if ok else "does not agree"
    sentence = f"{name} {verdict}: theta and the ends of {len(METHODS)} intervals (digits: {counted(worst)})."
    if not ok:
        sentence = f"{name} {verdict}: theta or an interval differs by {float(np.abs(gap).max()):.2g}."
    return Agreement(rows, fit.loglik, reference_loglik, name, True, 0.0, 0.0, ok, sentence)
