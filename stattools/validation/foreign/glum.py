"""glum's GeneralizedLinearRegressor and its CV form: a mean of unit deviances with a penalty, as a log-likelihood.

    deviance / (2 sum of weights) + alpha r |P1 b| + alpha (1 - r) b^T P2 b / 2

is, times the sum of weights n over the dispersion phi, our log-likelihood with the strength n alpha / phi. Its standard
errors are HC1 unless `robust=False`, which has the expected information at Pearson's dispersion, times n / (n - p).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from stattools.data.tables.table import table
from stattools.errors import DomainError, IncompatibleError
from stattools.interface.arrays import Floats
from stattools.models.model import Model
from stattools.validation.foreign.description import (
    CONSTRUCTORS,
    Foreign,
    Given,
    Told,
    attributes,
    bound,
    counts_of_rates,
    release,
    texts,
    trials_of_shares,
)
from stattools.validation.moment_dispersion import (
    best_dispersion,
    dispersion_of,
    has_moments,
    pearson_dispersion,
    with_dispersion,
)
from stattools.validation.recipes.likelihoods import Shrinkage
from stattools.validation.recipes.recipe import Numbers, Recipe

FITTED = {
    "coef_": None,
    "intercept_": 0.0,
    "n_iter_": None,
    "feature_names_": None,
    "term_names_": (),
    "family_instance": None,
    "link_instance": None,
    "covariance_matrix_": None,
    "X_model_spec_": None,
    "y_model_spec_": None,
    "alpha_": None,
    "l1_ratio_": None,
    "_alphas": None,
}
"""What an estimator has once it is fitted."""
FAMILIES = {
    "NormalDistribution": "normal",
    "PoissonDistribution": "poisson",
    "GammaDistribution": "gamma",
    "InverseGaussianDistribution": "inverse-gaussian",
    "BinomialDistribution": "binomial",
}
POWERS = {0.0: "normal", 1.0: "poisson", 2.0: "gamma", 3.0: "inverse-gaussian"}
LINKS = {"IdentityLink": "identity", "LogLink": "log", "LogitLink": "logit", "CloglogLink": "cloglog"}
POWER_LINKS = {0.0: "identity", 0.5: "sqrt", 1.0: "log", 2.0: "inverse", 3.0: "inverse-squared"}
"""Their names of families and links, or the powers of Tweedie's, and ours."""
SHORT = {"normal identity": "ols", "binomial logit": "logistic", "poisson log": "poisson"}
CONSTRAINTS = ("lower_bounds", "upper_bounds", "A_ineq", "monotonic_constraints")
REFUSED = {
    "NegativeBinomialDistribution": "it holds theta at a number, and st.negative_binomial estimates it, as log alpha",
    "GeneralizedHyperbolicSecant": "no family here has that variance",
}
PLAIN = "without robust=True glum takes Pearson's dispersion for every family, and its variances times n / (n - p)."
OUTCOME, POWER = {"name": "y"}, {"power": None}
DESIGN = {"columns": None, "toarray": None}


