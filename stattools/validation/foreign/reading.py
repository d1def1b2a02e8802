"""Whose object is it? Recognized by the name of its module: reading an object never imports its package."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from stattools.errors import IncompatibleError
from stattools.text.one_line import prints
from stattools.validation.foreign import (
    glmm,
    glum,
    lifelines,
    linearmodels,
    mixedlm,
    mixedlm_rs,
    own_fits,
    pyfixest,
    pygam,
    scikit_survival,
)
from stattools.validation.foreign.description import Foreign, Given
from stattools.validation.foreign.scikit_learn import estimators as scikit_learn
from stattools.validation.foreign.statsmodels_results import results as statsmodels_results


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
    "stattools": Reader("st.fit(...)", own_fits.describe),
    "statsmodels": Reader("a results object of statsmodels", statsmodels_results.describe),
    "sklearn": Reader("a fitted estimator of scikit-learn", scikit_learn.describe, carries_rows=False),
    "glum": Reader("a fitted estimator of glum", glum.describe, carries_rows=False),
    "linearmodels": Reader("results of linearmodels", linearmodels.describe),
    "lifelines": Reader("a fitter of lifelines", lifelines.describe, carries_rows=False),
    "sksurv": Reader("a fitted estimator of scikit-survival", scikit_survival.describe, carries_rows=False),
    "mixedlm": Reader("a fit of mixedlm", mixedlm.describe),
    "mixedlm_rs": Reader("results of mixedlm-rs", mixedlm_rs.describe),
    "glmm": Reader("a fit of glmm", glmm.describe),
    "pygam": Reader("a fit of pygam", pygam.describe, carries_rows=False),
    "pyfixest": Reader("a fit of pyfixest", pyfixest.describe),
}
"""By the first part of the name of the module of a class."""


def reader_of(results: Any) -> Reader | None:
    """How an object of this class, or of one that it was derived from, is read; None where its package is not known."""
    named = (kind.__module__.split(".")[0] for kind in type(results).__mro__)
    return next((PACKAGES[name] for name in named if name in PACKAGES), None)


def lacks_rows(results: Any) -> bool:
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
