"""Which of statsmodels' models is read by which file, and why others are refused."""

from __future__ import annotations

from typing import Any

from stattools.errors import IncompatibleError
from stattools.validation.foreign.attributes import attributes
from stattools.validation.foreign.description import Foreign
from stattools.validation.foreign.given import Given
from stattools.validation.foreign.statsmodels_results import regressions
from stattools.validation.foreign.statsmodels_results.outcomes import with_outcome

MODELS = {
    **dict.fromkeys(("OLS", "WLS", "GLM", *regressions.DISCRETE), regressions.describe),
}
"""By the class of `results.model`."""

WHITENED = "it whitens the rows by a covariance that is an input, and there is no likelihood of independent rows"
REFUSED = {
    "GLS": WHITENED,
    "GLSAR": WHITENED,
}
"""Why a model is not judged, and what to do."""


def describe(results: Any, given: Given) -> Foreign:
    """The description of a results object; IncompatibleError for a model that we do not have."""
    given.refuse(
        "weights= and offset= are for fits that carry no rows; results of statsmodels carry their own.",
        "weights",
        "offset",
    )
    model = attributes(results, {"model": None}).model
    name = type(model).__name__
    if name not in MODELS:
        raise IncompatibleError(
            f"audit and explain know {', '.join(MODELS)} of statsmodels; got {name}: "
            f"{REFUSED.get(name, 'it has no twin here')}."
        )
    if model.exog is None or model.endog is None:
        raise IncompatibleError("these results carry no data (remove_data was called): fit the model again.")
    return with_outcome(MODELS[name](results), results, given)
