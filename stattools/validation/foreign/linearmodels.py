"""linearmodels' PooledOLS, PanelOLS with entity and time effects, and IV2SLS without instruments: least squares, with
covariances unadjusted, robust and clustered, each times the factor of degrees of freedom that the object carries.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from stattools.errors import IncompatibleError
from stattools.inference.covariance import Cluster
from stattools.interface.arrays import Floats
from stattools.validation.foreign.description import (
    Foreign,
    Given,
    Told,
    attributes,
    bound,
    completed,
    level_codes,
    placed,
    release,
    told_of,
    with_effects,
)
from stattools.validation.recipes.recipe import Numbers, Recipe

KNOWN = ("PooledOLS", "PanelOLS", "_OLS")
_ROWS = "it fits other rows than those of the table"
REFUSED = {
    **dict.fromkeys(("IV2SLS", "IVLIML", "IVGMM", "IVGMMCUE"), "instruments give no maximum of a likelihood"),
    **dict.fromkeys(("BetweenOLS", "FirstDifferenceOLS", "FamaMacBeth"), _ROWS),
    "RandomEffects": "its variances come from moments; st.linear_mixed has the maximum of that likelihood",
    "AbsorbingLS": "it keeps no levels of what it absorbs; PanelOLS and pyfixest do",
    **dict.fromkeys(("SUR", "IV3SLS", "IVSystemGMM"), "it fits several equations together"),
}
RESULTS = {
    "model": None,
    "params": None,
    "std_errors": None,
    "_cov_type": "",
    "_debiased": False,
    "_deferred_cov": None,
    "_cov_estimator": None,
    "df_resid": np.inf,
}
PANEL = {"_entity_effects": False, "_time_effects": False, "_other_effects": False, "_not_null": None}
TABLE = {"values2d": None, "ndarray": None, "vars": None, "cols": None}
CARRIER = {"__self__": None}
COVARIANCE = {"_scale": 1.0, "_group_debias": False, "_clusters": None, "_debiased": False, "_nobs": None}
"""What results, models, their tables and their covariances carry."""


def describe(results: object, given: Given) -> Foreign:
    """The description of results, which carry their rows."""
    given.refuse(
        "results of linearmodels carry their rows: leave out X=, y=, weights= and offset=.",
        "X",
        "y",
        "weights",
        "offset",
    )
    told = attributes(results, RESULTS)
    sm, name = told.model, type(told.model).__name__
    if name not in KNOWN and not (name == "IV2SLS" and sm.endog.shape[1] == 0):
        why = REFUSED.get(name, "it has no twin here")
        raise IncompatibleError(
            f"audit and explain know PooledOLS, PanelOLS and IV2SLS without instruments of linearmodels; got {name}: "
            f"{why}."
        )
    panel = attributes(sm, PANEL)
    if panel._other_effects:
        raise IncompatibleError("PanelOLS with other_effects= has no twin here; give them as columns, C(g).")
    reported = [str(one) for one in told.params.index]
    y, X, weight = (_values(one) for one in (sm.dependent, sm.exog, sm.weights))
    effects = {}
    if panel._entity_effects:
        effects["entity"] = sm.dependent.entity_ids.ravel()
    if panel._time_effects:
        effects["time"] = sm.dependent.time_ids.ravel()
    names, params, errors = reported, np.asarray(told.params, dtype=float), np.asarray(told.std_errors, dtype=float)
    if effects:  # beside effects its constant is their mean, which is no coefficient of a column
        varies = np.ptp(X, axis=0) > 0
        X, params, errors = X[:, varies], params[varies], errors[varies]
        reported = [one for one, kept in zip(reported, varies, strict=True) if kept]
        X, names = with_effects(X, reported, effects)
    extra: dict[str, Any] = {} if (weight == weight[0]).all() else {"precision": weight.ravel()}
    model = bound("ols", y.ravel(), X, names, outcome=_called(sm.dependent), **extra)
    theta = completed(model, placed(params, reported, model.names))
    se = placed(errors, reported, model.names)
    cov, factor = _covariance(told, name, len(y), X.shape[1])
    recipe = Recipe(model, cov=cov, divisor="n", factor=factor, df=float(told.df_resid) if told._debiased else np.inf)
    half = recipe.quantile() * se
    kept = panel._not_null
    described = Foreign(
        f"{release('linearmodels')} {name.lstrip('_')}",
        recipe,
        Numbers(theta, se, theta - half, theta + half),
        str(told._cov_type),
        rows=None if kept is None or np.all(kept) else np.flatnonzero(kept),
    )
    return told_of(described, len(reported))


def _values(table: object) -> Floats:
    """The numbers of one of its tables."""
    told = attributes(table, TABLE)
    return np.asarray(told.ndarray if told.values2d is None else told.values2d, dtype=float)


def _called(table: object) -> str:
    """The name of the outcome."""
    told = attributes(table, TABLE)
    return str((told.cols if told.vars is None else told.vars)[0])


def _covariance(told: Told, name: str, n: int, p: int) -> tuple[str | Cluster | None, float]:
    """The kind of ours, and the factor on top of it; None where it is none of ours."""
    carrier = attributes(told._deferred_cov, CARRIER).__self__
    if carrier is None:
        carrier = told._cov_estimator
    how, said = attributes(carrier, COVARIANCE), str(told._cov_type).casefold()
    scale = float(how._scale) if told._cov_estimator is None else n / (n - p) if how._debiased else 1.0
    if said in ("unadjusted", "homoskedastic"):
        return "information", float(np.sqrt(scale))
    if said in ("robust", "heteroskedastic"):
        return "HC0", float(np.sqrt(scale))
    if said == "clustered" and told._cov_estimator is None and how._clusters is not None:
        clusters = np.asarray(how._clusters)
        ways = [level_codes(way) for way in (clusters[None] if clusters.ndim == 1 else clusters.T)]
        if how._group_debias and len(ways) == 1:
            G = len(np.unique(ways[0]))
            scale *= G / (G - 1) * (n - 1) / n
        elif how._group_debias:
            return None, 1.0
        return Cluster(*ways, correction="none"), float(np.sqrt(scale))
    return None, 1.0
