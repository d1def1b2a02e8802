"""Our own fits as descriptions."""

from __future__ import annotations

from typing import Any

import numpy as np

from stattools.errors import IncompatibleError
from stattools.inference.fitted import Fit
from stattools.inference.penalties import Jeffreys, Ridge
from stattools.models.model import Model
from stattools.validation.foreign.description import Foreign
from stattools.validation.foreign.given import Given
from stattools.validation.foreign.recipe import Numbers, Recipe
from stattools.validation.foreign.shrinkage import Shrinkage

EVERYTHING = ("data", "X", "y", "weights", "offset")


def describe(fit: Any, given: Given) -> Foreign:
    """The description of `st.fit` of a regression; IncompatibleError for other models and objects."""
    if not isinstance(fit, Fit):
        raise IncompatibleError(
            f"audit and explain take fits, st.fit(model); got {type(fit).__name__}. The results come first, then their "
            "table: st.audit(results, table)."
        )
    given.refuse("a fit of stattools has its own rows: leave out the table, X=, y=, weights= and offset=.", *EVERYTHING)
    model: Any = fit.model
    if not isinstance(model, Model):
        raise IncompatibleError(f"audit and explain are for regressions; this is a fit of {model.title}.")
    penalty: Any = fit.penalty
    if isinstance(penalty, Ridge):
        Q = penalty.quadratic(model)
        penalty = Shrinkage(f"{penalty!r}", penalty.strength, Q, np.zeros(len(Q)))
    elif penalty is not None and not isinstance(penalty, Jeffreys):
        raise IncompatibleError(f"explain does not know the penalty {penalty!r}.")
    cov = None if isinstance(penalty, Shrinkage) else fit.cov_kind
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
