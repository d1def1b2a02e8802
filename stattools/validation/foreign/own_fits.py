"""Our own fits as descriptions."""

from __future__ import annotations

from typing import Any

import numpy as np

from stattools.errors import IncompatibleError
from stattools.inference.estimates import AnyFit
from stattools.inference.fits.fit import Fit
from stattools.inference.penalties import Jeffreys, Ridge
from stattools.models.model import Model
from stattools.validation.foreign.description import Foreign, Given
from stattools.validation.recipes.likelihoods import Shrinkage
from stattools.validation.recipes.points import point_of
from stattools.validation.recipes.recipe import Numbers, Recipe, Refit

EVERYTHING = ("data", "X", "y", "weights", "offset")


def describe(fit: Any, given: Given) -> Foreign:
    """The description of `st.fit`; IncompatibleError for other objects."""
    if isinstance(fit, AnyFit) and not isinstance(fit, Fit):
        raise IncompatibleError(
            f"audit and explain are for one likelihood and its maximum; {type(fit).__name__} is of several, or of "
            "none. Audit its fits one by one, as in st.audit(fit.fits[0])."
        )
    if not isinstance(fit, Fit):
        raise IncompatibleError(
            f"audit and explain take fits, st.fit(model); got {type(fit).__name__}. The results come first, then their "
            "table: st.audit(results, table)."
        )
    given.refuse("a fit of stattools has its own rows: leave out the table, X=, y=, weights= and offset=.", *EVERYTHING)
    model: Any = fit.model
    if not isinstance(model, Model):
        return _of_refit(fit)
    penalty: Any = fit.penalty
    if isinstance(penalty, Ridge):
        Q = penalty.quadratic(model)
        penalty = Shrinkage(f"{penalty!r}", penalty.strength, Q, np.zeros(len(Q)))
    elif penalty is not None and not isinstance(penalty, Jeffreys):
        raise IncompatibleError(f"explain does not know the penalty {penalty!r}.")
    cov = None if isinstance(penalty, Shrinkage) else fit._cov_made
    df = None if np.array_equal(fit.t_df, fit.df) else fit.t_df
    recipe = Recipe(model, penalty, cov, divisor="n - p" if model.has_scale else "1", df=df, level=fit.level)
    none = np.full(len(fit.estimate), np.nan)
    lower, upper = (none, none) if cov is None else fit.interval()
    solution = fit.solution
    return Foreign(
        "stattools",
        recipe,
        Numbers(fit.estimate, none if cov is None else fit.se, np.asarray(lower), np.asarray(upper)),
        fit.cov,
        solution.converged,
        solution.steps,
        rows=model.kept,
        tells_penalty=True,
    )


def _of_refit(fit: Any) -> Foreign:
    """The fit of a model that is no regression of single rows, which `st.fit` makes again with its options."""
    chosen = {"reml": fit.reml} if fit.model.is_mixed and fit.model.has_scale else {}
    recipe = Refit(fit.model, {**chosen, "cov": fit._cov_made or "information"}, fit.penalty, level=fit.level)
    own = point_of(fit.model, fit)
    none = np.full(len(own.names), np.nan)
    numbers = Numbers(own.estimate, none, none, none)
    if not isinstance(fit.penalty, Ridge):
        lower, upper = (np.append(np.ravel(end), none[len(np.ravel(end)) :]) for end in fit.interval())
        numbers = Numbers(own.estimate, own.se, lower, upper)
    solution = fit.solution
    return Foreign("stattools", recipe, numbers, fit.cov, solution.converged, solution.steps, tells_penalty=True)
