"""mixedlm-rs' results, which are called as statsmodels' MixedLM calls them; their standard errors take the variances as
known.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from stattools.errors import IncompatibleError
from stattools.models.regressions.linear_mixed import linear_mixed
from stattools.validation.foreign.description import (
    Foreign,
    FormulaTable,
    Given,
    attributes,
    in_our_order,
    release,
    texts,
)
from stattools.validation.foreign.mixed_formulas import with_variances
from stattools.validation.recipes.recipe import Refit

MODEL = {"exog_vc": None, "exog_re": None, "exog_re_names": ()}
RESULTS = {"fe_params": None, "reml": True, "converged": None, "k_vc": 0}


def describe(results: Any, given: Given) -> Foreign:
    """The description of results, which carry their rows."""
    given.refuse("results of mixedlm-rs carry their rows: leave out the table and arrays.", *OTHERS)
    told = attributes(results, RESULTS)
    if told.fe_params is None:
        raise IncompatibleError(f"audit and explain know MixedLMResults of mixedlm-rs; got {type(results).__name__}.")
    sm, parts = results.model, attributes(results.model, MODEL)
    if told.k_vc or parts.exog_vc is not None:
        raise IncompatibleError("mixedlm-rs with variance components has no twin here: write them as (1 | g).")
    columns, names = FormulaTable(), texts(sm.exog_names, sm.exog.shape[1])
    outcome = columns.add(sm.endog_names, np.asarray(sm.endog, dtype=float))
    side_of_fixed = columns.side(sm.exog, names)
    z = np.asarray(parts.exog_re, dtype=float).reshape(len(sm.endog), -1)
    order = in_our_order(z, list(parts.exog_re_names))
    side = columns.side(z, list(parts.exog_re_names))
    group = columns.add("group", np.asarray(sm.groups))
    model: Any = linear_mixed(f"{outcome} ~ {side_of_fixed} + ({side} | {group})", columns.table)
    recipe = Refit(model, {"reml": bool(told.reml)}, df=np.inf)
    covariance = np.asarray(results.cov_re, dtype=float)[np.ix_(order, order)]
    place = in_our_order(sm.exog, names)
    fixed, se = (np.asarray(values, dtype=float)[place] for values in (told.fe_params, results.bse_fe))
    return Foreign(
        f"{release('mixedlm_rs', 'mixedlm-rs')} MixedLM, {'REML' if told.reml else 'ML'}",
        recipe,
        with_variances(recipe, fixed, se, [covariance], float(np.sqrt(results.scale))),
        "nonrobust",
        None if told.converged is None else bool(told.converged),
    )


OTHERS = ("data", "X", "y", "weights", "offset")
