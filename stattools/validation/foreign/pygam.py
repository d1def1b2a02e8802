"""pyGAM's fits of linear terms, l(0) + l(1), and factors: regressions with the ridge penalty that `lam` is, 0.6 unless
it was set. Curves are refused: a penalty that is not estimated has no maximum of a likelihood to compare with.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from stattools.errors import IncompatibleError
from stattools.interface.arrays import Floats
from stattools.models.model import Model
from stattools.validation.foreign.description import Foreign, Given, attributes, bound, counts_of_rates, release
from stattools.validation.moment_dispersion import best_dispersion, dispersion_of, has_moments
from stattools.validation.recipes.likelihoods import Shrinkage
from stattools.validation.recipes.recipe import Numbers, Recipe

KINDS = {
    ("NormalDist", "IdentityLink"): "ols",
    ("BinomialDist", "LogitLink"): "logistic",
    ("PoissonDist", "LogLink"): "poisson",
    ("GammaDist", "LogLink"): "gamma log",
    ("GammaDist", "InverseLink"): "gamma inverse",
    ("InvGaussDist", "LogLink"): "inverse-gaussian log",
    ("InvGaussDist", "InvSquaredLink"): "inverse-gaussian inverse-squared",
    ("NormalDist", "LogLink"): "normal log",
}
"""By the classes of its distribution and link."""
FITTED = {"coef_": None, "statistics_": {}, "logs_": {}, "max_iter": None, "terms": None}
LINEAR = {"LinearTerm": "x{}", "FactorTerm": "x{}[{}]", "Intercept": "Intercept"}
"""Terms that are columns, and what their columns are called."""
TERM, LIST = {"feature": 0, "n_coefs": 1}, {"_terms": ()}
TRIALS = {"levels": 1}


def describe(gam: Any, given: Given) -> Foreign:
    """The description of a fit on the X, y and weights that it was fitted to."""
    told, name = attributes(gam, FITTED), type(gam).__name__
    if told.coef_ is None:
        raise IncompatibleError(f"this {name} of pygam is not fitted: call .fit(X, y) first.")
    given.refuse("fits of pygam have no offset=; leave it out.", "offset")
    terms = list(attributes(told.terms, LIST)._terms)
    if curves := [type(term).__name__ for term in terms if type(term).__name__ not in LINEAR]:
        raise IncompatibleError(
            f"audit takes pygam's linear terms, l() and f(); this {name} has a {curves[0]}, a curve whose penalty was "
            "given or searched, and whose likelihood has no maximum of its own. s(x) in a formula here estimates it."
        )
    made = type(gam.distribution).__name__, type(gam.link).__name__
    if made not in KINDS or attributes(gam.distribution, TRIALS).levels != 1 or "Expectile" in name:
        raise IncompatibleError(f"{name} of pygam, {made[0]} with {made[1]}, has no twin here.")
    X, y, weights = given.arrays("a fit of pygam", None)
    columns, names = gam._modelmat(np.asarray(X, dtype=float)).toarray(), _names(terms)
    order = sorted(range(len(names)), key=lambda k: names[k] != "Intercept")
    X, names, theta = columns[:, order], [names[k] for k in order], np.asarray(told.coef_, dtype=float)[order]
    kind, weight = KINDS[made], None if weights is None else np.asarray(weights, dtype=float)
    outcome, offset = np.asarray(y, dtype=float).ravel(), None
    if kind == "poisson":
        outcome, weight, offset = counts_of_rates(outcome, weight)
    precision = weight if kind == "ols" else None  # its weights are inverse variances
    weight = None if kind == "ols" else weight
    model = bound(kind, outcome, X, names, weight=weight, offset=offset, precision=precision)
    P, phi, notes = np.asarray(gam._P().toarray(), dtype=float)[np.ix_(order, order)], 1.0, ()
    se = np.asarray(told.statistics_.get("se", np.full(len(theta), np.nan)), dtype=float)[order]
    if has_moments(model):
        theta = best_dispersion(model, np.append(theta, 0.0))
        phi, se = dispersion_of(model, theta), np.full(len(theta), np.nan)
        notes = (f"{model.names[-1]} is that of the highest likelihood beside its coefficients.",)
    penalty = _penalty(model, P, phi)
    cov = "information" if penalty is None and np.isfinite(se).any() else None
    recipe = Recipe(model, penalty, cov=cov, divisor="n - p" if model.has_scale else "1")
    steps, half = len(told.logs_.get("deviance", ())), recipe.quantile() * se
    return Foreign(
        f"{release('pygam')} {name}",
        recipe,
        Numbers(theta, se, theta - half, theta + half),
        "nonrobust" if np.isfinite(se).any() else "none",
        None if told.max_iter is None else steps < told.max_iter,
        steps,
        told.max_iter,
        notes=notes,
        tells_penalty=True,
    )


def _names(terms: Iterable[object]) -> list[str]:
    """Names of the columns of the terms: x1 for l(0), x2[0], x2[1] for f(1)."""
    named: list[str] = []
    for term in terms:
        told = attributes(term, TERM)
        named += [LINEAR[type(term).__name__].format(told.feature + 1, k) for k in range(told.n_coefs)]
    return named


def _penalty(model: Model, P: Floats, phi: float) -> Shrinkage | None:
    """The penalty of pyGAM beside our log-likelihood; None where every lam is 0."""
    if not P.any():
        return None
    Q = np.zeros((len(model.names),) * 2)
    Q[: len(P), : len(P)] = P / phi
    strength = float(np.diagonal(P).max())
    return Shrinkage(f"an L2 penalty (lam = {strength:g})", strength / phi, Q, np.zeros(len(Q)))
