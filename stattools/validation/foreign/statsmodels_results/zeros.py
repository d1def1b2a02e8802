"""statsmodels' counts with more zeros: ZeroInflatedPoisson and ZeroInflatedNegativeBinomialP.

The parameters of the zeros come first there; alpha becomes log alpha. Probit zeros, counts of the generalized Poisson
distribution and p = 1 have no twin here.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from stattools.errors import IncompatibleError
from stattools.models.regressions.counts import zero_inflated
from stattools.validation.foreign.description import Foreign, FormulaTable, attributes, in_our_order, texts
from stattools.validation.foreign.statsmodels_results.reordered import reordered
from stattools.validation.foreign.statsmodels_results.said import flat

FAMILIES = {"ZeroInflatedPoisson": "poisson", "ZeroInflatedNegativeBinomialP": "negative-binomial"}
MODEL = {"offset": 0.0, "exposure": 0.0, "inflation": "logit", "model_main": None}


def describe(results: Any) -> Foreign:
    """The description of the results of a zero-inflated model."""
    sm = results.model
    name, model = type(sm).__name__, attributes(sm, MODEL)
    if model.inflation != "logit":
        raise IncompatibleError(f"{name} with inflation={model.inflation!r} has no twin here; 'logit' has.")
    of_counts = attributes(model.model_main, {"parameterization": 0, "parametrization": 0})
    power = of_counts.parameterization or of_counts.parametrization  # spelt either way
    if FAMILIES[name] != "poisson" and power != 2:
        raise IncompatibleError(f"{name} with p={power} has no twin here; p=2 has.")
    X, Z = np.asarray(sm.exog, dtype=float), np.asarray(sm.exog_infl, dtype=float).reshape(len(sm.endog), -1)
    p, q, columns = X.shape[1], Z.shape[1], FormulaTable()
    named = [str(one) for one in sm.exog_names]
    outcome = columns.add(sm.endog_names, np.asarray(sm.endog, dtype=float))
    of_means = texts(named[q : q + p], p)
    of_zeros = [one.removeprefix("inflate_") for one in texts(named[:q], q)]
    offset = np.zeros(len(X)) + np.asarray(model.offset, dtype=float) + np.asarray(model.exposure, dtype=float)
    ours: Any = zero_inflated(
        f"{outcome} ~ {columns.side(X, of_means)}",
        columns.table,
        family=FAMILIES[name],
        zero=f"~ {columns.side(Z, of_zeros)}",
        offset=offset if offset.any() else None,
    )
    order = [*(q + k for k in in_our_order(X, of_means)), *in_our_order(Z, of_zeros)]
    return reordered(results, ours, [*order, *range(p + q, len(flat(results.params)))])
