"""Whose object is it? Recognized by the name of its module, so that a package is imported only where it is used."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from stattools.data.tables.outcome import binary
from stattools.data.tables.pairing import index_of, paired, same_index
from stattools.data.tables.table import is_frame, table
from stattools.errors import DomainError, IncompatibleError
from stattools.inference.fitted import Fit
from stattools.interface.when_needed import pd
from stattools.likelihoods.outcomes import Outcome
from stattools.validation.foreign import own_fits, scikit_learn, statsmodels_results
from stattools.validation.foreign.attributes import attributes
from stattools.validation.foreign.description import Foreign


def described(results: Any, data: Any = None, *, X: Any = None, y: Any = None, weights: Any = None) -> Foreign:
    """The neutral description of a fit of ours, of statsmodels or of scikit-learn."""
    if isinstance(results, Fit):
        if not all(given is None for given in (data, X, y, weights)):
            raise IncompatibleError("a fit of stattools has its own rows: leave out the table, X=, y= and weights=.")
        return own_fits.describe(results)
    package = type(results).__module__.split(".")[0]
    if package == "statsmodels":
        if weights is not None:
            raise IncompatibleError("weights= is for scikit-learn; results of statsmodels carry their own.")
        return _with_outcome(statsmodels_results.describe(results), results, data, y)
    if package == "sklearn":
        X, y, weights = _arrays(results, data, X, y, weights)
        return scikit_learn.describe(results, X, y, weights)
    raise IncompatibleError(
        f"audit and explain take a results object of statsmodels, a fitted estimator of scikit-learn or st.fit(...); "
        f"got {type(results).__name__}. The results come first, then their table: st.audit(results, table)."
    )


def _arrays(estimator: Any, data: Any, X: Any, y: Any, weights: Any) -> tuple[Any, Any, Any]:
    """X, y and weights from arrays, or from a table and the name of its outcome."""
    if isinstance(data, tuple) and len(data) == 2:
        (X, y), data = data, None
    if data is not None:
        frame = table(data)
        columns = attributes(estimator, scikit_learn.FITTED).feature_names_in_
        if not isinstance(y, str) or columns is None:
            raise DomainError(
                "a scikit-learn estimator does not say what its outcome was: pass X= and y= as it was fitted, or a "
                "table with y= the name of the outcome, for an estimator that was fitted to named columns."
            )
        paired(("the table", data), ("weights=", weights))
        weights = frame.column(weights) if isinstance(weights, str) else weights
        X, y = pd.DataFrame({str(name): frame.column(str(name)) for name in columns}), frame.column(y)
    if X is None or y is None:
        raise DomainError("a scikit-learn estimator carries no data: pass X= and y= as it was fitted.")
    paired(("X=", X), ("y=", y), ("weights=", weights))
    if np.shape(X)[0] != np.shape(y)[0]:
        raise DomainError(f"X has {np.shape(X)[0]} rows and y {np.shape(y)[0]}; pass both as they were fitted.")
    return X, y, weights


def _with_outcome(foreign: Foreign, results: Any, data: Any, y: Any) -> Foreign:
    """The description with the outcome that the caller's data say, where it is another than that of the fit."""
    name, index = foreign.model.outcome_name, index_of(data) if y is None else index_of(y)
    if isinstance(data, tuple) and len(data) == 2:
        data, y = None, data[0]
    if data is not None and is_frame(data) and y is None:
        frame = table(data)
        if name not in frame.names:
            return foreign
        y = frame.column(name)
        if foreign.rows is not None and len(y) == len(foreign.rows) + len(results.model.data.missing_row_idx):
            y = y.iloc[foreign.rows].reset_index(drop=True)
            index = None if index is None else index[foreign.rows]
    if y is None:
        return foreign
    n = len(foreign.model.rows.X)
    if len(y) != n:
        raise DomainError(f"the outcome given has {len(y)} rows and the fit has {n}; pass the rows that were fitted.")
    same_index("the rows of the fit", results.model.data.row_labels, "the outcome given", index)
    if foreign.model.likelihood.outcome is not Outcome.BINARY:
        return foreign
    codes, labels = binary(y, name)
    given = replace(foreign.model, rows=replace(foreign.model.rows, y=codes), labels=labels)
    return replace(foreign, recipe=replace(foreign.recipe, model=given))