def describe(estimator: Any, given: Given) -> Foreign:
    """The description of a fitted estimator on the X, y, weights and offset that it was fitted to."""
    name, told = type(estimator).__name__, attributes(estimator, FITTED)
    options = estimator.get_params()
    if told.coef_ is None:
        raise IncompatibleError(f"this {name} of glum is not fitted: call .fit(X, y) first.")
    if bounds := [one for one in CONSTRAINTS if options.get(one) is not None]:
        raise IncompatibleError(f"this fit has {bounds[0]}=, a maximum under constraints, which no model here has.")
    kind, (X, y, weight, offset) = _kind(told), _rows(estimator, told, given)
    total, trials = float(len(y) if weight is None else weight.sum()), None
    units = _units(X, weight, options)
    if kind == "poisson":
        y, weight, offset = counts_of_rates(y, weight, offset)
    elif kind in ("logistic", "binomial cloglog"):
        y, weight, trials = trials_of_shares(y, weight)
    names, theta = texts(told.feature_names_, X.shape[1]), np.asarray(told.coef_, dtype=float).ravel()
    if options["fit_intercept"]:
        X, names = np.column_stack([np.ones(len(X)), X]), ["Intercept", *names]
        theta = np.append(float(told.intercept_), theta)
    model = bound(kind, y, X, names, weight=weight, outcome=_called(told, given), offset=offset, trials=trials)
    phi, dispersion = 1.0, "likelihood"
    if has_moments(model):
        theta, dispersion = np.append(theta, 0.0), "X2"
        phi = dispersion_of(model, best_dispersion(model, theta))
        theta = with_dispersion(model, theta, pearson_dispersion(model, theta))
    se, said, recipe = _errors(model, told, options, total, len(theta))
    alpha = _alpha(told, options)
    recipe = Recipe(model, _penalty(model, told, options, units, total * alpha / phi), dispersion=dispersion, **recipe)
    half = recipe.quantile() * se
    steps, limit = told.n_iter_, options.get("max_iter")
    return Foreign(
        f"{release('glum')} {name}",
        recipe,
        Numbers(theta, se, theta - half, theta + half),
        said,
        None if steps is None or limit is None else bool(steps < limit),
        None if steps is None else int(steps),
        limit,
        notes=(PLAIN,) if said == "nonrobust" else (),
        tells_penalty=True,
    )


def _kind(told: Told) -> str:
    """The name of our likelihood in `CONSTRUCTORS`."""
    family, link = told.family_instance, told.link_instance
    name, power = type(family).__name__, attributes(family, POWER).power
    ours = POWERS.get(float(power)) if name.startswith("Tweedie") else FAMILIES.get(name)
    named = LINKS.get(type(link).__name__) or POWER_LINKS.get(float(attributes(link, POWER).power or 0.0))
    kind = SHORT.get(f"{ours} {named}", f"{ours} {named}")
    if kind in CONSTRUCTORS:
        return kind
    said = f"{name}({power:g})" if name.startswith("Tweedie") else name
    why = REFUSED.get(name, "known are normal, Poisson, gamma, inverse Gaussian and binomial with the links of st.glm")
    raise IncompatibleError(f"glum's {said} with {type(link).__name__} has no twin here: {why}.")


def _rows(estimator: Any, told: Told, given: Given) -> tuple[Floats, Floats, Floats | None, Floats | None]:
    """X as it was fitted, categories as columns, and y, weights and offset."""
    if told.y_model_spec_ is not None:
        if given.data is None:
            raise DomainError("this fit of glum has a formula: pass its table, st.audit(results, table).")
        given.refuse("this fit of glum has a formula, which has its X and y: pass its table alone.", "X", "y")
        X, y = given.data, told.y_model_spec_.get_model_matrix(given.data).toarray().ravel()
        weights = _column(given, given.weights)
        made = estimator._convert_from_df(X)
    else:
        X, y, weights = given.arrays("glum", dict.fromkeys(told.term_names_))
        made = estimator._convert_from_df(X) if attributes(X, DESIGN).columns is not None else X
    dense = attributes(made, DESIGN).toarray
    columns = np.asarray(made if dense is None else dense(), dtype=float)
    offset = _column(given, given.offset)
    weight, shift = (None if one is None else np.asarray(one, dtype=float) for one in (weights, offset))
    if columns.shape[1] != np.size(told.coef_):
        raise DomainError(
            f"the fit has {np.size(told.coef_)} coefficients and X {columns.shape[1]} columns; pass X as it was fitted."
        )
    return columns, np.asarray(y, dtype=float).ravel(), weight, shift


def _column(given: Given, values: object) -> object:
    """A column of the table, by its name; other values as they are."""
    if not isinstance(values, str):
        return values
    frame = None if given.data is None else table(given.data)
    if frame is None or values not in frame.names:
        raise DomainError(f"a fit of glum needs the column {values!r}, and no table with it was passed.")
    return frame.column(values)


