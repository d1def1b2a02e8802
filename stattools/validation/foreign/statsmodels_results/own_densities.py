"""statsmodels' BetaModel, shares with a precision, and its counts that are seen from 1 on: TruncatedLFPoisson and
TruncatedLFNegativeBinomialP, whose alpha becomes log alpha.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from stattools.errors import IncompatibleError
from stattools.likelihoods import NegativeBinomial, Poisson, ZeroTruncated
from stattools.models.regressions.glm import GENERALIZED, glm, regression
from stattools.validation.foreign.description import Foreign, FormulaTable, attributes, in_our_order, texts
from stattools.validation.foreign.statsmodels_results.regressions import LINKS
from stattools.validation.foreign.statsmodels_results.reordered import reordered
from stattools.validation.foreign.statsmodels_results.said import flat

TRUNCATED = {"TruncatedLFPoisson": Poisson(), "TruncatedLFNegativeBinomialP": NegativeBinomial()}
"""The family of counts before the zeros were left out."""
MODEL = {"truncation": 0, "offset": 0.0, "exposure": 0.0, "model_main": None, "hess_type": "oim"}


def describe_shares(results: Any) -> Foreign:
    """The description of BetaModel's results."""
    sm = results.model
    link, other = type(sm.link).__name__, type(sm.link_precision).__name__
    if LINKS.get(link) not in GENERALIZED["beta"].links or other != "Log":
        raise IncompatibleError(
            f"BetaModel with the links {link} and {other} has no twin here; known are "
            f"{', '.join(GENERALIZED['beta'].links)} of the mean and Log of the precision."
        )
    X, Z, columns = np.asarray(sm.exog, dtype=float), np.asarray(sm.exog_precision, dtype=float), FormulaTable()
    p, named = X.shape[1], [str(name) for name in sm.exog_names]
    of_means, of_precision = texts(named[:p], p), [one.removeprefix("precision-") for one in named[p:]]
    outcome = columns.add(sm.endog_names, np.asarray(sm.endog, dtype=float))
    side = columns.side(X, of_means)
    beside = columns.side(Z, texts(of_precision, Z.shape[1]))
    dispersion = None if beside == "1" else f"~ {beside}"
    model: Any = glm(f"{outcome} ~ {side}", columns.table, family="beta", link=LINKS[link], dispersion=dispersion)
    order = [*in_our_order(X, of_means), *(p + k for k in in_our_order(Z, of_precision))]
    is_observed = attributes(sm, MODEL).hess_type == "oim"
    return reordered(results, model, order, is_observed)


def describe_counts(results: Any) -> Foreign:
    """The description of the results of counts without zeros."""
    sm = results.model
    name, told = type(sm).__name__, attributes(sm, MODEL)
    power = attributes(told.model_main, {"parameterization": 2}).parameterization
    if told.truncation != 0 or power != 2:
        raise IncompatibleError(
            f"{name} with truncation={told.truncation} and p={power} has no twin here; truncation=0 and p=2 have."
        )
    X, columns = np.asarray(sm.exog, dtype=float), FormulaTable()
    names = texts(list(sm.exog_names)[: X.shape[1]], X.shape[1])
    outcome = columns.add(sm.endog_names, np.asarray(sm.endog, dtype=float))
    offset = np.zeros(len(X)) + np.asarray(told.offset, dtype=float) + np.asarray(told.exposure, dtype=float)
    formula, shift = f"{outcome} ~ {columns.side(X, names)}", offset if offset.any() else None
    model: Any = regression(formula, columns.table, ZeroTruncated(TRUNCATED[name]), offset=shift)
    return reordered(results, model, [*in_our_order(X, names), *range(X.shape[1], len(flat(results.params)))], True)
