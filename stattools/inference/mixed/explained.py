"""How much of the variance fixed effects and groups explain, and how alike two rows of a group are.

    V_f = variance of x'beta_hat over the rows,   V_k = mean of z'Sigma_k z,   V_e = that of the rows
    marginal R^2 = V_f / (V_f + sum V_k + V_e),   conditional R^2 = (V_f + sum V_k) / (the same)
    intraclass correlation = V_k / (sum V_k + V_e)

V_e is the mean of sigma^2 / precision of a normal outcome. Of other outcomes all is on the scale of the linear
predictor, where V_e is the variance of the distribution behind the link, pi^2 / 3 of the logit, 1 of the probit and
pi^2 / 6 of the (complementary) log-log; log(1 + Var(y) / mu^2) behind a log link; Var(y) (d eta / d mu)^2 behind
others. mu is the mean outcome, averaged over rows and groups. Source: Nakagawa & Schielzeth, Methods Ecol. Evol. 4
(2013), 133-142; Johnson, the same 5 (2014), 944-946, for slopes; Nakagawa, Johnson & Schielzeth, J. R. Soc. Interface
14 (2017).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from stattools.errors import IncompatibleError
from stattools.inference.mixed.random_effects import wiggles
from stattools.interface.arrays import Floats
from stattools.interface.when_needed import pd
from stattools.solvers.mixed.mixed_maximum import MixedMaximum

LATENT = {"logit": np.pi**2 / 3.0, "probit": 1.0, "cloglog": np.pi**2 / 6.0, "loglog": np.pi**2 / 6.0}
"""The variance of what is behind a yes or no, or labels in order, by the link."""


def variances_of_groups(found: Any) -> dict[str, float]:
    """The mean variance of what each grouping adds to a row."""
    sizes: dict[str, float] = {}
    for term, root in zip(found.model.random, found.roots, strict=False):  # curves come last, and are no groups
        sizes[term.group] = sizes.get(term.group, 0.0) + _mean(((term.z @ root) ** 2).sum(axis=1), found.model)
    return sizes


def _mean(values: Floats, model: Any) -> float:
    weight = model.fixed.rows.weight
    return float(np.average(values, weights=weight))


def variance_of_rows(found: MixedMaximum) -> float:
    """The mean variance of the residual of a normal outcome."""
    precision = found.model.precision
    return found.s2 * (1.0 if precision is None else float(np.mean(1.0 / precision)))


def latent_variance(model: Any, estimate: Floats, averaged: Any) -> float:
    """The variance of rows on the scale of the linear predictor, from `averaged`, the fit of the population.

    IncompatibleError where the link, or the family, has none.
    """
    fixed, family = model.fixed, model.fixed.likelihood
    if fixed.predictor.n_first > 1:
        raise IncompatibleError(
            f"R squared is on the scale of one linear predictor, and {model.title} has one for each category: "
            'fit.calibration() and fit.plot("calibration") compare its probabilities with what happened.'
        )
    link = next(iter(family.parameters.values()))
    if family.is_event or family.outcome.has_several:
        if link not in LATENT or family.added:
            raise IncompatibleError(
                f"R squared and the intraclass correlation of {model.title} are on the scale of the linear predictor, "
                f"on which the variance of a row is known behind the links {', '.join(LATENT)}, the same in all rows."
            )
        return LATENT[link]
    mean = np.array([_mean(averaged.model.likelihood.mean(averaged.model.eta(averaged.estimate)), model)])
    eta = fixed.eta(estimate).reshape(len(fixed.rows.X), -1)
    eta = at_mean(model, mean, np.average(eta, axis=0, weights=fixed.rows.weight)[None, 1:])
    variance = float(family.variance(eta, fixed.rows.y[:1])[0])
    if link == "log":
        return float(np.log1p(variance / mean[0] ** 2))
    return variance / float(family.slope(eta)[0, 0, 0]) ** 2


def at_mean(model: Any, mean: Floats, others: Floats) -> Floats:
    """The linear predictors that have a mean (m,), beside the `others` (m, width - 1); IncompatibleError where the
    first does not decide the mean, as where there are extra zeros.
    """
    family = model.fixed.likelihood
    first = np.asarray(family.link(mean), dtype=float)
    eta = first if family.width == 1 else np.column_stack([first, others])
    if not np.allclose(family.mean(eta), mean, rtol=1e-8, atol=0.0):
        raise IncompatibleError(
            f"the mean of {model.title} moves with other parameters too, and has no linear predictor of its own: see "
            "fit.marginal_effects(), fit.means(...) and fit.variance_components()."
        )
    return eta


def linear_part(fixed: Any, estimate: Floats) -> Floats:
    """x'beta of each row, (n,), without offsets: of the first parameter."""
    predictor, X = fixed.predictor, np.asarray(fixed.rows.X)
    return X[:, predictor.first] @ estimate[predictor.parts[0]]


def goodness(found: Any, estimate: Floats, rows: float, **beside: float) -> pd.DataFrame:
    """One row: what is `beside`, r2_marginal, r2_conditional, icc, deviance; `rows` is the variance of rows."""
    model = found.model
    eta, weight = linear_part(model.fixed, estimate) + wiggles(found, model.smooths), model.fixed.rows.weight
    n = model.n
    explained = float(np.average((eta - np.average(eta, weights=weight)) ** 2, weights=weight) * n / (n - 1.0))
    groups = sum(variances_of_groups(found).values())
    whole = explained + groups + rows
    return pd.DataFrame(
        {
            **{name: [value] for name, value in beside.items()},
            "r2_marginal": [explained / whole],
            "r2_conditional": [(explained + groups) / whole],
            "icc": [groups / (groups + rows)],
            "deviance": [-2.0 * found.loglik],
        }
    )


def intraclass(found: Any, rows: float, called: str = "Residual") -> pd.DataFrame:
    """One row for each grouping and the rows: group, variance, share."""
    sizes = variances_of_groups(found) | {called: rows}
    whole = sum(sizes.values())
    return pd.DataFrame(
        {"group": list(sizes), "variance": list(sizes.values()), "share": [v / whole for v in sizes.values()]}
    )
