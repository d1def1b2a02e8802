"""What coefficients are of the average over groups: smaller than those of a group wherever the link is not linear.

    gamma = (X'WX)^-1 X'W g(mu),   mu_i = E mean(x_i'beta + z_i'u) over the effects, g the link, W the frequencies

so that x'gamma is the straight line nearest to the linear predictors of the population-averaged means; exactly theirs
for a probit model with (1 | g), where gamma = beta / sqrt(1 + sigma^2), and for a log link. Standard errors by the
delta method, with that of the variances. Source: Hedeker, du Toit, Demirtas & Gibbons, Biometrics 74 (2018), 354-361.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from stattools.errors import IncompatibleError
from stattools.inference.estimates import quantile_of
from stattools.inference.hypotheses import against_zero
from stattools.inference.intervals.ratios import factors, require_ratios
from stattools.inference.mixed.explained import at_mean
from stattools.interface.arguments import require_truth
from stattools.interface.interval import require_level
from stattools.interface.when_needed import pd


def averaged_coefficients(fit: Any, level: float | None, exponentiate: bool) -> pd.DataFrame:
    """term, estimate, se, statistic, p_value, lower, upper: see `MixedAnswers.averaged_coefficients`."""
    require_truth(exponentiate, "exponentiate= of averaged_coefficients")
    at: float = fit.level if level is None else level
    require_level(at)
    fit.model.require_groups_alone("averaged_coefficients")
    model, averaged = fit.model.fixed, fit._population
    family = model.likelihood
    if family.outcome.has_several:
        raise IncompatibleError(
            f"{fit.model.title} has a probability for each label, whose averages have no straight line in common: see "
            "fit.means(...) and fit.marginal_effects()."
        )
    if exponentiate:
        require_ratios(model)
    of, offset = averaged.model, model.rows.offset
    block = of.rows.whole
    eta, _ = of.predictor.forward(averaged.estimate, block)
    mean, slope = of.likelihood.mean(eta), of.likelihood.slope(eta)[:, 0]
    wide = at_mean(fit.model, mean, eta[:, 1 : family.width])
    own = wide if family.width == 1 else wide[:, 0]
    change = of.predictor.row_scores(np.asarray(of.rows.X), slope) / family.slope(wide)[:, 0, :1]
    X = np.asarray(model.rows.X)[:, model.predictor.first]
    root = np.ones(len(X)) if model.rows.weight is None else np.sqrt(model.rows.weight)
    both = np.column_stack([own if offset is None else own - offset, change]) * root[:, None]
    size = np.abs(X).max(axis=0)
    size = np.where(size > 0.0, size, 1.0)  # least squares drop what is small beside other columns
    solved = np.linalg.lstsq(X / size * root[:, None], both, rcond=None)[0] / size[:, None]
    estimate, gradient = solved[:, 0], solved[:, 1:]
    se = np.sqrt(np.maximum(((gradient @ averaged.covariance) * gradient).sum(axis=1), 0.0))
    statistic, p_value = against_zero(estimate, se, np.inf)
    half = quantile_of(np.inf, at) * se
    names = list(model.first_terms)
    columns = {"estimate": estimate, "se": se, "statistic": statistic, "p_value": p_value}
    columns |= {"lower": estimate - half, "upper": estimate + half}
    if exponentiate:
        for name in ("estimate", "lower", "upper"):
            columns[name] = factors(columns[name], names)
        columns = {("se_log" if name == "se" else name): column for name, column in columns.items()}
    made = pd.DataFrame({"term": names} | columns)
    made.attrs["note"] = "Averages over groups; the coefficients of fit.table() are those within a group."
    return made
