"""Whose object is it? Recognized by the name of its module: reading an object never imports its package.

Our own fits as descriptions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from stattools.errors import IncompatibleError
from stattools.inference.estimates import AnyFit
from stattools.inference.fits.fit import Fit
from stattools.inference.penalties import Jeffreys, Ridge
from stattools.text.one_line import prints
from stattools.validation.foreign import (
    glum,
    linearmodels,
    mixed,
    pyfixest,
    pygam,
    scikit_learn,
    statsmodels_results,
    survival,
)
from stattools.validation.foreign.description import Foreign, Given
from stattools.validation.recipes.likelihoods import Shrinkage
from stattools.validation.recipes.points import point_of
from stattools.validation.recipes.recipe import Numbers, Recipe, Refit

EVERYTHING = ("data", "X", "y", "weights", "offset")


def describe_fit(fit: object, given: Given) -> Foreign:
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
    if not model.facts.is_regression:
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
    chosen = {"reml": fit.reml} if fit.model.facts.is_mixed and fit.model.has_scale else {}
    recipe = Refit(fit.model, {**chosen, "cov": fit._cov_made or "information"}, fit.penalty, level=fit.level)
    own = point_of(fit.model, fit)
    none = np.full(len(own.names), np.nan)
    numbers = Numbers(own.estimate, none, none, none)
    if not isinstance(fit.penalty, Ridge):
        lower, upper = (np.append(np.ravel(end), none[len(np.ravel(end)) :]) for end in fit.interval())
        numbers = Numbers(own.estimate, own.se, lower, upper)
    solution = fit.solution
    return Foreign("stattools", recipe, numbers, fit.cov, solution.converged, solution.steps, tells_penalty=True)


@prints
@dataclass(frozen=True)
class Reader:
    """How objects of a package are read: its name in words, the function, and whether they carry their rows; where
    they do not, the caller passes them.
    """

    called: str
    describe: Callable[[Any, Given], Foreign]
    carries_rows: bool = True


PACKAGES = {
    "stattools": Reader("st.fit(...)", describe_fit),
    "statsmodels": Reader("a results object of statsmodels", statsmodels_results.describe),
    "sklearn": Reader("a fitted estimator of scikit-learn", scikit_learn.describe, carries_rows=False),
    "glum": Reader("a fitted estimator of glum", glum.describe, carries_rows=False),
    "linearmodels": Reader("results of linearmodels", linearmodels.describe),
    "lifelines": Reader("a fitter of lifelines", survival.describe_lifelines, carries_rows=False),
    "sksurv": Reader("a fitted estimator of scikit-survival", survival.describe_scikit_survival, carries_rows=False),
    "mixedlm": Reader("a fit of mixedlm", mixed.describe_mixedlm),
    "mixedlm_rs": Reader("results of mixedlm-rs", mixed.describe_mixedlm_rs),
    "glmm": Reader("a fit of glmm", mixed.describe_glmm),
    "pygam": Reader("a fit of pygam", pygam.describe, carries_rows=False),
    "pyfixest": Reader("a fit of pyfixest", pyfixest.describe),
}
"""By the first part of the name of the module of a class."""


def reader_of(results: object) -> Reader | None:
    """How an object of this class, or of one that it was derived from, is read; None where its package is not known."""
    named = (kind.__module__.split(".")[0] for kind in type(results).__mro__)
    return next((PACKAGES[name] for name in named if name in PACKAGES), None)


def lacks_rows(results: object) -> bool:
    """Whether an object has no rows of its own, so that the caller passes them."""
    reader = reader_of(results)
    return reader is not None and not reader.carries_rows


def described(
    results: Any, data: Any = None, *, X: object = None, y: object = None, weights: object = None, offset: object = None
) -> Foreign:
    """The neutral description of somebody's fit; IncompatibleError for objects that are of none of `PACKAGES`."""
    reader = reader_of(results)
    if reader is None:
        known = [one.called for one in PACKAGES.values()]
        raise IncompatibleError(
            f"audit and explain take {', '.join(known[:-1])} or {known[-1]}; got {type(results).__name__}. The results "
            "come first, then their table: st.audit(results, table)."
        )
    return reader.describe(results, Given(data, X, y, weights, offset))
