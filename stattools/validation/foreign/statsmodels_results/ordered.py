"""statsmodels' OrderedModel: labels in order, whose thresholds are the first and logarithms of increments.

theta_1 = t_1,   theta_j = theta_{j-1} + exp(t_j),   covariance J C J^T with J = d theta / d t
"""

from __future__ import annotations

from typing import Any

import numpy as np

from stattools.errors import IncompatibleError
from stattools.interface.arrays import Floats
from stattools.models.regressions.categories import ordinal
from stattools.validation.foreign.description import Foreign, FormulaTable, attributes, release, texts
from stattools.validation.foreign.statsmodels_results.said import RESULTS, covariance_of, flat, rows_of, taken
from stattools.validation.recipes.recipe import Numbers, Recipe

LINKS = {"logistic": "logit", "norm": "probit", "gumbel_l": "cloglog", "gumbel_r": "loglog"}
"""Our link of each distribution of SciPy."""
MODEL = {"offset": None, "labels": None, "distr": None}


def in_thresholds(params: Floats, p: int) -> tuple[Floats, Floats]:
    """Coefficients with thresholds in the place of increments, and the matrix J of the change."""
    steps = np.append(params[p : p + 1], np.exp(params[p + 1 :]))
    J = np.eye(len(params))
    J[p:, p:] = np.tri(len(steps)) * np.append(1.0, steps[1:])
    return np.append(params[:p], np.cumsum(steps)), J


def describe(results: Any) -> Foreign:
    """The description of OrderedModel's results."""
    sm = results.model
    told, model = attributes(results, RESULTS), attributes(sm, MODEL)
    law = attributes(model.distr, {"name": ""}).name
    if law not in LINKS:
        raise IncompatibleError(
            f"OrderedModel with the distribution {law or model.distr!r} has no twin here; known are {', '.join(LINKS)}."
        )
    y = np.asarray(sm.endog)
    codes = y.argmax(axis=1) if y.ndim == 2 else y.astype(np.intp)
    labels = list(range(int(codes.max()) + 1)) if model.labels is None else np.asarray(model.labels).tolist()
    columns, p = FormulaTable(), sm.exog.shape[1]
    outcome = columns.add(sm.endog_names if isinstance(sm.endog_names, str) else "y", [labels[k] for k in codes])
    side = columns.side(sm.exog, texts(list(sm.exog_names)[:p], p), bare=True)
    shift = None if model.offset is None else np.asarray(model.offset, dtype=float)
    ours: Any = ordinal(f"{outcome} ~ {side}", columns.table, link=LINKS[law], levels=labels, offset=shift)
    theta, J = in_thresholds(flat(results.params), p)
    se = np.full(len(theta), np.nan)
    if told.bse is not None and np.isfinite(flat(told.bse)).all():
        se = np.sqrt(np.diagonal(J @ np.asarray(results.cov_params(), dtype=float) @ J.T))
    said = str(told.cov_type) if np.isfinite(se).any() else "none"
    recipe = Recipe(ours, cov=covariance_of(told.cov_kwds, said))
    half = recipe.quantile() * se
    name, numbers = f"{release('statsmodels')} OrderedModel", Numbers(theta, se, theta - half, theta + half)
    return Foreign(name, recipe, numbers, said, *taken(results), rows=rows_of(sm))
