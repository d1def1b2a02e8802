"""statsmodels' results: OLS, WLS, GLM of the families and links that `st.glm` has too, Logit, Probit, MNLogit, Poisson,
NegativeBinomial, from formulas or arrays, regularized or not.

The likelihood is read from `results.model`, the numbers from `results`; alpha of a negative binomial becomes log alpha,
the scale of a GLM with a dispersion its logarithm, without a standard error.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from stattools.errors import IncompatibleError
from stattools.interface.arrays import Floats
from stattools.models.model import Model
from stattools.validation.foreign.description import CONSTRUCTORS, Foreign, attributes, bound, release, texts
from stattools.validation.foreign.statsmodels_results.said import (
    RESULTS,
    covariance_of,
    degrees_of,
    flat,
    rows_of,
    taken,
)
from stattools.validation.moment_dispersion import has_moments, with_dispersion
from stattools.validation.recipes.likelihoods import with_known_alpha, with_linear_variance
from stattools.validation.recipes.recipe import MOMENTS, Numbers, Recipe

DISCRETE = {
    "Logit": "logistic",
    "Probit": "probit",
    "MNLogit": "softmax",
    "Poisson": "poisson",
    "NegativeBinomial": "negative_binomial",
    "NegativeBinomialP": "negative_binomial",
}
GLMS = {
    ("Gaussian", "Identity"): "ols",
    ("Binomial", "Logit"): "logistic",
    ("Binomial", "Probit"): "probit",
    ("Poisson", "Log"): "poisson",
}
FAMILIES = {
    "Gaussian": "normal",
    "Binomial": "binomial",
    "Poisson": "poisson",
    "Gamma": "gamma",
    "InverseGaussian": "inverse-gaussian",
    "NegativeBinomial": "poisson",
}
LINKS = {
    "Identity": "identity",
    "Log": "log",
    "Logit": "logit",
    "Probit": "probit",
    "CLogLog": "cloglog",
    "LogLog": "loglog",
    "Cauchy": "cauchit",
    "InversePower": "inverse",
    "InverseSquared": "inverse-squared",
    "Sqrt": "sqrt",
}
"""Their names of families and links, and ours; the negative binomial of a GLM is given its alpha afterwards."""
OTHER_FAMILIES = {"Tweedie": "its members here are Poisson, Gamma and InverseGaussian: give one of them"}
MODEL = {"weights": 1.0, "_ynames_map": {}, "offset": 0.0, "exposure": 0.0}
"""The same of a model; its exposure is kept as its logarithm."""
GLM = {"freq_weights": None, "var_weights": 1.0, "n_trials": 1.0, "_offset_exposure": 0.0}
"""The same of a generalized linear model."""
PLAIN = ("nonrobust", "HC0")
"""Kinds of standard errors in which a dispersion that is known counts as no parameter."""
SAME_SCALE = 1e-6
AS_FREQUENCIES = (
    "Weights are read as frequencies: those of precisions have the same maximum of the coefficients and the same "
    "standard errors at a scale, and another log-likelihood."
)


def describe(results: Any) -> Foreign:
    """The description of a results object; IncompatibleError for a model that we do not have."""
    sm = results.model
    kind, routine = _kind(sm)
    model, alpha = _model(sm, kind), _alpha(sm)
    model = model if alpha is None else with_known_alpha(model, alpha)
    model = with_linear_variance(model) if _is_linear(sm) else model
    told = attributes(results, RESULTS)
    theta = flat(results.params)
    se = np.full(len(theta), np.nan) if told.bse is None else flat(told.bse)
    if kind == "negative_binomial":
        alpha = theta[-1]
        theta = np.append(theta[:-1], np.log(alpha) if alpha > 0 else np.nan)
        se = np.append(se[:-1], se[-1] / alpha if alpha > 0 else np.nan)
    said = str(told.cov_type) if np.isfinite(se).any() else "none"
    dispersion: str | float = "likelihood"
    if has_moments(model):
        dispersion = _dispersion(model, np.append(theta, 0.0), float(told.scale))
        theta = with_dispersion(model, np.append(theta, 0.0), float(told.scale))
        se = np.append(se, np.nan)
    unlike = has_moments(model) or not model.has_scale
    weighted = unlike and kind.split()[0] not in ("logistic", "probit", "binomial") and _is_weighted(sm)
    not_ours = (dispersion != "likelihood" and said not in PLAIN) or (weighted and said != "nonrobust")
    scoring = routine.startswith("GLM") and told.method == "IRLS" and said == "nonrobust"
    recipe = Recipe(
        model,
        cov=None if not_ours else covariance_of(told.cov_kwds, said),
        information="expected" if scoring else "observed",
        divisor="n - p" if model.has_scale else "1" if float(told.scale) == 1.0 or dispersion != "likelihood" else "X2",
        df=degrees_of(float(told.df_resid_inference or results.df_resid), model) if told.use_t else np.inf,
        dispersion=dispersion,
    )
    half = recipe.quantile() * se
    converged, steps, limit = taken(results)
    return Foreign(
        f"{release('statsmodels')} {routine}",
        recipe,
        Numbers(theta, se, theta - half, theta + half),
        said,
        converged,
        steps,
        limit,
        rows=rows_of(sm),
        notes=(AS_FREQUENCIES,) if has_moments(model) and model.rows.weight is not None else (),
    )


def _kind(sm: Any) -> tuple[str, str]:
    name = type(sm).__name__
    if name in ("OLS", "WLS"):
        return "ols", name
    if name in DISCRETE:
        kind = attributes(sm, {"loglike_method": "nb2", "parameterization": 2})
        if kind.loglike_method == "geometric":
            return "poisson", f"{name}, geometric"
        if name.startswith("NegativeBinomial") and kind.parameterization not in (1, 2):
            raise IncompatibleError(
                f"{name} with p={kind.parameterization} has no twin here: its variance is neither m + alpha m nor "
                "m + alpha m^2. Use p=1 or p=2."
            )
        if _is_linear(sm):
            return DISCRETE[name], f"{name}, NB1"
        return DISCRETE[name], name
    family, link = type(sm.family).__name__, type(sm.family.link).__name__
    if (family, link) in GLMS:
        return GLMS[family, link], f"GLM {family}" + (" Probit" if link == "Probit" else "")
    kind = f"{FAMILIES.get(family)} {LINKS.get(link)}"
    if kind not in CONSTRUCTORS:
        raise IncompatibleError(
            f"a GLM {family} with link {link} has no twin here"
            f"{f' ({OTHER_FAMILIES[family]})' if family in OTHER_FAMILIES else ''}; known are the families "
            f"{', '.join(FAMILIES)} with the links that st.glm has of them."
        )
    return kind, f"GLM {family} with link {link}"


def _is_linear(sm: object) -> bool:
    """Whether counts have a variance that is linear in the mean, NB1."""
    told = attributes(sm, {"loglike_method": "nb2", "parameterization": 2})
    return type(sm).__name__.startswith("NegativeBinomial") and "nb1" in (
        told.loglike_method,
        f"nb{told.parameterization}",
    )


def _is_weighted(sm: object) -> bool:
    """Whether a GLM has weights of precisions, which its sandwiches square, where frequencies count once."""
    return bool((np.asarray(attributes(sm, GLM).var_weights) != 1).any())


def _alpha(sm: object) -> float | None:
    """The alpha that a negative binomial was given; None where it is estimated, or where there is none."""
    if attributes(sm, {"loglike_method": ""}).loglike_method == "geometric":
        return 1.0
    family = attributes(sm, {"family": None}).family
    return float(family.alpha) if type(family).__name__ == "NegativeBinomial" else None


def _model(sm: Any, kind: str) -> Model:
    X, y = np.asarray(sm.exog, dtype=float), np.asarray(sm.endog, dtype=float)
    names = texts(list(sm.exog_names)[: X.shape[1]], X.shape[1])
    outcome = sm.endog_names if isinstance(sm.endog_names, str) else str(sm.endog_names[0])
    labels, extra = None, {}
    is_glm = type(sm).__name__ == "GLM"
    is_binomial = kind in ("logistic", "probit") or kind.startswith("binomial ")
    told, glm = attributes(sm, MODEL), attributes(sm, GLM)
    weight = glm.freq_weights if is_glm else None
    if kind == "ols":
        precision = np.asarray(glm.var_weights if is_glm else told.weights, dtype=float)
        if precision.ndim and not (precision == 1).all():
            extra["precision"] = precision
    elif is_glm:
        var, trials = np.asarray(glm.var_weights, dtype=float), np.asarray(glm.n_trials, dtype=float)
        whole = var * trials
        if is_binomial and (np.broadcast_to(whole, y.shape) != 1).any():
            extra["trials"] = np.array(np.broadcast_to(whole, y.shape))
            y = np.round(y * whole, 9)
        elif not (var == 1).all():
            weight = var if weight is None else np.asarray(weight) * var
    if is_binomial:
        labels = _labels(sm)
        outcome = outcome if labels is None else re.sub(r"\[.*\]$", "", outcome)
    if kind == "softmax":
        labels = tuple(told._ynames_map[k] for k in sorted(told._ynames_map)) or None
        y = y.astype(int)
    parts = (glm._offset_exposure,) if is_glm else (told.offset, told.exposure)
    offset = sum((np.asarray(part, dtype=float) for part in parts), np.zeros(len(y)))
    if offset.any():
        extra["offset"] = offset
    weight = None if weight is None else np.asarray(weight, dtype=float)
    return bound(kind, y, X, names, weight=weight, labels=labels, outcome=outcome, **extra)


def _dispersion(model: Model, theta: Floats, scale: float) -> str | float:
    """What a scale was made from; itself where it was given."""
    for name, moment in MOMENTS.items():
        if abs(moment(model, theta) / scale - 1.0) < SAME_SCALE:
            return name
    return scale


def _labels(sm: Any) -> tuple[Any, Any] | None:
    """(0, 1) of a text outcome in a formula, of which patsy's first column, the first level, becomes 1."""
    names = sm.endog_names
    if isinstance(names, str) or len(names) != 2:
        return None
    found = [re.search(r"\[(.*)\]$", str(name)) for name in names]
    if found[0] is None or found[1] is None:
        return None
    return found[1][1], found[0][1]