def _called(told: Told, given: Given) -> str:
    """The name of the outcome."""
    if told.y_model_spec_ is not None:
        return str(told.y_model_spec_.formula)
    return given.y if isinstance(given.y, str) else str(attributes(given.y, OUTCOME).name)


def _errors(model: Model, told: Any, options: Mapping[str, object], total: float, size: int) -> tuple[Floats, str, Any]:
    """Standard errors, NaN where none were stored, what they are called, and how they are made.

    Robust ones are HC1 whose n is the sum of the weights.
    """
    V, p = told.covariance_matrix_, model.predictor.size_first
    divisor: str = "n - p" if model.has_scale else "1"
    if V is None:
        return np.full(size, np.nan), "none", {"cov": None, "divisor": divisor}
    se = np.append(np.sqrt(np.diagonal(V)), np.full(size - p, np.nan))
    excess = total / (total - p)
    if not options.get("robust", True):
        divisor = divisor if model.has_scale or has_moments(model) else "X2"
        factor = np.sqrt((model.n - p) / (total - p) * excess)
        return se, "nonrobust", {"divisor": divisor, "information": "expected", "factor": float(factor)}
    if model.rows.weight is not None:
        return se, "HC1 of rows that their weights do not repeat", {"cov": None, "divisor": divisor}
    information = "expected" if options.get("expected_information") else "observed"
    how = {"divisor": divisor, "information": information}
    if total == model.n and not has_moments(model):
        return se, "HC1", {**how, "cov": "HC1"}
    return se, "HC1", {**how, "cov": "HC0", "factor": float(np.sqrt(excess))}


def _alpha(told: Told, options: Mapping[str, Any]) -> float:
    """The strength that was given, or chosen; the last of a path that was searched."""
    if told._alphas is not None and told.alpha_ is None:
        return float(told._alphas[-1])
    chosen = options["alpha"] if told.alpha_ is None else told.alpha_
    return 0.0 if chosen is None else float(chosen)


def _units(X: Floats, weight: Floats | None, options: Mapping[str, object]) -> Floats:
    """What the penalty of each column is multiplied by: its standard deviation where predictors are scaled."""
    if not options["scale_predictors"]:
        return np.ones(X.shape[1])
    center = np.average(X, axis=0, weights=weight)
    spread = np.sqrt(np.average((X - center) ** 2, axis=0, weights=weight))
    return np.where(spread > 0, spread, 1.0)


def _penalty(model: Model, told: Told, options: Mapping[str, Any], units: Floats, strength: float) -> Shrinkage | None:
    """alpha, l1_ratio, P1 and P2 as a penalty beside the log-likelihood; None where there is none."""
    if strength == 0.0:
        return None
    share = float(told.l1_ratio_ if told.l1_ratio_ is not None else options["l1_ratio"] or 0.0)
    free = int(options["fit_intercept"])
    P1, P2 = (_matrix(options[name], len(units)) for name in ("P1", "P2"))
    Q, a, last = np.zeros((len(model.names),) * 2), np.zeros(len(model.names)), free + len(units)
    Q[free:last, free:last] = (1.0 - share) * strength * P2 * np.outer(units, units)
    a[free:last] = share * strength * np.diagonal(P1) * units
    words = "an L2 penalty" if share == 0 else "an L1 penalty" if share == 1 else "an elastic-net penalty"
    said = f"alpha = {_alpha(told, options):g}" + (f", l1_ratio = {share:g}" if 0.0 < share < 1.0 else "")
    scaled = " on scaled columns" if options["scale_predictors"] else ""
    return Shrinkage(f"{words}{scaled} ({said})", strength, Q, a)


def _matrix(given: object, size: int) -> Floats:
    """A penalty's weights of columns as a matrix, the identity where they are not said."""
    if given is None or isinstance(given, str):
        return np.eye(size)
    dense = attributes(given, DESIGN).toarray
    values = np.asarray(given if dense is None else dense(), dtype=float)
    values = np.diag(values) if values.ndim == 1 else 0.5 * (values + values.T)
    if values.shape != (size, size):
        raise IncompatibleError("audit takes P1 and P2 of glum with a number for each column that categories became.")
    return values
